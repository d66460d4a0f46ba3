"""Daily cap: at most so many contacts on one calendar day of the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from ibis import Table, literal
from ibis.expr.types import BooleanValue
from pydantic import Field

from dunwell.compliance.kinds.kind import Channels, Column, Count, Fact, Finding, Kind, Row, listed, only_if
from dunwell.compliance.kinds.question import CHANNELS, Contact, Question
from dunwell.ledger.kinds import Answerer

Counted = Literal["attempts", "unanswered", "connected", "effective"]
WORDS: dict[Counted, tuple[str, str]] = {
    "attempts": ("contacts", "次联系"),
    "unanswered": ("unanswered attempts", "次未接通尝试"),
    "connected": ("connected contacts", "次接通联系"),
    "effective": ("conversations with the debtor", "次与债务人的有效通话"),
}


class DailyCap(Kind):
    name: ClassVar[str] = "daily_cap"
    about_en: ClassVar[str] = (
        "At most `most` of our own contacts on one calendar day of the customer's. `counts` says which contacts count: "
        "attempts, unanswered, connected, effective (a conversation with the debtor); `count_channels` of which "
        "channels; `per` what is counted together: creditor (the person and the creditor with all its agencies) or "
        "number (one contact point). What nobody wrote down counts."
    )
    about_zh: ClassVar[str] = (
        "客户当地每个自然日，我方联系最多 most 次。counts：计入全部尝试、未接通、已接通或有效通话；"
        "count_channels：计入的渠道；per：按债务人×债权人（含其全部委外机构）或按号码合计。缺失信息一律计入。"
    )

    most: Annotated[int, Field(ge=0, le=1000)]
    counts: Counted
    count_channels: Channels
    per: Literal["creditor", "number"]

    def judge(self, question: Question) -> Finding | None:
        made = self._made(question)
        tomorrow = question.on + timedelta(days=1)
        if made is None:
            return Finding(
                "it is not known for which creditor the contact is, so it cannot be counted",
                "未知联系所属债权人，无法计数",
            )
        if made < self.most:
            return None
        english, chinese = WORDS[self.counts]
        return Finding(
            f"{made} {english} were already made on {question.on}, and at most {self.most} are allowed",
            f"{question.on}已有{made}{chinese}，上限为{self.most}次",
            tomorrow,
        )

    def _made(self, question: Question) -> int | None:
        """This function will count what was made on the day; None if it is not known what to count by."""
        contacts = [contact for contact in question.contacts() if self._counts(contact)]
        if self.per == "creditor":
            creditor = question.candidate.creditor
            return None if creditor is None else sum(contact.creditor in (None, creditor) for contact in contacts)
        points = [contact.contact_point for contact in contacts]
        return points.count(None) + max((points.count(point) for point in points if point is not None), default=0)

    def _counts(self, contact: Contact) -> bool:
        if contact.channel in CHANNELS and contact.channel not in self.count_channels:
            return False
        return {
            "attempts": True,
            "unanswered": contact.connected is not True,
            "connected": contact.may_be_connected,
            "effective": contact.may_be_effective,
        }[self.counts]

    def facts(self) -> Mapping[str, Fact]:
        return {"made": Count(self.per, self._where)}

    def _where(self, contacts: Table) -> BooleanValue:
        connected = contacts.connected.fill_null(True)
        debtor = (contacts.answered_by == Answerer.DEBTOR.value).fill_null(True)
        what = {
            "attempts": literal(True),
            "unanswered": ~contacts.connected.fill_null(False),
            "connected": connected,
            "effective": connected & contacts.conversation.fill_null(True) & debtor,
        }[self.counts]
        return what & listed(contacts.channel, names=self.count_channels, known=CHANNELS)

    def column(self, row: Row) -> Column:
        reached = row.fact("made") >= self.most
        tomorrow = literal(row.on + timedelta(days=1))
        if self.per == "number":
            return Column(reached, tomorrow)
        return Column(row.creditor.isnull() | reached, only_if(row.creditor.notnull(), tomorrow))
