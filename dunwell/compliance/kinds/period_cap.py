"""Period cap: at most so many contacts in one calendar week or month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from ibis import Table, literal
from ibis.expr.types import BooleanValue
from pydantic import Field

from dunwell.compliance.kinds.counting import (
    ABOUT_EN,
    ABOUT_ZH,
    UNCOUNTED,
    WORDS,
    Counted,
    made,
    per_creditor,
    where,
)
from dunwell.compliance.kinds.kind import Channels, Column, Count, Fact, Finding, Kind, Per, Row
from dunwell.compliance.kinds.question import Question


class PeriodCap(Kind):
    name: ClassVar[str] = "period_cap"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "At most `most` of our own contacts in one calendar `period` of the customer's: a week from Monday to Sunday, "
        f"or a month. {ABOUT_EN}"
    )
    about_zh: ClassVar[str] = f"客户当地每个自然周（周一至周日）或自然月（period），我方联系最多 most 次。{ABOUT_ZH}"

    most: Annotated[int, Field(ge=0, le=1000)]
    period: Literal["week", "month"]
    counts: Counted
    count_channels: Channels
    per: Per

    def first(self, on: date) -> date:
        """This function will return the first day of the period that a day is in."""
        return on - timedelta(days=on.weekday()) if self.period == "week" else on.replace(day=1)

    def following(self, on: date) -> date:
        """This function will return the first day of the period after it."""
        # A month has at most 31 days, so the 32nd from its first is in the next.
        return self.first(self.first(on) + timedelta(days=7 if self.period == "week" else 31))

    def looks_back(self) -> int:
        return 6 if self.period == "week" else 30

    def judge(self, question: Question) -> Finding | None:
        first = self.first(question.on)
        found = made(question, since=first, per=self.per, counted=self.counts, channels=self.count_channels)
        if found is None:
            return UNCOUNTED
        if found < self.most:
            return None
        english, chinese = WORDS[self.counts]
        return Finding(
            f"{found} {english} were made since {first}, and at most {self.most} are allowed in a {self.period}",
            f"自{first}起已有{found}{chinese}，每{'周' if self.period == 'week' else '月'}上限为{self.most}次",
            self.following(question.on),
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"made": Count(self.per, self._where, self.first)}

    def _where(self, contacts: Table) -> BooleanValue:
        return where(contacts, counted=self.counts, channels=self.count_channels)

    def column(self, row: Row) -> Column:
        reached, following = row.fact("made") >= self.most, literal(self.following(row.on))
        return per_creditor(row, per=self.per, reached=reached, until=following)
