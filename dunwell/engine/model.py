"""The decision model: frozen values that both engines read and neither changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from dunwell.facts.errors import DunwellError

# A `ratio` is a number that came out of a division: a binary float, since decimal division differs between engines.
# It may be compared and passed on, never computed with, so that no rounding grows in silence.
Type = Literal["string", "number", "boolean", "date", "ratio"]
Value = str | Decimal | float | bool | date | None
HitPolicy = Literal["FIRST", "UNIQUE", "COLLECT"]
Status = Literal["ok", "no_match", "conflict"]
Comparison = Literal["<", "<=", ">", ">=", "=", "!="]
Operator = Literal["+", "-", "*", "/", "and", "or", "<", "<=", ">", ">=", "=", "!="]


class ModelError(DunwellError):
    """A decision table that Dunwell refuses to load."""


class InputError(DunwellError):
    """Facts or tables that lack what the decision model asks for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the model something stands, for the reader of an error."""

    file: str
    decision: str = ""
    rule: str = ""
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        parts += [f"decision '{self.decision}'"] if self.decision else []
        parts += [f"rule {self.rule}"] if self.rule else []
        parts += [f"column '{self.column}'"] if self.column else []
        return ", ".join(parts)

    def refuse(self, message: str, *, cure: str) -> ModelError:
        """This function will return, for the caller to raise, an error that names this place and the cure."""
        return ModelError(message, place=str(self), cure=cure)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: string, exact number, boolean, date or null."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """An input or an earlier decision's output, by its fact key, which is also its column."""

    key: str
    type: Type


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what joins them."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class If:
    """`if … then … else …`; a null condition takes the else."""

    condition: Expression
    then: Expression
    otherwise: Expression


Expression = Constant | Name | Binary | If


@dataclass(frozen=True, slots=True)
class Anything:
    """`-`: every input, null too."""


@dataclass(frozen=True, slots=True)
class Compare:
    """The input against one operand; a bare literal is `=`."""

    comparison: Comparison
    operand: Expression


@dataclass(frozen=True, slots=True)
class Within:
    """A range; each end is `>`/`>=` and `<`/`<=` so that open and closed need no flags."""

    lower: Compare
    upper: Compare


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A comma list: at least one of the tests."""

    tests: tuple[Compare | Within, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not(…)`: none of the tests; unknown (an ordering test on null) stays unknown."""

    test: AnyOf


Test = Anything | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Cell:
    """One input entry: the words as written, for explanations, and what they mean."""

    text: str
    test: Test


@dataclass(frozen=True, slots=True)
class InputClause:
    """A condition column: what is looked at, and the values that its author allows in the cells."""

    label: str
    expression: Expression
    type: Type
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OutputClause:
    """An output column under the name it has in facts and tables; `values` stand in order of priority."""

    name: str
    type: Type
    default: Expression
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Annotations:
    """The rule in words: English, and Chinese where the author gave it."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a table."""

    id: str
    cells: tuple[Cell, ...]
    outputs: tuple[Expression, ...]
    annotations: Annotations


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The rules, and what to do when several of them match."""

    hit_policy: HitPolicy
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A decision that is one expression: its value goes by the decision's own name."""

    name: str
    type: Type
    expression: Expression


@dataclass(frozen=True, slots=True)
class Decision:
    """One question, and the decisions (by name) that must be answered before it."""

    id: str
    name: str
    requires: tuple[str, ...]
    logic: DecisionTable | Formula

    @property
    def outputs(self) -> tuple[OutputClause | Formula, ...]:
        """This function will return what the decision adds to the facts, each with a name and a type."""
        return self.logic.outputs if isinstance(self.logic, DecisionTable) else (self.logic,)


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact that the model needs from outside."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """A whole DMN file; every decision stands after those it requires."""

    name: str
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]

    def decision(self, name: str) -> Decision:
        """This function will return the decision of that name, or raise InputError with the names there are."""
        for decision in self.decisions:
            if decision.name == name:
                return decision
        known = ", ".join(decision.name for decision in self.decisions)
        raise InputError(f"no decision is called '{name}'", place=self.name, cure=f"use one of: {known}")


def names_in_table(table: DecisionTable) -> Iterator[Name]:
    """This function will yield every name that the table reads, in its columns, cells and outputs."""
    for clause in table.inputs:
        yield from _names_in(clause.expression)
    for rule in table.rules:
        for cell in rule.cells:
            yield from _names_in_test(cell.test)
        for entry in rule.outputs:
            yield from _names_in(entry)


def _names_in_test(test: Test | Compare | Within) -> Iterator[Name]:
    match test:
        case Compare(_, operand):
            yield from _names_in(operand)
        case Within(lower, upper):
            yield from _names_in_test(lower)
            yield from _names_in_test(upper)
        case AnyOf(tests):
            for one in tests:
                yield from _names_in_test(one)
        case Not(inner):
            yield from _names_in_test(inner)


def _names_in(expression: Expression) -> Iterator[Name]:
    match expression:
        case Name():
            yield expression
        case Binary(_, left, right):
            yield from _names_in(left)
            yield from _names_in(right)
        case If(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from _names_in(part)
