"""Deciding about customers by hand: some are done, the others refused aloud, and whoever may not is told so."""

from __future__ import annotations

from typing import Any

import pytest

from dunwell.access.objections import AccessRefusedError
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from dunwell.work.actions import take
from dunwell.work.assigning.by_hand import Refusal, Why, hold_back, reassign, recall_by_hand
from dunwell.work.staffing.actions import tell_ability, tell_absence
from tests.integration.contact.conftest import AT
from tests.integration.work.conftest import ON, POLICY, VIA, Crew, by, day, give, later, listed, owners


@pytest.mark.django_db(transaction=True)
def test_a_lead_gives_customers_to_one_person_and_hears_who_was_left(crew: Crew) -> None:
    listed(crew.parties[:5])
    give()
    mine = {party for party, staff in owners().items() if staff == crew.two}
    held = next(party for party, staff in owners().items() if staff == crew.one)
    assert take(held, by=crew.one, at=later(minutes=45))
    decided = reassign(crew.parties, to=crew.two, **by(crew.lead))
    assert set(decided.refused) == {Refusal.HAS_HIM, Refusal.IN_HAND, Refusal.NOT_LISTED}
    assert set(decided.refused[Refusal.HAS_HIM]) == mine
    assert decided.refused[Refusal.IN_HAND] == [held]
    assert decided.refused[Refusal.NOT_LISTED] == [crew.parties[5]]
    assert len(decided.done) + decided.left == 6
    assert all(owners()[party] == crew.two for party in decided.done)
    row = Row.objects.get(action="work.decided_by_hand")
    assert (row.detail["to"], row.detail["parties"]) == (crew.two, sorted(decided.done))
    assert row.by == f"staff:{crew.lead}"


@pytest.mark.django_db(transaction=True)
def test_a_skill_or_the_room_that_is_lacking_is_told(crew: Crew) -> None:
    listed(crew.parties, care="health")
    assert set(reassign(crew.parties, to=crew.one, **by(crew.lead)).refused) == {Refusal.SKILL}
    tell_ability(
        crew.one, skills=["care"], team="A", capacity=2, from_on=ON, policy=POLICY, by=crew.lead, via=VIA, at=AT
    )
    decided = reassign(crew.parties, to=crew.one, **by(crew.lead))
    assert (len(decided.done), {why: len(some) for why, some in decided.refused.items()}) == (2, {Refusal.CAPACITY: 4})


@pytest.mark.django_db(transaction=True)
def test_recalled_by_hand_they_are_free(crew: Crew) -> None:
    listed(crew.parties)
    give()
    decided = recall_by_hand(crew.parties, **by(crew.lead))
    assert len(decided.done) == 6
    assert owners() == {}
    again = recall_by_hand(crew.parties, **by(crew.lead))
    assert set(again.refused) == {Refusal.NOBODY}


@pytest.mark.django_db(transaction=True)
def test_who_may_not_assign_is_refused_with_evidence(crew: Crew) -> None:
    listed(crew.parties)
    for act in (
        lambda: reassign(crew.parties, to=crew.two, **by(crew.one)),
        lambda: recall_by_hand(crew.parties, **by(crew.one)),
        lambda: hold_back(crew.parties, until=later(days=2), why=Why.LATER, by=crew.one, via=VIA, at=AT),
        lambda: tell_ability(crew.one, from_on=ON, policy=POLICY, by=crew.one, via=VIA, at=AT),
        lambda: tell_absence(crew.one, from_on=ON, until_on=day(2), by=crew.one, via=VIA, at=AT),
    ):
        with pytest.raises(AccessRefusedError, match="AC-CAPABILITY"):
            act()
    assert Row.objects.filter(action="access.refused", by=f"staff:{crew.one}").count() == 5
    assert owners() == {}


@pytest.mark.django_db(transaction=True)
def test_a_lead_of_a_team_gives_to_his_own_team_only(crew: Crew) -> None:
    listed(crew.parties)
    with pytest.raises(DunwellError, match="another team"):
        reassign(crew.parties, to=crew.other, **by(crew.lead))
    assert len(reassign(crew.parties, to=crew.other, **by(crew.manager)).done) == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", ["COL-404", "TL-1"])
def test_whoever_can_be_given_nothing_is_told(crew: Crew, to: str) -> None:
    listed(crew.parties)
    with pytest.raises(DunwellError, match="was given no ability"):
        reassign(crew.parties, to=to, **by(crew.manager))


@pytest.mark.django_db(transaction=True)
def test_nobody_or_too_many_are_told(crew: Crew) -> None:
    with pytest.raises(DunwellError, match="nobody is chosen"):
        recall_by_hand([], **by(crew.lead))
    with pytest.raises(DunwellError, match="5,001 customers"):
        recall_by_hand(range(5_001), **by(crew.lead))
    with pytest.raises(DunwellError, match="this moment is over"):
        hold_back(crew.parties, until=AT, why=Why.LATER, by=crew.lead, via=VIA, at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("told", "wrong"), [({"skills": ["magic"]}, "no such skill"), ({"capacity": 501}, "outside")])
def test_an_ability_outside_the_policy_is_told(crew: Crew, told: dict[str, Any], wrong: str) -> None:
    with pytest.raises(DunwellError, match=wrong):
        tell_ability(crew.one, from_on=ON, policy=POLICY, by=crew.lead, via=VIA, at=AT, **told)
    with pytest.raises(DunwellError, match="nobody has this code"):
        tell_ability("COL-404", from_on=ON, policy=POLICY, by=crew.lead, via=VIA, at=AT)
