"""The queue: whose customers each sees, clocks, views, decisions about several, and the specialist queue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from html import escape
from itertools import count as count_up
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.batch.models import PlanRun
from dunwell.cli.demo_staff import CODES
from dunwell.desk import plans
from dunwell.desk.queue.filters import SORTS
from dunwell.desk.queue.queries import COUNTED_MOST, Filter, count, waiting
from dunwell.evidence.models import Row
from dunwell.ledger.actions import Origin, tell
from dunwell.ledger.kinds import HoldKind
from dunwell.work.actions import take
from dunwell.work.assigning.actions import distribute
from dunwell.work.models import Assignment, Item, Reservation, SavedView
from dunwell.work.policy import load
from dunwell.work.staffing.actions import tell_ability
from tests.web.desk.conftest import DAY, NOON, PLANNED, House

COLLECTOR, LEAD, MANAGER = (CODES[role] for role in (Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER))
COMPLIANCE, AGENCY = CODES[Role.COMPLIANCE], CODES[Role.AGENCY_USER]
POLICY = load()
NUMBERS = count_up()
# Append-only tables are emptied as a superuser could: the tests of this file share a house.
_UNDO = """
    SET LOCAL session_replication_role = replica;
    UPDATE work_item SET staff_id = NULL, team = '', agency = '', later_at = NULL;
    DELETE FROM work_assignment; DELETE FROM work_distribution; DELETE FROM work_ability; DELETE FROM work_reservation;
    DELETE FROM work_savedview; DELETE FROM ledger_hold WHERE source = 'test-queue';
    SET LOCAL session_replication_role = DEFAULT
