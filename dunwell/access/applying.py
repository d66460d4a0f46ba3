"""What an approved request changes, and what stands in the way: looked at when it is asked for, and again at the end.

Everything here runs inside the transaction of an action; changes of rights take turns, so what was looked at holds.
"""

from __future__ import annotations

from datetime import datetime

from dunwell.access import queries
from dunwell.access.kinds import Department, RequestKind, Role, ScopeKind
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.models import Grant, Posting, Request, Revocation
from dunwell.access.objections import AccessRefusedError, Objection, objection
from dunwell.access.rules import Held, Person, Scope
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail


def carry_out(asked: Request, *, by: str, at: datetime) -> None:
    """This function will write what a request for a change of rights asked for, if it is still possible."""
    match RequestKind(asked.kind):
        case RequestKind.GRANT:
            _grant(asked, by=by, at=at)
        case RequestKind.REVOKE:
            _revoke(asked, by=by, at=at)
        case RequestKind.MOVE:
            _move(asked, by=by, at=at)


def _grant(asked: Request, *, by: str, at: datetime) -> None:
    role = Role(str(asked.role))
    scope = Scope(kind=ScopeKind(str(asked.scope_kind)), value=asked.scope_value or "")
    # A right never begins before it was approved.
    from_at = max(asked.from_at or at, at)
    check_grant(_person(asked, at=at), role=role, scope=scope, from_at=from_at, until_at=asked.until_at, at=at)
    give(_code(asked), role=role, scope=scope, from_at=from_at, until_at=asked.until_at, request=asked, by=by, at=at)


def give(
    code: str,
    *,
    role: Role,
    scope: Scope,
    from_at: datetime,
    by: str,
    at: datetime,
    until_at: datetime | None = None,
    request: Request | None = None,
) -> None:
    """This function will write a grant and its evidence."""
    grant = Grant.objects.create(
        staff_id=code,
        role=role.value,
        scope_kind=scope.kind.value,
        scope_value=scope.value,
        from_at=from_at,
        until_at=until_at,
        request=request,
    )
    detail: dict[str, Detail] = {
        "grant": grant.pk,
        "role": role.value,
        "scope": f"{scope.kind.value}:{scope.value}",
        "from": from_at.isoformat(),
        "until": until_at.isoformat() if until_at else None,
        "request": request.pk if request else None,
    }
    record(action="access.granted", subject=f"staff {code}", by=by, at=at, detail=detail)


def _revoke(asked: Request, *, by: str, at: datetime) -> None:
    grant = revocable(asked.grant_id or 0, at=at)
    Revocation.objects.create(grant=grant, revoked_at=at, request=asked)
    detail: dict[str, Detail] = {"grant": grant.pk, "role": grant.role, "request": asked.pk}
    record(action="access.revoked", subject=f"staff {grant.staff_id}", by=by, at=at, detail=detail)


def _move(asked: Request, *, by: str, at: datetime) -> None:
    department = Department(str(asked.department))
    check_move(_person(asked, at=at), department=department, at=at)
    Posting.objects.create(staff_id=_code(asked), department=department.value, from_at=at, request=asked)
    detail: dict[str, Detail] = {"department": department.value, "request": asked.pk}
    record(action="access.moved", subject=f"staff {_code(asked)}", by=by, at=at, detail=detail)


def check_grant(
    person: Person, *, role: Role, scope: Scope, from_at: datetime, until_at: datetime | None, at: datetime
) -> None:
    """This function will refuse a grant that cannot be: the wrong department, no agency, no time, or held already."""
    place = f"staff {person.code}"
    needed = DEPARTMENT_OF[role]
    if person.department is not needed:
        words = {"role": role, "needed": needed, "code": person.code, "department": person.department}
        _refuse(objection("AC-DEPARTMENT", **words), place)
    if role is Role.AGENCY_USER and scope.kind is not ScopeKind.AGENCY:
        _refuse(objection("AC-AGENCY-SCOPE"), place)
    if until_at is not None and until_at <= from_at:
        _refuse(objection("AC-PERIOD"), place)
    alike = queries.not_over(at=at).filter(staff=person.code)
    if Held(role=role, scope=scope) in map(queries.held, alike):
        _refuse(objection("AC-HELD", code=person.code), place)


def check_move(person: Person, *, department: Department, at: datetime) -> None:
    """This function will refuse a move to where somebody is, or away from roles that he holds or will hold."""
    place = f"staff {person.code}"
    if person.department is department:
        _refuse(objection("AC-SAME-DEPARTMENT", code=person.code, department=department), place)
    if queries.not_over(at=at).filter(staff=person.code).exists():
        _refuse(objection("AC-STILL-HOLDS", code=person.code, department=person.department), place)


def revocable(grant: int, *, at: datetime) -> Grant:
    """This function will find a grant that can be ended: one not yet over, and not the last lasting administrator's."""
    found = queries.not_over(at=at).filter(pk=grant).first()
    if found is None:
        raise AccessRefusedError(objection("AC-NO-GRANT", grant=grant), place=f"grant {grant}")
    administrators = queries.in_force(at=at).filter(
        role=Role.ADMINISTRATOR.value, scope_kind=ScopeKind.HOUSE.value, until_at__isnull=True
    )
    if list(administrators.values_list("pk", flat=True)) == [found.pk]:
        _refuse(objection("AC-LAST-ADMINISTRATOR"), f"grant {grant}")
    return found


def _refuse(found: Objection, place: str) -> None:
    raise AccessRefusedError(found, place=place)


def _code(asked: Request) -> str:
    return str(asked.staff_id)


def _person(asked: Request, *, at: datetime) -> Person:
    found = queries.person(_code(asked), at=at)
    if found is None:
        raise AccessRefusedError(objection("AC-UNKNOWN", code=_code(asked)), place=f"staff {_code(asked)}")
    return found
