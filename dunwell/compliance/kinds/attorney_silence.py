"""Attorney silence: the attorney of a represented customer was asked and does not answer; a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from dunwell.compliance.kinds.kind import AtGateOnly, Finding, HoldName, Kind, distinct
from dunwell.compliance.kinds.question import HOLDS, Question
from dunwell.ledger.kinds import Direction, RoleKind

# What was asked longer ago than this beyond the days of silence is forgotten, and should be asked again.
REMEMBERED_DAYS = 60


class AttorneySilence(AtGateOnly, Kind):
    name: ClassVar[str] = "attorney_silence"
    about_en: ClassVar[str] = (
        "Speaks where a hold of `holds` is open and the customer's representative, asked by us, has not answered for "
        "`days` days: whether that is long enough to turn to the customer is for a person to say, and to record as a "
        "consent."
    )
    about_zh: ClassVar[str] = (
        "客户处于 holds 所列状态，且其代理人经我方询问后 days 日未答复的，"
        "提示人工判断是否可直接联系客户，并登记为同意。"
    )

    holds: Annotated[tuple[HoldName, ...], Field(min_length=1), AfterValidator(distinct)]
    days: Annotated[int, Field(ge=1, le=366)]

    def looks_back(self) -> int:
        return self.days + REMEMBERED_DAYS

    def judge(self, question: Question) -> Finding | None:
        asked = self._asked(question, on=question.on)
        if asked is None:
            return None
        later = (question.on + timedelta(days=days) for days in range(1, self.looks_back() + 2))
        return Finding(
            f"the customer's attorney was asked on {asked} and has not answered: is that long enough?",
            f"客户代理人自{asked}起未答复：是否已逾合理期间须人工判断",
            next((day for day in later if self._asked(question, on=day) is None), None),
        )

    def _asked(self, question: Question, *, on: date) -> date | None:
        """This function will return since when the attorney has been silent, None if not yet for long enough."""
        kinds = (hold for hold in question.customer.holds if hold.kind in self.holds or hold.kind not in HOLDS)
        if not any(hold.open(on) for hold in kinds):
            return None
        answered = max((day for day in self._days(question, inbound=True) if day <= on), default=date.min)
        oldest = on - timedelta(days=self.looks_back())
        asked = (day for day in self._days(question, inbound=False) if answered < day and oldest <= day <= on)
        first = min(asked, default=None)
        return first if first is not None and on - first >= timedelta(days=self.days) else None

    def _days(self, question: Question, *, inbound: bool) -> Iterator[date]:
        """This function will give the days on which we asked the representative, or on which he answered."""
        direction = Direction.INBOUND.value if inbound else Direction.OUTBOUND.value
        for contact in question.customer.contacts:
            own = contact.creditor in (None, question.candidate.creditor) if inbound else True
            if own and contact.role == RoleKind.REPRESENTATIVE.value and contact.direction == direction:
                yield from () if contact.local_date is None else (contact.local_date,)
