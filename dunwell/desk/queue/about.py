"""What the work list knows of one customer, for his own page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dunwell.desk.queue import clocks, queries
from dunwell.work import policy


def about(party: int, *, at: datetime) -> dict[str, Any]:
    """This function will tell in whose care a customer is, how his clock stands, and whether a specialist is wanted."""
    placed = queries.placed(party, at=at)
    clock = None
    if placed.entered_at is not None and placed.due_at is not None:
        clock = clocks.shown(
            entered=placed.entered_at,
            until=placed.due_at,
            worth=placed.expected_value,
            at=at,
            policy=policy.load(),
        )
    names = ("staff", "team", "since", "why", "later_at", "special")
    return {"placed": {name: getattr(placed, name) for name in names} | {"clock": clock}}
