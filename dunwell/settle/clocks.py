"""The clocks of disputes and complaints: when something is due, how much time is left, and its colour. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from dunwell.compliance.clocks.days import Calendar, working_days_after
from dunwell.compliance.clocks.workdays import Workdays
from dunwell.facts.definitions import Definition

DAY = timedelta(days=1)
Days = Annotated[int, Field(ge=0, le=366)]


class Colour(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Country(Definition):
    country: str = Field(pattern="^[A-Z]{2}$")
    published_through: int | None = None


class Terms(Definition):
    """The terms of strategies/cases.yaml."""

    calendar: Country
    dispute_days: Days
    acknowledge_hours: int = Field(ge=1, le=24 * 366)
    answer_days: Days
    mediation_days: Days
    amber_from: Decimal = Field(gt=0, lt=1)

    @property
    def workdays(self) -> Workdays:
        return Workdays(country=self.calendar.country, published_through=self.calendar.published_through)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time in which something is to be done, read at one moment; `done_at` stops it."""

    since: datetime
    due: datetime
    at: datetime
    amber_from: Decimal
    done_at: datetime | None = None

    @property
    def read_at(self) -> datetime:
        return min(self.done_at, self.at) if self.done_at else self.at

    @property
    def left(self) -> timedelta:
        """This property will give the time that is left, below zero when it is over."""
        return self.due - self.read_at

    @property
    def hours_left(self) -> int:
        """This property will give the whole hours that are left, or by which it is too late (below zero)."""
        return int(self.left.total_seconds() // 3600)

    @property
    def colour(self) -> Colour:
        """This property will be red from the due moment on, amber when most of the time is used up, else green."""
        if self.left <= timedelta(0):
            return Colour.RED
        used = Decimal((self.read_at - self.since).total_seconds())
        whole = Decimal((self.due - self.since).total_seconds())
        return Colour.AMBER if used >= whole * self.amber_from else Colour.GREEN


def day_start(day: date, *, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def due_after(day: date, *, days: int, calendar: Calendar, zone: str) -> datetime:
    """This function will give the end of the last of so many working days after a day, by the house's clock."""
    return day_start(working_days_after(day, days=days, calendar=calendar) + DAY, zone=zone)
