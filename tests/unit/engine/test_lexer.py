"""The words of S-FEEL: how an entry is cut into tokens, and what each of them means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dunwell.engine import lexer
from dunwell.engine.model import ModelError, Name, Place, Value

PLACE = Place("risk.dmn")
SCOPE = {name: Name(name, "number") for name in ("dpd", "Monthly Salary", "逾期天数", "a-b", "T.high", "not paid")}


def cut(text: str) -> list[str]:
    return [token.shown for token in lexer.tokens(text, scope=SCOPE, place=PLACE)[:-1]]


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
        ('date("2024-02-29")', date(2024, 2, 29)),
    ],
)
def test_a_literal_means_its_value(text: str, value: Value) -> None:
    (token, end) = lexer.tokens(text, scope=SCOPE, place=PLACE)
    assert (token.kind, token.value, end.kind) == ("constant", value, "end")


@pytest.mark.parametrize(("text", "position"), [("?", 1), ("dpd > ?", 7), ("\n ?", 3), ("dpd dpd2", 5), ("1 $", 3)])
def test_a_refusal_counts_characters_from_one(text: str, position: int) -> None:
    with pytest.raises(ModelError, match=f"at character {position}: "):
        lexer.tokens(text, scope=SCOPE, place=PLACE)
