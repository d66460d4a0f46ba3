"""Expressions and tests written again are read as what they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from engine_models import definitions, formula, table, written

from dunwell.engine.model import DecisionModel, DecisionTable, Formula, Months
from dunwell.engine.wording import duration, written_test
from dunwell.engine.wording import written as words

IN = {"n": "number", "m": "number", "s": "string", "d": "date", "b": "boolean"}


def expression(folder: Path, text: str) -> object:
    model: DecisionModel = written(folder, definitions(formula("F", text, needs=list(IN)), inputs=IN))
    logic = model.decision("F").logic
    assert isinstance(logic, Formula)
    return logic.expression


@pytest.mark.parametrize(
    "text",
    [
        "1", "-1", "n + m * 2", "(n + m) * 2", "n - (m - 1)", "n - m - 1", "n / (m / 2)", "-(n + m)", "n ** 2",
        'if n > 1 and b then "a" else "b"', "(if b then 1 else 2) + n", '"q\\"\\\\\\n"', "n in ([1..5], > 9)",
        "b or (n = 1 and m != 2)", "(b or n = 1) and b", "d.year * 12", "max(n, m, 3)", 'date("2026-01-31")',
        'duration("P1Y2M")', 'duration("P3DT4H5M6S")', 'time("08:30:00")', 'date and time("2026-01-31T08:30:00")',
        "date(n, m, 1)", "not(b)", 'd + duration("P3D")',
    ],
)  # fmt: skip
def test_an_expression_is_read_as_it_is_written(text: str, tmp_path: Path) -> None:
    found = expression(tmp_path, text)
    assert expression(tmp_path, words(found)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(("spaced", "plain"), [("n+m*2", "n + m * 2"), ("((n))", "n"), ("0-n", "-n")])
def test_there_is_one_form(spaced: str, plain: str, tmp_path: Path) -> None:
    assert words(expression(tmp_path, spaced)) == plain  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["-", "5", "> 90", "[1..30]", "(m..30)", "1, [5..6), > 90", "not(1, 2)", "null", "!= m", "= m", "< -5"]
)
def test_a_cell_is_read_as_it_is_written(cell: str, tmp_path: Path) -> None:
    def read(text: str) -> DecisionTable:
        parts = table("T", rules=[[text, '"x"']], inputs={"n": "number"}, needs=list(IN))
        logic = written(tmp_path, definitions(parts, inputs=IN)).decision("T").logic
        assert isinstance(logic, DecisionTable)
        return logic

    test = read(cell).rules[0].cells[0].test
    assert written_test(test) == cell
    assert read(written_test(test)).rules[0].cells[0].test == test


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Months(14), "P1Y2M"), (Months(-3), "-P3M"), (Months(0), "P0M"), (timedelta(days=3, hours=4), "P3DT4H"),
        (timedelta(0), "P0D"), (-timedelta(seconds=90), "-PT1M30S"), (timedelta(microseconds=5), "PT0.000005S"),
    ],
)  # fmt: skip
def test_durations(value: timedelta | Months, text: str) -> None:
    assert duration(value) == text
