"""The card «Relief and disputes» on a customer's page: one statement for all that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from dunwell.access.kinds import Worded
from dunwell.desk.cases.showing import timed
from dunwell.desk.middleware import DeskRequest, today
from dunwell.ledger.models import Party
from dunwell.ledger.zones import house_zone
from dunwell.settle.case_facts import house_day
from dunwell.settle.disputes import queries as disputes
from dunwell.settle.disputes.kinds import DisputeReason
from dunwell.settle.relief.kinds import ReliefKind

# Everything of one customer that is not over, in one statement: proposals, disputes, rests, complaints.
_OPEN = """
    SELECT 'relief' AS sort, r.id, r.kind AS code, r.made_at AS since, sum(l.amount) AS amount, r.currency
    FROM settle_relief r JOIN settle_reliefline l ON l.relief_id = r.id
    WHERE r.party_id = %(party)s AND NOT EXISTS (
        SELECT FROM settle_reliefact a
        WHERE a.relief_id = r.id AND a.step IN ('refused', 'dropped', 'countered', 'granted', 'lapsed')
    ) AND (r.expires_at > %(at)s OR EXISTS (
        SELECT FROM settle_reliefact a WHERE a.relief_id = r.id AND a.step = 'agreed'
    ))
    GROUP BY r.id
    UNION ALL
    SELECT h.kind, h.id, d.reason, h.from_on::timestamp AT TIME ZONE %(zone)s, d.amount, nullif(d.currency, '')
    FROM ledger_hold h LEFT JOIN settle_dispute d ON d.hold_id = h.id
    WHERE h.party_id = %(party)s AND h.kind IN ('dispute', 'pause')
      AND h.from_on <= %(on)s AND (h.until_on IS NULL OR h.until_on > %(on)s)
      AND NOT EXISTS (SELECT FROM ledger_hold c WHERE c.corrects_id = h.id)
      AND NOT EXISTS (SELECT FROM ledger_holdrelease x WHERE x.hold_id = h.id AND x.released_on <= %(on)s)
    UNION ALL
    SELECT 'complaint', s.id, NULL, s.recorded_at, NULL, NULL
    FROM ledger_signal s
    WHERE s.party_id = %(party)s AND s.kind = 'complaint' AND s.happened_on > %(on)s::date - 366
      AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = s.id)
      AND NOT EXISTS (
          SELECT FROM settle_complaintact a
          WHERE a.signal_id = s.id AND a.step IN ('closed', 'mediation_declined', 'mediation_result')
      )
    ORDER BY since, id
"""
_WORDS: dict[str, type[Worded]] = {"relief": ReliefKind, "dispute": DisputeReason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the card."""

    sort: str
    id: int
    what: Worded | None
    since: datetime
    amount: Decimal | None
    currency: str | None
    clock: dict[str, Any] | None


def card(request: DeskRequest, party: Party) -> dict[str, Any]:
    """This function will list what is open of a customer's relief, disputes, rests and complaints."""
    told: dict[str, Any] = {"party": party.pk, "at": request.at, "on": today(request), "zone": house_zone()}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, told)
        rows: list[Any] = cursor.fetchall()
    return {"cases": [_entry(row, at=request.at) for row in rows]}


def _entry(row: tuple[Any, ...], *, at: datetime) -> Entry:
    sort, number, code, since, amount, currency = row
    what = _WORDS[sort](code) if sort in _WORDS and code else None
    clock = None
    if sort == "dispute":
        clock = timed(disputes.clock(house_day(since), at=at))
    return Entry(sort=sort, id=number, what=what, since=since, amount=amount, currency=currency, clock=clock)
