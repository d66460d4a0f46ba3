"""The pages of agreements: filled in beforehand, once for each form, and what is wrong is said where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.batch.actions import make_plan
from dunwell.batch.models import Plan as PlanRow
from dunwell.cli.demo_staff import CODES
from dunwell.desk import plans
from dunwell.desk.queue.queries import Filter, waiting
from dunwell.ledger.models import Hold, Signal
from dunwell.portrait.queries import Owed, owed
from dunwell.settle.agreements import actions, queries
from dunwell.settle.agreements.kinds import Agreed
from dunwell.settle.agreements.reviewing import review
from dunwell.settle.models import Deferral, Hardship, Plan, Promise, Statement
from tests.web.desk.conftest import DAY, NOON, House

COLLECTOR, MANAGER, FINANCE = (CODES[role] for role in (Role.COLLECTOR, Role.MANAGER, Role.FINANCE))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGES = ("promise", "plan", "deferral", "hardship")


@pytest.fixture
def debtor(house: House) -> Iterator[int]:
    """This fixture will give somebody overdue with whom nothing is agreed, and cancel what was agreed afterwards."""
    run = plans.latest()
    assert run is not None
    rows = waiting(run, told=Filter(channel="voice"), at=NOON, most=1000)
    free = (row.party for row in rows if not Hold.objects.filter(party=row.party).exists())
    party = next(one for one in free if owed(one, on=DAY)[0].position.overdue > 30)
    yield party
    for one in queries.of_customer(party, on=DAY):
        actions.cancel(one.kind, number=one.id, by="test", at=NOON)


@pytest.fixture
def client(house: House) -> Client:
    return house.client(COLLECTOR)


def worst(party: int) -> Owed:
    return owed(party, on=DAY)[0]


def send(client: Client, name: str, party: int, **said: Any) -> Any:
    row = worst(party)
    form = {
        "key": uuid4().hex, "account": row.account.pk, "amount": row.position.overdue, "due_on": DAY.isoformat(),
        "means": "online", "count": "3", "interval": "month", "reason": "illness",
    }  # fmt: skip
    return client.post(reverse(name, kwargs={"party": party}), form | said)


def text(answer: Any) -> str:
    return str(answer.content.decode())


# ---- promise --------------------------------------------------------------------------------------------------------


def test_the_promise_is_filled_in_with_what_is_overdue(client: Client, debtor: int) -> None:
    page = text(client.get(reverse("promise", kwargs={"party": debtor})))
    assert f'value="{worst(debtor).position.overdue:.2f}"' in page
    for ahead in (0, 1, 3):
        assert f'name="when" value="{DAY + timedelta(days=ahead)}"' in page
    assert "next payday" in page
    assert page.count('name="means"') == 6


def test_a_promise_is_made_once_and_stands_on_the_customers_page(client: Client, debtor: int) -> None:
    key = uuid4().hex
    said = {"when": (DAY + timedelta(days=1)).isoformat(), "means": "transfer", "key": key}
    for _ in range(2):
        answer = send(client, "promise", debtor, **said)
        assert (answer.status_code, answer["Location"]) == (302, f"/customer/{debtor}/")
    made = Promise.objects.get(party=debtor)
    assert (made.form_key, made.by, made.means) == (f"desk/{key}", f"staff:{COLLECTOR}", "transfer")
    page = text(client.get(reverse("customer", kwargs={"party": debtor})))
    assert "running" in page
    assert "Promise made" in page
    light = text(client.get(reverse("lights", kwargs={"party": debtor, "channel": "voice"})))
    assert "G7-agreed" in light
    assert "light-red" in light
    answer = send(client, "promise", debtor, when=said["when"])
    assert answer.status_code == 400
    assert "a promise to pay runs on this account already" in text(answer)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"amount": "much"}, "amount", "write a sum above zero"),
        ({"amount": "-5"}, "amount", "write a sum above zero"),
        ({"amount": "99999999"}, "amount", "more than is owed"),
        ({"amount": "1.234"}, "amount", "2 decimal places"),
        ({"due_on": "2026-11-19"}, "due_on", "this day has passed"),
        ({"due_on": "2027-01-01"}, "due_on", "the policy allows 14 days ahead"),
        ({"due_on": "soon"}, "due_on", "choose a day"),
        ({"when": "x"}, "due_on", "choose a day"),
        ({"means": "barter"}, "means", "choose how it will be paid"),
        ({"account": "1000000000"}, "account", "choose an account of this customer"),
    ],
    ids=str,
)
def test_the_field_that_is_wrong_says_so_and_keeps_what_was_typed(
    client: Client, debtor: int, said: dict[str, str], field: str, words: str
) -> None:
    answer = send(client, "promise", debtor, **said)
    page = text(answer)
    assert answer.status_code == 400
    fault = re.search(rf'id="fault-{field}">([^<]*)<', page)
    assert fault is not None
    assert words in fault[1]
    for name in {"amount", "due_on"} & said.keys():
        assert f'value="{said[name]}"' in page
    assert not Promise.objects.filter(party=debtor).exists()
    assert not Hold.objects.filter(party=debtor, kind="promise").exists()


def test_an_incomplete_form_agrees_nothing(client: Client, debtor: int) -> None:
    for name in PAGES:
        form = {"key": "x", "salary": "1", "cause": "other", "duration": "short"}
        answer = send(client, name, debtor, **form)
        assert answer.status_code == 400, name
        assert "open it again" in text(answer), name


def test_groups_and_signs_of_money_are_read(client: Client, debtor: int) -> None:
    assert send(client, "promise", debtor, amount="¥ 0,010.50").status_code == 302
    assert Promise.objects.get(party=debtor).amount == Decimal("10.50")


# ---- plan, deferral, hardship ---------------------------------------------------------------------------------------


def test_the_schedule_is_seen_before_anything_is_agreed(client: Client, debtor: int) -> None:
    for name, more in (("plan_preview", {}), ("plan", {"preview": "1"})):
        page = text(send(client, name, debtor, count="2", **more))
        assert "Together, without interest" in page
        assert "Dec 20, 2026" in page
    assert "need an income and expenditure statement" in text(send(client, "plan_preview", debtor, count="6"))
    assert "write a sum" in text(send(client, "plan_preview", debtor, amount="x"))
    assert not Plan.objects.filter(party=debtor).exists()


def test_a_plan_is_agreed_changed_and_shown(client: Client, debtor: int) -> None:
    assert send(client, "plan", debtor).status_code == 302
    made = Plan.objects.get(party=debtor)
    assert made.instalments.count() == 3
    page = text(client.get(reverse("customer", kwargs={"party": debtor})))
    assert f"?replaces={made.pk}" in page
    change = text(client.get(reverse("plan", kwargs={"party": debtor}), {"replaces": made.pk}))
    assert "Change the instalment plan" in change
    answer = send(client, "plan", debtor, replaces=made.pk, count="2")
    assert answer.status_code == 302
    assert Plan.objects.get(replaces=made.pk).instalments.count() == 2
    assert send(client, "plan", debtor, replaces=made.pk, count="2").status_code == 400
    assert client.get(reverse("plan", kwargs={"party": debtor}), {"replaces": 10**9}).status_code == 404


def test_a_long_plan_asks_for_a_statement_and_keeps_what_was_typed(client: Client, debtor: int) -> None:
    answer = send(client, "plan", debtor, count="12")
    assert "more than 3 instalments need an income and expenditure statement" in text(answer)
    answer = send(client, "plan", debtor, count="12", salary="much", food="100")
    assert (answer.status_code, 'value="much"' in text(answer)) == (400, True)
    answer = send(client, "plan", debtor, count="12", salary="100", food="100")
    assert "hardship comes first" in text(answer)
    assert Statement.objects.filter(party=debtor).count() == 0
    assert send(client, "plan", debtor, count="12", salary="9999999", food="100").status_code == 302
    assert Statement.objects.filter(party=debtor).count() == 1


def test_a_due_day_is_moved(client: Client, debtor: int) -> None:
    answer = send(client, "deferral", debtor, reason="", due_on="2026-12-20")
    assert {"due_on", "reason"} == set(re.findall(r'id="fault-(\w+)"', text(answer)))
    assert send(client, "deferral", debtor, due_on="2026-11-30").status_code == 302
    assert Deferral.objects.get(party=debtor).reason == "illness"


def test_hardship_is_decided_and_told(house: House, client: Client, debtor: int) -> None:
    answer = send(client, "hardship", debtor, salary="", dependants="many")
    assert {"dependants"} <= set(re.findall(r'id="fault-(\w+)"', text(answer)))
    answer = send(client, "hardship", debtor, salary="3000", housing="2000")
    assert {"cause", "duration"} == set(re.findall(r'id="fault-(\w+)"', text(answer)))
    assert 'value="3000"' in text(answer)
    said = {"salary": "3000", "housing": "3500", "cause": "illness", "duration": "short"}
    answer = send(client, "hardship", debtor, **said)
    made = Hardship.objects.get(party=debtor)
    assert answer["Location"].endswith(f"?done={made.pk}")
    assert "Feb 18, 2027" in text(client.get(answer["Location"]))
    assert CHINESE.search(text(house.client(COLLECTOR, language="zh-hans").get(answer["Location"])))


# ---- the list, the end before its time, both languages --------------------------------------------------------------


def test_the_list_shows_what_is_due_and_what_runs(house: House, client: Client, debtor: int) -> None:
    send(client, "promise", debtor, when=DAY.isoformat())
    for show in ("due", "running", "all", "nonsense"):
        assert f"/customer/{debtor}/" in text(client.get(reverse("agreements"), {"show": show})), show
    for show in ("broken", "kept"):
        assert f"/customer/{debtor}/" not in text(client.get(reverse("agreements"), {"show": show})), show
    agency = house.client(CODES[Role.AGENCY_USER])
    assert f"/customer/{debtor}/" not in text(agency.get(reverse("agreements"), {"show": "all"}))
    assert reverse("agreements") in text(client.get(reverse("today")))


def test_an_agreement_is_cancelled_once(client: Client, debtor: int) -> None:
    send(client, "promise", debtor, when=DAY.isoformat())
    made = Promise.objects.get(party=debtor)
    where = reverse("agreement_cancel", kwargs={"kind": "promise", "number": made.pk})
    assert client.post(where).status_code == 302
    answer = client.post(where)
    assert answer.status_code == 409
    assert "over already" in text(answer)
    assert queries.one(Agreed.PROMISE, number=made.pk, on=DAY).standing.state.value == "cancelled"  # type: ignore[union-attr]
    assert client.post(reverse("agreement_cancel", kwargs={"kind": "waiver", "number": 1})).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_chinese_and_asks_little(house: House, debtor: int, name: str, statements: list[str]) -> None:
    client, where = house.client(MANAGER, language="zh-hans"), reverse(name, kwargs={"party": debtor})
    client.get(where)
    statements.clear()
    page = text(client.get(where))
    assert len(statements) <= 25, "\n".join(statements)
    main = page.split("<main", 1)[1].split("</main", 1)[0]
    english = re.findall(r">\s*([A-Z][a-z]+ [a-z ]+)[<.]", main)
    assert english == []


def test_who_agrees_nothing_sees_no_doors(house: House, debtor: int) -> None:
    page = text(house.client(FINANCE).get(reverse("customer", kwargs={"party": debtor})))
    assert "Nothing is agreed." in page
    assert "to-promise" not in page


# ---- the next plans: last, because the pages show the latest ---------------------------------------------------------


def test_a_broken_promise_brings_the_customer_back_into_the_next_plan(client: Client, debtor: int) -> None:
    send(client, "promise", debtor, when=DAY.isoformat())
    customer = queries.of_customer(debtor, on=DAY)[0]
    after = customer.terms.held_until
    later = {day: NOON + (day - DAY) for day in (after - timedelta(days=1), after)}
    held, free = (make_plan(as_of=day, by="test", at=at).run for day, at in later.items())
    name = PlanRow.objects.get(run=held, customer__endswith=f"/{_name(debtor)}")
    assert (name.status, name.earliest_on) == ("not_allowed", after)
    again = PlanRow.objects.get(run=free, customer__endswith=f"/{_name(debtor)}")
    assert "G7-agreed" not in str(again.refused)
    assert Signal.objects.filter(party=debtor, kind="promise_broken").count() == 1
    assert review(as_of=after, by="test", at=later[after]).told == 0


def _name(party: int) -> str:
    from dunwell.ledger.models import Party

    return str(Party.objects.get(pk=party).external_id)
