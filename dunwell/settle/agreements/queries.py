"""Reading agreements with the payments that decide how they stand: of one customer, of one account, or by their day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg import sql

from dunwell.database import run
from dunwell.settle.agreements.kinds import Agreed, DeferralReason, Ending, Interval, Means
from dunwell.settle.agreements.rules import Paid, Standing, Step, Terms, standing

# All agreements in one shape; a promise and a deferral have one step.
_ALL = """
    SELECT 'promise' AS kind, x.id, x.party_id, x.account_id, x.agreed_on, x.hold_id, x.tolerance_days,
           x.tolerance_amount, json_build_array(json_build_array(x.due_on, x.amount::text)) AS steps,
           x.due_on AS first_on, x.due_on AS last_on, x.means AS detail, e.kind AS ended, e.ended_on, x.made_at, x.by
    FROM settle_promise x LEFT JOIN settle_agreementend e ON e.promise_id = x.id
    UNION ALL
    SELECT 'deferral', x.id, x.party_id, x.account_id, x.agreed_on, x.hold_id, x.tolerance_days, x.tolerance_amount,
           json_build_array(json_build_array(x.until_on, x.amount::text)), x.until_on, x.until_on, x.reason, e.kind,
           e.ended_on, x.made_at, x.by
    FROM settle_deferral x LEFT JOIN settle_agreementend e ON e.deferral_id = x.id
    UNION ALL
    SELECT 'plan', x.id, x.party_id, x.account_id, x.agreed_on, x.hold_id, x.tolerance_days, x.tolerance_amount,
           i.steps, i.first_on, i.last_on, x.interval, e.kind, e.ended_on, x.made_at, x.by
    FROM settle_plan x LEFT JOIN settle_agreementend e ON e.plan_id = x.id
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(due_on, amount::text) ORDER BY number) AS steps,
               min(due_on) AS first_on, max(due_on) AS last_on
        FROM settle_instalment WHERE plan_id = x.id
    ) i
"""
# A payment counts from the day of the agreement on, less what was taken back of it since.
_READ = """
    SELECT g.kind, g.id, g.party_id, g.account_id, a.external_id, a.currency, a.creditor, g.agreed_on, g.hold_id,
           g.tolerance_days, g.tolerance_amount, g.steps, g.detail, g.ended, g.ended_on, g.made_at, g.by, (
               SELECT json_agg(json_build_array(m.paid_on, (m.amount - coalesce((
                   SELECT sum(j.amount) FROM ledger_adjustment j
                   WHERE j.account_id = m.account_id AND j.payment_id = m.id AND j.effective_on <= %(on)s
                     AND j.kind IN ('chargeback', 'reversal')
                     AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = j.id)
               ), 0))::text))
               FROM ledger_payment m
               WHERE m.account_id = g.account_id AND m.paid_on BETWEEN g.agreed_on AND %(on)s
                 AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = m.id)
           )
    FROM ({all}) g
    JOIN ledger_account a ON a.id = g.account_id
    JOIN ledger_party p ON p.id = g.party_id
    WHERE g.agreed_on <= %(on)s AND {where}
    ORDER BY {order}
    LIMIT %(most)s
"""
EVERY = 10_000_000
_DETAILS: dict[Agreed, type[Means] | type[Interval] | type[DeferralReason]] = {
    Agreed.PROMISE: Means,
    Agreed.PLAN: Interval,
    Agreed.DEFERRAL: DeferralReason,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement, and how it stands on the day it was asked for."""

    kind: Agreed
    id: int
    party: int
    account: int
    account_name: str
    currency: str
    creditor: str
    hold: int
    # The means of a promise, the interval of a plan, the reason of a deferral.
    detail: Means | Interval | DeferralReason
    terms: Terms
    standing: Standing
    made_at: datetime
    by: str

    @property
    def total(self) -> Decimal:
        return self.terms.total

    @property
    def last_due_on(self) -> date:
        return self.terms.steps[-1].due_on

    @property
    def rest(self) -> Decimal:
        return max(self.total - self.standing.paid, Decimal(0))

    @property
    def instalments(self) -> list[tuple[int, Step, Any]]:
        """The steps by number, each with its state."""
        return [
            (number, *pair)
            for number, pair in enumerate(zip(self.terms.steps, self.standing.steps, strict=True), start=1)
        ]


