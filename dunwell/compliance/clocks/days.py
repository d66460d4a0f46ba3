"""Counting days, months and years as the law does: which day is the last, and whether it moves to a working day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

DAY = timedelta(days=1)
MONTHS_PER_YEAR = 12


class Calendar(Protocol):
    """On which days a place works, and of which days that is known already."""

    def works(self, day: date) -> bool: ...

    def sure(self, day: date) -> bool: ...


def months_after(day: date, *, months: int) -> date:
    """This function will return the corresponding day so many months later, or the last of that month if it has none.

    The first day is thereby not counted: three years from 2023-03-10 end with 2026-03-10. Months may be below zero.
    """
    place = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    year, month = divmod(place, MONTHS_PER_YEAR)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_after(day: date, *, years: int) -> date:
    return months_after(day, months=years * MONTHS_PER_YEAR)


def days_after(day: date, *, days: int) -> date:
    return date.max if days > (date.max - day).days else day + timedelta(days=days)


def rolled(day: date, *, calendar: Calendar | None) -> date:
    """This function will move a last day that is a day of rest to the next working day; without a calendar it stays."""
    while calendar is not None and day < date.max and not calendar.works(day):
        day += DAY
    return day


def working_days_after(day: date, *, days: int, calendar: Calendar) -> date:
    """This function will return the last of so many working days after the day, which is itself not counted."""
    while days > 0 and day < date.max:
        day += DAY
        days -= calendar.works(day)
    return day
