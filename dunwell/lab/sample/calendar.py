"""Days as whole numbers since 1970-01-01, and months on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dunwell.lab.sample.chance import Ints

EPOCH = date(1970, 1, 1)
# Bills come due on the 1st to the 28th, so that every month has the day.
DUE_DAY_MAX = 28


def number(day: date) -> int:
    """This function will count the days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(count: int) -> date:
    """This function will name the day that lies so many days after 1970-01-01."""
    return EPOCH + timedelta(days=int(count))


def month_and_day(days: Ints) -> tuple[Ints, Ints]:
    """This function will split days into months since 1970-01 and days of the month."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64) + 1


def on_day(months: Ints, day_of_month: Ints) -> Ints:
    """This function will name the days that fall on the given day of the given months."""
    firsts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(firsts + day_of_month - 1, dtype=np.int64)


def add_months(days: Ints, months: Ints) -> Ints:
    """This function will move days by whole months, keeping the day of the month (1 to 28)."""
    month, day = month_and_day(days)
    return on_day(month + months, day)


def offset_minutes(zone: str, day: int) -> int:
    """This function will tell by how many minutes the zone is ahead of UTC at noon of the day."""
    noon = datetime.combine(day_of(day), datetime.min.time(), UTC) + timedelta(hours=12)
    ahead = noon.astimezone(ZoneInfo(zone)).utcoffset()
    assert ahead is not None  # noqa: S101 - an aware time always has one.
    return int(ahead.total_seconds()) // 60
