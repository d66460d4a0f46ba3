"""Reading the queue: what is planned for people today and not done yet, with who has it in his hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from django.db import connection
from psycopg import sql

from dunwell.batch.models import PlanRun
from dunwell.desk.today.queries import day_of

PAGE = 25
# So many are tried when the next one is taken: others may be faster.
TRIES = 20
SORTS = {
    "value": sql.SQL("l.expected_value DESC NULLS LAST, l.id"),
    "late": sql.SQL("l.past_due_days DESC, l.expected_value DESC NULLS LAST, l.id"),
    "amount": sql.SQL("l.value_class, l.expected_value DESC NULLS LAST, l.id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What somebody wants to see of the queue; it stands in the address and can be kept as a bookmark."""

    treatment: str = ""
    channel: str = ""
    grade: str = ""
    text: str = ""
    sort: str = "value"
    free: str = ""

    @classmethod
    def read(cls, told: Mapping[str, str]) -> Self:
        """This function will take what is known of an address and leave the rest."""
        known = {field.name: told.get(field.name, "").strip()[:80] for field in fields(cls)}
        return cls(**known | {"sort": known["sort"] if known["sort"] in SORTS else "value"})

    def parameters(self) -> dict[str, str]:
        """This function will write the filter as an address does, without what says nothing."""
        told = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: value for name, value in told.items() if value and (name, value) != ("sort", "value")}


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
    held_by: str | None
    held_until: datetime | None


_CONDITIONS = {
    "treatment": sql.SQL("l.treatment = %(treatment)s"),
    "channel": sql.SQL("l.channel = %(channel)s"),
    "grade": sql.SQL("l.grade = %(grade)s"),
    "text": sql.SQL("strpos(lower(l.customer), lower(%(text)s)) > 0"),
    "free": sql.SQL("r.party_id IS NULL"),
}
_WAITING = """
    FROM plan l
    JOIN ledger_party p ON p.source = split_part(l.customer, '/', 1)
        AND p.external_id = substr(l.customer, strpos(l.customer, '/') + 1)
    LEFT JOIN work_reservation r ON r.party_id = p.id AND r.until_at > %(at)s
    WHERE l.run_id = %(run)s AND l.status = 'planned' AND l.actor = 'human'
      AND NOT EXISTS (
        SELECT FROM ledger_contact c JOIN ledger_batch b ON b.id = c.batch_id
        WHERE c.party_id = p.id AND c.direction = 'outbound' AND c.actor = 'human' AND c.happened_at >= %(since)s
          AND b.recorded_at >= %(made)s
      )
"""
_COLUMNS = sql.SQL(
    "l.id AS plan, p.id AS party, l.customer, l.treatment, l.channel, l.amounts, l.past_due_days, l.grade, "
    "l.value_class, l.expected_value, l.rules, l.window_from, l.window_until, r.staff_id AS held_by, "
    "r.until_at AS held_until"
)


def _ask(
    columns: sql.Composable, run: PlanRun, told: Filter, *, at: datetime, tail: sql.Composable, **more: int
) -> Any:
    """This function will ask for the lines of a filter; what is told by a reader comes as a parameter only."""
    conditions = [condition for name, condition in _CONDITIONS.items() if getattr(told, name)]
    statement = sql.SQL("SELECT {} {} {} {}").format(
        columns, sql.SQL(_WAITING), sql.SQL("").join(sql.SQL(" AND {}").format(one) for one in conditions), tail
    )
    given: dict[str, Any] = {
        "run": run.pk,
        "since": day_of(run),
        "made": run.made_at,
        "at": at,
        **told.parameters(),
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def waiting(run: PlanRun, *, told: Filter, at: datetime, start: int = 0, most: int = PAGE) -> list[Waiting]:
    """This function will list the queue in its order."""
    tail = sql.SQL("ORDER BY {} LIMIT %(most)s OFFSET %(start)s").format(SORTS[told.sort])
    names = [field.name for field in fields(Waiting)]
    rows = _ask(_COLUMNS, run, told, at=at, tail=tail, most=most, start=start)
    return [Waiting(**dict(zip(names, row, strict=True))) for row in rows]


def count(run: PlanRun, *, told: Filter, at: datetime) -> int:
    return int(_ask(sql.SQL("count(*)"), run, told, at=at, tail=sql.SQL(""))[0][0])


def choices(run: PlanRun) -> dict[str, list[str]]:
    """This function will list what the filters can say: the treatments, channels and grades planned for people."""
    statement = """
        SELECT array_agg(DISTINCT treatment ORDER BY treatment), array_agg(DISTINCT channel ORDER BY channel),
               array_agg(DISTINCT grade ORDER BY grade)
        FROM plan WHERE run_id = %s AND status = 'planned' AND actor = 'human'
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [run.pk])
        found: Iterable[list[str] | None] = cursor.fetchone() or ()
    return dict(zip(("treatment", "channel", "grade"), (each or [] for each in found), strict=True))
