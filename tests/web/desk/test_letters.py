"""A letter by hand: what is wrong with a draft, the gate that reads it, and the sheet that is printed once."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.compliance.models import GateRefusal, Permit
from dunwell.desk import plans
from dunwell.evidence.models import Row
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import Contact, ContactPoint, Party
from tests.web.desk.conftest import NOON, House

GOOD = {
    "script": "formal_letter",
    "tongue": "zh",
    "deadline": "2026-12-04",
    "pay_link": "https://pay.example/x1",
    "help_link": "400-800-1234",
}


@pytest.fixture
def writer(house: House) -> Client:
    return house.client(CODES[Role.COLLECTOR])


@pytest.fixture
def addressee(house: House) -> int:
    """This fixture will give a customer to whom a letter may be sent now, as the gate says."""
    from dunwell.batch.models import Plan
    from dunwell.desk.customer.chance import case, light

    run = plans.latest()
    assert run is not None
    written_to = ContactPoint.objects.filter(channel=Channel.LETTER.value).values_list("party_id", flat=True)
    for plan in Plan.objects.filter(run=run, status="planned").order_by("-id"):
        source, _, name = plan.customer.partition("/")
        party = Party.objects.get(source=source, external_id=name)
        if party.pk not in written_to or Contact.objects.filter(party=party, happened_at__gte=NOON).exists():
            continue
        if light(case(party, on=NOON.date()), "letter", staff=CODES[Role.COLLECTOR], at=NOON, language="en").refused:
            continue
        return party.pk
    raise AssertionError("nobody may be written to")


def send(writer: Client, party: int, **changed: str) -> object:
    page = writer.get(reverse("letter", kwargs={"party": party})).content.decode()
    [key] = re.findall(r'name="key" value="(\w+)"', page)
    return writer.post(reverse("letter_send", kwargs={"party": party}), {**GOOD, "key": key, **changed})


def test_the_draft_shows_the_letter_with_the_name_masked(writer: Client, party: int) -> None:
    page = writer.get(reverse("letter", kwargs={"party": party}), GOOD).content.decode()
    assert "400-800-1234" in page
    assert "2026-12-04" in page
    assert re.search(r"[^\s*]\*您好", page)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("deadline", "soon", "Give a day"),
        ("deadline", "2026-11-20", "a day after today"),
        ("deadline", "2027-11-20", "a day after today"),
        ("pay_link", "", "Say it"),
        ("help_link", "x" * 201, "within 200 signs"),
        ("script", "reminder", "one of the letters"),
        ("tongue", "fr", "English or Chinese"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    writer: Client, party: int, field: str, typed: str, told: str
) -> None:
    answer = send(writer, party, **{field: typed})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in page
    assert told in page
    for name in ("pay_link", "help_link", "deadline"):
        assert f'value="{typed if name == field else GOOD[name]}"' in page


def test_the_gate_reads_the_words(writer: Client, addressee: int) -> None:
    before = (Permit.objects.count(), GateRefusal.objects.count())
    answer = send(writer, addressee, help_link="不还钱就打断你的腿")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<code>CN-I2-2</code>" in page or "<code>G6-words</code>" in page
    assert "不还钱就打断你的腿" in page
    assert (Permit.objects.count(), GateRefusal.objects.count()) == (before[0], before[1] + 1)


def test_with_a_permit_the_letter_is_there_to_be_printed_and_leaves_its_evidence(
    writer: Client, addressee: int
) -> None:
    opened = Row.objects.filter(action="access.revealed").count()
    answer = send(writer, addressee)
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert "2026-12-04" in page
    assert "*您好" not in page
    made = Contact.objects.filter(party=addressee).latest("id")
    assert (made.channel, made.staff) == ("letter", CODES[Role.COLLECTOR])
    assert reverse("outcome", kwargs={"contact": made.pk}) in page
    assert Row.objects.filter(action="access.revealed").count() == opened + 2
    [told] = Row.objects.filter(action="contact.attempt").latest("id").detail["permits"]
    assert (told["contact"], told["script"], len(told["text_digest"])) == (made.pk, GOOD["script"], 64)


def test_the_same_form_sent_twice_prints_one_letter(writer: Client, addressee: int) -> None:
    page = writer.get(reverse("letter", kwargs={"party": addressee})).content.decode()
    form = {**GOOD, "key": re.findall(r'name="key" value="(\w+)"', page)[0]}
    answers = [writer.post(reverse("letter_send", kwargs={"party": addressee}), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "ONCE" in answers[1].content.decode()


def test_the_key_for_a_letter_leads_to_its_page(writer: Client, party: int) -> None:
    form = {"channel": "letter", "key": "0" * 32}
    answer = writer.post(reverse("attempt", kwargs={"party": party}), form)
    assert answer["Location"] == reverse("letter", kwargs={"party": party})
