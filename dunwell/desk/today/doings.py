"""What was tried and what came of it: attempts, conversations and promises, by channel or by person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from statistics import fmean
from typing import NamedTuple

from psycopg import sql

from dunwell.database import ROOT
from dunwell.decide.rules import Catalogue, load_catalogue
from dunwell.desk.today import asking
from dunwell.desk.today.kept import EARLIER_SECONDS, kept
from dunwell.settle.models import Promise

DAYS_OF_RATE = 30
TREATMENTS = ROOT / "strategies" / "treatments.yaml"
# An outcome is told by an event that corrects the attempt: of the two only the later counts.
_LATEST = "NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)"
_TALKED = "x.conversation AND coalesce(x.answered_by, 'debtor') = 'debtor'"
_DOINGS = f"""
    SELECT {{}}, count(*), count(*) FILTER (WHERE {_TALKED}),
           count(*) FILTER (WHERE {_TALKED} AND x.outcome = 'promised')
    FROM ledger_contact x
    WHERE x.happened_at >= %(since)s AND x.happened_at <= %(until)s AND x.direction = 'outbound' AND {_LATEST} {{}}
    GROUP BY 1, 2
"""  # noqa: S608 - of constants of this file alone.


class Doing(NamedTuple):
    """What was done on one channel by people or robots, or by one of the staff."""

    channel: str
    actor: str
    attempts: int
    conversations: int
    promises: int


class Sum(NamedTuple):
    """The same, added up."""

    attempts: int = 0
    conversations: int = 0
    promises: int = 0


def added(doings: Iterable[Doing]) -> Sum:
    told = list(doings)
    return Sum(*(sum(getattr(one, name) for one in told) for name in Sum._fields))


def _ask(since: datetime, until: datetime, *, staff: str | None = None) -> list[Doing]:
    condition = sql.SQL("AND x.staff = %(staff)s") if staff else sql.SQL("")
    statement = sql.SQL(_DOINGS).format(sql.SQL("x.channel, x.actor"), condition)
    return [Doing(*row) for row in asking.rows(statement, {"since": since, "until": until, "staff": staff})]


def today(*, at: datetime) -> list[Doing]:
    return _ask(asking.begins(asking.day_of(at)), at)


def mine(staff: str, *, at: datetime) -> Sum:
    """This function will add up one's own day."""
    return added(_ask(asking.begins(asking.day_of(at)), at, staff=staff))


def by_staff(*, at: datetime) -> dict[str, Sum]:
    """This function will add up the day of everybody who is named in a contact."""
    statement = sql.SQL(_DOINGS).format(sql.SQL("x.staff, x.agency"), sql.SQL("AND x.staff IS NOT NULL"))
    told = {"since": asking.begins(asking.day_of(at)), "until": at}
    people: dict[str, Sum] = {}
    for staff, _agency, *counts in asking.rows(statement, told):
        people[staff] = Sum(*(a + b for a, b in zip(people.get(staff, Sum()), counts, strict=True)))
    return people


def month(*, at: datetime) -> list[Doing]:
    """This function will add the earlier days of the month, asked now and then, to today's."""
    on = asking.day_of(at)
    first, morning = asking.begins(on.replace(day=1)), asking.begins(on)
    if first == morning:
        return today(at=at)
    last = morning - timedelta(microseconds=1)
    earlier = kept(f"doings/{on}", seconds=EARLIER_SECONDS, ask=lambda: _ask(first, last))
    return [*earlier, *today(at=at)]


@lru_cache(maxsize=1)
def _catalogue(changed: int) -> Catalogue:
    return load_catalogue(TREATMENTS)


def cost(doings: Iterable[Doing]) -> Decimal:
    """This function will estimate what contacts cost: by the mean of the catalogue for their channel and actor."""
    prices: dict[tuple[str, str], list[float]] = {}
    for one in _catalogue(TREATMENTS.stat().st_mtime_ns).treatments:
        prices.setdefault((one.channel, one.actor), []).append(float(one.cost))
    means = {way: fmean(told) for way, told in prices.items()}
    total = sum(means.get((one.channel, one.actor), 0.0) * one.attempts for one in doings)
    return Decimal(total).quantize(Decimal("0.01"))


# ---- complaints, promises -------------------------------------------------------------------------------------------

_SIGNALS = """
    SELECT x.kind, count(*) FROM ledger_signal x
    WHERE x.kind = ANY(%(kinds)s) AND x.happened_on BETWEEN %(since)s AND %(until)s
      AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = x.id)
    GROUP BY x.kind
"""
_CONTACTED = """
    SELECT count(DISTINCT x.account_id) FROM ledger_contact x
    WHERE x.happened_at >= %(since)s AND x.happened_at <= %(until)s AND x.direction = 'outbound'
"""


def signals(*kinds: str, on: date, days: int = DAYS_OF_RATE) -> dict[str, int]:
    """This function will count signals of the days that end with one."""
    told = {"kinds": list(kinds), "since": asking.days_before(on, days - 1), "until": on}
    counted = dict(asking.rows(sql.SQL(_SIGNALS), told))
    return {kind: counted.get(kind, 0) for kind in kinds}


def contacted(*, at: datetime) -> int:
    """This function will count the accounts about which anybody was tried in the last days, asked now and then."""
    since = asking.begins(asking.days_before(asking.day_of(at), DAYS_OF_RATE - 1))
    return kept(
        f"contacted/{asking.day_of(at)}",
        seconds=EARLIER_SECONDS,
        ask=lambda: int(asking.rows(sql.SQL(_CONTACTED), {"since": since, "until": at})[0][0]),
    )


def promises_due(staff: str, *, on: date, most: int = 8) -> tuple[int, list[Promise]]:
    """This function will list the promises that somebody took and that come due on a day, and count them."""
    due = Promise.objects.filter(due_on=on, by=f"staff:{staff}", end__isnull=True)
    return due.count(), list(due.select_related("party", "account").order_by("-amount", "id")[:most])
