"""The white list of functions: what each takes and gives, and what it does to one value of each argument.

Whoever adds one adds it here, in `columns.py` for tables, and to the property test that holds the two together. A
function of the full language that engines would compute differently is left out on purpose (`upper case`: ß).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from math import sqrt
from typing import Any

from dunwell.engine.model import Months, Type

# Sums and products of numbers that fit 38 digits are exact within this; engines fail aloud before they reach it.
EXACT = Context(prec=100)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBER: tuple[Type, ...] = ("number",)
NUMERIC: tuple[Type, ...] = ("number", "ratio")
DATED: tuple[Type, ...] = ("date", "date_time")
CLOCKED: tuple[Type, ...] = ("time", "date_time")
ORDERED: tuple[Type, ...] = (
    "number", "ratio", "string", "date", "time", "date_time", "days_duration", "months_duration",
)  # fmt: skip
# `decimal` rounds to at most so many places: those that a number has room for (lexer.PLACES_MAX).
SCALE_MAX = 9


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: its name in FEEL, and the types that it may have."""

    name: str
    types: tuple[Type, ...]
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function; null in any argument gives null. `returns` is None where it gives what its first argument is.

    `more` allows any number of further arguments like the last; `optional` counts those that may be left out.
    """

    parameters: tuple[Parameter, ...]
    returns: Type | None
    python: Callable[..., Any]
    words: str
    more: bool = False
    optional: int = 0


def call(name: str, arguments: Sequence[Any]) -> Any:
    """This function will apply a function to values: null if one of them is null, or where FEEL gives null."""
    if any(argument is None for argument in arguments):
        return None
    return FUNCTIONS[name].python(*arguments)


# Texts


def _substring(text: str, start: int, length: int | None = None) -> str | None:
    """This function will count characters from 1, from the end if negative, as FEEL does; position 0 gives null."""
    start, length = int(start), None if length is None else int(length)
    begin = start - 1 if start > 0 else len(text) + start
    if start == 0 or not 0 <= begin < len(text) or (length is not None and length < 1):
        return None
    return text[begin:] if length is None else text[begin : begin + length]


def _before(text: str, match: str) -> str:
    return text[: max(text.find(match), 0)]


def _after(text: str, match: str) -> str:
    return text[text.find(match) + len(match) :] if match in text else ""


# Numbers


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """This function will give the remainder with the sign of the divisor, as FEEL does; null for a divisor of 0."""
    if not divisor:
        return None
    rest = EXACT.remainder(Decimal(dividend), Decimal(divisor))
    return EXACT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _whole(rounding: str) -> Callable[[Any], Any]:
    def whole(number: Any) -> Any:
        exact = Decimal(number).to_integral_value(rounding)
        return float(exact) if isinstance(number, float) else exact

    return whole


def _abs(number: Any) -> Any:
    return abs(number) if isinstance(number, float) else EXACT.abs(number)


def _decimal(number: Decimal, scale: Decimal) -> Decimal:
    return Decimal(number).quantize(Decimal(1).scaleb(-int(scale)), ROUND_HALF_EVEN, EXACT)


def _alike(*values: Any) -> list[Any]:
    return [float(value) for value in values] if any(isinstance(value, float) for value in values) else list(values)


# Days and times


def _date(year: Decimal, month: Decimal, day: Decimal) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _months_between(start: date, end: date) -> Months:
    """This function will count whole months, as FEEL does: from 31 January to 28 February none has passed."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)


def _part(months: int, of: Callable[[int, int], int]) -> Decimal:
    """This function will take a part of a duration that keeps the duration's sign."""
    return Decimal(of(abs(months), 12) * (-1 if months < 0 else 1))


def _seconds(span: timedelta, size: int, most: int) -> Decimal:
    whole = abs(span) // timedelta(seconds=1) // size
    return Decimal((whole % most if most else whole) * (-1 if span < timedelta(0) else 1))


TEXT = Parameter("string", ("string",))
MATCH = Parameter("match", ("string",))
N = Parameter("n", NUMERIC)
DAY = Parameter("date", DATED)
CLOCK = Parameter("time", CLOCKED)
SPAN = Parameter("duration", ("days_duration",))
MONTHS = Parameter("duration", ("months_duration",))

