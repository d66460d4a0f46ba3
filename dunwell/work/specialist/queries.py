"""Reading who waits for a specialist: an open pause, or distress or harm told of lately and not released since.

And who came to rest at all since a plan was made: the lists of everybody else leave him out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg import sql

DAYS = 30

_OPEN = """
    h.from_on <= %(on)s AND (h.until_on IS NULL OR h.until_on > %(on)s)
    AND NOT EXISTS (SELECT FROM ledger_holdrelease e WHERE e.hold_id = h.id AND e.released_on <= %(on)s
                    AND NOT EXISTS (SELECT FROM ledger_holdrelease z WHERE z.corrects_id = e.id))
    AND NOT EXISTS (SELECT FROM ledger_hold z WHERE z.corrects_id = h.id)
"""
_OPEN_PAUSE = f"SELECT FROM ledger_hold h WHERE h.party_id = {{party}} AND h.kind = 'pause' AND {_OPEN}"
_OPEN_SINCE = f"""
    SELECT FROM ledger_hold h JOIN ledger_batch b ON b.id = h.batch_id
    WHERE h.party_id = {{party}} AND b.recorded_at >= %(made)s AND {_OPEN}
"""
# Told, and no pause released on that day or later: whoever releases the pause has looked after it.
_TOLD = """
    SELECT FROM ledger_signal s WHERE s.party_id = {party}
      AND (s.kind = 'distress' OR (s.kind = 'complaint' AND s.code = 'harm'))
      AND s.happened_on BETWEEN %(on)s::date - %(days)s AND %(on)s
      AND NOT EXISTS (SELECT FROM ledger_signal z WHERE z.corrects_id = s.id)
      AND NOT EXISTS (SELECT FROM ledger_holdrelease e JOIN ledger_hold h ON h.id = e.hold_id
                      WHERE h.party_id = s.party_id AND h.kind = 'pause'
                        AND e.released_on BETWEEN s.happened_on AND %(on)s)
"""


def special(party: sql.Composable) -> sql.Composed:
    """This function will write the condition that a party waits for a specialist; parameters `on` and `days`."""
    both = (sql.SQL(part).format(party=party) for part in (_OPEN_PAUSE, _TOLD))
    return sql.SQL("(EXISTS ({}) OR EXISTS ({}))").format(*both)


def came_to_rest(party: sql.Composable) -> sql.Composed:
    """This function will write the condition that a party came to rest since a plan; parameters `on` and `made`.

    Whatever rested before, the plan has judged.
    """
    return sql.SQL("EXISTS ({})").format(sql.SQL(_OPEN_SINCE).format(party=party))


def waits_for_specialist(party: int, *, on: date) -> bool:
    statement = sql.SQL("SELECT {}").format(special(sql.SQL("%(party)s")))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"party": party, "on": on, "days": DAYS})
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who waits for a specialist: what was told, for which day and when, and in whose hands he is."""

    party: int
    customer: str
    kind: str
    on: date
    told_at: datetime
    held_by: str | None
    held_until: datetime | None


# From the few signals and pauses, never from the many customers.
_WAITING = """
    WITH told AS (
        SELECT s.party_id, s.kind, s.happened_on AS on_day, s.batch_id FROM ledger_signal s
        WHERE (s.kind = 'distress' OR (s.kind = 'complaint' AND s.code = 'harm'))
          AND s.happened_on BETWEEN %(on)s::date - %(days)s AND %(on)s
        UNION ALL
        SELECT h.party_id, h.kind, h.from_on, h.batch_id FROM ledger_hold h
        WHERE h.kind = 'pause' AND h.from_on <= %(on)s AND (h.until_on IS NULL OR h.until_on > %(on)s)
    ), first AS (
        SELECT DISTINCT ON (party_id) party_id, kind, on_day, batch_id FROM told
        ORDER BY party_id, kind = 'pause', on_day, batch_id
    )
    SELECT p.id, p.source || '/' || p.external_id, f.kind, f.on_day, b.recorded_at, r.staff_id, r.until_at
    FROM first f JOIN ledger_party p ON p.id = f.party_id
    JOIN ledger_batch b ON b.id = f.batch_id
    LEFT JOIN work_reservation r ON r.party_id = p.id AND r.until_at > %(at)s
    WHERE {special} AND {reach}
    ORDER BY b.recorded_at, p.id LIMIT %(most)s OFFSET %(start)s
"""


def waiting(
    *,
    on: date,
    at: datetime,
    reach: tuple[sql.Composable, dict[str, Any]] = (sql.SQL("TRUE"), {}),
    start: int = 0,
    most: int = 25,
) -> list[Waiting]:
    """This function will list who waits for a specialist, the longest first; `reach` speaks of the party `p`."""
    condition, parameters = reach
    statement = sql.SQL(_WAITING).format(special=special(sql.SQL("p.id")), reach=condition)
    given = {**parameters, "on": on, "at": at, "days": DAYS, "most": most, "start": start}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[Any] = cursor.fetchall()
    names = ("party", "customer", "kind", "on", "told_at", "held_by", "held_until")
    return [Waiting(**dict(zip(names, row, strict=True))) for row in rows]
