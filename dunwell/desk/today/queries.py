"""Reading for the first page: the plan as a funnel, who stands at each step, and who needs an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor, sql

from dunwell.access.kinds import Capability as Can
from dunwell.access.rules import HOUSE, Person
from dunwell.batch.models import Plan, PlanRun
from dunwell.desk import reach
from dunwell.desk.today import asking
from dunwell.desk.today.kept import EARLIER_SECONDS, kept

PAGE = 50
# What each step keeps of the overdue customers, in the order of the plan; the rest is lost there.
LOST = {"fits": "not_eligible", "lawful": "not_allowed", "worth": "not_worth_it", "planned": "over_capacity"}
STEPS = ("overdue", *LOST, "attempted")
LISTS = (*STEPS, *LOST.values(), "waiting")
SPECIALIST_DAYS = 30


def day_of(run: PlanRun) -> datetime:
    """This function will give the moment at which the plan's day begins by the house's clock."""
    return asking.begins(run.as_of)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: how many customers pass it, and how many are lost at it."""

    name: str
    count: int
    lost_name: str
    lost: int


def lines(who: Person | None) -> tuple[sql.SQL | sql.Composed, dict[str, Any]]:
    """This function will write the condition that a line of the plan is about somebody whom the reader may see."""
    if everywhere(who):
        return sql.SQL("TRUE"), {}
    lies, told = reached(who)
    return sql.SQL(_INSIDE).format(lies), told


def everywhere(who: Person | None) -> bool:
    """This function will tell whether somebody sees the whole house, so that nothing need be left out of a count."""
    return who is None or HOUSE in who.reach(Can.SEE_CUSTOMERS)


def reached(who: Person | None) -> tuple[sql.Composable, dict[str, Any]]:
    """This function will write the condition that a party `p` is one that the reader may see; None is the house."""
    return (sql.SQL("TRUE"), {}) if who is None else reach.condition(who, Can.SEE_CUSTOMERS)


# The customer of a line of the plan, in the ledger.
OF_PLAN = """
    JOIN ledger_party p ON p.source = split_part(l.customer, '/', 1)
        AND p.external_id = substr(l.customer, strpos(l.customer, '/') + 1)
"""
# From the reader's customers to their lines of the plan: a team has few, however large the house.
_INSIDE = "customer IN (SELECT p.source || '/' || p.external_id FROM ledger_party p WHERE {})"
# Driven by the contacts of the day, which are few, not by the plan.
_ATTEMPTED = """
    FROM (
        SELECT DISTINCT x.party_id FROM ledger_contact x JOIN ledger_batch b ON b.id = x.batch_id
        WHERE x.happened_at >= %(since)s AND b.recorded_at >= %(made)s AND x.direction = 'outbound'
    ) c
    JOIN ledger_party p ON p.id = c.party_id
    JOIN plan l ON l.run_id = %(run)s AND l.customer = p.source || '/' || p.external_id AND l.status = 'planned'
"""


def _attempted(columns: str, run: PlanRun, who: Person | None) -> list[tuple[Any, ...]]:
    lies, told = reached(who)
    statement = sql.SQL("SELECT {} {} WHERE {}").format(sql.SQL(columns), sql.SQL(_ATTEMPTED), lies)
    # What counts as tried under a plan: what was told after it, of its day or later.
    return asking.rows(statement, {"run": run.pk, "since": day_of(run), "made": run.made_at, **told})


def attempted(run: PlanRun, *, who: Person | None = None) -> int:
    """This function will count the planned customers whom somebody tried to reach since the day began."""
    return int(_attempted("count(*)", run, who)[0][0])


_COUNTED = """
    WITH mine AS MATERIALIZED (
        SELECT p.source || '/' || p.external_id AS customer FROM ledger_party p
        WHERE {} AND EXISTS (SELECT FROM ledger_partyrole r WHERE r.party_id = p.id AND r.role = 'primary')
    )
    SELECT NULL, count(*) FROM mine
    UNION ALL
    SELECT l.status, count(*) FROM mine JOIN plan l ON l.run_id = %(run)s AND l.customer = mine.customer
    GROUP BY l.status
"""


