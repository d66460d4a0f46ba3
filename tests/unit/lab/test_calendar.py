"""Days as numbers, against the calendar of the standard library."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.lab.sample import calendar

DAYS = st.dates(date(1999, 1, 1), date(2101, 12, 31))


@given(DAYS)
def test_a_day_and_its_number_name_each_other(day: date) -> None:
    assert calendar.day_of(calendar.number(day)) == day


@given(DAYS)
def test_month_and_day_are_those_of_the_date(day: date) -> None:
    month, day_of_month = calendar.month_and_day(np.array([calendar.number(day)]))
    assert (month[0], day_of_month[0]) == ((day.year - 1970) * 12 + day.month - 1, day.day)


@given(DAYS.filter(lambda day: day.day <= 28), st.integers(-40, 40))
def test_moving_by_months_keeps_the_day(day: date, months: int) -> None:
    moved = calendar.day_of(int(calendar.add_months(np.array([calendar.number(day)]), np.array([months]))[0]))
    assert moved.day == day.day
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Asia/Shanghai", date(2026, 3, 16), 480),
        ("Europe/London", date(2026, 3, 16), 0),
        ("Europe/London", date(2026, 7, 1), 60),
        ("America/New_York", date(2026, 1, 10), -300),
        ("America/New_York", date(2026, 3, 9), -240),
        ("Australia/Sydney", date(2026, 1, 10), 660),
    ],
)
def test_zones_know_their_summer_time(zone: str, day: date, minutes: int) -> None:
    assert calendar.offset_minutes(zone, calendar.number(day)) == minutes
