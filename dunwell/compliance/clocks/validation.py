"""The validation notice: when it is due, when it counts as received, and until when the consumer may dispute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pydantic import ConfigDict

from dunwell.compliance.clocks.days import days_after, working_days_after
from dunwell.compliance.clocks.reasons import Reason, because
from dunwell.compliance.clocks.terms import Law
from dunwell.compliance.clocks.terms import Validation as Terms
from dunwell.facts.errors import DunwellError

State = Literal["to_send", "late", "running", "over", "unknown"]
_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One validation notice; `bounced_on` if it came back, `received_on` if that is known."""

    sent_on: date
    received_on: date | None = None
    bounced_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The clock of one debt: send by `send_by`; taken as received on `received_on`; `ends_on` is the last day."""

    state: State
    send_by: date | None
    received_on: date | None = None
    ends_on: date | None = None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True


def validation(
    notices: tuple[Notice, ...], *, first_communication_on: date | None, law: Law[Terms], on: date
) -> Validation:
    """This function will say how the validation period of a debt stands on the day; it runs from the last good notice.

    The period of a notice that came back is none: the next one begins it.
    """
    entry = law.on(on)
    if entry is None:
        why = because("", en=f"no law on validation is written down for {on}", zh=f"未载明{on}适用的债务确认规定")
        return Validation(state="unknown", send_by=None, reasons=(why,), certain=False)
    terms, first = entry.parameters, first_communication_on
    send_by = days_after(first, days=terms.send_within_days) if first else None
    sent = sorted((notice for notice in notices if notice.sent_on <= on), key=lambda notice: notice.sent_on)
    bounced = [notice for notice in sent if notice.bounced_on and notice.bounced_on <= on]
    reasons = [_came_back(notice, rule=terms.period) for notice in bounced]
    good = [notice for notice in sent if notice not in bounced]
    if not good:
        said = because(terms.sending, on=send_by, en="no notice is on its way", zh="尚无有效通知")
        state: State = "late" if send_by is not None and on > send_by else "to_send"
        return Validation(state=state, send_by=send_by, reasons=(*reasons, said))
    received = good[0].received_on or _assumed(good[0], terms=terms, law=law)
    ends = days_after(received, days=terms.period_days)
    how = ("received", "收到") if good[0].received_on else ("taken to be received", "推定收到")
    en, zh = f"{how[0]} on {received}, {terms.period_days} days", f"{received}{how[1]}，期间{terms.period_days}日"
    reasons.append(because(terms.period, on=ends, en=en, zh=zh))
    return Validation(
        state="running" if on <= ends else "over",
        send_by=send_by,
        received_on=received,
        ends_on=ends,
        reasons=tuple(reasons),
    )


def _came_back(notice: Notice, *, rule: str) -> Reason:
    en, zh = f"the notice of {notice.sent_on} came back: it began nothing", f"{notice.sent_on}的通知被退回：不开始计算"
    return because(rule, on=notice.bounced_on, en=en, zh=zh)


def _assumed(notice: Notice, *, terms: Terms, law: Law[Terms]) -> date:
    """This function will count the working days that a notice is taken to travel."""
    if law.calendar is None:
        cure = "write its key calendar"
        raise DunwellError("working days need a calendar", place=f"rulebooks/{law.place}/clocks", cure=cure)
    return working_days_after(notice.sent_on, days=terms.assumed_receipt_working_days, calendar=law.calendar)
