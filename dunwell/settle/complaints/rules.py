"""Where a dossier stands, what may follow, and its clocks: pure, from its steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunwell.settle.clocks import Clock, Terms, due_after
from dunwell.settle.complaints.kinds import RESULTS, VERDICTS, ComplaintState, ComplaintStep, Finding

# What may follow where; nothing follows a closed dossier.
FOLLOWING: Mapping[ComplaintState, tuple[ComplaintStep, ...]] = {
    ComplaintState.RECEIVED: (ComplaintStep.ACKNOWLEDGED,),
    ComplaintState.ACKNOWLEDGED: (ComplaintStep.ANSWERED,),
    ComplaintState.ANSWERED: (ComplaintStep.CLOSED, ComplaintStep.MEDIATION_OFFERED),
    ComplaintState.OFFERED: (ComplaintStep.MEDIATION_ACCEPTED, ComplaintStep.MEDIATION_DECLINED),
    ComplaintState.MEDIATION: (ComplaintStep.MEDIATION_RESULT,),
    ComplaintState.CLOSED: (),
}
_AFTER: Mapping[ComplaintStep, ComplaintState] = {
    ComplaintStep.ACKNOWLEDGED: ComplaintState.ACKNOWLEDGED,
    ComplaintStep.ANSWERED: ComplaintState.ANSWERED,
    ComplaintStep.CLOSED: ComplaintState.CLOSED,
    ComplaintStep.MEDIATION_OFFERED: ComplaintState.OFFERED,
    ComplaintStep.MEDIATION_ACCEPTED: ComplaintState.MEDIATION,
    ComplaintStep.MEDIATION_DECLINED: ComplaintState.CLOSED,
    ComplaintStep.MEDIATION_RESULT: ComplaintState.CLOSED,
}
_FINDINGS: Mapping[ComplaintStep, tuple[Finding, ...]] = {
    ComplaintStep.ANSWERED: VERDICTS,
    ComplaintStep.MEDIATION_RESULT: RESULTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as it was told; its finding where it has one."""

    step: ComplaintStep
    at: datetime
    by: str
    finding: Finding | None = None


def state(steps: Iterable[Step]) -> ComplaintState:
    """This function will say where a dossier stands: after its last step, or received."""
    told = [one.step for one in steps]
    return _AFTER[told[-1]] if told else ComplaintState.RECEIVED


def findings(step: ComplaintStep) -> tuple[Finding, ...]:
    """This function will list what a step has to find; none for most."""
    return _FINDINGS.get(step, ())


def clock(
    steps: Iterable[Step], *, received_at: datetime, received_on: date, at: datetime, terms: Terms, zone: str
) -> Clock | None:
    """This function will give the clock that runs now: acknowledge, then answer, then the mediation; None: none does.

    Both of the first count from the day the complaint came, so that a late acknowledgement buys no time.
    """
    told = {one.step: one for one in steps}
    shared = {"at": at, "amber_from": terms.amber_from}
    reached = state(told.values())
    if reached is ComplaintState.RECEIVED:
        due = received_at + timedelta(hours=terms.acknowledge_hours)
        return Clock(since=received_at, due=due, **shared)  # type: ignore[arg-type]
    if reached is ComplaintState.ACKNOWLEDGED:
        due = due_after(received_on, days=terms.answer_days, calendar=terms.workdays, zone=zone)
        return Clock(since=received_at, due=due, **shared)  # type: ignore[arg-type]
    offered = told.get(ComplaintStep.MEDIATION_OFFERED)
    if reached is ComplaintState.OFFERED and offered:
        due = due_after(offered.at.date(), days=terms.mediation_days, calendar=terms.workdays, zone=zone)
        return Clock(since=offered.at, due=due, **shared)  # type: ignore[arg-type]
    return None
