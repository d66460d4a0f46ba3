"""Giving, recalling and putting off customers by hand: some refused aloud, the others done, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from dunwell.access.actions import deciding, named
from dunwell.access.kinds import Capability, ScopeKind
from dunwell.access.rules import HOUSE, Person
from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError
from dunwell.work.assigning.actions import TURN, Distributed, begin, close, end, named_list, new_batch
from dunwell.work.listing.actions import put_off
from dunwell.work.models import Distribution
from dunwell.work.policy import Policy
from dunwell.work.staffing.actions import assigner
from dunwell.work.staffing.queries import Colleague, colleagues

# Customers of one decision; whoever has more gives them out by the policy.
MOST = 5_000


class Why(StrEnum):
    """Why somebody decides about customers by hand; a code and never free text."""

    LOAD = "load"
    ABSENCE = "absence"
    LANGUAGE = "language"
    SKILL = "skill"
    WISH = "customer_wish"
    CONFLICT = "conflict_of_interest"
    COMPLAINT = "complaint"
    LATER = "better_later"


class Refusal(StrEnum):
    """Why one of the customers is left as he is."""

    NOT_LISTED = "not_listed"
    IN_HAND = "in_hand"
    HAS_HIM = "has_him_already"
    NOBODY = "nobody_has_him"
    SKILL = "no_skill"
    AGENCY = "no_agency"
    CAPACITY = "no_capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How many were done, and who was left as he is and why."""

    done: list[int] = field(default_factory=list)
    refused: dict[Refusal, list[int]] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return sum(map(len, self.refused.values()))


@dataclass(frozen=True, slots=True)
class _Row:
    party: int
    skills: frozenset[str]
    staff: str | None
    agency: str
    held_by: str | None


def reassign(
    parties: Iterable[int], *, to: str, why: Why, policy: Policy, on: date, by: str, via: str, at: datetime
) -> Decided:
    """This function will give customers to one person, as far as he can take them.

    Raises AccessRefusedError for whoever may not, DunwellError for a person who takes nobody on this day.
    """
    with deciding(by=by, via=via, at=at):
        who = _allowed(by, at=at)
        rows = _rows(_few(parties), at=at)
        taker = _taker(to, who=who, on=on, at=at)
        decided = _sorted_out(rows, taker=taker, by=by)
        batch = new_batch("by_hand", policy=policy, on=on, by=named(by), at=at)
        ended = end(batch, which="w.party_id = ANY(%(parties)s)", why=why.value, at=at, parties=decided.done)
        ability = taker.ability
        begin(batch, rows=((one, to, ability.team, ability.agency, why.value) for one in decided.done), at=at)
        _record(batch, decided, ended=ended, told={"to": to, "why": why.value, "via": via}, by=by, at=at)
    return decided


def recall_by_hand(
    parties: Iterable[int], *, why: Why, policy: Policy, on: date, by: str, via: str, at: datetime
) -> Decided:
    """This function will take customers back from whoever has them; they are free until somebody gets them."""
    with deciding(by=by, via=via, at=at):
        _allowed(by, at=at)
        rows = _rows(_few(parties), at=at)
        decided = _split((row, _recallable(row, by)) for row in rows)
        batch = new_batch("by_hand", policy=policy, on=on, by=named(by), at=at)
        ended = end(batch, which="w.party_id = ANY(%(parties)s)", why=why.value, at=at, parties=decided.done)
        _record(batch, decided, ended=ended, told={"to": None, "why": why.value, "via": via}, by=by, at=at)
    return decided


def hold_back(parties: Iterable[int], *, until: datetime, why: Why, by: str, via: str, at: datetime) -> Decided:
    """This function will keep customers of the work list back until a moment."""
    if until <= at:
        raise DunwellError("this moment is over", place="until", cure="choose a later day")
    with deciding(by=by, via=via, at=at):
        _allowed(by, at=at)
        rows = _rows(_few(parties), at=at)
        decided = _split((row, _in_hand(row, by)) for row in rows)
        put_off(decided.done, until=until)
        detail = {**named_list(decided.done), "until": until.isoformat(), "why": why.value, "via": via}
        record(action="work.put_off", subject="work list", by=named(by), at=at, detail=detail)
    return decided


def _allowed(by: str, *, at: datetime) -> Person:
    who = assigner(by, at=at, place="work list")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    return who


