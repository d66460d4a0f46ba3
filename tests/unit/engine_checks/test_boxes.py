"""A rule as boxes: together they hold exactly the points at which all of its cells are true."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from checked_tables import D, cell_test, column, model, table
from hypothesis import given, settings
from test_names import cells

from dunwell.engine.checks import boxes
from dunwell.engine.checks.axes import BOTH_NULL, LESS, MORE, ONE_NULL, SAME, Grid, grid
from dunwell.engine.checks.produced import Knowledge
from dunwell.engine.checks.search import TooMuchError
from dunwell.engine.evaluation import passes
from dunwell.engine.model import AnyOf, DecisionTable, InputData, Name

VALUES = [None, *(D(number) / 2 for number in range(-1, 6))]


def laid_out(cell: str, domain: str = "") -> tuple[DecisionTable, Grid]:
    decision = table("FIRST", [column("c0", "number", domain)], [[cell, '"a"']])
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    return logic, grid(logic, Knowledge(model(decision)))


def standing(left: Any, right: Any) -> int:
    """This function will say how a value stands to another: its bit."""
    if left is None or right is None:
        return BOTH_NULL if left is right else ONE_NULL
    return SAME if left == right else LESS if left < right else MORE


@settings(max_examples=25, deadline=None)
@given(cells)
def test_the_boxes_of_a_cell_hold_what_it_is_true_of(cell: str) -> None:
    logic, axes = laid_out(cell)
    found = boxes.of_rule(logic.rules[0], axes)
    never = boxes.impossible(axes)
    for value, p, q, c1 in product(VALUES, repeat=4):
        known = {"c0": value, "p": p, "q": q, "c1": c1}
        point = [_piece(axes, value)]
        point += [standing(value, known[operand.key]) for (_, operand) in axes.relations if isinstance(operand, Name)]
        inside = [all(bit & bits for bit, bits in zip(point, box, strict=True)) for box in found]
        assert any(inside) == (passes(logic.rules[0].cells[0].test, value, known) is True)
        assert not any(all(bit & bits for bit, bits in zip(point, box, strict=True)) for box in never)


def _piece(axes: Grid, value: Any) -> int:
    """This function will return the bit of the piece that a value of the first column lies in."""
    for at, piece in enumerate(axes.axes[0].pieces):
        if value is None or piece.kind == "null":
            if value is None and piece.kind == "null":
                return 1 << at
        elif piece.kind == "point":
            if piece.value == value:
                return 1 << at
        elif (piece.low is None or piece.low < value) and (piece.high is None or value < piece.high):  # type: ignore[operator]
            return 1 << at
    raise AssertionError(value)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("-", 1),
        ("< 1, 5", 1),
        ("< p", 1),
        ("< p, 5, 7", 2),
        ("[p..q]", 1),
        ("not([p..q])", 2),
        ("not(p, 5)", 1),
        ("[p..5], [1..q]", 2),
        ("(1..1)", 0),
    ],
)
def test_a_cell_is_as_few_boxes_as_its_tests_of_names_need(cell: str, number: int) -> None:
    logic, axes = laid_out(cell)
    assert len(boxes.of_rule(logic.rules[0], axes)) == number


def test_the_same_name_twice_is_one_axis() -> None:
    _, axes = laid_out("[p..5], > p")
    assert [axis.operand for axis in axes.axes] == [None, Name("p", "number")]


def test_too_many_boxes_are_refused() -> None:
    logic, axes = laid_out(f"not({', '.join(f'[a{number}..b{number}]' for number in range(9))})")
    with pytest.raises(TooMuchError):
        boxes.of_rule(logic.rules[0], axes)


@pytest.mark.parametrize(("domain", "known"), [("[0..9]", True), ("[0..9], null", False)])
def test_a_name_that_declares_its_values_may_be_known_not_to_be_null(domain: str, known: bool) -> None:
    decision = table("FIRST", [column("c0", "number")], [["< p", '"a"']])
    values = cell_test(domain)
    assert isinstance(values, AnyOf)
    assert isinstance(decision.logic, DecisionTable)
    found = grid(decision.logic, Knowledge(model(decision, extra=[InputData("p", "number", values)])))
    assert bool(found.known) == known
