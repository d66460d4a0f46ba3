"""Giving customers to collectors: all at once by the policy, or some by hand; every end and beginning says why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from django.db import connection, transaction

from dunwell.evidence.actions import record
from dunwell.work.assigning import queries
from dunwell.work.assigning.rules import LACKS, NOBODY, Given, assign, lack_of
from dunwell.work.models import Distribution
from dunwell.work.policy import Policy
from dunwell.work.staffing.queries import Away

# "work" in ASCII: the advisory lock that one distribution holds until it commits.
TURN = 0x776F726B
# Parties that a row of evidence names one by one; of more it holds the digest.
NAMED_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributed:
    """What one run came to: kept and newly given, ended and why, left without anybody and why."""

    batch: int
    kept: int
    given: int
    ended: dict[str, int]
    lacking: dict[str, int]


@transaction.atomic
def distribute(*, policy: Policy, on: date, by: str, at: datetime) -> Distributed:
    """This function will give every customer of the work list to whoever fits best, and keep who is well placed.

    It first ends the assignments of who stands in no list any more and of who was not tried for too long. One run at
    a time; a second one finds what the first one did.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    batch = new_batch("assigned", policy=policy, on=on, by=by, at=at)
    ended = Counter(end(batch, which=_LEFT, at=at, since=at - timedelta(days=policy.keep_days), why="left_the_list"))
    ended.update(recalled(batch, policy=policy, at=at))
    told = queries.waiting(policy=policy, on=on, at=at)
    given = assign(told.cases, kinds=told.kinds, workers=told.workers, balance=policy.balance, seed=policy.seed)
    ended.update(_end_moved(batch, told, given, at=at))
    begun = _begin(batch, told, given, at=at)
    lacks = Counter(LACKS[number].value for number in given.lack[given.lack >= 0].tolist())
    done = Distributed(batch=batch.pk, kept=_kept(told, given), given=begun, ended=dict(ended), lacking=dict(lacks))
    close(batch, done=done, digest=_digest(told, given), by=by, at=at)
    return done


@transaction.atomic
def recall(*, policy: Policy, on: date, by: str, at: datetime) -> Distributed:
    """This function will recall whom nobody tried within the idle days, and give them to nobody yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    batch = new_batch("recalled", policy=policy, on=on, by=by, at=at)
    ended = recalled(batch, policy=policy, at=at)
    done = Distributed(batch=batch.pk, kept=0, given=0, ended=dict(ended), lacking={})
    close(batch, done=done, digest="", by=by, at=at)
    return done


def recalled(batch: Distribution, *, policy: Policy, at: datetime) -> Counter[str]:
    return Counter(end(batch, which=_IDLE, at=at, since=at - timedelta(days=policy.idle_days), why="idle"))


def new_batch(kind: str, *, policy: Policy, on: date, by: str, at: datetime) -> Distribution:
    """This function will draw the number of a run; its row is written once, when all is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('work_distribution', 'id'))")
        number = cursor.fetchone()[0]
    digest = sha256(policy.model_dump_json().encode()).hexdigest()
    return Distribution(pk=number, kind=kind, at=at, as_of=on, by=by, policy=digest, inputs_digest="", counts={})


def close(batch: Distribution, *, done: Distributed, digest: str, by: str, at: datetime) -> None:
    batch.inputs_digest = digest
    batch.counts = {"kept": done.kept, "given": done.given, "ended": done.ended, "lacking": done.lacking}
    batch.save(force_insert=True)
    detail = {**batch.counts, "batch": batch.pk, "policy": batch.policy, "assignments": digest}
    record(action=f"work.{batch.kind}", subject=f"batch {batch.pk}", by=by, at=at, detail=detail)


def _digest(told: queries.Waiting, given: Given) -> str:
    """This function will name who has whom after a run, in the order of the parties."""
    codes = [one.code for one in told.workers]
    digest = sha256()
    for party, worker in zip(told.cases.party.tolist(), given.worker.tolist(), strict=True):
        digest.update(f"{party}:{codes[worker] if worker >= 0 else ''}\n".encode())
    return digest.hexdigest()


def _kept(told: queries.Waiting, given: Given) -> int:
    return int((given.kept & (told.assignment > 0)).sum())


# ---- ends ------------------------------------------------------------------------------------------------------------

