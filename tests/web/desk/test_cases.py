"""Relief, disputes, complaints and rests on the desk: two journeys in a browser, and every form with its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.ledger.models import Adjustment, Hold, HoldRelease, Party, Signal
from dunwell.portrait.queries import accounts
from dunwell.settle.models import Complaint, ComplaintAct, Dispute, Relief
from dunwell.settle.relief import owing
from dunwell.settle.relief.rules import Unpaid
from tests.web.desk.conftest import AXE, DAY, NOON, House, Open

COLLECTOR, LEAD, MANAGER, FINANCE, COMPLIANCE, AUDITOR = (
    CODES[role] for role in (Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER, Role.FINANCE, Role.COMPLIANCE, Role.AUDITOR)
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def others(house: House) -> Iterator[int]:
    """This fixture will give, one after the other, customers of whom nobody else in these tests speaks."""

    def found() -> Iterator[int]:
        for party in Party.objects.order_by("-pk"):
            own = accounts(party.pk, on=DAY)
            left = owing.unpaid(own, on=DAY)
            if len(own) == 1 and own[0].currency == "CNY" and sum(one.amount for one in left) > 200:
                held = Hold.objects.filter(party=party).exists()
                if not held and {one.component.value for one in left} == {"principal"}:
                    yield party.pk

    return found()


@pytest.fixture
def debtor(others: Any) -> int:
    return int(next(others))


@pytest.fixture(scope="module")
def party(others: Any) -> int:
    """This fixture will give somebody of whom nothing is told: his forms are only tried."""
    return int(next(others))


def left(party: int) -> list[Unpaid]:
    return owing.unpaid(accounts(party, on=DAY), on=DAY)


def owes(party: int) -> Any:
    return sum(one.amount for one in left(party))


def sound(page: Page) -> None:
    """This function will let axe judge the page: nothing serious is wrong with it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    grave = [one for one in told["violations"] if one["impact"] in ("serious", "critical")]
    assert grave == [], json.dumps(grave, ensure_ascii=False)[:2000]


