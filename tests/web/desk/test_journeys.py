"""Whole journeys in a real browser: signing in with a second factor, and a call by keyboard from queue to outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.desk.signing_in.logins import digits, give_login
from dunwell.evidence.models import Row
from dunwell.ledger.models import Contact, Hold
from dunwell.settle.models import Promise
from dunwell.work.models import Reservation
from tests.web.desk.conftest import AXE, NOON, House, Open

COLLECTOR, LEAD, MANAGER = (CODES[role] for role in (Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER))
AUDITOR, AGENCY = (CODES[role] for role in (Role.AUDITOR, Role.AGENCY_USER))


def sign_in(page: Page, code: str, password: str, token: str) -> None:
    page.fill("#code", code)
    page.fill("#password", password)
    page.fill("#token", token)
    page.press("#token", "Enter")


def test_somebody_signs_in_with_password_and_second_factor(house: House, open_as: Open) -> None:
    given = give_login(AUDITOR, by="test", at=NOON)
    page = open_as(None, "/queue/?sort=late")
    assert "/sign-in/" in page.url
    sign_in(page, AUDITOR.lower(), given.password, digits(AUDITOR))
    page.wait_for_url("**/queue/?sort=late")
    assert "You lack a capability" in page.inner_text("h1")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in/")
    actions = list(Row.objects.filter(subject=f"staff {AUDITOR}").order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["desk.login_given", "desk.signed_in", "desk.signed_out"]


@pytest.mark.parametrize("wrong", ["password", "token", "used"])
def test_either_factor_alone_opens_nothing(house: House, open_as: Open, wrong: str) -> None:
    given, code = give_login(MANAGER, by="test", at=NOON), digits(MANAGER)
    if wrong == "used":
        page = open_as(None)
        sign_in(page, MANAGER, given.password, code)
        page.wait_for_url(f"{house.address}/")
    page = open_as(None)
    sign_in(page, MANAGER, "x" if wrong == "password" else given.password, "000000" if wrong == "token" else code)
    assert "do not fit together" in page.get_by_role("alert").inner_text()
    assert page.input_value("#code") == MANAGER


def test_a_collector_works_by_keyboard_from_the_queue_to_the_outcome(house: House, open_as: Open) -> None:
    page = open_as(COLLECTOR)
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    party = int(page.url.rstrip("/").rsplit("/", 1)[1])
    assert Reservation.objects.get(party=party).staff_id == COLLECTOR
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.wait_for_url("**/contact/*/")
    page.keyboard.press("1")
    assert page.input_value("#note") == "Promises to pay."
    page.keyboard.press("Enter")
    page.wait_for_url("**/promise/?contact=*")
    page.keyboard.press("m")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/")
    promise = Promise.objects.filter(party=party).latest("id")
    assert (promise.means, promise.due_on - promise.agreed_on) == ("transfer", timedelta(days=1))
    told = Contact.objects.filter(party=party, staff=COLLECTOR).order_by("id")
    attempt, outcome = told
    assert outcome.corrects_id == attempt.pk
    assert (outcome.outcome, outcome.connected, outcome.answered_by) == ("promised", True, "debtor")
    assert outcome.note_sealed is not None
    assert not Reservation.objects.filter(party=party, until_at__gt=NOON).exists()
    assert page.locator(f'a[href="/customer/{party}/"]').count() == 0, "who was called waits no more"


def test_a_collector_works_five_customers_by_keyboard_alone(house: House, open_as: Open) -> None:
    page, worked = open_as(COLLECTOR), set()
    for _ in range(5):
        page.keyboard.press("n")
        page.wait_for_url("**/customer/*/")
        worked.add(page.url)
        page.keyboard.press("r")
        page.keyboard.press("a")
        page.wait_for_url("**/contact/*/")
        page.keyboard.press("7")
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue/")
    assert len(worked) == 5, "nobody comes twice"
    parties = [int(address.rstrip("/").rsplit("/", 1)[1]) for address in worked]
    assert Contact.objects.filter(party__in=parties, outcome="no_answer", staff=COLLECTOR).count() == 5


def test_distress_leads_to_the_specialist_queue_in_either_language(house: House, open_as: Open) -> None:
    page = open_as(COLLECTOR)
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    party = int(page.url.rstrip("/").rsplit("/", 1)[1])
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.wait_for_url("**/contact/*/")
    page.click("button[value=zh-hans]")
    page.wait_for_selector("html[lang=zh-hans]")
    page.keyboard.press("x")
    assert "专人" in page.inner_text("#then")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/")
    assert page.locator(f'a[href="/customer/{party}/"]').count() == 0
    other = open_as(CODES[Role.COMPLIANCE], "/queue/specialist/")
    assert other.locator(f'a[href="/customer/{party}/"]').count() == 1
    other.locator(f'form[action="/queue/specialist/{party}/take/"] button').click()
    other.wait_for_url("**/customer/*/")
    assert Reservation.objects.get(party=party).staff_id == CODES[Role.COMPLIANCE]


def test_a_dispute_shows_its_consequence_and_stops_contact_at_once(house: House, open_as: Open) -> None:
    page = open_as(COLLECTOR)
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    party = int(page.url.rstrip("/").rsplit("/", 1)[1])
    assert page.locator(".light-green").first.inner_text().startswith("Call")
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.wait_for_url("**/contact/*/")
    page.keyboard.press("d")
    assert "until the dispute is decided" in page.inner_text("#then")
    page.click("text=Save and stay with the customer")
    page.wait_for_url("**/customer/*/")
    page.wait_for_selector(".light-red >> text=Call")
    assert page.locator(".light-green").count() == 0
    assert Hold.objects.filter(party=party, kind="dispute").count() == 1


def test_a_call_that_is_not_recorded_gets_no_permit_and_the_rule_says_so(house: House, open_as: Open) -> None:
    page = open_as(COLLECTOR)
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    page.keyboard.press("a")
    page.wait_for_selector("h1:has-text('No permit')")
    assert "must be recorded" in page.inner_text("main")
    assert page.locator("code").count() >= 1


def test_two_people_never_get_one_customer(house: House, open_as: Open) -> None:
    first, second = open_as(COLLECTOR), open_as(LEAD)
    for page in (first, second):
        page.keyboard.press("n")
        page.wait_for_url("**/customer/*/")
    assert first.url != second.url
    second.goto(first.url)
    assert COLLECTOR in second.inner_text(".page-header")
    assert second.locator("#attempt").count() == 0


def test_the_language_is_switched_in_the_middle(house: House, open_as: Open, party: int) -> None:
    page = open_as(MANAGER, f"/customer/{party}/")
    page.click("button[value=zh-hans]")
    page.wait_for_selector("h2:has-text('下一步建议')")
    assert page.url.endswith(f"/customer/{party}/")
    page.click("button[value=en]")
    page.wait_for_selector("h2:has-text('Next best action')")


def test_a_masked_number_is_opened_in_its_place(house: House, open_as: Open, party: int) -> None:
    page = open_as(MANAGER, f"/customer/{party}/")
    page.locator(".reveal summary").first.click()
    page.select_option("#reason-open-name", "identity_check")
    page.locator("details[open] button").click()
    assert "*" not in page.locator("#open-name .opened").inner_text()


PAGES = [
    *("/", "/queue/", "/plan/not_allowed/", "/customer/{party}/", "/plan/attempted/", "/agreements/?show=all"),
    *(f"/customer/{{party}}/{name}/" for name in ("promise", "instalments", "deferral", "hardship")),
]


@pytest.mark.parametrize(
    ("code", "width", "pages"), [(COLLECTOR, 1440, PAGES), (COLLECTOR, 390, PAGES), (AGENCY, 390, ["/", "/queue/"])]
)
def test_pages_are_accessible_and_never_wider_than_the_window(
    house: House, open_as: Open, party: int, code: str, width: int, pages: list[str]
) -> None:
    page = open_as(code, width=width)
    axe = AXE.read_text(encoding="utf-8")
    for address in pages:
        page.goto(house.address + address.format(party=party))
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
        grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in grave]
        assert told == [], (address, width)
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), address


def test_the_outcome_and_the_door_are_accessible_too(house: House, open_as: Open) -> None:
    page = open_as(COLLECTOR)
    page.keyboard.press("n")
    page.wait_for_url("**/customer/*/")
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.wait_for_url("**/contact/*/")
    for each in (page, open_as(None, "/sign-in/", width=390)):
        each.evaluate(AXE.read_text(encoding="utf-8"))
        found = each.evaluate("axe.run()")
        assert [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")] == []
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/")
