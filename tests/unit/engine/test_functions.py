"""Every function of the white list as a table of examples: folded when it is loaded, in one case, and in a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import feel_texts
import pytest
from feel_texts import at

from dunwell.engine.functions import FUNCTIONS, PROPERTIES
from dunwell.engine.model import Months, Value
from dunwell.engine.reading.calling import CALLED

D = Decimal
DAY, LEAP, LAST = date(2023, 1, 31), date(2024, 2, 29), date(9999, 12, 31)
NOON = at("2024-02-29T12:34:56")

# The call over `a`, `b`, `c`; their types; rows of values, each with what comes out at its end.
Examples = tuple[str, str, Sequence[Sequence[Any]]]
TEXTS: list[Examples] = [
    ("substring(a, 3)", "string", [("foobar", "obar"), ("fo", None), ("", None), (None, None), ("善收款项", "款项")]),
    ("substring(a, 1)", "string", [("foobar", "foobar"), ("f", "f"), ("", None)]),
    ("substring(a, -2)", "string", [("foobar", "ar"), ("ar", "ar"), ("r", None), (None, None)]),
    ("substring(a, 0)", "string", [("foobar", None)]),
    ("substring(a, 3, 3)", "string", [("foobar", "oba"), ("foob", "ob"), ("fo", None)]),
    ("substring(a, -2, 1)", "string", [("foobar", "a"), ("foob r", " ")]),
    ("substring(a, 2, 0)", "string", [("foobar", None)]),
    ("substring(a, 1, -1)", "string", [("foobar", None)]),
    ("substring(string: a, start position: 2, length: 2)", "string", [("foobar", "oo")]),
    ("substring(start position: -1, string: a)", "string", [("foobar", "r")]),
    ("string length(a)", "string", [("", D(0)), ("foo", D(3)), ("善收", D(2)), ("🐎😀", D(2)), (None, None)]),
    (
        "contains(a, b)",
        "string, string",
        [
            ("foobar", "ob", True),
            ("foobar", "of", False),
            ("foobar", "", True),
            ("", "", True),
            ("a%b", "%", True),
            ("ab", "_", False),
            (None, "a", None),
            ("a", None, None),
        ],
    ),
    ("contains(match: b, string: a)", "string, string", [("foobar", "ob", True)]),
    (
        "starts with(a, b)",
        "string, string",
        [("foobar", "fo", True), ("foobar", "bar", False), ("a", "", True), (None, "a", None)],
    ),
    (
        "ends with(a, b)",
        "string, string",
        [("foobar", "bar", True), ("foobar", "fo", False), ("a", "", True), ("a", None, None)],
    ),
    (
        "substring before(a, b)",
        "string, string",
        [
            ("foobar", "bar", "foo"),
            ("foobar", "o", "f"),
            ("foobar", "x", ""),
            ("foobar", "", ""),
            ("", "", ""),
            ("abc", "a", ""),
            (None, "a", None),
            ("a", None, None),
        ],
    ),
    (
        "substring after(a, b)",
        "string, string",
        [
            ("foobar", "ob", "ar"),
            ("foobar", "o", "obar"),
            ("foobar", "x", ""),
            ("abc", "", "abc"),
            ("", "a", ""),
            ("", "", ""),
            ("abc", "c", ""),
            (None, "a", None),
            ("a", None, None),
        ],
    ),
]
NUMBERS: list[Examples] = [
    ("abs(a)", "number", [(D("-1.5"), D("1.5")), (D(2), D(2)), (D(0), D(0)), (None, None)]),
    ("floor(a)", "number", [(D("1.5"), D(1)), (D("-1.5"), D(-2)), (D(-2), D(-2)), (D("0.999"), D(0)), (None, None)]),
    ("ceiling(a)", "number", [(D("1.5"), D(2)), (D("-1.5"), D(-1)), (D("-0.5"), D(0)), (D(3), D(3)), (None, None)]),
    ("floor(n: a)", "number", [(D("1.5"), D(1))]),
    (
        "decimal(a, 0)",
        "number",
        [(D("0.5"), D(0)), (D("1.5"), D(2)), (D("2.5"), D(2)), (D("-1.5"), D(-2)), (None, None)],
    ),
    ("decimal(a, 2)", "number", [(D("0.515"), D("0.52")), (D("0.525"), D("0.52")), (D("-0.001"), D(0)), (D(7), D(7))]),
    ("decimal(scale: 1, n: a)", "number", [(D("0.25"), D("0.2")), (D("0.35"), D("0.4"))]),
    (
        "modulo(a, b)",
        "number, number",
        [
            (D(12), D(5), D(2)),
            (D(-12), D(5), D(3)),
            (D(12), D(-5), D(-3)),
            (D(-12), D(-5), D(-2)),
            (D("10.1"), D("4.5"), D("1.1")),
            (D("-10.1"), D("4.5"), D("3.4")),
            (D("10.1"), D("-4.5"), D("-3.4")),
            (D("-10.1"), D("-4.5"), D("-1.1")),
            (D(10), D(0), None),
            (D(0), D(4), D(0)),
            (None, D(4), None),
            (D(4), None, None),
        ],
    ),
    ("modulo(dividend: a, divisor: b)", "number, number", [(D(10), D(4), D(2))]),
    ("sqrt(a)", "number", [(D(4), 2.0), (D(0), 0.0), (D(-1), None), (D("0.25"), 0.5), (None, None)]),
    ("sqrt(number: a)", "number", [(D(9), 3.0)]),
    ("min(a, b)", "number, number", [(D(1), D(2), D(1)), (D(2), D("-2.5"), D("-2.5")), (None, D(1), None)]),
    ("max(a, b)", "number, number", [(D(1), D(2), D(2)), (D(2), D("-2.5"), D(2)), (D(1), None, None)]),
    ("max(a)", "number", [(D(1), D(1)), (None, None)]),
    ("min(a, b, 0, 7)", "number, number", [(D(1), D(2), D(0)), (D(-1), D(2), D(-1))]),
    ("min(a, b)", "string, string", [("a", "b", "a"), ("B", "a", "B"), ("", "a", ""), (None, "a", None)]),
    ("max(a, b)", "date, date", [(DAY, LEAP, LEAP), (DAY, None, None)]),
    ("min(a, b)", "days and time duration, days and time duration", [(timedelta(1), timedelta(-1), timedelta(-1))]),
    ("min(a / 2, b)", "number, number", [(D(1), D(2), 0.5), (D(8), D(2), 2.0)]),
    ("abs(a / 2)", "number", [(D(-1), 0.5)]),
    ("floor(a / 2)", "number", [(D(5), 2.0), (D(-5), -3.0)]),
    ("ceiling(a / 2)", "number", [(D(5), 3.0), (D(-5), -2.0)]),
    ("sqrt(a / 2)", "number", [(D(8), 2.0), (D(-8), None)]),
    ("not(a)", "boolean", [(True, False), (False, True), (None, None)]),
    ("not(negand: a)", "boolean", [(True, False)]),
]
DAYS: list[Examples] = [
    (
        "date(a, b, c)",
        "number, number, number",
        [
            (D(2024), D(2), D(29), LEAP),
            (D(2023), D(2), D(29), None),
            (D(2024), D(4), D(31), None),
            (D(2024), D(13), D(1), None),
            (D(2024), D(0), D(1), None),
            (D(2024), D(1), D(0), None),
            (D(9999), D(12), D(31), LAST),
            (None, D(1), D(1), None),
            (D(2024), None, D(1), None),
            (D(2024), D(1), None, None),
        ],
    ),
    ("date(day: c, month: b, year: a)", "number, number, number", [(D(2024), D(1), D(31), date(2024, 1, 31))]),
    ("date(a)", "date and time", [(NOON, LEAP), (None, None)]),
    ("date(a)", "date", [(DAY, DAY), (None, None)]),
    ("date(from: a)", "date and time", [(NOON, LEAP)]),
    ("time(a)", "date and time", [(NOON, time(12, 34, 56)), (None, None)]),
    (
        "date and time(a, b)",
        "date, time",
        [(LEAP, time(12, 34, 56), NOON), (None, time(0), None), (LEAP, None, None)],
    ),
    ("date and time(date: a, time: b)", "date, time", [(LEAP, time(0), at("2024-02-29T00:00:00"))]),
    (
        "years and months duration(a, b)",
        "date, date",
        [
            (date(2011, 12, 22), date(2013, 8, 24), Months(20)),
            (date(2013, 8, 24), date(2011, 12, 22), Months(-20)),
            (date(2023, 1, 31), date(2023, 2, 28), Months(0)),
            (date(2023, 1, 31), date(2023, 3, 30), Months(1)),
            (date(2023, 1, 31), date(2023, 3, 31), Months(2)),
            (LEAP, date(2025, 2, 28), Months(11)),
            (LEAP, date(2025, 3, 1), Months(12)),
            (date(2025, 2, 28), LEAP, Months(-11)),
            (DAY, DAY, Months(0)),
            (None, DAY, None),
            (DAY, None, None),
        ],
    ),
    (
        "years and months duration(from: a, to: b)",
        "date and time, date and time",
        [(at("2014-12-31T23:12:59"), at("2019-10-01T12:32:59"), Months(57))],
    ),
    (
        "day of week(a)",
        "date",
        [(date(2026, 3, 2), "Monday"), (date(2026, 3, 1), "Sunday"), (LEAP, "Thursday"), (None, None)],
    ),
    ("day of week(date: a)", "date and time", [(at("2019-09-17T10:10:10"), "Tuesday")]),
]
PARTS: list[Examples] = [
    ("a.year", "date", [(LEAP, D(2024)), (date(1, 1, 1), D(1)), (None, None)]),
    ("a.month", "date", [(LEAP, D(2))]),
    ("a.day", "date", [(LEAP, D(29))]),
    ("a.weekday", "date", [(date(2026, 3, 2), D(1)), (date(2026, 3, 1), D(7)), (None, None)]),
    ("a.year", "date and time", [(NOON, D(2024))]),
    ("a.month", "date and time", [(NOON, D(2))]),
    ("a.day", "date and time", [(NOON, D(29))]),
    ("a.weekday", "date and time", [(NOON, D(4))]),
    ("a.hour", "date and time", [(NOON, D(12)), (None, None)]),
    ("a.minute", "date and time", [(NOON, D(34))]),
    ("a.second", "date and time", [(NOON, D(56))]),
    ("a.hour", "time", [(time(23, 59, 58), D(23)), (None, None)]),
    ("a.minute", "time", [(time(23, 59, 58), D(59))]),
    ("a.second", "time", [(time(23, 59, 58), D(58))]),
    (
        "a.years",
        "years and months duration",
        [(Months(26), D(2)), (Months(-26), D(-2)), (Months(11), D(0)), (None, None)],
    ),
    ("a.months", "years and months duration", [(Months(26), D(2)), (Months(-26), D(-2)), (Months(12), D(0))]),
    (
        "a.days",
        "days and time duration",
        [(timedelta(3, 7200), D(3)), (timedelta(hours=-25), D(-1)), (timedelta(hours=23), D(0)), (None, None)],
    ),
    ("a.hours", "days and time duration", [(timedelta(3, 7205), D(2)), (timedelta(hours=-25), D(-1))]),
    ("a.minutes", "days and time duration", [(timedelta(minutes=125), D(5)), (timedelta(minutes=-125), D(-5))]),
    ("a.seconds", "days and time duration", [(timedelta(seconds=125), D(5)), (timedelta(seconds=-125), D(-5))]),
    ("(a + b).day", "date, days and time duration", [(DAY, timedelta(1), D(1))]),
]
ALL = TEXTS + NUMBERS + DAYS + PARTS


def test_every_function_and_property_has_examples() -> None:
    told = " ".join(text for text, _, _ in ALL)
    assert {name for name in PROPERTIES if f".{name}" not in told} == set()
    assert {name for name in (CALLED - {"duration"}) | {"not"} if f"{name}(" not in told} == set()
    assert FUNCTIONS.keys() - {"day of", "time of", *PROPERTIES} <= CALLED | {"not"}


@pytest.mark.parametrize(("text", "kinds", "rows"), ALL, ids=[f"{text}, {kinds}" for text, kinds, _ in ALL])
def test_a_function_gives_what_its_table_says(
    text: str, kinds: str, rows: Sequence[Sequence[Value]], tmp_path: Path
) -> None:
    given, expected = [row[:-1] for row in rows], [row[-1] for row in rows]
    judged, wide = feel_texts.calculated(tmp_path, text, kinds, given)
    assert judged == expected
    assert [type(value) for value in judged] == [type(value) for value in expected]
    assert wide == expected


@pytest.mark.parametrize(("text", "kinds", "rows"), ALL, ids=[f"{text}, {kinds}" for text, kinds, _ in ALL])
def test_a_function_of_literals_is_computed_when_it_is_loaded(
    text: str, kinds: str, rows: Sequence[Sequence[Value]]
) -> None:
    for *given, expected in rows:
        if None not in given:
            assert feel_texts.folded(text, given) == expected, (text, given)
