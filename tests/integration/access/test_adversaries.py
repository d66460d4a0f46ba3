"""Those who try to get around the four eyes: each is refused aloud, changes nothing and leaves evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, RequestKind, Role, ScopeKind, State
from dunwell.access.models import Grant, Request, Vote
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Scope
from dunwell.evidence.models import Row

from .conftest import AT, DIGEST, VIA, refusal

if TYPE_CHECKING:
    from .conftest import House


@pytest.fixture
def request_(house: House) -> int:
    """A request of ADM-1 that COL-1 becomes a collector."""
    house.add("COL-1", Role.COLLECTOR)
    return house.ask("COL-1", Role.COLLECTOR)


def tries(house: House, request: int, by: str, answer: Answer = Answer.APPROVE) -> str:
    """Votes, expects a refusal, and gives its rule; nothing but the evidence of the refusal may be new."""
    before = (Vote.objects.count(), Grant.objects.count(), Row.objects.count())
    with pytest.raises(AccessRefusedError) as caught:
        house.vote(request, by, answer)
    assert (Vote.objects.count(), Grant.objects.count(), Row.objects.count() - 1) == before
    return refusal(caught)


def test_who_asked_cannot_approve(house: House, request_: int) -> None:
    assert tries(house, request_, "ADM-1") == "AC-OWN-REQUEST"
    assert Row.objects.latest("id").by == "staff:ADM-1"


def test_who_is_meant_cannot_approve(house: House) -> None:
    house.hire("MAN-1", Role.MANAGER)
    request = house.ask("MAN-1", Role.TEAM_LEAD)
    assert tries(house, request, "MAN-1") == "AC-OWN-RIGHTS"


def test_nobody_asks_for_himself(house: House) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        house.ask("ADM-1", Role.ADMINISTRATOR, scope=Scope(kind=ScopeKind.TEAM, value="A"))
    assert refusal(caught) == "AC-ASKED-FOR-HIMSELF"
    own = Grant.objects.get(staff="CMP-1")
    with pytest.raises(AccessRefusedError) as caught:
        actions.ask_revoke(own.pk, by="CMP-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-CAPABILITY"


def test_two_approvers_of_one_department_are_not_enough(house: House, request_: int) -> None:
    house.hire("CMP-2", Role.COMPLIANCE)
    house.vote(request_, "CMP-1")
    assert tries(house, request_, "CMP-2") == "AC-SEAT"
    assert house.vote(request_, "DPO-1") is State.APPROVED


def test_a_replayed_vote_counts_once(house: House, request_: int) -> None:
    house.vote(request_, "CMP-1")
    for answer in Answer:
        assert tries(house, request_, "CMP-1", answer) == "AC-VOTED"


def test_a_request_cannot_be_approved_after_its_time(house: House, request_: int) -> None:
    house.vote(request_, "CMP-1")
    house.at = Request.objects.get(pk=request_).expires_at - timedelta(minutes=1)
    assert tries(house, request_, "DPO-1") == "AC-EXPIRED"


def test_a_vote_with_an_earlier_time_does_not_overlook_those_before_it(house: House, request_: int) -> None:
    """Two hosts whose clocks differ: the second vote completes the approval although its clock is behind."""
    house.vote(request_, "CMP-1")
    behind = Vote.objects.get().voted_at - timedelta(seconds=30)
    now = actions.vote(request_, answer=Answer.APPROVE, by="DPO-1", via=VIA, at=behind)
    assert now is State.APPROVED
    assert Grant.objects.filter(staff="COL-1").exists()


def test_a_decided_request_stays_decided(house: House, request_: int) -> None:
    house.vote(request_, "CMP-1", Answer.REFUSE)
    assert tries(house, request_, "DPO-1") == "AC-DECIDED"
    house.hire("MAN-1", Role.MANAGER)
    second = house.ask("COL-1", Role.COLLECTOR)
    house.vote(second, "CMP-1")
    house.vote(second, "DPO-1")
    assert tries(house, second, "MAN-1", Answer.REFUSE) == "AC-DECIDED"


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.LEGAL, Role.FINANCE, Role.ANALYST, Role.AUDITOR])
def test_a_role_without_the_capability_cannot_vote(house: House, role: Role) -> None:
    house.hire("EVE-1", role)
    house.add("COL-1", Role.COLLECTOR)
    assert tries(house, house.ask("COL-1", Role.COLLECTOR), "EVE-1") == "AC-CAPABILITY"


def test_a_stranger_cannot_vote_and_his_claim_is_not_written_down(house: House, request_: int) -> None:
    assert tries(house, request_, "NOBODY-9") == "AC-UNKNOWN"
    assert tries(house, request_, "王伟") == "AC-UNKNOWN"
    assert Row.objects.latest("id").by == "staff:?"


def test_a_right_that_was_taken_back_opens_nothing(house: House, request_: int) -> None:
    house.hire("CMP-2", Role.COMPLIANCE)
    taken = actions.ask_revoke(Grant.objects.get(staff="CMP-2").pk, by="ADM-1", via=VIA, at=house.later())
    for voter in ("CMP-1", "DPO-1"):
        house.vote(taken.pk, voter)
    assert tries(house, request_, "CMP-2") == "AC-CAPABILITY"


def test_a_right_that_ran_out_opens_nothing(house: House) -> None:
    house.hire("MAN-1", Role.MANAGER, until_at=AT + timedelta(days=1))
    house.later(days=2)
    house.add("COL-1", Role.COLLECTOR)
    assert tries(house, house.ask("COL-1", Role.COLLECTOR), "MAN-1") == "AC-CAPABILITY"


def test_a_right_for_one_team_does_not_decide_for_the_house(house: House, request_: int) -> None:
    house.hire("MAN-2", Role.MANAGER, scope=Scope(kind=ScopeKind.TEAM, value="A"))
    assert tries(house, request_, "MAN-2") == "AC-CAPABILITY"


def test_a_request_of_another_kind_is_not_found_at_this_door(house: House) -> None:
    house.staffed()
    request = house.submit()
    with pytest.raises(AccessRefusedError) as caught:
        actions.vote(request, answer=Answer.APPROVE, kinds=[RequestKind.GRANT], by="CMP-1", via=VIA, at=house.later())
    assert refusal(caught) == "AC-NO-REQUEST"
    with pytest.raises(AccessRefusedError) as caught:
        house.vote(10**9, "CMP-1")
    assert refusal(caught) == "AC-NO-REQUEST"


# Past the actions, straight into the tables


def slip_in(request: int, voter: str, **more: object) -> None:
    columns = {"answer": "approve", "seat": "compliance", "voted_at": AT + timedelta(hours=5)} | more
    with transaction.atomic():
        Vote.objects.create(request_id=request, voter_id=voter, **columns)


@pytest.mark.parametrize(
    ("voter", "more", "said"),
    [
        ("ADM-1", {}, "others decide"),
        ("COL-1", {}, "others decide"),
        ("DPO-1", {"voted_at": AT + timedelta(days=30)}, "expired at"),
        ("CMP-1", {"seat": "legal"}, "access_vote_once"),
        ("DPO-1", {"seat": "compliance"}, "access_vote_a_side_approves_once"),
        ("DPO-1", {"answer": "perhaps"}, "access_vote_answer_known"),
    ],
)
def test_the_database_refuses_votes_that_no_action_would_write(
    house: House, request_: int, voter: str, more: dict[str, object], said: str
) -> None:
    house.vote(request_, "CMP-1")
    with pytest.raises(IntegrityError, match=said):
        slip_in(request_, voter, **more)


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "grant", "staff_id": "CMP-1"},
        {"kind": "strategy", "staff_id": "CMP-1", "digest": DIGEST, "checks": {}},
        {"kind": "strategy", "digest": DIGEST},
        {"kind": "move", "staff_id": "CMP-1", "department": "kitchen"},
        {"kind": "grant", "staff_id": "CMP-1", "role": "legal", "scope_kind": "team", "scope_value": ""},
        {"kind": "grant", "staff_id": "CMP-1", "role": "legal", "scope_kind": "house", "scope_value": "A"},
        {"kind": "revolt"},
    ],
)
def test_the_database_refuses_requests_that_say_nothing_clear(house: House, columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.create(asked_by_id="ADM-1", asked_at=AT, expires_at=AT + timedelta(days=7), **columns)


def test_one_person_cannot_sit_on_two_sides_of_a_strategy(house: House) -> None:
    house.staffed()
    request = house.submit()
    slip_in(request, "CMP-1", seat="compliance")
    slip_in(request, "LEG-1", seat="legal")
    with pytest.raises(IntegrityError, match="access_vote_once"):
        slip_in(request, "CMP-1", seat="data_protection")
    with pytest.raises(IntegrityError, match="others decide"):
        slip_in(request, "ANA-1", seat="data_protection")
    assert not queries.approved(kind="strategy", digest=DIGEST)
