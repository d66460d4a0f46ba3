"""More people for the house: the same roles, held in a part of it."""

from __future__ import annotations

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, Role, ScopeKind
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.rules import Scope
from dunwell.cli.demo_staff import CODES
from dunwell.desk.models import Login
from tests.web.desk.conftest import IMPORTED

NOWHERE = Scope(kind=ScopeKind.REGION, value="NOWHERE-1")
ASKING = {"by": CODES[Role.ADMINISTRATOR], "via": "test", "at": IMPORTED}


def approve(request: int) -> None:
    for role in (Role.COMPLIANCE, Role.DATA_PROTECTION):
        actions.vote(request, answer=Answer.APPROVE, by=CODES[role], via="test", at=IMPORTED)


def hire(code: str, role: Role, *scopes: Scope) -> str:
    """This function will bring somebody to his role in some parts of the house, with a log-in; once."""
    if queries.person(code, at=IMPORTED) is None:
        actions.add_staff(code, department=DEPARTMENT_OF[role], **ASKING)
        for scope in scopes:
            approve(actions.ask_grant(code, role=role, scope=scope, **ASKING).pk)
        Login.objects.create(staff_id=code)
    return code


def elsewhere() -> dict[Role, str]:
    """This function will give somebody of each role who holds it where no customer is."""
    other = Scope(kind=ScopeKind.AGENCY, value="NO-AGENCY-1")
    return {
        role: hire(f"ELSE-{role}-1".upper().replace("_", "-"), role, other if role is Role.AGENCY_USER else NOWHERE)
        for role in Role
    }
