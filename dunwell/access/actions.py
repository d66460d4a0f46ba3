"""Changing who may do what: every change, and every refusal of one, leaves its evidence.

`by` is the code of who acts, `via` the door he came through (the terminal's user, later a session): both stand in the
evidence. Each action is a transaction of its own, so that the evidence of a refusal outlives what was refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from dunwell.access import applying, queries
from dunwell.access.four_eyes import OPEN_FOR, Ballot, able_to, lacks, seat_or_objection, state
from dunwell.access.kinds import (
    Answer,
    Capability,
    DataClass,
    Department,
    Field,
    RequestKind,
    RevealReason,
    Role,
    State,
)
from dunwell.access.matrix import CLASS_OF, DEPARTMENT_OF
from dunwell.access.models import Grant, Posting, Request, Staff, Vote
from dunwell.access.objections import AccessRefusedError, Objection, objection
from dunwell.access.rules import HOUSE, Person, Scope
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.ledger.models import ContactPoint, Party
from dunwell.vault import keyring
from dunwell.vault import rules as sealing
from dunwell.vault.actions import ensure_keys
from dunwell.vault.queries import keys

# The keys of staff stand beside those of customers; no source of facts has this name.
SOURCE = "dunwell:staff"
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9.-]{0,31}")
# "access" in ASCII: whoever changes rights or submits waits for the one before him.
TURN = 0x616363657373
FIRST_ROLES = (Role.ADMINISTRATOR, Role.COMPLIANCE, Role.DATA_PROTECTION)


@contextmanager
def deciding(*, by: str, via: str, at: datetime) -> Iterator[None]:
    """This function will hold one action's transaction; a refusal undoes it and commits the evidence of itself."""
    try:
        with transaction.atomic(durable=True):
            yield
    except AccessRefusedError as refused:
        detail: dict[str, Detail] = {"rule": refused.objection.rule, "via": via}
        with transaction.atomic(durable=True):
            record(action="access.refused", subject=refused.place, by=named(by), at=at, detail=detail)
        raise


def named(by: str) -> str:
    """This function will write who acts as evidence names him; what is no code may be a name and is left out."""
    return f"staff:{by}" if CODE.fullmatch(by) else "staff:?"


def refuse(found: Objection | None, *, place: str) -> None:
    """This function will raise an objection, if there is one."""
    if found is not None:
        raise AccessRefusedError(found, place=place)


def acting(code: str, *, capability: Capability, at: datetime, place: str, within: Iterable[Scope] = ()) -> Person:
    """This function will find who acts, or refuse a stranger and whoever lacks the capability within the scopes."""
    found = _known(code, at=at, place=place)
    refuse(lacks(found, capability=capability, within=within), place=place)
    return found


def _known(code: str, *, at: datetime, place: str) -> Person:
    found = queries.person(code, at=at)
    if found is None:
        raise AccessRefusedError(objection("AC-UNKNOWN", code=code if CODE.fullmatch(code) else "?"), place=place)
    return found


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


# Staff


def found_house(*, administrator: str, compliance: str, data_protection: str, via: str, at: datetime) -> None:
    """This function will make the first three people of a house; refused for ever after.

    One administrator alone could neither be approved nor approve anybody: it takes who asks, and two others of two
    departments who decide.
    """
    codes = (administrator, compliance, data_protection)
    with deciding(by=administrator, via=via, at=at):
        _wait_for_turn()
        if Grant.objects.exists():
            refuse(objection("AC-FOUNDED"), place="staff")
        if len(set(codes)) != len(codes):
            refuse(objection("AC-DIFFERENT-PEOPLE"), place="staff")
        for code, role in zip(codes, FIRST_ROLES, strict=True):
            _add(code, department=DEPARTMENT_OF[role], name="", by=administrator, via=via, at=at)
            applying.give(code, role=role, scope=HOUSE, from_at=at, by=named(administrator), at=at)
        told: dict[str, Detail] = {role.value: code for role, code in zip(FIRST_ROLES, codes, strict=True)}
        record(action="access.founded", subject="staff", by=named(administrator), at=at, detail=told | {"via": via})


def add_staff(code: str, *, department: Department, by: str, via: str, at: datetime, name: str = "") -> None:
    """This function will make somebody known; he holds no role until others approve one."""
    with deciding(by=by, via=via, at=at):
        _wait_for_turn()
        acting(by, capability=Capability.ASK_RIGHTS, at=at, place="staff")
        _add(code, department=department, name=name, by=by, via=via, at=at)