"""


@pytest.fixture
def assigned(house: House) -> Iterator[House]:
    """This fixture will give the customers to a collector and a team lead, and free them all afterwards."""
    told: dict[str, Any] = {"team": "A", "from_on": DAY, "policy": POLICY, "by": MANAGER, "via": "test", "at": PLANNED}
    tell_ability(COLLECTOR, **told)
    tell_ability(LEAD, skills=list(POLICY.skills), **told)
    distribute(policy=POLICY, on=DAY, by="test", at=PLANNED)
    yield house
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNDO)


@pytest.fixture
def run(house: House) -> PlanRun:
    found = plans.latest()
    assert found is not None
    return found


def shown(client: Client, **told: str) -> list[int]:
    page = client.get(reverse("queue"), told).content.decode().split("<main", 1)[1]
    return [int(number) for number in dict.fromkeys(re.findall(r'<a href="/customer/(\d+)/"><strong>', page))]


def owned(code: str) -> set[int]:
    return set(Assignment.objects.filter(staff=code, until_at__isnull=True).values_list("party_id", flat=True))


def pause(party: int) -> None:
    hold(party, "pause")


def hold(party: int, kind: str, *, at: datetime = NOON) -> None:
    origin = Origin(
        source="test-queue", source_kind="contact_events", mapping="", mapping_digest="", origin="t",
        origin_digest=f"pause{next(NUMBERS)}",
    )  # fmt: skip
    fact = {"external_id": f"p{next(NUMBERS)}", "party_id": party, "kind": kind, "from_on": DAY.isoformat()}
    with transaction.atomic():
        tell("hold", facts=[fact], origin=origin, by="test", at=at, action="test.held")


# ---- whose customers -------------------------------------------------------------------------------------------------


def test_a_collector_sees_his_own_and_the_free_ones_only(assigned: House) -> None:
    client = assigned.client(COLLECTOR)
    assert set(shown(client)) <= owned(COLLECTOR)
    free = set(shown(client, tab="free"))
    assert not free & (owned(COLLECTOR) | owned(LEAD))
    assert set(shown(client, tab="team")) <= owned(COLLECTOR) | free, "a tab that is not his opens nothing"
    theirs = Item.objects.get(party=min(owned(LEAD)))
    assert shown(client, tab="mine", text=theirs.customer) == []
    assert "tab=team" not in client.get(reverse("queue")).content.decode()


def test_a_lead_sees_the_team_and_whose_each_is(assigned: House) -> None:
    client = assigned.client(LEAD)
    assert set(shown(client, staff=COLLECTOR)) <= owned(COLLECTOR)
    assert set(shown(client, tab="mine")) <= owned(LEAD)
    page = client.get(reverse("queue")).content.decode()
    assert COLLECTOR in page
    assert 'id="bulk"' in page
    assert 'id="bulk"' not in assigned.client(COLLECTOR).get(reverse("queue")).content.decode()


def test_an_agency_user_sees_nobody_of_the_house(assigned: House) -> None:
    assert shown(assigned.client(AGENCY), tab="free") == shown(assigned.client(AGENCY)) == []


def test_the_free_whose_skill_one_lacks_are_not_offered(house: House, assigned: House, run: PlanRun) -> None:
    Item.objects.update(staff=None, team="")
    offered = shown(assigned.client(COLLECTOR), tab="free")
    assert offered
    assert not Item.objects.filter(party__in=offered).exclude(skills="").exists()


def test_next_takes_ones_own_first_and_then_the_free(assigned: House) -> None:
    client = assigned.client(COLLECTOR)
    first = client.post(reverse("take_next"))
    party = int(re.findall(r"\d+", first["Location"])[0])
    assert party in owned(COLLECTOR)
    assert party == shown(client, tab="mine")[0]
    Item.objects.exclude(party__in=owned(LEAD)).update(later_at=NOON + timedelta(days=1))
    Item.objects.filter(party__in=owned(LEAD)).update(staff=None)
    again = client.post(reverse("take_next"))
    assert again["Location"].startswith("/queue/"), "whoever has a collector is left to him"


def test_two_collectors_at_once_never_get_one_customer(house: House) -> None:
    """Many at the same moment on the real database, each through the page itself."""
    codes = [COLLECTOR, LEAD, MANAGER] * 3
    clients = [house.client(code) for code in codes]
    start = Barrier(len(clients))
    Reservation.objects.all().delete()

    def press(number: int) -> tuple[str, str]:
        try:
            start.wait()
            return codes[number], clients[number].post(reverse("take_next"))["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        got = list(pool.map(press, range(len(clients))))
    holders: dict[str, set[str]] = {}
    for code, place in got:
        if place.startswith("/customer/"):
            holders.setdefault(place, set()).add(code)
    assert len(holders) >= 3
    assert all(len(some) == 1 for some in holders.values()), holders
    Reservation.objects.all().delete()


# ---- order, clocks and filters ---------------------------------------------------------------------------------------


def test_the_order_is_that_of_the_clocks_drawn_forward_by_worth(house: House, run: PlanRun) -> None:
    rows = waiting(run, told=Filter(), at=NOON, most=1000)
    assert [row.turn_at for row in rows] == sorted(row.turn_at for row in rows)
    assert all(row.due_at - row.turn_at <= timedelta(minutes=POLICY.clock.forward_minutes_most) for row in rows)
    assert len({row.due_at for row in rows}) > 1, "targets differ by need"


@pytest.mark.parametrize("kind", [kind for kind in HoldKind if kind is not HoldKind.PAUSE])
def test_who_came_to_rest_since_the_plan_waits_no_more(assigned: House, run: PlanRun, kind: str) -> None:
    def listed() -> set[int]:
        return {row.party for row in waiting(run, told=Filter(), at=NOON, most=1000)}

    resting, judged = sorted(listed())[:2]
    hold(judged, kind, at=PLANNED - timedelta(minutes=1))
    assert listed() >= {resting, judged}, "what was known before, the plan has judged"
    hold(resting, kind)
    assert listed() & {resting, judged} == {judged}
    assert count(run, told=Filter(), at=NOON) == len(listed())


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_everybody_once(house: House, run: PlanRun, sort: str) -> None:
    whole = {row.party for row in waiting(run, told=Filter(), at=NOON, most=1000)}
    pages = [waiting(run, told=Filter(sort=sort), at=NOON, start=start, most=10) for start in range(0, 200, 10)]
    seen = Counter(row.party for page in pages for row in page)
    assert set(seen) == whole
    assert set(seen.values()) == {1}


def test_the_lights_part_the_list(house: House, run: PlanRun) -> None:
    whole = count(run, told=Filter(), at=NOON)
    for at in (NOON, NOON + timedelta(hours=20), NOON + timedelta(hours=30), NOON + timedelta(days=9)):
        parts = [count(run, told=Filter(light=light), at=at) for light in ("green", "amber", "red")]
        assert sum(parts) == whole
    assert count(run, told=Filter(light="red"), at=NOON + timedelta(days=9)) == whole


def test_a_line_says_what_is_left_and_the_first_one_why_it_is_first(house: House) -> None:
    page = house.client(MANAGER).get(reverse("queue")).content.decode()
    assert page.count('class="clock clock-green"') > 1
    assert page.count("forward in the order of the clocks") == 1
    assert "h left" in page or "min left" in page
    assert "向前" not in page
    chinese = house.client(MANAGER, language="zh-hans").get(reverse("queue")).content.decode()
    assert "因其价值" in chinese


def test_a_number_finds_its_customer_with_or_without_its_source(house: House, run: PlanRun) -> None:
    one = waiting(run, told=Filter(), at=NOON)[0]
    bare = one.customer.split("/", 1)[1]
    for text in (one.customer, bare, one.customer[:-1]):
        assert one.party in {row.party for row in waiting(run, told=Filter(text=text), at=NOON, most=100)}
    assert waiting(run, told=Filter(text=bare[1:]), at=NOON) == []


def test_counting_ends_where_nobody_reads_on(house: House, run: PlanRun) -> None:
    assert 0 < count(run, told=Filter(), at=NOON) <= COUNTED_MOST


# ---- views -----------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_shared_and_deleted(assigned: House) -> None:
    lead, collector = assigned.client(LEAD), assigned.client(COLLECTOR)
    form = {"tab": "team", "grade": "M2", "light": "red", "name": "M2 late"}
    answer = lead.post(reverse("view_keep"), form | {"shared": "1"})
    assert answer["Location"] == "/queue/?tab=team&grade=M2&light=red"
    lead.post(reverse("view_keep"), {"name": "my own", "sort": "late"})
    page = lead.get(reverse("queue")).content.decode()
    assert "M2 late" in page
    assert "my own" in page
    theirs = collector.get(reverse("queue")).content.decode()
    assert ("M2 late" in theirs, "my own" in theirs) == (False, False), "a collector stands in no team of the lead's"
    view = SavedView.objects.get(name="M2 late")
    collector.post(reverse("view_forget", kwargs={"view": view.pk}))
    assert SavedView.objects.filter(pk=view.pk).exists(), "another's view is not deleted"
    lead.post(reverse("view_forget", kwargs={"view": view.pk}))
    assert not SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_view_without_a_good_name_keeps_what_was_typed(assigned: House, name: str) -> None:
    answer = assigned.client(LEAD).post(reverse("view_keep"), {"name": name, "grade": "M1"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="fault-view-name"' in page
    assert 'name="grade" value="M1"' in page
    assert name.strip() in page


def test_a_view_under_the_same_name_takes_its_place(assigned: House) -> None:
    client = assigned.client(LEAD)
    for grade in ("M1", "M2"):
        client.post(reverse("view_keep"), {"name": "one", "grade": grade})
    assert [view.told for view in SavedView.objects.filter(staff=LEAD)] == ["grade=M2"]


# ---- several at once -------------------------------------------------------------------------------------------------


def test_chosen_customers_are_given_and_the_others_told(assigned: House) -> None:
    chosen = sorted(owned(COLLECTOR))[:3] + sorted(owned(LEAD))[:1]
    form = {"what": "give", "to": LEAD, "why": "load", "party": [str(one) for one in chosen]}
    answer = assigned.client(MANAGER).post(reverse("queue_bulk"), form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<strong>3</strong>" in page
    assert "this person has the customer already" in page
    assert set(chosen) <= owned(LEAD)
    row = Row.objects.filter(action="work.decided_by_hand").order_by("-id")[0]
    assert (row.by, row.detail["parties"], row.detail["via"]) == (f"staff:{MANAGER}", chosen[:3], "desk")


def test_all_of_a_filter_are_recalled(assigned: House) -> None:
    form = {"what": "recall", "why": "absence", "all": "1", "tab": "team", "staff": COLLECTOR}
    assert assigned.client(LEAD).post(reverse("queue_bulk"), form).status_code == 200
    assert owned(COLLECTOR) == set()
    assert owned(LEAD)


def test_who_is_held_for_later_waits_until_then(assigned: House, run: PlanRun) -> None:
    party = min(owned(COLLECTOR))
    form = {"what": "later", "why": "better_later", "until": "2026-11-24", "party": str(party)}
    assert assigned.client(LEAD).post(reverse("queue_bulk"), form).status_code == 200
    parties = [{row.party for row in waiting(run, told=Filter(), at=at, most=1000)} for at in
               (NOON, NOON + timedelta(days=4))]  # fmt: skip
    assert [party in some for some in parties] == [False, True]


WRONG = [
    ({}, ["what", "why", "party"]),
    ({"what": "give", "why": "load", "all": "1"}, ["to"]),
    ({"what": "give", "why": "load", "all": "1", "to": "NOBODY"}, ["to"]),
    ({"what": "recall", "why": "boredom", "all": "1"}, ["why"]),
    ({"what": "recall", "why": "load", "party": "x"}, ["party"]),
    ({"what": "recall", "why": "load", "party": "99999999999999999999"}, ["party"]),
    ({"what": "later", "why": "load", "all": "1", "until": "2026-11-20"}, ["until"]),
    ({"what": "later", "why": "load", "all": "1", "until": "tomorrow"}, ["until"]),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("form", "fields"), WRONG)
def test_a_field_says_what_is_wrong_and_what_was_typed_is_kept(
    assigned: House, form: dict[str, str], fields: list[str], language: str
) -> None:
    kept = {**form, "grade": "M1", "tab": "team"}
    before = Assignment.objects.filter(until_at__isnull=True).count()
    answer = assigned.client(MANAGER, language=language).post(reverse("queue_bulk"), kept)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert re.findall(r'class="field-fault" id="fault-([a-z-]+)"', page) == [
        name for name in ("what", "to", "until", "why", "party") if name in fields
    ]
    assert 'name="grade" value="M1"' in page
    assert Assignment.objects.filter(until_at__isnull=True).count() == before
    for name in ("what", "why"):
        if form.get(name) in ("give", "recall", "later", "load"):
            assert f'<option value="{form[name]}" selected>' in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_of_more_people_than_anybody_searches_through_the_code_is_typed(
    assigned: House, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("dunwell.desk.queue.views.NAMED_MOST", 0)
    manager = assigned.client(MANAGER, language=language)
    page = manager.get(reverse("queue"), {"staff": COLLECTOR}).content.decode()
    assert f'<input class="form-control" id="staff" name="staff" value="{COLLECTOR}"' in page
    assert '<input class="form-control" id="to" name="to" value=""' in page
    assert f'<option value="{COLLECTOR}"' not in page
    assert set(shown(manager, staff=COLLECTOR)) <= owned(COLLECTOR)
    given = {"what": "give", "why": "load", "all": "1", "tab": "team", "staff": COLLECTOR}
    before = owned(COLLECTOR)
    for wrong in ("NOBODY-1", "", COLLECTOR.lower(), "'; --"):
        answer = manager.post(reverse("queue_bulk"), {**given, "to": wrong})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert re.findall(r'class="field-fault" id="fault-([a-z-]+)"', page) == ["to"]
        assert f'id="to" name="to" value="{escape(wrong)}"' in page
    assert owned(COLLECTOR) == before
    assert manager.post(reverse("queue_bulk"), {**given, "to": LEAD}).status_code == 200
    assert not owned(COLLECTOR)


# ---- the specialist queue --------------------------------------------------------------------------------------------


def test_somebody_in_distress_leaves_every_list_but_the_specialists(assigned: House, run: PlanRun) -> None:
    party = min(owned(COLLECTOR))
    before = count(run, told=Filter(), at=NOON)
    pause(party)
    assert count(run, told=Filter(), at=NOON) == before - 1
    assert party not in shown(assigned.client(COLLECTOR), tab="mine")
    for code in (LEAD, COMPLIANCE):
        page = assigned.client(code).get(reverse("specialist")).content.decode()
        assert f'href="/customer/{party}/"' in page
        assert "clock-green" in page
    for code in (COLLECTOR, MANAGER):
        answer = assigned.client(code).get(reverse("specialist"))
        assert answer.status_code == 403
        assert "AC-CARE" in answer.content.decode()
    assert "专项关怀" in assigned.client(COLLECTOR, language="zh-hans").get(reverse("specialist")).content.decode()


def test_only_a_specialist_takes_somebody_in_distress(assigned: House) -> None:
    party = min(owned(COLLECTOR))
    pause(party)
    for code in (COLLECTOR, MANAGER):
        assigned.client(code).post(reverse("take", kwargs={"party": party}))
        assert not Reservation.objects.filter(party=party, until_at__gt=NOON).exists()
    page = assigned.client(COLLECTOR).get(reverse("customer", kwargs={"party": party})).content.decode()
    assert "waits for a specialist" in page
    assigned.client(COMPLIANCE).post(reverse("specialist_take", kwargs={"party": party}))
    assert Reservation.objects.get(party=party).staff_id == COMPLIANCE
    assert not take(party, by=LEAD, at=NOON), "one specialist at a time"


def test_the_customers_page_tells_whose_he_is_and_how_his_clock_stands(assigned: House) -> None:
    party = min(owned(COLLECTOR))
    page = assigned.client(MANAGER).get(reverse("customer", kwargs={"party": party})).content.decode()
    assert f"{COLLECTOR} (A)" in page
    assert "by the rules" in page
    assert "clock-green" in page


@pytest.mark.parametrize("code", [COLLECTOR, LEAD])
def test_the_queue_asks_the_database_so_often_and_no_more(assigned: House, code: str, statements: list[str]) -> None:
    client = assigned.client(code)
    for address in (reverse("queue"), reverse("queue") + "?tab=mine&grade=M1&light=green&text=C0"):
        client.get(address)
        statements.clear()
        assert client.get(address).status_code == 200
        assert 0 < len(statements) <= 15, "\n".join(statements)
