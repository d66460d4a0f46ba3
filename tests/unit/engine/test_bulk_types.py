"""What columns hold for each type, and what is refused in its place."""

# ruff: noqa: DTZ001 - local times have no zone
from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import engine_models as build
import ibis
import pytest
from engine_drawing import EDGES, KINDS, VALUES

from dunwell.engine import bulk
from dunwell.engine.columnar import columns
from dunwell.engine.model import Decision, DecisionModel, Formula, InputData, InputError, Months, Name, Type, Value

PAIRS = [(kind, value) for kind in KINDS for value in (*VALUES[kind], *EDGES.get(kind, []), None)]


def echo(kind: Type) -> DecisionModel:
    """This function will make a model that gives back the one fact it takes."""
    formula = Formula("told", kind, Name("fact", kind))
    return DecisionModel("echo", (InputData("fact", kind),), (Decision("d", "told", (), formula),))


@pytest.mark.parametrize(("kind", "value"), PAIRS)
def test_values_go_into_columns_and_come_back(kind: Type, value: Value) -> None:
    assert columns.restored(columns.stored(value), kind) == value


@pytest.mark.parametrize("kind", KINDS)
def test_values_go_through_an_engine_and_come_back(kind: Type) -> None:
    rows = [{"fact": value} for value in (*VALUES[kind], None)]
    assert build.differences(echo(kind), rows) == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (time(23, 59, 59, 999999), 86_399_999_999),
        (timedelta(days=-1, seconds=1), -86_399_000_000),
        (Months(-26), -26),
        (datetime(2026, 3, 1, 9, 30), datetime(2026, 3, 1, 9, 30)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (Decimal("1.5"), Decimal("1.5")),
        (None, None),
    ],
)
def test_a_value_is_stored_as(value: Value, kept: object) -> None:
    assert columns.stored(value) == kept


def test_a_span_too_long_for_a_table_is_refused() -> None:
    with pytest.raises(InputError, match="too long for a table -> give less than 292,000 years"):
        columns.stored(timedelta(days=200_000_000))


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        ([Decimal(1), Decimal("1e17"), None], "number", "int64"),
        ([Decimal("0.5"), Decimal(100)], "number", "decimal(4, 1)"),
        ([Decimal("1e20")], "number", "decimal(21, 0)"),
        ([], "number", "int64"),
        ([time(1)], "time", "int64"),
        ([], "date_time", "timestamp(6)"),
        ([], "ratio", "float64"),
    ],
)
def test_the_narrowest_column_for_some_values_is(values: list[Value], kind: Type, found: str) -> None:
    assert str(columns.type_for(values, kind)) == found


@pytest.mark.parametrize(
    ("kind", "column_type", "cure"),
    [
        ("time", "time", "give whole microseconds since midnight, as int64"),
        ("time", "float64", "give whole microseconds since midnight, as int64"),
        ("date_time", "timestamp('UTC')", "give a timestamp without zone, of microseconds"),
        ("date_time", "timestamp(9)", "give a timestamp without zone, of microseconds"),
        ("date_time", "date", "give a timestamp without zone, of microseconds"),
        ("days_duration", "interval('s')", "give whole microseconds, as int64"),
        ("months_duration", "decimal(5, 0)", "give whole months, as int64"),
        ("ratio", "string", "cast it before"),
    ],
)
def test_a_column_that_does_not_fit_is_refused(kind: Type, column_type: str, cure: str) -> None:
    with pytest.raises(InputError) as error:
        bulk.decide(ibis.table({"fact": column_type}, name="cases"), echo(kind))
    assert str(error.value).startswith("echo: column 'fact' is ")
    assert str(error.value).endswith(f"not a {kind} -> {cure}")


@pytest.mark.parametrize("column_type", ["timestamp", "timestamp(3)", "timestamp(6)"])
def test_a_moment_may_have_fewer_places(column_type: str) -> None:
    bulk.decide(ibis.table({"fact": column_type}, name="cases"), echo("date_time"))


@pytest.mark.parametrize("value", [value for _, value in PAIRS if value is not None])
def test_a_literal_is_what_it_stands_for(value: Value) -> None:
    kind = next(kind for kind, one in PAIRS if one is value)
    found = build.run(ibis.memtable({"case": [1]}).select(x=columns.constant(value))).to_pylist()[0]["x"]
    assert columns.restored(found, kind) == value
