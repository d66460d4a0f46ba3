"""Days, times and durations as text: what stands in `date("…")`, `time("…")`, `duration("…")` and behind an `@`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from dunwell.engine.model import Months, Type, Value

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}(?:\.(\d{1,9}))?", re.ASCII)
ZONE = re.compile(r"(?:Z|[+-]\d{2}:\d{2}|@.+)$", re.ASCII)
MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?", re.ASCII)
SPAN = re.compile(
    r"(-?)P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?)?", re.ASCII
)


class LiteralError(ValueError):
    """A text that is no such value, and what to write."""

    def __init__(self, message: str, *, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


def day(text: str) -> date:
    """This function will read a day: 2024-01-31."""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise LiteralError(f'"{text}" is no day of the calendar', cure='write it like date("2024-01-31")')


def clock(text: str) -> time:
    """This function will read a time of day without a zone: 09:30:00."""
    _refuse_zone(text)
    found = CLOCK.fullmatch(text)
    _refuse_fraction(found[1] if found else None, text)
    try:
        if found:
            return time.fromisoformat(text[:8])
    except ValueError:
        pass
    raise LiteralError(f'"{text}" is no time of day', cure='write it like time("09:30:00")')


def moment(text: str) -> datetime:
    """This function will read a day and a time without a zone: 2024-01-31T09:30:00; a day alone is its midnight."""
    head, separator, tail = text.partition("T")
    if not separator:
        return datetime.combine(day(head), time())
    return datetime.combine(day(head), clock(tail))


def duration(text: str) -> timedelta | Months:
    """This function will read a duration of days and times (P1DT2H) or of years and months (P1Y6M)."""
    if found := MONTHS.fullmatch(text):
        sign, years, months = found.groups()
        count = int(years or 0) * 12 + int(months or 0)
        return Months(-count if sign else count)
    found = SPAN.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        cure = 'write it like duration("P30D"), duration("PT2H") or duration("P1Y6M")'
        raise LiteralError(f'"{text}" is no duration', cure=cure)
    sign, days, hours, minutes, seconds, fraction = found.groups()
    _refuse_fraction(fraction, text)
    span = timedelta(int(days or 0), int(seconds or 0), 0, 0, int(minutes or 0), int(hours or 0))
    return -span if sign else span


def any_of(text: str) -> Value:
    """This function will read what stands behind an `@`, by its shape."""
    if text.startswith(("P", "-P")):
        return duration(text)
    if "T" in text:
        return moment(text)
    return clock(text) if ":" in text[:3] else day(text)


# Functions that read a text: they are no calls but literals, since a text that only a run knows could be anything.
READERS: Mapping[str, Callable[[str], Value]] = {
    "date": day,
    "time": clock,
    "date and time": moment,
    "duration": duration,
}


# The text of a value of each type that is neither a text, a number nor a boolean.
OF_TYPE: Mapping[Type, Callable[[str], Value]] = {
    "date": day,
    "time": clock,
    "date_time": moment,
    "days_duration": duration,
    "months_duration": duration,
}


def _refuse_fraction(digits: str | None, text: str) -> None:
    """This function will refuse what FEEL, whose times have a resolution of one second, would take for equal."""
    if digits and digits.strip("0"):
        raise LiteralError(f'"{text}" is finer than a second', cure="write whole seconds")


def _refuse_zone(text: str) -> None:
    if ZONE.search(text):
        cure = "leave the zone out: times are the customer's own"
        raise LiteralError(f'"{text}" names a time zone', cure=cure)
