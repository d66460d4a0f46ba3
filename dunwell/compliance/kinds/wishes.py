"""Wishes: the times and places that the customer himself called inconvenient, or convenient."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from ibis import literal

from dunwell.compliance.kinds.kind import Column, Finding, Kind, NoOrSomeChannels, Row
from dunwell.compliance.kinds.question import NEVER, Question
from dunwell.compliance.kinds.windows import cut, last_end, minute_of, next_start, outside_of, within
from dunwell.compliance.kinds.wish import WishedHours


class Wishes(Kind):
    name: ClassVar[str] = "wishes"
    about_en: ClassVar[str] = (
        "No contact at a time or in a place that the customer barred, by the channel or the address that he named; "
        "with `only_convenient`, once he called times convenient, at those alone. Hours are those of his own clock. "
        "Where nobody knows in which place a contact will reach him, one by a channel of `in_place` reaches him in all."
    )
    about_zh: ClassVar[str] = (
        "客户声明不便的时间、地点（及其所指渠道、号码或地址）不得联系；"
        "only_convenient：客户说明了方便时间的，仅限该时间。"
        "时间按客户当地时间；联系地点不明的，in_place 所列渠道视为会到达各地点。"
    )
    personal: ClassVar[bool] = True

    only_convenient: bool = False
    in_place: NoOrSomeChannels = ("voice", "letter", "visit")

    def hours_of(self, question: Question) -> WishedHours | None:
        """This function will gather the wishes about the contact, None if he has none."""
        contact = question.candidate
        about = tuple(
            wish
            for wish in question.customer.wishes
            if wish.about(
                channel=question.channel,
                place=contact.place,
                contact_point=contact.contact_point,
                in_place=self.in_place,
            )
        )
        return WishedHours(about, self.only_convenient) if about else None

    def judge(self, question: Question) -> Finding | None:
        hours = self.hours_of(question)
        if hours is None:
            return None
        if question.at is None:
            return self._for_day(question, hours=hours)
        if question.zone is None:
            return self._refuse(None)
        local = question.at.astimezone(question.zone)
        if within(minute_of(local), windows=hours.on(local.date())):
            return None
        days = hours.days_after(local.date())
        return self._refuse(next_start(question.at, hours=hours, zone=question.zone, days=days))

    def _for_day(self, question: Question, *, hours: WishedHours) -> Finding | None:
        """This function will refuse a day of which the wishes leave nothing, this rule's among them."""
        taken = outside_of(hours.on(question.on))
        if question.left or cut(question.windows, taken=taken) == question.windows:
            return None
        return self._refuse(next((day for day in hours.days_after(question.on)[1:] if hours.on(day)), None))

    def _refuse(self, earliest: date | None) -> Finding:
        return Finding(
            "the customer asked not to be contacted at this time or in this place",
            "客户要求不在此时或此地联系",
            earliest,
        )

    def since(self, question: Question) -> datetime | None:
        hours = self.hours_of(question)
        if hours is None or question.at is None or question.zone is None:
            return None
        return last_end(question.at, hours=hours, zone=question.zone)

    def column(self, row: Row) -> Column:
        return Column(row.fact("shut"), row.fact("free").fill_null(literal(NEVER)))
