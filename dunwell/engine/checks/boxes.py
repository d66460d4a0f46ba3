"""A rule as boxes over the axes of its table: one, or several where a cell lists tests of a name beside others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dunwell.engine.checks import axes
from dunwell.engine.checks.axes import BOTH_NULL, LESS, MORE, ONE_NULL, SAME, Grid
from dunwell.engine.checks.search import Box, TooMuchError
from dunwell.engine.model import AnyOf, Anything, Compare, Constant, Not, Rule, Test, Within, compares

# A rule whose cells list many names can be so many boxes; beyond, the check of its table is given up aloud.
BOXES_MAX = 256
# The bits that a cell leaves of some axes; of the others it leaves all.
Limits = Mapping[int, int]
EVERYTHING: Limits = {}


def of_rule(rule: Rule, grid: Grid) -> list[Box]:
    """This function will return the boxes that together are the rule, none of them empty; or raise TooMuchError."""
    found = [EVERYTHING]
    for axis, cell in zip(grid.columns, rule.cells, strict=True):
        found = _product(found, of_cell(cell.test, axis, grid), grid)
    return [_box(limits, grid) for limits in found]


def of_cell(test: Test, axis: int, grid: Grid) -> list[Limits]:
    """This function will return the alternatives under which a cell is true."""
    match test:
        case Anything():
            return [EVERYTHING]
        case AnyOf(tests):
            fixed, named = _parted(tests)
            constants: list[Limits] = [{axis: grid.axes[axis].where(AnyOf(fixed), True)}] if fixed else []
            return constants + [limits for one in named for limits in _true(one, axis, grid)]
        case Not(AnyOf(tests)):
            fixed, named = _parted(tests)
            found = [EVERYTHING, *([{axis: grid.axes[axis].where(AnyOf(fixed), False)}] if fixed else [])][-1:]
            for one in named:
                found = _product(found, _false(one, axis, grid), grid)
            return found


def impossible(grid: Grid) -> list[Box]:
    """This function will return what no row can be: a value that is null and yet less than something, and the like."""
    return [_box(limits, grid) for limits in _impossible(grid)]


def _impossible(grid: Grid) -> Iterator[Limits]:
    known = {axis.expression: at for at, axis in enumerate(grid.axes) if axis.operand is None}
    for (left, operand), relation in grid.relations.items():
        null, some = _nullness(left, grid)
        yield {left: null, relation: LESS | SAME | MORE}
        yield {left: some, relation: BOTH_NULL | (ONE_NULL if relation in grid.known else 0)}
        if operand in known:
            right_null, right_some = _nullness(known[operand], grid)
            yield {known[operand]: right_null, relation: LESS | SAME | MORE}
            yield {known[operand]: right_some, relation: BOTH_NULL}
            yield from _both({left: some}, {known[operand]: right_some}, {relation: ONE_NULL})


def _nullness(axis: int, grid: Grid) -> tuple[int, int]:
    null = grid.axes[axis].null
    return null, grid.axes[axis].whole & ~null


def _both(*parts: Limits) -> Iterator[Limits]:
    met: dict[int, int] = {}
    for part in parts:
        for axis, bits in part.items():
            met[axis] = met.get(axis, -1) & bits
    yield met


def _box(limits: Limits, grid: Grid) -> Box:
    return tuple(limits.get(at, whole) for at, whole in enumerate(grid.whole))


def _product(left: Sequence[Limits], right: Sequence[Limits], grid: Grid) -> list[Limits]:
    """This function will return where one alternative of each side holds, without those that never do."""
    if len(left) * len(right) > BOXES_MAX:
        raise TooMuchError
    met = (next(_both(one, other)) for one in left for other in right)
    return [limits for limits in met if all(limits.values())]


def _parted(
    tests: Iterable[Compare | Within],
) -> tuple[tuple[Compare | Within, ...], tuple[Compare | Within, ...]]:
    """This function will part tests of constants from tests that look at a name or an expression."""
    fixed: list[Compare | Within] = []
    named: list[Compare | Within] = []
    for test in tests:
        constant = all(isinstance(one.operand, Constant) for one in compares(test))
        (fixed if constant else named).append(test)
    return tuple(fixed), tuple(named)


def _true(test: Compare | Within, axis: int, grid: Grid) -> list[Limits]:
    if isinstance(test, Compare):
        return [_compared(test, axis, grid, True)]
    return list(_both(_compared(test.lower, axis, grid, True), _compared(test.upper, axis, grid, True)))


def _false(test: Compare | Within, axis: int, grid: Grid) -> list[Limits]:
    """A range fails where one of its ends does, even if the other is unknown."""
    ends = (test,) if isinstance(test, Compare) else (test.lower, test.upper)
    return [_compared(end, axis, grid, False) for end in ends]


def _compared(test: Compare, axis: int, grid: Grid, outcome: bool) -> Limits:
    if isinstance(test.operand, Constant):
        return {axis: grid.axes[axis].where(test, outcome)}
    standing = axes.HOLDS if outcome else axes.FAILS
    return {grid.relations[axis, test.operand]: standing[test.comparison]}
