"""What a customer's accounts say together: the worst lateness, the sums for ranking, how punctually he paid."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
from ibis import _

from dunwell.portrait.queue import whole
from dunwell.portrait.rules import Terms

# Amounts in the reference currency are rounded to whole cents before they are summed up: whole numbers are exact in a
# float64 (up to ninety trillion), so they sum up the same in whatever order they come.
CENTS = 100.0
# Taken off this, every amount up to eighty trillion has the same number of figures, so that texts sort as numbers do.
FIGURES = 9_000_000_000_000_000

# How the values of several accounts become one; that of a single account is already the customer's.
COUNTS = (
    "accounts", "overdue_accounts", "payments_12m", "partial_payments_6m", "charges_due_12m", "charges_on_time_12m",
)  # fmt: skip
SUMS = ("outstanding_cents", "overdue_cents", "limit_cents", "limited_cents")
HIGHEST = ("past_due_days", "delinquent_days", "peak_past_due_days_6m", "peak_past_due_days_12m", "last_paid_on")
LOWEST = ("first_opened_on", "oldest_overdue_due_on")
OF_THE_WORST = ("product_line", "creditor")


def standing(positions: ibis.Table, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will gather the positions of every customer.

    Most have one account, and grouping is slow: so only the positions of the others are grouped. Both kinds are read
    apart, because a table that is used twice is kept whole in memory.
    """
    several = positions.group_by("party_id").agg(times=_.count()).filter(_.times > 1)
    alone = _valued(positions.anti_join(several, "party_id"), terms)
    gathered = _gathered(_valued(positions.semi_join(several, "party_id"), terms))
    return _told(alone.select(*gathered.columns).union(gathered), as_of=as_of)


def _valued(positions: ibis.Table, terms: Terms) -> ibis.Table:
    """This function will value amounts in the reference currency: good for ranking only, never money."""
    # The engine tries the rates in turn: the usual currency goes first.
    usual = terms.reference.currency
    rates = [(code, float(rate)) for code, rate in sorted(terms.reference.rates.items(), key=lambda x: x[0] != usual)]
    rate = positions.currency.cases(*rates, else_=float(terms.reference.otherwise))

    def cents(amount: Any) -> Any:
        return (amount.cast("float64") * rate * CENTS).round()

    one = ibis.literal(1, type="int64")
    limit_cents = cents((positions.credit_limit > 0).ifelse(positions.credit_limit, None))
    return positions.mutate(
        accounts=one,
        currencies=one,
        overdue_accounts=(positions.overdue > 0).cast("int64"),
        overdue_cents=cents(positions.overdue),
        outstanding_cents=cents(positions.outstanding),
        limit_cents=limit_cents,
        limited_cents=limit_cents.notnull().ifelse(cents(positions.outstanding), None),
        first_opened_on=positions.opened_on,
        oldest_overdue_due_on=(positions.past_due_days > 0).ifelse(positions.oldest_unpaid_due_on, None),
    )


def _gathered(rows: ibis.Table) -> ibis.Table:
    # The account with the most overdue comes first in the order of this text, of equals the first by name.
    order = (FIGURES - rows.overdue_cents.cast("int64")).cast("string") + rows.account
    return rows.group_by("party_id").agg(
        currencies=rows.currency.nunique(),
        written_off=rows.written_off.any(),
        **{name: whole(rows[name].sum()) for name in COUNTS},
        **{name: rows[name].sum() for name in SUMS},
        **{name: rows[name].max() for name in HIGHEST},
        **{name: rows[name].min() for name in LOWEST},
        **{name: rows[name].argmin(order) for name in OF_THE_WORST},
    )


def _told(rows: ibis.Table, *, as_of: date) -> ibis.Table:
    return rows.mutate(
        outstanding_reference=rows.outstanding_cents / CENTS,
        overdue_reference=rows.overdue_cents / CENTS,
        utilisation=rows.limited_cents / rows.limit_cents,
        days_since_payment=ibis.literal(as_of).delta(rows.last_paid_on, unit="day"),
    ).drop(*SUMS, "last_paid_on")
