"""Requests and votes, without a database: who may decide, what comes of it, and an oracle that judges by hand."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.access.four_eyes import (
    OPEN_FOR,
    STRATEGY_ROLES,
    Ballot,
    Case,
    final,
    lacks,
    missing,
    seat_or_objection,
    state,
)
from dunwell.access.kinds import Answer, Capability, Department, RequestKind, Role, ScopeKind, State
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.objections import AccessRefusedError, Objection, objection, words
from dunwell.access.rules import Held, Person, Scope

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
RIGHTS = [RequestKind.GRANT, RequestKind.REVOKE, RequestKind.MOVE]


def person(code: str, role: Role, *, scope: Scope | None = None) -> Person:
    held = Held(role=role, scope=scope) if scope else Held(role=role)
    return Person(code=code, department=DEPARTMENT_OF[role], held=(held,))


ADM, ADM2 = person("ADM-1", Role.ADMINISTRATOR), person("ADM-2", Role.ADMINISTRATOR)
CMP, CMP2 = person("CMP-1", Role.COMPLIANCE), person("CMP-2", Role.COMPLIANCE)
DPO, LEG = person("DPO-1", Role.DATA_PROTECTION), person("LEG-1", Role.LEGAL)
MAN, COL = person("MAN-1", Role.MANAGER), person("COL-1", Role.COLLECTOR)
EVERYBODY = [ADM, ADM2, CMP, CMP2, DPO, LEG, MAN, COL]


def case(kind: RequestKind = RequestKind.GRANT, **changed: object) -> Case:
    about = None if kind is RequestKind.STRATEGY else "COL-1"
    made = Case(kind=kind, asked_by="ADM-1", about=about, asked_at=AT, expires_at=AT + OPEN_FOR[kind])
    return replace(made, **changed)  # type: ignore[arg-type]


def answered(asked: Case, voter: Person, answer: Answer = Answer.APPROVE, *, at: datetime = LATER) -> Case:
    """The case after one more vote, which must be allowed."""
    seat = seat_or_objection(asked, voter=voter, answer=answer, at=at)
    assert isinstance(seat, str), seat
    return replace(asked, ballots=(*asked.ballots, Ballot(voter=voter.code, seat=seat, answer=answer, at=at)))


def refused(asked: Case, voter: Person, answer: Answer = Answer.APPROVE, *, at: datetime = LATER) -> Objection:
    found = seat_or_objection(asked, voter=voter, answer=answer, at=at)
    assert isinstance(found, Objection), found
    return found


# Rights


@pytest.mark.parametrize("kind", RIGHTS)
def test_two_people_of_two_departments_approve_a_change_of_rights(kind: RequestKind) -> None:
    one = answered(case(kind), CMP)
    assert state(one, at=LATER) is State.OPEN
    assert state(answered(one, DPO), at=LATER) is State.APPROVED


def test_nobody_approves_or_refuses_his_own_request() -> None:
    for answer in Answer:
        assert refused(case(), ADM, answer).rule == "AC-OWN-REQUEST"


def test_nobody_decides_about_his_own_rights() -> None:
    assert refused(case(about="CMP-1"), CMP).rule == "AC-OWN-RIGHTS"


def test_two_of_one_department_are_one_side() -> None:
    found = refused(answered(case(), CMP), CMP2)
    assert found.rule == "AC-SEAT"
    assert "compliance has approved already" in found.en and "data protection" in found.cure_en
    assert "合规部已同意" in found.zh


def test_a_second_of_a_department_may_still_refuse() -> None:
    assert state(answered(answered(case(), CMP), CMP2, Answer.REFUSE), at=LATER) is State.REFUSED


def test_a_vote_cannot_be_given_twice_nor_turned() -> None:
    one = answered(case(), CMP)
    for answer in Answer:
        assert refused(one, CMP, answer).rule == "AC-VOTED"


@pytest.mark.parametrize("voter", [COL, LEG, person("AUD-1", Role.AUDITOR)])
def test_a_role_without_the_capability_decides_nothing(voter: Person) -> None:
    found = refused(case(about="COL-9"), voter)
    assert found.rule == "AC-CAPABILITY"
    assert "manager" in found.cure_en and "催收经理" in found.cure_zh


def test_somebody_without_any_role_decides_nothing() -> None:
    assert refused(case(), Person(code="X-1", department=Department.COMPLIANCE)).rule == "AC-CAPABILITY"


def test_a_role_for_a_team_does_not_decide_for_the_house() -> None:
    local = person("MAN-2", Role.MANAGER, scope=Scope(kind=ScopeKind.TEAM, value="A"))
    assert refused(case(), local).rule == "AC-CAPABILITY"
    found = lacks(local, capability=Capability.ASK_RIGHTS)
    assert found is not None and found.rule == "AC-CAPABILITY"
    assert lacks(MAN, capability=Capability.ASK_RIGHTS) is None


def test_one_refusal_ends_it() -> None:
    no = answered(answered(case(), CMP), DPO, Answer.REFUSE)
    assert state(no, at=LATER) is State.REFUSED
    assert refused(no, MAN).rule == "AC-DECIDED"


def test_what_is_approved_is_decided() -> None:
    found = refused(answered(answered(case(), CMP), DPO), MAN)
    assert (found.rule, found.en) == ("AC-DECIDED", "the request is decided: approved")
    assert found.zh == "该申请已有结论：已通过"


# Time


@pytest.mark.parametrize("kind", RequestKind)
def test_a_request_is_open_until_its_last_microsecond(kind: RequestKind) -> None:
    asked = case(kind)
    last = asked.expires_at - timedelta(microseconds=1)
    assert state(asked, at=last) is State.OPEN
    assert isinstance(seat_or_objection(asked, voter=CMP, answer=Answer.APPROVE, at=last), str)
    assert state(asked, at=asked.expires_at) is State.EXPIRED
    assert refused(asked, CMP, at=asked.expires_at).rule == "AC-EXPIRED"


def test_half_an_approval_expires_and_a_whole_one_does_not() -> None:
    half = answered(case(), CMP)
    assert state(half, at=half.expires_at) is State.EXPIRED
    whole = answered(half, DPO)
    assert state(whole, at=whole.expires_at + timedelta(days=900)) is State.APPROVED
    assert final(whole) is State.APPROVED
    assert final(half) is State.OPEN


def test_what_happened_later_is_not_known_earlier() -> None:
    whole = answered(answered(case(), CMP), DPO, at=LATER + timedelta(hours=1))
    assert state(whole, at=LATER) is State.OPEN
    assert state(whole, at=LATER + timedelta(hours=1)) is State.APPROVED


def test_votes_that_were_slipped_in_do_not_count() -> None:
    """Rows that no action would write: of who asked, of whom it is about, after the time."""
    end = case().expires_at
    own = Ballot(voter="ADM-1", seat="technology", answer=Answer.APPROVE, at=LATER)
    about = Ballot(voter="COL-1", seat="collections", answer=Answer.APPROVE, at=LATER)
    late = Ballot(voter="DPO-1", seat="data_protection", answer=Answer.APPROVE, at=end)
    for slipped in (own, about, late):
        forged = replace(answered(case(), CMP), ballots=(*answered(case(), CMP).ballots, slipped))
        assert final(forged) is not State.APPROVED
    twice = [Ballot(voter="CMP-1", seat=seat, answer=Answer.APPROVE, at=LATER) for seat in STRATEGY_ROLES]
    assert final(case(RequestKind.STRATEGY, ballots=tuple(twice))) is not State.APPROVED


# Strategies


def test_a_strategy_needs_compliance_legal_and_data_protection() -> None:
    asked = case(RequestKind.STRATEGY)
    for voter, left in ((LEG, 2), (CMP, 1), (DPO, 0)):
        assert state(asked, at=LATER) is State.OPEN
        asked = answered(asked, voter)
        assert len(missing(asked)) == left
    assert state(asked, at=LATER) is State.APPROVED


def test_other_sides_cannot_approve_a_strategy() -> None:
    for voter in (MAN, COL, ADM2):
        assert refused(case(RequestKind.STRATEGY), voter).rule == "AC-CAPABILITY"


def test_a_side_that_approved_a_strategy_is_told_who_is_missing() -> None:
    found = refused(answered(case(RequestKind.STRATEGY), CMP), CMP2)
    assert found.rule == "AC-SEAT"
    assert found.cure_en == "still needed: legal officer, data protection officer"
    assert found.cure_zh == "尚缺：法务专员、数据保护专员"


def test_who_submitted_a_strategy_does_not_approve_it_even_with_the_role() -> None:
    assert refused(case(RequestKind.STRATEGY, asked_by="CMP-1"), CMP).rule == "AC-OWN-REQUEST"


# The oracle: the rules once more, written from the sentence and not from the code


def by_hand(asked: Case) -> bool:
    good = [b for b in asked.ballots if b.voter != asked.asked_by and b.voter != asked.about]
    if any(ballot.answer is Answer.REFUSE for ballot in asked.ballots):
        return False
    department = {one.code: one.department for one in EVERYBODY}
    if asked.kind is RequestKind.STRATEGY:
        return {department[b.voter] for b in good} >= {
            Department.COMPLIANCE,
            Department.LEGAL,
            Department.DATA_PROTECTION,
        }
    return len({department[b.voter] for b in good}) >= 2


VOTES = st.lists(
    st.tuples(st.sampled_from(EVERYBODY), st.sampled_from([*[Answer.APPROVE] * 5, Answer.REFUSE])), max_size=9
)


@given(
    st.sampled_from(list(RequestKind)),
    st.sampled_from([one.code for one in EVERYBODY]),
    st.sampled_from([one.code for one in EVERYBODY]),
    VOTES,
)
def test_property_whatever_is_voted_the_oracle_agrees(
    kind: RequestKind, asker: str, about: str, votes: list[tuple[Person, Answer]]
) -> None:
    asked = case(kind, asked_by=asker, about=None if kind is RequestKind.STRATEGY else about)
    moment = AT
    for voter, answer in votes:
        moment += timedelta(minutes=1)
        before = state(asked, at=moment)
        seat = seat_or_objection(asked, voter=voter, answer=answer, at=moment)
        if isinstance(seat, Objection):
            continue
        assert before is State.OPEN
        assert voter.code not in (asked.asked_by, asked.about)
        ballot = Ballot(voter=voter.code, seat=seat, answer=answer, at=moment)
        asked = replace(asked, ballots=(*asked.ballots, ballot))
    assert (state(asked, at=moment) is State.APPROVED) == by_hand(asked)
    assert len({ballot.voter for ballot in asked.ballots}) == len(asked.ballots)
    seats = [ballot.seat for ballot in asked.approvals]
    assert len(set(seats)) == len(seats)


# Words


@pytest.mark.parametrize("rule", words())
def test_every_objection_has_its_words_in_both_languages(rule: str) -> None:
    fields = {name for text in words()[rule] for _t, name, _s, _c in string.Formatter().parse(text) if name}
    found = objection(rule, **dict.fromkeys(fields, State.OPEN))
    assert found.en and found.zh
    assert bool(found.cure_en) == bool(found.cure_zh)
    assert "{" not in found.en + found.zh + found.cure_en + found.cure_zh


def test_both_languages_fill_in_the_same_things() -> None:
    for rule, (en, zh, cure_en, cure_zh) in words().items():
        for one, other in ((en, zh), (cure_en, cure_zh)):
            fields = [{name for _t, name, _s, _c in string.Formatter().parse(text) if name} for text in (one, other)]
            assert fields[0] == fields[1], rule


def test_an_error_is_told_in_the_readers_language_with_place_rule_and_cure() -> None:
    error = AccessRefusedError(objection("AC-VOTED", code="CMP-1"), place="request 4")
    assert str(error) == "request 4: CMP-1 has decided this already (AC-VOTED) -> let somebody else decide"
    assert str(error.told("zh")) == "request 4: CMP-1已对此表决（AC-VOTED） -> 请由他人审批"
    assert error.told("en") is error
