"""Customers for the tests, from values to the tables that the frame reads; judged and masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from dunwell.compliance.frame import mask
from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import Candidate, Contact, Customer
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rules import judge
from dunwell.facts.verdict import Verdict

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
            ("debts", pa.list_(pa.string())),
            ("claim", pa.string()),
            ("household", pa.string()),
            ("wrong_number", pa.bool_()),
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
            ("contact_point_id", pa.int64()),
            ("valid_from", pa.date32()),
            ("valid_until", pa.date32()),
        ]
    ),
    "wishes": pa.schema(
        [
            ("party_id", pa.int64()),
            ("stance", pa.string()),
            ("days", pa.string()),
            ("from_minute", pa.int32()),
            ("until_minute", pa.int32()),
            ("place", pa.string()),
            ("channel", pa.string()),
            ("contact_point_id", pa.int64()),
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
            ("debts", pa.list_(pa.string())),
            ("claim", pa.string()),
            ("household", pa.string()),
        ]
    ),
}
# Parties with this number more than a customer's live with him.
HOUSEMATE = 1_000_000


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
            *(_contact_row(contact, party=number, home=number) for contact in customer.contacts),
            *(_contact_row(contact, party=number + HOUSEMATE, home=number) for contact in customer.housemates),
        ],
        "holds": [
            {"party_id": number, "kind": hold.kind, "from_on": hold.from_on, "until_on": hold.until_on}
            for hold in customer.holds
        ],
        **{
            table: [
                {
                    "party_id": number,
                    "contact_point_id": told.contact_point,
                    **{
                        name: getattr(told, name)
                        for name in SCHEMAS[table].names
                        if name not in ("party_id", "contact_point_id")
                    },
                }
                for told in facts
            ]
            for table, facts in (("consents", customer.consents), ("wishes", customer.wishes))
        },
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
                "debts": list(candidate.debts) or None,
                "claim": candidate.claim,
                "household": _home(candidate.household, number=number),
            }
        ],
    }


def _contact_row(contact: Contact, *, party: int, home: int) -> dict[str, Any]:
    told = {name: getattr(contact, name) for name in SCHEMAS["contacts"].names if name in Contact.__slots__}
    lists = {"debts": list(contact.debts), "household": _home(contact.household, number=home)}
    return {**told, **lists, "party_id": party, "contact_point_id": contact.contact_point}


def _home(household: str | None, *, number: int) -> str | None:
    """This function will give each customer households of his own."""
    return household and f"{number}/{household}"


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
