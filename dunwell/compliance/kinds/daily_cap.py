"""Daily cap: at most so many contacts on one calendar day of the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

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


class DailyCap(Kind):
    name: ClassVar[str] = "daily_cap"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = f"At most `most` of our own contacts on one calendar day of the customer's. {ABOUT_EN}"
    about_zh: ClassVar[str] = f"客户当地每个自然日，我方联系最多 most 次。{ABOUT_ZH}"

    most: Annotated[int, Field(ge=0, le=1000)]
    counts: Counted
    count_channels: Channels
    per: Per

    def judge(self, question: Question) -> Finding | None:
        found = made(question, since=question.on, per=self.per, counted=self.counts, channels=self.count_channels)
        tomorrow = question.on + timedelta(days=1)
        if found is None:
            return UNCOUNTED
        if found < self.most:
            return None
        english, chinese = WORDS[self.counts]
        return Finding(
            f"{found} {english} were already made on {question.on}, and at most {self.most} are allowed",
            f"{question.on}已有{found}{chinese}，上限为{self.most}次",
            tomorrow,
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"made": Count(self.per, self._where)}

    def _where(self, contacts: Table) -> BooleanValue:
        return where(contacts, counted=self.counts, channels=self.count_channels)

    def column(self, row: Row) -> Column:
        reached, tomorrow = row.fact("made") >= self.most, literal(row.on + timedelta(days=1))
        return per_creditor(row, per=self.per, reached=reached, until=tomorrow)
