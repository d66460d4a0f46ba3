"""From the plan to the work list: what it wants of people, handed down to `work`, which knows no plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from dunwell.batch.models import PlanRun
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError
from dunwell.portrait.rules import Terms, load_terms
from dunwell.work import policy
from dunwell.work.assigning.actions import distribute
from dunwell.work.listing.actions import INCOMING, enlist
from dunwell.work.models import Item

POSITIONS = ROOT / "strategies" / "positions.yaml"
# Amounts are told currency by currency: «CNY 580.00; USD 20.00».
_FILL = """
    INSERT INTO work_incoming
    SELECT p.id, l.id, l.customer, l.treatment, l.channel, l.amounts, l.past_due_days, l.grade, l.value_class,
           l.expected_value, l.rules, l.window_from, l.window_until, l.care, l.person, coalesce(m.hundredths, 0), NULL
    FROM plan l
    JOIN ledger_party p ON p.source = split_part(l.customer, '/', 1)
        AND p.external_id = substr(l.customer, strpos(l.customer, '/') + 1)
    CROSS JOIN LATERAL (
        SELECT sum(round(100 * split_part(told.amount, ' ', 2)::numeric
                         * coalesce(rate.value, %(otherwise)s))) AS hundredths
        FROM unnest(string_to_array(l.amounts, '; ')) AS told (amount)
        LEFT JOIN unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS rate (currency, value)
            ON rate.currency = split_part(told.amount, ' ', 1)
    ) m
    WHERE l.run_id = %(run)s AND l.status = 'planned' AND l.actor = 'human'
"""


def latest() -> PlanRun | None:
    return PlanRun.objects.order_by("-as_of", "-made_at", "-id").first()


@transaction.atomic
def list_work(run: PlanRun, *, by: str, at: datetime, assign: bool = False) -> int:
    """This function will make the work list of a run, unless a later one has made it; and assign it if asked to.

    Returns how many customers stand in it.
    """
    newest = latest()
    if newest is None or newest.pk != run.pk:
        return 0
    chosen, terms = policy.load(), load_terms(POSITIONS)
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.execute(_FILL, {"run": run.pk, **_rates(terms)})
    listed = enlist(run.pk, policy=chosen, by=by, at=at)
    if assign:
        distribute(policy=chosen, on=run.as_of, by=by, at=at)
    return listed


def sweep() -> None:
    """This function will sweep out the rows that a new list has replaced, and count what is there now.

    Giving a million customers to collectors leaves a million dead rows, which every page would read past until the
    database comes round to it by itself. Within a transaction, which may yet be undone, nothing is swept.
    """
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) plan, work_item, work_assignment")


def _rates(terms: Terms) -> dict[str, Any]:
    rates = terms.reference.rates
    return {"currencies": list(rates), "rates": list(rates.values()), "otherwise": terms.reference.otherwise}


def refresh(*, by: str, at: datetime) -> None:
    """This function will list the latest plan anew, if the work list is not of it."""
    newest = latest()
    if newest is None:
        raise DunwellError("no plan has been made", place="work list", cure="run: dunwell plan")
    if not Item.objects.filter(run=newest.pk).exists():
        list_work(newest, by=by, at=at)
