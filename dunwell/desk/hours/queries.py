"""Counting contacts by the customer's own hour and weekday: one pass over eight weeks, kept for the day."""

from __future__ import annotations

from datetime import date, timedelta

from psycopg import sql

from dunwell.desk.hours.rules import Counted
from dunwell.desk.today import asking
from dunwell.desk.today.kept import RUN_SECONDS, kept
from dunwell.ledger.zones import house_zone

WEEKS = 8
# The first of the time zones in which the customer may have been; where none is known, the house's.
_WEEK = """
    WITH local AS (
        SELECT x.channel, x.conversation AND coalesce(x.answered_by, 'debtor') = 'debtor' AS talked, x.outcome,
               x.happened_at AT TIME ZONE coalesce(nullif(split_part(x.time_zones, ',', 1), ''), %(zone)s) AS at
        FROM ledger_contact x
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s AND x.direction = 'outbound'
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
    )
    SELECT channel, extract(isodow FROM at)::int - 1, extract(hour FROM at)::int, count(*),
           count(*) FILTER (WHERE talked), count(*) FILTER (WHERE talked AND outcome = 'promised')
    FROM local GROUP BY 1, 2, 3
"""
Week = dict[tuple[int, int], Counted]


def span(on: date) -> tuple[date, date]:
    """This function will give the first and the last day that are counted: whole weeks, up to yesterday."""
    return on - timedelta(weeks=WEEKS), on - timedelta(days=1)


def weeks(on: date) -> dict[str, Week]:
    """This function will count every channel's week; yesterday's night ends the count, so it holds all day."""
    return kept(f"hours/{on}", seconds=RUN_SECONDS // 24, ask=lambda: _weeks(on))


def _weeks(on: date) -> dict[str, Week]:
    first, _last = span(on)
    told = {"since": asking.begins(first), "until": asking.begins(on), "zone": house_zone()}
    found: dict[str, Week] = {}
    for channel, weekday, hour, *counts in asking.rows(sql.SQL(_WEEK), told):
        found.setdefault(channel, {})[weekday, hour] = Counted(*counts)
    return found


def together(told: dict[str, Week], *, channel: str = "") -> Week:
    """This function will give one channel's week, or all channels added up."""
    if channel:
        return told.get(channel, {})
    whole: Week = {}
    for week in told.values():
        for place, counted in week.items():
            whole[place] = whole.get(place, Counted()).and_also(counted)
    return whole
