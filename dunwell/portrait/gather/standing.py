"""What a customer's accounts say together: the worst lateness, the sums for ranking, how punctually he paid."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from dunwell.portrait.queue import whole
from dunwell.portrait.rules import Terms

# Amounts in the reference currency are rounded to whole cents before they are summed up: whole numbers are exact in a
# float64 (up to ninety trillion), so they sum up the same in whatever order they come.
CENTS = 100.0
# Taken off this, every amount up to eighty trillion has the same number of figures, so that texts sort as numbers do.
FIGURES = 9_000_000_000_000_000


def standing(positions: ibis.Table, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will gather the positions of every customer."""
    rows = _valued(positions, terms)
    return rows.group_by("party_id").agg(**_sums(rows), **_worst(rows), **_habits(rows, as_of=as_of))


def _valued(positions: ibis.Table, terms: Terms) -> ibis.Table:
    """This function will value amounts in the reference currency: good for ranking only, never money."""
    # The engine tries the rates in turn: the usual currency goes first.
    usual = terms.reference.currency
    rates = [(code, float(rate)) for code, rate in sorted(terms.reference.rates.items(), key=lambda x: x[0] != usual)]
    rate = positions.currency.cases(*rates, else_=float(terms.reference.otherwise))

    def cents(amount: Any) -> Any:
        return (amount.cast("float64") * rate * CENTS).round()

    limit = (positions.credit_limit > 0).ifelse(positions.credit_limit, None)
    rows = positions.mutate(
        overdue_cents=cents(positions.overdue),
        outstanding_cents=cents(positions.outstanding),
        limit_cents=cents(limit),
    )
    # The account with the most overdue comes first in the order of this text, of equals the first by name.
    return rows.mutate(order=(FIGURES - rows.overdue_cents.cast("int64")).cast("string") + rows.account)


def _sums(rows: ibis.Table) -> dict[str, Any]:
    return {
        "accounts": rows.count(),
        "overdue_accounts": rows.count(where=rows.overdue > 0),
        "currencies": rows.currency.nunique(),
        "product_line": rows.product_line.argmin(rows.order),
        "creditor": rows.creditor.argmin(rows.order),
        "outstanding_reference": rows.outstanding_cents.sum() / CENTS,
        "overdue_reference": rows.overdue_cents.sum() / CENTS,
        "utilisation": rows.outstanding_cents.sum(where=rows.limit_cents.notnull()) / rows.limit_cents.sum(),
    }


def _worst(rows: ibis.Table) -> dict[str, Any]:
    past = rows.past_due_days > 0
    return {
        "first_opened_on": rows.opened_on.min(),
        "past_due_days": rows.past_due_days.max(),
        "delinquent_days": rows.delinquent_days.max(),
        "oldest_overdue_due_on": rows.oldest_unpaid_due_on.min(where=past),
        "written_off": rows.written_off.any(),
        "peak_past_due_days_6m": rows.peak_past_due_days_6m.max(),
        "peak_past_due_days_12m": rows.peak_past_due_days_12m.max(),
    }


def _habits(rows: ibis.Table, *, as_of: date) -> dict[str, Any]:
    return {
        "payments_12m": whole(rows.payments_12m.sum()),
        "partial_payments_6m": whole(rows.partial_payments_6m.sum()),
        "charges_due_12m": whole(rows.charges_due_12m.sum()),
        "charges_on_time_12m": whole(rows.charges_on_time_12m.sum()),
        "days_since_payment": ibis.literal(as_of).delta(rows.last_paid_on.max(), unit="day"),
    }