def _read(
    where: str | sql.Composable, *, on: date, order: str = "g.made_at DESC, g.kind, g.id DESC", most: int = EVERY,
    **parameters: Any,
) -> list[Agreement]:  # fmt: skip
    condition = sql.SQL(where) if isinstance(where, str) else where
    statement = sql.SQL(_READ).format(all=sql.SQL(_ALL), where=condition, order=sql.SQL(order))
    rows = run(statement.as_string(None), {"on": on, "most": most, **parameters})
    return [_agreement(row, on=on) for row in rows]


def _agreement(row: tuple[Any, ...], *, on: date) -> Agreement:
    name, number, party, account, account_name, currency, creditor, agreed_on, hold, days, amount, *rest = row
    steps, detail, ended, ended_on, made_at, by, payments = rest
    kind = Agreed(name)
    terms = Terms(
        agreed_on=agreed_on,
        steps=tuple(Step(date.fromisoformat(day), Decimal(sum_)) for day, sum_ in steps),
        tolerance_days=days,
        tolerance_amount=amount,
        ended=Ending(ended) if ended else None,
        ended_on=ended_on,
    )
    paid = [Paid(date.fromisoformat(day), Decimal(sum_)) for day, sum_ in payments or ()]
    return Agreement(
        kind=kind,
        id=number,
        party=party,
        account=account,
        account_name=account_name,
        currency=currency,
        creditor=creditor,
        hold=hold,
        detail=_DETAILS[kind](detail),
        terms=terms,
        standing=standing(terms, payments=paid, as_of=on),
        made_at=made_at,
        by=by,
    )


def of_customer(party: int, *, on: date, most: int = 50) -> list[Agreement]:
    """This function will list a customer's agreements, the latest first."""
    return _read("g.party_id = %(party)s", on=on, most=most, party=party)


def one(kind: Agreed, *, number: int, on: date) -> Agreement | None:
    """This function will read one agreement."""
    found = _read("g.kind = %(kind)s AND g.id = %(id)s", on=on, kind=kind.value, id=number)
    return found[0] if found else None


def running(account: int, *, on: date) -> list[Agreement]:
    """This function will list the agreements that are still open on an account."""
    found = _read("g.account_id = %(account)s AND g.ended IS NULL", on=on, account=account)
    return [agreement for agreement in found if not agreement.standing.over]


def deferrals(account: int, *, on: date) -> int:
    """This function will count how often an account was deferred within the year before a day."""
    since = on - timedelta(days=365)
    found = _read(
        "g.account_id = %(account)s AND g.kind = 'deferral' AND g.agreed_on > %(since)s",
        on=on, account=account, since=since,
    )  # fmt: skip
    return sum(agreement.terms.ended is None for agreement in found)


def to_review(*, on: date, since: date, after: tuple[str, int], most: int) -> list[Agreement]:
    """This function will list a portion of the agreements that may have changed: those that ended lately or run."""
    where = "g.ended IS NULL AND g.last_on >= %(since)s AND (g.kind, g.id) > (%(kind)s, %(id)s)"
    return _read(where, on=on, order="g.kind, g.id", most=most, since=since, kind=after[0], id=after[1])


def around(
    *, on: date, back: int, reach: sql.Composable, parameters: dict[str, Any], most: int = 2_000
) -> list[Agreement]:
    """This function will list the agreements within the reader's reach that run, or were over some days ago."""
    where = sql.SQL("g.last_on >= %(since)s AND ({})").format(reach)
    return _read(
        where, on=on, order="g.last_on, g.kind, g.id", most=most, since=on - timedelta(days=back), **parameters
    )
