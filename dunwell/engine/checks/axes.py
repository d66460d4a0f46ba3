"""What a table depends on: one axis for each distinct expression it looks at, and for each comparison with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.engine.checks import pieces, showing
from dunwell.engine.checks.pieces import Piece
from dunwell.engine.checks.produced import Knowledge
from dunwell.engine.checks.search import indices
from dunwell.engine.evaluation import passes
from dunwell.engine.model import (
    AnyOf,
    Compare,
    Comparison,
    Constant,
    DecisionTable,
    Expression,
    InputClause,
    Name,
    Test,
    Value,
    Within,
    compares,
)
from dunwell.facts.definitions import Words

# How a value may stand to what it is compared with; in the last two, one of them is null, or both.
LESS, SAME, MORE, ONE_NULL, BOTH_NULL = 1, 2, 4, 8, 16
STANDINGS = (LESS, SAME, MORE, ONE_NULL, BOTH_NULL)
HOLDS: dict[Comparison, int] = {
    "<": LESS,
    "<=": LESS | SAME,
    ">": MORE,
    ">=": MORE | SAME,
    "=": SAME | BOTH_NULL,
    "!=": LESS | MORE | ONE_NULL,
}
FAILS: dict[Comparison, int] = {
    "<": SAME | MORE,
    "<=": MORE,
    ">": LESS | SAME,
    ">=": LESS,
    "=": LESS | MORE | ONE_NULL,
    "!=": SAME | BOTH_NULL,
}
SIGNS = {LESS: "<", SAME: "=", MORE: ">", ONE_NULL: "?", BOTH_NULL: "= null ="}


@dataclass(frozen=True, slots=True)
class Axis:
    """One expression with its pieces, or how it stands to an `operand` whose value nobody knows before the run.

    `supposed` is the bit of null where nobody declared what the expression can be. `free` says that it can really be
    any of its pieces. `roots` are the facts from outside that it is computed from.
    """

    label: str
    expression: Expression
    pieces: tuple[Piece, ...]
    supposed: int
    free: bool
    roots: frozenset[str]
    operand: Expression | None = None

    @property
    def whole(self) -> int:
        return (1 << len(self.pieces)) - 1

    def chosen(self, bits: int) -> list[Piece]:
        return [piece for at, piece in enumerate(self.pieces) if bits >> at & 1]

    def plainest(self, bits: int) -> int:
        """This function will choose among pieces one that the table itself names, else the first."""
        return min(indices(bits), key=lambda at: (self.pieces[at].kind != "point", at))

    def where(self, test: Test | Compare | Within, outcome: bool) -> int:
        """This function will return the pieces on which a test of constants is true, or false."""
        return bits_of([passes(test, piece.value, {}) is outcome for piece in self.pieces])

    @property
    def null(self) -> int:
        """This function will return the bit of null, 0 where the expression cannot be null."""
        return bits_of([piece.kind == "null" for piece in self.pieces])

    def shown(self, bits: int) -> Words:
        """This function will say that the expression lies in some pieces, or stands so to the operand."""
        if self.operand is None:
            words = showing.pieces(self.chosen(bits))
            return showing.say(f"{self.label}: {words.en}", f"{self.label}：{words.zh}")
        left, right = self.label, showing.expression(self.operand)
        found = [f"{left} {SIGNS[one]} {right}" for one in (LESS, SAME, MORE) if bits & one]
        parts = [showing.say(text, text) for text in found]
        if bits & (ONE_NULL | BOTH_NULL):
            parts.append(showing.say(f"{left} or {right} is null", f"{left} 或 {right} 为空"))
        return showing.joined(parts, en=" or ", zh=" 或 ")


def bits_of(flags: Sequence[bool]) -> int:
    return sum(1 << at for at, flag in enumerate(flags) if flag)


@dataclass(frozen=True, slots=True)
class Grid:
    """The axes of a table; `columns[i]` is the axis of its column i, `relations` those of comparisons with names.

    `known` are the relations whose operand cannot be null.
    """

    axes: tuple[Axis, ...]
    columns: tuple[int, ...]
    relations: dict[tuple[int, Expression], int]
    known: frozenset[int]

    @property
    def whole(self) -> tuple[int, ...]:
        return tuple(axis.whole for axis in self.axes)


def grid(table: DecisionTable, knowledge: Knowledge) -> Grid:
    """This function will lay out a table; columns with the same expression share one axis."""
    expressions = list(dict.fromkeys(clause.expression for clause in table.inputs))
    columns = tuple(expressions.index(clause.expression) for clause in table.inputs)
    shared = [[at for at, axis in enumerate(columns) if axis == own] for own in range(len(expressions))]
    axes = [_axis(table, own, knowledge) for own in shared]
    relations: dict[tuple[int, Expression], int] = {}
    for rule in table.rules:
        for axis, cell in zip(columns, rule.cells, strict=True):
            for test in compares(cell.test):
                if not isinstance(test.operand, Constant) and (axis, test.operand) not in relations:
                    relations[axis, test.operand] = len(axes)
                    axes.append(_relation(axes[axis], test.operand, knowledge))
    known = frozenset(at for (_, operand), at in relations.items() if _never_null(operand, knowledge))
    return Grid(tuple(axes), columns, relations, known)


def _axis(table: DecisionTable, columns: list[int], knowledge: Knowledge) -> Axis:
    clauses = [table.inputs[at] for at in columns]
    domains = domains_of(clauses, knowledge)
    tests = [rule.cells[at].test for rule in table.rules for at in columns]
    used = [one for test in (*tests, *domains) for one in compares(test)]
    first = clauses[0]
    constants = [one.operand.value for one in used if isinstance(one.operand, Constant)]
    ordered = any(one.comparison not in ("=", "!=") for one in used)
    found = [piece for piece in pieces.cut(first.type, constants, ordered=ordered) if _allowed(piece, domains)]
    null = bits_of([piece.kind == "null" for piece in found])
    free = isinstance(first.expression, Name) and knowledge.given(first.expression.key)
    return Axis(
        first.label,
        first.expression,
        tuple(found),
        supposed=null if not domains or knowledge.perhaps_null(first.expression) else 0,
        free=bool(domains) or free,
        roots=knowledge.roots(first.expression),
    )


def domains_of(clauses: Sequence[InputClause], knowledge: Knowledge) -> list[AnyOf]:
    """This function will list what limits an expression: what its columns, its input or else its decision declare."""
    declared = [clause.domain for clause in clauses if clause.domain]
    declared += [found for clause in clauses[:1] if (found := knowledge.declared(clause.expression))]
    produced = knowledge.produced(clauses[0].expression)
    if produced is not None and not declared:
        declared = [AnyOf(tuple(Compare("=", Constant(one)) for one in produced))]
    return [domain for domain in declared if all(isinstance(one.operand, Constant) for one in compares(domain))]


def _allowed(piece: Piece, domains: Sequence[AnyOf]) -> bool:
    return all(allows(domain, piece.value) for domain in domains)


def allows(domain: AnyOf, value: Value) -> bool:
    """This function will say whether a domain allows a value: null only if it is listed."""
    if value is None:
        return Compare("=", Constant(None)) in domain.tests
    return passes(domain, value, {}) is True


def _never_null(operand: Expression, knowledge: Knowledge) -> bool:
    declared, produced = knowledge.declared(operand), knowledge.produced(operand)
    if declared is not None:
        return not allows(declared, None)
    return produced is not None and None not in produced


def _relation(axis: Axis, operand: Expression, knowledge: Knowledge) -> Axis:
    found = tuple(Piece(SIGNS[standing], at, "relation") for at, standing in enumerate(STANDINGS))
    return Axis(axis.label, axis.expression, found, ONE_NULL | BOTH_NULL, False, knowledge.roots(operand), operand)
