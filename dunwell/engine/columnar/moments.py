"""Days, times and durations over columns.

Inside a table a time is microseconds since midnight, a duration of days so many microseconds, a duration of months so
many months, all integers of 64 bits: DuckDB's TIME and INTERVAL have no like on Spark. Whatever would lie before the
year 1 or after 9999 is null, since no engine hands such a day to Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

import ibis

from dunwell.engine.columnar.arithmetic import Column, floor_divide, truncated
from dunwell.engine.functions import WEEKDAYS
from dunwell.engine.model import Type

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date.min - EPOCH).days, (date.max - EPOCH).days
# No span that is longer can lead from one day of the calendar to another; within it no sum overflows.
SPAN_MAX = (LAST_DAY - FIRST_DAY + 1) * DAY
MONTHS_MAX = 12 * 10_000
TIMESTAMP = "timestamp(6)"
Laid = Callable[[Column, Column], Column]


def laid(operator: str, left: Column, right: Column, *, kinds: tuple[Type, Type]) -> Column:
    """This function will add or subtract days, moments and durations of the given types."""
    if kinds[0].endswith("duration") and not kinds[1].endswith("duration"):  # `duration + day` is `day + duration`.
        left, right, kinds = right, left, (kinds[1], kinds[0])
    if not kinds[1].endswith("duration"):
        return _BETWEEN[kinds[0]](left, right)
    signed = right if operator == "+" else -right
    return left + signed if kinds[0] == kinds[1] else _ON[kinds](left, signed)


def _days_on(day: Column, span: Column) -> Column:
    """This function will go on from the day's midnight, and give the day where that ends."""
    days = floor_divide(_within(span, SPAN_MAX), DAY)
    reached = day.epoch_days() + days
    return (day + _if(reached.between(FIRST_DAY, LAST_DAY), days).cast("int32").as_interval("D")).cast("date")


def _time_on(moment: Column, span: Column) -> Column:
    span = _within(span, SPAN_MAX)
    reached = microseconds(moment) + span
    inside = reached.between(FIRST_DAY * DAY, (LAST_DAY + 1) * DAY - 1)
    return moment + _if(inside, span).as_interval("us")


def _months_on(moment: Column, months: Column) -> Column:
    """This function will go on by months, to the month's last day where it is shorter, as both engines do."""
    months = _within(months, MONTHS_MAX)
    reached = moment.year().cast("int64") * 12 + moment.month() - 1 + months
    inside = _if(reached.between(12, 12 * 10_000 - 1), months)
    return (moment + inside.cast("int32").as_interval("M")).cast(moment.type())


_ON: Mapping[tuple[Type, Type], Laid] = {
    ("date", "days_duration"): _days_on,
    ("date", "months_duration"): _months_on,
    ("date_time", "days_duration"): _time_on,
    ("date_time", "months_duration"): _months_on,
}
_BETWEEN: Mapping[Type, Laid] = {
    "date": lambda left, right: (left.epoch_days().cast("int64") - right.epoch_days()) * DAY,
    "date_time": lambda left, right: microseconds(left) - microseconds(right),
}


def _within(number: Column, most: int) -> Column:
    return _if(number.between(-most, most), number)


def _if(condition: Column, value: Column) -> Column:
    return ibis.ifelse(condition, value, ibis.null(value.type()))


# Parts


def microseconds(moment: Column) -> Column:
    """This function will count from 1970 on."""
    return moment.delta(ibis.literal(datetime(1970, 1, 1), type=TIMESTAMP), unit="microsecond")  # noqa: DTZ001 - no zone


def time_of(moment: Column) -> Column:
    """This function will return a moment's time of day, in microseconds; of a time, the time."""
    midnight = moment.date().cast(TIMESTAMP) if moment.type().is_timestamp() else None
    return moment if midnight is None else moment.delta(midnight, unit="microsecond")


def day_of(moment: Column) -> Column:
    """This function will return a moment's day; of a day, the day."""
    return moment.date() if moment.type().is_timestamp() else moment


def together(day: Column, time: Column) -> Column:
    """This function will return the moment of a day at a time of day."""
    return day.cast(TIMESTAMP) + time.as_interval("us")


def clock_part(size: int, most: int) -> Callable[[Column], Column]:
    """This function will return what reads hours, minutes or seconds from a time or a moment."""
    return lambda moment: floor_divide(time_of(moment), size) % most


def span_part(size: int, most: int | None) -> Callable[[Column], Column]:
    """This function will return what reads a part of a duration; it keeps the duration's sign."""

    def part(span: Column) -> Column:
        whole = floor_divide(span.abs(), size)
        return (whole % most if most else whole) * ibis.ifelse(span < 0, -1, 1)

    return part


def years(months: Column) -> Column:
    """This function will return the whole years in a number of months, with its sign."""
    return floor_divide(months.abs(), 12) * ibis.ifelse(months < 0, -1, 1)


def weekday(moment: Column) -> Column:
    """This function will number the days of the week from Monday, which is 1."""
    return moment.day_of_week.index().cast("int64") + 1


def weekday_name(moment: Column) -> Column:
    """This function will name the day of the week in English."""
    # Spark takes what is looked up among no nulls for never null, even where the place is null.
    at = moment.day_of_week.index().fill_null(len(WEEKDAYS)).cast("int32")
    return ibis.array([*WEEKDAYS, ibis.null("string")])[at]


def months_between(start: Column, end: Column) -> Column:
    """This function will count whole months, as FEEL does: from 31 January to 28 February none has passed."""
    months = (end.year().cast("int64") - start.year()) * 12 + end.month() - start.month()
    return ibis.cases(
        ((months > 0) & (end.day() < start.day()), months - 1),
        ((months < 0) & (end.day() > start.day()), months + 1),
        else_=months,
    )


def date_from(year: Column, month: Column, day: Column) -> Column:
    """This function will return the day of a year and month, null if there is none; decimal places are cut off."""
    year, month, day = (truncated(part) for part in (year, month, day))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    february = ibis.ifelse(leap, 29, 28)
    length = ibis.cases((month == 2, february), (month.isin([4, 6, 9, 11]), 30), else_=31)
    real = year.between(1, 9999) & month.between(1, 12) & day.between(1, length)
    # The parts of no day become those of one: engines refuse the others, even in a branch that is not taken.
    parts = [ibis.ifelse(real, part, 1).cast("int32") for part in (year, month, day)]
    return _if(real, ibis.date(*parts))
