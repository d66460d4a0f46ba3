"""Customers and rulebooks for the tests, made up by chance from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from compliance_tables import (
    DAY,
    REACHES,
    SCHEMAS,
    Pair,
    as_row,
    disagreements,
    judged,
    masked,
    tables,
)

from dunwell.compliance.kinds.clock_window import WEEKDAYS
from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import CHANNELS, Candidate, Consent, Contact, Customer, Hold, Standing
from dunwell.compliance.kinds.wish import Wish
from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook
from dunwell.ledger.kinds import Answerer, ContactActor, HoldKind, RoleKind, WishDays

__all__ = ["DAY", "REACHES", "SCHEMAS", "Pair", "as_row", "disagreements", "judged", "masked", "tables"]

CREDITORS = ("a", "b", None)
YES_NO = (True, False, None)
PURPOSES = ("contact_at_night", "collection", "repeated_attempts", "marketing", "home_visit", None)


def _day(chance: Random) -> date:
    return DAY + timedelta(days=chance.choice((-40, -9, -8, -7, -6, -3, -2, -1, -1, 0, 0, 0, 0, 1, 9)))


def _contact(chance: Random) -> Contact:
    local = chance.choice((DAY, DAY, DAY, _day(chance), None))
    moment = datetime.combine(DAY, time(12)) + timedelta(
        hours=chance.choice((-190, -170, -60, -37, -36, 0, 0, 30, 36, 60))
    )
    return Contact(
        channel=chance.choice((*CHANNELS, "voice", "voice", "pigeon", None)),
        creditor=chance.choice(CREDITORS),
        local_date=local,
        happened_at=chance.choice((moment, moment, None)),
        direction=chance.choice(("outbound", "outbound", "inbound", None)),
        connected=chance.choice(YES_NO),
        conversation=chance.choice(YES_NO),
        answered_by=chance.choice((*Answerer.values, None)),
        contact_point=chance.choice((1, 2, None)),
        debts=_debts(chance),
        claim=chance.choice(("c1", "c2", None)),
        household=chance.choice(("h1", "h2", None)),
        wrong_number=chance.random() < 0.1,
        role=chance.choice(("primary", "primary", "contact_person", "representative", None)),
        person=chance.choice(("p1", "p2", None)),
    )


def _debts(chance: Random) -> tuple[str, ...]:
    return chance.choice(((), ("d1",), ("d2",), ("d1", "d2"), ("d2", "d1", "d3"), ("d1", "d1")))


def _hold(chance: Random) -> Hold:
    start = _day(chance)
    end = chance.choice((None, DAY, DAY + timedelta(days=1), DAY + timedelta(days=20), date(9999, 12, 31)))
    return Hold(
        kind=chance.choice((*HoldKind.values, "dispute", "dispute", "pause", "unheard_of")),
        from_on=start,
        until_on=None if end is None else max(start, end),
    )


def _consent(chance: Random) -> Consent:
    start = _day(chance)
    end = chance.choice((None, DAY, DAY + timedelta(days=1), DAY + timedelta(days=20)))
    return Consent(
        stance=chance.choice(("granted", "granted", "refused")),
        granted_to=chance.choice(("a", *CREDITORS)),
        purpose=chance.choice(PURPOSES),
        channel=chance.choice((*CHANNELS, "sms", None, None, None, "pigeon")),
        contact_point=chance.choice((None, None, None, None, 1)),
        valid_from=start,
        valid_until=None if end is None else max(start, end),
    )


def _standing(chance: Random) -> Standing:
    start = _day(chance)
    return Standing(
        holder=chance.choice(("staff", "staff", "agency")),
        code=chance.choice(("s1", "s1", "g1")),
        kind=chance.choice(("certified", "trained", "contract", "certified", "trained", "blacklisted")),
        from_on=start,
        until_on=chance.choice((None, None, max(start, DAY), start + timedelta(days=20))),
    )


def _about_persons(chance: Random) -> dict[str, Any]:
    """This function will make up what only the gate knows: who calls, who is called, and is it recorded."""
    return {
        "purpose": chance.choice(("collection", "collection", "location", "reply")),
        "role": chance.choice(("primary", "primary", "guarantor", "contact_person", "neighbour")),
        "person": chance.choice(("p1", "p2", None)),
        "discloses_debt": chance.choice(YES_NO),
        "asked_to_stop": chance.choice((False, False, True, None)),
        "asked_back": chance.choice((False, False, True)),
        "guarantee_until": chance.choice((None, DAY, DAY + timedelta(days=1), DAY - timedelta(days=1))),
        "guarantee_demanded": chance.choice((False, False, True)),
        "agency": chance.choice((None, None, "g1", "g2")),
        "staff": chance.choice((None, "s1", "s1", "s2")),
        "standings": tuple(_standing(chance) for _ in range(chance.choice((0, 1, 4)))),
        "recorded": chance.choice(YES_NO),
    }


def _wish(chance: Random) -> Wish:
    start = _day(chance)
    end = chance.choice((None, None, DAY, DAY + timedelta(days=1), DAY + timedelta(days=9), date(9999, 12, 31)))
    edges = (None, None, 0, 480, 600, 601, 900, 1020, 1320, 1440)
    return Wish(
        stance=chance.choice(("barred", "barred", "convenient", "perhaps")),
        days=chance.choice((None, None, *WishDays.values, "tue", "someday")),
        from_minute=chance.choice(edges),
        until_minute=chance.choice(edges),
        place=chance.choice((None, None, None, "home", "work", "moon")),
        channel=chance.choice((None, None, None, *CHANNELS, "pigeon")),
        contact_point=chance.choice((None, None, None, 1)),
        valid_from=start,
        valid_until=None if end is None else max(start, end),
    )


def some_pair(chance: Random) -> Pair:
    """This function will make up a customer and a contact; half of them are well, so that much is allowed."""

    def few(make: Any, *counts: int) -> tuple[Any, ...]:
        return tuple(make(chance) for _ in range(chance.choice(counts)))

    well = chance.random() < 0.5
    contact = Candidate(
        channel=chance.choice((*CHANNELS, "voice", None)) if well else chance.choice((*CHANNELS, "pigeon")),
        creditor=chance.choice(("a", "a", "b", None)),
        actor=chance.choice(("human", "robot", "robot", "human" if well else "ghost", None)),
        debts=_debts(chance),
        claim=chance.choice(("c1", "c2", None)),
        household=chance.choice(("h1", "h2", None)),
        **_about_persons(chance),
    )
    # Sometimes the same contact again and again, which is what caps are for.
    again = chance.choice((1, 1, 1, 8))
    history = {
        "contacts": few(_contact, 0, 0, 1, 5) * again,
        "housemates": few(_contact, 0, 0, 0, 3),
        "holds": few(_hold, 0, 0, 0, 1, 4),
        "consents": few(_consent, 0, 0, 1, 6),
        "wishes": few(_wish, 0, 0, 1, 2, 5),
    }
    if not well and chance.random() < 0.1:
        return Pair(Customer(known=False), contact)
    return Pair(
        Customer(
            region=chance.choice((None, None, "华东", "CN", "GB", "US", "US-MA", "US-NY", "US-NY-NYC", "USA", "us")),
            product_line=chance.choice((None, "mobile", "consumer_credit")),
            time_zone=chance.choice(("Asia/Shanghai", "Europe/London", "Mars/Olympus", None)),
            contacted_since_overdue=True if well else chance.choice(YES_NO),
            reachable={channel: True if well else chance.choice(YES_NO) for channel in REACHES},
            signs={sign: False if well else chance.choice(YES_NO) for sign in SIGNS},
            special_groups=chance.choice((None, None, "elderly", "elderly,minor", "minors", "")),
            **history,
        ),
        contact,
    )


# ---- rulebooks -------------------------------------------------------------------------------------------------------


def a_rule(kind: str, parameters: dict[str, Any], **told: Any) -> Rule:
    """This function will build one entry, valid on DAY unless told otherwise."""
    entry = {
        "id": f"T-{kind.replace('_', '-')}",
        "kind": kind,
        "parameters": KINDS[kind].model_validate(parameters),
        "valid_from": date(2000, 1, 1),
        "source": "made up for a test",
        "certainty": "D",
        "enforcement": "block",
        "en": "A rule made up for a test.",
        "zh": "测试用规则。",
        "layer": "test",
    }
    return Rule.model_validate({**entry, **told})


def _some(chance: Random, values: Sequence[str], least: int = 1) -> list[str]:
    return chance.sample(list(values), chance.randint(least, len(values)))


def _clock(chance: Random) -> str:
    return f"{chance.randrange(24):02d}:{chance.choice((0, 15, 30)):02d}"


def _quiet(chance: Random) -> dict[str, Any]:
    start = _clock(chance)
    weekdays = chance.choice(({}, {"weekdays": _some(chance, WEEKDAYS)}))
    return {
        "quiet_from": start,
        "quiet_until": chance.choice([end for end in ("07:45", "09:10", "20:05") if end != start]),
        **weekdays,
        **({"also_on": chance.choice(([DAY], [DAY + timedelta(days=1)], []))} if weekdays else {}),
    }


def _counting(chance: Random, least: int = 0) -> dict[str, Any]:
    return {
        "most": chance.randint(least, 3),
        "counts": chance.choice(("attempts", "unanswered", "connected", "effective")),
        "count_channels": chance.choice(("all", _some(chance, CHANNELS), ["voice"])),
        "per": chance.choice(("creditor", "number", "person", "debt", "claim", "household")),
    }


PER_EVENT = ("creditor", "person", "debt", "claim", "household")


def _day_one(chance: Random) -> str:
    return chance.choice(("event_day", "next_day"))


SCOPES: tuple[dict[str, Any], ...] = (
    {"creditors": ["a"]},
    {"regions": ["US"], "zones": ["America/*", "US/*"], "creditors": ["b", "c"]},
    {"regions": ["US"], "zones": ["America/*", "US/*"]},
    {"regions": ["US-MA", "US-NY-NYC"], "zones": ["America/New_York"]},
    {"regions": ["GB"], "zones": ["Europe/London"]},
    {"regions": ["CN"], "zones": ["Asia/Shanghai"], "product_lines": ["consumer_credit"]},
    {"product_lines": ["mobile"]},
)

UNLESS: tuple[Any, ...] = (
    lambda chance: {"consent": _some(chance, ("contact_at_night", "collection", "repeated_attempts"))},
    lambda chance: {"reply": "once", "purposes": ["required_by_law"]},
    lambda chance: {"consent": ["collection"], "confirmation": "once", "visit_minutes": 30},
)

MAKERS: dict[str, Any] = {
    "clock_window": _quiet,
    "zone_set": lambda chance: {"possible": _some(chance, ("Asia/Shanghai", "Asia/Tokyo", "Europe/Berlin"))},
    "daily_cap": _counting,
    "rolling_cap": lambda chance: {
        **_counting(chance, least=1),
        "days": chance.choice((2, 3, 7, 7, 10)),
        "day_one": _day_one(chance),
    },
    "period_cap": lambda chance: {**_counting(chance), "period": chance.choice(("week", "month"))},
    "lockout": lambda chance: {
        "after": chance.choice(("conversation", "attempt")),
        "days": chance.choice((1, 2, 7, 9)),
        "day_one": _day_one(chance),
        "count_channels": chance.choice(("all", _some(chance, CHANNELS), ["voice"])),
        "per": chance.choice(PER_EVENT),
    },
    "minimum_interval": lambda chance: {
        "minutes": chance.choice((5, 90, 1440)),
        "counts": chance.choice(("attempts", "unanswered", "connected", "effective")),
        "count_channels": chance.choice(("all", ["voice"])),
        "per": chance.choice(PER_EVENT),
    },
    "first_contact_channel": lambda chance: {
        "first": _some(chance, CHANNELS[:3]),
        **chance.choice(({}, {"stand_in": _some(chance, CHANNELS[3:])})),
    },
    "hold": lambda chance: {"holds": _some(chance, HoldKind.values), "signs": _some(chance, tuple(SIGNS), 0)},
    "party_state": lambda chance: {
        "states": _some(chance, HoldKind.values, 0),
        "groups": ["minor"],
        "signs": _some(chance, tuple(SIGNS), 0),
    },
    "opt_out": lambda chance: {
        "other_purposes": _some(chance, ("marketing", "collection"), 0),
        "told_of": chance.choice(("either", "everything", "one_way")),
    },
    "consent_required": lambda chance: {"purposes": _some(chance, [purpose for purpose in PURPOSES if purpose])},
    "wishes": lambda chance: {
        "only_convenient": chance.choice((True, False)),
        "in_place": _some(chance, CHANNELS, 0),
    },
    "cumulative": lambda chance: {
        "most": chance.randint(1, 3),
        "days": chance.choice((2, 3, 7, 10)),
        "day_one": _day_one(chance),
        "count_channels": chance.choice(("all", _some(chance, CHANNELS))),
        "per": chance.choice(("creditor", "person")),
        "unanswered": chance.choice((True, False)),
    },
    "attorney_silence": lambda chance: {"holds": ["represented", "dispute"], "days": chance.choice((1, 2, 7))},
    "email_procedure": lambda chance: {"purposes": _some(chance, ("collection", "marketing")), "notice_days": 35},
    "text_procedure": lambda chance: {"purposes": _some(chance, ("collection", "marketing")), "days": 60},
    "allowed_party": lambda chance: {
        "roles": _some(chance, RoleKind.values),
        "guarantee_alive": chance.choice((True, False)),
        **chance.choice(({"others_for": _some(chance, ("collection", "location"), 0)}, {"others_once": True})),
        **chance.choice(({}, {"others_after_failed": 2, "failed_within_days": 9, "failed_channels": "all"})),
    },
    "standing": lambda chance: {
        "staff": _some(chance, ("certified", "trained")),
        "agency": _some(chance, ("contract", "certified"), 0),
    },
    "recording_required": lambda chance: {},
    "reachable": lambda chance: {},
    "known_contact": lambda chance: {},
}


def some_rule(chance: Random, number: int) -> Rule:
    kind = chance.choice(sorted(MAKERS))
    told: dict[str, Any] = {"enforcement": chance.choice(("block", "block", "block", "warn", "review"))}
    if chance.random() < 0.4:
        told["channels"] = _some(chance, CHANNELS)
    if chance.random() < 0.3:
        told["actors"] = _some(chance, ContactActor.values)
    if chance.random() < 0.3:
        told["unless"] = chance.choice(UNLESS)(chance)
    if chance.random() < 0.25:
        told["applies"] = chance.choice(SCOPES)
    return a_rule(kind, MAKERS[kind](chance), id=f"T{number}", **told)


def some_rulebook(chance: Random, most: int = 12) -> Rulebook:
    """This function will make up a rulebook of every kind of rule, with every way to scope it."""
    return Rulebook.of(some_rule(chance, number) for number in range(chance.randint(1, most)))
