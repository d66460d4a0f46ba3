"""Reading the queue: who waits for a person, neither tried nor come to rest since the plan, and whose he is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg import sql

from dunwell.batch.models import PlanRun
from dunwell.desk.queue.filters import DEFAULT_SORT, SORTS, Filter, Viewer, conditions, parameters
from dunwell.desk.today.queries import day_of
from dunwell.ledger.zones import house_zone
from dunwell.work import policy
from dunwell.work.specialist.queries import DAYS, came_to_rest, special

__all__ = ["DEFAULT_SORT", "Filter", "Viewer"]

PAGE = 25
# So many are tried when the next one is taken: others may be faster.
TRIES = 20
# Nobody reads further; counting on would only cost time. Whoever looks for somebody narrows the filter.
COUNTED_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line of the queue."""

    plan: int
    party: int
    customer: str
    treatment: str
    channel: str
    amounts: str
    past_due_days: int
    grade: str | None
    value_class: str | None
    expected_value: float | None
    rules: str
    window_from: str | None
    window_until: str | None
    entered_at: datetime
    due_at: datetime
    turn_at: datetime
    staff: str | None
    team: str
    later_at: datetime | None
    held_by: str | None
    held_until: datetime | None


# Of the list only rows that are shown are looked into, so nothing here reads the whole of it.
_WAITING = """
    FROM work_item i
    JOIN ledger_party p ON p.id = i.party_id
    LEFT JOIN work_reservation r ON r.party_id = i.party_id AND r.until_at > %(at)s
    WHERE i.run = %(run)s AND (i.later_at IS NULL OR i.later_at <= %(at)s)
      AND NOT EXISTS (
        SELECT FROM ledger_contact c JOIN ledger_batch b ON b.id = c.batch_id
        WHERE c.party_id = i.party_id AND c.direction = 'outbound' AND c.actor = 'human'
          AND c.happened_at >= %(since)s AND b.recorded_at >= %(made)s
      )
      AND NOT {at_rest} AND NOT {special}
"""
_COLUMNS = sql.SQL(
    "i.plan, i.party_id, i.customer, i.treatment, i.channel, i.amounts, i.past_due_days, i.grade, i.value_class, "
    "i.expected_value, i.rules, i.window_from, i.window_until, i.entered_at, i.due_at, i.turn_at, i.staff_id, i.team, "
    "i.later_at, r.staff_id, r.until_at"
)


def _ask(
    columns: sql.Composable,
    run: PlanRun,
    told: Filter,
    *,
    at: datetime,
    tail: sql.Composable,
    seen_by: Viewer | None,
    **more: int,
) -> Any:
    """This function will ask for the lines of a filter; what is told by a reader comes as a parameter only."""
    narrowed = sql.SQL("").join(sql.SQL(" AND {}").format(one) for one in conditions(told, seen_by))
    party = sql.SQL("i.party_id")
    waiting = sql.SQL(_WAITING).format(at_rest=came_to_rest(party), special=special(party))
    statement = sql.SQL("SELECT {} {} {} {}").format(columns, waiting, narrowed, tail)
    given: dict[str, Any] = {
        **parameters(told, seen_by, sources=_sources(run.inputs_digest) if told.text else ()),
        "run": run.pk,
        "since": day_of(run),
        "made": run.made_at,
        "at": at,
        "on": day(at),
        "days": DAYS,
        "amber": policy.load().clock.amber if told.light else 0,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(house_zone())).date()


def waiting(
    run: PlanRun, *, told: Filter, at: datetime, start: int = 0, most: int = PAGE, seen_by: Viewer | None = None
) -> list[Waiting]:
    """This function will list the queue in its order; without a viewer all of it."""
    tail = sql.SQL("ORDER BY {} LIMIT %(most)s OFFSET %(start)s").format(SORTS[told.sort])
    names = [field.name for field in fields(Waiting)]
    rows = _ask(_COLUMNS, run, told, at=at, tail=tail, seen_by=seen_by, most=most, start=start)
    return [Waiting(**dict(zip(names, row, strict=True))) for row in rows]


def count(run: PlanRun, *, told: Filter, at: datetime, seen_by: Viewer | None = None) -> int:
    """This function will count the lines of a filter, `COUNTED_MOST` at most."""
    tail = sql.SQL("LIMIT %(counted)s) lines")
    counted = sql.SQL("count(*) FROM (SELECT 1")
    return int(_ask(counted, run, told, at=at, tail=tail, seen_by=seen_by, counted=COUNTED_MOST)[0][0])


def parties(run: PlanRun, *, told: Filter, at: datetime, most: int, seen_by: Viewer) -> list[int]:
    """This function will list all customers of a filter, in its order, so many at most."""
    tail = sql.SQL("ORDER BY {} LIMIT %(most)s").format(SORTS[told.sort])
    return [row[0] for row in _ask(sql.SQL("i.party_id"), run, told, at=at, tail=tail, seen_by=seen_by, most=most)]


def choices(run: PlanRun) -> dict[str, list[str]]:
    """This function will list what the filters can say; a plan never changes, so it is asked once."""
    return _choices(run.pk, run.inputs_digest)


@lru_cache(maxsize=4)
def _choices(run: int, digest: str) -> dict[str, list[str]]:
    statement = """
        SELECT array_agg(DISTINCT treatment ORDER BY treatment), array_agg(DISTINCT channel ORDER BY channel),
               array_agg(DISTINCT grade ORDER BY grade)
        FROM (SELECT DISTINCT treatment, channel, grade FROM work_item WHERE run = %s) seen
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [run])
        found = cursor.fetchone() or ()
    return dict(
        zip(("treatment", "channel", "grade"), ([one for one in each or [] if one] for each in found), strict=True)
    )


@lru_cache(maxsize=4)
def _sources(digest: str) -> tuple[str, ...]:
    """This function will list the sources that customers come from, so that a number alone finds its customer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT split_part(customer, '/', 1) FROM work_item ORDER BY 1")
        return tuple(row[0] for row in cursor.fetchall())


# ---- one customer ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """How one customer stands in the work list, and in whose care he is."""

    staff: str | None
    team: str | None
    since: datetime | None
    why: str | None
    entered_at: datetime | None
    due_at: datetime | None
    expected_value: float | None
    later_at: datetime | None
    special: bool


_PLACED = """
    SELECT w.staff_id, w.team, w.from_at, w.why, i.entered_at, i.due_at, i.expected_value, i.later_at, {special}
    FROM (SELECT %(party)s::bigint AS id) p LEFT JOIN work_item i ON i.party_id = p.id
    LEFT JOIN work_assignment w ON w.party_id = p.id AND w.until_at IS NULL
"""


def placed(party: int, *, at: datetime) -> Placed:
    """This function will tell in one statement all that the work list knows of a customer."""
    statement = sql.SQL(_PLACED).format(special=special(sql.SQL("p.id")))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"party": party, "on": day(at), "days": DAYS})
        row = cursor.fetchone()
    return Placed(**dict(zip([field.name for field in fields(Placed)], row, strict=True)))
