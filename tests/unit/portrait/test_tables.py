"""The tables as others meet them: their columns, the types that the engine really gives, and the documented page."""

from datetime import date
from functools import cache
from typing import Any

import ibis
import pyarrow as pa
import pytest
from portrait_tables import ROOT, TERMS, TODAY, account, compiled, engine, party, snapshot, unbound

from dunwell.ledger.kinds import ProductLine
from dunwell.portrait import dimensions
from dunwell.portrait.dimensions import DIMENSIONS
from dunwell.portrait.frame import IDENTITY, POSITION, portrait, positions

EMPTY = snapshot(parties=[party()], accounts=[account()])


@cache
def told(chapter: str) -> ibis.Table:
    """This function will build the expression without any rows."""
    stood = positions(unbound(), as_of=TODAY, terms=TERMS)
    return stood if chapter == "positions" else portrait(unbound(), stood, as_of=TODAY, terms=TERMS)


@pytest.mark.parametrize("chapter", ["positions", "portrait"])
def test_the_engine_gives_the_types_that_ibis_believes_in(chapter: str) -> None:
    """Ibis leaves out a cast that it thinks needless: a sum of counts then is a 128-bit number and slow for ever."""
    for name, table in EMPTY.items():
        engine().register(name, table)
    found = engine().execute(compiled(chapter, TODAY, TERMS.model_dump_json())).to_arrow_table().schema
    believed = told(chapter).schema().to_pyarrow()
    assert {field.name: _plain(field.type) for field in found} == {f.name: _plain(f.type) for f in believed}


def _plain(kind: Any) -> Any:
    return pa.string() if pa.types.is_large_string(kind) else kind


def test_the_columns_are_the_declared_ones_in_their_order() -> None:
    assert told("positions").columns == POSITION
    assert told("portrait").columns == (*IDENTITY, *(dimension.name for dimension in DIMENSIONS))


def test_money_is_decimal_in_every_column() -> None:
    table = told("positions")
    for name in ("outstanding", "overdue", "unapplied", *(c for c in table.columns if c.startswith("outstanding_"))):
        assert str(table[name].type()) == "decimal(18, 3)"


def test_dimensions_are_declared_once_and_wholly() -> None:
    names = [dimension.name for dimension in DIMENSIONS]
    assert len(names) == len(set(names)) >= 24
    assert all(d.name.isidentifier() and d.en and d.zh and d.unit and d.window and d.null for d in DIMENSIONS)
    assert not any("|" in f"{d.en}{d.zh}{d.unit}{d.window}{d.null}" for d in DIMENSIONS), "it would break the page"


def test_a_window_in_the_name_is_the_window_that_is_told() -> None:
    units = {"m": "month", "d": "day"}
    for dimension in DIMENSIONS:
        ending = dimension.name.rsplit("_", 1)[-1]
        if ending[:-1].isdigit() and ending[-1] in units:
            assert f"{ending[:-1]} {units[ending[-1]]}" in dimension.window, dimension.name


def test_the_page_says_what_the_code_says() -> None:
    assert (ROOT / dimensions.PAGE).read_text(encoding="utf-8") == dimensions.markdown()
    assert all(f"| `{dimension.name}` |" in dimensions.markdown() for dimension in DIMENSIONS)


def test_nothing_personal_can_be_in_the_tables() -> None:
    """Names, numbers and free text are not in the snapshot, so no column can carry them on."""
    texts = {name for name in told("portrait").columns if told("portrait")[name].type().is_string()}
    assert texts == {
        "customer", "kind", "region", "time_zone", "language", "tier", "special_groups", "product_line", "creditor",
        "bucket", "preferred_channel", "overdue_cause", "sources_seen",
    }  # fmt: skip


@pytest.mark.parametrize("chapter", ["positions", "portrait"])
def test_no_expression_is_worked_out_twice(chapter: str) -> None:
    """Each table of facts is scanned for what it tells, not again for each chapter that reads the result."""
    sql = str(ibis.to_sql(told(chapter), "duckdb"))
    most = {"charges": 2, "payments": 1, "contacts": 2, "signals": 1, "contact_points": 1, "accounts": 2}
    for name, scans in most.items():
        assert sql.count(f'FROM "{name}" AS') + sql.count(f'JOIN "{name}" AS') <= scans, name


def test_positions_can_be_told_to_another_engine() -> None:
    """The same expression compiles for a cluster (the portrait needs a running session to compile for one)."""
    sql = " ".join(str(ibis.to_sql(told("positions"), "pyspark")).split())
    assert "OVER ( PARTITION BY" in sql
    assert "`charges`" in sql


def test_a_product_line_that_nobody_knows_has_no_days_of_grace() -> None:
    rows = snapshot(
        parties=[party()],
        accounts=[account(product_line="gas")],
        charges=[{"charge_id": 1, "account_id": 1, "due_on": date(2026, 11, 19), "component": "fee", "amount": "1"}],
    )
    for name, table in rows.items():
        engine().register(name, table)
    found = engine().execute(compiled("positions", TODAY, TERMS.model_dump_json())).to_arrow_table().to_pylist()
    assert [row["delinquent_days"] for row in found] == [1]
    assert "gas" not in ProductLine.values
