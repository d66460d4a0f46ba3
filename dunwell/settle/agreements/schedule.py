"""The days and sums of an instalment plan: exact to the last cent, in order, by the calendar. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from dunwell.facts.money import places
from dunwell.settle.agreements.kinds import Interval
from dunwell.settle.agreements.rules import Step

FORTNIGHT = timedelta(days=14)
# How many instalments fall into a month: 26 fortnights a year.
A_MONTH = {Interval.MONTH: Decimal(1), Interval.FORTNIGHT: Decimal(26) / Decimal(12)}


def months_after(day: date, *, months: int, day_of_month: int) -> date:
    """This function will go on whole months; a month that is too short gives its last day, a longer one its own."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day_of_month, monthrange(year, month + 1)[1]))


def due_days(first: date, *, count: int, interval: Interval) -> list[date]:
    """This function will give the days of a plan; what begins at a month's end stays at the month's end."""
    if interval is Interval.FORTNIGHT:
        return [first + FORTNIGHT * number for number in range(count)]
    at_the_end = first.day == monthrange(first.year, first.month)[1]
    day = 31 if at_the_end else first.day
    return [first, *(months_after(first, months=number, day_of_month=day) for number in range(1, count))]


def split(total: Decimal, *, count: int, currency: str, first: Decimal | None = None) -> list[Decimal]:
    """This function will share a sum out evenly to the currency's last place; what is left over goes on the first.

    With `first` the first payment is just that, and the others share the rest; a remainder is then the second's.
    """
    smallest = Decimal(1).scaleb(-places(currency))
    if first is not None and count > 1:
        return [first, *split(total - first, count=count - 1, currency=currency)]
    even = (total / count).quantize(smallest, rounding=ROUND_DOWN)
    return [total - even * (count - 1), *([even] * (count - 1))]


def schedule(
    total: Decimal, *, count: int, interval: Interval, first_on: date, currency: str, first: Decimal | None = None
) -> list[Step]:
    """This function will draw up a plan: its days rise, its sums add up to the total exactly."""
    days = due_days(first_on, count=count, interval=interval)
    return [Step(*one) for one in zip(days, split(total, count=count, currency=currency, first=first), strict=True)]


def tolerance(amount: Decimal, *, share: Decimal, currency: str) -> Decimal:
    """This function will give the sum by which a payment may be short, rounded down to the currency's last place."""
    return (amount * share).quantize(Decimal(1).scaleb(-places(currency)), rounding=ROUND_DOWN)
