"""The pages of rights: asking, deciding, refusing; what is wrong is said at its field, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, Department, RequestKind, Role, ScopeKind, State
from dunwell.access.models import Request, Staff, Vote
from dunwell.access.rules import Scope
from dunwell.cli.demo_staff import CODES
from dunwell.evidence.models import Row
from tests.web.desk.conftest import IMPORTED, NOON, House
from tests.web.desk.people import hire

ADM, CMP, DPO, MAN, LEG, ANA = (
    CODES[role]
    for role in (
        *(Role.ADMINISTRATOR, Role.COMPLIANCE, Role.DATA_PROTECTION),
        *(Role.MANAGER, Role.LEGAL, Role.ANALYST),
    )
)
READERS = (ADM, CMP, DPO, MAN, LEG, CODES[Role.AUDITOR])
TEAM = Scope(kind=ScopeKind.TEAM, value="TEAM-R")


@pytest.fixture(scope="module")
def subject(house: House) -> str:
    """This fixture will give a team lead of one team, about whom things are asked."""
    return hire("RIGHTS-TL-1", Role.TEAM_LEAD, TEAM)


def post(client: Client, name: str, code: str | int, **form: str) -> tuple[int, str, str]:
    key = "number" if isinstance(code, int) else "code"
    answer = client.post(reverse(name, kwargs={key: code}), form)
    return answer.status_code, answer.get("Location", ""), answer.content.decode()


def grant(client: Client, code: str, **form: str) -> tuple[int, str, str]:
    return post(client, "rights_grant", code, **{"role": "collector", "scope_kind": "house", **form})


def asked(where: str) -> int:
    found = re.fullmatch(r"/rights/request/(\d+)/", where)
    assert found, where
    return int(found[1])


def outcome(number: int) -> State:
    told = queries.request(number, at=NOON)
    assert told is not None
    return told.state


# ---- the way of a request --------------------------------------------------------------------------------------------


def test_a_role_is_asked_for_and_holds_when_two_departments_have_approved(house: House, subject: str) -> None:
    status, where, _page = grant(
        house.client(ADM), subject, scope_kind="region", scope_value="CN-GD", until="2027-06-30"
    )
    number = asked(where)
    request = Request.objects.get(pk=number)
    assert (status, request.role, request.scope_kind, request.scope_value) == (302, "collector", "region", "CN-GD")
    assert request.until_at is not None
    assert request.until_at.isoformat() == "2027-06-29T16:00:00+00:00", "a day begins by the house's clock"
    assert post(house.client(CMP), "rights_vote", number, answer="approve")[0] == 302
    assert outcome(number) is State.OPEN
    assert post(house.client(DPO), "rights_vote", number, answer="approve")[0] == 302
    assert outcome(number) is State.APPROVED
    held = queries.person(subject, at=NOON)
    assert held is not None
    assert Scope(kind=ScopeKind.REGION, value="CN-GD") in {one.scope for one in held.held}
    page = house.client(ADM).get(reverse("rights_person", kwargs={"code": subject})).content.decode()
    assert "CN-GD" in page and "TEAM-R" in page


def test_what_waits_is_listed_first_for_whom_it_waits(house: House, subject: str) -> None:
    number = asked(grant(house.client(ADM), subject, scope_kind="portfolio", scope_value="P-9")[1])
    decide = reverse("rights_request", kwargs={"number": number})
    for code, able in ((CMP, True), (DPO, True), (MAN, True), (ADM, False), (LEG, False)):
        page = house.client(code).get(reverse("rights")).content.decode()
        [row] = [part for part in page.split("<tr>") if f'href="{decide}">{number}<' in part]
        assert ("btn-primary" in row) is able, code
    page = house.client(ADM).get(reverse("rights")).content.decode()
    assert "AC-OWN-REQUEST" in page
    assert "AC-CAPABILITY" in house.client(LEG).get(decide).content.decode()
    assert post(house.client(CMP), "rights_vote", number, answer="refuse", note="no such portfolio")[0] == 302
    assert outcome(number) is State.REFUSED
    assert "It is decided." in house.client(MAN).get(decide).content.decode()


def test_nobody_decides_what_he_asked_for_or_what_is_about_him(house: House, subject: str) -> None:
    number = asked(grant(house.client(MAN), subject, scope_kind="portfolio", scope_value="P-8")[1])
    status, _where, page = post(house.client(MAN), "rights_vote", number, answer="approve")
    assert (status, "AC-OWN-REQUEST" in page) == (409, True)
    status, _where, page = post(house.client(LEG), "rights_vote", number, answer="approve")
    assert (status, "AC-CAPABILITY" in page) == (403, True)
    about = asked(grant(house.client(ADM), CMP, role="compliance", scope_kind="team", scope_value="T-1")[1])
    status, _where, page = post(house.client(CMP), "rights_vote", about, answer="approve")
    assert (status, "AC-OWN-RIGHTS" in page) == (409, True)
    assert not Vote.objects.filter(request__in=[number, about]).exists()
    row = Row.objects.order_by("-id")[0]
    assert (row.action, row.detail["rule"], row.detail["via"]) == ("access.refused", "AC-OWN-RIGHTS", "desk")


def test_one_department_approves_once(house: House, subject: str) -> None:
    number = asked(grant(house.client(ADM), subject, scope_kind="portfolio", scope_value="P-7")[1])
    second = hire("RIGHTS-CMP-2", Role.COMPLIANCE, Scope())
    post(house.client(CMP), "rights_vote", number, answer="approve")
    status, _where, page = post(house.client(second), "rights_vote", number, answer="approve")
    assert (status, "AC-SEAT" in page) == (409, True)
    assert post(house.client(CMP), "rights_vote", number, answer="approve")[0] == 409
    assert outcome(number) is State.OPEN


def test_a_role_is_taken_back(house: House) -> None:
    code = hire("RIGHTS-COL-9", Role.COLLECTOR, TEAM)
    own = queries.history(code)[0][0]
    number = asked(post(house.client(ADM), "rights_revoke", code, grant=str(own.pk))[1])
    for voter in (CMP, DPO):
        post(house.client(voter), "rights_vote", number, answer="approve")
    page = house.client(ADM).get(reverse("rights_person", kwargs={"code": code})).content.decode()
    assert "taken back" in page
    told = queries.person(code, at=NOON)
    assert told is not None
    assert told.held == ()
    moved = asked(post(house.client(ADM), "rights_move", code, department="analytics")[1])
    for voter in (CMP, DPO):
        post(house.client(voter), "rights_vote", moved, answer="approve")
    told = queries.person(code, at=NOON)
    assert told is not None
    assert told.department is Department.ANALYTICS


def test_a_strategy_waits_for_its_three_roles_and_nobody_else(house: House) -> None:
    checks = {"errors": 0, "cases": 12}
    made = actions.submit_strategy("cd" * 32, checks=checks, faults=0, by=ANA, via="test", at=IMPORTED)
    page = house.client(LEG).get(reverse("rights")).content.decode()
    assert "let a strategy run" in page
    shown = house.client(LEG).get(reverse("rights_request", kwargs={"number": made.pk})).content.decode()
    assert "cdcdcdcdcdcdcdcd" in shown and ">12<" in shown
    assert post(house.client(MAN), "rights_vote", made.pk, answer="approve")[0] == 403
    for code in (CMP, LEG, DPO):
        assert outcome(made.pk) is State.OPEN
        assert post(house.client(code), "rights_vote", made.pk, answer="approve")[0] == 302
    assert outcome(made.pk) is State.APPROVED
    assert queries.approved(kind=RequestKind.STRATEGY, digest="cd" * 32)


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "field", "status", "said"),
    [
        ({"role": ""}, "role", 400, "Choose a role."),
        ({"role": "emperor"}, "role", 400, "Choose a role."),
        ({"role": "legal"}, "role", 409, "AC-DEPARTMENT"),
        ({"scope_kind": "planet"}, "scope_kind", 400, "Choose where the role holds."),
        ({"scope_kind": "region", "scope_value": "  "}, "scope_value", 400, "Name it as the data do"),
        ({"scope_kind": "team", "scope_value": "x" * 81}, "scope_value", 400, "Name it as the data do"),
        ({"from": "tomorrow"}, "from", 400, "Write the day as 2026-12-31."),
        ({"until": "2026-13-01"}, "until", 400, "Write the day as 2026-12-31."),
        ({"from": "2027-02-01", "until": "2027-01-01"}, "until", 409, "AC-PERIOD"),
        ({"role": "team_lead", "scope_kind": "team", "scope_value": "TEAM-R"}, "role", 409, "AC-HELD"),
    ],
    ids=str,
)
def test_the_field_says_what_is_wrong_and_what_was_typed_stays(
    house: House, subject: str, form: dict[str, str], field: str, status: int, said: str
) -> None:
    whole = {"scope_value": "", "from": "2027-01-05", "until": "2027-03-05", **form}
    before = Request.objects.count()
    got, _where, page = grant(house.client(ADM), subject, **whole)
    assert (got, Request.objects.count()) == (status, before)
    fault = page.split(f'id="fault-{field}">', 1)[1].split("<", 1)[0]
    assert said in fault
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"|id="{field}"[^>]*aria-invalid="true"', page)
    for name in ("from", "until", "scope_value"):
        assert f'value="{whole[name]}"' in page or name == field, name


def test_a_refusal_needs_its_reason_and_keeps_nothing_back(house: House, subject: str) -> None:
    number = asked(grant(house.client(ADM), subject, scope_kind="portfolio", scope_value="P-6")[1])
    status, _where, page = post(house.client(CMP), "rights_vote", number, answer="refuse")
    assert (status, 'id="fault-note"' in page, "AC-NOTE" in page) == (400, True, True)
    status, _where, page = post(house.client(CMP), "rights_vote", number, answer="maybe", note="<b>perhaps</b>")
    assert (status, "Approve or refuse." in page) == (400, True)
    assert "&lt;b&gt;perhaps&lt;/b&gt;" in page
    assert outcome(number) is State.OPEN


def test_the_note_of_a_vote_is_sealed(house: House, subject: str) -> None:
    number = asked(grant(house.client(ADM), subject, scope_kind="portfolio", scope_value="P-5")[1])
    post(house.client(CMP), "rights_vote", number, answer="refuse", note="ZQXVOTE")
    vote = Vote.objects.get(request=number)
    assert vote.answer == Answer.REFUSE
    assert vote.note_sealed is not None and b"ZQXVOTE" not in bytes(vote.note_sealed)
    url = reverse("rights_request", kwargs={"number": number})
    for code in READERS:
        assert "ZQXVOTE" not in house.client(code).get(url).content.decode()


@pytest.mark.parametrize("told", ["", "x", "²", "-1", "1e3"])
def test_no_strange_number_takes_a_role_back(house: House, subject: str, told: str) -> None:
    assert post(house.client(ADM), "rights_revoke", subject, grant=told)[0] == 400
    assert post(house.client(ADM), "rights_revoke", subject, grant="999999999999999999999999")[0] == 409


def test_somebody_is_added_and_his_name_is_sealed_and_masked(house: House) -> None:
    form = {"code": "rights-new-1", "name": "司马ZQXSTAFF", "department": "finance"}
    answer = house.client(ADM).post(reverse("rights_add"), form)
    assert (answer.status_code, answer["Location"]) == (302, "/rights/staff/RIGHTS-NEW-1/")
    made = Staff.objects.get(pk="RIGHTS-NEW-1")
    assert made.name_sealed is not None and b"ZQXSTAFF" not in bytes(made.name_sealed)
    for code in READERS:
        for url in (answer["Location"], "/rights/?text=RIGHTS-NEW"):
            page = house.client(code).get(url).content.decode()
            assert "ZQXSTAFF" not in page and "司*" in page


@pytest.mark.parametrize(
    ("form", "field", "rule"),
    [
        ({"code": "WANG"}, "code", "AC-CODE"),
        ({"code": "王伟1"}, "code", "AC-CODE"),
        ({"code": "DEMO-COL-1"}, "code", "AC-KNOWN"),
        ({"department": ""}, "department", "Choose a department."),
    ],
    ids=str,
)
def test_nobody_is_added_badly(house: House, form: dict[str, str], field: str, rule: str) -> None:
    whole = {"code": "RIGHTS-NEW-7", "department": "finance", "name": "A<b>", **form}
    answer = house.client(ADM).post(reverse("rights_add"), whole)
    page = answer.content.decode()
    assert answer.status_code in (400, 409)
    assert rule in page.split(f'id="fault-{field}">', 1)[1].split("<", 1)[0]
    assert 'value="A&lt;b&gt;"' in page
    assert not Staff.objects.filter(pk="RIGHTS-NEW-7").exists()


def test_what_is_not_there_is_not_found(house: House) -> None:
    client = house.client(ADM)
    for url in ("/rights/staff/NOBODY-1/", "/rights/request/999999/", "/rights/staff/%27%20OR%201/"):
        assert client.get(url).status_code == 404, url
    assert post(client, "rights_vote", 999_999, answer="approve")[0] == 404
    assert grant(client, "NOBODY-1")[0] == 404
    assert client.get("/rights/?text=%00").status_code == 400
    assert client.get("/rights/?text=%27%3B--&page=-2").status_code == 200


def test_rights_of_a_part_of_the_house_open_no_rights_pages(house: House) -> None:
    code = hire("RIGHTS-MAN-2", Role.MANAGER, TEAM)
    answer = house.client(code).get(reverse("rights"))
    assert (answer.status_code, "AC-CAPABILITY" in answer.content.decode()) == (403, True)
    assert 'href="/rights/"' not in house.client(code).get("/").content.decode()


@pytest.mark.parametrize("name", ["rights", "rights_add", "rights_person", "me", "me_factor"])
def test_pages_speak_the_readers_language_and_ask_little(
    house: House, subject: str, name: str, statements: list[str]
) -> None:
    url = reverse(name, kwargs={"code": subject} if name == "rights_person" else {})
    client = house.client(ADM)
    client.get(url)
    statements.clear()
    english = client.get(url).content.decode().split("<main", 1)[1]
    assert len(statements) <= 20, "\n".join(statements)
    assert not re.search(r"[\u4e00-\u9fff]{2,}", english)
    chinese = house.client(ADM, language="zh-hans").get(url).content.decode().split("<main", 1)[1]
    said = re.sub(r"<option.*?</option>|<code.*?</code>|<[^>]+>", " ", chinese)
    assert re.search(r"[\u4e00-\u9fff]{2,}", said)
    assert not re.findall(r"\b(?:Role|Where|Ask|Answers|Department|password|Staff)\b", said)
