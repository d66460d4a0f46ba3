"""The words of S-FEEL: how an entry is cut into tokens, and what each of them means."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from dunwell.engine.model import ModelError, Months, Name, Place, Value
from dunwell.engine.reading import lexer

PLACE = Place("risk.dmn")
NAMES = ("dpd", "Monthly Salary", "逾期天数", "a-b", "T.high", "not paid", "date", "opened on")
SCOPE = {name: Name(name, "number") for name in NAMES}
FUNCTIONS = ("date", "date and time", "string length", "min")


def tokens(text: str) -> tuple[lexer.Token, ...]:
    return lexer.tokens(text, scope=SCOPE, functions=FUNCTIONS, place=PLACE)


def cut(text: str) -> list[str]:
    return [token.shown for token in tokens(text)[:-1]]


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokens(text)[:-1]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \n\t ", []),
        ("[1..5)", ["[", "1", "..", "5", ")"]),
        ("[.5...6]", ["[", ".5", "..", ".6", "]"]),
        ("1.5..2.5", ["1.5", "..", "2.5"]),
        (">=18", [">=", "18"]),
        ("> =", [">", "="]),
        ("dpd-1", ["dpd", "-", "1"]),
        ("a-b-a-b", ["a-b", "-", "a-b"]),
        ("12*Monthly Salary/dpd", ["12", "*", "Monthly Salary", "/", "dpd"]),
        ("逾期天数>30", ["逾期天数", ">", "30"]),
        ("T.high+1", ["T.high", "+", "1"]),
        ("not paid", ["not paid"]),
        ("not(dpd)", ["not", "(", "dpd", ")"]),
        ('"a,b","c"', ['"a,b"', ",", '"c"']),
        ("if true then null else false", ["if", "true", "then", "null", "else", "false"]),
        ("2**-1", ["2", "**", "-", "1"]),
        ("dpd between 1 and 2", ["dpd", "between", "1", "and", "2"]),
        ("dpd in(1,2)", ["dpd", "in", "(", "1", ",", "2", ")"]),
        ('@"P1D"+@"10:00:00"', ['@"P1D"', "+", '@"10:00:00"']),
        ("string  length (dpd)", ["string  length", "(", "dpd", ")"]),
        ("date", ["date"]),
        ("opened on.year", ["opened on", ".", "year"]),
        ("1 // one\n+ 2 // two", ["1", "+", "2"]),
        ("1 /* one */ + /* and\nsome */2", ["1", "+", "2"]),
        ('"// no comment" + "/* nor this */"', ['"// no comment"', "+", '"/* nor this */"']),
        ("/**/1/**/", ["1"]),
        ("opened on . year", ["opened on", ".", "year"]),
    ],
)
def test_an_entry_is_cut_into_its_words(text: str, words: list[str]) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("007", Decimal(7)),
        ("1.50", Decimal("1.5")),
        ("000000000000000000000001", Decimal(1)),
        ('""', ""),
        ('"\\t\\n\\r\\\\\\"\\\'"', "\t\n\r\\\"'"),
        ('"\\u0041\\U01F600"', "A😀"),
        ('"a\nb"', "a\nb"),
        ("true", True),
        ("null", None),
        ("1e3", Decimal(1000)),
        ("1.5E-2", Decimal("0.015")),
        ("1e+2", Decimal(100)),
        ('@"2024-02-29"', date(2024, 2, 29)),
        ('@"09:30:00"', time(9, 30)),
        ('@"2024-02-29T09:30:00"', datetime.fromisoformat("2024-02-29T09:30:00")),
        ('@"P2DT3H"', timedelta(days=2, hours=3)),
        ('@"-P1Y6M"', Months(-18)),
    ],
)
def test_a_literal_means_its_value(text: str, value: Value) -> None:
    (token, end) = tokens(text)
    assert (token.kind, token.value, end.kind) == ("constant", value, "end")


@pytest.mark.parametrize(("text", "position"), [("?", 1), ("dpd > ?", 7), ("\n ?", 3), ("dpd dpd2", 5), ("1 $", 3)])
def test_a_refusal_counts_characters_from_one(text: str, position: int) -> None:
    with pytest.raises(ModelError, match=f"at character {position}: "):
        tokens(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("date(dpd)", ["function", "symbol", "name", "symbol"]),
        ("date", ["name"]),
        ("date + dpd", ["name", "symbol", "name"]),
        ("date and time(date, dpd)", ["function", "symbol", "name", "symbol", "name", "symbol"]),
        ("min (date)", ["function", "symbol", "name", "symbol"]),
        ("date.year", ["name", "symbol", "property"]),
        ("dpd.dpd", ["name", "symbol", "property"]),
        ("[dpd..dpd]", ["symbol", "name", "symbol", "name", "symbol"]),
        ("T.high", ["name"]),
    ],
)
def test_a_word_is_told_by_what_stands_around_it(text: str, found: list[str]) -> None:
    """A function stands before a parenthesis, a property behind a point; all else is a name."""
    assert kinds(text) == found


def test_an_argument_may_be_named() -> None:
    found = tokens("date(year: 2024, start position :3)")
    assert [token.value for token in found if token.kind == "label"] == ["year", "start position"]


def test_only_an_argument_is_named() -> None:
    with pytest.raises(ModelError, match=": is outside the profile"):
        tokens("dpd: 1")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1e30", "a number has at most 18 digits"),
        ("1e-10", "a number has at most 18 digits"),
        ("1e9999", "a number has at most 18 digits"),
        ('@"2024-02-30"', "is no day of the calendar"),
        ('@"09:30"', "is no time of day"),
        ('@"25:00:00"', "is no time of day"),
        ('@"09:30:00Z"', "names a time zone"),
        ('@"09:30:00+02:00"', "names a time zone"),
        ('@"2024-02-29T09:30:00@Europe/Paris"', "names a time zone"),
        ('@"09:30:00.5"', "is finer than a second"),
        ('@"PT0.1S"', "is finer than a second"),
        ('@"P"', "is no duration"),
        ('@"P1H"', "is no duration"),
        ('@"PT"', "is no duration"),
        ('@"P1Y1D"', "is no duration"),
        ('@"P1.5D"', "is no duration"),
        ('@"foo"', "is no day of the calendar"),
        ('@"+2024-01-01"', "is no day of the calendar"),
        ('@"10000-01-01"', "is no day of the calendar"),
        ('@"２０２４-01-01"', "is no day of the calendar"),
        ("@foo", "@ is outside the profile"),
        ("１２", "１ is outside the profile"),
    ],
)
def test_a_literal_that_is_none_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ModelError, match=wrong):
        tokens(text)
