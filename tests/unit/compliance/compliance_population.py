"""Customers for the tests: from values to the tables the frame reads, and by chance from a seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import ibis
import pyarrow as pa

from dunwell.compliance.frame import mask
from dunwell.compliance.kinds.clock_window import WEEKDAYS
from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import CHANNELS, Candidate, Consent, Contact, Customer, Hold
from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook
from dunwell.compliance.rules import judge
from dunwell.facts.verdict import Verdict
from dunwell.ledger.kinds import Answerer, ContactActor, HoldKind

DAY = date(2026, 3, 10)
REACHES = ("sms", "app_push", "email", "voice", "social", "letter")

SCHEMAS = {
    "contacts": pa.schema(
        [
            ("party_id", pa.int64()),
            ("happened_at", pa.timestamp("us")),
            ("local_date", pa.date32()),
            ("direction", pa.string()),
            ("channel", pa.string()),
            ("connected", pa.bool_()),
            ("conversation", pa.bool_()),
            ("answered_by", pa.string()),
            ("contact_point_id", pa.int64()),
            ("creditor", pa.string()),
        ]
    ),
    "holds": pa.schema(
        [("party_id", pa.int64()), ("kind", pa.string()), ("from_on", pa.date32()), ("until_on", pa.date32())]
    ),
    "consents": pa.schema(
        [
            ("party_id", pa.int64()),
            ("stance", pa.string()),
            ("granted_to", pa.string()),
            ("purpose", pa.string()),
            ("channel", pa.string()),
            ("valid_from", pa.date32()),
            ("valid_until", pa.date32()),
        ]
    ),
    "portrait": pa.schema(
        [
            ("party_id", pa.int64()),
            ("region", pa.string()),
            ("product_line", pa.string()),
            ("time_zone", pa.string()),
            ("contacted_since_overdue", pa.bool_()),
            ("special_groups", pa.string()),
            *((f"reachable_{channel}", pa.bool_()) for channel in REACHES),
            *((sign, pa.bool_()) for sign in SIGNS),
        ]
    ),
    "candidates": pa.schema(
        [
            ("row", pa.int64()),
            ("party_id", pa.int64()),
            ("customer", pa.string()),
            ("creditor", pa.string()),
            ("treatment", pa.string()),
            ("channel", pa.string()),
            ("actor", pa.string()),
        ]
    ),
}


@dataclass(frozen=True)
class Pair:
    """One customer and one contact that somebody would like to make."""

    customer: Customer
    candidate: Candidate


def _rows(number: int, pair: Pair) -> dict[str, list[dict[str, Any]]]:
    customer, candidate = pair.customer, pair.candidate
    portrait = {
        "party_id": number,
        "region": customer.region,
        "product_line": customer.product_line,
        "time_zone": customer.time_zone,
        "contacted_since_overdue": customer.contacted_since_overdue,
        "special_groups": customer.special_groups,
        **{f"reachable_{channel}": customer.reachable.get(channel) for channel in REACHES},
        **{sign: customer.signs.get(sign) for sign in SIGNS},
    }
    return {
        "contacts": [
            {
                "party_id": number,
                "contact_point_id": contact.contact_point,
                **{
                    name: getattr(contact, name)
                    for name in SCHEMAS["contacts"].names
                    if name not in ("party_id", "contact_point_id")
                },
            }
            for contact in customer.contacts
        ],
        "holds": [
            {"party_id": number, "kind": hold.kind, "from_on": hold.from_on, "until_on": hold.until_on}
            for hold in customer.holds
        ],
        "consents": [
            {
                "party_id": number,
                **{name: getattr(consent, name) for name in SCHEMAS["consents"].names if name != "party_id"},
            }
            for consent in customer.consents
        ],
        "portrait": [portrait] if customer.known else [],
        "candidates": [
            {
                "row": number,
                "party_id": number,
                "customer": f"s/{number}",
                "creditor": candidate.creditor,
                "treatment": "t",
                "channel": candidate.channel,
                "actor": candidate.actor,
            }
        ],
    }


def tables(pairs: Iterable[Pair]) -> dict[str, ibis.Table]:
    """This function will lay the pairs out as the tables of a snapshot, a portrait and the candidates."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for number, pair in enumerate(pairs):
        for name, found in _rows(number, pair).items():
            rows[name] += found
    connection = ibis.duckdb.connect()
    return {
        name: connection.create_table(name, pa.Table.from_pylist(rows[name], schema=schema))
        for name, schema in SCHEMAS.items()
    }


