"""Who must approve what, and whether somebody may: pure, over one request and its votes.

A change of rights needs two people of two departments; a strategy needs one person each of compliance, legal and data
protection. Nobody decides what he asked for, nor what is about himself. One refusal ends a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dunwell.access.kinds import Answer, Capability, Department, RequestKind, Role, State
from dunwell.access.matrix import CAPABILITIES, DEPARTMENT_OF
from dunwell.access.objections import Objection, objection
from dunwell.access.rules import Person, Scope

DEPARTMENTS_NEEDED = 2
STRATEGY_ROLES = (Role.COMPLIANCE, Role.LEGAL, Role.DATA_PROTECTION)
# A request that nobody decides in this time is void.
OPEN_FOR: Mapping[RequestKind, timedelta] = {
    RequestKind.GRANT: timedelta(days=7),
    RequestKind.REVOKE: timedelta(days=7),
    RequestKind.MOVE: timedelta(days=7),
    RequestKind.STRATEGY: timedelta(days=30),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One vote; the seat is the side it was given for: a department, or for a strategy a role."""

    voter: str
    seat: str
    answer: Answer
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request as it is judged: who asked, about whom, until when, and the votes so far."""

    kind: RequestKind
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    about: str | None = None
    ballots: tuple[Ballot, ...] = ()

    @property
    def approvals(self) -> tuple[Ballot, ...]:
        """This property is the approvals that came in time, from people who may give them."""
        others = (b for b in self.ballots if b.voter not in (self.asked_by, self.about))
        return tuple(b for b in others if b.answer is Answer.APPROVE and b.at < self.expires_at)

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(ballot.seat for ballot in self.approvals)


def state(case: Case, *, at: datetime) -> State:
    """This function will say what became of a request by a moment."""
    told = tuple(ballot for ballot in case.ballots if ballot.at <= at)
    if any(ballot.answer is Answer.REFUSE and ballot.at < case.expires_at for ballot in told):
        return State.REFUSED
    if _complete(case, told=told):
        return State.APPROVED
    return State.EXPIRED if at >= case.expires_at else State.OPEN


def final(case: Case) -> State:
    """This function will say what became of a request by its votes alone: an approval, once given, does not expire."""
    return state(case, at=max((ballot.at for ballot in case.ballots), default=case.asked_at))


def _complete(case: Case, *, told: tuple[Ballot, ...]) -> bool:
    approvals = [ballot for ballot in case.approvals if ballot in told]
    seats, people = {ballot.seat for ballot in approvals}, {ballot.voter for ballot in approvals}
    if case.kind is RequestKind.STRATEGY:
        return seats >= set(STRATEGY_ROLES) and len(people) >= len(STRATEGY_ROLES)
    return min(len(seats), len(people)) >= DEPARTMENTS_NEEDED


def missing(case: Case) -> tuple[Role | Department, ...]:
    """This function will name the sides from which an approval can still come, in their usual order."""
    if case.kind is RequestKind.STRATEGY:
        return tuple(role for role in STRATEGY_ROLES if role not in case.filled)
    return tuple(one for one in approving_departments() if one not in case.filled)


def approving_departments() -> tuple[Department, ...]:
    able = {DEPARTMENT_OF[role] for role in able_to(Capability.APPROVE_RIGHTS)}
    return tuple(department for department in Department if department in able)


def able_to(capability: Capability) -> tuple[Role, ...]:
    return tuple(role for role in Role if capability in CAPABILITIES[role])


def lacks(person: Person, *, capability: Capability, within: Iterable[Scope] = ()) -> Objection | None:
    """This function will object where somebody cannot do a thing to what lies within the scopes."""
    if person.can(capability, within=within):
        return None
    return objection("AC-CAPABILITY", code=person.code, capability=capability, roles=able_to(capability))


def beyond(person: Person, *, capability: Capability) -> Objection:
    """This function will object to a customer who lies where somebody cannot do a thing that he can do elsewhere."""
    scopes = [f"{scope.kind.value}:{scope.value}" for scope in person.reach(capability)]
    return objection("AC-REACH", code=person.code, capability=capability, scopes=scopes)


def seat_or_objection(case: Case, *, voter: Person, answer: Answer, at: datetime) -> str | Objection:
    """This function will give the side for which somebody votes, or the first reason why he may not."""
    if voter.code == case.asked_by:
        return objection("AC-OWN-REQUEST", code=voter.code)
    if voter.code == case.about:
        return objection("AC-OWN-RIGHTS", code=voter.code)
    if any(ballot.voter == voter.code for ballot in case.ballots):
        return objection("AC-VOTED", code=voter.code)
    return _barred(case, voter=voter, at=at) or _seat(case, voter=voter, answer=answer)


def _barred(case: Case, *, voter: Person, at: datetime) -> Objection | None:
    """This function will object where the voter lacks the capability, or the request is no longer open."""
    strategy = case.kind is RequestKind.STRATEGY
    wanted = Capability.APPROVE_STRATEGY if strategy else Capability.APPROVE_RIGHTS
    if lacking := lacks(voter, capability=wanted):
        return lacking
    now = state(case, at=at)
    if now is State.EXPIRED:
        return objection("AC-EXPIRED", moment=f"{case.expires_at:%Y-%m-%d %H:%M}Z")
    return None if now is State.OPEN else objection("AC-DECIDED", state=now)


def _seat(case: Case, *, voter: Person, answer: Answer) -> str | Objection:
    if case.kind is RequestKind.STRATEGY:
        own: tuple[Role | Department, ...] = tuple(role for role in voter.roles() if role in STRATEGY_ROLES)
    else:
        own = (voter.department,)
    free = [seat for seat in own if seat not in case.filled]
    if free or answer is Answer.REFUSE:
        return str((free or own)[0])
    return objection("AC-SEAT", seat=own[0], missing=missing(case))
