"""Reading disputes: holds of the ledger with what the desk knows of them, their clock, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg import sql

from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Hold
from dunwell.ledger.zones import house_zone
from dunwell.settle.clocks import Clock, day_start, due_after
from dunwell.settle.disputes.kinds import DisputeReason, Ground, Verdict
from dunwell.settle.models import Dispute, DisputeDecision, PauseReview
from dunwell.settle.relief.policy import terms

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A hold that runs: of a dispute with its clock, or of a rest with nothing that was decided yet."""

    hold: Hold
    clock: Clock
    dispute: Dispute | None
    reviews: tuple[PauseReview, ...] = ()

    @property
    def reason(self) -> DisputeReason | None:
        return DisputeReason(self.dispute.reason) if self.dispute else None


# Holds of one kind that run on a day, within the reader's reach, the oldest first.
_RUNNING = """
    SELECT h.id FROM ledger_hold h JOIN ledger_party p ON p.id = h.party_id
    WHERE {lies} AND h.kind = %(kind)s AND h.from_on <= %(on)s AND (h.until_on IS NULL OR h.until_on > %(on)s)
      AND NOT EXISTS (SELECT FROM ledger_hold c WHERE c.corrects_id = h.id)
      AND NOT EXISTS (SELECT FROM ledger_holdrelease r WHERE r.hold_id = h.id AND r.released_on <= %(on)s)
    ORDER BY h.from_on, h.id LIMIT %(most)s
"""


def running(
    kind: HoldKind, *, lies: sql.Composable, told: Mapping[str, Any], on: date, at: datetime, most: int = MOST
) -> list[Open]:
    """This function will list the holds of a kind that run, the oldest first; `lies` speaks of a party `p`."""
    statement = sql.SQL(_RUNNING).format(lies=lies)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**told, "kind": kind.value, "on": on, "most": most})
        found = [row[0] for row in cursor.fetchall()]
    return of(found, at=at)


def of(holds: list[int], *, at: datetime) -> list[Open]:
    """This function will read these holds, the oldest first."""
    rows = Hold.objects.filter(pk__in=holds).select_related("party", "account", "dispute")
    rows = rows.prefetch_related("pause_reviews").order_by("from_on", "pk")
    return [_open(row, at=at) for row in rows]


def _open(hold: Hold, *, at: datetime) -> Open:
    reviews = tuple(sorted(hold.pause_reviews.all(), key=lambda one: one.pk))
    return Open(hold=hold, clock=clock(hold.from_on, at=at), dispute=getattr(hold, "dispute", None), reviews=reviews)


def clock(since: date, *, at: datetime, done_at: datetime | None = None) -> Clock:
    """This function will give the clock of a dispute: working days from the day on which it was opened."""
    policy, zone = terms(), house_zone()
    due = due_after(since, days=policy.dispute_days, calendar=policy.workdays, zone=zone)
    return Clock(since=day_start(since, zone=zone), due=due, at=at, amber_from=policy.amber_from, done_at=done_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What finance decided."""

    decision: DisputeDecision

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.decision.verdict)

    @property
    def ground(self) -> Ground:
        return Ground(self.decision.ground)


def decided(hold: int) -> Decided | None:
    found = DisputeDecision.objects.filter(pk=hold).first()
    return Decided(decision=found) if found else None
