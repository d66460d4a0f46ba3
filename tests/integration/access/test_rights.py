"""Changes of rights from the first person on: asked for, approved by two others, carried out, dated, with evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, Capability, Department, RequestKind, Role, ScopeKind, State
from dunwell.access.models import Grant, Posting, Request, Revocation, Staff, Vote
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Scope
from dunwell.evidence.models import Row
from dunwell.ledger.persons import erase_person

from .conftest import AT, VIA, refusal

if TYPE_CHECKING:
    from .conftest import House

TEAM = Scope(kind=ScopeKind.TEAM, value="A")


def roles(code: str, house: House) -> list[Role]:
    person = queries.person(code, at=house.at)
    assert person is not None
    return [held.role for held in person.held]


# The first people


def test_the_first_three_are_there_with_evidence(house: House) -> None:
    assert {one.person.code: [held.role for held in one.person.held] for one in queries.staff(at=AT)} == {
        "ADM-1": [Role.ADMINISTRATOR],
        "CMP-1": [Role.COMPLIANCE],
        "DPO-1": [Role.DATA_PROTECTION],
    }
    [row] = Row.objects.filter(action="access.founded")
    assert row.by == "staff:ADM-1" and row.detail["compliance"] == "CMP-1" and row.detail["via"] == VIA
    assert Row.objects.filter(action="access.granted").count() == 3


def test_a_house_is_founded_once(house: House) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        actions.found_house(
            administrator="EVE-1", compliance="EVE-2", data_protection="EVE-3", via=VIA, at=house.later()
        )
    assert refusal(caught) == "AC-FOUNDED"
    assert not Staff.objects.filter(code__startswith="EVE").exists()


def test_the_first_three_are_three_people(db: None) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        actions.found_house(administrator="ADM-1", compliance="ADM-1", data_protection="DPO-1", via=VIA, at=AT)
    assert refusal(caught) == "AC-DIFFERENT-PEOPLE"
    assert not Staff.objects.exists()


def test_before_the_first_nobody_can_do_anything(db: None) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        actions.add_staff("COL-1", department=Department.COLLECTIONS, by="ADM-1", via=VIA, at=AT)
    assert refusal(caught) == "AC-UNKNOWN"


# Staff


@pytest.mark.parametrize("code", ["张伟", "Smith", "", "A 1", "a/1", "-1", "x" * 40 + "1", "COL-1\n"])
def test_a_code_is_no_name_and_is_not_repeated_in_evidence(house: House, code: str) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        actions.add_staff(code, department=Department.COLLECTIONS, by="ADM-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-CODE"
    assert not code or code not in str(caught.value)


def test_a_code_is_never_given_twice(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    with pytest.raises(AccessRefusedError) as caught:
        house.add("COL-1", Role.COLLECTOR)
    assert refusal(caught) == "AC-KNOWN"


def test_a_name_is_sealed_shown_masked_and_can_be_erased(house: House) -> None:
    place = {"department": Department.COLLECTIONS, "by": "ADM-1", "via": VIA}
    actions.add_staff("COL-1", name="张小明", at=house.later(), **place)  # type: ignore[arg-type]
    stored = Staff.objects.get(pk="COL-1")
    assert "张小明".encode() not in bytes(stored.name_sealed or b"")
    assert not Row.objects.filter(detail__icontains="张").exists()
    names = {one.person.code: one.masked_name for one in queries.staff(at=house.at)}
    assert names["COL-1"] == "张*" and names["ADM-1"] == ""
    assert erase_person(source=actions.SOURCE, external_id="COL-1", by="test", at=house.later())
    assert {one.person.code: one.masked_name for one in queries.staff(at=house.at)}["COL-1"] == ""


def test_a_collector_adds_nobody(house: House) -> None:
    house.hire("COL-1", Role.COLLECTOR)
    with pytest.raises(AccessRefusedError) as caught:
        actions.add_staff("COL-2", department=Department.COLLECTIONS, by="COL-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-CAPABILITY"
    assert not Staff.objects.filter(code="COL-2").exists()


# Grants


def test_a_role_holds_from_its_second_approval_on(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR, scope=TEAM)
    assert roles("COL-1", house) == []
    assert house.vote(request, "CMP-1") is State.OPEN
    assert roles("COL-1", house) == []
    assert house.vote(request, "DPO-1") is State.APPROVED
    assert roles("COL-1", house) == [Role.COLLECTOR]
    grant = Grant.objects.get(staff="COL-1")
    assert (grant.request_id, grant.from_at, grant.scope_value) == (request, house.at, "A")
    row = Row.objects.get(action="access.granted", subject="staff COL-1")
    assert row.detail["scope"] == "team:A" and row.by == "staff:DPO-1" and row.detail["request"] == request
    may = {"capability": Capability.CONTACT_CUSTOMERS, "at": house.at}
    assert queries.may("COL-1", within=[TEAM], **may)  # type: ignore[arg-type]
    assert not queries.may("COL-1", **may)  # type: ignore[arg-type]
    assert not queries.may("NOBODY-1", **may)  # type: ignore[arg-type]


def test_a_role_begins_and_ends_on_its_moments(house: House) -> None:
    start, end = AT + timedelta(days=10), AT + timedelta(days=20)
    house.hire("COL-1", Role.COLLECTOR, from_at=start, until_at=end)
    tick = timedelta(microseconds=1)
    held = {
        at: bool(getattr(queries.person("COL-1", at=at), "held", ())) for at in (start - tick, start, end - tick, end)
    }
    assert list(held.values()) == [False, True, True, False]


def test_a_role_never_begins_before_its_approval(house: House) -> None:
    house.hire("COL-1", Role.COLLECTOR, from_at=AT - timedelta(days=300))
    assert Grant.objects.get(staff="COL-1").from_at == house.at


def test_yesterdays_rights_can_still_be_told(house: House) -> None:
    before = house.at
    house.hire("COL-1", Role.COLLECTOR)
    assert queries.person("COL-1", at=before) is None
    assert [one.person.code for one in queries.staff(at=before)] == ["ADM-1", "CMP-1", "DPO-1"]


@pytest.mark.parametrize(
    ("code", "role", "scope", "days", "rule"),
    [
        ("COL-1", Role.LEGAL, None, 0, "AC-DEPARTMENT"),
        ("AGY-1", Role.AGENCY_USER, None, 0, "AC-AGENCY-SCOPE"),
        ("AGY-1", Role.AGENCY_USER, TEAM, 0, "AC-AGENCY-SCOPE"),
        ("COL-1", Role.COLLECTOR, None, -1, "AC-PERIOD"),
        ("COL-9", Role.COLLECTOR, None, 0, "AC-UNKNOWN"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_when_it_is_asked_for(
    house: House, code: str, role: Role, scope: Scope | None, days: int, rule: str
) -> None:
    house.add("COL-1", Role.COLLECTOR)
    house.add("AGY-1", Role.AGENCY_USER)
    more = {"until_at": house.at + timedelta(days=days)} if days else {}
    with pytest.raises(AccessRefusedError) as caught:
        house.ask(code, role, **({"scope": scope} if scope else {}), **more)  # type: ignore[arg-type]
    assert refusal(caught) == rule
    assert not Request.objects.exists()


def test_what_became_impossible_meanwhile_is_refused_at_the_end_and_the_vote_with_it(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    first, second = house.ask("COL-1", Role.COLLECTOR), house.ask("COL-1", Role.COLLECTOR)
    for request in (first, second):
        house.vote(request, "CMP-1")
    assert house.vote(first, "DPO-1") is State.APPROVED
    with pytest.raises(AccessRefusedError) as caught:
        house.vote(second, "DPO-1")
    assert refusal(caught) == "AC-HELD"
    assert Grant.objects.filter(staff="COL-1").count() == 1
    assert not Vote.objects.filter(request=second, voter="DPO-1").exists()


# Revocations and moves


def test_a_role_is_taken_back_by_two_others(house: House) -> None:
    house.hire("COL-1", Role.COLLECTOR)
    grant = Grant.objects.get(staff="COL-1")
    request = actions.ask_revoke(grant.pk, by="ADM-1", via=VIA, at=house.later())
    house.vote(request.pk, "CMP-1")
    assert roles("COL-1", house) == [Role.COLLECTOR]
    house.vote(request.pk, "DPO-1")
    assert roles("COL-1", house) == []
    assert Revocation.objects.get().revoked_at == house.at
    assert Row.objects.filter(action="access.revoked", subject="staff COL-1").exists()
    with pytest.raises(AccessRefusedError) as caught:
        actions.ask_revoke(grant.pk, by="ADM-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-NO-GRANT"


def test_the_last_lasting_administrator_stays(house: House) -> None:
    house.hire("ADM-2", Role.ADMINISTRATOR, until_at=AT + timedelta(days=90))
    first = Grant.objects.get(staff="ADM-1")
    with pytest.raises(AccessRefusedError) as caught:
        actions.ask_revoke(first.pk, by="DPO-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-LAST-ADMINISTRATOR"
    house.hire("ADM-3", Role.ADMINISTRATOR)
    assert actions.ask_revoke(first.pk, by="DPO-1", via=VIA, at=house.later()).pk


def test_a_move_needs_two_others_and_no_role(house: House) -> None:
    house.hire("COL-1", Role.COLLECTOR)
    with pytest.raises(AccessRefusedError) as caught:
        actions.ask_move("COL-1", department=Department.COMPLIANCE, by="ADM-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-STILL-HOLDS"
    house.add("COL-2", Role.COLLECTOR)
    with pytest.raises(AccessRefusedError) as caught:
        actions.ask_move("COL-2", department=Department.COLLECTIONS, by="ADM-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-SAME-DEPARTMENT"
    request = actions.ask_move("COL-2", department=Department.LEGAL, by="ADM-1", via=VIA, at=house.later())
    house.vote(request.pk, "CMP-1")
    house.vote(request.pk, "DPO-1")
    person = queries.person("COL-2", at=house.at)
    assert person is not None and person.department is Department.LEGAL
    assert list(Posting.objects.filter(staff="COL-2").values_list("department", flat=True)) == ["collections", "legal"]


def test_a_move_that_was_overtaken_by_a_role_is_refused_at_the_end(house: House) -> None:
    """Otherwise somebody would hold a role of one department and sit in another: two sides in one person."""
    house.add("COL-1", Role.COLLECTOR)
    move = actions.ask_move("COL-1", department=Department.COMPLIANCE, by="ADM-1", via=VIA, at=house.later())
    house.vote(move.pk, "CMP-1")
    grant = house.ask("COL-1", Role.COLLECTOR)
    for voter in ("CMP-1", "DPO-1"):
        house.vote(grant, voter)
    with pytest.raises(AccessRefusedError) as caught:
        house.vote(move.pk, "DPO-1")
    assert refusal(caught) == "AC-STILL-HOLDS"


# Notes and lists


def test_a_note_is_sealed_and_no_evidence_holds_it(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    house.vote(request, "CMP-1", Answer.REFUSE, note="张伟 is ill")
    vote = Vote.objects.get()
    assert vote.note_sealed is not None and b"ill" not in bytes(vote.note_sealed)
    assert not Row.objects.filter(detail__icontains="is ill").exists()


def test_a_refusal_needs_a_reason(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    with pytest.raises(AccessRefusedError) as caught:
        actions.vote(request, answer=Answer.REFUSE, by="CMP-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-NOTE"
    assert not Vote.objects.exists()


def test_requests_are_listed_with_what_became_of_them(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    first, second = house.ask("COL-1", Role.COLLECTOR), house.ask("COL-1", Role.COLLECTOR)
    house.vote(first, "CMP-1", Answer.REFUSE)
    told = {one.request.pk: one.state for one in queries.requests(at=house.at, kinds=[RequestKind.GRANT])}
    assert told == {first: State.REFUSED, second: State.OPEN}
    assert [one.request.pk for one in queries.requests(at=house.at, open_only=True)] == [second]
    assert queries.requests(at=house.at + timedelta(days=7), open_only=True) == []
    assert queries.requests(at=AT) == []


# What the database itself refuses


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Staff, {"added_by": "somebody"}),
        (Request, {"asked_by": "CMP-1"}),
        (Vote, {"answer": "approve"}),
        (Posting, {"department": "legal"}),
        (Grant, {"role": "administrator"}),
        (Revocation, {"revoked_at": AT}),
    ],
)
def test_rows_are_never_changed_or_removed(house: House, model: type[Model], columns: dict[str, object]) -> None:
    house.hire("COL-1", Role.COLLECTOR)
    taken = actions.ask_revoke(Grant.objects.get(staff="COL-1").pk, by="ADM-1", via=VIA, at=house.later())
    for voter in ("CMP-1", "DPO-1"):
        house.vote(taken.pk, voter)
    rows = model._default_manager.all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(**columns)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_the_change_and_its_evidence_commit_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    house.vote(request, "CMP-1")
    monkeypatch.setattr("dunwell.evidence.actions.ROW_BYTES_MAX", 10)
    with pytest.raises(ValueError, match="at most 10 bytes"):
        house.vote(request, "DPO-1")
    monkeypatch.undo()
    assert not Grant.objects.filter(staff="COL-1").exists()
    assert Vote.objects.count() == 1
    assert house.vote(request, "DPO-1") is State.APPROVED
