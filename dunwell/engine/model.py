"""The decision model: frozen values that both engines read and neither changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from dunwell.facts.errors import DunwellError

# A `number` is exact: integer or decimal. A `ratio` is what a division, a power or a root gives, and whatever is
# computed from that: a binary float, since decimal division differs between engines.
# Times and date-times are local, without a zone: the caller has brought them into the customer's own.
Type = Literal["string", "number", "boolean", "date", "time", "date_time", "days_duration", "months_duration", "ratio"]
HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["SUM", "MIN", "MAX", "COUNT"]
Status = Literal["ok", "no_match", "conflict"]
Comparison = Literal["<", "<=", ">", ">=", "=", "!="]
Operator = Literal["+", "-", "*", "/", "**", "and", "or", "<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months, told in months: its length in days depends on where it is laid."""

    count: int


# So many characters of a model's own text stand in one part of an error.
SHOWN_MAX = 1000
Value = str | Decimal | float | bool | date | time | datetime | timedelta | Months | None


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
        parts += [f"decision '{_shown(self.decision)}'"] if self.decision else []
        parts += [f"rule {_shown(self.rule)}"] if self.rule else []
        parts += [f"column '{_shown(self.column)}'"] if self.column else []
        return ", ".join(parts)

    def refuse(self, message: str, *, cure: str) -> ModelError:
        """This function will return, for the caller to raise, an error that names this place and the cure."""
        return ModelError(_shown(message), place=str(self), cure=_shown(cure))


def _shown(text: str) -> str:
    """This function will shorten what nobody would read to its end, such as a name of a million characters."""
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: string, exact number, boolean, date, time, date-time, duration or null."""

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


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the white list (`functions.py`) with its arguments in their order, and the type of its result."""

    function: str
    arguments: tuple[Expression, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Passes:
    """`value in (tests)` and `value between a and b`: whether the value passes; null where FEEL gives null."""

    value: Expression
    test: AnyOf


Expression = Constant | Name | Binary | If | Call | Passes


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
    """A condition column: what is looked at, and what its author says that it can be.

    `domain` is None where nothing is said; `= null` in it says that the column may be null.
    """

    label: str
    expression: Expression
    type: Type
    domain: AnyOf | None

    @property
    def values(self) -> tuple[Value, ...]:
        """This function will return the allowed values where they are a closed list, else nothing."""
        listed = [
            test.operand.value
            for test in (self.domain.tests if self.domain else ())
            if isinstance(test, Compare) and test.comparison == "=" and isinstance(test.operand, Constant)
        ]
        return tuple(listed) if self.domain and len(listed) == len(self.domain.tests) else ()

    @property
    def nullable(self) -> bool:
        """Whether the column may be null: yes, unless its author lists what it can be and null is not among it."""
        return self.domain is None or Compare("=", Constant(None)) in self.domain.tests


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
    """The rules, and what to do when several of them match (`policies.py`)."""

    hit_policy: HitPolicy
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    aggregation: Aggregation | None = None

    @property
    def gives_list(self) -> bool:
        """Whether the answer is a list of rows rather than one."""
        return self.hit_policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT") and self.aggregation is None


@dataclass(frozen=True, slots=True)
class Formula:
    """A decision that is one expression: its value goes by the decision's own name."""

    name: str
    type: Type
    expression: Expression


@dataclass(frozen=True, slots=True)
class Decision:
    """One question, and the decisions (by name) that must be answered before it.

    An `auxiliary` decision stands for one call of a business knowledge model, or for one entry of a boxed context:
    it is computed like the others, and its outputs are not shown among the results.
    """

    id: str
    name: str
    requires: tuple[str, ...]
    logic: DecisionTable | Formula
    auxiliary: bool = False

    @property
    def outputs(self) -> tuple[OutputClause | Formula, ...]:
        """This function will return what the decision adds to the facts, each with a name and a type."""
        return self.logic.outputs if isinstance(self.logic, DecisionTable) else (self.logic,)

    @property
    def gives_list(self) -> bool:
        """Whether the decision is a table whose answer is a list of rows."""
        return isinstance(self.logic, DecisionTable) and self.logic.gives_list

    @property
    def single_outputs(self) -> tuple[OutputClause | Formula, ...]:
        """This function will return the outputs that other decisions may use: none of one that gives a list."""
        return () if self.gives_list else self.outputs


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact that the model needs from outside; a component of a structure goes by `structure.component`."""

    name: str
    type: Type
    domain: AnyOf | None = None


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


def compares(test: Test | Compare | Within) -> Iterator[Compare]:
    """This function will yield every single comparison of a test."""
    match test:
        case Compare():
            yield test
        case Within(lower, upper):
            yield from (lower, upper)
        case AnyOf(tests):
            for one in tests:
                yield from compares(one)
        case Not(inner):
            yield from compares(inner)


def names_in_logic(logic: DecisionTable | Formula) -> frozenset[str]:
    """This function will return the keys of every name that a decision reads."""
    names = names_in_table(logic) if isinstance(logic, DecisionTable) else names_in(logic.expression)
    return frozenset(name.key for name in names)


def names_in_table(table: DecisionTable) -> Iterator[Name]:
    """This function will yield every name that the table reads, in its columns, cells, outputs and defaults."""
    for clause in table.inputs:
        yield from names_in(clause.expression)
    for rule in table.rules:
        for cell in rule.cells:
            yield from names_in_test(cell.test)
        for entry in rule.outputs:
            yield from names_in(entry)
    for output in table.outputs:
        yield from names_in(output.default)


def names_in_test(test: Test | Compare | Within) -> Iterator[Name]:
    """This function will yield every name that a test compares with."""
    for one in compares(test):
        yield from names_in(one.operand)


def names_in(expression: Expression) -> Iterator[Name]:
    """This function will yield every name that an expression reads."""
    match expression:
        case Name():
            yield expression
        case Binary(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case If(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from names_in(part)
        case Call(_, arguments, _):
            for part in arguments:
                yield from names_in(part)
        case Passes(value, test):
            yield from names_in(value)
            yield from names_in_test(test)
