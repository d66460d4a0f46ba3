"""Snapshots made by hand: rows as dictionaries, whatever is left out is null."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from dunwell.portrait.frame import portrait, positions
from dunwell.portrait.rules import Facts, Position, Terms, load_terms
from dunwell.portrait.timeline import SCHEMAS

ROOT = Path(__file__).parents[3]
TERMS = load_terms(ROOT / "strategies/positions.yaml")
TODAY = date(2026, 11, 20)

ID, DAY, TEXT, WHOLE = pa.int64(), pa.date32(), pa.string(), pa.int32()
ALL_SCHEMAS = SCHEMAS | {
    "parties": {
        "party_id": ID, "customer": TEXT, "kind": TEXT, "region": TEXT, "time_zone": TEXT, "language": TEXT,
        "tier": TEXT, "special_groups": TEXT, "customer_since": DAY,
    },
    "contacts": {
        "party_id": ID, "happened_at": pa.timestamp("us"), "local_date": DAY, "local_hour": WHOLE, "direction": TEXT,
        "channel": TEXT, "purpose": TEXT, "actor": TEXT, "connected": pa.bool_(), "conversation": pa.bool_(),
        "answered_by": TEXT, "outcome": TEXT, "contact_point_id": ID, "creditor": TEXT,
    },
    "contact_points": {
        "contact_point_id": ID, "party_id": ID, "channel": TEXT, "quality": TEXT, "valid_from": DAY,
        "valid_until": DAY,
    },
    "consents": {
        "party_id": ID, "stance": TEXT, "granted_to": TEXT, "purpose": TEXT, "channel": TEXT, "valid_from": DAY,
        "valid_until": DAY,
    },
    "signals": {
        "party_id": ID, "account_id": ID, "source_kind": TEXT, "kind": TEXT, "happened_on": DAY,
        "number": pa.decimal128(18, 6), "code": TEXT,
    },
}  # fmt: skip

Rows = Iterable[Mapping[str, Any]]
Snapshot = Mapping[str, pa.Table]


def day(days_ago: int) -> date:
    """This function will give the day so many days before TODAY."""
    return TODAY - timedelta(days=days_ago)


def snapshot(**rows: Rows) -> Snapshot:
    """This function will make the tables; one that is not given is empty."""
    assert set(rows) <= set(ALL_SCHEMAS)
    return {name: _table(columns, list(rows.get(name, ()))) for name, columns in ALL_SCHEMAS.items()}


def _table(columns: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> pa.Table:
    assert all(set(row) <= set(columns) for row in rows), "a row has a column that the snapshot does not have"
    money = {name for name, kind in columns.items() if pa.types.is_decimal(kind)}
    exact = [{n: Decimal(v) if n in money and v is not None else v for n, v in row.items()} for row in rows]
    return pa.Table.from_pylist(exact, schema=pa.schema(columns.items()))


def unbound() -> dict[str, ibis.Table]:
    """This function will give the tables of a snapshot without their rows."""
    return {
        name: ibis.table(ibis.Schema.from_pyarrow(pa.schema(columns.items())), name=name)
        for name, columns in ALL_SCHEMAS.items()
    }


@cache
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@cache
def compiled(chapter: str, as_of: date, terms_json: str) -> str:
    """This function will compile the positions or the portraits of a day and its terms once; rows may then change."""
    terms = Terms.model_validate_json(terms_json)
    table = positions(unbound(), as_of=as_of, terms=terms)
    if chapter == "portrait":
        table = portrait(unbound(), table, as_of=as_of, terms=terms)
    return str(ibis.to_sql(table, "duckdb"))


def computed(chapter: str, tables: Snapshot, *, as_of: date, terms: Terms) -> list[dict[str, Any]]:
    for name, table in tables.items():
        engine().register(name, table)
    found = engine().execute(compiled(chapter, as_of, terms.model_dump_json()))
    return list(found.to_arrow_table().to_pylist())


def account(number: int = 1, **changes: Any) -> dict[str, Any]:
    usual = {"account_id": number, "party_id": 1, "account": f"t/A{number}", "product_line": "invoice"}
    return usual | {"creditor": "acme", "currency": "CNY"} | changes


def party(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {"party_id": number, "customer": f"t/C{number}", "kind": "person"} | changes


def stand(tables: Snapshot, *, as_of: date = TODAY, terms: Terms = TERMS) -> dict[str, dict[str, Any]]:
    """This function will compute the positions and give them by the account's name."""
    return {row["account"]: row for row in computed("positions", tables, as_of=as_of, terms=terms)}


def draw(tables: Snapshot, *, as_of: date = TODAY, terms: Terms = TERMS) -> dict[str, dict[str, Any]]:
    """This function will draw the portraits and give them by the customer's name."""
    return {row["customer"]: row for row in computed("portrait", tables, as_of=as_of, terms=terms)}


def as_tables(accounts: Iterable[Facts], *, as_of: date) -> Snapshot:
    """This function will put the judge's accounts into tables, as the snapshot of a day would have them."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ALL_SCHEMAS}
    for number, facts in enumerate((f.on(as_of) for f in accounts), 1):
        mine = {"account_id": number}
        line = "consumer_credit" if facts.allocation == "component_first" else "invoice"
        rows["parties"].append(party(number))
        rows["accounts"].append(account(number, party_id=number, product_line=line, grace_days=facts.grace_days))
        rows["charges"] += [
            mine | {"charge_id": number * 1000 + c.id, "booked_on": c.booked_on, "due_on": c.due_on}
            | {"component": c.component, "amount": c.amount}
            for c in facts.charges
        ]  # fmt: skip
        rows["payments"] += [
            mine | {"payment_id": p.id and number * 1000 + p.id, "charge_id": p.charge and number * 1000 + p.charge}
            | {"paid_on": p.paid_on, "amount": p.amount}
            for p in facts.payments
        ]  # fmt: skip
        rows["adjustments"] += [
            mine | {"payment_id": a.payment and number * 1000 + a.payment, "effective_on": a.effective_on}
            | {"charge_id": a.charge and number * 1000 + a.charge, "kind": a.kind, "amount": a.amount}
            for a in facts.adjustments
        ]  # fmt: skip
        # Holds of the account and of the whole case take turns.
        rows["holds"] += [
            {"party_id": number, "account_id": number if turn % 2 else None, "kind": "pause"}
            | {"from_on": h.from_on, "until_on": h.until_on}
            for turn, h in enumerate(facts.holds)
        ]
    return snapshot(**rows)


def as_row(judged: Position) -> dict[str, Any]:
    """This function will name what the judge says as the frame does."""
    row = {name: getattr(judged, name) for name in Position.__slots__ if name != "outstanding"}
    by_component = {f"outstanding_{component.value}": amount for component, amount in judged.outstanding.items()}
    return row | by_component | {"outstanding": sum(by_component.values())}
