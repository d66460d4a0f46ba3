"""Minimum interval: some minutes must pass between one contact and the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, ClassVar

from ibis import literal
from pydantic import Field

from dunwell.compliance.kinds.counting import WORDS, Counted, counts, in_file, together
from dunwell.compliance.kinds.kind import Channels, Column, Finding, Kind, PerEvent, Row
from dunwell.compliance.kinds.question import Candidate, Contact, Question


class MinimumInterval(Kind):
    name: ClassVar[str] = "minimum_interval"
    about_en: ClassVar[str] = (
        "At least `minutes` between a contact of ours and the next. It speaks of moments, never of a whole day: "
        "somewhere in a day there is time. `counts` and `count_channels` say after which contacts, as for a cap; "
        "`per` whether those for other creditors count too (person) or not (creditor), and of those only contacts "
        "about one of the same debts (debt), the claim or the household. A contact of the day whose time nobody wrote "
        "down closes the rest of it."
    )
    about_zh: ClassVar[str] = (
        "我方两次联系之间至少间隔 minutes 分钟；只约束时刻，不约束整日。counts、count_channels：之后须间隔的联系；"
        "per：按债权人、其中按单笔债务、债权或住户，或按债务人。当日时间不明的联系，使当日余下时间均不得联系。"
    )

    minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    counts: Counted
    count_channels: Channels
    per: PerEvent

    def looks_back(self) -> int:
        # The longest interval is a day, and a contact of yesterday evening is not yet a day ago this morning.
        return 1

    def judge(self, question: Question) -> Finding | None:
        if question.at is None:
            return None
        ends = list(self._ends(question, at=question.at))
        if not ends:
            return None
        # A day has no time of its own: compared with moments it stands for its first.
        last = max(ends, key=lambda end: end if isinstance(end, datetime) else datetime.max.replace(tzinfo=UTC))
        english, chinese = WORDS[self.counts]
        return Finding(
            f"{english} of ours were made less than {self.minutes} minutes ago, or nobody knows when today",
            f"距上一{chinese}不足{self.minutes}分钟，或当日联系时间不明",
            last,
        )

    def _ends(self, question: Question, *, at: datetime) -> Iterator[date]:
        """This function will give the end of each interval that the moment is in."""
        for contact in in_file(question, per=self.per):
            if not self._counts(contact, candidate=question.candidate):
                continue
            if contact.happened_at is not None:
                moment = contact.happened_at.replace(tzinfo=contact.happened_at.tzinfo or UTC)
                if moment <= at < moment + timedelta(minutes=self.minutes):
                    yield moment + timedelta(minutes=self.minutes)
            elif contact.made_between(question.on, question.on):
                yield question.on + timedelta(days=1)

    def _counts(self, contact: Contact, *, candidate: Candidate) -> bool:
        ours = contact.made_between(date.min, date.max) and together(contact, per=self.per, candidate=candidate)
        return ours and counts(contact, counted=self.counts, channels=self.count_channels)

    def column(self, row: Row) -> Column:
        return Column(literal(False))
