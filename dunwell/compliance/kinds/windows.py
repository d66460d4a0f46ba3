"""Lawful hours of a day, in minutes from local midnight: half-open windows and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo, available_timezones

DAY_MINUTES = 24 * 60


class Window(NamedTuple):
    """The minutes of a day from `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start


WHOLE_DAY = (Window(0, DAY_MINUTES),)
EVERY_WEEKDAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours that a rule leaves open on the weekdays (0 is Monday) and dates that it is about."""

    windows: tuple[Window, ...]
    weekdays: tuple[int, ...] = EVERY_WEEKDAY
    dates: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[Window, ...]:
        """This function will return the windows of a day; one the rule is not about is wholly open."""
        about = day.weekday() in self.weekdays or day in self.dates
        return self.windows if about else WHOLE_DAY


class OpenHours(Protocol):
    """Whatever tells the windows of a day that it leaves open."""

    def on(self, day: date) -> tuple[Window, ...]: ...


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str | None) -> ZoneInfo | None:
    """This function will return the time zone of that IANA name, None if there is none."""
    return ZoneInfo(name) if name in zone_names() and name is not None else None


def minute(text: str) -> int:
    """This function will read "HH:MM" as minutes from midnight; "24:00" is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def outside(start: int, *, end: int) -> tuple[Window, ...]:
    """This function will return what is left of a day without [start, end), which may run over midnight."""
    left = [Window(end, start)] if start > end else [Window(0, start), Window(end, DAY_MINUTES)]
    return tuple(window for window in left if window.minutes > 0)


def cut(windows: Iterable[Window], *, taken: Iterable[Window]) -> tuple[Window, ...]:
    """This function will return what is left of windows without those taken."""
    left = tuple(windows)
    for away in taken:
        parts = (
            (Window(own.start, min(own.end, away.start)), Window(max(own.start, away.end), own.end)) for own in left
        )
        left = tuple(part for both in parts for part in both if part.minutes > 0)
    return left


def outside_of(windows: Iterable[Window]) -> tuple[Window, ...]:
    return cut(WHOLE_DAY, taken=windows)


def longest(windows: Sequence[Window]) -> Window | None:
    """This function will pick the longest window, of equals the first."""
    return max(windows, key=lambda window: (window.minutes, -window.start), default=None)


def within(minutes: float, *, windows: Sequence[Window]) -> bool:
    return any(window.start <= minutes < window.end for window in windows)


def minute_of(moment: datetime) -> float:
    """This function will return the minutes since local midnight as the clock on the wall shows them."""
    return moment.hour * 60 + moment.minute + moment.second / 60 + moment.microsecond / 60e6


@lru_cache(maxsize=4096)
def lawful(on: date, *, rules: tuple[Hours, ...], zones: tuple[str, ...] | None = None) -> tuple[Window, ...]:
    """This function will return the windows of the day that every rule allows.

    Without `zones` the customer's own zone is known, and the windows are told in it, whichever it is. With `zones`
    nobody knows where the customer is: a minute is lawful only if it is so in each of them, told in the first.
    No zone at all makes no minute lawful, unless there is no rule.
    """
    if not rules:
        return WHOLE_DAY
    if zones is None:
        return _common(tuple(rule.on(on) for rule in rules))
    if not zones:
        return ()
    fits = (_fits(on, minutes=minutes, rules=rules, zones=zones) for minutes in range(DAY_MINUTES))
    return _runs(tuple(fits))


@lru_cache(maxsize=4096)
def _common(days: tuple[tuple[Window, ...], ...]) -> tuple[Window, ...]:
    """This function will return what the windows have in common; most days have the same, so it is soon known."""
    return _runs(tuple(all(within(minute, windows=day) for day in days) for minute in range(DAY_MINUTES)))


def _fits(on: date, *, minutes: int, rules: tuple[Hours, ...], zones: tuple[str, ...]) -> bool:
    moment = datetime.combine(on, time(minutes // 60, minutes % 60), ZoneInfo(zones[0]))
    there = [moment.astimezone(ZoneInfo(zone)) for zone in zones]
    local = [(place.date(), minute_of(place)) for place in there]
    return all(within(clock_there, windows=rule.on(day)) for day, clock_there in local for rule in rules)


def _runs(fits: tuple[bool, ...]) -> tuple[Window, ...]:
    """This function will join neighbouring minutes that fit into windows."""
    runs = []
    for fit, group in groupby(enumerate(fits), key=lambda pair: pair[1]):
        minutes = [position for position, _ in group]
        if fit:
            runs.append(Window(minutes[0], minutes[-1] + 1))
    return tuple(runs)


def next_start(
    moment: datetime, *, hours: OpenHours, zone: ZoneInfo, days: Iterable[date] | None = None
) -> datetime | None:
    """This function will return the first moment, in UTC, after the given one, which is outside, at which one opens.

    `days`: those to look at, in order; today and the two that follow, if not told.
    """
    today = moment.astimezone(zone).date()
    for day in days or (today + timedelta(days=later) for later in range(3)):
        openings = _openings(day, hours=hours, zone=zone)
        later = [opening for opening in openings if opening > moment]
        if later:
            return min(later)
    return None


def last_end(moment: datetime, *, hours: OpenHours, zone: ZoneInfo) -> datetime | None:
    """This function will return the last moment, in UTC, up to the given one, which is outside, at which one closed.

    None if none did within a week: then it is outside for as long as anybody looks.
    """
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=earlier) for earlier in range(8)):
        ends = [_moment_of(day, window.end, zone=zone) for window in hours.on(day)]
        past = [end for end in ends if end <= moment]
        if past:
            return max(past)
    return None


def _moment_of(day: date, minutes: int, *, zone: ZoneInfo) -> datetime:
    """This function will return when the clock on the wall first shows the minute of the day, in UTC."""
    days, rest = divmod(minutes, DAY_MINUTES)
    wall = time(rest // 60, rest % 60)
    return datetime.combine(day + timedelta(days=days), wall, zone).astimezone(UTC)


def _openings(day: date, *, hours: OpenHours, zone: ZoneInfo) -> list[datetime]:
    """This function will list the moments of a day, in UTC, at which a window opens."""
    start, end = (datetime.combine(midnight, time(), zone) for midnight in (day, day + timedelta(days=1)))
    if start.utcoffset() == end.utcoffset():
        return [start.astimezone(UTC) + timedelta(minutes=window.start) for window in hours.on(day)]
    # On a day when the clocks are changed an hour comes twice or not at all, so every minute is looked at.
    first, length = start.astimezone(UTC), end.astimezone(UTC) - start.astimezone(UTC)
    moments = [first + timedelta(minutes=count) for count in range(-1, length // timedelta(minutes=1))]
    inside = [_inside(moment.astimezone(zone), hours=hours) for moment in moments]
    return [moment for moment, before, now in zip(moments[1:], inside, inside[1:], strict=False) if now and not before]


def _inside(local: datetime, *, hours: OpenHours) -> bool:
    return within(minute_of(local), windows=hours.on(local.date()))
