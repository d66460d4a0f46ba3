"""Cumulative contact: how much reaches one person by all ways together, which may harass though each rule is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from ibis import Table
from ibis.expr.types import BooleanValue
from pydantic import Field

from dunwell.compliance.kinds.counting import UNCOUNTED
from dunwell.compliance.kinds.kind import Channels, Column, DayOne, Fact, Finding, Kind, Latest, Row
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.rolling_cap import RollingCap
from dunwell.ledger.kinds import Direction


class Cumulative(Kind):
    name: ClassVar[str] = "cumulative"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "Speaks from the `most`-th contact of ours within `days` consecutive days, by all `count_channels` together; "
        "with `unanswered`, only while the customer has not written, called or talked in those days. No law names the "
        "number: a person decides, and the rule says so by its enforcement. `day_one` and `per` as for a rolling cap."
    )
    about_zh: ClassVar[str] = (
        "连续 days 日内，我方经 count_channels 各渠道合计联系达 most 次起提示；"
        "unanswered：仅限该期间客户未来信、来电或通话的情形。法律未规定次数，由人工判断。day_one、per 同滚动上限。"
    )

    most: Annotated[int, Field(ge=1, le=1000)]
    days: Annotated[int, Field(ge=2, le=60)]
    day_one: DayOne
    count_channels: Channels
    per: Literal["creditor", "person"]
    unanswered: bool = False

    @property
    def cap(self) -> RollingCap:
        """This function will return the cap that counts for it."""
        return RollingCap(
            most=self.most,
            days=self.days,
            day_one=self.day_one,
            counts="attempts",
            count_channels=self.count_channels,
            per=self.per,
        )

    def looks_back(self) -> int:
        return self.cap.looks_back()

    def judge(self, question: Question) -> Finding | None:
        full = self.cap.judge(question)
        if full is None or full == UNCOUNTED:
            return full
        first = self.cap.first(question.on)
        if self.unanswered and any(first <= day <= question.on for day in self._answers(question)):
            return None
        return Finding(
            f"{self.most} contacts or more were made in {self.days} days, all ways together: is it still bearable?",
            f"{self.days}日内各渠道合计已联系{self.most}次或以上：是否构成骚扰须人工判断",
            self._falls(question, full=full),
        )

    def _falls(self, question: Question, *, full: Finding) -> date | None:
        """This function will let an answer that is dated later end it earlier; a day as a whole knows of none."""
        if not self.unanswered or question.at is None or full.earliest is None:
            return full.earliest
        return min([full.earliest, *(day for day in self._answers(question) if day > question.on)])

    def _answers(self, question: Question) -> Iterator[date]:
        """This function will give the days on which the customer is known to have answered, or to have come himself."""
        for contact in question.customer.contacts:
            own = self.per == "person" or contact.creditor in (None, question.candidate.creditor)
            answered = contact.direction == Direction.INBOUND.value or contact.conversation is True
            if own and answered and contact.local_date is not None:
                yield contact.local_date

    def facts(self) -> Mapping[str, Fact]:
        answered = {"answered": Latest(self.per, _answers, self.cap.first)} if self.unanswered else {}
        return {**self.cap.facts(), **answered}

    def column(self, row: Row) -> Column:
        full = self.cap.column(row)
        if not self.unanswered:
            return full
        silent = full.refuses & row.fact("answered").isnull()
        refuses = silent if self.per == "person" else row.creditor.isnull() | silent
        return Column(refuses, full.until)


def _answers(contacts: Table) -> BooleanValue:
    known = contacts.local_date.notnull()
    inbound = (contacts.direction == Direction.INBOUND.value).fill_null(False)
    return known & (inbound | contacts.conversation.fill_null(False))
