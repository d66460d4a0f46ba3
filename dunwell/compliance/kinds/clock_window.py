"""Clock window: quiet hours of the customer's own day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from dunwell.compliance.kinds.kind import Column, Finding, Kind, Row
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.windows import Window, minute, minute_of, next_start, outside, within


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
        "midnight. A customer without a time zone: the hour must suit all zones of the zone set."
    )
    about_zh: ClassVar[str] = (
        "按客户当地时间，自 quiet_from 起至 quiet_until（不含）不得联系，可跨午夜；"
        "客户时区未知时须同时满足时区集内各时区。"
    )

    quiet_from: Clock
    quiet_until: Clock

    @model_validator(mode="after")
    def _some_hours(self) -> ClockWindow:
        if minute(self.quiet_from) % (24 * 60) == minute(self.quiet_until) % (24 * 60):
            raise ValueError("quiet_from and quiet_until are the same time: is it no hour or every hour?")
        return self

    def windows(self) -> tuple[Window, ...]:
        return outside(minute(self.quiet_from), end=minute(self.quiet_until))

    def judge(self, question: Question) -> Finding | None:
        if question.at is None:
            return None if question.windows else self._refuse(None)
        if question.zone is None:
            return self._refuse(None)
        local = question.at.astimezone(question.zone)
        if within(minute_of(local), windows=self.windows()):
            return None
        return self._refuse(next_start(question.at, windows=self.windows(), zone=question.zone), now=f"{local:%H:%M}")

    def _refuse(self, earliest: date | None, now: str = "") -> Finding:
        there = f"; it is {now} there" if now else "; no hour of that day is known to lie outside them"
        dort = f"，当地现在为{now}" if now else "，当日无法确认任何合规时段"
        return Finding(
            f"the hours from {self.quiet_from} to {self.quiet_until} of the customer's own day are quiet{there}",
            f"客户当地时间{self.quiet_from}至{self.quiet_until}不得联系{dort}",
            earliest,
        )

    def column(self, row: Row) -> Column:
        return Column(row.closed)