def _counted(run: PlanRun, who: Person | None) -> tuple[int, dict[str, int]]:
    """This function will count customers and how the plan decided: the run knows it, but for a part of the house."""
    if everywhere(who):
        return run.counts["customers"], run.counts["statuses"]
    lies, told = reached(who)

    def ask() -> dict[str | None, int]:
        return dict(asking.rows(sql.SQL(_COUNTED).format(lies), {"run": run.pk, **told}))

    mine = sha256(repr(sorted(told.items())).encode()).hexdigest()
    statuses = kept(f"plan/{run.inputs_digest}/{mine}", seconds=EARLIER_SECONDS, ask=ask)
    return statuses[None], {status: customers for status, customers in statuses.items() if status}


def funnel(run: PlanRun, *, who: Person | None = None) -> list[Step]:
    """This function will count the plan from the portfolio down to what was tried, as far as the reader sees."""
    customers, statuses = _counted(run, who)
    left = sum(statuses.values())
    steps = [Step("portfolio", customers, "", 0), Step("overdue", left, "", 0)]
    for name, status in LOST.items():
        lost = statuses.get(status, 0)
        left -= lost
        steps.append(Step(name, left, status, lost))
    tried = attempted(run, who=who)
    return [*steps, Step("attempted", tried, "waiting", left - tried)]


def at_step(run: PlanRun, *, step: str, who: Person | None = None) -> QuerySet[Plan]:
    """This function will ask for the customers of a step, or of those lost at one, the most valuable first."""
    rows = within(Plan.objects.filter(run=run).order_by("-expected_value", "-past_due_days", "id"), who=who)
    if step in LOST.values():
        return rows.filter(status=step)
    if step in ("attempted", "waiting"):
        tried = [row[0] for row in _attempted("l.id", run, who)]
        planned = rows.filter(status="planned")
        return planned.filter(id__in=tried) if step == "attempted" else planned.exclude(id__in=tried)
    gone = [status for name, status in LOST.items() if STEPS.index(name) <= STEPS.index(step)]
    return rows.exclude(status__in=gone)


def within(rows: QuerySet[Plan], *, who: Person | None) -> QuerySet[Plan]:
    """This function will leave out of a plan's lines the customers whom the reader does not see."""
    if everywhere(who):
        return rows
    connection.ensure_connection()
    # Django's own conditions take no named parameters, so the driver writes the values in, quoted by its rules.
    written = ClientCursor(connection.connection).mogrify(*lines(who))
    return rows.extra(where=[written.replace("%", "%%")])  # noqa: S610 - quoted by the driver.


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A customer who needs a specialist or an answer, and since when."""

    party: int
    customer: str
    kind: str
    on: Any


_ALARMS = """
    SELECT p.id, p.source || '/' || p.external_id, x.kind, x.happened_on
    FROM ledger_signal x JOIN ledger_party p ON p.id = x.party_id
    WHERE x.kind IN ('distress', 'complaint') AND x.happened_on >= %(since)s AND {}
      AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = x.id)
    ORDER BY x.kind DESC, x.happened_on DESC, x.id DESC LIMIT %(most)s
"""


def alarms(*, at: datetime, who: Person | None = None, most: int = 6) -> list[Alarm]:
    """This function will list whose distress or complaint was told of lately, distress first."""
    lies, told = reached(who)
    since = asking.day_of(at) - timedelta(days=SPECIALIST_DAYS)
    found = asking.rows(sql.SQL(_ALARMS).format(lies), {"since": since, "most": most, **told})
    return [Alarm(party=party, customer=customer, kind=kind, on=on) for party, customer, kind, on in found]
