"""A plan's sums add up to the last cent and its days rise, whatever is asked for."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.facts.money import places
from dunwell.settle.agreements.kinds import Interval
from dunwell.settle.agreements.schedule import due_days, schedule, split, tolerance

CURRENCIES = ("CNY", "JPY", "KWD", "EUR")
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@st.composite
def sums(draw: st.DrawFn) -> tuple[Decimal, str]:
    currency = draw(st.sampled_from(CURRENCIES))
    return Decimal(draw(st.integers(200, 10**9))).scaleb(-places(currency)), currency


@given(sums(), st.integers(2, 36), st.sampled_from(Interval), DAYS)
def test_a_schedule_adds_up_and_its_days_rise(
    money: tuple[Decimal, str], count: int, interval: Interval, first_on: date
) -> None:
    total, currency = money
    steps = schedule(total, count=count, interval=interval, first_on=first_on, currency=currency)
    assert len(steps) == count
    assert sum(step.amount for step in steps) == total
    assert all(earlier.due_on < later.due_on for earlier, later in pairwise(steps))
    assert steps[0].due_on == first_on
    smallest = Decimal(1).scaleb(-places(currency))
    assert all(step.amount == step.amount.quantize(smallest) for step in steps)
    assert len({step.amount for step in steps[1:]}) == 1
    assert Decimal(0) <= steps[0].amount - steps[1].amount < smallest * count


@given(sums(), st.integers(2, 12), st.data())
def test_a_first_payment_of_another_size_is_just_that(
    money: tuple[Decimal, str], count: int, data: st.DataObject
) -> None:
    total, currency = money
    first = Decimal(data.draw(st.integers(1, int(total.scaleb(places(currency))) - 1))).scaleb(-places(currency))
    amounts = split(total, count=count, currency=currency, first=first)
    assert amounts[0] == first
    assert sum(amounts) == total
    assert len(amounts) == count


@given(DAYS, st.integers(2, 30))
def test_a_month_goes_by_the_calendar_and_a_months_end_stays_one(first: date, count: int) -> None:
    days = due_days(first, count=count, interval=Interval.MONTH)
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + count))
    at_the_end = first.day == monthrange(first.year, first.month)[1]
    for day in days[1:]:
        longest = monthrange(day.year, day.month)[1]
        assert day.day == (longest if at_the_end else min(first.day, longest))


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2027, 1, 31), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]),
        (date(2028, 1, 30), [date(2028, 1, 30), date(2028, 2, 29), date(2028, 3, 30)]),
        (date(2026, 11, 30), [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31)]),
        (date(2026, 12, 15), [date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15)]),
    ],
)
def test_months_that_are_too_short(first: date, days: list[date]) -> None:
    assert due_days(first, count=3, interval=Interval.MONTH) == days


def test_a_fortnight_is_fourteen_days() -> None:
    days = due_days(date(2026, 12, 25), count=3, interval=Interval.FORTNIGHT)
    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(14)] * 2


def test_what_does_not_divide_goes_on_the_first() -> None:
    assert split(Decimal("100.00"), count=3, currency="CNY") == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal(100), count=3, currency="JPY") == [Decimal(34), Decimal(33), Decimal(33)]


def test_a_tolerance_is_rounded_down() -> None:
    assert tolerance(Decimal("120.50"), share=Decimal("0.01"), currency="CNY") == Decimal("1.20")
    assert tolerance(Decimal(99), share=Decimal("0.01"), currency="JPY") == 0
