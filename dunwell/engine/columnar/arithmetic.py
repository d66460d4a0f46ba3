"""Computing over columns, with every number's type settled here rather than guessed by an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import add, mul, sub
from sys import float_info
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from dunwell.engine.model import InputError, Value

Column = Any  # Ibis values carry no useful static types.

ARITHMETIC: Mapping[str, Callable[[Column, Column], Column]] = {"+": add, "-": sub, "*": mul}
DIGITS_MAX = 38
DIGITS_OF_BYTES = {1: 3, 2: 5, 4: 10, 8: 19}
# Up to here DuckDB holds a decimal in 64 bits. It makes a float of a longer one with an error in the last bit, and
# keeps a product of two shorter ones to as many digits.
SHORT_DIGITS_MAX = 18
# Every whole number up to here is a float.
WHOLE_FLOAT_MAX = 2**53


def constant(value: Decimal) -> Column:
    """This function will return a literal whose type is as narrow as its digits: never a float."""
    kind = type_for([value])
    return ibis.literal(int(value)) if kind == dt.int64 else ibis.literal(value, type=kind)


def compute(operator: str, left: Column, right: Column) -> Column:
    """This function will add, subtract or multiply: as binary floats if one is, else exactly.

    Exact types are made wide enough for the result before the operator is applied: Ibis believes that a product has
    its first factor's decimal places, and DuckDB keeps results short.
    """
    kinds = left.type(), right.type()
    if any(kind.is_floating() for kind in kinds):
        return finite(ARITHMETIC[operator](as_float(left), as_float(right)))
    if all(kind.is_integer() for kind in kinds):
        return ARITHMETIC[operator](left.cast("int64"), right.cast("int64"))
    if operator == "*":
        return _product(left, right)
    shared = common(kinds)
    wider = decimal_type(shared.precision + 1, shared.scale)
    return ARITHMETIC[operator](left.cast(wider), right.cast(wider))


def _product(left: Column, right: Column) -> Column:
    one, other = (as_decimal(column.type()) for column in (left, right))
    product = decimal_type(one.precision + other.precision, one.scale + other.scale)
    longer = decimal_type(max(one.precision, SHORT_DIGITS_MAX + 1), one.scale)
    return mul(*met(left.cast(longer), right.cast(other))).cast(product)


def divide(left: Column, right: Column) -> Column:
    """This function will divide as binary floats; null for a divisor of 0, which is infinity or an error elsewhere."""
    quotient = as_float(left) / as_float(right).nullif(0)
    return finite(quotient) if left.type().is_floating() or right.type().is_floating() else quotient


def power(left: Column, right: Column) -> Column:
    """This function will raise as binary floats; null where the result is none, as of a negative number's root."""
    return finite(as_float(left) ** as_float(right))


def square_root(number: Column) -> Column:
    """This function will return the root as a binary float; null below 0."""
    root = as_float(number)
    return ibis.ifelse(root >= 0, root.abs().sqrt(), ibis.null("float64"))


def finite(number: Column) -> Column:
    """This function will make infinities and NaN null; NaN is above every number on every engine."""
    return ibis.ifelse(number.abs() <= float_info.max, number, ibis.null("float64"))


def as_float(column: Column) -> Column:
    """This function will return the nearest binary float, as Python gives it."""
    kind = column.type()
    if kind.is_floating() or not kind.is_decimal() or as_decimal(kind).precision <= SHORT_DIGITS_MAX:
        return column.cast("float64")
    bound = constant(Decimal(WHOLE_FLOAT_MAX).scaleb(-kind.scale))
    low, high = met(column.abs(), bound)
    return ibis.ifelse(low <= high, column.cast("float64"), column.cast("string").cast("float64"))


def modulo(left: Column, right: Column) -> Column:
    """This function will give the remainder with the divisor's sign; null for a divisor of 0."""
    shared = common([left.type(), right.type()])
    dividend, divisor = left.cast(shared), right.cast(shared)
    rest = (dividend % divisor.nullif(ibis.literal(0, type=shared))).cast(shared)
    return ibis.ifelse((rest != 0) & ((rest < 0) != (divisor < 0)), (rest + divisor).cast(shared), rest)


def floor(column: Column) -> Column:
    """This function will return the next whole number below; of a float, a float."""
    return _whole(column, lambda number: number.floor())


def ceiling(column: Column) -> Column:
    """This function will return the next whole number above; of a float, a float."""
    return _whole(column, lambda number: number.ceil())


