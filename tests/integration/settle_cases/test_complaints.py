"""A complaint goes its way step by step, each with evidence; nobody handles one about himself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from dunwell.evidence.models import Row
from dunwell.ledger.models import Party, Signal
from dunwell.ledger.queries import verify_batches
from dunwell.settle.complaints import queries
from dunwell.settle.complaints.actions import Grievance, go_on, open_complaint
from dunwell.settle.complaints.kinds import ComplaintState, ComplaintStep, Finding
from dunwell.settle.models import Complaint
from dunwell.settle.refusals import NotAgreedError
from tests.integration.contact.conftest import AT
from tests.integration.settle_cases.conftest import COLLECTOR, COMPLIANCE, FINANCE, LEAD, key

S = ComplaintStep
HOUSE: Any = {"lies": sql.SQL("TRUE"), "told": {}}


def complained(customer: Party, **told: Any) -> int:
    grievance = Grievance(**{"topic": "conduct", **told})
    return open_complaint(customer, grievance=grievance, key=key(), by=COLLECTOR, at=AT).signal_id


def rule(error: pytest.ExceptionInfo[NotAgreedError]) -> str:
    return error.value.objections[0].rule


def step(complaint: int, kind: ComplaintStep, *, hours: int = 1, by: Any = COMPLIANCE, **told: Any) -> queries.Dossier:
    return go_on(complaint, step=kind, by=by, at=AT + timedelta(hours=hours), **told)


def test_from_received_to_the_result_of_a_mediation(customer: Party) -> None:
    complaint = complained(customer)
    ways = [
        (S.ACKNOWLEDGED, {}, ComplaintState.ACKNOWLEDGED),
        (S.ANSWERED, {"finding": "partly"}, ComplaintState.ANSWERED),
        (S.MEDIATION_OFFERED, {}, ComplaintState.OFFERED),
        (S.MEDIATION_ACCEPTED, {}, ComplaintState.MEDIATION),
        (S.MEDIATION_RESULT, {"finding": "settled"}, ComplaintState.CLOSED),
    ]
    for number, (kind, told, reached) in enumerate(ways):
        assert step(complaint, kind, hours=number + 1, **told).state is reached
    [dossier] = queries.of([complaint], at=AT + timedelta(days=1))
    assert (dossier.finding, dossier.clock, dossier.following) == (Finding.SETTLED, None, ())
    assert Row.objects.filter(action="settle.complaint_step").count() == len(ways)
    assert Signal.objects.filter(kind__startswith="complaint_").count() == len(ways)
    assert Signal.objects.filter(kind="complaint").count() == 1, "one complaint, however many steps"
    assert verify_batches().sound


@pytest.mark.parametrize("kind", [S.ANSWERED, S.CLOSED, S.MEDIATION_OFFERED, S.MEDIATION_RESULT])
def test_no_step_is_left_out(customer: Party, kind: ComplaintStep) -> None:
    with pytest.raises(NotAgreedError) as error:
        step(complained(customer), kind)
    assert rule(error) == "CS-STEP"


def test_a_step_is_made_once(customer: Party) -> None:
    complaint = complained(customer)
    step(complaint, S.ACKNOWLEDGED)
    with pytest.raises(NotAgreedError) as error:
        step(complaint, S.ACKNOWLEDGED)
    assert rule(error) == "CS-STEP"


@pytest.mark.parametrize("finding", ["", "settled", "perhaps"])
def test_an_answer_says_what_was_found(customer: Party, finding: str) -> None:
    complaint = complained(customer)
    step(complaint, S.ACKNOWLEDGED)
    with pytest.raises(NotAgreedError) as error:
        step(complaint, S.ANSWERED, finding=finding)
    assert rule(error) == "CS-FINDING"


def test_nobody_handles_a_complaint_about_himself(customer: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    from dunwell.access.kinds import Department
    from dunwell.access.models import Posting, Staff

    Staff.objects.create(code=LEAD.code, subject=customer.subject, added_at=AT, added_by="test")
    Posting.objects.create(staff_id=LEAD.code, department=Department.COLLECTIONS.value, from_at=AT)
    complaint = complained(customer, staff=LEAD.code)
    with pytest.raises(NotAgreedError) as error:
        step(complaint, S.ACKNOWLEDGED, by=LEAD)
    assert rule(error) == "CS-ABOUT"
    assert step(complaint, S.ACKNOWLEDGED).state is ComplaintState.ACKNOWLEDGED


@pytest.mark.parametrize("nobody", [COLLECTOR, FINANCE], ids=lambda one: one.code)
def test_nobody_without_the_right_goes_on_with_it(customer: Party, nobody: Any) -> None:
    with pytest.raises(NotAgreedError) as error:
        step(complained(customer), S.ACKNOWLEDGED, by=nobody)
    assert rule(error) == "CS-RIGHT"


@pytest.mark.parametrize(("told", "wrong"), [({"topic": "mood"}, "CS-TOPIC"), ({"staff": "NOBODY-9"}, "CS-STAFF")])
def test_a_complaint_that_cannot_be_is_refused(customer: Party, told: dict[str, Any], wrong: str) -> None:
    with pytest.raises(NotAgreedError) as error:
        complained(customer, **told)
    assert rule(error) == wrong


def test_the_same_form_is_one_complaint(customer: Party) -> None:
    told = key()
    first = open_complaint(customer, grievance=Grievance(topic="data"), key=told, by=COLLECTOR, at=AT)
    assert open_complaint(customer, grievance=Grievance(topic="data"), key=told, by=COLLECTOR, at=AT) == first
    assert Complaint.objects.count() == Signal.objects.count() == 1


def test_the_list_shows_the_most_urgent_first_and_the_closed_apart(customer: Party) -> None:
    old, young = complained(customer), complained(customer)
    step(old, S.ACKNOWLEDGED)
    since = AT.date() - timedelta(days=30)
    at = AT + timedelta(hours=2)
    rows = queries.listed(since=since, at=at, **HOUSE)
    assert [one.signal.pk for one in rows] == [young, old], "a day to acknowledge is shorter than weeks to answer"
    for kind, told in ((S.ANSWERED, {"finding": "not_upheld"}), (S.CLOSED, {})):
        step(old, kind, **told)
    assert [one.signal.pk for one in queries.listed(since=since, at=at, **HOUSE)] == [young]
    assert [one.signal.pk for one in queries.listed(since=since, at=at, closed=True, **HOUSE)] == [old]


def test_a_dossier_is_never_rewritten(customer: Party) -> None:
    step(complained(customer), S.ACKNOWLEDGED)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE settle_complaintact SET step = 'closed'")
