"""What was read, written again: expressions and tests as S-FEEL, in one form however they were spaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from dunwell.engine.functions import PROPERTIES
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Call,
    Compare,
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

# How tightly operators bind, the loosest first; an `if` stands looser than all of them, a value tighter.
BINDING: Mapping[str, int] = {"or": 1, "and": 2} | dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 3) | {
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip
VALUE = 8
# Functions that stand under another name in the model, because one name of FEEL means several of them.
WRITTEN = {"day of": "date", "time of": "time"}
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def written(expression: Expression) -> str:
    """This function will write an expression as S-FEEL."""
    match expression:
        case Constant(value):
            return literal(value)
        case Name(key, _):
            return key
        case If(condition, then, otherwise):
            return f"if {written(condition)} then {written(then)} else {written(otherwise)}"
        case Binary("-", Constant(Decimal() as zero), right) if not zero:
            return f"-{_part(right, VALUE)}"
        case Binary(operator, left, right):
            tight = BINDING[operator]
            return f"{_part(left, tight)} {operator} {_part(right, tight + 1)}"
        case Call(function, arguments, _):
            return _call(function, arguments)
        case Passes(value, test):
            return f"{_part(value, VALUE)} in ({written_test(test)})"


def _part(expression: Expression, tight: int) -> str:
    """This function will put parentheses around what binds less than its surroundings."""
    match expression:
        case Binary("-", Constant(Decimal() as zero), _) if not zero:
            own = BINDING["**"] + 1
        case Binary(operator, _, _):
            own = BINDING[operator]
        case If():
            own = 0
        case Passes():
            own = BINDING["="]
        case _:
            own = VALUE
    text = written(expression)
    return text if own >= tight else f"({text})"


def _call(function: str, arguments: tuple[Expression, ...]) -> str:
    if function in PROPERTIES:
        return f"{_part(arguments[0], VALUE)}.{function}"
    return f"{WRITTEN.get(function, function)}({', '.join(written(argument) for argument in arguments)})"


def written_test(test: Test | Compare | Within) -> str:
    """This function will write a test as S-FEEL: `-`, `> 30`, `[31..60]`, `"A", "B"`, `not(null)`."""
    match test:
        case Anything():
            return "-"
        case Compare("=", Constant(value)):
            return literal(value)
        case Compare(comparison, operand):
            return f"{comparison} {_part(operand, VALUE)}"
        case Within(lower, upper):
            opening = "[" if lower.comparison == ">=" else "("
            closing = "]" if upper.comparison == "<=" else ")"
            return f"{opening}{_part(lower.operand, VALUE)}..{_part(upper.operand, VALUE)}{closing}"
        case AnyOf(tests):
            return ", ".join(written_test(one) for one in tests)
        case Not(inner):
            return f"not({written_test(inner)})"


def literal(value: Value) -> str:
    """This function will write a value as FEEL's literal for it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value.translate(ESCAPES)}"'
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f'date and time("{value.isoformat()}")'
        case date():
            return f'date("{value.isoformat()}")'
        case time():
            return f'time("{value.isoformat()}")'
        case timedelta() | Months():
            return f'duration("{duration(value)}")'
        case _:
            return str(value)


def duration(value: timedelta | Months) -> str:
    """This function will write a duration as ISO 8601 has it: `P1Y2M`, `-P3DT4H`."""
    if isinstance(value, Months):
        years, months = divmod(abs(value.count), 12)
        words = f"{years}Y" * bool(years) + f"{months}M" * bool(months or not years)
        return f"{'-' if value.count < 0 else ''}P{words}"
    span = abs(value)
    hours, rest = divmod(span.seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    exact = f"{seconds}.{span.microseconds:06d}".rstrip("0") if span.microseconds else str(seconds)
    clock = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{exact}S" * (exact != "0")
    days = f"{span.days}D" * bool(span.days or not clock)
    return f"{'-' if value < timedelta(0) else ''}P{days}{f'T{clock}' if clock else ''}"
