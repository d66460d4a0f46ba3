"""Stop switches: who sets and lifts them, what they hit, and the evidence of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction

from dunwell.compliance.models import StopLift, StopSwitch
from dunwell.compliance.supervision.actions import resume, stop
from dunwell.compliance.supervision.queries import in_force, switches
from dunwell.compliance.supervision.rules import first_stop
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError

AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
ANY = {"channel": "sms", "agency": None, "creditor": "telco", "treatment": "remind"}
REASON = "the text names a wrong amount"

pytestmark = pytest.mark.django_db


def set_(scope: str = "everything", target: str = "", *, department: str = "operations") -> StopSwitch:
    return stop(scope, target=target, reason=REASON, by="S-1", department=department, at=AT)


def hit(*, at: datetime = AT, **contact: str | None) -> int | None:
    found = first_stop(in_force(at=at), **(ANY | contact))
    return found.id if found else None


def test_nothing_is_stopped() -> None:
    assert hit() is None
    assert in_force(at=AT) == []


@pytest.mark.parametrize(
    ("scope", "target", "contact"),
    [
        ("everything", "", {}),
        ("channel", "voice", {"channel": "voice"}),
        ("agency", "A-1", {"agency": "A-1"}),
        ("creditor", "bank", {"creditor": "bank"}),
        ("treatment", "final_notice", {"treatment": "final_notice"}),
    ],
)
def test_a_stop_hits_its_contacts_and_no_others(scope: str, target: str, contact: dict[str, str]) -> None:
    made = set_(scope, target)
    assert hit(**contact) == made.id
    other = hit(channel="email", agency="A-2", creditor="shop", treatment="call")
    assert other == (made.id if scope == "everything" else None)
    assert [found.id for found in in_force(at=AT)] == [made.id]


def test_a_contact_that_names_no_agency_is_not_hit_by_one() -> None:
    set_("agency", "A-1")
    assert hit(agency=None, creditor=None, treatment=None) is None


def test_the_stop_comes_with_all_that_was_told() -> None:
    set_("channel", "sms", department="compliance")
    found = first_stop(in_force(at=AT), **ANY)
    assert found is not None
    assert (found.scope, found.target, found.reason, found.by, found.department, found.at) == (
        "channel",
        "sms",
        REASON,
        "S-1",
        "compliance",
        AT,
    )


def test_a_lifted_stop_hits_nothing_from_then_on() -> None:
    made = set_()
    resume(made.id, reason="mended", by="S-2", department="operations", at=AT + timedelta(hours=1))
    assert hit(at=AT + timedelta(minutes=59)) == made.id
    assert hit(at=AT + timedelta(hours=1)) is None


def test_a_stop_counts_whatever_its_clock_said() -> None:
    """An attempt whose clock was read before the stop, and which commits after it, is stopped as well."""
    made = set_()
    assert hit(at=AT - timedelta(minutes=1)) == made.id


def test_two_stops_of_one_thing_are_lifted_one_by_one() -> None:
    first, second = set_("channel", "sms"), set_("channel", "sms", department="compliance")
    resume(first.id, reason="mended", by="S-2", department="operations", at=AT)
    assert hit() == second.id


def test_what_compliance_stopped_only_compliance_resumes() -> None:
    made = set_(department="compliance")
    with pytest.raises(DunwellError, match="operations may not lift it") as caught:
        resume(made.id, reason="we lose money", by="S-2", department="operations", at=AT)
    assert "compliance" in caught.value.cure
    assert hit() == made.id
    tried = Row.objects.get(action="compliance.resume_refused")
    assert (tried.subject, tried.by) == (f"stop/{made.id}", "S-2")
    resume(made.id, reason="mended", by="S-3", department="compliance", at=AT)
    assert hit() is None


def test_compliance_may_lift_what_others_stopped() -> None:
    made = set_()
    resume(made.id, reason="mended", by="S-3", department="compliance", at=AT)
    assert hit() is None


def test_a_stop_is_lifted_once() -> None:
    made = set_()
    resume(made.id, reason="mended", by="S-2", department="operations", at=AT)
    with pytest.raises(DunwellError, match="S-2 lifted it on 2026-11-03 08:30 UTC"):
        resume(made.id, reason="again", by="S-4", department="operations", at=AT)


def test_a_stop_that_is_not_there() -> None:
    with pytest.raises(DunwellError, match="no such stop"):
        resume(99, reason="mended", by="S-2", department="operations", at=AT)


@pytest.mark.parametrize(
    ("scope", "target", "problem"),
    [
        ("world", "", "cannot be stopped"),
        ("everything", "sms", "takes no target"),
        ("channel", "", "needs its target"),
        ("channel", "telephone", "not a channel"),
        ("agency", " A-1", "not a code"),
        ("creditor", "x" * 201, "not a code"),
    ],
)
def test_a_stop_that_would_stop_nothing_is_refused(scope: str, target: str, problem: str) -> None:
    with pytest.raises(DunwellError, match=problem):
        set_(scope, target)
    assert not StopSwitch.objects.exists()


@pytest.mark.parametrize("told", [{"reason": " "}, {"reason": "x" * 501}, {"by": ""}, {"department": " "}])
def test_who_and_why_are_needed(told: dict[str, str]) -> None:
    with pytest.raises(DunwellError, match="it needs"):
        stop("everything", **({"reason": REASON, "by": "S-1", "department": "legal"} | told), at=AT)


def test_stop_and_resume_leave_evidence_without_free_text() -> None:
    made = set_("channel", "sms")
    resume(made.id, reason="mended", by="S-2", department="legal", at=AT)
    rows = Row.objects.order_by("id")
    assert [(row.action, row.subject, row.by) for row in rows] == [
        ("compliance.stopped", f"stop/{made.id}", "S-1"),
        ("compliance.resumed", f"stop/{made.id}", "S-2"),
    ]
    assert rows[0].detail == {
        "scope": "channel",
        "target": "sms",
        "department": "operations",
        "reason_sha256": sha256(REASON.encode()).hexdigest(),
    }


def test_the_stop_and_its_evidence_commit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    from dunwell.compliance.supervision import actions

    def fails(**_: object) -> int:
        raise RuntimeError("no evidence")

    monkeypatch.setattr(actions, "record", fails)
    with pytest.raises(RuntimeError, match="no evidence"):
        set_()
    assert not StopSwitch.objects.exists()


@pytest.mark.parametrize("table", [StopSwitch, StopLift])
def test_nothing_of_it_is_ever_changed(table: type[StopSwitch] | type[StopLift]) -> None:
    made = set_()
    resume(made.id, reason="mended", by="S-2", department="operations", at=AT)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        table._default_manager.update(reason="another")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table._meta.db_table}")


@pytest.mark.parametrize(("scope", "target"), [("world", "x"), ("everything", "x"), ("channel", "")])
def test_the_database_itself_refuses_a_stop_without_sense(scope: str, target: str) -> None:
    with pytest.raises(IntegrityError):
        StopSwitch.objects.create(scope=scope, target=target, reason=REASON, by="S-1", department="x", at=AT)


def test_the_list_shows_what_is_stopped_the_newest_first() -> None:
    first, second = set_(), set_("channel", "sms")
    resume(first.id, reason="mended", by="S-2", department="operations", at=AT)
    assert [made.id for made in switches()] == [second.id]
    assert [made.id for made in switches(lifted=True)] == [second.id, first.id]