def wide_enough(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    page.set_viewport_size({"width": 1440, "height": 900})


# ---- journeys --------------------------------------------------------------------------------------------------------


def test_a_dispute_stops_contact_at_once_and_finance_releases_it(house: House, open_as: Open, debtor: int) -> None:
    lights = f"/customer/{debtor}/lights/letter/"
    page = open_as(COLLECTOR, f"/customer/{debtor}/dispute/")
    sound(page)
    wide_enough(page)
    page.select_option("#reason", "service")
    page.fill("#note", "the line was dead")
    page.click("text=Open the dispute, stop contact")
    page.wait_for_url(f"**/customer/{debtor}/")
    assert "Dispute" in page.inner_text("#cases")
    assert "light-red" in house.client(COLLECTOR).get(lights).content.decode()
    hold = Dispute.objects.get(party=debtor).hold_id
    page = open_as(FINANCE, "/cases/disputes/")
    sound(page)
    page.click(f'a[href="/cases/disputes/{hold}/"]')
    sound(page)
    wide_enough(page)
    charge = left(debtor)[0].charge
    page.fill(f"#credit-{charge}", "10")
    page.check("#verdict-partly")
    page.select_option("#ground", "service_failed")
    page.click("text=Decide, let contact go on")
    page.wait_for_load_state()
    assert "right in part" in page.inner_text("main")
    assert HoldRelease.objects.filter(hold=hold).count() == 1
    assert [one.amount for one in Adjustment.objects.filter(charge=charge, kind="credit_note")] == [10]
    assert hold not in [int(found) for found in re.findall(r"/cases/disputes/(\d+)/", disputes(house))]


def disputes(house: House) -> str:
    return str(house.client(FINANCE).get(reverse("disputes")).content.decode())


def test_a_waiver_above_ones_authority_goes_up_and_comes_back_with_a_counter_offer(
    house: House, open_as: Open, debtor: int
) -> None:
    before = owes(debtor)
    page = open_as(COLLECTOR, f"/customer/{debtor}/relief/")
    sound(page)
    wide_enough(page)
    page.fill("#sum-principal", "40")
    page.select_option("#reason", "hardship")
    page.click("button:has-text('Propose')")
    page.wait_for_url("**/cases/relief/*/")
    assert "waits for approval" in page.inner_text("h1")
    assert owes(debtor) == before
    boss = open_as(MANAGER, "/cases/relief/")
    assert "waits for you" in boss.inner_text("main")
    sound(boss)
    boss.goto(page.url)
    sound(boss)
    boss.fill("#sum-principal", "25")
    boss.click("text=Make the counter-offer")
    boss.wait_for_load_state()
    assert "counter-offer" in boss.inner_text("h1")
    page.goto(f"{house.address}/cases/relief/")
    assert "waits for you" in page.inner_text("main")
    page.goto(boss.url)
    page.click("button:has-text('Accept')")
    page.wait_for_load_state()
    assert "granted" in page.inner_text("h1")
    assert owes(debtor) == before - 25
    page.click("text=Contract addendum")
    page.wait_for_load_state()
    sound(page)
    assert "补充协议" in page.inner_text("main") and "SHA-256" in page.inner_text("main")


# ---- forms -----------------------------------------------------------------------------------------------------------


def key() -> str:
    return uuid4().hex


def account(party: int) -> str:
    return str(accounts(party, on=DAY)[0].pk)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"principal": "ten"}, "principal"),
        ({"principal": "-4"}, "principal"),
        ({"principal": "99999999"}, "principal"),
        ({"principal": ""}, "amounts"),
        ({"reason": "mood"}, "reason"),
        ({"account": "999999999"}, "account"),
        ({"kind": "settlement", "pay_amount": "x", "pay_by": "2026-11-25"}, "pay_amount"),
        ({"kind": "settlement", "pay_amount": "200", "pay_by": "2031-01-01"}, "pay_by"),
    ],
)
def test_the_field_says_what_is_wrong_and_keeps_what_was_typed(
    house: House, party: int, change: dict[str, str], field: str, language: str
) -> None:
    form = {"account": account(party), "kind": "waiver", "principal": "5", "reason": "goodwill", "key": key()}
    answer = house.client(COLLECTOR, language=language).post(
        reverse("relief_new", kwargs={"party": party}), {**form, **change, "note": "typed <b>before</b>"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="fault-{field}"' in page
    assert "typed &lt;b&gt;before&lt;/b&gt;" in page
    assert all(f'value="{typed}"' in page for typed in (change.get("principal") or change.get("pay_amount"),) if typed)
    said = re.search(rf'id="fault-{field}">([^<]+)<', page)
    assert said and bool(CHINESE.search(said[1])) is (language != "en")
    assert not Relief.objects.filter(party=party).exists()


@pytest.mark.parametrize(
    ("name", "form", "field"),
    [
        ("dispute_new", {"reason": "", "proof": "none"}, "reason"),
        ("dispute_new", {"reason": "paid", "proof": "blood"}, "proof"),
        ("dispute_new", {"reason": "paid", "proof": "none", "amount": "much"}, "amount"),
        ("complaint_new", {"topic": ""}, "topic"),
        ("complaint_new", {"topic": "conduct", "staff": "nobody-7"}, "staff"),
        ("complaint_new", {"topic": "conduct", "note": "n" * 2001}, "note"),
    ],
)
def test_so_do_the_forms_of_disputes_and_complaints(
    house: House, party: int, name: str, form: dict[str, str], field: str
) -> None:
    url = reverse(name, kwargs={"party": party})
    answer = house.client(COLLECTOR).post(url, {"note": "kept as typed", **form, "key": key()})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="fault-{field}"' in page
    assert form.get("note", "kept as typed") in page
    assert not Dispute.objects.filter(party=party).exists()
    assert not Complaint.objects.filter(party=party).exists()


def test_a_form_without_its_key_is_refused(house: House, party: int) -> None:
    url = reverse("complaint_new", kwargs={"party": party})
    answer = house.client(COLLECTOR).post(url, {"topic": "data", "key": "1 OR 1=1"})
    assert answer.status_code == 400
    assert 'id="fault"' in answer.content.decode()


def test_the_same_form_sent_twice_is_one_dispute(house: House, debtor: int) -> None:
    url, form = reverse("dispute_new", kwargs={"party": debtor}), {"reason": "paid", "proof": "receipt", "key": key()}
    client = house.client(COLLECTOR)
    assert [client.post(url, form).status_code for _ in range(2)] == [302, 302]
    assert Hold.objects.filter(party=debtor, kind="dispute").count() == 1


def test_a_decision_without_a_verdict_keeps_the_sums(house: House, debtor: int) -> None:
    client = house.client(COLLECTOR)
    client.post(reverse("dispute_new", kwargs={"party": debtor}), {"reason": "paid", "proof": "receipt", "key": key()})
    hold, charge = Dispute.objects.get(party=debtor).hold_id, left(debtor)[0].charge
    url = reverse("dispute_decide", kwargs={"hold": hold})
    for form, field in (
        ({f"credit-{charge}": "7.50"}, "verdict"),
        ({f"credit-{charge}": "7.50", "verdict": "upheld"}, "ground"),
        ({f"credit-{charge}": "7.50", "verdict": "rejected", "ground": "bill_correct"}, "amounts"),
        ({f"credit-{charge}": "many", "verdict": "upheld", "ground": "goodwill"}, f"credit-{charge}"),
    ):
        answer = house.client(FINANCE).post(url, form)
        assert answer.status_code == 400
        assert f'id="fault-{field}"' in answer.content.decode()
        assert f'value="{form[f"credit-{charge}"]}"' in answer.content.decode()
    assert not HoldRelease.objects.filter(hold=hold).exists()


def test_a_complaint_goes_its_way_and_the_one_it_is_about_keeps_off(house: House, debtor: int) -> None:
    client, url = house.client(COLLECTOR), reverse("complaint_new", kwargs={"party": debtor})
    assert client.post(url, {"topic": "conduct", "staff": LEAD, "key": key()}).status_code == 302
    complaint = Signal.objects.get(party=debtor, kind="complaint").pk
    step = reverse("complaint_step", kwargs={"complaint": complaint})
    assert house.client(LEAD).post(step, {"step": "acknowledged"}).status_code == 400
    handler = house.client(COMPLIANCE)
    told = [
        {"step": "acknowledged"},
        {"step": "answered", "finding": "upheld"},
        {"step": "mediation_offered"},
        {"step": "mediation_accepted"},
        {"step": "mediation_result", "finding": "settled"},
    ]
    assert [handler.post(step, form).status_code for form in told] == [302] * len(told)
    assert handler.post(step, {"step": "closed"}).status_code == 400
    assert ComplaintAct.objects.filter(signal=complaint).count() == len(told)
    assert f"/cases/complaints/{complaint}/" in handler.get(reverse("complaints"), {"show": "closed"}).content.decode()
    stream = house.client(COLLECTOR).get(reverse("customer", kwargs={"party": debtor})).content.decode()
    assert "Mediation offered" in stream


def test_a_rest_ends_only_with_a_fitting_reason(house: House, debtor: int) -> None:
    from dunwell.settle.case_facts import hold, told

    customer = Party.objects.get(pk=debtor)
    from django.db import transaction

    with transaction.atomic():
        fact = hold("pause", party=customer, on=DAY)
        [rest] = told("hold", [fact], party=customer, name=key(), action="test.rest", by="test", at=NOON).values()
    url, client = reverse("rest", kwargs={"hold": rest}), house.client(COMPLIANCE)
    assert client.post(url, {"answer": "release", "reason": "not_reached", "key": key()}).status_code == 400
    assert client.post(url, {"answer": "keep", "reason": "not_reached", "key": key()}).status_code == 302
    assert client.post(url, {"answer": "release", "reason": "spoken", "key": key()}).status_code == 302
    assert HoldRelease.objects.filter(hold=rest).count() == 1


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("reliefs", MANAGER),
        ("disputes", FINANCE),
        ("complaints", COMPLIANCE),
        ("rests", COMPLIANCE),
        ("relief_new", COLLECTOR),
        ("dispute_new", COLLECTOR),
        ("complaint_new", COLLECTOR),
    ],
)
def test_pages_ask_little_and_are_wholly_in_the_readers_language(
    house: House, party: int, name: str, code: str, statements: list[str]
) -> None:
    url = reverse(name, kwargs={"party": party} if name.endswith("_new") else {})
    client = house.client(code)
    client.get(url)
    statements.clear()
    english = client.get(url)
    assert english.status_code == 200
    assert 0 < len(statements) <= 25, "\n".join(statements)
    said = re.sub(r"<[^>]+>", " ", english.content.decode().split("<main", 1)[-1])
    assert not re.search(r"[\u4e00-\u9fff]{2,}", re.sub(r"\S*\*{1,3}\S*", "", said).replace("中文", ""))
    chinese = house.client(code, language="zh-hans").get(url).content.decode()
    assert CHINESE.search(chinese.split("<main", 1)[-1])


def test_the_doors_of_the_card_are_those_of_the_role(house: House, party: int) -> None:
    url = reverse("customer", kwargs={"party": party})
    doors = {code: house.client(code).get(url).content.decode() for code in (COLLECTOR, AUDITOR)}
    assert reverse("relief_new", kwargs={"party": party}) in doors[COLLECTOR]
    assert all(reverse(name, kwargs={"party": party}) not in doors[AUDITOR] for name in ("relief_new", "dispute_new"))
