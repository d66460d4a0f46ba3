"""A table laid out for its checks: axes, the boxes of its rules, who goes first; and rows that show a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from dunwell.engine import policies
from dunwell.engine.checks import axes, boxes, showing
from dunwell.engine.checks.axes import BOTH_NULL, LESS, MORE, ONE_NULL, SAME, STANDINGS, Axis, Grid
from dunwell.engine.checks.finding import Finding, Kind, Severity
from dunwell.engine.checks.pieces import between
from dunwell.engine.checks.produced import Knowledge
from dunwell.engine.checks.search import Box, Point, Space, Work, indices
from dunwell.engine.model import Constant, Decision, DecisionTable, Name, Value
from dunwell.engine.types import type_of
from dunwell.facts.definitions import Words

# A few comparisons with names, and five ways in which each can come out.
WORK_OF_SHOWING_MAX = 1_000_000


@dataclass(slots=True)
class Sheet:
    """`parts[i]` are the boxes of rule i and `bits[i]` their bits in the space; `impossible` those of no row at all."""

    decision: Decision
    table: DecisionTable
    grid: Grid
    space: Space
    parts: list[list[Box]]
    bits: list[int]
    impossible: int
    ranks: Sequence[int | tuple[int, ...]]
    classes: Sequence[int]

    @property
    def answers_once(self) -> bool:
        return not self.table.gives_list and self.table.aggregation is None

    @property
    def has_default(self) -> bool:
        return any(output.default != Constant(None) for output in self.table.outputs)

    def cover(self, rules: Iterable[int]) -> int:
        """This function will return, as bits, the boxes of some rules and what is impossible besides."""
        return reduce(or_, (self.bits[at] for at in rules), self.impossible)

    def rules_at(self, point: Point, among: Iterable[int]) -> list[int]:
        held = self.space.at(point, among=self.cover(among))
        return [at for at in among if self.bits[at] & held]

    def point(self, rule: int, *, covers: int, work: Work) -> Point | None:
        """This function will return a point of the rule outside the covers, if there is one."""
        for box in self.parts[rule]:
            if (found := self.space.hole(box, covers=covers, work=work)) is not None:
                return found
        return None

    # Telling

    def finding(
        self, kind: Kind, severity: Severity, words: Words, *, rules: Sequence[int] = (), point: Point | None = None,
        bound: Box | None = None,
    ) -> Finding:  # fmt: skip
        """This function will tell a finding; `bound` are the pieces that matter to it, for names compared with."""
        return Finding(
            kind,
            severity,
            self.decision.name,
            words,
            tuple(self.table.rules[at].id for at in rules),
            tuple(at + 1 for at in rules),
            self.row(point, bound) if point is not None else {},
        )

    def region(self, box: Box) -> Words:
        """This function will say what a box is: only the axes that it limits."""
        limited = [(at, axis) for at, axis in enumerate(self.grid.axes) if box[at] != axis.whole]
        parts = [axis.shown(self._real(box, at) if axis.operand else box[at]) for at, axis in limited]
        return showing.joined(parts) if parts else showing.say("any case at all", "任何情形")

    def _real(self, box: Box, axis: int) -> int:
        """This function will return the pieces that the box has of an axis, without those of which no row can be."""
        real = 0
        for piece in indices(box[axis]):
            part = (*box[:axis], 1 << piece, *box[axis + 1 :])
            if self.space.hole(part, covers=self.impossible, work=Work(WORK_OF_SHOWING_MAX)) is not None:
                real |= 1 << piece
        return real

    @property
    def doubtful(self) -> list[int]:
        """The axes that a finding should depend on last: it is not known whether they can be whatever they like."""
        return [at for at, axis in enumerate(self.grid.axes) if not axis.free]

    def doubts(self, box: Box) -> Words:
        """This function will say why a row of the box may never be met, in parentheses; nothing if it surely can be."""
        limited = [(axis, bits) for axis, bits in zip(self.grid.axes, box, strict=True) if bits != axis.whole]
        plain = [axis for axis, _ in limited if axis.operand is None]
        found = [_depends(axis) for axis, _ in limited if axis.operand is not None]
        found += [_null(axis) for axis, bits in limited if axis.operand is None and not bits & ~axis.supposed]
        found += [_computed(axis) for axis in plain if not axis.free]
        pairs = [(one, other) for at, one in enumerate(plain) for other in plain[at + 1 :]]
        found += [_linked(one, other) for one, other in pairs if one.roots & other.roots]
        told = showing.joined(found)
        return showing.say(f" ({told.en})", f"（{told.zh}）") if found else told

    def row(self, point: Point, bound: Box | None = None) -> dict[str, Value]:
        """This function will return the values of every input at a point, by label and by the name of a fact."""
        row: dict[str, Value] = {}
        for number, (at, clause) in enumerate(zip(self.grid.columns, self.table.inputs, strict=True), 1):
            axis = self.grid.axes[at]
            value = axis.pieces[point[at]].value if axis.pieces else None
            same = clause.label not in row or (clause.expression == axis.expression and row[clause.label] == value)
            row[clause.label if same else f"{clause.label} ({number})"] = value
            if isinstance(clause.expression, Name):
                row[clause.expression.key] = value
        return row | self._operands(point, bound or self.space.whole, row)

    def _operands(self, point: Point, bound: Box, row: dict[str, Value]) -> dict[str, Value]:
        """This function will find values for the names that cells compare with, where one value suits all of them."""
        wanted: dict[str, list[tuple[Axis, Value, int]]] = {}
        for (left, operand), relation in self.grid.relations.items():
            matters = bound[relation] != self.grid.axes[relation].whole
            if matters and isinstance(operand, Name) and operand.key not in row:
                axis = self.grid.axes[left]
                standing = STANDINGS[point[relation]]
                wanted.setdefault(operand.key, []).append((axis, axis.pieces[point[left]].value, standing))
        found: dict[str, Value] = {}
        for key, tests in wanted.items():
            fitting = [one for test in tests for one in _fitting(*test) if _suits(one, tests)]
            found |= {key: fitting[0]} if fitting else {}
        return found


def lay_out(decision: Decision, table: DecisionTable, knowledge: Knowledge) -> Sheet:
    """This function will lay out a table, or raise TooMuchError where its rules are too many boxes."""
    grid = axes.grid(table, knowledge)
    space = Space(len(axis.pieces) for axis in grid.axes)
    parts = [boxes.of_rule(rule, grid) for rule in table.rules]
    bits = [reduce(or_, (space.add(box) for box in found), 0) for found in parts]
    impossible = reduce(or_, (space.add(box) for box in boxes.impossible(grid)), 0)
    ranks, classes = policies.ranks(table), policies.classes(table)
    return Sheet(decision, table, grid, space, parts, bits, impossible, ranks, classes)


def _depends(axis: Axis) -> Words:
    name = showing.expression(axis.operand or axis.expression)
    return showing.say(f"it depends on {name}, known only at run time", f"取决于运行时才知道的 {name}")


def _null(axis: Axis) -> Words:
    en = f"if {axis.label} can be null, which nobody has ruled out"
    return showing.say(en, f"前提是 {axis.label} 可以为空：尚无声明排除空值")


def _computed(axis: Axis) -> Words:
    return showing.say(f"if {axis.label} can be so", f"前提是 {axis.label} 可以取此值")


def _linked(one: Axis, other: Axis) -> Words:
    en = f"if {one.label} and {other.label}, which come from the same facts, can be so together"
    return showing.say(en, f"前提是来自相同事实的 {one.label} 与 {other.label} 可以同时如此")


def _fitting(axis: Axis, value: Value, standing: int) -> list[Value]:
    """This function will propose what a value that stands so may be compared with."""
    kind = type_of(axis.expression) or "string"
    if standing == SAME:
        return [value]
    if standing == ONE_NULL:
        return [None if value is not None else _usual(kind)]
    if standing == BOTH_NULL or value is None:
        return [None]
    if kind == "boolean":
        return [not value]
    return [between(kind, value, None) if standing == LESS else between(kind, None, value)]


def _usual(kind: str) -> Value:
    return True if kind == "boolean" else between(kind, None, None)  # type: ignore[arg-type]  # a Type


def _suits(candidate: Value, tests: Sequence[tuple[Axis, Value, int]]) -> bool:
    return all(_standing(value, candidate) == standing for _, value, standing in tests)


def _standing(left: Value, right: Value) -> int:
    if left is None or right is None:
        return BOTH_NULL if left is right else ONE_NULL
    if left == right:
        return SAME
    return LESS if left < right else MORE  # type: ignore[operator]  # of one type, which the parser has seen to
