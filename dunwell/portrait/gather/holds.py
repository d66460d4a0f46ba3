"""Which protections a customer has today."""

from __future__ import annotations

from datetime import date

import ibis
from ibis import _

from dunwell.ledger.kinds import HoldKind

HARDSHIP = (HoldKind.HARDSHIP.value, HoldKind.BREATHING_SPACE.value)


def holds(holds: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will say whether a dispute or a hardship is on record and still running."""
    running = holds.filter((_.from_on <= as_of) & (_.until_on.isnull() | (_.until_on > as_of)))
    return running.group_by("party_id").agg(
        disputed=(_.kind == HoldKind.DISPUTE.value).any(), in_hardship=_.kind.isin(HARDSHIP).any()
    )
