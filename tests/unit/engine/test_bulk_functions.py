"""Operators and functions over columns: each says what it says of single values, at the edges too."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import engine_models as build
import ibis
import pyarrow as pa
import pytest
from engine_drawing import CALLS, edge_cases, every_call

from dunwell.engine import functions
from dunwell.engine.columnar import arithmetic, calls, columns
from dunwell.engine.model import Call, Constant, DecisionModel, InputError, Name

D = Decimal


def test_the_white_list_has_one_meaning_for_columns_too() -> None:
    assert calls.COLUMNS.keys() == functions.FUNCTIONS.keys()


def test_the_cases_below_call_every_function() -> None:
    called = {name for listed in CALLS.values() for form, name, _ in listed if form == "call"}
    assert called == functions.FUNCTIONS.keys()


def test_every_operator_and_function_agrees_with_the_judge() -> None:
    assert build.differences(every_call(), edge_cases()) == []


# The test of the test: each fault is what an engine's own operator or function would do.

LAID, ROUNDED, SUBSTRING = columns.laid, arithmetic.rounded, calls.COLUMNS["substring"]
FAULTS: dict[str, Callable[..., Any]] = {
    "modulo": lambda left, right: left % right.nullif(0),  # the sign of the dividend
    "decimal": lambda number, places: ROUNDED(number, places) if places else number.round(),  # halves away from zero
    "substring": lambda text, start, length=None: SUBSTRING(text, max(start, 1), length),
    "substring after": lambda text, match: text.substr(text.find(match)),
    "min": ibis.least,  # nulls skipped
    "years and months duration": lambda start, end: (
        (end.year().cast("int64") - start.year()) * 12 + end.month() - start.month()
    ),
    "days": lambda span: arithmetic.floor_divide(span, 86_400_000_000),  # below zero one more
    "weekday": lambda day: day.day_of_week.index().cast("int64"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_function_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(calls.COLUMNS, name, FAULTS[name])  # type: ignore[arg-type]  # a dict, declared as a Mapping
    model = every_call()
    called = tuple(one for one in model.decisions if f": {name}(" in one.name)
    assert build.differences(DecisionModel(model.name, model.inputs, called), edge_cases(150))


def test_a_duration_added_where_it_is_taken_away_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "laid", lambda operator, *rest, kinds: LAID("+", *rest, kinds=kinds))
    model = every_call()
    called = tuple(one for one in model.decisions if ": -(date, " in one.name and "duration" in one.name)
    assert build.differences(DecisionModel(model.name, model.inputs, called), edge_cases(50))


def test_a_function_that_tables_do_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(calls.COLUMNS, "sqrt")  # type: ignore[arg-type]  # a dict, declared as a Mapping
    with pytest.raises(InputError) as error:
        calls.call(Call("sqrt", (Name("n", "number"),), "ratio"), [ibis.literal(1)])
    assert str(error.value) == "the function sqrt cannot be computed over tables -> decide case by case"


def test_a_null_argument_gives_a_null_of_the_right_type() -> None:
    nothing = columns.of(Call("sqrt", (Constant(None),), "ratio"), columns.Facts(ibis.table({"n": "int64"}, "t"), {}))
    assert str(nothing.type()) == "float64"


def column(values: list[object], kind: pa.DataType) -> ibis.Table:
    return ibis.memtable(pa.table({"case": range(len(values)), "x": pa.array(values, kind)}))


LONG = [D("9007199254740993.123456789"), D("-12345678901234567890.000000001"), D("0.1"), D("1e28"), None]


def test_a_long_decimal_becomes_the_float_that_python_takes() -> None:
    table = column(LONG, pa.decimal128(38, 9))
    found = build.answers(table.select("case", x=arithmetic.as_float(table.x)))
    assert [row["x"] for row in found] == [None if value is None else float(value) for value in LONG]


@pytest.mark.parametrize("places", [0, 1, 2, 9])
def test_halves_go_to_the_even_digit(places: int) -> None:
    values = [D(text) for text in ("0.5", "1.5", "2.5", "-0.5", "-1.5", "0.25", "0.35", "0.125", "99999.995", "-0.005")]
    table = column(list(values), pa.decimal128(18, 3))
    found = build.answers(table.select("case", x=arithmetic.rounded(table.x, places)))
    assert [D(row["x"]) for row in found] == [functions.FUNCTIONS["decimal"].python(value, places) for value in values]


def test_a_float_is_not_rounded_as_if_it_were_exact() -> None:
    with pytest.raises(InputError, match="asked to round a binary float"):
        arithmetic.rounded(ibis.table({"x": "float64"}, "t").x, 2)


@pytest.mark.parametrize("by", [1, 7, 60, 86_400_000_000])
def test_long_integers_are_divided_exactly(by: int) -> None:
    values = [0, 1, -1, 59, 60, -61, 86_399_999_999, -86_400_000_001, 9_000_000_000_000_000_001]
    values = [value for value in values if abs(value) // by < 2**52]
    table = column(list(values), pa.int64())
    found = build.answers(table.select("case", x=arithmetic.floor_divide(table.x, by)))
    assert [row["x"] for row in found] == [value // by for value in values]
