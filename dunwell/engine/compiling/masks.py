"""A table's columns as look-ups: a value gives the rules that it leaves standing, as the bits of one whole number.

The constants of a column cut its values into pieces: below the first, the first itself, between the first and the
second, and so on. Inside a piece every test gives the same, so each piece is judged once, when the table is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from dunwell.engine.evaluation import passes
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Compare,
    Constant,
    DecisionTable,
    Expression,
    Not,
    Test,
    Type,
    Within,
    compares,
    names_in_test,
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """An ordered column: `masks[i]` for the value whose place among the bounds is i, `null` for null.

    The place is the sum of what bisection finds on each of `sides`: with both, a value that is no bound stands at an
    even place, the bound i itself at 2 i + 1; with one, a bound stands with the values on its other side. `by_type`
    holds the same bounds in the form that suits a value of the type; empty where one form suits all.
    """

    bounds: Sequence[Any]
    by_type: Mapping[type, Sequence[Any]]
    masks: Sequence[int]
    null: int
    sides: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Choices:
    """A column without order: the mask of each value that is named and of null, and that of any other."""

    masks: Mapping[Any, int]
    other: int


@dataclass(frozen=True, slots=True)
class Residue:
    """A test against a name: it has to be computed for each case; where it is not true, `lost` bits fall."""

    expression: Expression
    test: Test
    lost: int


@dataclass(frozen=True, slots=True)
class Column:
    """One expression that a table looks at."""

    expression: Expression
    type: Type
    lookup: Pieces | Choices


def columns(table: DecisionTable, order: Sequence[int]) -> tuple[list[Column], list[Residue]]:
    """This function will return what to look up and what to compute; the rule `order[i]` has the bit i."""
    constant: dict[tuple[Expression, Type], dict[int, list[Test]]] = {}
    computed: dict[tuple[Expression, Test], int] = {}
    for bit, at in enumerate(order):
        for clause, cell in zip(table.inputs, table.rules[at].cells, strict=True):
            if isinstance(cell.test, Anything):
                continue
            if any(True for _ in names_in_test(cell.test)):
                key = (clause.expression, cell.test)
                computed[key] = computed.get(key, 0) | 1 << bit
            else:
                tests = constant.setdefault((clause.expression, clause.type), {})
                tests.setdefault(bit, []).append(cell.test)
    found = [Column(*key, _lookup(tests, key[1], len(order))) for key, tests in constant.items()]
    return found, [Residue(expression, test, lost) for (expression, test), lost in computed.items()]


def _lookup(tests: Mapping[int, Sequence[Test]], kind: Type, rules: int) -> Pieces | Choices:
    compared = [one for listed in tests.values() for test in listed for one in compares(test)]
    constants = {one.operand.value for one in compared if isinstance(one.operand, Constant)} - {None}
    ordered = any(one.comparison not in ("=", "!=") for one in compared)
    if kind in ("number", "ratio") or (ordered and kind != "boolean"):
        return _pieces(sorted(constants), tests, kind, rules)
    # A value that no cell names behaves like the sentinel: equal to nothing.
    sentinel = object()
    masks = {value: _mask(tests, value, rules) for value in (*constants, None, sentinel)}
    other = masks.pop(sentinel)
    return Choices(masks, other)


def _pieces(bounds: list[Any], tests: Mapping[int, Sequence[Test]], kind: Type, rules: int) -> Pieces:
    if kind == "ratio":
        bounds = sorted({_bound(bound, kind) for bound in bounds})
    places = {bound: 2 * at + 1 for at, bound in enumerate(bounds)}
    moved = {bit: [_moved(test, places, kind) for test in listed] for bit, listed in tests.items()}
    masks = [_mask(moved, place, rules) for place in range(2 * len(bounds) + 1)]
    plain = [int(bound) if kind == "number" and bound == int(bound) else bound for bound in bounds]
    by_type: dict[type, Sequence[Any]] = {}
    if kind == "number":
        # A number is found soonest among its like; a float is compared with what the bounds are as floats.
        exact, binary = [Decimal(bound) for bound in bounds], [float(bound) for bound in bounds]
        by_type = {int: plain, Decimal: exact, float: binary}
    return _simpler(Pieces(plain, by_type, masks, _mask(moved, None, rules)))


def _simpler(pieces: Pieces) -> Pieces:
    """This function will bisect once where each bound goes with the values above it, or each with those below."""
    points = pieces.masks[1::2]
    if points == pieces.masks[2::2]:
        return replace(pieces, masks=pieces.masks[::2], sides=("right",))
    if points == pieces.masks[:-1:2]:
        return replace(pieces, masks=pieces.masks[::2], sides=("left",))
    return pieces


def _moved(test: Any, places: Mapping[Any, Any], kind: Type) -> Any:
    """This function will put the places of constants into a test, in the stead of the constants themselves."""
    match test:
        case Compare(comparison, Constant(value)):
            return Compare(comparison, Constant(places.get(_bound(value, kind))))
        case Within(lower, upper):
            return Within(_moved(lower, places, kind), _moved(upper, places, kind))
        case AnyOf(tests):
            return AnyOf(tuple(_moved(one, places, kind) for one in tests))
        case Not(inner):
            return Not(_moved(inner, places, kind))
    return test


def _bound(value: Any, kind: Type) -> Any:
    return float(value) if kind == "ratio" and value is not None else value


def _mask(tests: Mapping[int, Sequence[Test]], value: Any, rules: int) -> int:
    mask = (1 << rules) - 1
    for bit, listed in tests.items():
        if not all(passes(test, value, {}) for test in listed):
            mask &= ~(1 << bit)
    return mask
