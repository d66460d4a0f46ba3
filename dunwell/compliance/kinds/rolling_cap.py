"""Rolling cap: at most so many contacts within any so many consecutive days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

import ibis
from ibis import Table, literal
from ibis.expr.types import BooleanValue, DateValue
from pydantic import Field

from dunwell.compliance.kinds.counting import (
    ABOUT_EN,
    ABOUT_ZH,
    UNCOUNTED,
    WORDS,
    Counted,
    made,
    per_creditor,
    weighs,
    where,
)
from dunwell.compliance.kinds.kind import Channels, Column, Count, DayOne, Fact, Finding, Kind, Per, Row
from dunwell.compliance.kinds.question import Question


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """The day so many days before a day."""

    days: int

    def __call__(self, on: date) -> date:
        return on - timedelta(days=self.days)


class RollingCap(Kind):
    name: ClassVar[str] = "rolling_cap"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "At most `most` of our own contacts within `days` consecutive days. `day_one` says whether the day of a "
        f"contact is the first of its days (event_day) or the day after it is (next_day). {ABOUT_EN}"
    )
    about_zh: ClassVar[str] = (
        "任意连续 days 日内，我方联系最多 most 次。day_one：联系当日为第一日（event_day），或次日为第一日（next_day）。"
        f"{ABOUT_ZH}"
    )

    most: Annotated[int, Field(ge=1, le=1000)]
    days: Annotated[int, Field(ge=2, le=60)]
    day_one: DayOne
    counts: Counted
    count_channels: Channels
    per: Per

    @property
    def span(self) -> int:
        """This function will return on how many days, its own the first, a contact weighs."""
        return weighs(self.days, day_one=self.day_one)

    def first(self, on: date) -> date:
        """This function will return the first day whose contacts weigh on a day."""
        return on - timedelta(days=self.span - 1)

    def looks_back(self) -> int:
        return self.span - 1

    def judge(self, question: Question) -> Finding | None:
        found = self._made(question, since=self.first(question.on))
        if found is None:
            return UNCOUNTED
        if found < self.most:
            return None
        english, chinese = WORDS[self.counts]
        return Finding(
            f"{found} {english} were made in the {self.days} days that count, and at most {self.most} are allowed",
            f"计数期（{self.days}日）内已有{found}{chinese}，上限为{self.most}次",
            self._falls(question),
        )

    def _falls(self, question: Question) -> date:
        """This function will go on, day after day, until enough contacts no longer weigh."""
        days = (question.on + timedelta(days=later) for later in range(1, self.span + 1))
        return next(day for day in days if (self._made(question, since=self.first(day)) or 0) < self.most)

    def _made(self, question: Question, *, since: date) -> int | None:
        if since > question.on:
            return 0
        return made(question, since=since, per=self.per, counted=self.counts, channels=self.count_channels)

    def facts(self) -> Mapping[str, Fact]:
        """This function will ask for the count on the day, and for what of it still weighs on each day after."""
        firsts = {later: DaysBefore(self.span - 1 - later) for later in range(self.span)}
        return {f"made_{later}": Count(self.per, self._where, first) for later, first in firsts.items()}

    def _where(self, contacts: Table) -> BooleanValue:
        return where(contacts, counted=self.counts, channels=self.count_channels)

    def column(self, row: Row) -> Column:
        reached, falls = row.fact("made_0") >= self.most, self._falls_on(row)
        return per_creditor(row, per=self.per, reached=reached, until=falls)

    def _falls_on(self, row: Row) -> DateValue:
        day = [literal(row.on + timedelta(days=later)) for later in range(1, self.span + 1)]
        light = [row.fact(f"made_{later}") < self.most for later in range(1, self.span)]
        return ibis.cases(*zip(light, day[:-1], strict=True), else_=day[-1])
