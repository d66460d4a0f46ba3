"""Reading what the assignment starts from: the work list in kinds, who has whom, and how full everybody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from dunwell.work.assigning.rules import NOBODY, Cases, Kind, Numbers, Worker
from dunwell.work.models import Assignment
from dunwell.work.policy import Policy
from dunwell.work.staffing.queries import Away, Colleague, abilities, colleagues

# Every customer of the list, with who has him or had him last not long ago, where he lives and how he speaks.
_CASES = """
    SELECT i.party_id, i.skills, coalesce(nullif(split_part(lower(d.language), '-', 1), ''), %(language)s),
           coalesce(d.region, ''), coalesce(w.agency, ''), i.money, coalesce(w.staff_id, last.staff_id),
           w.id, w.staff_id IS NOT NULL
    FROM work_item i
    LEFT JOIN work_assignment w ON w.party_id = i.party_id AND w.until_at IS NULL
    LEFT JOIN LATERAL (
        SELECT e.staff_id FROM work_assignment e
        WHERE w.id IS NULL AND e.party_id = i.party_id AND e.until_at >= %(since)s AND e.ended_why = 'left_the_list'
        ORDER BY e.from_at DESC, e.id DESC LIMIT 1
    ) last ON true
    LEFT JOIN (
        SELECT DISTINCT ON (party_id) party_id, language, region FROM ledger_partydetail WHERE valid_from <= %(on)s
        ORDER BY party_id, valid_from DESC, id DESC
    ) d ON d.party_id = i.party_id
    ORDER BY i.party_id
"""
# Who is assigned and stands in no list: still somebody's load.
_OTHERS = """
    SELECT w.staff_id, count(*) FROM work_assignment w
    WHERE w.until_at IS NULL AND NOT EXISTS (SELECT FROM work_item i WHERE i.party_id = w.party_id)
    GROUP BY w.staff_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The work list as arrays, the kinds it is made of, and the staff in the order of the indices."""

    cases: Cases
    kinds: list[Kind]
    colleagues: list[Colleague]
    workers: list[Worker]
    # The open assignment of each case (0: none), and whether its holder is an index of the staff.
    assignment: Numbers
    strangers: Numbers


def waiting(*, policy: Policy, on: date, at: datetime) -> Waiting:
    """This function will read everything that an assignment depends on, in three statements."""
    since = at - timedelta(days=policy.keep_days)
    told = {"language": policy.language, "on": on, "since": since}
    rows, others = _rows(_CASES, told), dict(_rows(_OTHERS, {}))
    people = colleagues(on=on, at=at)
    index = {one.code: number for number, one in enumerate(people)}
    kinds: dict[tuple[str, ...], int] = {}
    kind = [kinds.setdefault(row[1:5], len(kinds)) for row in rows]
    holder = [index.get(row[6], NOBODY) for row in rows]
    return Waiting(
        cases=Cases(
            party=_numbers([row[0] for row in rows]),
            kind=_numbers(kind),
            money=_numbers([row[5] for row in rows]),
            holder=_numbers(holder),
        ),
        kinds=[_kind(*one) for one in kinds],
        colleagues=people,
        workers=[one.worker(other=others.get(one.code, 0)) for one in people],
        assignment=_numbers([row[7] or 0 for row in rows]),
        strangers=_numbers([number for number, row in enumerate(rows) if row[7] and row[6] not in index]),
    )


def _kind(skills: str, language: str, region: str, agency: str) -> Kind:
    needed = frozenset(part for part in skills.split(",") if part)
    return Kind(skills=needed, language=language, region=region, agency=agency)


def _numbers(values: list[int]) -> Numbers:
    return np.array(values, dtype=np.int64)


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


# ---- who has whom ----------------------------------------------------------------------------------------------------


def assigned(party: int) -> Assignment | None:
    """This function will find in whose care a customer is."""
    return Assignment.objects.filter(party=party, until_at__isnull=True).first()


def history(party: int, *, most: int = 10) -> list[Assignment]:
    """This function will list in whose care a customer was, the latest first."""
    return list(Assignment.objects.filter(party=party).order_by("-from_at", "-id")[:most])


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How full somebody is."""

    code: str
    team: str
    away: Away | None
    capacity: int
    count: int
    money: int
    overdue: int


_LOADS = """
    SELECT w.staff_id, count(*), coalesce(sum(i.money), 0)::bigint, count(*) FILTER (WHERE i.due_at <= %(at)s)
    FROM work_assignment w LEFT JOIN work_item i ON i.party_id = w.party_id
    WHERE w.until_at IS NULL GROUP BY w.staff_id
"""


def loads(*, on: date, at: datetime, team: str | None = None) -> list[Load]:
    """This function will tell how full everybody is who has an ability, in the order of the codes."""
    told = {row[0]: row[1:] for row in _rows(_LOADS, {"at": at})}
    return [
        Load(
            code=one.code,
            team=one.ability.team,
            away=one.away,
            capacity=one.ability.capacity,
            **dict(zip(("count", "money", "overdue"), told.get(one.code, (0, 0, 0)), strict=True)),
        )
        for one in colleagues(on=on, at=at)
        if team is None or one.ability.team == team
    ]


def team_of(staff: str, *, on: date) -> str:
    found = abilities(on=on).get(staff)
    return found.team if found else ""
