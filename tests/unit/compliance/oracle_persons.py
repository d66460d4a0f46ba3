"""The oracle of rules, on persons: who may be spoken to, by whom, and is it recorded."""

from __future__ import annotations

from datetime import date, timedelta

from oracle_facts import CHANNELS, ROLES, Facts, held, may_be_on, named, open_on, reach


def recording_required(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return asked.get("recorded") is not True


def standing(terms: Facts, customer: Facts, asked: Facts) -> bool:
    if asked.get("staff") is None and asked.get("actor") != "robot":
        return True
    for holder in ("staff", "agency"):
        if (code := asked.get(holder)) is None:
            continue
        told = [fact for fact in asked.get("standings", ()) if (fact["holder"], fact["code"]) == (holder, code)]
        if any(fact["kind"] == "blacklisted" and fact["from_on"] <= asked["on"] for fact in told):
            return True
        running = {fact["kind"] for fact in told if open_on(fact, asked["on"], "from_on", "until_on")}
        if set(terms.get(holder, ())) - running:
            return True
    return False


def allowed_party(terms: Facts, customer: Facts, asked: Facts) -> bool:
    role = asked["role"]
    if role not in ROLES:
        return True
    if role in terms["roles"]:
        if role != "guarantor" or not terms.get("guarantee_alive") or asked.get("guarantee_demanded"):
            return False
        return asked.get("guarantee_until") is None or asked["on"] > asked["guarantee_until"]
    if terms.get("others_for") is not None:
        if asked["purpose"] not in terms["others_for"]:
            return True
        if asked.get("discloses_debt") is not False or asked.get("asked_to_stop") is not False:
            return True
    if terms.get("others_once") and not asked.get("asked_back") and asked_before(terms, customer, asked):
        return True
    return bool(terms.get("others_after_failed")) and not lost(terms, customer, asked)


def asked_before(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return any(
        contact.get("direction", "outbound") != "inbound"
        and may_be_on(contact, date.min, asked["on"])
        and contact.get("role") not in terms["roles"]
        and contact.get("answered_by") != "debtor"
        and (None in (contact.get("person"), asked.get("person")) or contact["person"] == asked["person"])
        for contact in customer["contacts"]
    )


def lost(terms: Facts, customer: Facts, asked: Facts) -> bool:
    """This function will tell whether the debtor cannot be reached: failed attempts count if none reached him since."""
    if reach(customer, "voice") is False:
        return True
    gone = [hold for hold in customer.get("holds", ()) if hold["kind"] in ("deceased", "minor")]
    if held({"holds": gone}, ("deceased", "minor"), asked["on"]):
        return True
    reached, failed = [], []
    for contact in customer["contacts"]:
        if contact.get("role") not in (None, "primary") or not may_be_on(contact, date.min, asked["on"]):
            continue
        strange = contact.get("channel") not in CHANNELS
        by = strange or named(contact["channel"], terms["failed_channels"])
        missed = contact.get("connected") is False or contact.get("answered_by") not in (None, "debtor")
        if contact.get("direction") == "inbound" or (by and not missed):
            reached.append(contact)
        elif by and not strange and contact.get("direction") == "outbound" and contact.get("role") == "primary":
            failed.append(contact)
    first = asked["on"] - timedelta(days=terms["failed_within_days"] - 1)
    row = [
        attempt
        for attempt in failed
        if attempt.get("local_date")
        and attempt["local_date"] >= first
        and all(surely_before(one, attempt, asked["on"]) for one in reached)
    ]
    return len(row) >= terms["others_after_failed"]


def surely_before(one: Facts, other: Facts, on: date) -> bool:
    day = one.get("local_date")
    if not day:
        day = one["happened_at"].date() + timedelta(days=1) if one.get("happened_at") else on
    if min(day, on) != other["local_date"]:
        return min(day, on) < other["local_date"]
    moments = one.get("happened_at"), other.get("happened_at")
    return None not in moments and moments[0] < moments[1]
