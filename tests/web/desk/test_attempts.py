"""Forms of the attempt and its outcome: what is missing, strange, late or somebody else's changes nothing."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.compliance.models import GateRefusal, Permit
from dunwell.desk import plans
from dunwell.desk.customer import scripts
from dunwell.desk.customer.portraits import portrait
from dunwell.desk.customer.stream import stream
from dunwell.desk.queue.queries import Filter, waiting
from dunwell.ledger.models import Contact
from dunwell.work.actions import give_back, take
from dunwell.work.rules import BY_CODE
from tests.web.desk.conftest import DAY, NOON, House

COLLECTOR, LEAD = CODES[Role.COLLECTOR], CODES[Role.TEAM_LEAD]


@pytest.fixture
def free(house: House) -> int:
    """This fixture will give somebody whom nobody has called yet and whom the rules allow to call."""
    run = plans.latest()
    assert run is not None
    return waiting(run, told=Filter(channel="voice", free="1"), at=NOON, most=1000)[-1].party


def attempt(client: Client, party: int, **said: str) -> tuple[int, str, str]:
    form = {"channel": "voice", "recorded": "1", "key": uuid4().hex, **said}
    answer = client.post(reverse("attempt", kwargs={"party": party}), form)
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


@pytest.mark.parametrize(
    "said", [{"key": ""}, {"key": "x" * 32}, {"channel": "sms"}, {"channel": ""}, {"channel": "' OR 1=1"}], ids=str
)
def test_an_incomplete_form_asks_nobody(house: House, free: int, said: dict[str, str]) -> None:
    before = Contact.objects.count(), GateRefusal.objects.count()
    status, _where, page = attempt(house.client(COLLECTOR), free, **said)
    assert status == 400
    assert "this form is not complete" in page
    assert (Contact.objects.count(), GateRefusal.objects.count()) == before


def test_a_customer_in_other_hands_is_not_called(house: House, free: int) -> None:
    take(free, by=LEAD, at=NOON)
    before = Permit.objects.count()
    status, _where, page = attempt(house.client(COLLECTOR), free)
    assert (status, Permit.objects.count()) == (409, before)
    assert "Somebody else has this customer in hand" in page
    give_back(free, by=LEAD, at=NOON)


def test_a_form_that_is_sent_twice_makes_one_contact(house: House, free: int) -> None:
    client, key = house.client(COLLECTOR), uuid4().hex
    status, where, _page = attempt(client, free, key=key)
    assert status == 302
    status, _where, page = attempt(client, free, key=key)
    assert status == 409
    assert "<code>ONCE</code>" in page
    assert Contact.objects.filter(external_id=f"desk/{key}").count() == 1
    contact = int(where.strip("/").split("/")[1])
    assert Permit.objects.filter(contact=contact).exists()
    finished(client, contact, "busy")


def finished(client: Client, contact: int, result: str, **more: str) -> int:
    return client.post(reverse("finish", kwargs={"contact": contact}), {"result": result, **more}).status_code


@pytest.mark.parametrize("result", ["", "PROMISED"])
def test_an_unknown_outcome_keeps_what_was_typed(house: House, free: int, result: str) -> None:
    client = house.client(COLLECTOR)
    _status, where, _page = attempt(client, free)
    if not where:
        pytest.fail(f"no permit for {free}")
    contact = int(where.strip("/").split("/")[1])
    answer = client.post(reverse("finish", kwargs={"contact": contact}), {"result": result, "note": "<b>so & so</b>"})
    assert answer.status_code == 400
    assert "Choose what came of it." in answer.content.decode()
    assert "&lt;b&gt;so &amp; so&lt;/b&gt;" in answer.content.decode()
    assert finished(house.client(LEAD), contact, "busy") == 404, "an outcome is told by whoever made the attempt"
    assert finished(client, contact, "no_answer") == 302
    assert finished(client, contact, "no_answer") == 409
    assert "Outcome recorded" in client.get(reverse("outcome", kwargs={"contact": contact})).content.decode()
    assert "No answer" in client.get(reverse("customer", kwargs={"party": free})).content.decode()


def test_every_outcome_stands_on_the_panel_with_its_key_in_both_languages(house: House, free: int) -> None:
    client = house.client(COLLECTOR)
    _status, where, _page = attempt(client, free)
    for language in ("en", "zh-hans"):
        page = house.client(COLLECTOR, language=language).get(where).content.decode()
        for result in BY_CODE.values():
            assert result.word(language) in page
            assert f'data-key="{result.key}"' in page
            assert result.then(language) in page
    finished(client, int(where.strip("/").split("/")[1]), "busy")


def test_the_stream_is_in_order_and_tells_of_every_kind(house: House, party: int) -> None:
    facts = stream(party, on=DAY, zone="Asia/Shanghai", most=500)
    assert [fact.on for fact in facts] == sorted((fact.on for fact in facts), reverse=True)
    assert {"charge", "contact"} <= {fact.kind for fact in facts}
    assert all(fact.on <= DAY for fact in facts)
    assert len(stream(party, on=DAY, zone="Asia/Shanghai", most=3)) == 3


def test_the_portrait_says_what_says_something_in_the_readers_language(house: House) -> None:
    run = plans.latest()
    assert run is not None
    file, customer = plans.folder(run) / "portrait.parquet", run.plan_set.order_by("id")[0].customer
    english, chinese = (portrait(file, customer=customer, chinese=side) for side in (False, True))
    assert len(english) == len(chinese) > 3
    assert all(title.isascii() for title, _value in english)
    assert all(re.search(r"[\u4e00-\u9fff]", title) for title, _value in chinese)
    assert portrait(file, customer="nobody/X", chinese=False) == []
    assert portrait(file.with_name("gone.parquet"), customer=customer, chinese=False) == []


def test_a_script_is_filled_in_and_what_is_not_known_is_marked() -> None:
    [passage] = scripts.passages(["plan_call"], values={"amount": "¥580.00", "name": ""}, language="zh-hans")
    said = "".join(part for part, _marked in passage.parts)
    assert "¥580.00" in said
    assert ("deadline", True) in passage.parts
    assert "{" not in said
    assert scripts.passages(["no_such_script"], values={}, language="en") == []
    assert scripts.ticks("plan_call", language="en") != []
    assert scripts.ticks("no_such_script", language="en") == []
