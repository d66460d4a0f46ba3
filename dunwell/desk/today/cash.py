"""Money that came in, less what was taken back: of the house day by day, and from one person's customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from psycopg import sql

from dunwell.desk.today import asking
from dunwell.desk.today.kept import EARLIER_SECONDS, kept

# A chargeback or reversal takes money back on its own day; a fact that was corrected counts for no day.
_CASH = """
    SELECT told.on, told.currency, sum(told.amount), sum(told.payments)::bigint FROM (
        SELECT y.paid_on AS on, a.currency, y.amount, 1 AS payments
        FROM ledger_payment y JOIN ledger_account a ON a.id = y.account_id
        WHERE y.paid_on BETWEEN %(since)s AND %(until)s
          AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = y.id)
        UNION ALL
        SELECT j.effective_on, a.currency, -j.amount, 0
        FROM ledger_adjustment j JOIN ledger_account a ON a.id = j.account_id
        WHERE j.effective_on BETWEEN %(since)s AND %(until)s AND j.kind IN ('chargeback', 'reversal')
          AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = j.id)
    ) told GROUP BY told.on, told.currency
"""
# From a person's customers to their accounts and payments: as many as he has, however large the house.
_OF_STAFF = """
    SELECT w.staff_id, coalesce(sum(y.amount), 0)
    FROM work_assignment w
    JOIN ledger_partyrole r ON r.party_id = w.party_id AND r.role = 'primary'
    JOIN ledger_account a ON a.id = r.account_id AND a.currency = %(currency)s
    JOIN ledger_payment y ON y.account_id = a.id
    WHERE w.until_at IS NULL AND w.staff_id = ANY(%(staff)s) AND y.paid_on BETWEEN %(since)s AND %(until)s
      AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = y.id)
      AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
    GROUP BY w.staff_id
"""


class Taken(NamedTuple):
    """The money of one day in one currency, and how many payments it came in."""

    on: date
    currency: str
    amount: Decimal
    payments: int


def _ask(since: date, until: date) -> list[Taken]:
    return [Taken(*row) for row in asking.rows(sql.SQL(_CASH), {"since": since, "until": until})]


def between(since: date, *, on: date) -> list[Taken]:
    """This function will give the money of the days up to today; the earlier ones are asked now and then."""
    before = asking.days_before(on, 1)
    earlier = kept(f"cash/{since}/{on}", seconds=EARLIER_SECONDS, ask=lambda: _ask(since, before))
    return [*earlier, *_ask(on, on)]


def by_day(taken: list[Taken], *, currency: str) -> dict[date, Decimal]:
    return {one.on: one.amount for one in taken if one.currency == currency}


def by_currency(taken: list[Taken], *, since: date) -> dict[str, Decimal]:
    """This function will add up each currency by itself from a day on."""
    sums: dict[str, Decimal] = {}
    for one in taken:
        if one.on >= since:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return dict(sorted(sums.items()))


def payments(taken: list[Taken], *, on: date) -> int:
    return sum(one.payments for one in taken if one.on == on)


def of_staff(staff: list[str], *, on: date, currency: str) -> Mapping[str, Decimal]:
    """This function will add up the payments of the month on the accounts of the customers in somebody's care now."""
    told = {"staff": staff, "since": on.replace(day=1), "until": on, "currency": currency}
    return dict(asking.rows(sql.SQL(_OF_STAFF), told))
