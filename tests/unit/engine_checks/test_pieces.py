"""Cutting: every value of a type lies in one piece, and what stands for a piece lies in it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from checked_tables import D
from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine.checks import pieces
from dunwell.engine.checks.pieces import cut
from dunwell.engine.model import Months, Type

VALUES: dict[Type, st.SearchStrategy[Any]] = {
    "number": st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**18), max_value=10**18),
    "ratio": st.floats(allow_nan=False, allow_infinity=False, width=32),
    "string": st.text(max_size=3),
    "date": st.dates(),
    "time": st.times(),
    "date_time": st.datetimes(),
    "days_duration": st.timedeltas(),
    "months_duration": st.integers(-9999, 9999).map(Months),
}


@pytest.mark.parametrize("kind", list(VALUES))
@given(data=st.data())
def test_every_value_lies_in_one_piece_and_each_stands_for_its_own(kind: Type, data: st.DataObject) -> None:
    constants = data.draw(st.lists(VALUES[kind], max_size=4))
    found = cut(kind, constants, ordered=True)
    for piece in found:
        assert holders(found, piece.value) == [piece]
    value: Any = data.draw(VALUES[kind])
    assert len(holders(found, value)) == 1


def holders(found: tuple[pieces.Piece, ...], value: Any) -> list[pieces.Piece]:
    return [piece for piece in found if holds(piece, value)]


def holds(piece: pieces.Piece, value: Any) -> bool:
    if value is None or piece.value is None:
        return piece.kind == "null" and value is None
    if piece.kind == "point":
        return bool(piece.value == value)
    return (piece.low is None or piece.low < value) and (piece.high is None or value < piece.high)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("date", date(2026, 3, 1), date(2026, 3, 2)),
        ("date", None, date.min),
        ("date", date.max, None),
        ("time", None, time(0)),
        ("time", time.max, None),
        ("days_duration", timedelta(0), timedelta(microseconds=1)),
        ("months_duration", Months(1), Months(2)),
        ("string", None, ""),
        ("string", "a", "a\x00"),
        ("ratio", 1.0, 1.0000000000000002),
    ],
)
def test_nothing_lies_between(kind: Type, low: Any, high: Any) -> None:
    assert pieces.between(kind, low, high) is None


@pytest.mark.parametrize(
    ("kind", "low", "high", "plain"),
    [
        ("number", D("1.2"), D("7.5"), D(2)),
        ("number", D(90), None, D(91)),
        ("number", None, D(0), D(-1)),
        ("number", D(1), D("1.000000001"), D("1.0000000005")),
        ("date_time", datetime(2026, 3, 1, 9, 30), datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 10)),  # noqa: DTZ001
        ("time", time(22, 59, 59), time(23, 0), time(22, 59, 59, 1)),
        ("days_duration", timedelta(hours=5), None, timedelta(days=1)),
    ],
)
def test_a_plain_value_is_preferred(kind: Type, low: Any, high: Any, plain: Any) -> None:
    assert pieces.between(kind, low, high) == plain


def test_texts_without_order_have_no_intervals() -> None:
    assert [(piece.kind, piece.value) for piece in cut("string", ["b", "other", None], ordered=False)] == [
        ("point", "b"), ("point", "other"), ("other", "other 2"), ("null", None),
    ]  # fmt: skip


def test_a_boolean_is_true_false_or_null() -> None:
    assert [piece.value for piece in cut("boolean", [True], ordered=False)] == [False, True, None]
