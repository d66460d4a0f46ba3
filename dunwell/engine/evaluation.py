"""What expressions and tests mean for single values: the judge's arithmetic, in FEEL's three-valued logic."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from operator import add, ge, gt, le, lt, mul, sub
from typing import Any

from dunwell.engine import functions
from dunwell.engine.functions import EXACT
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
    Months,
    Name,
    Not,
    Passes,
    Test,
    Value,
    Within,
)
from dunwell.engine.types import type_of

Facts = Mapping[str, Value]


def evaluate(expression: Expression, known: Facts) -> Any:
    """This function will return the value of an expression that the parser has typed."""
    match expression:
        case Constant(value):
            return value
        case Name(key, _):
            return known[key]
        case If(condition, then, otherwise):
            value = evaluate(then if evaluate(condition, known) else otherwise, known)
            return as_ratio(value) if type_of(expression) == "ratio" else value
        case Binary(operator, left, right):
            return OPERATORS[operator](evaluate(left, known), evaluate(right, known))
        case Call(function, arguments, _):
            return functions.call(function, [evaluate(argument, known) for argument in arguments])
        case Passes(value, test):
            return passes(test, evaluate(value, known), known)


def passes(test: Test | Compare | Within, value: Value, known: Facts) -> bool | None:
    """This function will return whether a value passes a test: true, false, or None where FEEL gives null."""
    match test:
        case AnyOf(tests):
            return either(passes(one, value, known) for one in tests)
        case Compare(comparison, operand):
            return compare(comparison, value, evaluate(operand, known))
        case Within(lower, upper):
            return both(passes(lower, value, known), passes(upper, value, known))
        case Not(inner):
            return opposite(passes(inner, value, known))
        case Anything():
            return True


def compare(comparison: Comparison, left: Value, right: Value) -> bool | None:
    """This function will compare as FEEL does: equality is two-valued, an ordering on null is null."""
    result: bool | None = OPERATORS[comparison](left, right)
    return result


def as_ratio(value: Any) -> float | None:
    """This function will return a number as the binary float that a ratio is, as columns hold it."""
    return None if value is None else float(value)


# Three-valued logic


def both(left: bool | None, right: bool | None) -> bool | None:
    """This function will return `left and right`, where null is unknown."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(results: Iterable[bool | None]) -> bool | None:
    """This function will return whether one of the results is true, where null is unknown."""
    found: bool | None = False
    for result in results:
        if result:
            return True
        found = None if result is None else found
    return found


def opposite(result: bool | None) -> bool | None:
    """This function will return `not`, where null is unknown."""
    return None if result is None else not result


# Comparisons


def same(left: Any, right: Any) -> bool:
    """This function will return whether two values of one type are equal; null equals null alone."""
    if left is None or right is None:
        return left is right
    first, second = _alike(left, right)
    return bool(first == second)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def ordered(left: Any, right: Any) -> bool | None:
        return None if left is None or right is None else compare(*_alike(left, right))

    return ordered


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """This function will make both binary if one is, as every engine does, so that 0.1 equals 0.1."""
    if isinstance(left, float) or isinstance(right, float):
        return float(left), float(right)
    return left, right


# Arithmetic: null with anything is null, and so is what no binary float can hold


def _arithmetic(exact: Callable[[Any, Any], Any], binary: Callable[[float, float], float]) -> Callable[[Any, Any], Any]:
    def compute(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if isinstance(left, float) or isinstance(right, float):
            return _finite(binary(float(left), float(right)))
        return exact(left, right)

    return compute


def _plus(left: Any, right: Any) -> Any:
    if isinstance(left, Decimal | int):
        return EXACT.add(left, right)
    if isinstance(left, str):
        return left + right
    return _laid(left, right, 1)


def _minus(left: Any, right: Any) -> Any:
    if isinstance(left, Decimal | int):
        return EXACT.subtract(left, right)
    return _laid(left, right, -1)


def _laid(left: Any, right: Any, sign: int) -> Any:
    """This function will add or subtract days, times and durations; null past the ends of the calendar."""
    try:
        match left, right:
            case Months(count), Months(other):
                return Months(count + sign * other)
            case _, Months(count):
                return _months_on(left, sign * count)
            case Months(), _:
                return _months_on(right, left.count)
            case timedelta(), date():
                return right + left
            case _, timedelta() if sign < 0:  # Python drops the hours before it subtracts the days from a date.
                return left + -right
        return left + right if sign > 0 else left - right
    except (OverflowError, ValueError):
        return None


def _months_on(day: date, months: int) -> date:
    """This function will go on by months, to the month's last day where it is shorter, as FEEL does."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def _divide(left: Any, right: Any) -> float | None:
    if left is None or right is None or not float(right):
        return None
    return _finite(float(left) / float(right))


def _power(left: Any, right: Any) -> float | None:
    if left is None or right is None:
        return None
    try:
        return _finite(float(left) ** float(right))
    except (OverflowError, ZeroDivisionError):
        return None


def _finite(number: Any) -> float | None:
    return number if isinstance(number, float) and isfinite(number) else None


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "and": both,
    "or": lambda left, right: either((left, right)),
    "=": same,
    "!=": lambda left, right: not same(left, right),
    "<": _ordering(lt),
    "<=": _ordering(le),
    ">": _ordering(gt),
    ">=": _ordering(ge),
    "+": _arithmetic(_plus, add),
    "-": _arithmetic(_minus, sub),
    "*": _arithmetic(EXACT.multiply, mul),
    "/": _divide,
    "**": _power,
}
