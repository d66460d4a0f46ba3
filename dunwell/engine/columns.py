"""Expressions and tests as Ibis columns, with every number's type settled here rather than guessed by an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import add, and_, ge, gt, le, lt, mul, or_, sub
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from dunwell.engine.model import (
    AnyOf,
    Binary,
    Compare,
    Comparison,
    Constant,
    Expression,
    If,
    InputError,
    Name,
    Not,
    Type,
    Value,
    Within,
)

Column = Any  # Ibis values carry no useful static types.

ORDERINGS: Mapping[str, Callable[[Column, Column], Column]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
ARITHMETIC: Mapping[str, Callable[[Column, Column], Column]] = {"+": add, "-": sub, "*": mul}
DIGITS_MAX = 38
DIGITS_OF_BYTES = {1: 3, 2: 5, 4: 10, 8: 19}
PLAIN: Mapping[Type, str] = {"string": "string", "boolean": "boolean", "date": "date", "ratio": "float64"}


def of(expression: Expression, table: ibis.Table) -> Column:
    """This function will return the expression over the table's columns; a float computed with raises InputError."""
    match expression:
        case Constant(value):
            return constant(value)
        case Name(key, _):
            return table[key]
        case If(condition, then, otherwise):
            yes, no = alike([of(then, table), of(otherwise, table)])
            return ibis.ifelse(of(condition, table), yes, no)
        case Binary(operator, left, right):
            return _join(operator, of(left, table), of(right, table))


def test(tested: AnyOf | Not | Compare | Within, value: Column, table: ibis.Table) -> Column:
    """This function will return whether the value passes: true, false, or null where FEEL gives null."""
    match tested:
        case Not(inner):
            return ~test(inner, value, table)
        case AnyOf(tests):
            return _any(tests, value, table)
        case Within(lower, upper):
            return test(lower, value, table) & test(upper, value, table)
        case Compare(comparison, operand):
            return compare(comparison, value, of(operand, table))


def compare(comparison: Comparison, left: Column, right: Column) -> Column:
    """This function will compare as FEEL does: equality is two-valued, an ordering on null is null."""
    left, right = _met(left, right)
    if comparison in ("=", "!="):
        same = left.identical_to(right)
        return same if comparison == "=" else ~same
    return ORDERINGS[comparison](left, right)


def every(conditions: Sequence[Column]) -> Column:
    """This function will return whether all conditions hold; true of none."""
    return _joined(and_, conditions) if conditions else ibis.literal(True)


def look_up(entries: Sequence[Expression], kind: Type, number: Column, table: ibis.Table) -> Column:
    """This function will return entry 0 where the number is 0, entry 1 where it is 1, and so on."""
    values = [entry.value for entry in entries if isinstance(entry, Constant)]
    if len(values) == len(entries):
        return pick(values, kind, number)
    numbers: dict[Expression, list[int]] = {}
    for at, entry in enumerate(entries):
        if entry != Constant(None):
            numbers.setdefault(entry, []).append(at)
    results = alike([of(entry, table) for entry in numbers])
    return ibis.cases(*((number.isin(at), result) for at, result in zip(numbers.values(), results, strict=True)))


def pick(values: Sequence[Value], kind: Type, number: Column) -> Column:
    """This function will return value 0 where the number is 0, value 1 where it is 1, and so on.

    An array is read by index: a third faster on DuckDB than a CASE of as many branches.
    """
    dtype = _type_of_values(values, kind)
    return ibis.array([_typed(value, dtype) for value in values])[number]


def alike(columns: Sequence[Column]) -> list[Column]:
    """This function will bring the branches of one result to one type that loses nothing of any of them."""
    types = [column.type() for column in columns if not column.type().is_null()]
    if not types or not types[0].is_numeric():
        return list(columns)
    common = _common(types)
    return [column.cast(common) for column in columns]


def constant(value: Value) -> Column:
    """This function will return a literal whose type is as narrow as its digits: never a float."""
    if not isinstance(value, Decimal):
        return ibis.literal(value)
    return ibis.literal(int(value)) if value == int(value) else ibis.literal(value, type=_own_type(value))


# Joining columns


