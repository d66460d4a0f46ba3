"""Numbers of somebody else's cases: whoever works elsewhere in the house can neither read, change nor count them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.evidence.models import Row
from dunwell.ledger.models import Contact, Hold, Party, Signal
from dunwell.portrait.queries import owed
from dunwell.settle.case_facts import hold, told
from dunwell.settle.models import Dispute, Promise, Relief
from tests.web.desk.conftest import DAY, NOON, House
from tests.web.desk.people import elsewhere

COLLECTOR = CODES[Role.COLLECTOR]
NOBODYS = 999_999_999


def key() -> str:
    return uuid4().hex


def customers() -> Iterator[tuple[Party, Any]]:
    """This function will give overdue customers of the house whom nothing holds, with what they owe most."""
    for party in Party.objects.order_by("pk"):
        rows = owed(party.pk, on=DAY)
        if rows and rows[0].position.overdue > 100 and not Hold.objects.filter(party=party).exists():
            yield party, rows[0]


@pytest.fixture(scope="module")
def cases(house: House) -> dict[str, int]:
    """This fixture will open one case of each kind, and give their numbers by the name they have in addresses."""
    client, some = house.client(COLLECTOR), customers()

    def send(name: str, **form: Any) -> Party:
        party, worst = next(some)
        form = {"key": key(), "account": worst.account.pk, **form}
        answer = client.post(reverse(name, kwargs={"party": party.pk}), form)
        assert answer.status_code == 302, (name, re.findall(r'id="fault[^>]*>([^<]+)<', answer.content.decode()))
        return party

    relief = send("relief_new", kind="waiver", principal="40", reason="hardship")
    dispute = send("dispute_new", reason="paid", proof="receipt")
    complaint = send("complaint_new", topic="conduct")
    promise = send("promise", amount="50", when=DAY.isoformat(), due_on=DAY.isoformat(), means="online")
    called, resting = next(some)[0], next(some)[0]
    attempt = {"channel": "voice", "recorded": "1", "key": key()}
    assert client.post(reverse("attempt", kwargs={"party": called.pk}), attempt).status_code == 302
    with transaction.atomic():
        fact = hold("pause", party=resting, on=DAY)
        [rest] = told("hold", [fact], party=resting, name=key(), action="test.rest", by="test", at=NOON).values()
    return {
        "relief": Relief.objects.get(party=relief).pk,
        "dispute": Dispute.objects.get(party=dispute).hold_id,
        "complaint": Signal.objects.filter(party=complaint, kind="complaint").latest("id").pk,
        "promise": Promise.objects.get(party=promise).pk,
        "contact": Contact.objects.filter(party=called).latest("id").pk,
        "rest": rest,
    }


@pytest.fixture(scope="module")
def strangers(house: House) -> dict[Role, str]:
    """This fixture will give somebody of each role who holds it where no customer is."""
    return elsewhere()


# What stands in the address: the page or the form, its case, the name of the number, and what is sent.
DOORS = [
    ("relief", "relief", "relief", None),
    ("relief_decide", "relief", "relief", {"answer": "approve", "principal": "5"}),
    ("relief_answer", "relief", "relief", {"answer": "drop"}),
    ("relief_addendum", "relief", "relief", None),
    ("dispute", "dispute", "hold", None),
    ("dispute_decide", "dispute", "hold", {"verdict": "rejected", "ground": "bill_correct"}),
    ("complaint", "complaint", "complaint", None),
    ("complaint_step", "complaint", "complaint", {"step": "acknowledged"}),
    ("rest", "rest", "hold", None),
    ("rest", "rest", "hold", {"answer": "release", "reason": "spoken"}),
    ("outcome", "contact", "contact", None),
    ("finish", "contact", "contact", {"result": "busy"}),
    ("agreement_cancel", "promise", "number", {}),
]


@pytest.mark.parametrize(("name", "case", "number", "form"), DOORS, ids=lambda told: str(told)[:24])
@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_number_answers_as_one_that_nobody_has(
    house: House, cases: dict[str, int], strangers: dict[Role, str], role: Role, name: str, case: str, number: str,
    form: dict[str, str] | None,
) -> None:  # fmt: skip
    client, kind = house.client(strangers[role]), {"kind": "promise"} if case == "promise" else {}

    def ask(value: int) -> tuple[int, str]:
        where = reverse(name, kwargs={number: value, **kind})
        answer = client.get(where) if form is None else client.post(where, {**form, "key": key()})
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        return answer.status_code, page.replace(f"/{value}/", "/")

    acted = Row.objects.exclude(action__startswith="access.").count()
    foreign, nobodys = ask(cases[case]), ask(NOBODYS)
    assert foreign[0] in (403, 404), foreign
    assert foreign == nobodys, "he could count the cases of the house by trying numbers"
    assert Row.objects.exclude(action__startswith="access.").count() == acted
