"""Expressions and tests as Ibis columns that mean the same on DuckDB and on Spark.

What a column holds for each type, in a table that is brought and in one that is given back: `STORED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from operator import and_, ge, gt, le, lt, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from dunwell.engine.columnar import arithmetic
from dunwell.engine.columnar.arithmetic import Column, alike, compute, divide, met, power
from dunwell.engine.columnar.calls import call
from dunwell.engine.columnar.moments import TIMESTAMP, laid
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Call,
    Compare,
    Comparison,
    Constant,
    Expression,
    If,
    InputError,
    Months,
    Name,
    Not,
    Passes,
    Test,
    Type,
    Value,
    Within,
)
from dunwell.engine.types import NUMERIC, type_of

ORDERINGS: Mapping[str, Callable[[Column, Column], Column]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
# A number has no one type: `type_for` finds the narrowest. Times and durations: see `moments`.
STORED: Mapping[Type, str] = {
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "ratio": "float64",
    "time": "int64",
    "date_time": TIMESTAMP,
    "days_duration": "int64",
    "months_duration": "int64",
}
MICROSECOND = timedelta(microseconds=1)
INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Facts:
    """A table, and under which column it holds a fact that does not go by its own key, or a part of an expression."""

    table: ibis.Table
    renamed: Mapping[str, str]
    parts: Mapping[Expression, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Column:
        return self.table[self.renamed.get(key, key)]

    def over(self, table: ibis.Table) -> Facts:
        """This function will return the same facts in another table that has the same columns."""
        return replace(self, table=table)


# Values as columns hold them


def stored(value: Value) -> str | Decimal | float | bool | int | Any:
    """This function will return a value as a column of its type holds it; InputError if 64 bits are too few."""
    match value:
        case time():
            microseconds = (value.hour * 3600 + value.minute * 60 + value.second) * 1_000_000
            return microseconds + value.microsecond
        case timedelta():
            if abs(count := value // MICROSECOND) > INT64_MAX:
                raise InputError(f"{value} is too long for a table", cure="give less than 292,000 years")
            return count
        case Months(count):
            return count
    return value


def restored(value: Any, kind: Type) -> Value:
    """This function will return the value that a column of the type holds: the inverse of `stored`."""
    if value is None:
        return None
    match kind:
        case "time":
            return _clock(value)
        case "days_duration":
            return timedelta(microseconds=value)
        case "months_duration":
            return Months(value)
        case "number" if isinstance(value, int):
            return Decimal(value)
    return value  # type: ignore[no-any-return]


def _clock(microseconds: int) -> time:
    seconds, fraction = divmod(microseconds, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction)


def type_for(values: Sequence[Value], kind: Type) -> dt.DataType:
    """This function will return the narrowest column type that holds the values, which are of the type `kind`."""
    return arithmetic.type_for(values) if kind == "number" else dt.dtype(STORED[kind])


def constant(value: Value) -> Column:
    """This function will return a literal of the type that `STORED` says; a number's is as narrow as its digits."""
    match value:
        case Decimal():
            return arithmetic.constant(value)
        case datetime():
            return ibis.literal(value, type=TIMESTAMP)
        case time() | timedelta() | Months():
            return ibis.literal(stored(value), type="int64")
    return ibis.literal(value)


# Expressions


def of(expression: Expression, facts: Facts) -> Column:
    """This function will return the expression as a column."""
    if expression in facts.parts:
        return facts.table[facts.parts[expression]]
    match expression:
        case Constant(value):
            return constant(value)
        case Name(key, _):
            return facts[key]
        case If(condition, then, otherwise):
            yes, no = alike([of(then, facts), of(otherwise, facts)])
            return ibis.ifelse(of(condition, facts), yes, no)
        case Binary(operator, left, right) if operator in _LOGIC:
            return _LOGIC[operator](typed(left, "boolean", facts), typed(right, "boolean", facts))
        case Binary("=" | "!=" | "<" | "<=" | ">" | ">=" as comparison, left, right):
            return compare(comparison, of(left, facts), of(right, facts))
        case Binary(operator, left, right):
            return _join(operator, left, right, facts)
        case Call(_, arguments, kind):
            if Constant(None) in arguments:
                return nothing(kind)
            return call(expression, [of(argument, facts) for argument in arguments])
        case Passes(value, tested):
            return test(tested, of(value, facts), facts)


def typed(expression: Expression, kind: Type, facts: Facts) -> Column:
    """This function will return the expression as a column of its own type even where it can only be null."""
    return nothing(kind) if expression == Constant(None) else of(expression, facts)


