"""Every address as every role, against a matrix that is written here and not read from the code."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.desk.urls import urlpatterns
from dunwell.evidence.models import Row
from tests.web.desk.conftest import House
from tests.web.desk.people import elsewhere

EVERYBODY = frozenset(CODES)
SEE = EVERYBODY - {Role.ANALYST, Role.ADMINISTRATOR, Role.AGENCY_USER}
CALL = frozenset({Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER})
OPEN = CALL | {Role.COMPLIANCE, Role.LEGAL, Role.DATA_PROTECTION}
# An agency user's role holds for his agency alone, where nobody is: he gets into the lists, which are empty for him,
# and to attempts of his own, of which there are none.
SEE_LISTS, CALL_LISTS = SEE | {Role.AGENCY_USER}, CALL | {Role.AGENCY_USER}
ASK = frozenset({Role.MANAGER, Role.DATA_PROTECTION, Role.ADMINISTRATOR})
REPORTS = frozenset(
    {Role.TEAM_LEAD, Role.MANAGER, Role.ANALYST, Role.COMPLIANCE, Role.LEGAL, Role.FINANCE, Role.AUDITOR}
)
RIGHTS = ASK | {Role.COMPLIANCE, Role.LEGAL, Role.AUDITOR}

# Who proposes relief and who decides on it; who handles complaints; who ends a rest after distress.
AGREE, WAIVE = CALL | {Role.AGENCY_USER}, frozenset({Role.TEAM_LEAD, Role.MANAGER, Role.FINANCE})
HANDLE = frozenset({Role.TEAM_LEAD, Role.MANAGER, Role.COMPLIANCE, Role.LEGAL})
RELEASE = frozenset({Role.TEAM_LEAD, Role.COMPLIANCE, Role.LEGAL})
FINANCE = frozenset({Role.FINANCE})

# name: (method, arguments, form, who gets in).
NAME = {"field": "name", "reason": "audit"}
IDENTITY = {"field": "identity", "reason": "audit"}
MATRIX = {
    "today": [("get", {}, {}, EVERYBODY)],
    "step": [("get", {"step": "overdue"}, {}, SEE_LISTS)],
    "hours": [("get", {}, {}, REPORTS)],
    "strategies": [("get", {}, {}, REPORTS)],
    "strategy_file": [("get", {"name": "segment"}, {}, REPORTS)],
    "queue": [("get", {}, {}, CALL_LISTS)],
    "take_next": [("post", {}, {}, CALL_LISTS)],
    "queue_bulk": [("post", {}, {}, frozenset({Role.TEAM_LEAD, Role.MANAGER}))],
    "view_keep": [("post", {}, {}, CALL_LISTS)],
    "view_forget": [("post", {"view": 0}, {}, CALL_LISTS)],
    # Nobody of this house has the skill of special care.
    "specialist": [("get", {}, {}, frozenset({Role.COMPLIANCE}))],
    "specialist_take": [("post", {"party": 0}, {}, frozenset({Role.COMPLIANCE}))],
    "customer": [("get", {"party": 0}, {}, SEE)],
    "lights": [("get", {"party": 0, "channel": "voice"}, {}, SEE)],
    "reveal": [("post", {"party": 0}, NAME, OPEN), ("post", {"party": 0}, IDENTITY, frozenset({Role.LEGAL}))],
    "take": [("post", {"party": 0}, {}, CALL)],
    "give_back": [("post", {"party": 0}, {}, CALL)],
    "promise": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "plan": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "plan_preview": [("post", {"party": 0}, {}, CALL)],
    "deferral": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "hardship": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "agreements": [("get", {}, {}, CALL_LISTS)],
    "agreement_cancel": [("post", {"kind": "promise", "number": 10**9}, {}, CALL)],
    "attempt": [("post", {"party": 0}, {}, CALL)],
    "proof": [("get", {"party": 0}, {}, SEE)],
    "letter": [("get", {"party": 0}, {}, CALL)],
    "letter_send": [("post", {"party": 0}, {}, CALL)],
    "outcome": [("get", {"contact": 1}, {}, CALL_LISTS)],
    "finish": [("post", {"contact": 1}, {}, CALL_LISTS)],
    "cases": [("get", {}, {}, AGREE | WAIVE | HANDLE | RELEASE)],
    "reliefs": [("get", {}, {}, AGREE | WAIVE)],
    "relief": [("get", {"relief": 1}, {}, SEE)],
    "relief_addendum": [("get", {"relief": 1}, {}, SEE)],
    "relief_decide": [("post", {"relief": 1}, {}, WAIVE)],
    "relief_answer": [("post", {"relief": 1}, {}, CALL)],
    "relief_new": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "disputes": [("get", {}, {}, FINANCE)],
    "dispute": [("get", {"hold": 1}, {}, FINANCE)],
    "dispute_decide": [("post", {"hold": 1}, {}, FINANCE)],
    "dispute_new": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "complaints": [("get", {}, {}, HANDLE)],
    "complaint": [("get", {"complaint": 1}, {}, HANDLE)],
    "complaint_step": [("post", {"complaint": 1}, {}, HANDLE)],
    "complaint_new": [("get", {"party": 0}, {}, CALL), ("post", {"party": 0}, {}, CALL)],
    "rests": [("get", {}, {}, RELEASE)],
    "rest": [("get", {"hold": 1}, {}, RELEASE), ("post", {"hold": 1}, {}, RELEASE)],
    "rights": [("get", {}, {}, RIGHTS)],
    "rights_add": [("get", {}, {}, ASK), ("post", {}, {}, ASK)],
    "rights_person": [("get", {"code": "DEMO-COL-1"}, {}, RIGHTS)],
    "rights_grant": [("post", {"code": "DEMO-COL-1"}, {}, ASK)],
    "rights_revoke": [("post", {"code": "DEMO-COL-1"}, {}, ASK)],
    "rights_move": [("post", {"code": "DEMO-COL-1"}, {}, ASK)],
    "rights_request": [("get", {"number": 1}, {}, RIGHTS)],
    "rights_vote": [("post", {"number": 1}, {}, RIGHTS)],
    "me": [("get", {}, {}, EVERYBODY)],
    "me_password": [("post", {}, {}, EVERYBODY)],
    "me_factor": [("get", {}, {}, EVERYBODY), ("post", {}, {}, EVERYBODY)],
    "sign_out": [("post", {}, {}, EVERYBODY)],
}
# These ask for nobody's rights.
DOORS = {"login", "set_language"}
CELLS = [
    pytest.param(name, *cell, id=f"{name}-{cell[2].get('field', cell[0])}")
    for name, cells in MATRIX.items()
    for cell in cells
]


METHODS = ("get", "head", "post", "put", "patch", "delete")
# What is about oneself, and what is held for the whole house or not at all.
OWN = frozenset({"me", "me_password", "me_factor", "sign_out"})
WHOLE = frozenset(name for name in MATRIX if name.startswith("rights"))
COUNTED: Counter[str] = Counter()


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
        COUNTED["cells"] += 1
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


def reached(client: Client, method: str, url: str) -> int:
    COUNTED["cells"] += 1
    return int(getattr(client, method)(url).status_code)


@pytest.fixture(scope="module")
def clients(house: House) -> dict[str, Client]:
    """This fixture will sign in who can most, who only reads and who is outside: a method is refused before roles."""
    witnesses = (Role.MANAGER, Role.AUDITOR, Role.AGENCY_USER)
    return {CODES[role]: house.client(CODES[role]) for role in witnesses}


@pytest.mark.parametrize("name", MATRIX)
def test_a_method_that_is_not_written_reaches_nobody(
    house: House, party: int, clients: dict[str, Client], name: str
) -> None:
    written = {method for method, *_more in MATRIX[name]}
    others = [one for one in METHODS if one not in written and not (one == "head" and "get" in written)]
    url, before = address(name, MATRIX[name][0][1], party), Row.objects.exclude(action="access.refused").count()
    for code, client in clients.items():
        assert {reached(client, method, url) for method in others} <= {405, 403}, (name, code, others)
    assert {reached(Client(), method, url) for method in others} <= {405, 302}, (name, others)
    assert Row.objects.exclude(action="access.refused").count() == before


@pytest.mark.parametrize(("name", "method", "arguments", "form", "allowed"), CELLS)
def test_who_holds_the_role_elsewhere_reaches_no_customer_and_nothing_of_the_whole_house(
    house: House, party: int, name: str, method: str, arguments: dict[str, object], form: dict[str, str],
    allowed: frozenset[Role],
) -> None:  # fmt: skip
    url = address(name, arguments, party)
    for role, code in elsewhere().items() if name not in OWN else ():
        if role not in allowed:
            continue
        COUNTED["cells"] += 1
        answer = getattr(house.client(code), method)(url, form)
        page = b"".join(answer).decode()
        if "party" in arguments or name in WHOLE:
            assert answer.status_code == 403, (role, url, answer.status_code)
            assert "AC-REACH" in page or "AC-CAPABILITY" in page
        assert answer.status_code < 500
        # The address that was asked for may stand in the answer, for the change of language; no other does.
        told = page.replace(url, "") + answer.get("Location", "")
        assert not re.search(r"/customer/\d+/", told), (role, url)
        answer.close()


def test_the_wrong_method_changes_nothing(house: House, party: int) -> None:
    client = house.client(CODES[Role.MANAGER])
    for name, cells in MATRIX.items():
        for method, arguments, form, _allowed in cells:
            if method == "post" and "get" not in {one for one, *_more in cells}:
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


def test_the_cells_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nmatrix: {COUNTED['cells']:,} cells of {len(MATRIX)} addresses, {len(CODES)} roles\n")
