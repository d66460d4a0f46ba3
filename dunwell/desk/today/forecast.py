"""Where the month's cash is heading if the days go on as they did: pure, a projection and no promise.

Each day to come is expected to bring the mean of its own weekday in the weeks before; the range holds four times in
five if single days go on to differ from that mean, independently and as widely as they did.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from statistics import fmean

WEEKS = 8
# Four cases in five lie within so many standard deviations of a normal distribution.
SPREAD = 1.2816
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of the month: the cash from its first day on, as it was or as it is expected, and the target's line."""

    on: date
    cash: Decimal
    expected: bool
    target: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The month day by day, and the sum it ends with, from `low` to `high`; None where no earlier week is known."""

    points: tuple[Point, ...]
    so_far: Decimal
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None


def first_day(on: date) -> date:
    """This function will give the first day whose cash is needed: of the month, or of the weeks before today."""
    return min(on.replace(day=1), on - timedelta(weeks=WEEKS))


def outlook(cash: Mapping[date, Decimal], *, on: date, target: Decimal) -> Outlook:
    """This function will add up the month until today and carry it on to its end."""
    first, days = on.replace(day=1), monthrange(on.year, on.month)[1]
    month = [first + timedelta(days=place) for place in range(days)]
    means, deviation = _weekdays(cash, on=on)
    points, total, to_come = [], Decimal(0), 0
    for place, day in enumerate(month, 1):
        expected = day > on
        total += means[day.weekday()] if expected else cash.get(day, Decimal(0))
        to_come += expected
        line = (target * place / days).quantize(_CENT)
        if not expected or any(means):
            points.append(Point(on=day, cash=total.quantize(_CENT), expected=expected, target=line))
    so_far = sum((cash.get(day, Decimal(0)) for day in month if day <= on), Decimal(0))
    if not any(means):
        return Outlook(points=tuple(points), so_far=so_far, low=None, expected=None, high=None)
    width = Decimal(SPREAD * deviation * sqrt(to_come))
    low, high = max(so_far, total - width), total + width
    return Outlook(points=tuple(points), so_far=so_far, low=_cents(low), expected=_cents(total), high=_cents(high))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)


def _weekdays(cash: Mapping[date, Decimal], *, on: date) -> tuple[list[Decimal], float]:
    """This function will give the mean of each weekday in the whole weeks before today, and how far days lie off it."""
    past = [on - timedelta(days=back) for back in range(1, 7 * WEEKS + 1)]
    told = {day: cash.get(day, Decimal(0)) for day in past}
    means = [_mean([amount for day, amount in told.items() if day.weekday() == place]) for place in range(7)]
    off = [float(amount - means[day.weekday()]) ** 2 for day, amount in told.items()]
    return means, sqrt(fmean(off))


def _mean(amounts: list[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0)) / len(amounts)
