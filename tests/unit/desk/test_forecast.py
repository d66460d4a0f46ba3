"""The month's outlook: sums that are exact, and a projection that says what it is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.desk.today.forecast import WEEKS, first_day, outlook

TARGET = Decimal("3000")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
AMOUNTS = st.decimals(min_value=0, max_value=100_000, places=2)


def steady(on: date, *, amount: str = "100") -> dict[date, Decimal]:
    return {on - timedelta(days=back): Decimal(amount) for back in range(7 * WEEKS + 31)}


def test_steady_days_go_on_as_they_were_and_without_a_range() -> None:
    seen = outlook(steady(date(2026, 11, 20)), on=date(2026, 11, 20), target=TARGET)
    assert seen.so_far == Decimal(2000)
    assert (seen.low, seen.expected, seen.high) == (Decimal(3000), Decimal(3000), Decimal(3000))
    assert [point.cash for point in seen.points[:3]] == [Decimal(100), Decimal(200), Decimal(300)]
    assert seen.points[-1].target == TARGET


def test_each_weekday_is_expected_to_bring_its_own_mean() -> None:
    on = date(2026, 11, 20)
    fridays = {on - timedelta(weeks=week): Decimal(800) for week in range(1, WEEKS + 1)}
    seen = outlook(fridays, on=on, target=TARGET)
    added = {after.on: after.cash - before.cash for before, after in zip(seen.points, seen.points[1:], strict=False)}
    assert added[date(2026, 11, 27)] == Decimal(800)
    assert all(added[date(2026, 11, day)] == 0 for day in (21, 22, 23, 24, 25, 26, 28))


def test_without_earlier_weeks_there_is_no_projection() -> None:
    seen = outlook({date(2026, 11, 20): Decimal(5)}, on=date(2026, 11, 20), target=TARGET)
    assert (seen.low, seen.expected, seen.high) == (None, None, None)
    assert [point.expected for point in seen.points] == [False] * 20
    assert seen.so_far == Decimal(5)


def test_on_the_last_day_nothing_is_left_to_expect() -> None:
    cash = steady(date(2026, 11, 30)) | {date(2026, 11, 3): Decimal(999)}
    seen = outlook(cash, on=date(2026, 11, 30), target=TARGET)
    assert seen.low == seen.expected == seen.high == seen.so_far


@given(on=DAYS, amounts=st.lists(AMOUNTS, min_size=7 * WEEKS + 31, max_size=7 * WEEKS + 31))
def test_sums_are_exact_and_the_range_holds_the_middle(on: date, amounts: list[Decimal]) -> None:
    cash = {on - timedelta(days=back): amount for back, amount in enumerate(amounts)}
    seen = outlook(cash, on=on, target=TARGET)
    past = [point for point in seen.points if not point.expected]
    assert seen.so_far == sum(amounts[: on.day], Decimal(0)) == past[-1].cash
    assert [point.on for point in past] == [on.replace(day=day) for day in range(1, on.day + 1)]
    if seen.expected is not None and seen.low is not None and seen.high is not None:
        assert seen.so_far <= seen.low <= seen.expected <= seen.high
        assert [point.cash for point in seen.points] == sorted(point.cash for point in seen.points)


@given(on=DAYS)
def test_the_weeks_before_and_the_whole_month_are_asked_for(on: date) -> None:
    first = first_day(on)
    assert first <= on.replace(day=1)
    assert first <= on - timedelta(weeks=WEEKS)


@pytest.mark.parametrize("on", [date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31)])
def test_months_of_every_length_reach_their_target_on_their_last_day(on: date) -> None:
    seen = outlook(steady(on), on=on, target=TARGET)
    assert seen.points[-1].on == on
    assert seen.points[-1].target == TARGET
