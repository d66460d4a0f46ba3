"""A house with some customers in the work list and some collectors who can be given them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from dunwell.access.kinds import Department, Role, ScopeKind
from dunwell.access.models import Grant, Posting, Staff
from dunwell.work.assigning.actions import Distributed, distribute
from dunwell.work.assigning.by_hand import Why
from dunwell.work.listing.actions import INCOMING, enlist
from dunwell.work.models import Ability, Assignment
from dunwell.work.policy import Policy, load
from tests.integration.contact.conftest import AT, people

ON = AT.date()
POLICY = load()


def worker(code: str, *, role: Role = Role.COLLECTOR, scope: str = "", **told: Any) -> str:
    """This function will make somebody who can be given customers; without an ability where `capacity` is None."""
    number = Staff.objects.count() + 700
    Staff.objects.create(code=code, subject=f"00000000-0000-0000-0000-{number:012d}", added_at=AT, added_by="test")
    Posting.objects.create(staff_id=code, department=Department.COLLECTIONS.value, from_at=AT - timedelta(days=90))
    kind = ScopeKind.TEAM if scope else ScopeKind.HOUSE
    Grant.objects.create(
        staff_id=code, role=role.value, scope_kind=kind.value, scope_value=scope, from_at=AT - timedelta(days=90)
    )
    usual = {"skills": "", "languages": "zh", "regions": "", "team": "A", "agency": "", "capacity": 400}
    told = usual | told
    if told["capacity"] is not None:
        Ability.objects.create(staff_id=code, from_on=ON - timedelta(days=30), told_at=AT, by="test", **told)
    return code


def listed(parties: Iterable[int], *, run: int = 1, at: datetime = AT, policy: Policy = POLICY, **told: Any) -> int:
    """This function will make the work list of these customers, as a plan would."""
    usual = {
        "treatment": "human_call",
        "grade": "M1",
        "care": "none",
        "person": "none",
        "value_class": "B",
        "worth": 7.0,
    }
    case = usual | told
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INCOMING)
        for number, party in enumerate(parties):
            cursor.execute(
                "INSERT INTO work_incoming (party_id, plan, customer, treatment, channel, amounts, past_due_days,"
                " grade, value_class, expected_value, rules, care, person, money)"
                " VALUES (%s, %s, %s, %s, 'voice', 'CNY 5.00', 9, %s, %s, %s, 'r', %s, %s, %s)",
                [
                    *(party, party, f"crm/{party}", case["treatment"], case["grade"], case["value_class"]),
                    *(case["worth"], case["care"], case["person"], 500 + number),
                ],
            )
        return enlist(run, policy=policy, by="test", at=at)


@dataclass(frozen=True)
class Crew:
    """Some customers, two collectors of a team, a colleague elsewhere, and who leads."""

    parties: list[int]
    one: str = "COL-1"
    two: str = "COL-2"
    other: str = "COL-9"
    lead: str = "TL-1"
    manager: str = "MAN-1"


@pytest.fixture
def crew(db: None) -> Crew:
    parties = people(6)
    found = Crew(parties)
    worker(found.one)
    worker(found.two)
    worker(found.other, team="B", skills="care,senior")
    worker(found.lead, role=Role.TEAM_LEAD, scope="A", capacity=None)
    worker(found.manager, role=Role.MANAGER, capacity=None)
    return found


def day(number: int) -> date:
    return ON + timedelta(days=number)


def later(**told: float) -> datetime:
    return AT + timedelta(**told)


VIA = "test"


def give(*, days: int = 0, policy: Policy = POLICY) -> Distributed:
    return distribute(policy=policy, on=day(days), by="test", at=later(days=days))


def owners() -> dict[int, str]:
    return dict(Assignment.objects.filter(until_at__isnull=True).values_list("party_id", "staff_id"))


def by(code: str) -> dict[str, Any]:
    return {"why": Why.LOAD, "policy": POLICY, "on": ON, "by": code, "via": VIA, "at": later(hours=1)}
