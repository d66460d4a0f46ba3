"""What the pages show, how many statements they ask, and what bad input does."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.batch.models import Plan
from dunwell.cli.demo_staff import CODES
from dunwell.compliance.models import GateRefusal
from dunwell.compliance.supervision.actions import resume, stop
from dunwell.desk import plans
from dunwell.desk.queue.queries import Filter, count, waiting
from dunwell.desk.today.queries import LISTS, LOST, STEPS, at_step, funnel
from dunwell.ledger.models import Contact
from tests.web.desk.conftest import NOON, House

# A page asks the database so often at most, sessions, roles and the gate included.
MOST = {"today": 22, "step": 15, "queue": 15, "customer": 25, "lights": 25}
COLLECTOR, MANAGER = CODES[Role.COLLECTOR], CODES[Role.MANAGER]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def url(name: str, party: int) -> str:
    told = {"step": {"step": "not_allowed"}, "customer": {"party": party}}
    return reverse(name, kwargs=told.get(name, {"party": party, "channel": "voice"} if name == "lights" else {}))


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_the_database_so_often_and_no_more(
    house: House, party: int, name: str, statements: list[str]
) -> None:
    client = house.client(MANAGER)
    client.get(url(name, party))
    statements.clear()
    assert client.get(url(name, party)).status_code == 200
    assert 0 < len(statements) <= MOST[name], "\n".join(statements)


def test_every_step_of_the_funnel_opens_its_customers(house: House) -> None:
    run = plans.latest()
    assert run is not None
    steps = {step.name: step for step in funnel(run)}
    assert tuple(steps) == ("portfolio", *STEPS)
    for name in LISTS:
        assert house.client(COLLECTOR).get(reverse("step", kwargs={"step": name})).status_code == 200
    for name in STEPS:
        assert at_step(run, step=name).count() == steps[name].count, name
        if steps[name].lost_name:
            assert at_step(run, step=steps[name].lost_name).count() == steps[name].lost, name
    assert steps["overdue"].count == Plan.objects.filter(run=run).count()


def test_those_the_rules_refused_are_listed_with_the_reasons_in_words(house: House) -> None:
    run = plans.latest()
    assert run is not None
    plan = at_step(run, step=LOST["lawful"])[0]
    words = plans.Words(run, "en")
    refused = words.refused(plan)
    assert refused
    page = house.client(COLLECTOR).get(reverse("step", kwargs={"step": "not_allowed"})).content.decode()
    for one in refused:
        assert one.treatment in page
        for rule, sentence in one.reasons:
            assert f"<code>{rule}</code>" in page
            assert len(sentence) > len(rule)


def test_an_unknown_step_customer_or_attempt_is_not_there(house: House) -> None:
    client = house.client(COLLECTOR)
    for address in ("/plan/everybody/", "/customer/999999/", "/contact/999999/", "/no/such/page/"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "There is no such page" in answer.content.decode()


def test_filters_narrow_the_queue_and_stand_in_the_address(house: House) -> None:
    run = plans.latest()
    assert run is not None
    whole = count(run, told=Filter(), at=NOON)
    by_treatment = {one.treatment for one in waiting(run, told=Filter(), at=NOON, most=1000)}
    assert sum(count(run, told=Filter(treatment=code), at=NOON) for code in by_treatment) == whole
    one = waiting(run, told=Filter(sort="late"), at=NOON)[0]
    assert one.past_due_days == max(row.past_due_days for row in waiting(run, told=Filter(), at=NOON, most=1000))
    answer = house.client(COLLECTOR).get(reverse("queue"), {"text": one.customer, "sort": "late"})
    assert answer.content.decode().count('href="/customer/') == 1
    assert f'value="{one.customer}"' in answer.content.decode()


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "_", "<script>alert(1)</script>", "\\", "王" * 200])
def test_strange_words_in_a_filter_find_nobody_and_break_nothing(house: House, text: str) -> None:
    answer = house.client(COLLECTOR).get(reverse("queue"), {"text": text, "sort": "drop", "page": "-3", "grade": ""})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert 'href="/customer/' not in answer.content.decode()


def test_a_stop_stands_on_the_first_page_and_turns_the_light(house: House, party: int) -> None:
    made = stop("channel", target="voice", reason="wrong text on tape", by="CMP", department="compliance", at=NOON)
    client = house.client(COLLECTOR)
    try:
        assert "wrong text on tape" in client.get(reverse("today")).content.decode()
        light = client.get(url("lights", party)).content.decode()
        assert "light-red" in light
        assert "<code>STOP</code>" in light
    finally:
        resume(made.id, reason="mended", by="CMP", department="compliance", at=NOON)
    assert "light-green" in client.get(url("lights", party)).content.decode()


def test_asking_leaves_nothing_behind(house: House, party: int) -> None:
    before = Contact.objects.count(), GateRefusal.objects.count()
    for channel in ("voice", "letter", "visit", "sms"):
        house.client(COLLECTOR).get(reverse("lights", kwargs={"party": party, "channel": channel}))
    assert (Contact.objects.count(), GateRefusal.objects.count()) == before


@pytest.mark.parametrize("name", ["today", "step", "queue", "customer", "lights"])
def test_pages_are_wholly_in_the_readers_language(house: House, party: int, name: str) -> None:
    english = house.client(MANAGER).get(url(name, party)).content.decode().split("<main", 1)[-1]
    chinese = house.client(MANAGER, language="zh-hans").get(url(name, party)).content.decode()
    assert CHINESE.search(chinese)
    said = re.sub(r"<[^>]+>", " ", english)
    # Names of customers are Chinese in any language, masked to one sign.
    assert not re.search(r"[\u4e00-\u9fff]{2,}", re.sub(r"\S*\*{1,3}\S*", "", said).replace("中文", ""))
    assert "{%" not in english + chinese


def test_the_customers_page_tells_what_is_owed_as_the_plan_does(house: House, party: int) -> None:
    from dunwell.desk.customer.owed import owed
    from dunwell.ledger.models import Party
    from tests.web.desk.conftest import DAY

    run = plans.latest()
    for plan in Plan.objects.filter(run=run)[:60]:
        source, _, name = plan.customer.partition("/")
        rows = owed(Party.objects.get(source=source, external_id=name).pk, on=DAY)
        sums: dict[str, object] = {}
        for row in rows:
            if row.position.overdue:
                sums[row.account.currency] = sums.get(row.account.currency, 0) + row.position.overdue  # type: ignore[operator]
        told = {part.split(" ")[0]: float(part.split(" ")[1]) for part in plan.amounts.split("; ")}
        assert {currency: float(str(amount)) for currency, amount in sums.items()} == told, plan.customer
        assert max(row.position.past_due_days for row in rows) == plan.past_due_days
