"""How far a role reaches: by region, portfolio, team and agency, on every page, against an oracle that reads facts."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg import sql

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import Role, ScopeKind
from dunwell.access.queries import person
from dunwell.access.rules import HOUSE, Scope
from dunwell.batch.models import Plan
from dunwell.cli.demo_staff import AGENCY, CODES
from dunwell.desk import plans, reach
from dunwell.evidence.models import Row
from dunwell.ledger.models import Contact, ContactPoint, Party, PartyDetail, PartyRole
from dunwell.vault.queries import keys
from dunwell.work.models import Assignment, Distribution, Reservation
from tests.web.desk.conftest import DAY, NOON, House
from tests.web.desk.people import hire
from tests.web.desk.test_matrix import MATRIX, address

TEAM = Scope(kind=ScopeKind.TEAM, value="TEAM-T")
LINK = re.compile(r"/customer/(\d+)/")


def place(kind: ScopeKind, value: str) -> Scope:
    return Scope(kind=kind, value=value)


@pytest.fixture(scope="module")
def parties(house: House) -> list[int]:
    """This fixture will give the planned customers; the first eight are in a team's care, the next four an agency's."""
    run = plans.latest()
    assert run is not None
    told = [plan.customer.split("/", 1) for plan in Plan.objects.filter(run=run).order_by("id")]
    known = {(one.source, one.external_id): one.pk for one in Party.objects.all()}
    return [known[source, name] for source, name in told]


@pytest.fixture(scope="module")
def care(house: House, parties: list[int]) -> Iterator[dict[Scope, set[int]]]:
    batch = Distribution.objects.create(
        kind="by_hand", at=NOON, as_of=DAY, by="test", policy="", inputs_digest="", counts={}
    )
    Assignment.objects.filter(until_at=None).update(until_at=NOON, ended_why="test", ended_by=batch)
    staff, told = CODES[Role.COLLECTOR], {"from_at": NOON - timedelta(hours=1), "why": "test", "batch": batch}
    for party in parties[:8]:
        Assignment.objects.create(party_id=party, staff_id=staff, team=TEAM.value, agency="", **told)
    for party in parties[8:12]:
        Assignment.objects.create(
            party_id=party, staff_id=CODES[Role.AGENCY_USER], team="", agency=AGENCY.value, **told
        )
    yield {TEAM: set(parties[:8]), AGENCY: set(parties[8:12])}
    Assignment.objects.filter(until_at=None).update(until_at=NOON, ended_why="test", ended_by=batch)


def regions() -> dict[Scope, set[int]]:
    """This function will say by the facts alone in which region each customer lies."""
    latest: dict[int, str | None] = {}
    for detail in PartyDetail.objects.filter(valid_from__lte=DAY).order_by("valid_from", "id"):
        latest[detail.party_id] = detail.region
    found: dict[Scope, set[int]] = {}
    for party, region in latest.items():
        if region:
            found.setdefault(place(ScopeKind.REGION, region), set()).add(party)
    return found


def portfolios() -> dict[Scope, set[int]]:
    found: dict[Scope, set[int]] = {}
    for role in PartyRole.objects.filter(role="primary", valid_from__lte=DAY).select_related("account"):
        if role.valid_until is None or role.valid_until > DAY:
            found.setdefault(place(ScopeKind.PORTFOLIO, role.account.creditor), set()).add(role.party_id)
    return found


@pytest.fixture(scope="module")
def oracle(house: House, care: dict[Scope, set[int]]) -> dict[Scope, set[int]]:
    return {**regions(), **portfolios(), **care}


def within(code: str, capability: Can = Can.SEE_CUSTOMERS) -> set[int]:
    """This function will ask the condition itself for all whom somebody reaches."""
    who = person(code, at=NOON)
    assert who is not None
    lies, told = reach.condition(who, capability, on=DAY)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT p.id FROM ledger_party p WHERE {}").format(lies), told)
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture(scope="module")
def scoped(house: House, oracle: dict[Scope, set[int]]) -> dict[str, set[int]]:
    """This fixture will give people who work in a part of the house, with whom the facts say they reach."""
    region = max((one for one in oracle if one.kind is ScopeKind.REGION), key=lambda one: len(oracle[one]))
    portfolio = min((one for one in oracle if one.kind is ScopeKind.PORTFOLIO), key=lambda one: len(oracle[one]))
    people = {
        hire("REACH-REG-1", Role.COLLECTOR, region): oracle[region],
        hire("REACH-POR-1", Role.MANAGER, portfolio): oracle[portfolio],
        hire("REACH-TEAM-1", Role.TEAM_LEAD, TEAM): oracle[TEAM],
        hire("REACH-TWO-1", Role.MANAGER, TEAM, region): oracle[TEAM] | oracle[region],
        hire("REACH-LEG-1", Role.LEGAL, region): oracle[region],
        CODES[Role.AGENCY_USER]: oracle[AGENCY],
    }
    whole = Party.objects.count()
    assert all(0 < len(inside) < whole for inside in people.values())
    return people


COLLECTING = ("REACH-REG-1", "REACH-POR-1", "REACH-TEAM-1", "REACH-TWO-1", CODES[Role.AGENCY_USER])
EVERY = (*COLLECTING, "REACH-LEG-1")


def test_the_condition_and_the_scopes_say_what_the_facts_say(house: House, oracle: dict[Scope, set[int]]) -> None:
    every = list(Party.objects.values_list("pk", flat=True))
    told: dict[Scope, set[int]] = {}
    for party in every:
        for scope in reach.scopes(party, on=DAY):
            told.setdefault(scope, set()).add(party)
    assert told == oracle


@pytest.mark.parametrize("code", EVERY)
def test_somebody_reaches_whom_the_facts_say(scoped: dict[str, set[int]], code: str) -> None:
    assert within(code) == scoped[code]
    who = person(code, at=NOON)
    assert who is not None
    assert reach.within([*scoped[code], 999_999], who=who, capability=Can.SEE_CUSTOMERS, on=DAY) == scoped[code]
    assert within(code, Can.ERASE_PERSONS) == set()


def test_the_whole_house_asks_nothing(house: House) -> None:
    who = person(CODES[Role.MANAGER], at=NOON)
    assert who is not None
    assert who.reach(Can.SEE_CUSTOMERS) == (HOUSE,)
    assert reach.condition(who, Can.SEE_CUSTOMERS) == (sql.SQL("TRUE"), {})


# ---- lists -----------------------------------------------------------------------------------------------------------


def lists() -> list[str]:
    """This function will list every page that is about no one customer, each step of the plan on its own."""
    from dunwell.desk.today.queries import LISTS

    found = [name for name, cells in MATRIX.items() if any(cell[0] == "get" and not cell[1] for cell in cells)]
    return [*map(reverse, found), *(reverse("step", kwargs={"step": step}) for step in LISTS), "/queue/?free=1"]


@pytest.mark.parametrize("code", EVERY)
def test_no_list_tells_of_a_customer_out_of_reach(house: House, scoped: dict[str, set[int]], code: str) -> None:
    client, inside, seen = house.client(code), scoped[code], set()
    outside = [str(name) for pk, name in Party.objects.values_list("pk", "external_id") if pk not in inside]
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in outside))
    for url in lists():
        answer = client.get(url, follow=True)
        assert answer.status_code in (200, 403), (url, answer.status_code)
        page = answer.content.decode()
        shown = {int(pk) for pk in LINK.findall(page)}
        assert shown <= inside, (url, shown - inside)
        assert not pattern.search(page), (url, pattern.search(page))
        seen |= shown
    assert seen, "the lists of somebody with customers show some"


@pytest.mark.parametrize("code", ["REACH-REG-1", "REACH-TEAM-1", CODES[Role.AGENCY_USER]])
def test_the_funnel_counts_only_whom_one_reaches(house: House, scoped: dict[str, set[int]], code: str) -> None:
    run = plans.latest()
    inside = {f"{one.source}/{one.external_id}" for one in Party.objects.filter(pk__in=scoped[code])}
    mine = Plan.objects.filter(run=run, customer__in=inside)
    page = house.client(code).get(reverse("step", kwargs={"step": "overdue"})).content.decode()
    assert f"{mine.count()} customers" in re.sub(r"\s+", " ", page)
    assert str(Plan.objects.filter(run=run).count()) not in re.findall(r"<b>([\d,]+)</b>", page)


# ---- one customer ----------------------------------------------------------------------------------------------------


def about(party: int, name: str) -> tuple[str, str, dict[str, str]]:
    """This function will give the method, the address and a whole form of an address about one customer."""
    method, arguments, form, _allowed = MATRIX[name][0]
    key = {"channel": "voice", "recorded": "1", "key": "ab" * 16} if name == "attempt" else {}
    return method, address(name, arguments, party), {**form, **key}


ABOUT_ONE = [name for name, cells in MATRIX.items() if "party" in cells[0][1]]


@pytest.mark.parametrize("code", ["REACH-TEAM-1", CODES[Role.AGENCY_USER]])
@pytest.mark.parametrize("name", ABOUT_ONE)
def test_a_customer_out_of_reach_and_a_number_of_nobody_get_one_answer(
    house: House, scoped: dict[str, set[int]], name: str, code: str, statements: list[str]
) -> None:
    client, outside = house.client(code), min(set(Party.objects.values_list("pk", flat=True)) - scoped[code])
    before = Contact.objects.count(), Reservation.objects.count()
    told = []
    for party in (outside, 99_999_999):
        method, url, form = about(party, name)
        statements.clear()
        answer = getattr(client, method)(url, form)
        row = Row.objects.order_by("-id")[0]
        assert answer.status_code == 403, (url, answer.status_code)
        assert (row.action, row.by) == ("access.refused", f"staff:{code}")
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
        told.append((len(statements), row.detail, page.replace(f"/{party}/", "/N/")))
    assert told[0] == told[1]
    assert (Contact.objects.count(), Reservation.objects.count()) == before


def test_who_is_refused_reads_the_rule_the_reason_and_what_helps(house: House, scoped: dict[str, set[int]]) -> None:
    outside = min(set(Party.objects.values_list("pk", flat=True)) - scoped["REACH-TEAM-1"])
    url = reverse("customer", kwargs={"party": outside})
    page = house.client("REACH-TEAM-1").get(url).content.decode()
    assert "AC-REACH" in page and "team:TEAM-T" in page and "another scope" in page
    page = house.client("REACH-TEAM-1", language="zh-hans").get(url).content.decode()
    assert "AC-REACH" in page and "不在该范围内" in page
    row = Row.objects.order_by("-id")[0]
    assert (row.subject, row.detail) == (f"party/{outside}", {"rule": "AC-REACH", "via": "desk"})
    assert house.client(CODES[Role.MANAGER]).get(reverse("customer", kwargs={"party": 99_999_999})).status_code == 404


@pytest.mark.parametrize("code", EVERY)
def test_a_customer_within_reach_is_seen_as_the_role_there_sees_him(
    house: House, scoped: dict[str, set[int]], parties: list[int], code: str
) -> None:
    party = next(one for one in parties if one in scoped[code])
    page = house.client(code).get(reverse("customer", kwargs={"party": party}))
    assert page.status_code == 200
    shown = page.content.decode().split('id="open-name">', 1)[1].split("<", 1)[0]
    assert shown != "***"
    assert shown.endswith("*") is (code != "REACH-LEG-1")


def test_a_value_is_opened_within_reach_alone(house: House, scoped: dict[str, set[int]]) -> None:
    client, inside = house.client("REACH-REG-1"), min(scoped["REACH-REG-1"])
    opened = client.post(reverse("reveal", kwargs={"party": inside}), {"field": "name", "reason": "audit"})
    assert opened.status_code == 200
    assert 'class="opened"' in opened.content.decode()
    other = ContactPoint.objects.exclude(party_id=inside).order_by("id")[0]
    form = {"field": "phone", "reason": "audit", "point": str(other.pk)}
    assert client.post(reverse("reveal", kwargs={"party": inside}), form).status_code == 404
    assert client.post(reverse("reveal", kwargs={"party": inside}), {**form, "point": "²"}).status_code in (403, 404)


def test_a_list_is_masked_as_the_strictest_place_of_a_reach_is(house: House, scoped: dict[str, set[int]]) -> None:
    who = person("REACH-LEG-1", at=NOON)
    assert who is not None
    assert reach.listed(who, Can.SEE_CUSTOMERS) == (Role.LEGAL,)
    assert reach.listed(who, Can.CONTACT_CUSTOMERS) == ()
    assert who.roles() == ()


def test_an_attempt_of_somebody_else_is_not_there_for_anybody(house: House, scoped: dict[str, set[int]]) -> None:
    for contact in Contact.objects.order_by("id")[:3]:
        for code in COLLECTING:
            client = house.client(code)
            for name, method in (("outcome", client.get), ("finish", client.post)):
                answer = method(reverse(name, kwargs={"contact": contact.pk}), {"result": "busy"})
                assert answer.status_code == 404, (code, name)


# ---- no value in the clear -------------------------------------------------------------------------------------------

MARKS = {
    "name": "欧阳ZQXNAME",
    "identity": "990101ZQXIDENT1990",
    "voice": "13900ZQX88776655",
    "email": "zqxmail@mail.example",
}
HIDDEN_FROM_ALL = ("ZQXIDENT", "ZQXNOTE", "ZQXVOTE")
HIDDEN_BUT_FROM_LEGAL = ("ZQXNAME", "ZQX88776655", "zqxmail")


@pytest.fixture(scope="module")
def marked(house: House, parties: list[int]) -> int:
    """This fixture will give a customer whose personal data nobody can mistake, with a note of a talk."""
    from dunwell.vault import rules as sealing

    run = plans.latest()
    plan = Plan.objects.filter(run=run, status="planned", actor="human").order_by("-expected_value", "id")[0]
    source, name = plan.customer.split("/", 1)
    party = Party.objects.get(source=source, external_id=name)
    key, batch = keys([party.subject])[party.subject], party.batch

    def sealed(field: str, text: str) -> bytes:
        return sealing.seal(key, subject=party.subject, field=field, text=text)

    told: dict[str, Any] = {"batch": batch, "source": "marks", "content_digest": b"1"}
    told |= {"party": party, "valid_from": DAY}
    known = PartyDetail.objects.filter(party=party).order_by("-valid_from", "-id")[0]
    PartyDetail.objects.create(
        **told, external_id="marks", region=known.region, time_zone=known.time_zone,
        name_sealed=sealed("name", MARKS["name"]), identity_sealed=sealed("identity", MARKS["identity"]),
    )  # fmt: skip
    for channel in ("voice", "email"):
        value = sealed("contact", MARKS[channel])
        point = {"channel": channel, "quality": "verified", "value_digest": b"1", "value_sealed": value}
        ContactPoint.objects.create(**told, **point, external_id=f"marks-{channel}")
    Contact.objects.create(
        batch=batch, source="marks", external_id="marks", content_digest=b"1", party=party, channel="voice",
        direction="outbound", happened_at=NOON - timedelta(days=3), actor="human", outcome="refused",
        note_sealed=sealed("note", "ZQXNOTE she is ill"),
    )  # fmt: skip
    return party.pk


def read(answer: Any) -> str:
    """This function will read what a page says, or a file that it sends."""
    if not answer.streaming:
        return str(answer.content.decode())
    sent = b"".join(answer.streaming_content)
    answer.close()
    return sent.decode("utf-8", "replace")


def everywhere(party: int) -> list[str]:
    """This function will list every address that answers GET, of the marked customer where it is about one."""
    found = {
        address(name, arguments, party)
        for name, cells in MATRIX.items()
        for method, arguments, *_more in cells
        if method == "get"
    }
    return sorted({*found, f"/customer/{party}/lights/email/", *lists()})


@pytest.mark.parametrize("role", list(Role))
def test_no_page_no_error_and_no_log_carries_a_value_that_is_masked(
    house: House, marked: int, role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = HIDDEN_FROM_ALL if role is Role.LEGAL else HIDDEN_FROM_ALL + HIDDEN_BUT_FROM_LEGAL
    client = house.client(CODES[role])
    for url in everywhere(marked):
        page = read(client.get(url))
        found = [mark for mark in hidden if mark.casefold() in page.casefold()]
        assert not found, (url, found)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert not re.search("zqx", logged, re.IGNORECASE)


def test_the_marks_are_there_for_whom_they_are(house: House, marked: int) -> None:
    page = house.client(CODES[Role.LEGAL]).get(reverse("customer", kwargs={"party": marked})).content.decode()
    assert all(mark in page for mark in HIDDEN_BUT_FROM_LEGAL)
    told = "".join(str(row) for row in Row.objects.values_list("subject", "detail"))
    assert "zqx" not in told.casefold()


def test_a_stranger_reads_nothing_of_a_customer(house: House, marked: int) -> None:
    for url in everywhere(marked):
        answer = Client().get(url)
        assert "ZQX" not in read(answer)
        assert answer.status_code in (302, 405)
