"""One customer with one collector: given, kept, recalled and moved, each with its reason and evidence."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dunwell.compliance.supervision.actions import Told, state
from dunwell.evidence.models import Row
from dunwell.ledger.actions import Origin, tell
from dunwell.work.actions import Barred, barred, take
from dunwell.work.assigning.actions import recall
from dunwell.work.assigning.by_hand import Why, hold_back, reassign, recall_by_hand
from dunwell.work.assigning.queries import assigned, history, loads
from dunwell.work.models import Ability, Absence, Assignment, Distribution, Item
from dunwell.work.specialist.queries import waiting, waits_for_specialist
from dunwell.work.staffing.actions import tell_ability, tell_absence
from tests.integration.contact.conftest import AT
from tests.integration.work.conftest import ON, POLICY, VIA, Crew, by, day, give, later, listed, owners


def hold(party: int, kind: str = "pause", *, number: int = 0) -> None:
    origin = Origin(
        source="test", source_kind="contact_events", mapping="", mapping_digest="", origin="t",
        origin_digest=f"{kind}{party}{number}",
    )  # fmt: skip
    fact = {"external_id": f"{kind}{party}{number}", "party_id": party, "kind": kind, "from_on": ON.isoformat()}
    tell("hold", facts=[fact], origin=origin, by="test", at=AT, action="test.held")


# ---- the policy's own run --------------------------------------------------------------------------------------------


def test_everybody_gets_equally_many_and_the_list_knows_whose(crew: Crew) -> None:
    listed(crew.parties)
    done = give()
    assert (done.given, done.kept, done.lacking) == (6, 0, {})
    assert Counter(owners().values()) == {crew.one: 2, crew.two: 2, crew.other: 2}
    for item in Item.objects.all():
        assert item.staff_id == owners()[item.party_id]
        assert item.team == ("B" if item.staff_id == crew.other else "A")


def test_a_second_run_moves_nobody(crew: Crew) -> None:
    listed(crew.parties)
    give()
    before = owners()
    done = give()
    assert (done.given, done.kept, done.ended) == (0, 6, {})
    assert owners() == before
    assert Assignment.objects.count() == 6


def test_the_evidence_names_the_batch_and_what_came_of_it(crew: Crew) -> None:
    listed(crew.parties)
    done = give()
    row = Row.objects.get(action="work.assigned")
    assert row.subject == f"batch {done.batch}"
    assert (row.detail["given"], row.detail["kept"]) == (6, 0)
    batch = Distribution.objects.get(pk=done.batch)
    assert row.detail["assignments"] == batch.inputs_digest
    assert Assignment.objects.filter(batch=batch).count() == 6


def test_nobody_with_the_skill_is_told_and_leaves_him_free(crew: Crew) -> None:
    listed(crew.parties, treatment="business_call")
    done = give()
    assert done.lacking == {"no_skill": 6}
    assert owners() == {}


def test_special_care_goes_to_whoever_has_it(crew: Crew) -> None:
    listed(crew.parties, care="health")
    give()
    assert set(owners().values()) == {crew.other}


@pytest.mark.parametrize("reason", ["absent", "excluded", "left"])
def test_who_is_away_loses_his_customers_to_the_others(crew: Crew, reason: str) -> None:
    listed(crew.parties)
    give()
    if reason == "absent":
        tell_absence(crew.one, from_on=day(1), until_on=day(3), by=crew.manager, via=VIA, at=AT)
    elif reason == "excluded":
        told = Told(kind="certified", from_on=day(-9), until_on=day(1), reason="exam")
        state("staff", code=crew.one, told=told, by="test", at=AT)
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE access_grant SET until_at = %s WHERE staff_id = %s", [later(days=1), crew.one])
    done = give(days=1)
    assert done.ended == {reason: 2}
    assert crew.one not in owners().values()
    assert len(owners()) == 6
    assert Assignment.objects.filter(ended_why=reason).count() == 2


def test_an_absence_told_again_for_the_same_day_is_withdrawn(crew: Crew) -> None:
    tell_absence(crew.one, from_on=day(0), until_on=day(9), by=crew.manager, via=VIA, at=AT)
    tell_absence(crew.one, from_on=day(0), until_on=day(0), by=crew.manager, via=VIA, at=AT)
    assert all(one.away is None for one in loads(on=ON, at=AT))


def test_who_was_not_tried_within_the_idle_days_is_recalled(crew: Crew) -> None:
    listed(crew.parties)
    give()
    done = recall(policy=POLICY, on=day(POLICY.idle_days + 1), by="test", at=later(days=POLICY.idle_days + 1))
    assert done.ended == {"idle": 6}
    assert owners() == {}
    assert not Item.objects.filter(staff__isnull=False).exists()
    assert Row.objects.filter(action="work.recalled").count() == 1


def test_who_was_put_off_is_not_recalled_for_idleness(crew: Crew) -> None:
    listed(crew.parties)
    give()
    hold_back(crew.parties[:2], until=later(days=30), why=Why.LATER, by=crew.lead, via=VIA, at=AT)
    done = recall(policy=POLICY, on=day(8), by="test", at=later(days=8))
    assert done.ended == {"idle": 4}


def test_who_leaves_the_list_is_kept_for_a_while_and_comes_back_to_his_collector(crew: Crew) -> None:
    listed(crew.parties)
    give()
    before = owners()
    listed(crew.parties[:3], run=2, at=later(days=1))
    assert give(days=1).ended == {}
    assert owners() == before
    long = POLICY.keep_days + 2
    with_nobody_idle = POLICY.model_copy(update={"idle_days": 90})
    done = give(days=long, policy=with_nobody_idle)
    assert done.ended == {"left_the_list": 3}
    listed(crew.parties, run=3, at=later(days=long + 1))
    give(days=long + 1, policy=with_nobody_idle)
    assert owners() == before
    assert Assignment.objects.filter(why="returned").count() == 3


def test_capacity_holds_and_the_rest_is_told(crew: Crew) -> None:
    for code in (crew.one, crew.two, crew.other):
        tell_ability(code, capacity=1, from_on=ON, policy=POLICY, by=crew.manager, via=VIA, at=AT)
    listed(crew.parties)
    done = give()
    assert (done.given, done.lacking) == (3, {"no_capacity": 3})
    assert Counter(owners().values()) == {crew.one: 1, crew.two: 1, crew.other: 1}


# ---- the database's own word -----------------------------------------------------------------------------------------


def test_one_customer_has_one_open_assignment(crew: Crew) -> None:
    listed(crew.parties)
    batch = give().batch
    with pytest.raises(IntegrityError, match="work_assignment_one_open"), transaction.atomic():
        Assignment.objects.create(
            party_id=crew.parties[0], staff_id=crew.two, team="", agency="", from_at=AT, why="x", batch_id=batch
        )


@pytest.mark.parametrize(
    "change", ["staff_id = 'COL-2'", "from_at = now()", "why = 'y'", "until_at = NULL", "team = 'Z'"]
)
def test_an_assignment_is_told_once(crew: Crew, change: str) -> None:
    listed(crew.parties[:1])
    give()
    refused = pytest.raises(IntegrityError, match="told once and ended once")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE work_assignment SET {change}")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM work_assignment")


def test_it_is_ended_once_and_says_why(crew: Crew) -> None:
    listed(crew.parties[:1])
    give()
    recall_by_hand(crew.parties[:1], why=Why.LOAD, policy=POLICY, on=ON, by=crew.lead, via=VIA, at=later(hours=1))
    with pytest.raises(IntegrityError, match="ended once"), transaction.atomic():
        Assignment.objects.update(until_at=later(hours=2))
    [ended] = history(crew.parties[0])
    assert (ended.ended_why, ended.until_at) == ("load", later(hours=1))


@pytest.mark.parametrize("model", [Ability, Absence, Distribution])
def test_what_was_told_of_staff_and_batches_stays(crew: Crew, model: Any) -> None:
    listed(crew.parties)
    give()
    tell_absence(crew.one, from_on=day(1), until_on=day(3), by=crew.manager, via=VIA, at=AT)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(by="somebody else")


def test_without_its_evidence_nothing_is_assigned(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(crew.parties)

    def broken(**told: Any) -> int:
        raise RuntimeError("no evidence")

    monkeypatch.setattr("dunwell.work.assigning.actions.record", broken)
    with pytest.raises(RuntimeError, match="no evidence"):
        give()
    assert owners() == {}
    assert not Item.objects.filter(staff__isnull=False).exists()


# ---- taking ----------------------------------------------------------------------------------------------------------


def test_a_colleagues_customer_is_left_to_him_but_for_whoever_assigns(crew: Crew) -> None:
    listed(crew.parties)
    give()
    party = next(party for party, staff in owners().items() if staff == crew.one)
    assert barred(party, by=crew.two, at=AT) is Barred.COLLEAGUE
    assert not take(party, by=crew.two, at=AT)
    assert take(party, by=crew.lead, at=AT)


def test_somebody_in_distress_is_taken_by_a_specialist_only(crew: Crew) -> None:
    listed(crew.parties)
    party = crew.parties[0]
    hold(party)
    assert waits_for_specialist(party, on=ON)
    assert [one.party for one in waiting(on=ON, at=AT)] == [party]
    for code in (crew.one, crew.lead, crew.manager):
        assert barred(party, by=code, at=AT) is Barred.SPECIALIST
        assert not take(party, by=code, at=AT)
    assert take(party, by=crew.other, at=AT)
    assert waiting(on=ON, at=AT)[0].held_by == crew.other


def test_a_released_pause_waits_no_more(crew: Crew) -> None:
    from dunwell.ledger.models import Hold

    party = crew.parties[0]
    hold(party)
    origin = Origin(
        source="test", source_kind="contact_events", mapping="", mapping_digest="", origin="t", origin_digest="release"
    )
    fact = {"external_id": "r", "hold_id": Hold.objects.get(party=party).pk, "released_on": ON.isoformat()}
    tell("hold_release", facts=[fact], origin=origin, by="test", at=AT, action="test.released")
    assert not waits_for_specialist(party, on=ON)
    assert waiting(on=ON, at=AT) == []


# ---- the list --------------------------------------------------------------------------------------------------------


def test_a_case_keeps_its_clock_from_plan_to_plan(crew: Crew) -> None:
    listed(crew.parties, worth=None)
    first = Item.objects.get(party=crew.parties[0])
    assert first.due_at == AT + timedelta(hours=36) == first.turn_at
    listed(crew.parties, run=2, at=later(days=1), worth=3.0)
    again = Item.objects.get(party=crew.parties[0])
    assert (again.entered_at, again.due_at, again.run) == (AT, first.due_at, 2)
    assert again.due_at - again.turn_at == timedelta(minutes=120)


def test_who_is_in_the_list_no_more_leaves_it(crew: Crew) -> None:
    listed(crew.parties)
    assert listed(crew.parties[:2], run=2) == 2
    assert set(Item.objects.values_list("party", flat=True)) == set(crew.parties[:2])
    row = Row.objects.filter(action="work.listed").order_by("-id")[0]
    assert (row.detail["listed"], row.detail["left"]) == (2, 4)


def test_a_target_follows_the_need(crew: Crew) -> None:
    listed(crew.parties, person="within_24h")
    assert {item.target_minutes for item in Item.objects.all()} == {24 * 60}


# ---- at the same moment ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_runs_at_once_each_customer_gets_one_collector(crew: Crew) -> None:
    listed(crew.parties)
    crowd = 4
    start = Barrier(crowd)

    def run(number: int) -> int:
        start.wait()
        try:
            if number % 2:
                return give().given
            return len(reassign(crew.parties, to=crew.two, **by(crew.manager)).done)
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as pool:
        assert sum(pool.map(run, range(crowd))) >= 6
    assert len(owners()) == 6
    for party in crew.parties:
        kept = assigned(party)
        assert kept is not None
        assert Item.objects.get(party=party).staff_id == kept.staff_id
