"""Every address as every role, against a matrix that is written here and not read from the code."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.desk.urls import urlpatterns
from dunwell.evidence.models import Row
from tests.web.desk.conftest import House

EVERYBODY = frozenset(CODES)
SEE = EVERYBODY - {Role.ANALYST, Role.ADMINISTRATOR, Role.AGENCY_USER}
CALL = frozenset({Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER})
OPEN = CALL | {Role.COMPLIANCE, Role.LEGAL, Role.DATA_PROTECTION}

# name: (method, arguments, form, who gets in). An agency user's role holds for his agency alone, where nothing is yet.
NAME = {"field": "name", "reason": "audit"}
IDENTITY = {"field": "identity", "reason": "audit"}
MATRIX = {
    "today": [("get", {}, {}, EVERYBODY)],
    "step": [("get", {"step": "overdue"}, {}, SEE)],
    "queue": [("get", {}, {}, CALL)],
    "take_next": [("post", {}, {}, CALL)],
    "customer": [("get", {"party": 0}, {}, SEE)],
    "lights": [("get", {"party": 0, "channel": "voice"}, {}, SEE)],
    "reveal": [("post", {"party": 0}, NAME, OPEN), ("post", {"party": 0}, IDENTITY, frozenset({Role.LEGAL}))],
    "take": [("post", {"party": 0}, {}, CALL)],
    "give_back": [("post", {"party": 0}, {}, CALL)],
    "attempt": [("post", {"party": 0}, {}, CALL)],
    "outcome": [("get", {"contact": 1}, {}, CALL)],
    "finish": [("post", {"contact": 1}, {}, CALL)],
    "sign_out": [("post", {}, {}, EVERYBODY)],
}
# These ask for nobody's rights.
DOORS = {"login", "set_language"}
CELLS = [
    pytest.param(name, *cell, id=f"{name}-{cell[2].get('field', cell[0])}")
    for name, cells in MATRIX.items()
    for cell in cells
]


def test_every_address_stands_in_the_matrix() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(MATRIX) | DOORS


def address(name: str, arguments: dict[str, object], party: int) -> str:
    return reverse(name, kwargs={key: party if key == "party" else value for key, value in arguments.items()})


@pytest.mark.parametrize(("name", "method", "arguments", "form", "allowed"), CELLS)
def test_each_role_gets_in_where_the_matrix_says_and_nowhere_else(
    house: House, party: int, name: str, method: str, arguments: dict[str, object], form: dict[str, str],
    allowed: frozenset[Role],
) -> None:  # fmt: skip
    url = address(name, arguments, party)
    for role, code in CODES.items():
        refused = Row.objects.filter(action="access.refused", by=f"staff:{code}").count()
        answer = getattr(house.client(code), method)(url, form)
        later = Row.objects.filter(action="access.refused", by=f"staff:{code}").count()
        assert answer.status_code < 500, (role, answer.status_code)
        if role in allowed:
            assert answer.status_code != 403, (role, url)
            assert later == refused
        else:
            assert answer.status_code == 403, (role, url, answer.status_code)
            assert later == refused + 1, "a refusal without evidence"
            assert "AC-" in answer.content.decode()


@pytest.mark.parametrize(("name", "method", "arguments", "form", "allowed"), CELLS)
def test_nobody_gets_in_without_a_session(
    house: House, party: int, name: str, method: str, arguments: dict[str, object], form: dict[str, str],
    allowed: frozenset[Role],
) -> None:  # fmt: skip
    answer = getattr(Client(), method)(address(name, arguments, party), form)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_the_wrong_method_changes_nothing(house: House, party: int) -> None:
    client = house.client(CODES[Role.MANAGER])
    for name, cells in MATRIX.items():
        for method, arguments, form, _allowed in cells:
            if method == "post":
                assert client.get(address(name, arguments, party), form).status_code == 405, name


def test_a_form_from_elsewhere_is_refused(house: House, party: int) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = house.client(CODES[Role.COLLECTOR]).cookies
    assert strict.post(reverse("take", kwargs={"party": party})).status_code == 403


@pytest.mark.parametrize("name", ["today", "queue", "login"])
def test_every_page_says_what_the_browser_may_do(house: House, name: str) -> None:
    answer = house.client(CODES[Role.COLLECTOR]).get(reverse(name))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"


def test_who_lacks_a_capability_reads_which_and_who_has_it(house: House) -> None:
    page = house.client(CODES[Role.AUDITOR]).get(reverse("queue")).content.decode()
    assert "contact customers, enter outcomes" in page
    assert "collector" in page
    page = house.client(CODES[Role.AUDITOR], language="zh-hans").get(reverse("queue")).content.decode()
    assert "联系客户并登记结果" in page


def test_masking_is_that_of_the_role(house: House, party: int) -> None:
    url = reverse("customer", kwargs={"party": party})
    masked, clear = (house.client(CODES[role]).get(url).content.decode() for role in (Role.FINANCE, Role.LEGAL))
    assert "****" in masked
    assert 'id="open-identity"' not in masked
    assert "reveal" not in masked.split("<main", 1)[1]
    assert "****" not in clear
    assert 'id="open-identity"' in clear


def test_a_value_is_opened_for_a_reason_that_stands_in_the_evidence(house: House, party: int) -> None:
    client, url = house.client(CODES[Role.COLLECTOR]), reverse("reveal", kwargs={"party": party})
    assert client.post(url, {"field": "name", "reason": ""}).status_code == 400
    before = Row.objects.filter(action="access.revealed").count()
    opened = client.post(url, NAME).content.decode()
    assert 'class="opened"' in opened
    row = Row.objects.filter(action="access.revealed").order_by("-id")[0]
    assert Row.objects.filter(action="access.revealed").count() == before + 1
    assert row.detail["reason"] == "audit"
    assert row.detail["via"] == "desk"
