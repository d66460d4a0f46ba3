"""Making the work list from what a plan wants of people: set by set, in the transaction of the caller.

A case keeps its clock from plan to plan until a person has tried to reach the customer; then it enters anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from dunwell.evidence.actions import record
from dunwell.ledger.zones import house_zone
from dunwell.work.clock.rules import due
from dunwell.work.policy import COLUMNS, Policy

# The caller fills it with one row for each customer of whom a plan wants something of a person.
INCOMING = """
    CREATE TEMP TABLE work_incoming (
        party_id bigint PRIMARY KEY, plan bigint, customer text, treatment text, channel text, amounts text,
        past_due_days int, grade text, value_class text, expected_value float8, rules text, window_from text,
        window_until text, care text, person text, money bigint, entered_at timestamptz
    ) ON COMMIT DROP
"""
# Who waits already and was not tried by a person since goes on waiting; the others enter with this plan.
_ENTER = """
    UPDATE work_incoming n SET entered_at = coalesce((
        SELECT i.entered_at FROM work_item i WHERE i.party_id = n.party_id AND i.entered_at < %(at)s AND NOT EXISTS (
            SELECT FROM ledger_contact c WHERE c.party_id = i.party_id AND c.direction = 'outbound'
              AND c.actor = 'human' AND c.happened_at >= i.entered_at
        )
    ), %(at)s)
"""
_CLASSES = f"SELECT DISTINCT entered_at, {', '.join(COLUMNS)} FROM work_incoming"  # noqa: S608 - of constants.
_MATCH = " AND ".join(f"n.{name} IS NOT DISTINCT FROM d.{name}" for name in ("entered_at", *COLUMNS))
_NAMES = ", ".join(
    (
        "party_id, plan, run, customer, treatment, channel, amounts, past_due_days, grade, value_class, expected_value",
        "rules, skills, money, window_from, window_until, entered_at, target_minutes, due_at, turn_at, staff_id, team",
        "agency",
    )
)
_KEPT = ("party_id", "later_at")
_CHANGED = ", ".join(f"{name} = excluded.{name}" for name in _NAMES.split(", ") if name not in _KEPT)
# The turn is `clock.rules.turn`, said in the words of the database.
_LIST = f"""
    INSERT INTO work_item ({_NAMES})
    SELECT n.party_id, n.plan, %(run)s, n.customer, n.treatment, n.channel, n.amounts, n.past_due_days, n.grade,
           n.value_class, n.expected_value, n.rules, d.skills, n.money, n.window_from, n.window_until, n.entered_at,
           extract(epoch FROM d.due_at - n.entered_at) / 60, d.due_at,
           d.due_at - make_interval(secs => 60 * least(
               ln(1 + greatest(coalesce(n.expected_value, 0), 0)) / ln(2::float8) * %(doubling)s, %(most)s)),
           w.staff_id, coalesce(w.team, ''), coalesce(w.agency, '')
    FROM work_incoming n JOIN work_class d ON {_MATCH}
    LEFT JOIN work_assignment w ON w.party_id = n.party_id AND w.until_at IS NULL
    ON CONFLICT (party_id) DO UPDATE SET {_CHANGED}
"""  # noqa: S608 - of constants of this file alone.


@transaction.atomic
def enlist(run: int, *, policy: Policy, by: str, at: datetime) -> int:
    """This function will make the list of `work_incoming` the work list, and return how many stand in it.

    Raises RuntimeError through the database where the table is missing: it is the caller's to fill.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE work_incoming")
        cursor.execute(_ENTER, {"at": at})
        cursor.execute(_CLASSES)
        classes = [dict(zip(("entered_at", *COLUMNS), row, strict=True)) for row in cursor.fetchall()]
        _tell(cursor, [_clocked(one, policy=policy) for one in classes])
        clock = policy.clock
        told = {"run": run, "doubling": clock.doubling_minutes, "most": clock.forward_minutes_most}
        cursor.execute(_LIST, told)
        listed = int(cursor.rowcount)
        cursor.execute("DELETE FROM work_item WHERE run <> %(run)s", told)
        left = int(cursor.rowcount)
        cursor.execute("ANALYZE work_item")
        cursor.execute("DROP TABLE work_incoming, work_class")
    detail = {"run": run, "listed": listed, "left": left}
    record(action="work.listed", subject=f"run {run}", by=by, at=at, detail=detail)
    return listed


def _clocked(one: Mapping[str, Any], *, policy: Policy) -> tuple[Any, ...]:
    """This function will add to a class of cases the skills it needs and until when a person must act."""
    case: dict[str, str | None] = {name: one[name] for name in COLUMNS}
    target = policy.clock.target(case)
    until = due(one["entered_at"], target=target, clock=policy.clock, zone=house_zone())
    return (*one.values(), ",".join(sorted(policy.skills_for(case))), until)


def _tell(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in COLUMNS)
    made = "CREATE TEMP TABLE work_class (entered_at timestamptz, {}, skills text, due_at timestamptz) ON COMMIT DROP"
    cursor.execute(sql.SQL(made).format(columns))
    with cursor.copy("COPY work_class FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute("ANALYZE work_class")


def put_off(parties: list[int], *, until: datetime | None) -> int:
    """This function will keep customers of the list back until a moment; the caller records why."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE work_item SET later_at = %s WHERE party_id = ANY(%s)", [until, parties])
        return int(cursor.rowcount)
