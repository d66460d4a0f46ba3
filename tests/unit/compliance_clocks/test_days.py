"""Counting days and months, and the working days of countries."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_calendar import PlainCalendar

from dunwell.compliance.clocks.days import days_after, months_after, rolled, working_days_after, years_after
from dunwell.compliance.clocks.reading import limitation_law, validation_law
from dunwell.compliance.clocks.workdays import Workdays, year_of

CHINA = Workdays(country="CN", published_through=2026)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 28), 48, date(2028, 2, 28)),
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(9999, 6, 1), 12, date.max),
    ],
)
def test_a_month_later_is_the_corresponding_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months=months) == expected


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_more_months_are_never_earlier(day: date, fewer: int, more: int) -> None:
    low, high = sorted((fewer, more))
    assert months_after(day, months=low) <= months_after(day, months=high)
    assert months_after(day, months=low).day <= day.day


def test_years_and_days_stop_at_the_last_day_there_is() -> None:
    assert years_after(date(2024, 2, 29), years=1) == date(2025, 2, 28)
    assert days_after(date(2024, 2, 29), days=1) == date(2024, 3, 1)
    assert days_after(date(9999, 12, 30), days=5) == date.max
    assert working_days_after(date(9999, 12, 30), days=5, calendar=PlainCalendar()) == date.max


def test_a_day_of_rest_moves_on_only_with_a_calendar() -> None:
    saturday = date(2026, 3, 14)
    assert rolled(saturday, calendar=None) == saturday
    assert rolled(saturday, calendar=PlainCalendar()) == date(2026, 3, 16)
    assert rolled(saturday, calendar=PlainCalendar(worked=frozenset({saturday}))) == saturday
    assert rolled(saturday, calendar=PlainCalendar(free=frozenset({date(2026, 3, 16)}))) == date(2026, 3, 17)


def test_working_days_do_not_count_the_first() -> None:
    thursday = date(2026, 3, 12)
    assert working_days_after(thursday, days=0, calendar=PlainCalendar()) == thursday
    assert working_days_after(thursday, days=1, calendar=PlainCalendar()) == date(2026, 3, 13)
    assert working_days_after(thursday, days=2, calendar=PlainCalendar()) == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 20), False),  # a Friday given for it
        (date(2026, 2, 24), True),
        (date(2025, 10, 11), True),
        (date(2026, 3, 10), True),
        (date(2011, 12, 31), True),  # worked for a day of the year after it
    ],
)
def test_china_works_on_some_weekends_and_rests_on_some_weekdays(day: date, works: bool) -> None:
    assert CHINA.works(day) is works


def test_the_united_states_rest_on_the_day_itself_and_on_the_day_kept_instead() -> None:
    america = Workdays(country="US")
    assert not america.works(date(2026, 7, 3))
    assert not america.works(date(2026, 1, 19))
    assert america.works(date(2026, 7, 6))
    assert america.sure(date(2090, 7, 4))


def test_only_days_near_a_holiday_of_an_unpublished_year_are_unsure() -> None:
    assert CHINA.sure(date(2026, 10, 8))
    assert not CHINA.sure(date(2028, 10, 8))
    assert not CHINA.sure(date(2028, 10, 15))
    assert CHINA.sure(date(2028, 7, 15))
    assert CHINA.sure(date(2028, 7, 17))


def test_so_far_the_swaps_of_china_never_reached_further_than_we_say() -> None:
    """What the lists of 2014 to 2026 moved lies within the reach of a holiday that law itself names."""
    for year in range(2014, 2027):
        found = holidays.country_holidays("CN", years=year, language="en_US")
        swapped = {day for day in found if "substituted" in found[day] or "Extended" in found[day]}
        fixed = set(found) - swapped
        fixed |= set(holidays.country_holidays("CN", years=year + 1)) | set(
            holidays.country_holidays("CN", years=year - 1)
        )
        for day in swapped | set(year_of("CN", year=year).worked):
            assert any(abs((day - other).days) <= CHINA.reach_days for other in fixed), day


def test_the_data_trust_the_years_that_the_library_knows_and_no_others() -> None:
    law = limitation_law("cn").calendar
    assert isinstance(law, Workdays)
    assert law.published_through is not None
    assert year_of("CN", year=law.published_through).worked, "its days of rest are not in the library"
    cure = "the library knows a later year: raise published_through in rulebooks/cn/clocks"
    assert not year_of("CN", year=law.published_through + 1).worked, cure
    assert validation_law("us").calendar == Workdays(country="US")


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)))
def test_a_rest_ends_within_a_fortnight(day: date) -> None:
    assert rolled(day, calendar=CHINA) - day < timedelta(days=14)
