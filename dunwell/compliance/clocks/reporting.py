"""Telling a credit bureau: what must come first and how long to wait, when an objection must be answered; and which
demands count towards a malicious overdraft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pydantic import ConfigDict

from dunwell.compliance.clocks.days import DAY, days_after, months_after
from dunwell.compliance.clocks.reasons import Reason, because
from dunwell.compliance.clocks.terms import Demands as DemandTerms
from dunwell.compliance.clocks.terms import Law
from dunwell.compliance.clocks.terms import Reporting as Terms

_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That the person was told of the debt: in a talk, or by a letter or electronic message, which may come back."""

    how: Literal["talk", "message"]
    on: date
    bounced_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reportable:
    """Whether the debt may be told to a bureau on the day, and from when on if nothing comes back meanwhile."""

    allowed: bool
    earliest: date | None
    answer_by: date | None = None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True


def reporting(told: tuple[Told, ...], *, law: Law[Terms], on: date, objection_on: date | None = None) -> Reportable:
    """This function will say whether a debt may be reported on the day; days of waiting include the day of sending.

    A message that came back while one waited is none; one that came back later changes nothing.
    """
    entry = law.on(on)
    if entry is None:
        why = because("", en=f"no law on reporting is written down for {on}", zh=f"未载明{on}适用的报送规定")
        return Reportable(allowed=False, earliest=None, reasons=(why,), certain=False)
    terms = entry.parameters
    days = [day for each in told if each.on <= on and (day := _from(each, terms=terms, on=on)) is not None]
    earliest = min(days, default=None)
    return Reportable(
        allowed=earliest is not None and earliest <= on,
        earliest=earliest,
        answer_by=_answer_by(objection_on, terms=terms),
        reasons=(_reason(earliest, terms=terms),),
    )


def _from(told: Told, *, terms: Terms, on: date) -> date | None:
    """This function will give the first day on which the bureau may be told after this; None if it came to nothing."""
    if told.how == "talk" and terms.talk_suffices:
        return told.on
    free = days_after(told.on, days=terms.wait_days)
    back = told.bounced_on
    return None if terms.bounce_voids and back is not None and back < free and back <= on else free


def _answer_by(objection_on: date | None, *, terms: Terms) -> date | None:
    if objection_on is None or terms.answer_within_days is None:
        return None
    return days_after(objection_on, days=terms.answer_within_days)


def _reason(earliest: date | None, *, terms: Terms) -> Reason:
    if earliest is None:
        return because(terms.told, en="the person was not told first", zh="尚未事先告知本人")
    return because(terms.told, on=earliest, en="told first, and waited until this day", zh="已事先告知，自此日起可报送")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A demand for payment, as the rules on malicious overdrafts ask about it."""

    on: date
    receipt_proved: bool
    evading: bool = False
    lawful: bool = True
    signed_and_sealed: bool = True

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def effective(self, overdue_since: date) -> bool:
        """This function will tell whether it counts: after the due day, received or dodged, lawful and proved."""
        proved = (self.receipt_proved or self.evading) and self.signed_and_sealed
        return self.on > overdue_since and self.lawful and proved


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """Whether two effective demands were made far enough apart; from `unpaid_from` on the wait after them is over."""

    complete: bool
    first_on: date | None
    second_on: date | None
    # The first day on which the demand that is still missing would count.
    next_from: date | None
    unpaid_from: date | None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True


def demanded(demands: tuple[Demand, ...], *, due_on: date, law: Law[DemandTerms], on: date) -> Demanded:
    """This function will find the first pair of effective demands that lie far enough apart."""
    entry = law.on(on)
    if entry is None:
        why = because("", en=f"no law on demands is written down for {on}", zh=f"未载明{on}适用的催收规定")
        return Demanded(
            complete=False,
            first_on=None,
            second_on=None,
            next_from=None,
            unpaid_from=None,
            reasons=(why,),
            certain=False,
        )
    terms = entry.parameters
    days = sorted(demand.on for demand in demands if demand.on <= on and demand.effective(due_on))
    first = days[0] if days else None
    apart = days_after(first, days=terms.gap_days) if first else None
    second = next((day for day in days if apart is not None and day >= apart), None)
    over = months_after(second, months=terms.unpaid_months) + DAY if second else None
    en = f"{len(days)} effective demands of {len(demands)}; two at least {terms.gap_days} days apart are needed"
    zh = f"共{len(demands)}次催收，有效{len(days)}次；须有两次且至少间隔{terms.gap_days}日"
    return Demanded(
        complete=second is not None,
        first_on=first,
        second_on=second,
        next_from=None if second else apart or due_on + DAY,
        unpaid_from=over,
        reasons=(because(terms.rule, en=en, zh=zh),),
    )