def _few(parties: Iterable[int]) -> list[int]:
    wanted = sorted(set(parties))
    if not wanted:
        raise DunwellError("nobody is chosen", place="work list", cure="choose at least one customer")
    if len(wanted) > MOST:
        raise DunwellError(
            f"{len(wanted):,} customers are chosen", place="work list", cure=f"choose at most {MOST:,}, by a filter"
        )
    return wanted


_ROWS = """
    SELECT n.id, i.party_id IS NOT NULL, coalesce(i.skills, ''), w.staff_id, coalesce(w.agency, ''), r.staff_id
    FROM unnest(%(parties)s::bigint[]) AS n (id) LEFT JOIN work_item i ON i.party_id = n.id
    LEFT JOIN work_assignment w ON w.party_id = n.id AND w.until_at IS NULL
    LEFT JOIN work_reservation r ON r.party_id = n.id AND r.until_at > %(at)s
    ORDER BY i.turn_at NULLS LAST, n.id
"""


def _rows(parties: Sequence[int], *, at: datetime) -> list[tuple[bool, _Row]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"parties": list(parties), "at": at})
        found: list[Any] = cursor.fetchall()
    return [
        (listed, _Row(party, frozenset(filter(None, skills.split(","))), staff, agency, held))
        for party, listed, skills, staff, agency, held in found
    ]


def _taker(code: str, *, who: Person, on: date, at: datetime) -> Colleague:
    """This function will find who is to take customers: he is there, and within the reach of who decides."""
    found = next((one for one in colleagues(on=on, at=at) if one.code == code), None)
    if found is None or found.away is not None:
        away = f"is away: {found.away}" if found else "was given no ability"
        raise DunwellError(f"{code} {away}", place="to", cure="choose somebody who is there (dunwell work load)")
    reach = who.reach(Capability.ASSIGN_WORK)
    teams = {scope.value for scope in reach if scope.kind is ScopeKind.TEAM}
    if HOUSE not in reach and found.ability.team not in teams:
        raise DunwellError(f"{code} is of another team", place="to", cure=f"choose somebody of {', '.join(teams)}")
    return found


def _sorted_out(rows: list[tuple[bool, _Row]], *, taker: Colleague, by: str) -> Decided:
    """This function will say who can go to the taker, in the order of the list as long as he has room."""
    worker = taker.worker()
    room = worker.capacity - _count(taker.code)
    judged: list[tuple[tuple[bool, _Row], Refusal | None]] = []
    for listed, row in rows:
        why = _in_hand((listed, row), by)
        if why is None and row.staff == taker.code:
            why = Refusal.HAS_HIM
        if why is None and not row.skills <= worker.skills:
            why = Refusal.SKILL
        if why is None and room <= 0:
            why = Refusal.CAPACITY
        room -= why is None
        judged.append(((listed, row), why))
    return _split(judged)


def _count(code: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM work_assignment WHERE staff_id = %s AND until_at IS NULL", [code])
        return int(cursor.fetchone()[0])


def _in_hand(row: tuple[bool, _Row], by: str) -> Refusal | None:
    listed, told = row
    if not listed:
        return Refusal.NOT_LISTED
    return Refusal.IN_HAND if told.held_by not in (None, by) else None


def _recallable(row: tuple[bool, _Row], by: str) -> Refusal | None:
    return Refusal.NOBODY if row[1].staff is None else _in_hand(row, by)


def _split(judged: Iterable[tuple[tuple[bool, _Row], Refusal | None]]) -> Decided:
    decided = Decided()
    for (_, row), why in judged:
        (decided.done if why is None else decided.refused.setdefault(why, [])).append(row.party)
    return decided


def _record(
    batch: Distribution, decided: Decided, *, ended: dict[str, int], told: dict[str, Any], by: str, at: datetime
) -> None:
    lacking = {why.value: len(some) for why, some in decided.refused.items()}
    begun = len(decided.done) if told["to"] else 0
    done = Distributed(batch=batch.pk, kept=0, given=begun, ended=ended, lacking=lacking)
    close(batch, done=done, digest="", by=named(by), at=at)
    detail = {**told, **named_list(decided.done), "batch": batch.pk}
    record(action="work.decided_by_hand", subject=f"batch {batch.pk}", by=named(by), at=at, detail=detail)
