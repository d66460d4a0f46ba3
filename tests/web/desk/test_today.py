"""Each role's first page: its figures against sums made here by hand, its reach, and what an empty house says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import Department, Role, ScopeKind
from dunwell.access.rules import Held, Person, Scope
from dunwell.batch.models import Plan
from dunwell.cli.demo_staff import CODES
from dunwell.desk import plans
from dunwell.desk.hours import queries as hour_queries
from dunwell.desk.hours.rules import Counted
from dunwell.desk.queue.queries import Filter
from dunwell.desk.queue.queries import waiting as queued
from dunwell.desk.tables import views as tables
from dunwell.desk.today import asking, cash, doings, grouping, people, queries, waiting
from dunwell.desk.today.board import Today
from dunwell.ledger.models import Adjustment, Contact, Hold, Party, Payment, Signal
from tests.web.desk.conftest import DAY, NOON, House

SHANGHAI = ZoneInfo("Asia/Shanghai")
MANAGER, COLLECTOR = CODES[Role.MANAGER], CODES[Role.COLLECTOR]
# A page asks the database so often at most, the first time after nobody asked for long too.
MOST = 25


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def living(model: Any) -> list[Any]:
    """This function will give the facts of a table that no other corrects."""
    rows = list(model.objects.all())
    gone = {row.corrects_id for row in rows}
    return [row for row in rows if row.pk not in gone]


def page(house: House, code: str, address: str = "/", *, language: str = "en") -> str:
    answer = house.client(code, language=language).get(address)
    assert answer.status_code == 200, (code, address)
    return str(answer.content.decode())


def tiles(text: str) -> dict[str, str]:
    """This function will read the figures as a person reads them: name and value."""
    found = re.findall(r'class="tile-name">([^<]+)</span><b[^>]*>([^<]*)</b>', text)
    return {name.replace("&#x27;", "'"): value for name, value in found}


# ---- every role ------------------------------------------------------------------------------------------------------

SHOWN = {
    Role.COLLECTOR: ("Waiting in the queue", "Attempts today", "Cash of my customers", "My promises due today"),
    Role.TEAM_LEAD: ("Attempts today", "Conversations today", "Promises today"),
    Role.MANAGER: ("Cash today", "Cash this month", "Month's end, projected", "Cost per 100 collected"),
    Role.ANALYST: ("Rows in quarantine", "Customers", "Columns without data"),
    Role.COMPLIANCE: ("Refused by the gate today", "Reviews waiting", "Stop switches pulled", "Complaints, 30 days"),
    Role.LEGAL: ("Legal means open", "Evidence to prepare", "Limitation ends within 180 days"),
    Role.FINANCE: ("Payments today", "Disputes waiting", "Waivers waiting"),
    Role.DATA_PROTECTION: ("Values opened today", "Access refused today", "Persons erased this month"),
    Role.ADMINISTRATOR: ("Last import", "Last plan", "Last seal", "Rows in quarantine"),
    Role.AGENCY_USER: ("Attempts today", "My promises due today"),
    Role.AUDITOR: ("Blocks of evidence", "Rows not sealed yet", "Values opened today"),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_own_figures_each_with_its_formula(house: House, role: Role) -> None:
    text = page(house, CODES[role])
    assert set(SHOWN[role]) <= set(tiles(text)), set(SHOWN[role]) - set(tiles(text))
    explained = text.split("How these figures are computed", 1)[1]
    for name in SHOWN[role]:
        if name not in ("Waiting in the queue", "In your hands"):
            assert name.replace("'", "&#x27;") in explained
    chinese = page(house, CODES[role], language="zh-hans")
    assert len(tiles(chinese)) == len(tiles(text))


@pytest.mark.parametrize("role", Role)
def test_each_first_page_asks_few_statements_even_the_first_time(
    house: House, role: Role, statements: list[str]
) -> None:
    client = house.client(CODES[role])
    client.get("/sign-in/")
    statements.clear()
    assert client.get("/").status_code == 200
    assert 0 < len(statements) <= MOST, (role, len(statements), "\n".join(statements))


def test_who_runs_the_house_sees_no_customer(house: House) -> None:
    text = page(house, CODES[Role.ADMINISTRATOR])
    assert "/customer/" not in text
    assert not any(party.external_id in text for party in Party.objects.all()[:50])


def test_the_auditor_has_nothing_to_press(house: House) -> None:
    main = page(house, CODES[Role.AUDITOR]).split("<main", 1)[1].split("</main>", 1)[0]
    assert "<form" not in main
    assert "<button" not in main


# ---- figures ---------------------------------------------------------------------------------------------------------


def by_hand(first: date, last: date) -> dict[str, Decimal]:
    """This function will add up the money of some days from the rows themselves."""
    sums: Counter[str] = Counter()
    for payment in living(Payment):
        if first <= payment.paid_on <= last:
            sums[payment.account.currency] += payment.amount
    for taken in living(Adjustment):
        if taken.kind in ("chargeback", "reversal") and first <= taken.effective_on <= last:
            sums[taken.account.currency] -= taken.amount
    return {currency: Decimal(amount) for currency, amount in sums.items() if amount}


def test_cash_is_what_the_ledger_says(house: House) -> None:
    first = DAY.replace(day=1)
    taken = cash.between(first, on=DAY)
    assert {c: a for c, a in cash.by_currency(taken, since=first).items() if a} == by_hand(first, DAY)
    assert {c: a for c, a in cash.by_currency(taken, since=DAY).items() if a} == by_hand(DAY, DAY)
    assert cash.payments(taken, on=DAY) == sum(one.paid_on == DAY for one in living(Payment))
    shown = tiles(page(house, MANAGER))
    assert shown["Cash this month"] == f"CN¥{round(by_hand(first, DAY)['CNY']):,}"


def test_the_chart_and_its_table_say_the_same(house: House) -> None:
    text = page(house, CODES[Role.FINANCE])
    told = json.loads(re.search(r'id="cash-line" type="application/json">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    assert told["days"] == list(range(1, 31))
    assert told["cash"][DAY.day - 1] == pytest.approx(float(by_hand(DAY.replace(day=1), DAY)["CNY"]))
    assert told["cash"][DAY.day :] == [None] * (30 - DAY.day)
    table = text.split('class="table table-sm"', 1)[1].split("</table>", 1)[0]
    assert len(re.findall(r"<tr><th scope=\"row\">", table)) == 30
    assert len(re.findall("projected", table)) == 30 - DAY.day


def counted(since: datetime, until: datetime) -> doings.Sum:
    found = [
        one for one in living(Contact) if since <= one.happened_at <= until and one.direction == "outbound"
    ]  # fmt: skip
    talked = [one for one in found if one.conversation and one.answered_by in (None, "debtor")]
    return doings.Sum(len(found), len(talked), sum(one.outcome == "promised" for one in talked))


def test_attempts_conversations_and_promises_are_counted_once_each(house: House) -> None:
    morning = datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert doings.added(doings.today(at=NOON)) == counted(morning, NOON)
    month = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert doings.added(doings.month(at=NOON)) == counted(month, NOON)
    assert doings.added(doings.month(at=NOON)) == counted(month, NOON), "the kept days and today make the same sum"
    everybody = doings.by_staff(at=NOON)
    assert sum(one.attempts for one in everybody.values()) == sum(
        one.staff is not None for one in living(Contact) if morning <= one.happened_at <= NOON
    )


def test_an_outcome_is_no_second_attempt(house: House) -> None:
    run = plans.latest()
    assert run is not None
    # Whom others of these tests would take last.
    party = queued(run, told=Filter(channel="voice", free="1"), at=NOON, most=1000)[-1].party
    before, client = doings.mine(COLLECTOR, at=NOON), house.client(COLLECTOR)
    asked = {"channel": "voice", "recorded": "1", "key": uuid4().hex}
    answer = client.post(reverse("attempt", kwargs={"party": party}), asked)
    assert answer.status_code == 302, answer.content.decode()
    assert doings.mine(COLLECTOR, at=NOON) == before._replace(attempts=before.attempts + 1)
    contact = int(answer["Location"].rstrip("/").rsplit("/", 1)[1])
    client.post(reverse("finish", kwargs={"contact": contact}), {"result": "refused", "note": ""})
    after = doings.mine(COLLECTOR, at=NOON)
    assert after == before._replace(attempts=before.attempts + 1, conversations=before.conversations + 1)


def test_cost_is_the_mean_of_the_catalogue_for_the_way() -> None:
    one_letter = [doings.Doing("letter", "human", 2, 0, 0)]
    assert doings.cost([]) == 0
    assert doings.cost([*one_letter, *one_letter]) == 2 * doings.cost(one_letter)
    assert doings.cost([doings.Doing("voice", "human", 1, 0, 0)]) > doings.cost([doings.Doing("sms", "robot", 1, 0, 0)])


def test_signals_and_disputes_are_counted_as_they_stand(house: House) -> None:
    since = DAY - timedelta(days=29)
    kinds = Counter(one.kind for one in living(Signal) if since <= one.happened_on <= DAY)
    assert doings.signals("complaint", "promise_kept", on=DAY) == {
        "complaint": kinds["complaint"], "promise_kept": kinds["promise_kept"],
    }  # fmt: skip
    from dunwell.ledger.models import HoldRelease

    released = {one.hold_id for one in HoldRelease.objects.filter(released_on__lte=DAY)}
    open_now = [
        one
        for one in living(Hold)
        if one.kind == "dispute" and one.from_on <= DAY and (one.until_on is None or one.until_on > DAY)
        and one.pk not in released
    ]  # fmt: skip
    found, oldest = waiting.disputes(DAY)
    assert found == len(open_now)
    assert oldest == min((one.from_on for one in open_now), default=None)


def test_an_empty_day_says_so_and_divides_by_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunwell.desk.clock.now", lambda: datetime(2036, 1, 1, 4, tzinfo=UTC))
    client = house.client(MANAGER)
    text = client.get("/").content.decode()
    assert "nothing yet" in text
    assert tiles(text)["Cash this month"] == "CN¥0"
    assert tiles(text)["Month's end, projected"] == "no earlier weeks"
    assert "Nobody was contacted" in client.get(reverse("hours")).content.decode()


# ---- the funnel's lists ----------------------------------------------------------------------------------------------


def test_refusals_are_grouped_by_rule_and_each_group_opens_its_customers(house: House) -> None:
    run = plans.latest()
    assert run is not None
    expected: Counter[str] = Counter()
    for plan in Plan.objects.filter(run=run, status="not_allowed"):
        expected.update({rule for one in plans.Words(run, "en").refused(plan) for rule, _said in one.reasons})
    who = person(Role.COLLECTOR)
    rows = queries.at_step(run, step="not_allowed", who=who)
    found = grouping.groups(rows, run, step="not_allowed", by="rule", who=who)
    assert dict(found) == expected
    assert [group.customers for group in found] == sorted((group.customers for group in found), reverse=True)
    for rule, customers in expected.items():
        assert grouping.only(rows, by="rule", code=rule).count() == customers, rule
        text = page(house, COLLECTOR, f"/plan/not_allowed/?by=rule&is={rule}")
        assert f"{customers} customers" in text
        assert 'aria-current="true"' in text


@pytest.mark.parametrize("step", ["overdue", "lawful", "not_eligible", "not_worth_it"])
def test_the_groups_of_other_steps_add_up(house: House, step: str) -> None:
    run = plans.latest()
    assert run is not None
    by, who = grouping.BY[step], person(Role.COLLECTOR)
    rows = queries.at_step(run, step=step, who=who)
    found = grouping.groups(rows, run, step=step, by=by, who=who)
    assert sum(group.customers for group in found) == rows.exclude(**{by: None}).count()


@pytest.mark.parametrize(
    "told", ["by=rule&is=' OR 1=1 --", "by=customer&is=x", "by=rule&is=%25", "is=G7", "by=grade&is="]
)
def test_strange_groups_find_nobody_or_everybody_and_break_nothing(house: House, told: str) -> None:
    assert page(house, COLLECTOR, f"/plan/not_allowed/?{told}")


def person(role: Role, *, scope: Scope | None = None) -> Person:
    held = Held(role=role, scope=scope) if scope else Held(role=role)
    return Person(code=CODES[role], department=Department.COLLECTIONS, held=(held,))


def test_a_part_of_the_house_counts_its_own_customers_only(house: House) -> None:
    run = plans.latest()
    assert run is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region, count(*) FROM ledger_partydetail WHERE region IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"
        )
        region = cursor.fetchone()[0]
    somebody = person(Role.COLLECTOR, scope=Scope(kind=ScopeKind.REGION, value=region))
    nobody = person(Role.COLLECTOR, scope=Scope(kind=ScopeKind.REGION, value="nowhere"))
    whole, part, none = (queries.funnel(run, who=who) for who in (None, somebody, nobody))
    for all_of_it, some, empty in zip(whole, part, none, strict=True):
        assert all_of_it.count >= some.count >= empty.count == 0
    assert 0 < part[1].count < whole[1].count
    for step in ("overdue", "lawful", "not_allowed"):
        rows = queries.at_step(run, step=step, who=somebody)
        assert rows.count() == next(
            one.count if one.name == step else one.lost for one in part if step in (one.name, one.lost_name)
        )
        assert not queries.at_step(run, step=step, who=nobody).exists()
        groups = grouping.groups(rows, run, step=step, by=grouping.BY[step], who=somebody)
        assert all(group.customers <= rows.count() for group in groups)
    assert queries.alarms(at=NOON, who=nobody) == []
    assert len(queries.alarms(at=NOON, who=somebody, most=500)) <= len(queries.alarms(at=NOON, most=500))


def test_a_lead_sees_the_people_of_his_own_team(house: House) -> None:
    lead = person(Role.TEAM_LEAD, scope=Scope(kind=ScopeKind.TEAM, value="nowhere"))
    assert people.team(Today(lead, run=plans.latest(), at=NOON)).rows == []
    assert lead.reach(Can.ASSIGN_WORK) == (Scope(kind=ScopeKind.TEAM, value="nowhere"),)


# ---- hours -----------------------------------------------------------------------------------------------------------


def test_the_heat_map_counts_each_contact_in_the_customers_own_hour(house: House) -> None:
    expected: dict[str, dict[tuple[int, int], Counted]] = {}
    first, last = hour_queries.span(DAY)
    assert (last - first).days + 1 == 7 * hour_queries.WEEKS
    for one in living(Contact):
        day = one.happened_at.astimezone(SHANGHAI).date()
        if one.direction != "outbound" or not first <= day <= last:
            continue
        local = one.happened_at.astimezone(ZoneInfo((one.time_zones or "Asia/Shanghai").split(",")[0]))
        talked = bool(one.conversation) and one.answered_by in (None, "debtor")
        week = expected.setdefault(one.channel, {})
        place = local.weekday(), local.hour
        more = Counted(1, int(talked), int(talked and one.outcome == "promised"))
        week[place] = week.get(place, Counted()).and_also(more)
    assert hour_queries.weeks(DAY) == expected
    together = hour_queries.together(expected)
    assert sum(one.attempts for one in together.values()) == sum(
        one.attempts for week in expected.values() for one in week.values()
    )


def test_the_map_and_its_table_say_the_same(house: House) -> None:
    text = page(house, MANAGER, "/hours/?channel=&metric=attempts")
    told = json.loads(re.search(r'id="hours-heat" type="application/json">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    table = text.split("hours-table", 1)[1]
    shown = [int(cell) for cell in re.findall(r'<td class="num[^"]*">\s*(\d+)</td>', table)]
    assert sorted(shown) == sorted(cell[3] for cell in told["enough"])
    assert sum(shown) == sum(one.attempts for one in hour_queries.together(hour_queries.weeks(DAY)).values())


@pytest.mark.parametrize("told", ["channel=x&metric=y", "metric=promises&part=1", "channel=sms", "channel=%00a"])
def test_strange_wishes_get_the_usual_map(house: House, told: str) -> None:
    assert house.client(MANAGER).get(f"/hours/?{told}").status_code in (200, 400)


def test_the_second_reader_of_the_day_asks_nothing_of_the_contacts(house: House, statements: list[str]) -> None:
    client = house.client(MANAGER)
    client.get("/hours/")
    statements.clear()
    client.get("/hours/?metric=promises")
    assert not any("ledger_contact" in one for one in statements)


# ---- strategy tables -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tables.FILES)
def test_every_decision_is_shown_with_all_its_rules_and_reasons(house: House, name: str) -> None:
    client = house.client(CODES[Role.ANALYST])
    for decision in tables.model(name).decisions:
        text = client.get(reverse("strategies"), {"file": name, "decision": decision.name}).content.decode()
        rules = getattr(decision.logic, "rules", ())
        assert len(re.findall(r'<tr><td class="num">\d+</td>', text)) == len(rules), decision.name
        assert not rules or text.count('class="because"') == len(rules)


def test_the_file_is_given_as_it_is_and_no_other(house: House) -> None:
    client = house.client(CODES[Role.ANALYST])
    answer = client.get(reverse("strategy_file", args=["segment"]))
    assert b"".join(answer) == tables.FILES["segment"].read_bytes()
    assert client.get(reverse("strategy_file", args=["capacity"])).status_code == 404
    assert client.get(reverse("strategies"), {"file": "../capacity"}).status_code == 404


def test_two_digests_of_styles_are_let_through_on_that_page_alone(house: House) -> None:
    client = house.client(CODES[Role.ANALYST])
    policy = client.get(reverse("strategies"))["Content-Security-Policy"]
    assert policy.count("sha256-") == 2
    assert "unsafe-inline" not in policy
    assert "script-src 'self';" in policy
    assert "sha256" not in client.get("/hours/")["Content-Security-Policy"]


def test_days_begin_by_the_house_clock() -> None:
    assert asking.begins(DAY).astimezone(UTC) == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert asking.day_of(datetime(2026, 11, 19, 17, tzinfo=UTC)) == DAY
