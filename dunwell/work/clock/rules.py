"""The SLA clock: when a case is due, how it stands at a moment, and whose turn comes first. Pure.

The order of the list: a case's turn is its due moment, drawn forward by its worth. Each doubling of the worth counts as
`doubling_minutes` sooner, and never more than `forward_minutes_most` together: so the dear come first among equals, and
nobody waits longer behind them than that bound. The turn is a moment that does not move while time goes by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import log2
from zoneinfo import ZoneInfo

from dunwell.work.policy import Clock, Target


class Light(StrEnum):
    """How a clock stands."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock at a moment; what is left is below zero when it is overdue."""

    light: Light
    left: timedelta


def due(entered: datetime, *, target: Target, clock: Clock, zone: str) -> datetime:
    """This function will say until when a person must act on a case that entered the list at a moment."""
    if target.hours is not None:
        return entered + timedelta(hours=target.hours)
    return _worked(entered, timedelta(hours=target.working_hours or 0), clock=clock, zone=zone)


def _worked(start: datetime, left: timedelta, *, clock: Clock, zone: str) -> datetime:
    """This function will go forward by hours of work, day by day of the house's clock.

    Lengths are taken between absolute moments: on a day on which clocks are changed, an hour is an hour.
    """
    place = ZoneInfo(zone)
    day = start.astimezone(place).date()
    while True:
        opens, closes = _at(day, clock.opens, place), _at(day, clock.closes, place)
        since = max(opens, start.astimezone(UTC))
        if day.isoweekday() in clock.days and since < closes:
            if left <= closes - since:
                return (since + left).astimezone(start.tzinfo)
            left -= closes - since
        day += timedelta(days=1)


def working_time(start: datetime, *, end: datetime, clock: Clock, zone: str) -> timedelta:
    """This function will count the hours of work between two moments: the slow judge of `due`."""
    place, total = ZoneInfo(zone), timedelta()
    day, last = start.astimezone(place).date(), end.astimezone(place).date()
    while day <= last:
        if day.isoweekday() in clock.days:
            opens, closes = _at(day, clock.opens, place), _at(day, clock.closes, place)
            since, until = max(opens, start.astimezone(UTC)), min(closes, end.astimezone(UTC))
            total += max(until - since, timedelta())
        day += timedelta(days=1)
    return total


def _at(day: date, hour: time, place: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=place).astimezone(UTC)


def reading(*, entered: datetime, due: datetime, at: datetime, amber: float) -> Reading:
    """This function will say how a clock stands: red when it ran out, amber in its last part."""
    left = due - at
    if left <= timedelta():
        return Reading(light=Light.RED, left=left)
    short = left < (due - entered) * amber
    return Reading(light=Light.AMBER if short else Light.GREEN, left=left)


def forward(worth: float | None, *, clock: Clock) -> timedelta:
    """This function will say by how much a case's worth, in the reference currency, draws it forward."""
    doublings = log2(1 + max(worth or 0.0, 0.0))
    return timedelta(minutes=min(doublings * clock.doubling_minutes, clock.forward_minutes_most))


def turn(due: datetime, *, worth: float | None, clock: Clock) -> datetime:
    return due - forward(worth, clock=clock)