FUNCTIONS: Mapping[str, Function] = {
    "not": Function((Parameter("negand", ("boolean",)),), "boolean", lambda value: not value, "the opposite"),
    "substring": Function(
        (TEXT, Parameter("start position", NUMBER, literal=True), Parameter("length", NUMBER, literal=True)),
        "string", _substring, "characters from a position on (1 is the first, -1 the last)", optional=1,
    ),
    "string length": Function((TEXT,), "number", lambda text: Decimal(len(text)), "the number of characters"),
    "contains": Function((TEXT, MATCH), "boolean", lambda text, match: match in text, "whether a text is in it"),
    "starts with": Function((TEXT, MATCH), "boolean", str.startswith, "whether it begins with a text"),
    "ends with": Function((TEXT, MATCH), "boolean", str.endswith, "whether it ends with a text"),
    "substring before": Function((TEXT, MATCH), "string", _before, "what stands before a text"),
    "substring after": Function((TEXT, MATCH), "string", _after, "what stands after a text"),
    "abs": Function((N,), None, _abs, "the number without its sign"),
    "floor": Function((N,), None, _whole(ROUND_FLOOR), "the next whole number below"),
    "ceiling": Function((N,), None, _whole(ROUND_CEILING), "the next whole number above"),
    "decimal": Function(
        (Parameter("n", NUMBER), Parameter("scale", NUMBER, literal=True)),
        "number", _decimal, f"rounded to so many places (0 to {SCALE_MAX}), a half to the even digit",
    ),
    "modulo": Function(
        (Parameter("dividend", NUMBER), Parameter("divisor", NUMBER)),
        "number", _modulo, "the remainder, with the divisor's sign; null for a divisor of 0",
    ),
    "sqrt": Function(
        (Parameter("number", NUMERIC),),
        "ratio", lambda n: sqrt(n) if n >= 0 else None, "the square root; null below 0",
    ),
    "min": Function((Parameter("value", ORDERED),), None, lambda *values: min(_alike(*values)), "the least", more=True),
    "max": Function((Parameter("value", ORDERED),), None, lambda *values: max(_alike(*values)), "the most", more=True),
    "date": Function(
        (Parameter("year", NUMBER), Parameter("month", NUMBER), Parameter("day", NUMBER)),
        "date", _date, "the day of a year and month; null if there is none",
    ),
    "day of": Function((Parameter("from", DATED),), "date", _day_of, "written date(from): the day of a date-time"),
    "time of": Function((Parameter("from", ("date_time",)),), "time", datetime.time, "written time(from): its time"),
    "date and time": Function(
        (Parameter("date", ("date",)), Parameter("time", ("time",))),
        "date_time", datetime.combine, "a day and a time of day together",
    ),
    "years and months duration": Function(
        (Parameter("from", DATED), Parameter("to", DATED)),
        "months_duration", _months_between, "the whole months between two days",
    ),
    "day of week": Function((DAY,), "string", lambda day: WEEKDAYS[day.weekday()], "Monday … Sunday"),
    "year": Function((DAY,), "number", lambda day: Decimal(day.year), "written day.year"),
    "month": Function((DAY,), "number", lambda day: Decimal(day.month), "written day.month: 1 … 12"),
    "day": Function((DAY,), "number", lambda day: Decimal(day.day), "written day.day: 1 … 31"),
    "weekday": Function((DAY,), "number", lambda day: Decimal(day.isoweekday()), "written day.weekday: Monday is 1"),
    "hour": Function((CLOCK,), "number", lambda clock: Decimal(clock.hour), "written time.hour"),
    "minute": Function((CLOCK,), "number", lambda clock: Decimal(clock.minute), "written time.minute"),
    "second": Function((CLOCK,), "number", lambda clock: Decimal(clock.second), "written time.second"),
    "years": Function((MONTHS,), "number", lambda m: _part(m.count, int.__floordiv__), "written duration.years"),
    "months": Function((MONTHS,), "number", lambda m: _part(m.count, int.__mod__), "written duration.months: 0 … 11"),
    "days": Function((SPAN,), "number", lambda span: _seconds(span, 86_400, 0), "written duration.days"),
    "hours": Function((SPAN,), "number", lambda span: _seconds(span, 3_600, 24), "written duration.hours: 0 … 23"),
    "minutes": Function((SPAN,), "number", lambda span: _seconds(span, 60, 60), "written duration.minutes: 0 … 59"),
    "seconds": Function((SPAN,), "number", lambda span: _seconds(span, 1, 60), "written duration.seconds: 0 … 59"),
}  # fmt: skip
# How a part is asked for: `day.year`, `promised at.hour`, `delay.days`.
PROPERTIES = (
    "year", "month", "day", "weekday", "hour", "minute", "second", "years", "months", "days", "hours", "minutes",
    "seconds",
)  # fmt: skip