_LEFT = """
    w.from_at < %(since)s AND NOT EXISTS (SELECT FROM work_item i WHERE i.party_id = w.party_id)
    AND NOT EXISTS (
        SELECT FROM ledger_contact c WHERE c.party_id = w.party_id AND c.direction = 'outbound'
          AND c.happened_at >= %(since)s
    )
"""
# Nobody else's attempt counts; who is put off by a person waits for a reason.
_IDLE = """
    w.from_at < %(since)s AND EXISTS (
        SELECT FROM work_item i WHERE i.party_id = w.party_id AND (i.later_at IS NULL OR i.later_at <= %(at)s)
    ) AND NOT EXISTS (
        SELECT FROM ledger_contact c WHERE c.party_id = w.party_id AND c.direction = 'outbound'
          AND c.staff = w.staff_id AND c.happened_at >= %(since)s
    )
"""
_ENDED = """
    WITH gone AS (
        UPDATE work_assignment w
        SET until_at = greatest(%(at)s, w.from_at), ended_why = %(why)s, ended_by_id = %(batch)s
        WHERE w.until_at IS NULL AND {} RETURNING w.party_id
    ), freed AS (
        UPDATE work_item i SET staff_id = NULL, team = '', agency = '' FROM gone WHERE i.party_id = gone.party_id
    )
    SELECT count(*) FROM gone
"""


def end(batch: Distribution, *, which: str, why: str, at: datetime, **told: Any) -> dict[str, int]:
    """This function will end the open assignments `w` that a condition of this part's own words names."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED.format(which), {"at": at, "why": why, "batch": batch.pk, **told})
        found = int(cursor.fetchone()[0])
    return {why: found} if found else {}


def _end_moved(batch: Distribution, told: queries.Waiting, given: Given, *, at: datetime) -> Counter[str]:
    """This function will end the assignments whose customers go to somebody else, or to nobody, saying why."""
    moved = (told.assignment > 0) & ((given.worker != told.cases.holder) | (told.cases.holder == NOBODY))
    away = {number: one.away for number, one in enumerate(told.colleagues)}
    parties: dict[str, list[int]] = {}
    for place in np.flatnonzero(moved).tolist():
        holder = int(told.cases.holder[place])
        why = Away.LEFT if holder == NOBODY else away[holder] or _unfit(told, place, holder)
        parties.setdefault(str(why), []).append(int(told.cases.party[place]))
    ended: Counter[str] = Counter()
    for why, some in sorted(parties.items()):
        ended.update(end(batch, which="w.party_id = ANY(%(parties)s)", why=why, at=at, parties=some))
    return ended


def _unfit(told: queries.Waiting, place: int, holder: int) -> str:
    """This function will say why somebody who is there does not go on: he lacks something, or has no room."""
    kind = told.kinds[int(told.cases.kind[place])]
    return str(lack_of(told.workers[holder], kind=kind) or "over_capacity")


# ---- beginnings ------------------------------------------------------------------------------------------------------

_BEGUN = """
    INSERT INTO work_assignment (party_id, staff_id, team, agency, from_at, why, batch_id)
    SELECT n.party_id, n.staff_id, n.team, n.agency, %(at)s, n.why, %(batch)s FROM work_given n;
    UPDATE work_item i SET staff_id = n.staff_id, team = n.team, agency = n.agency
    FROM work_given n WHERE i.party_id = n.party_id
"""


def _begin(batch: Distribution, told: queries.Waiting, given: Given, *, at: datetime) -> int:
    """This function will begin the new assignments; who goes on with his customer goes on with his row."""
    stays = given.kept & (told.assignment > 0)
    new = np.flatnonzero((given.worker != NOBODY) & ~stays)
    people = [(one.code, one.ability.team, one.ability.agency) for one in told.colleagues]
    rows = (
        (
            int(told.cases.party[place]),
            *people[int(given.worker[place])],
            "returned" if given.kept[place] else "assigned",
        )
        for place in new.tolist()
    )
    begin(batch, rows=rows, at=at)
    return len(new)


def begin(batch: Distribution, *, rows: Iterable[Sequence[Any]], at: datetime) -> None:
    """This function will write assignments: party, staff, team, agency, why. The batch's row may come later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE work_given (party_id bigint, staff_id text, team text, agency text, why text) "
            "ON COMMIT DROP"
        )
        with cursor.copy("COPY work_given FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE work_given")
        for statement in _BEGUN.split(";"):
            cursor.execute(statement, {"at": at, "batch": batch.pk})
        cursor.execute("DROP TABLE work_given")


def named_list(parties: Sequence[int]) -> dict[str, Any]:
    """This function will name parties for the evidence: one by one while they are few, else by their digest."""
    ordered = sorted(parties)
    if len(ordered) <= NAMED_MOST:
        return {"parties": ordered}
    return {"count": len(ordered), "digest": sha256(json.dumps(ordered).encode()).hexdigest()}