def _join(operator: str, left: Expression, right: Expression, facts: Facts) -> Column:
    """This function will apply an operator that gives null as soon as one of its operands is null."""
    one, other = type_of(left), type_of(right)
    if one is None or other is None:
        return nothing(one or other or "number")
    columns = of(left, facts), of(right, facts)
    if one in NUMERIC:
        return _NUMERIC[operator](*columns) if operator in _NUMERIC else compute(operator, *columns)
    return columns[0] + columns[1] if one == "string" else laid(operator, *columns, kinds=(one, other))


_LOGIC: Mapping[str, Callable[[Column, Column], Column]] = {"and": and_, "or": or_}
_NUMERIC: Mapping[str, Callable[[Column, Column], Column]] = {"/": divide, "**": power}


def nothing(kind: Type) -> Column:
    """This function will return a null of the type."""
    return ibis.null(type_for([], kind))


# Tests


def test(tested: Test | Compare | Within, value: Column, facts: Facts) -> Column:
    """This function will return whether the value passes: true, false, or null where FEEL gives null."""
    match tested:
        case Not(inner):
            return ~test(inner, value, facts)
        case AnyOf(tests):
            return _any(tests, value, facts)
        case Within(lower, upper):
            return test(lower, value, facts) & test(upper, value, facts)
        case Compare(comparison, operand):
            return compare(comparison, value, of(operand, facts))
        case Anything():
            return ibis.literal(True)


def compare(comparison: Comparison, left: Column, right: Column) -> Column:
    """This function will compare as FEEL does: equality is two-valued, an ordering on null is null."""
    left, right = met(left, right) if left.type().is_numeric() else (left, right)
    if comparison in ("=", "!="):
        same = enclosed(left).identical_to(enclosed(right))
        return same if comparison == "=" else ~same
    return ORDERINGS[comparison](left, right)


def enclosed(column: Column) -> Column:
    """This function will keep a comparison together where it becomes an operand.

    Ibis writes `a IS NOT DISTINCT FROM b` without parentheses; a COALESCE of one stands for them.
    """
    return ibis.coalesce(column) if column.type().is_boolean() else column


def every(conditions: Sequence[Column]) -> Column:
    """This function will return whether all conditions hold; true of none."""
    return joined(and_, conditions) if conditions else ibis.literal(True)


def some(conditions: Sequence[Column]) -> Column:
    """This function will return whether one of the conditions, at least, holds."""
    return joined(or_, conditions)


def joined(operator: Callable[[Column, Column], Column], parts: Sequence[Column]) -> Column:
    """This function will join the parts as a balanced tree, so that long lists stay within Ibis' recursion."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return operator(joined(operator, parts[:middle]), joined(operator, parts[middle:]))


def _any(tests: Sequence[Compare | Within], value: Column, facts: Facts) -> Column:
    """This function will gather the literals of a list in one IN, which is twice as fast as so many comparisons."""
    literals, others = [], []
    for one in tests:
        match one:
            case Compare("=", Constant(listed)) if listed is not None and len(tests) > 1:
                literals.append(_listed(listed, value))
            case _:
                others.append(test(one, value, facts))
    # IN gives null for a null, where equality in FEEL is two-valued.
    return some([enclosed(value).isin(literals).fill_null(False), *others] if literals else others)


def _listed(value: Value, column: Column) -> Column:
    return ibis.literal(float(value)) if column.type().is_floating() else constant(value)  # type: ignore[arg-type]


# Results by number


def look_up(entries: Sequence[Expression], kind: Type, number: Column, facts: Facts) -> Column:
    """This function will return entry 0 where the number is 0, entry 1 where it is 1, and so on."""
    values = [entry.value for entry in entries if isinstance(entry, Constant)]
    if len(values) == len(entries):
        return pick(values, kind, number)
    numbers: dict[Expression, list[int]] = {}
    for at, entry in enumerate(entries):
        if entry != Constant(None):
            numbers.setdefault(entry, []).append(at)
    results = alike([of(entry, facts) for entry in numbers])
    return ibis.cases(*((number.isin(at), result) for at, result in zip(numbers.values(), results, strict=True)))


def pick(values: Sequence[Value], kind: Type, number: Column) -> Column:
    """This function will return value 0 where the number is 0, value 1 where it is 1, and so on.

    An array is read by index: a third faster on DuckDB than a CASE of as many branches.
    """
    dtype = type_for(values, kind)
    return ibis.array([_typed(value, dtype) for value in values])[number]


def _typed(value: Value, dtype: dt.DataType) -> Column:
    if isinstance(value, Decimal) and not dtype.is_decimal():
        return ibis.literal(float(value) if dtype.is_floating() else int(value), type=dtype)
    return ibis.literal(stored(value), type=dtype)
