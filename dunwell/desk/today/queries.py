"""Reading for the first page: the plan as a funnel, who stands at each step, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from dunwell.batch.models import Plan, PlanRun
from dunwell.ledger.models import Signal
from dunwell.ledger.zones import house_zone

PAGE = 50
# What each step keeps of the overdue customers, in the order of the plan; the rest is lost there.
LOST = {"fits": "not_eligible", "lawful": "not_allowed", "worth": "not_worth_it", "planned": "over_capacity"}
STEPS = ("overdue", *LOST, "attempted")
LISTS = (*STEPS, *LOST.values(), "waiting")
SPECIALIST_DAYS = 30


def day_of(run: PlanRun) -> datetime:
    """This function will give the moment at which the plan's day begins by the house's clock."""
    return datetime.combine(run.as_of, time(), tzinfo=ZoneInfo(house_zone()))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: how many customers pass it, and how many are lost at it."""

    name: str
    count: int
    lost_name: str
    lost: int


# Driven by the contacts of the day, which are few, not by the plan.
_ATTEMPTED = """
    FROM (
        SELECT DISTINCT x.party_id FROM ledger_contact x JOIN ledger_batch b ON b.id = x.batch_id
        WHERE x.happened_at >= %(since)s AND b.recorded_at >= %(made)s AND x.direction = 'outbound'
    ) c
    JOIN ledger_party p ON p.id = c.party_id
    JOIN plan l ON l.run_id = %(run)s AND l.customer = p.source || '/' || p.external_id AND l.status = 'planned'
"""


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _since(run: PlanRun) -> dict[str, Any]:
    """This function will say what counts as tried under a plan: what was told after it, of its day or later."""
    return {"run": run.pk, "since": day_of(run), "made": run.made_at}


def attempted(run: PlanRun) -> int:
    """This function will count the planned customers whom somebody tried to reach since the day began."""
    return int(_rows(f"SELECT count(*) {_ATTEMPTED}", _since(run))[0][0])


def funnel(run: PlanRun) -> list[Step]:
    """This function will count the plan from the portfolio down to what was tried, from the run's own counts."""
    statuses: dict[str, int] = run.counts["statuses"]
    left = sum(statuses.values())
    steps = [Step("portfolio", run.counts["customers"], "", 0), Step("overdue", left, "", 0)]
    for name, status in LOST.items():
        lost = statuses.get(status, 0)
        left -= lost
        steps.append(Step(name, left, status, lost))
    tried = attempted(run)
    return [*steps, Step("attempted", tried, "waiting", left - tried)]


def at_step(run: PlanRun, *, step: str) -> QuerySet[Plan]:
    """This function will ask for the customers of a step, or of those lost at one, the most valuable first."""
    rows = Plan.objects.filter(run=run).order_by("-expected_value", "-past_due_days", "id")
    if step in LOST.values():
        return rows.filter(status=step)
    if step in ("attempted", "waiting"):
        statement = f"SELECT l.id {_ATTEMPTED}"
        tried = [row[0] for row in _rows(statement, _since(run))]
        planned = rows.filter(status="planned")
        return planned.filter(id__in=tried) if step == "attempted" else planned.exclude(id__in=tried)
    gone = [status for name, status in LOST.items() if STEPS.index(name) <= STEPS.index(step)]
    return rows.exclude(status__in=gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A customer who needs a specialist or an answer, and since when."""

    party: int
    customer: str
    kind: str
    on: Any


def alarms(*, at: datetime, most: int = 6) -> list[Alarm]:
    """This function will list whose distress or complaint was told of lately, distress first."""
    since = at.date() - timedelta(days=SPECIALIST_DAYS)
    found = Signal.objects.filter(kind__in=("distress", "complaint"), happened_on__gte=since)
    return [_alarm(signal) for signal in found.select_related("party").order_by("-kind", "-happened_on", "-id")[:most]]


def _alarm(signal: Signal) -> Alarm:
    name = f"{signal.party.source}/{signal.party.external_id}"
    return Alarm(party=signal.party_id, customer=name, kind=signal.kind, on=signal.happened_on)
