"""Stopping contacts and resuming them; what collectors and agencies are: certified, trained, under contract, barred."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import connection, transaction

from dunwell.compliance.models import Standing, StopLift, StopSwitch
from dunwell.compliance.supervision.queries import STOP_LOCK
from dunwell.compliance.supervision.rules import (
    BLACKLISTED,
    CODE_LENGTH_MAX,
    COMPLIANCE,
    EVERYTHING,
    HOLDERS,
    SCOPES,
    STANDINGS,
    WITHDRAWN,
    is_code,
)
from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError
from dunwell.ledger.kinds import Channel

REASON_LENGTH_MAX = 500


@transaction.atomic
def stop(scope: str, *, target: str = "", reason: str, by: str, department: str, at: datetime) -> StopSwitch:
    """This function will stop all contacts of a scope: no attempt commits after this has committed.

    Whoever attempts a contact holds the lock shared from before its question (`queries.in_force`) to its commit; here
    it is taken alone, last of all. So this waits for the attempts that were answered «no stop», those that come
    meanwhile wait for this, and then they see it.
    """
    _check_scope(scope, target=target)
    _check_people(reason=reason, by=by, department=department)
    switch = StopSwitch.objects.create(scope=scope, target=target, reason=reason, by=by, department=department, at=at)
    detail = {"scope": scope, "target": target, "department": department, "reason_sha256": _digest(reason)}
    record(action="compliance.stopped", subject=f"stop/{switch.id}", by=by, at=at, detail=detail)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STOP_LOCK])
    return switch


def _check_scope(scope: str, *, target: str) -> None:
    if scope not in SCOPES:
        raise DunwellError(f"{scope!r} cannot be stopped", place="stop", cure=f"stop one of {', '.join(SCOPES)}")
    if (scope == EVERYTHING) != (target == ""):
        wrong = "takes no target" if scope == EVERYTHING else "needs its target"
        raise DunwellError(f"a stop of {SCOPES[scope][0]} {wrong}", place="stop", cure="see dunwell stop set --help")
    if scope == "channel" and target not in Channel.values:
        cure = f"use one of {', '.join(Channel.values)}"
        raise DunwellError(f"{target!r} is not a channel", place="stop", cure=cure)
    if target:
        _check_code(target, place="stop")


def resume(stop_id: int, *, reason: str, by: str, department: str, at: datetime) -> StopLift:
    """This function will lift one stop; others that hit the same contacts stay.

    A stop of compliance is lifted by compliance alone; who else tries it leaves evidence of that.
    """
    _check_people(reason=reason, by=by, department=department)
    with transaction.atomic():
        switch = _locked(stop_id)
        forbidden = switch.department == COMPLIANCE != department
        action = "compliance.resume_refused" if forbidden else "compliance.resumed"
        detail = {"department": department, "reason_sha256": _digest(reason)}
        record(action=action, subject=f"stop/{switch.id}", by=by, at=at, detail=detail)
        if not forbidden:
            return StopLift.objects.create(stop=switch, reason=reason, by=by, department=department, at=at)
    raise DunwellError(
        f"compliance set it, and {department} may not lift it",
        place=f"stop {stop_id}",
        cure="ask a person of compliance to resume",
    )


def _locked(stop_id: int) -> StopSwitch:
    """This function will hold a stop that is not lifted yet, so that it is lifted once."""
    switch = StopSwitch.objects.select_for_update().filter(id=stop_id).first()
    if switch is None:
        raise DunwellError("there is no such stop", place=f"stop {stop_id}", cure="see dunwell stop list")
    lift = StopLift.objects.filter(stop=switch).first()
    if lift is not None:
        raise DunwellError(
            f"{lift.by} lifted it on {lift.at:%Y-%m-%d %H:%M} UTC", place=f"stop {stop_id}", cure="nothing to do"
        )
    return switch


# ---- standing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The two people who stand by the correction of a blacklisting."""

    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a standing says: what its holder is, from a day up to, not including, another, and why we say so."""

    kind: str
    from_on: date
    until_on: date | None = None
    reason: str


@transaction.atomic
def state(holder: str, *, code: str, told: Told, by: str, at: datetime) -> Standing:
    """This function will write down what a collector (`staff`) or an agency is from a day on."""
    if told.kind == WITHDRAWN:
        raise DunwellError("nothing is withdrawn by itself", place="standing", cure="correct the fact that is wrong")
    return _store(Standing(holder=holder, code=code, by=by, at=at, **asdict(told)))


@transaction.atomic
def correct(standing_id: int, *, told: Told, by: str, at: datetime, approval: Approval | None = None) -> Standing:
    """This function will replace a standing that was told wrongly; `withdrawn` replaces it by nothing.

    A blacklisting is for good: it is never revoked, and only as a mistake corrected, by three people: who writes the
    correction and the two who approve it.
    """
    wrong = _correctable(standing_id, approval=approval)
    people = {"approved_by": approval.first, "approved_also_by": approval.second} if approval else {}
    standing = Standing(holder=wrong.holder, code=wrong.code, corrects=wrong, by=by, at=at, **people, **asdict(told))
    return _store(standing)


def _correctable(standing_id: int, *, approval: Approval | None) -> Standing:
    place = f"standing {standing_id}"
    wrong = Standing.objects.select_for_update().filter(id=standing_id).first()
    if wrong is None:
        raise DunwellError("there is no such standing", place=place, cure="see dunwell standing list")
    if wrong.kind == WITHDRAWN or Standing.objects.filter(corrects=wrong).exists():
        cure = "correct the latest, or state a new one"
        raise DunwellError("it was corrected or withdrawn before", place=place, cure=cure)
    if wrong.kind == BLACKLISTED and approval is None:
        cure = "if it was a mistake, two other people approve its correction"
        raise DunwellError("a blacklisting is for good", place=place, cure=cure)
    return wrong


def _store(told: Standing) -> Standing:
    _check_standing(told)
    told.save(force_insert=True)
    detail = {
        "holder": told.holder,
        "code": told.code,
        "kind": told.kind,
        "from_on": told.from_on.isoformat(),
        "until_on": told.until_on.isoformat() if told.until_on else None,
        "corrects": told.corrects_id,
        "approved_by": [name for name in (told.approved_by, told.approved_also_by) if name],
        "reason_sha256": _digest(told.reason),
    }
    record(action="compliance.standing", subject=f"standing/{told.id}", by=told.by, at=told.at, detail=detail)
    return told


def _check_standing(told: Standing) -> None:
    if told.holder not in HOLDERS or told.kind not in STANDINGS:
        cure = f"use one of {', '.join(HOLDERS)} and one of {', '.join(STANDINGS)}"
        raise DunwellError(f"{told.holder} {told.kind} is not a standing", place="standing", cure=cure)
    _check_code(told.code, place="standing")
    _check_people(reason=told.reason, by=told.by)
    if told.until_on is not None and told.until_on <= told.from_on:
        raise DunwellError("it ends before it begins", place="standing", cure="the last day does not belong to it")
    if told.kind == BLACKLISTED and told.until_on is not None:
        raise DunwellError("a blacklisting is for good", place="standing", cure="leave out its end")
    people = [told.by, *(name for name in (told.approved_by, told.approved_also_by) if name is not None)]
    if len(set(people)) != len(people) or told.code in people or not all(map(is_code, people)):
        raise DunwellError(
            "its people are not all different, or one of them is the collector",
            place="standing",
            cure="let others write and approve it",
        )


def _check_code(code: str, *, place: str) -> None:
    if not is_code(code):
        cure = f"give 1 to {CODE_LENGTH_MAX} characters without white space around them"
        raise DunwellError(f"{code!r} is not a code", place=place, cure=cure)


def _check_people(*, reason: str, by: str, department: str = COMPLIANCE) -> None:
    if not reason.strip() or len(reason) > REASON_LENGTH_MAX:
        cure = f"say why in 1 to {REASON_LENGTH_MAX} characters, without names of customers"
        raise DunwellError("it needs a reason", place="--reason", cure=cure)
    if not is_code(by) or not is_code(department):
        raise DunwellError("it needs who does it and of which department", place="--by", cure="give both codes")


def _digest(text: str) -> str:
    """This function will stand for free text in the evidence, which never holds any."""
    return sha256(text.encode()).hexdigest()
