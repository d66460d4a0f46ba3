"""What to say: the elements are ticked off while speaking, and answers to objections are at hand."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.compliance.content.scripts import read_scripts
from dunwell.desk.customer.saying import elements
from dunwell.evidence.models import Row
from tests.web.desk.conftest import House
from tests.web.desk.test_attempts import COLLECTOR, attempt, free  # noqa: F401 - fixtures, by name


def opened(client: Client, party: int) -> tuple[int, str]:
    """This function will make an attempt and open its outcome."""
    _status, where, page = attempt(client, party)
    assert where, page
    return int(where.strip("/").split("/")[1]), client.get(where).content.decode()


def test_the_words_are_there_while_one_speaks_and_what_was_said_stands_in_the_evidence(
    house: House,
    free: int,  # noqa: F811
) -> None:
    client = house.client(COLLECTOR)
    contact, page = opened(client, free)
    ticks = re.findall(r'name="said" value="(\w+)"', page)
    assert {"identity", "amount", "payment"} <= set(ticks)
    assert page.count("<details>") == len([one for one in read_scripts() if one.name.startswith("objections/")]) > 5
    told = {"result": "refused", "said": ["payment", "identity", "no_such_element"], "note": "x"}
    assert client.post(reverse("finish", kwargs={"contact": contact}), told).status_code == 302
    row = Row.objects.get(action="work.said", subject=f"contact/{contact}")
    assert row.detail == {"elements": ["identity", "payment"], "outcome": "refused"}


def test_what_was_ticked_is_kept_where_the_form_is_wrong(house: House, free: int) -> None:  # noqa: F811
    client = house.client(COLLECTOR)
    contact, _page = opened(client, free)
    answer = client.post(reverse("finish", kwargs={"contact": contact}), {"result": "", "said": ["amount"]})
    assert answer.status_code == 400
    assert 'value="amount" checked' in answer.content.decode()
    client.post(reverse("finish", kwargs={"contact": contact}), {"result": "busy"})
    assert not Row.objects.filter(action="work.said", subject=f"contact/{contact}").exists()


def test_answers_are_in_the_readers_language(house: House, party: int) -> None:
    page = house.client(CODES[Role.COLLECTOR], language="zh-hans").get(reverse("customer", kwargs={"party": party}))
    assert "我现在没有钱" in page.content.decode()


@pytest.mark.parametrize("told", [[], ["amount", "identity"], ["<script>"]])
def test_only_elements_are_kept_in_their_order(told: list[str]) -> None:
    assert elements(told) == tuple(one for one in ("identity", "amount") if one in told)
