"""A strategy is approved by compliance, legal and data protection, by its whole digest, once and for good."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dunwell.access import queries
from dunwell.access.kinds import Answer, RequestKind, Role, State
from dunwell.access.objections import AccessRefusedError
from dunwell.evidence.models import Row

from .conftest import DIGEST, asked, refusal

if TYPE_CHECKING:
    from .conftest import House

OTHER = DIGEST[:-1] + "c"


@pytest.fixture
def staffed(house: House) -> House:
    return house.staffed()


def approved(digest: str = DIGEST) -> bool:
    return queries.approved(kind="strategy", digest=digest)


def test_all_three_approve_and_only_then_it_is_approved(staffed: House) -> None:
    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        assert not approved()
        staffed.vote(request, voter)
    assert approved()
    row = Row.objects.get(action="strategy.approved")
    assert row.subject == f"strategy {DIGEST}" and row.detail == {"request": request, "digest": DIGEST}
    assert [vote.detail["seat"] for vote in Row.objects.filter(action="access.voted", detail__digest=DIGEST)] == [
        "legal",
        "compliance",
        "data_protection",
    ]


def test_another_version_is_not_approved_with_it(staffed: House) -> None:
    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        staffed.vote(request, voter)
    assert approved()
    assert not approved(OTHER) and not approved(DIGEST[:12]) and not approved("")
    assert not queries.approved(kind="grant", digest=DIGEST)


def test_an_approval_does_not_end_when_its_request_would_have(staffed: House) -> None:
    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        staffed.vote(request, voter)
    [told] = queries.submissions(DIGEST[:8], at=staffed.at + timedelta(days=900))
    assert told.state is State.APPROVED and approved()


def test_two_of_one_side_do_not_replace_a_third(staffed: House) -> None:
    staffed.hire("CMP-2", Role.COMPLIANCE)
    request = staffed.submit()
    staffed.vote(request, "CMP-1")
    with pytest.raises(AccessRefusedError) as caught:
        staffed.vote(request, "CMP-2")
    assert refusal(caught) == "AC-SEAT"
    staffed.vote(request, "LEG-1")
    assert not approved()


@pytest.mark.parametrize("by", ["CMP-1", "LEG-1", "ADM-1", "NOBODY-1"])
def test_only_analysts_and_managers_submit(staffed: House, by: str) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        staffed.submit(by=by)
    assert refusal(caught) == ("AC-UNKNOWN" if by == "NOBODY-1" else "AC-CAPABILITY")
    assert asked(RequestKind.STRATEGY) == []


def test_what_the_machine_faults_is_not_submitted(staffed: House) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        staffed.submit(faults=2)
    assert refusal(caught) == "AC-CHECKS"
    assert "errors 0, cases 3" in str(caught.value)
    assert asked(RequestKind.STRATEGY) == []


def test_a_version_is_submitted_once_while_it_is_open_or_approved(staffed: House) -> None:
    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        with pytest.raises(AccessRefusedError) as caught:
            staffed.submit()
        assert refusal(caught) == "AC-SUBMITTED"
        staffed.vote(request, voter)
    with pytest.raises(AccessRefusedError) as caught:
        staffed.submit()
    assert "approved" in str(caught.value)


def test_a_refused_version_may_come_back_and_the_refusal_stays(staffed: House) -> None:
    first = staffed.submit()
    staffed.vote(first, "LEG-1", Answer.REFUSE, note="names no deadline")
    second = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        staffed.vote(second, voter)
    assert approved()
    told = queries.submissions(DIGEST, at=staffed.at)
    assert [(one.request.pk, one.state) for one in told] == [(second, State.APPROVED), (first, State.REFUSED)]


def test_an_expired_submission_may_be_made_anew(staffed: House) -> None:
    first = staffed.submit()
    staffed.vote(first, "LEG-1")
    staffed.later(days=30)
    with pytest.raises(AccessRefusedError) as caught:
        staffed.vote(first, "CMP-1")
    assert refusal(caught) == "AC-EXPIRED"
    assert staffed.submit() != first
    assert not approved()


def test_votes_of_two_submissions_are_not_added_up(staffed: House) -> None:
    first = staffed.submit()
    staffed.vote(first, "LEG-1")
    staffed.vote(first, "CMP-1")
    staffed.later(days=31)
    staffed.vote(staffed.submit(), "DPO-1")
    assert not approved()


def test_an_approver_who_left_has_still_approved(staffed: House) -> None:
    from dunwell.access import actions
    from dunwell.access.models import Grant

    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        staffed.vote(request, voter)
    gone = actions.ask_revoke(Grant.objects.get(staff="LEG-1").pk, by="ADM-1", via="test:door", at=staffed.later())
    for voter in ("CMP-1", "DPO-1"):
        staffed.vote(gone.pk, voter)
    assert approved()


def test_the_gate_asks_with_one_query(staffed: House) -> None:
    request = staffed.submit()
    for voter in ("LEG-1", "CMP-1", "DPO-1"):
        staffed.vote(request, voter)
    with CaptureQueriesContext(
        connection,
    ) as told:
        assert approved()
    assert len(told) == 1
