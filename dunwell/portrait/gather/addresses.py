"""Where a customer can be reached today, and how often that changed."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from dunwell.ledger.kinds import Channel, Quality

# A visit needs a person's decision, not an address in the portrait.
REACHABLE = tuple(channel for channel in Channel if channel is not Channel.VISIT)


def addresses(points: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will say by which channels a customer can be reached: consent is a matter of compliance."""
    today = ibis.literal(as_of)
    valid = (points.valid_from <= today) & (points.valid_until.isnull() | (points.valid_until > today))
    usable = valid & (points.quality != Quality.INVALID.value)
    start = as_of - timedelta(days=90)
    rows = points.group_by("party_id").agg(
        **{f"reachable_{c.value}": points.count(where=usable & (points.channel == c.value)) > 0 for c in REACHABLE},
        added=points.count(where=(points.valid_from > start) & (points.valid_from <= today)),
        ended=points.count(where=(points.valid_until > start) & (points.valid_until <= today)),
        first_on=points.valid_from.min(),
    )
    # What was known from the beginning is no change.
    return rows.mutate(points_changed=rows.ended + (rows.first_on <= start).ifelse(rows.added, 0)).drop(
        "added", "ended", "first_on"
    )
