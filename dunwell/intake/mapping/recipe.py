"""A mapping with everything looked up: what the two converters, the fast one and the judge, both follow.

Pure: no Django, no files. An expression names columns; an entry makes one sort of fact from a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from dunwell.ledger.targets import Field, Target

# How a money column's text becomes exact: so many places are read, the unit has at most six.
READ_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the source: its type, and how its text is read."""

    name: str
    type: str
    required: bool = False
    formats: tuple[str, ...] = ()
    zone: str = "UTC"
    # Text and bool: from what stands in the file to what it means (bool: "true" or "false").
    values: tuple[tuple[str, str], ...] = ()
    otherwise: str = "refuse"
    unit: Decimal = Decimal(1)
    round_to: int | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Const:
    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    column: str
    shift_days: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and column names by turns: ("", "a", "/", "b", "") for "{a}/{b}"."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negate:
    of: Expression


@dataclass(frozen=True, slots=True)
class Share:
    of: Expression
    factor: Decimal
    places: int = 2


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the greatest of several amounts."""

    greatest: bool
    terms: tuple[Expression, ...]


Expression: TypeAlias = Const | Ref | Template | Sum | Negate | Share | Extreme


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a column; `test` is above, below, equals, not_equals or present."""

    column: str
    type: str
    test: str
    value: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A field of the target and the expression that fills it."""

    field: Field
    expression: Expression
    # The type of what the expression gives: that of its column, "money" for arithmetic, "text" for a template.
    gives: str
    source: str = ""


@dataclass(frozen=True)
class Entry:
    """What one sort of fact is made of."""

    place: str
    target: Target
    when: tuple[Condition, ...]
    fields: tuple[Bound, ...]

    def column_of(self, field: str) -> str:
        """This function will name the source's column behind a field, or the field where there is none."""
        for bound in self.fields:
            if bound.field.name == field:
                return next(iter(named(bound.expression)), field)
        return field


@dataclass(frozen=True)
class Recipe:
    """A whole mapping."""

    name: str
    source: str
    kind: str
    columns: tuple[Column, ...]
    derived: tuple[tuple[str, Expression], ...]
    entries: tuple[Entry, ...]

    @property
    def secret_columns(self) -> frozenset[str]:
        """The columns that go into sealed fields: nothing of their values is ever shown."""
        return frozenset(
            column
            for entry in self.entries
            for bound in entry.fields
            if bound.field.type == "sealed"
            for column in named(bound.expression)
        )

    @property
    def depends_on_day(self) -> bool:
        """Whether some version holds from the day of the import, so that the same file tells another thing tomorrow."""
        required = {column.name for column in self.columns if column.required}
        return any(
            field.default == "on" and not _certain(entry, field.name, required=required)
            for entry in self.entries
            for field in entry.target.staged
        )

    def types(self) -> dict[str, str]:
        """This function will return the type of every column and derived column."""
        return {**{column.name: column.type for column in self.columns}, **{name: "money" for name, _ in self.derived}}


def _certain(entry: Entry, field: str, *, required: set[str]) -> bool:
    """This function will tell whether a field is filled in every row: by a constant, or by required columns."""
    filled = [bound.expression for bound in entry.fields if bound.field.name == field]
    return bool(filled) and set(named(filled[0])) <= required


def named(expression: Expression) -> list[str]:
    """This function will list the columns that an expression names, in their order."""
    match expression:
        case Const():
            return []
        case Ref(column):
            return [column]
        case Template(parts):
            return list(parts[1::2])
        case Sum(terms) | Extreme(_, terms):
            return [column for term in terms for column in named(term)]
        case Negate(of) | Share(of):
            return named(of)
