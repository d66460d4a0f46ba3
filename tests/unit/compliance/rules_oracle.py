"""An oracle for every kind of rule: slow, plain, and sharing no code with judge, mask or rulebook.

It reads the rules' own text (`rules.yaml`) and looks at dictionaries alone. A customer, a contact that was made and one
that somebody would like to make have the names that the cases use. Whatever may have been, was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from oracle_facts import CHANNELS, ZONES, Facts, agreed, held, may_be_on, named, open_on, reach
from oracle_persons import allowed_party, recording_required, standing

GUARD = {"id": "KNOWN", "kind": "known_contact", "valid_from": date.min, "enforcement": "block"}


def rules_of(*files: Path) -> list[Facts]:
    """This function will read the rules of the files, each with the scope of its file, headed by the guard."""
    found = [GUARD]
    for file in files:
        told = yaml.safe_load(file.read_text("utf-8"))
        found += [{**rule, "applies": told.get("applies") or {}} for rule in told["rules"]]
    return found


def spoken(rules: Iterable[Facts], customer: Facts, wanted: Facts, at: datetime) -> set[str]:
    """This function will name the rules that speak at the moment, in whichever place the customer may be."""
    rules = list(rules)
    return {
        rule["id"]
        for place in places(rules, customer, at)
        for rule in rules
        if speaks(rule, customer, wanted, at, place)
    }


def places(rules: list[Facts], customer: Facts, at: datetime) -> list[str | None]:
    if customer.get("time_zone") in ZONES:
        return [customer["time_zone"]]
    own = [zone for zone in customer.get("possible_zones", ()) if zone in ZONES]
    sets = [rule["parameters"]["possible"] for rule in rules if rule["kind"] == "zone_set" and valid(rule, at.date())]
    return own or [zone for zones in sets for zone in zones] or [None]


def valid(rule: Facts, on: date) -> bool:
    return rule["valid_from"] <= on and (rule.get("valid_until") is None or on < rule["valid_until"])


def speaks(rule: Facts, customer: Facts, wanted: Facts, at: datetime, place: str | None) -> bool:
    here = at.astimezone(ZoneInfo(place)) if place else at.astimezone(UTC)
    if not valid(rule, here.date()) or not bound(rule, customer, wanted, place, here.date()):
        return False
    asked = {**wanted, "at": at, "here": here, "on": here.date(), "place": place}
    made = [contact for contact in customer.get("contacts", ()) if not contact.get("wrong_number")]
    mates = [contact for contact in customer.get("housemates", ()) if not contact.get("wrong_number")]
    file = {**customer, "contacts": made, "housemates": mates}
    return bool(KINDS[rule["kind"]](rule.get("parameters") or {}, file, asked))


# ---- whom a rule binds -----------------------------------------------------------------------------------------------


def bound(rule: Facts, customer: Facts, wanted: Facts, place: str | None, on: date) -> bool:
    if wanted.get("channel") in CHANNELS and not named(wanted["channel"], rule.get("channels", "all")):
        return False
    if wanted.get("actor") in ("human", "robot") and not named(wanted["actor"], rule.get("actors", "all")):
        return False
    scope, unless = rule.get("applies") or {}, rule.get("unless") or {}
    if wanted.get("creditor") and scope.get("creditors") and wanted["creditor"] not in scope["creditors"]:
        return False
    line = customer.get("product_line")
    if line and scope.get("product_lines") and line not in scope["product_lines"]:
        return False
    if wanted["purpose"] in unless.get("purposes", ()) or agreed(customer, wanted, unless.get("consent", ()), on):
        return False
    return not scope.get("regions") or lives_in(scope, customer, place)


def lives_in(scope: Facts, customer: Facts, place: str | None) -> bool:
    region = customer.get("region")
    if region and re.match(r"^[A-Z]{2}(-[A-Z0-9]{1,5})*$", region):
        own = region.split("-")
        return any(all(a == b for a, b in zip(own, named.split("-"), strict=False)) for named in scope["regions"])
    if place is None:
        return True
    return any(place == zone or (zone[-1] == "*" and place.startswith(zone[:-1])) for zone in scope["zones"])


# ---- what somebody agreed to, and holds ------------------------------------------------------------------------------


def signs(terms: Facts, customer: Facts) -> bool:
    return any(customer.get("signs", {}).get(sign) is not False for sign in terms.get("signs", ()))


def hold(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return held(customer, terms["holds"], asked["on"]) or signs(terms, customer)


def party_state(terms: Facts, customer: Facts, asked: Facts) -> bool:
    codes = (customer.get("special_groups") or "").split(",")
    state = held(customer, terms.get("states", ()), asked["on"])
    return state or signs(terms, customer) or any(code in codes for code in terms.get("groups", ()))


def opt_out(terms: Facts, customer: Facts, asked: Facts) -> bool:
    def meant(refusal: Facts) -> bool:
        way = "one_way" if refusal.get("channel") in CHANNELS or refusal.get("contact_point") else "everything"
        return terms.get("told_of", "either") in ("either", way)

    def of_this_address(refusal: Facts) -> bool:
        return None in (refusal.get("contact_point"), asked.get("contact_point")) or (
            refusal["contact_point"] == asked["contact_point"]
        )

    return any(
        consent["stance"] != "granted"
        and open_on(consent, asked["on"], "valid_from", "valid_until")
        and consent.get("purpose") not in terms.get("other_purposes", ())
        and (consent.get("channel") not in CHANNELS or consent["channel"] == asked["channel"])
        and meant(consent)
        and of_this_address(consent)
        for consent in customer.get("consents", ())
    )


def consent_required(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return not agreed(customer, asked, terms["purposes"], asked["on"])


# ---- the contact itself ----------------------------------------------------------------------------------------------


def known_contact(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return not (
        asked.get("channel") in CHANNELS and asked.get("actor") in ("human", "robot") and customer.get("known", True)
    )


def reachable(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return asked.get("channel") not in CHANNELS or reach(customer, asked["channel"]) is not True


def first_contact_channel(terms: Facts, customer: Facts, asked: Facts) -> bool:
    if customer.get("contacted_since_overdue") is True or asked.get("channel") in terms["first"]:
        return False
    none_reaches = [reach(customer, channel) for channel in terms["first"]].count(False) == len(terms["first"])
    return not (asked.get("channel") in terms.get("stand_in", ()) and none_reaches)


def clock_window(terms: Facts, customer: Facts, asked: Facts) -> bool:
    if asked["place"] is None:
        return True
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[asked["here"].weekday()]
    if terms.get("weekdays") and weekday not in terms["weekdays"] and asked["on"] not in terms.get("also_on", ()):
        return False
    now, start, end = asked["here"].strftime("%H:%M:%S"), terms["quiet_from"] + ":00", terms["quiet_until"] + ":00"
    return start <= now < end if start < end else now >= start or now < end


def zone_set(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return customer.get("time_zone") not in ZONES


# ---- what was counted ------------------------------------------------------------------------------------------------


def counted(contact: Facts, what: str, channels: Any) -> bool:
    if contact.get("channel") in CHANNELS and not named(contact["channel"], channels):
        return False
    connected = contact.get("connected")
    if what == "unanswered":
        return connected is not True
    if what == "connected":
        return connected is not False
    talked = connected is not False and contact.get("conversation") is not False
    return what == "attempts" or (talked and contact.get("answered_by") in (None, "debtor"))


def same_creditor(contact: Facts, asked: Facts) -> bool:
    return contact.get("creditor") is None or contact["creditor"] == asked.get("creditor")


def lots(per: str, customer: Facts, asked: Facts) -> Iterator[list[Facts]]:
    """This function will give the contacts that are counted together, lot by lot: one for each debt, each number."""
    made = list(customer["contacts"])
    ours = [contact for contact in made if same_creditor(contact, asked)]
    if per == "person":
        yield made
    elif per == "number":
        for point in {contact.get("contact_point") for contact in made} | {None}:
            yield [contact for contact in made if contact.get("contact_point") in (None, point)]
    elif per == "debt" and asked.get("debts"):
        for debt in asked["debts"]:
            yield [contact for contact in ours if not contact.get("debts") or debt in contact["debts"]]
    elif per == "claim" and asked.get("claim"):
        yield [contact for contact in ours if contact.get("claim") in (None, asked["claim"])]
    elif per == "household" and asked.get("household"):
        home = asked["household"]
        mates = [mate for mate in customer["housemates"] if mate.get("household") == home]
        yield [contact for contact in ours if contact.get("household") in (None, home)]
        yield [contact for contact in ours if contact.get("household") in (None, home)] + [
            mate for mate in mates if same_creditor(mate, asked)
        ]
    else:
        yield ours


def uncountable(terms: Facts, asked: Facts) -> bool:
    return terms["per"] not in ("person", "number") and asked.get("creditor") is None


def capped(terms: Facts, customer: Facts, asked: Facts, first: date) -> bool:
    def weighs(contact: Facts) -> bool:
        ours = contact.get("direction", "outbound") != "inbound" and may_be_on(contact, first, asked["on"])
        return ours and counted(contact, terms["counts"], terms["count_channels"])

    found = [sum(weighs(contact) for contact in lot) for lot in lots(terms["per"], customer, asked)]
    return uncountable(terms, asked) or max(found) >= terms["most"]


def daily_cap(terms: Facts, customer: Facts, asked: Facts) -> bool:
    return capped(terms, customer, asked, asked["on"])


def rolling_cap(terms: Facts, customer: Facts, asked: Facts) -> bool:
    before = terms["days"] - 1 if terms["day_one"] == "event_day" else terms["days"]
    return capped(terms, customer, asked, asked["on"] - timedelta(days=before))


def period_cap(terms: Facts, customer: Facts, asked: Facts) -> bool:
    first = asked["on"]
    while first.weekday() != 0 if terms["period"] == "week" else first.day != 1:
        first -= timedelta(days=1)
    return capped(terms, customer, asked, first)


def lockout(terms: Facts, customer: Facts, asked: Facts) -> bool:
    before = terms["days"] - 1 if terms["day_one"] == "event_day" else terms["days"]

    def locks(contact: Facts) -> bool:
        ours = contact.get("direction", "outbound") != "inbound"
        event = ours if terms["after"] == "attempt" else counted(contact, "effective", terms["count_channels"])
        near = may_be_on(contact, asked["on"] - timedelta(days=before), asked["on"])
        return near and event and counted(contact, "attempts", terms["count_channels"])

    return uncountable(terms, asked) or any(
        locks(contact) for lot in lots(terms["per"], customer, asked) for contact in lot
    )


def minimum_interval(terms: Facts, customer: Facts, asked: Facts) -> bool:
    def rapid(contact: Facts) -> bool:
        if contact.get("direction", "outbound") == "inbound":
            return False
        if not contact.get("happened_at"):
            return may_be_on(contact, asked["on"], asked["on"])
        seconds = (asked["at"] - contact["happened_at"].replace(tzinfo=UTC)).total_seconds()
        return 0 <= seconds < terms["minutes"] * 60

    file = {**asked, "creditor": asked.get("creditor") or "whoever"}
    if asked.get("creditor") is None:
        customer = {
            **customer,
            "contacts": [{**contact, "creditor": None} for contact in customer["contacts"]],
            "housemates": [{**mate, "creditor": None} for mate in customer["housemates"]],
        }
    return any(
        rapid(contact) and counted(contact, terms["counts"], terms["count_channels"])
        for lot in lots(terms["per"], customer, file)
        for contact in lot
    )


KINDS = {
    "allowed_party": allowed_party,
    "clock_window": clock_window,
    "consent_required": consent_required,
    "daily_cap": daily_cap,
    "first_contact_channel": first_contact_channel,
    "hold": hold,
    "known_contact": known_contact,
    "lockout": lockout,
    "minimum_interval": minimum_interval,
    "opt_out": opt_out,
    "party_state": party_state,
    "period_cap": period_cap,
    "reachable": reachable,
    "recording_required": recording_required,
    "rolling_cap": rolling_cap,
    "standing": standing,
    "zone_set": zone_set,
}
