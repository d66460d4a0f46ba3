"""Which days are days of rest in a country, holidays moved onto weekends and back included.

Countries that move holidays about publish the list of a year late in the year before. Until then the days near a
holiday are not sure: a weekday there may become free, a weekend may become a day of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple


class Year(NamedTuple):
    """The free days of a year, and those of its weekends that are worked."""

    free: frozenset[date]
    worked: frozenset[date]


@cache
def year_of(country: str, *, year: int) -> Year:
    """This function will read a year; a swap may have been told in the list of the year after it."""
    # Hundreds of countries: whoever only reads the law need not load them.
    import holidays

    found = holidays.country_holidays(country, years=(year, year + 1))
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    return Year(frozenset(day for day in found if day.year == year), worked)


@cache
def _near_a_holiday(country: str, *, day: date, reach_days: int) -> bool:
    around = (day + timedelta(days=days) for days in range(-reach_days, reach_days + 1))
    return any(other in year_of(country, year=other.year).free for other in around)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdays:
    """The working days of a country; `published_through` is the last year whose list is out (None: law fixes all)."""

    country: str
    published_through: int | None = None
    # So far from a holiday a list may reach: beyond it a day is sure although its year's list is not out.
    reach_days: int = 14

    def works(self, day: date) -> bool:
        year = year_of(self.country, year=day.year)
        return day in year.worked or (day.weekday() < 5 and day not in year.free)

    def sure(self, day: date) -> bool:
        if self.published_through is None or day.year <= self.published_through:
            return True
        return not _near_a_holiday(self.country, day=day, reach_days=self.reach_days)