def _any(tests: Sequence[Compare | Within], value: Column, table: ibis.Table) -> Column:
    """This function will gather the literals of a list in one IN, which is twice as fast as so many comparisons."""
    literals, others = [], []
    for one in tests:
        match one:
            case Compare("=", Constant(listed)) if listed is not None and len(tests) > 1:
                literals.append(constant(listed))
            case _:
                others.append(test(one, value, table))
    # IN gives null for a null, where equality in FEEL is two-valued.
    return _joined(or_, [value.isin(literals).fill_null(False), *others] if literals else others)


def _joined(operator: Callable[[Column, Column], Column], parts: Sequence[Column]) -> Column:
    """This function will join the parts as a balanced tree, so that long lists stay within Ibis' recursion."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return operator(_joined(operator, parts[:middle]), _joined(operator, parts[middle:]))


def _join(operator: str, left: Column, right: Column) -> Column:
    match operator:
        case "and":
            return left & right
        case "or":
            return left | right
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return compare(operator, left, right)
        case "/":
            # Division by zero is null in FEEL, infinity on DuckDB, an error on Spark.
            return left.cast("float64") / right.cast("float64").nullif(0)
    return left + right if left.type().is_string() else _compute(operator, left, right)


def _compute(operator: str, left: Column, right: Column) -> Column:
    """This function will compute exactly, with types wide enough for the result before the operator is applied.

    Ibis believes that a product has its first factor's decimal places; DuckDB keeps a result to 18 digits where both
    operands have no more.
    """
    kinds = left.type(), right.type()
    if any(kind.is_floating() for kind in kinds):
        named = left.get_name() if kinds[0].is_floating() else right.get_name()
        raise InputError(f"column '{named}' is a float and is computed with", cure="cast it to DECIMAL")
    if all(kind.is_integer() for kind in kinds):
        return ARITHMETIC[operator](left.cast("int64"), right.cast("int64"))
    one, other = (_as_decimal(kind) for kind in kinds)
    if operator == "*":
        product = _decimal(one.precision + other.precision, one.scale + other.scale)
        return mul(*_met(left.cast(_decimal(product.precision, one.scale)), right.cast(other))).cast(product)
    common = _common(kinds)
    wider = _decimal(common.precision + 1, common.scale)
    return ARITHMETIC[operator](left.cast(wider), right.cast(wider))


def _met(left: Column, right: Column) -> tuple[Column, Column]:
    """This function will widen the left of two decimals that Ibis would not let meet, neither holding the other."""
    kinds = left.type(), right.type()
    if not all(kind.is_decimal() for kind in kinds) or dt.castable(*kinds) or dt.castable(*reversed(kinds)):
        return left, right
    return left.cast(_common(kinds)), right


# Types of numbers


def _common(types: Sequence[Any]) -> Any:
    if any(kind.is_floating() for kind in types):
        return dt.float64
    if all(kind.is_integer() for kind in types):
        return dt.int64
    decimals: list[Any] = [_as_decimal(kind) for kind in types]
    scale = max(kind.scale for kind in decimals)
    return _decimal(max(kind.precision - kind.scale for kind in decimals) + scale, scale)


def _as_decimal(kind: Any) -> Any:
    if kind.is_integer():
        return _decimal(DIGITS_OF_BYTES[kind.nbytes], 0)
    if kind.precision is None or kind.scale is None:
        raise InputError("a decimal column does not tell its digits", cure="cast it to DECIMAL(18, 3)")
    return kind


def _decimal(precision: int, scale: int) -> dt.Decimal:
    if scale > DIGITS_MAX:
        raise InputError(f"a result has {scale} decimal places", cure="cast the columns to fewer before")
    return dt.Decimal(min(precision, DIGITS_MAX), scale)


def _own_type(number: Decimal) -> Any:
    _, digits, exponent = number.normalize().as_tuple()
    scale = max(0, -int(exponent))
    return _decimal(max(len(digits) + max(0, int(exponent)), scale), scale)


def _type_of_values(values: Sequence[Value], kind: Type) -> Any:
    if kind != "number":
        return PLAIN[kind]
    common = _common([_own_type(value) for value in values if isinstance(value, Decimal)] or [dt.int64])
    return common if common.is_decimal() and common.scale else dt.int64


def _typed(value: Value, dtype: Any) -> Column:
    whole = isinstance(value, Decimal) and dtype == dt.int64
    return ibis.literal(int(value) if whole else value, type=dtype)  # type: ignore[arg-type]  # a Decimal, if whole