def _whole(column: Column, rounded: Callable[[Column], Column]) -> Column:
    kind = column.type()
    if kind.is_integer():
        return column
    if kind.is_floating():  # Engines give an integer of 64 bits; larger floats are whole anyway.
        return ibis.ifelse(column.abs() < WHOLE_FLOAT_MAX, rounded(column).cast("float64"), column)
    # One digit more: 9.5 needs a second one, and Ibis keeps the type.
    wider = decimal_type(as_decimal(kind).precision + 1, kind.scale)
    digits = wider.precision - wider.scale
    return rounded(column.cast(wider)).cast(dt.int64 if digits <= SHORT_DIGITS_MAX else decimal_type(digits, 0))


def truncated(column: Column) -> Column:
    """This function will cut off the decimal places, toward zero."""
    return column if column.type().is_integer() else ibis.ifelse(column < 0, ceiling(column), floor(column))


def rounded(column: Column, places: int) -> Column:
    """This function will round to so many decimal places, a half to the even digit."""
    kind = column.type()
    if kind.is_floating():
        raise InputError("decimal() is asked to round a binary float", cure="cast the column to DECIMAL")
    if kind.is_integer() or kind.scale <= places:
        return column
    shifted = compute("*", column, constant(Decimal(10) ** places))
    below = floor(shifted)
    rest = compute("-", shifted, below)
    half = constant(Decimal("0.5"))
    up = (rest > half) | ((rest == half) & (below % 2 != 0))
    return compute("*", compute("+", below, up.ifelse(1, 0)), constant(Decimal(1).scaleb(-places)))


def floor_divide(number: Column, by: int) -> Column:
    """This function will divide integers of 64 bits exactly: an engine's own quotient may be a binary float."""
    rest = number % by
    rest = ibis.ifelse(rest < 0, rest + by, rest)
    return ((number - rest) / by).round().cast("int64")


# Types of numbers


def alike(columns: Sequence[Column]) -> list[Column]:
    """This function will bring the branches of one result to one type that loses nothing of any of them."""
    types = [column.type() for column in columns if not column.type().is_null()]
    if not types or not types[0].is_numeric():
        return list(columns)
    shared = common(types)
    if shared.is_floating():
        return [as_float(column) for column in columns]
    return [column.cast(shared) for column in columns]


def met(left: Column, right: Column) -> tuple[Column, Column]:
    """This function will make two numbers comparable: floats if one is, else without loss."""
    kinds = left.type(), right.type()
    if any(kind.is_floating() for kind in kinds) and not any(kind.is_null() for kind in kinds):
        return as_float(left), as_float(right)
    if not all(kind.is_decimal() for kind in kinds) or dt.castable(*kinds) or dt.castable(*reversed(kinds)):
        return left, right
    return left.cast(common(kinds)), right


def common(types: Sequence[Any]) -> Any:
    """This function will return the type that holds every value of all of them, as far as 38 digits go."""
    if any(kind.is_floating() for kind in types):
        return dt.float64
    if all(kind.is_integer() for kind in types):
        return dt.int64
    decimals: list[Any] = [as_decimal(kind) for kind in types]
    scale = max(kind.scale for kind in decimals)
    return decimal_type(max(kind.precision - kind.scale for kind in decimals) + scale, scale)


def as_decimal(kind: Any) -> Any:
    """This function will return the decimal type that holds an integer or decimal one."""
    if kind.is_integer():
        return decimal_type(DIGITS_OF_BYTES[kind.nbytes], 0)
    if kind.precision is None or kind.scale is None:
        raise InputError("a decimal column does not tell its digits", cure="cast it to DECIMAL(18, 3)")
    return kind


def decimal_type(precision: int, scale: int) -> dt.Decimal:
    """This function will return a type of so many digits, or of 38 if there were more: then engines fail aloud."""
    if scale > DIGITS_MAX:
        raise InputError(f"a result has {scale} decimal places", cure="cast the columns to fewer before")
    return dt.Decimal(min(precision, DIGITS_MAX), scale)


def type_for(values: Sequence[Value]) -> Any:
    """This function will return the narrowest type that holds all the numbers exactly."""
    shared = common([_own_type(value) for value in values if isinstance(value, Decimal)] or [dt.int64])
    whole = shared.is_integer() or (shared.scale == 0 and shared.precision <= SHORT_DIGITS_MAX)
    return dt.int64 if whole else shared


def _own_type(number: Decimal) -> Any:
    _, digits, exponent = number.normalize().as_tuple()
    scale = max(0, -int(exponent))
    return decimal_type(max(len(digits) + max(0, int(exponent)), scale), scale)
