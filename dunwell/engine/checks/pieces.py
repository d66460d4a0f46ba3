"""The values of a column cut at its constants, so that every test on it gives one answer in each piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from typing import Any, Literal

from dunwell.engine.functions import EXACT
from dunwell.engine.model import Months, Type, Value

# What is counted in steps is counted in microseconds, the finest that Python and the engines keep, days and months.
MICROSECOND = timedelta(microseconds=1)
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the engine's date-times are local, without a zone
MIDNIGHT, LAST = datetime.min, datetime.max  # noqa: DTZ901 - local, as above
TEXT_ENDS = ("0", " ", "\x01", "\x00")


@dataclass(frozen=True, slots=True)
class Piece:
    """One value, or an open interval between two constants (None: no end on that side), and a value that stands for it.

    `place` counts the pieces of the axis before its domain took some away: neighbours differ by one.
    """

    value: Value
    place: int
    kind: Literal["point", "between", "other", "null", "relation"] = "point"
    low: Value = None
    high: Value = None


@dataclass(frozen=True, slots=True)
class Steps:
    """A type whose values follow each other one by one: how to count them, and where they end."""

    number: Callable[[Any], int]
    value: Callable[[int], Value]
    first: int
    last: int
    usual: int
    grains: tuple[int, ...] = (1,)


def _of_clock(moment: time) -> int:
    return (datetime.combine(MIDNIGHT.date(), moment) - MIDNIGHT) // MICROSECOND


STEPS: Mapping[Type, Steps] = {
    "date": Steps(
        date.toordinal, date.fromordinal, date.min.toordinal(), date.max.toordinal(), date(2025, 1, 1).toordinal()
    ),
    "time": Steps(
        _of_clock, lambda step: (MIDNIGHT + step * MICROSECOND).time(), 0, DAY - 1, 12 * HOUR, (HOUR, MINUTE, SECOND, 1)
    ),
    "date_time": Steps(
        lambda moment: (moment - EPOCH) // MICROSECOND,
        lambda step: EPOCH + step * MICROSECOND,
        (MIDNIGHT - EPOCH) // MICROSECOND,
        (LAST - EPOCH) // MICROSECOND,
        (datetime(2025, 1, 1, 12) - EPOCH) // MICROSECOND,  # noqa: DTZ001 - local, as above
        (DAY, HOUR, MINUTE, SECOND, 1),
    ),
    "days_duration": Steps(
        lambda span: span // MICROSECOND,
        lambda step: step * MICROSECOND,
        timedelta.min // MICROSECOND,
        timedelta.max // MICROSECOND,
        DAY,
        (DAY, HOUR, MINUTE, SECOND, 1),
    ),
    "months_duration": Steps(lambda months: months.count, Months, -120_000, 120_000, 1),
}


def cut(kind: Type, constants: Iterable[Value], *, ordered: bool) -> tuple[Piece, ...]:
    """This function will return every piece of a column, null last.

    A column of texts that no test orders has no intervals, but one piece for any text that is not named.
    """
    points = sorted({_point(kind, constant) for constant in constants if constant is not None})
    if kind == "boolean":
        found = [Piece(False, 0), Piece(True, 1)]
    elif kind == "string" and not ordered:
        found = [Piece(point, at) for at, point in enumerate(points)]
        found.append(Piece(_unnamed(points), len(points), "other"))
    else:
        found = list(_sweep(kind, points))
    return (*found, Piece(None, len(found) + 1, "null"))


def _point(kind: Type, constant: Any) -> Any:
    """This function will take a number as the column's engine compares it: a ratio is binary."""
    return float(constant) if kind == "ratio" else constant


def _unnamed(points: list[Any]) -> str:
    text, number = "other", 1
    while text in points:
        number += 1
        text = f"other {number}"
    return text


def _sweep(kind: Type, points: list[Any]) -> Iterator[Piece]:
    place = 0
    for low, high in pairwise([None, *points, None]):
        value = between(kind, low, high)
        if value is not None:
            yield Piece(value, place, "between", low, high)
            place += 1
        if high is not None:
            yield Piece(high, place)
            place += 1


def between(kind: Type, low: Any, high: Any) -> Value:
    """This function will return a plain value strictly between the two, None if there is none; None is no bound."""
    if kind == "string":
        return _text_between(low, high)
    if kind == "ratio":
        return _ratio_between(low, high)
    return _number_between(low, high) if kind == "number" else _step_between(STEPS[kind], low, high)


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is None:
        return Decimal(0 if high is None else ceil(high) - 1)
    whole = Decimal(floor(low) + 1)
    return whole if high is None or whole < high else EXACT.divide(EXACT.add(low, high), Decimal(2))


def _ratio_between(low: float | None, high: float | None) -> float | None:
    if low is None:
        return 0.0 if high is None else high - max(1.0, abs(high) / 2)
    if high is None:
        return low + max(1.0, abs(low) / 2)
    middle = float(floor(low) + 1)
    middle = middle if low < middle < high else low + (high - low) / 2
    return middle if low < middle < high else None


def _text_between(low: str | None, high: str | None) -> str | None:
    if low is None:
        return None if high == "" else ""
    return next((low + end for end in TEXT_ENDS if high is None or low + end < high), None)


def _step_between(steps: Steps, low: Any, high: Any) -> Value:
    """This function will look near the bounds, for the coarsest whole step: noon rather than some microsecond."""
    if low is None and high is None:
        return steps.value(steps.usual)
    near = steps.grains[0]
    first = steps.number(low) + 1 if low is not None else max(steps.first, steps.number(high) - near)
    last = steps.number(high) - 1 if high is not None else min(steps.last, steps.number(low) + near)
    for grain in steps.grains:
        step = -(-first // grain) * grain
        if step <= last:
            return steps.value(step)
    return None
