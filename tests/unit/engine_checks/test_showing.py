"""How regions are told: the words that a person reads beside the row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from checked_tables import D, any_of, column, operand, table

from dunwell.engine.checks import showing
from dunwell.engine.checks.axes import grid
from dunwell.engine.checks.produced import Knowledge
from dunwell.engine.model import (
    Binary,
    Call,
    Constant,
    DecisionModel,
    DecisionTable,
    If,
    InputData,
    Months,
    Name,
    Value,
)

NOTHING = Knowledge(DecisionModel("", (InputData("x", "number"),), ()))


def shown(kind: str, domain: str, cells: list[str], tested: str) -> tuple[str, str]:
    """This function will say what a test leaves of a column whose cells are these."""
    logic = table("FIRST", [column("x", kind, domain)], [[cell, '"a"'] for cell in (*cells, tested)]).logic  # type: ignore[arg-type]
    assert isinstance(logic, DecisionTable)
    axis = grid(logic, NOTHING).axes[0]
    words = axis.shown(axis.where(any_of(tested), True))
    return words.en.removeprefix("x: "), words.zh.removeprefix("x：")


@pytest.mark.parametrize(
    ("kind", "domain", "cells", "tested", "words"),
    [
        ("number", "", ["< 10"], "< 10", "< 10"),
        ("number", "", ["5"], "< 10", "< 10"),
        ("number", "", ["5"], "!= 5", "< 5, > 5, null"),
        ("number", "", [], "[1..2.50)", "[1..2.50)"),
        ("number", "[0..9]", ["4"], "> 4", "(4..9]"),
        ("number", "1, 2, 3", [], "> 1", "2, 3"),
        ("number", "1, 2, 3", [], "1, 3", "1, 3"),
        ("date", "", [], "[2026-03-01..2026-03-04]", "[2026-03-01..2026-03-04]"),
        ("date", "", ["2026-03-01", "2026-03-02"], "<= 2026-03-02", "<= 2026-03-02"),
        ("string", "", [], '"a", "b"', '"a", "b"'),
        ("boolean", "", [], "true, null", "true, null"),
    ],
)
def test_a_region_of_a_column(kind: str, domain: str, cells: list[str], tested: str, words: str) -> None:
    assert shown(kind, domain, cells, tested) == (words, words.replace(", ", "、"))


def test_what_has_no_sign_of_its_own_is_said_in_both_languages() -> None:
    assert shown("string", "", ['"a"'], '!= "a"') == ("any other text, null", "其他文本、null")
    assert shown("number", "", [], "!= null") == ("any value but null", "任意非空值")


def test_a_long_list_is_cut() -> None:
    cell = ", ".join(f'"t{number:02}"' for number in range(20))
    english, chinese = shown("string", "", [], cell)
    assert english.endswith(', "t07", …')
    assert chinese.endswith('、"t07"、……')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("善", '"善"'),
        (D("1E+2"), "100"),
        (D("0.10"), "0.10"),
        (date(2026, 3, 1), "2026-03-01"),
        (timedelta(days=2), "2 days, 0:00:00"),
        (Months(14), "P14M"),
        (0.5, "0.5"),
    ],
)
def test_a_value_is_written_as_in_the_table(value: Value, text: str) -> None:
    assert showing.value(value) == text


def test_an_expression_is_written_in_few_words() -> None:
    total = Binary("+", Name("x", "number"), Constant(D(1)))
    assert showing.expression(Call("max", (total, operand("7")), "number")) == "max(x + 1, 7)"
    assert showing.expression(If(Constant(True), total, total)) == "…"


@pytest.mark.parametrize(
    ("places", "english", "chinese"),
    [([3], "row 3", "第3行"), ([3, 5], "rows 3 and 5", "第3、5行"), ([1, 2, 9], "rows 1, 2 and 9", "第1、2、9行")],
)
def test_rows_are_named(places: list[int], english: str, chinese: str) -> None:
    words = showing.rows(places)
    assert (words.en, words.zh) == (english, chinese)