def _add(code: str, *, department: Department, name: str, by: str, via: str, at: datetime) -> None:
    if not CODE.fullmatch(code):
        refuse(objection("AC-CODE", code="?"), place="staff")
    if Staff.objects.filter(code=code).exists():
        refuse(objection("AC-KNOWN", code=code), place=f"staff {code}")
    subject = sealing.subject_of(keyring.lookup_key(), source=SOURCE, external_id=code)
    key = ensure_keys([subject], at=at).get(subject)
    if key is None:
        refuse(objection("AC-KNOWN", code=code), place=f"staff {code}")
    sealed = sealing.seal(key or b"", subject=subject, field=sealing.NAME, text=name) if name else None
    staff = Staff.objects.create(code=code, subject=subject, name_sealed=sealed, added_at=at, added_by=named(by))
    Posting.objects.create(staff=staff, department=department.value, from_at=at)
    told: dict[str, Detail] = {"department": department.value, "via": via}
    record(action="access.staff_added", subject=f"staff {code}", by=named(by), at=at, detail=told)


# Requests


def ask_grant(
    code: str,
    *,
    role: Role,
    by: str,
    via: str,
    at: datetime,
    scope: Scope = HOUSE,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Request:
    """This function will ask that somebody gets a role; nothing holds before two others approve it."""
    start = max(from_at or at, at)
    wanted = {"role": role.value, "scope_kind": scope.kind.value, "scope_value": scope.value}
    with deciding(by=by, via=via, at=at):
        _asking(by, about=code, at=at)
        applying.check_grant(
            _known(code, at=at, place=f"staff {code}"), role=role, scope=scope, from_at=start, until_at=until_at, at=at
        )
        return _ask(RequestKind.GRANT, by=by, via=via, at=at, staff_id=code, from_at=start, until_at=until_at, **wanted)


def ask_revoke(grant: int, *, by: str, via: str, at: datetime) -> Request:
    """This function will ask that a grant ends."""
    with deciding(by=by, via=via, at=at):
        found = applying.revocable(grant, at=at)
        _asking(by, about=found.staff_id, at=at)
        return _ask(RequestKind.REVOKE, by=by, via=via, at=at, staff_id=found.staff_id, grant_id=found.pk)


def ask_move(code: str, *, department: Department, by: str, via: str, at: datetime) -> Request:
    """This function will ask that somebody, who holds no role, goes to another department."""
    with deciding(by=by, via=via, at=at):
        _asking(by, about=code, at=at)
        applying.check_move(_known(code, at=at, place=f"staff {code}"), department=department, at=at)
        return _ask(RequestKind.MOVE, by=by, via=via, at=at, staff_id=code, department=department.value)


def _asking(by: str, *, about: str, at: datetime) -> None:
    place = f"staff {about}" if CODE.fullmatch(about) else "staff"
    acting(by, capability=Capability.ASK_RIGHTS, at=at, place=place)
    if by == about:
        refuse(objection("AC-ASKED-FOR-HIMSELF", code=by), place=place)


def submit_strategy(
    digest: str, *, checks: Mapping[str, int | str], faults: int, by: str, via: str, at: datetime
) -> Request:
    """This function will submit a version of the strategies, if the machine's own checks found no fault in it."""
    place = f"strategy {digest[:12]}"
    with deciding(by=by, via=via, at=at):
        _wait_for_turn()
        acting(by, capability=Capability.SUBMIT_STRATEGY, at=at, place=place)
        if faults:
            told = ", ".join(f"{name} {count}" for name, count in checks.items() if isinstance(count, int))
            refuse(objection("AC-CHECKS", found=told), place=place)
        for earlier in queries.submissions(digest, at=at):
            if earlier.state in (State.OPEN, State.APPROVED):
                refuse(objection("AC-SUBMITTED", state=earlier.state), place=place)
        return _ask(RequestKind.STRATEGY, by=by, via=via, at=at, digest=digest, checks=dict(checks))


def _ask(kind: RequestKind, *, by: str, via: str, at: datetime, **wanted: object) -> Request:
    request = Request.objects.create(
        kind=kind.value, asked_by_id=by, asked_at=at, expires_at=at + OPEN_FOR[kind], **wanted
    )
    detail: dict[str, Detail] = {"kind": kind.value, "via": via, **_plain(wanted)}
    record(action="access.asked", subject=f"request {request.pk}", by=named(by), at=at, detail=detail)
    return request


def _plain(wanted: Mapping[str, object]) -> dict[str, Detail]:
    """This function will write what was asked for as evidence holds it: times as text."""
    told: dict[str, Detail] = {}
    for name, value in wanted.items():
        told[name] = value.isoformat() if isinstance(value, datetime) else value  # type: ignore[assignment]
    return told


# Votes


def vote(
    request: int,
    *,
    answer: Answer,
    by: str,
    via: str,
    at: datetime,
    note: str = "",
    kinds: Iterable[RequestKind] = RequestKind,
) -> State:
    """This function will count somebody's answer and return what became of the request by it.

    The vote that completes an approval carries the change out in the same transaction. `kinds` are those that the
    door is for: a request of another kind is not found there.
    """
    place = f"request {request}"
    with deciding(by=by, via=via, at=at):
        asked = Request.objects.select_for_update(no_key=True).filter(pk=request, kind__in=list(kinds)).first()
        if asked is None:
            raise AccessRefusedError(objection("AC-NO-REQUEST", number=request), place=place)
        voter = _known(by, at=at, place=place)
        case = queries.case(asked)
        # A vote that was given a little later may have been counted a little earlier: it is not overlooked.
        moment = max(at, *(ballot.at for ballot in case.ballots)) if case.ballots else at
        seat = seat_or_objection(case, voter=voter, answer=answer, at=moment)
        if isinstance(seat, Objection):
            raise AccessRefusedError(seat, place=place)
        if answer is Answer.REFUSE and not note:
            refuse(objection("AC-NOTE"), place=place)
        _count(asked, seat=seat, answer=answer, note=note, by=by, via=via, at=at)
        ballot = Ballot(voter=by, seat=seat, answer=answer, at=at)
        now = state(replace(case, ballots=(*case.ballots, ballot)), at=moment)
        if now is State.APPROVED:
            _carry_out(asked, by=by, at=at)
        return now


def _count(asked: Request, *, seat: str, answer: Answer, note: str, by: str, via: str, at: datetime) -> None:
    Vote.objects.create(
        request=asked, voter_id=by, answer=answer.value, seat=seat, voted_at=at, note_sealed=_sealed_note(by, note)
    )
    detail: dict[str, Detail] = {"answer": answer.value, "seat": seat, "via": via, "digest": asked.digest}
    record(action="access.voted", subject=f"request {asked.pk}", by=named(by), at=at, detail=detail)


def _sealed_note(code: str, note: str) -> bytes | None:
    """This function will seal a note under its author's key; a note whose author was erased is not kept."""
    subject = Staff.objects.get(pk=code).subject
    key = keys([subject]).get(subject)
    return sealing.seal(key, subject=subject, field=sealing.NOTE, text=note) if note and key else None


def _carry_out(asked: Request, *, by: str, at: datetime) -> None:
    if asked.kind == RequestKind.STRATEGY:
        detail: dict[str, Detail] = {"request": asked.pk, "digest": asked.digest}
        record(action="strategy.approved", subject=f"strategy {asked.digest}", by=named(by), at=at, detail=detail)
        return
    _wait_for_turn()
    applying.carry_out(asked, by=named(by), at=at)


# Masked values


def reveal(
    party: Party,
    *,
    field: Field,
    reason: RevealReason,
    by: str,
    via: str,
    at: datetime,
    point: ContactPoint | None = None,
    within: Iterable[Scope] = (),
) -> str:
    """This function will open one masked value of a party, after the evidence of who opened it and why is committed.

    `point` says which telephone number or address; `within` names the scopes in which the party is known to lie.
    """
    grave = CLASS_OF[field] is DataClass.HIGH_RISK
    capability = Capability.REVEAL_HIGH_RISK if grave else Capability.REVEAL_GENERAL
    place = f"party {party.subject}"
    with deciding(by=by, via=via, at=at):
        who = _known(by, at=at, place=place)
        if not who.can(capability, within=within):
            refuse(objection("AC-CAPABILITY", code=by, capability=capability, roles=able_to(capability)), place=place)
        sealed = queries.sealed_value(party, field=field, point=point)
        key = keys([party.subject]).get(party.subject)
        if sealed is None or key is None:
            refuse(objection("AC-NO-VALUE" if key else "AC-ERASED"), place=place)
        detail: dict[str, Detail] = {"field": field.value, "reason": reason.value, "via": via}
        detail["contact_point"] = point.pk if point else None
        record(action="access.revealed", subject=place, by=named(by), at=at, detail=detail)
    return sealing.unseal(key or b"", subject=party.subject, field=queries.SEALED_AS[field], sealed=sealed or b"")
