"""Lock-out: after a conversation, or after any attempt, nobody contacts the customer for so many days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from ibis import Table
from ibis.expr.types import BooleanValue
from pydantic import Field

from dunwell.compliance.kinds.counting import counts, in_file, per_creditor, together, weighs, where
from dunwell.compliance.kinds.kind import Channels, Column, DayOne, Fact, Finding, Kind, Latest, PerEvent, Row
from dunwell.compliance.kinds.question import Contact, Question
from dunwell.ledger.kinds import Direction


class Lockout(Kind):
    name: ClassVar[str] = "lockout"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "No contact within `days` consecutive days after the event: a conversation with the debtor, whoever began it, "
        "or an attempt of ours, answered or not; by one of the `count_channels`. `day_one` says whether the day of "
        "the event is the first of them (event_day) or the day after it is (next_day); `per` whether events of other "
        "creditors count too (person) or not (creditor), and of those only events about one of the same debts (debt), "
        "the claim or the household. What nobody wrote down counts."
    )
    about_zh: ClassVar[str] = (
        "事件（after：与债务人的通话，不论由谁发起；或我方任何尝试）发生后连续 days 日内不得联系；"
        "count_channels：计入的渠道；day_one：事件当日为第一日（event_day）或次日为第一日（next_day）；"
        "per：按债权人（creditor）、其中按单笔债务、债权或住户（debt、claim、household），或按债务人（person）。"
        "缺失信息一律计入。"
    )

    after: Literal["conversation", "attempt"]
    days: Annotated[int, Field(ge=1, le=366)]
    day_one: DayOne
    count_channels: Channels
    per: PerEvent

    @property
    def span(self) -> int:
        """This function will return on how many days, its own the first, an event locks."""
        return weighs(self.days, day_one=self.day_one)

    def first(self, on: date) -> date:
        """This function will return the first day whose events lock a day."""
        return on - timedelta(days=self.span - 1)

    def looks_back(self) -> int:
        return self.span - 1

    def judge(self, question: Question) -> Finding | None:
        if self.per != "person" and question.candidate.creditor is None:
            return Finding(
                "it is not known for which creditor the contact is, so nobody knows what came before it",
                "未知联系所属债权人，无法判断此前情况",
            )
        last = max(self._events(question), default=None)
        if last is None:
            return None
        falls = last + timedelta(days=self.span)
        what, said = ("a conversation", "通话") if self.after == "conversation" else ("an attempt", "联系尝试")
        return Finding(
            f"there was {what} on {last}, and until {falls} it stays quiet",
            f"{last}已有{said}，{falls}之前不得联系",
            falls,
        )

    def _events(self, question: Question) -> Iterator[date]:
        """This function will give the days of what locks the day, the last possible where nobody wrote it down."""
        first = self.first(question.on)
        for contact in in_file(question, per=self.per):
            earliest, latest = contact.days
            near = earliest <= question.on and latest >= first
            if near and self._locks(contact) and together(contact, per=self.per, candidate=question.candidate):
                yield min(latest, question.on)

    def _locks(self, contact: Contact) -> bool:
        if self.after == "attempt":
            made = contact.direction != Direction.INBOUND.value
            return made and counts(contact, counted="attempts", channels=self.count_channels)
        return counts(contact, counted="effective", channels=self.count_channels)

    def facts(self) -> Mapping[str, Fact]:
        return {"last": Latest(self.per, self._where, self.first)}

    def _where(self, contacts: Table) -> BooleanValue:
        if self.after == "conversation":
            return where(contacts, counted="effective", channels=self.count_channels)
        ours = (contacts.direction != Direction.INBOUND.value).fill_null(True)
        return ours & where(contacts, counted="attempts", channels=self.count_channels)

    def column(self, row: Row) -> Column:
        last = row.fact("last")
        falls = last + timedelta(days=self.span)
        return per_creditor(row, per=self.per, reached=last.notnull(), until=falls)
