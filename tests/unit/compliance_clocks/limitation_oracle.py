"""The limitation of China, day by day: slow, written from the words of the law, sharing nothing with the product.

Each day it asks whether the period is over, what happened that day, and whether an obstacle stands. Months are counted
by walking through their days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

ONE = timedelta(days=1)
SIX_MONTHS, THREE_YEARS, TWENTY_YEARS = 6, 36, 240


@dataclass(frozen=True)
class Happened:
    kind: str
    on: date
    until: date | None = None
    arrived: bool | None = True


@cache
def walk_months(day: date, months: int) -> date:
    """This function will walk that many months forth (or back), day by day, to the day of the same number."""
    step = ONE if months > 0 else -ONE
    wanted, here, passed = day.day, day, 0
    while passed < abs(months):
        before = here
        here += step
        passed += before.month != here.month
    # The walk stands on the first day of the month it walked into (going back: on its last).
    while here.month == (here + ONE).month:
        here += ONE
    while here.day > wanted:
        here -= ONE
    return here


def last_day(due: list[date], happened: list[Happened], *, rests: Callable[[date], bool]) -> date | None:
    """This function will live through the years and return the last day; None if nobody can know it."""
    start = max(due)
    latest = walk_months(start, TWENTY_YEARS)
    end = walk_months(start, THREE_YEARS)
    for event in happened:
        if event.kind == "proceedings" and event.on <= start and (event.until is None or event.until > start):
            if event.until is None:
                return None
            end = max(end, walk_months(event.until, THREE_YEARS))
    today = start
    while today <= _after_rest(min(end, latest), rests):
        today += ONE
        # The last day may be put off by what happens on that very day.
        if today > _after_rest(min(end, latest), rests):
            break
        for event in happened:
            asked = event.kind == "demand" and event.arrived
            if event.on == today and (asked or event.kind in ("payment", "promise")):
                end = max(end, walk_months(today, THREE_YEARS))
            elif event.on == today and event.kind == "proceedings":
                if event.until is None:
                    return None
                end = max(end, walk_months(event.until, THREE_YEARS))
        for event in happened:
            stands = event.kind == "obstacle" and event.on <= today and (event.until is None or today <= event.until)
            if stands and today >= walk_months(end, -SIX_MONTHS):
                if event.until is None:
                    return None
                end = max(end, walk_months(event.until, SIX_MONTHS))
    return _after_rest(min(end, latest), rests)


def _after_rest(day: date, rests: Callable[[date], bool]) -> date:
    while rests(day):
        day += ONE
    return day
