"""What an expression repeats is computed once, as a scratch column of an earlier query.

A function over columns names its arguments several times. Nested five deep, a line of FEEL would become a megabyte of
SQL; so an argument that is itself long is given a column first. Short ones stay where they are: queries cost too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dunwell.engine.columnar import columns
from dunwell.engine.columnar.columns import Facts
from dunwell.engine.model import (
    Anything,
    Binary,
    Call,
    Constant,
    DecisionTable,
    Expression,
    Formula,
    If,
    Name,
    Passes,
    Within,
)
from dunwell.engine.types import type_of

# So often a function names an argument, or arithmetic of days or binary floats an operand.
CALL_REPEATS, LAID_REPEATS, FLOAT_REPEATS = 6, 6, 2
# Names and literals that one expression may come to.
SIZE_MAX = 40
PART = "_dunwell_part"


def staged(facts: Facts, logics: Iterable[DecisionTable | Formula]) -> Facts:
    """This function will add the columns that the decisions' expressions are to be made of."""
    sorting = _Sorting()
    for logic in logics:
        for expression, times in _wanted(logic):
            sorting.use(expression, times)
    for depth in sorted(set(sorting.depths.values())):
        found = [expression for expression, at in sorting.depths.items() if at == depth]
        names = {expression: f"{PART}{len(facts.parts) + at}" for at, expression in enumerate(found)}
        added = {name: columns.of(expression, facts) for expression, name in names.items()}
        facts = replace(facts, table=facts.table.mutate(**added), parts={**facts.parts, **names})
    return facts


def _wanted(logic: DecisionTable | Formula) -> Iterator[tuple[Expression, int]]:
    """This function will yield the expressions of a decision, each with how often it stands in the query."""
    if isinstance(logic, Formula):
        yield logic.expression, 1
        return
    for at, clause in enumerate(logic.inputs):
        tests = [rule.cells[at].test for rule in logic.rules if not isinstance(rule.cells[at].test, Anything)]
        yield clause.expression, len(set(tests))
    for entry in (entry for rule in logic.rules for entry in rule.outputs):
        yield entry, 1
    yield from ((clause.default, 1) for clause in logic.outputs)


class _Sorting:
    """Weighs expressions and puts aside the parts that are too long for as often as they are named."""

    def __init__(self) -> None:
        # Each part with the query that computes it: one after those of the parts within it.
        self.depths: dict[Expression, int] = {}

    def use(self, expression: Expression, times: int) -> tuple[int, int]:
        """This function will return the size of an expression that stands so often, and the last query it needs."""
        if isinstance(expression, Name | Constant):
            return times, 0
        size, depth = self.weigh(expression)
        if size * times <= SIZE_MAX or times < 2 or type_of(expression) is None:
            return size * times, depth
        self.depths.setdefault(expression, depth + 1)
        return times, self.depths[expression]

    def weigh(self, expression: Expression) -> tuple[int, int]:
        times = _repeats(expression)
        used = [self.use(operand, times) for operand in _operands(expression)]
        return 1 + sum(size for size, _ in used), max((depth for _, depth in used), default=0)


def _operands(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Binary(_, left, right):
            return left, right
        case If(condition, then, otherwise):
            return condition, then, otherwise
        case Call(_, arguments, _):
            return arguments
        case Passes(value, _):
            return (value,)
    return ()


_TIMES: Mapping[str | None, int] = {"number": 1, "string": 1, "boolean": 1, "ratio": FLOAT_REPEATS}


def _repeats(expression: Expression) -> int:
    """This function will say how often an expression names each of its operands, at most."""
    match expression:
        case Call():
            return CALL_REPEATS
        case Binary():
            return _TIMES.get(type_of(expression), LAID_REPEATS)
        case Passes(_, test):
            return sum(2 if isinstance(one, Within) else 1 for one in test.tests)
    return 1
