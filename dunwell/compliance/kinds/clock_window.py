"""Clock window: quiet hours of the customer's own day."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from dunwell.compliance.kinds.kind import Column, Finding, Kind, PlainDate, Row, distinct, one_of
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.windows import (
    EVERY_WEEKDAY,
    Hours,
    last_end,
    minute,
    minute_of,
    next_start,
    outside,
    within,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Annotated[str, one_of(WEEKDAYS, what="weekday")]


def quoted(value: Any) -> Any:
    """This function will refuse what YAML makes of 22:00 without quotes: the number 1320."""
    if isinstance(value, int):
        raise ValueError('YAML reads a bare time as a number; write it in quotes, as in "22:00"')
    return value


Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"), BeforeValidator(quoted)]


class ClockWindow(Kind):
    name: ClassVar[str] = "clock_window"
    about_en: ClassVar[str] = (
        "No contact from quiet_from up to, not including, quiet_until by the customer's own clock; it may run over "
        "midnight. A customer without a time zone: the hour must suit all zones of the zone set. With `weekdays` it "
        "is about those days of the week only, and about the dates `also_on` (public holidays) whatever their weekday; "
        "each day has its own midnight."
    )
    about_zh: ClassVar[str] = (
        "按客户当地时间，自 quiet_from 起至 quiet_until（不含）不得联系，可跨午夜；"
        "客户时区未知时须同时满足时区集内各时区。weekdays 限定星期几适用，also_on 所列日期（公众假日）一律适用。"
    )

    quiet_from: Clock
    quiet_until: Clock
    weekdays: Annotated[tuple[Weekday, ...], AfterValidator(distinct)] = ()
    also_on: tuple[PlainDate, ...] = ()

    @model_validator(mode="after")
    def _some_hours(self) -> ClockWindow:
        if minute(self.quiet_from) % (24 * 60) == minute(self.quiet_until) % (24 * 60):
            raise ValueError("quiet_from and quiet_until are the same time: is it no hour or every hour?")
        if self.also_on and not self.weekdays:
            raise ValueError("also_on adds days to weekdays, and without weekdays it is about every day")
        return self

    def windows(self) -> Hours:
        return _hours(self.quiet_from, self.quiet_until, self.weekdays, self.also_on)

    def judge(self, question: Question) -> Finding | None:
        if question.at is None:
            return None if question.windows else self._refuse(None)
        if question.zone is None:
            return self._refuse(None)
        local, hours = question.at.astimezone(question.zone), self.windows()
        if within(minute_of(local), windows=hours.on(local.date())):
            return None
        return self._refuse(next_start(question.at, hours=hours, zone=question.zone), now=f"{local:%H:%M}")

    def _refuse(self, earliest: date | None, now: str = "") -> Finding:
        there = f"; it is {now} there" if now else "; no hour of that day is known to lie outside them"
        dort = f"，当地现在为{now}" if now else "，当日无法确认任何合规时段"
        return Finding(
            f"the hours from {self.quiet_from} to {self.quiet_until} of the customer's own day are quiet{there}",
            f"客户当地时间{self.quiet_from}至{self.quiet_until}不得联系{dort}",
            earliest,
        )

    def since(self, question: Question) -> datetime | None:
        if question.at is None or question.zone is None:
            return None
        return last_end(question.at, hours=self.windows(), zone=question.zone)

    def column(self, row: Row) -> Column:
        return Column(row.closed)


@cache
def _hours(quiet_from: str, quiet_until: str, weekdays: tuple[str, ...], also_on: tuple[date, ...]) -> Hours:
    """This function will work out the open hours; there are as many of them as rules, and each is asked for often."""
    numbers = tuple(WEEKDAYS.index(day) for day in weekdays) or EVERY_WEEKDAY
    return Hours(outside(minute(quiet_from), end=minute(quiet_until)), numbers, frozenset(also_on))
