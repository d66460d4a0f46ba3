"""What the oracle of rules knows of facts: what was agreed to, what is held, where and when something was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeAlias
from zoneinfo import available_timezones

Facts: TypeAlias = dict[str, Any]
CHANNELS = ["sms", "app_push", "email", "voice", "social", "letter", "visit"]
HOLDS = ["dispute", "hardship", "breathing_space", "bereavement", "represented", "bankrupt", "deceased", "minor"]
HOLDS += ["in_hospital", "pause"]
ROLES = ["primary", "co_debtor", "guarantor", "contact_person", "representative"]
ZONES = available_timezones()


def named(name: str, names: Any) -> bool:
    return names == "all" or name in names


def open_on(fact: Facts, on: date, start: str, end: str) -> bool:
    return fact[start] <= on and not (fact.get(end) and fact[end] <= on)


def agreed(customer: Facts, wanted: Facts, purposes: Iterable[str], on: date) -> bool:
    return any(
        consent["stance"] == "granted"
        and consent.get("purpose") in purposes
        and wanted.get("creditor") is not None
        and consent.get("granted_to") == wanted["creditor"]
        and wanted.get("channel") in CHANNELS
        and consent.get("channel") in (None, wanted["channel"])
        and consent.get("contact_point") in (None, wanted.get("contact_point"))
        and open_on(consent, on, "valid_from", "valid_until")
        for consent in customer.get("consents", ())
    )


def held(customer: Facts, kinds: Iterable[str], on: date) -> bool:
    kinds = list(kinds)
    return any(
        open_on(hold, on, "from_on", "until_on") and (hold["kind"] in kinds or hold["kind"] not in HOLDS)
        for hold in customer.get("holds", ())
        if kinds
    )


def reach(customer: Facts, channel: Any) -> Any:
    return customer.get("reachable", {}).get("letter" if channel == "visit" else channel)


def may_be_on(contact: Facts, first: date, last: date) -> bool:
    if contact.get("local_date"):
        return first <= contact["local_date"] <= last
    if not contact.get("happened_at"):
        return True
    utc = contact["happened_at"].date()
    return any(first <= utc + timedelta(days=apart) <= last for apart in (-1, 0, 1))