def judged(pairs: Sequence[Pair], *, rulebook: Rulebook, on: date) -> list[dict[str, Any]]:
    """This function will let the judge speak on each pair, in the frame's own words."""
    return [as_row(judge(rulebook, customer=pair.customer, candidate=pair.candidate, on=on)) for pair in pairs]


def disagreements(
    pairs: Sequence[Pair], *, told: Sequence[dict[str, Any]], asked: Sequence[dict[str, Any]]
) -> list[tuple[Pair, dict[str, tuple[Any, Any]]]]:
    """This function will name the pairs on which the two do not say the same, with what each says."""
    return [
        (pair, {key: (one[key], other[key]) for key in other if one[key] != other[key]})
        for pair, one, other in zip(pairs, told, asked, strict=True)
        if any(one[key] != other[key] for key in other)
    ]


def masked(pairs: Sequence[Pair], *, rulebook: Rulebook, on: date) -> list[dict[str, Any]]:
    """This function will run the frame over the pairs and return its rows in their order."""
    laid = tables(pairs)
    result = mask(laid["candidates"], tables=laid, portrait=laid["portrait"], rulebook=rulebook, on=on)
    return result.order_by("row").to_pyarrow().to_pylist()


def as_row(verdict: Verdict) -> dict[str, Any]:
    """This function will write the judge's verdict the way the frame writes its own."""

    def minutes(window: tuple[str, str]) -> int:
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in window)
        return end - start

    best = max(verdict.windows, key=minutes, default=(None, None))
    return {
        "allowed": verdict.allowed,
        "refused_rules": ";".join(refusal.rule for refusal in verdict.refusals),
        "warned_rules": ";".join(refusal.rule for refusal in verdict.warnings),
        "review_rules": ";".join(refusal.rule for refusal in verdict.reviews),
        "window_from": best[0],
        "window_until": best[1],
        "window_zone": verdict.zone,
        "earliest_on": verdict.earliest,
    }


# ---- by chance -------------------------------------------------------------------------------------------------------

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
    )


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
    )
    # Sometimes the same contact again and again, which is what caps are for.
    again = chance.choice((1, 1, 1, 8))
    history = {
        "contacts": few(_contact, 0, 0, 1, 5) * again,
        "holds": few(_hold, 0, 0, 0, 1, 4),
        "consents": few(_consent, 0, 0, 1, 6),
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
        "per": chance.choice(("creditor", "number", "person")),
    }


def _day_one(chance: Random) -> str:
    return chance.choice(("event_day", "next_day"))


SCOPES: tuple[dict[str, Any], ...] = (
    {"regions": ["US"], "zones": ["America/*", "US/*"]},
    {"regions": ["US-MA", "US-NY-NYC"], "zones": ["America/New_York"]},
    {"regions": ["GB"], "zones": ["Europe/London"]},
    {"regions": ["CN"], "zones": ["Asia/Shanghai"], "product_lines": ["consumer_credit"]},
    {"product_lines": ["mobile"]},
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
        "per": chance.choice(("creditor", "person")),
    },
    "minimum_interval": lambda chance: {
        "minutes": chance.choice((5, 90, 1440)),
        "counts": chance.choice(("attempts", "unanswered", "connected", "effective")),
        "count_channels": chance.choice(("all", ["voice"])),
        "per": chance.choice(("creditor", "person")),
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
    "opt_out": lambda chance: {"other_purposes": _some(chance, ("marketing", "collection"), 0)},
    "consent_required": lambda chance: {"purposes": _some(chance, [purpose for purpose in PURPOSES if purpose])},
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
        told["unless"] = {"consent": _some(chance, ("contact_at_night", "collection", "repeated_attempts"))}
    if chance.random() < 0.25:
        told["applies"] = chance.choice(SCOPES)
    return a_rule(kind, MAKERS[kind](chance), id=f"T{number}", **told)


def some_rulebook(chance: Random, most: int = 12) -> Rulebook:
    """This function will make up a rulebook of every kind of rule, with every way to scope it."""
    return Rulebook.of(some_rule(chance, number) for number in range(chance.randint(1, most)))
