"""How collectors and agencies stand: dated facts, corrected but never changed, and a blacklisting for good."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dunwell.compliance.kinds.question import Standing as Known
from dunwell.compliance.models import Standing
from dunwell.compliance.supervision.actions import Approval, Told, correct, state
from dunwell.compliance.supervision.queries import known_standings, standings
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError

AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
FIRST, ON = date(2026, 1, 1), date(2026, 11, 3)
TWO = Approval(first="C-1", second="L-1")

pytestmark = pytest.mark.django_db


def told(kind: str = "certified", *, until_on: date | None = None, reason: str = "exam") -> Told:
    return Told(kind=kind, from_on=FIRST, until_on=until_on, reason=reason)


def given(kind: str = "certified", *, holder: str = "staff", code: str = "S-1", **more: Any) -> Standing:
    return state(holder, code=code, told=told(kind, **more), by="M-1", at=AT)


def kinds(*, staff: str | None = "S-1", agency: str | None = None, on: date = ON) -> list[str]:
    return [known.kind for known in standings(staff=staff, agency=agency, on=on)]


def test_the_rules_are_handed_plain_values() -> None:
    given(until_on=date(2027, 1, 1))
    assert standings(staff="S-1", agency=None, on=ON) == (
        Known(holder="staff", code="S-1", kind="certified", from_on=FIRST, until_on=date(2027, 1, 1)),
    )


def test_a_collector_and_his_agency_are_found_together() -> None:
    given()
    given("contract", holder="agency", code="A-1")
    assert kinds(agency="A-1") == ["certified", "contract"]
    assert kinds() == ["certified"]
    assert kinds(staff=None, agency="A-1") == ["contract"]
    assert kinds(staff=None) == []


def test_a_code_of_an_agency_is_not_one_of_staff() -> None:
    given("contract", holder="agency", code="S-1")
    assert kinds() == []


def test_the_last_day_does_not_belong_to_it() -> None:
    given(until_on=date(2026, 11, 3))
    assert kinds(on=date(2026, 11, 2)) == ["certified"]
    assert kinds(on=date(2026, 11, 3)) == []


def test_one_that_has_not_begun_is_told_too() -> None:
    """The rule needs it to say from when on the contact is allowed."""
    given()
    assert kinds(on=date(2025, 1, 1)) == ["certified"]


def test_a_correction_replaces_what_was_wrong() -> None:
    wrong = given()
    right = correct(wrong.id, told=told("trained"), by="M-1", at=AT)
    assert kinds() == ["trained"]
    assert (right.corrects, right.holder, right.code) == (wrong, "staff", "S-1")


def test_what_is_withdrawn_is_nowhere() -> None:
    correct(given().id, told=told("withdrawn"), by="M-1", at=AT)
    assert kinds() == []
    assert not known_standings().exists()


def test_what_was_corrected_is_not_corrected_again() -> None:
    wrong = given()
    withdrawn = correct(wrong.id, told=told("withdrawn"), by="M-1", at=AT)
    for again in (wrong, withdrawn):
        with pytest.raises(DunwellError, match="corrected or withdrawn before"):
            correct(again.id, told=told("trained"), by="M-1", at=AT)


def test_a_blacklisting_stays_for_good() -> None:
    made = given("blacklisted")
    assert kinds(on=date(2100, 1, 1)) == ["blacklisted"]
    with pytest.raises(DunwellError, match="for good") as caught:
        correct(made.id, told=told("withdrawn"), by="M-1", at=AT)
    assert "two other people" in caught.value.cure
    given("certified")
    assert kinds() == ["blacklisted", "certified"], "a later certificate takes nothing away from it"


def test_a_blacklisting_has_no_end() -> None:
    with pytest.raises(DunwellError, match="for good"):
        given("blacklisted", until_on=date(2030, 1, 1))


def test_a_mistaken_blacklisting_is_corrected_by_three() -> None:
    made = given("blacklisted")
    correct(made.id, told=told("withdrawn", reason="the wrong collector"), by="M-1", at=AT, approval=TWO)
    assert kinds() == []
    row = Row.objects.latest("id")
    assert row.detail["approved_by"] == ["C-1", "L-1"]
    assert row.detail["corrects"] == made.id


@pytest.mark.parametrize(
    ("by", "approval"),
    [
        ("M-1", Approval(first="C-1", second="C-1")),
        ("M-1", Approval(first="M-1", second="C-1")),
        ("M-1", Approval(first="C-1", second="M-1")),
        ("M-1", Approval(first="C-1", second="S-1")),
        ("S-1", Approval(first="C-1", second="L-1")),
        ("M-1", Approval(first="C-1", second="")),
    ],
)
def test_three_different_people_and_not_the_collector(by: str, approval: Approval) -> None:
    made = given("blacklisted")
    with pytest.raises(DunwellError, match="not all different"):
        correct(made.id, told=told("withdrawn"), by=by, at=AT, approval=approval)
    assert kinds() == ["blacklisted"]


def test_nobody_states_his_own_standing() -> None:
    with pytest.raises(DunwellError, match="is the collector"):
        state("staff", code="M-1", told=told(), by="M-1", at=AT)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"holder": "robot"}, "not a standing"),
        ({"kind": "famous"}, "not a standing"),
        ({"kind": "withdrawn"}, "withdrawn by itself"),
        ({"code": ""}, "not a code"),
        ({"reason": " "}, "needs a reason"),
        ({"until_on": FIRST}, "ends before it begins"),
    ],
)
def test_a_standing_without_sense(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(DunwellError, match=problem):
        given(**wrong)
    assert not Standing.objects.exists()


def test_a_standing_that_is_not_there() -> None:
    with pytest.raises(DunwellError, match="no such standing"):
        correct(99, told=told(), by="M-1", at=AT)


def test_it_is_never_changed() -> None:
    given()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Standing.objects.update(kind="trained")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Standing.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "blacklisted", "until_on": date(2030, 1, 1)},
        {"kind": "withdrawn"},
        {"kind": "famous"},
        {"until_on": date(2025, 1, 1)},
        {"approved_by": "C-1"},
        {"approved_by": "C-1", "approved_also_by": "C-1"},
        {"approved_by": "M-1", "approved_also_by": "C-1"},
    ],
)
def test_the_database_itself_refuses_it(wrong: dict[str, Any]) -> None:
    row = {"holder": "staff", "code": "S-1", "kind": "certified", "from_on": FIRST, "reason": "exam", "by": "M-1"}
    with pytest.raises(IntegrityError):
        Standing.objects.create(**(row | wrong), at=AT)


def test_the_evidence_names_codes_and_no_text() -> None:
    made = given(reason="passed with 95 of 100")
    row = Row.objects.get()
    assert (row.action, row.subject, row.by) == ("compliance.standing", f"standing/{made.id}", "M-1")
    assert "95" not in str(row.detail).replace(row.detail["reason_sha256"], "")
