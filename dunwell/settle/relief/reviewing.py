"""The daily look at settlements: whose lump sum has come is let off the rest, whose has not, loses the offer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from dunwell.database import run
from dunwell.ledger.models import Charge
from dunwell.ledger.zones import house_zone
from dunwell.settle.case_facts import hold_still, house_day, signal, told
from dunwell.settle.models import Relief, ReliefAct
from dunwell.settle.relief import owing, queries, rules
from dunwell.settle.relief.actions import act, end_hold, grant
from dunwell.settle.relief.kinds import ReliefState, ReliefStep

# Every settlement that is not granted, with the money that came in its days, less what was taken back of it: one
# statement for all. Which day it came counts, not when it was told.
_AWAITED = """
    SELECT r.id, agreed.on_day, r.pay_amount, r.pay_by, r.tolerance_days, paid.on_day, paid.amount
    FROM settle_relief r
    JOIN LATERAL (
        SELECT (a.made_at AT TIME ZONE %(zone)s)::date AS on_day FROM settle_reliefact a
        WHERE a.relief_id = r.id AND a.step = 'agreed'
    ) agreed ON true
    LEFT JOIN LATERAL (
        SELECT x.paid_on AS on_day, x.amount - coalesce((
            SELECT sum(b.amount) FROM ledger_adjustment b
            WHERE b.payment_id = x.id AND b.kind IN ('chargeback', 'reversal') AND b.effective_on <= %(as_of)s
              AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = b.id)
        ), 0) AS amount
        FROM ledger_payment x
        WHERE x.account_id IN (
            SELECT DISTINCT g.account_id FROM settle_reliefline l JOIN ledger_charge g ON g.id = l.charge_id
            WHERE l.relief_id = r.id
        ) AND x.paid_on >= agreed.on_day AND x.paid_on <= %(as_of)s
          AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = x.id)
    ) paid ON true
    WHERE r.kind = 'settlement'
      AND NOT EXISTS (SELECT FROM settle_reliefact a WHERE a.relief_id = r.id AND a.step = 'granted')
    ORDER BY r.id
"""


def review(*, as_of: date, by: str, at: datetime) -> dict[str, int]:
    """This function will settle what a day decides of every settlement, and count it; a second run adds nothing."""
    counts = {"granted": 0, "lapsed": 0}
    for relief, reached in _decided(as_of=as_of):
        step = _settle(relief, reached, by=by, at=at)
        if step:
            counts[step] += 1
    return counts


def _decided(*, as_of: date) -> list[tuple[int, ReliefState]]:
    bargains: dict[int, rules.Bargain] = {}
    payments: dict[int, list[rules.Paid]] = {}
    for relief, agreed, amount, pay_by, days, on, paid in run(_AWAITED, {"as_of": as_of, "zone": house_zone()}):
        bargains[relief] = rules.Bargain(agreed_on=agreed, amount=amount, pay_by=pay_by, tolerance_days=days)
        if on is not None:
            payments.setdefault(relief, []).append(rules.Paid(on=on, amount=paid))
    told_ = [(key, rules.outcome(one, payments=payments.get(key, ()), as_of=as_of)) for key, one in bargains.items()]
    return [(key, reached) for key, reached in told_ if reached is not ReliefState.AWAITED]


@transaction.atomic
def _settle(relief: int, reached: ReliefState, *, by: str, at: datetime) -> str | None:
    """This function will write what was reached, once: of two reviews at a time the second finds it written."""
    whole = queries.whole().get(pk=relief)
    hold_still(whole.party_id)
    done = set(ReliefAct.objects.filter(relief=relief).values_list("step", flat=True))
    if ReliefStep.GRANTED.value in done:
        return None
    if reached is ReliefState.GRANTED:
        grant(whole, parts=_rest(whole, at=at), by=by, at=at)
        end_hold(whole, by=by, at=at)
        return "granted"
    if ReliefStep.LAPSED.value in done:
        return None
    act(whole, step=ReliefStep.LAPSED, by=by, at=at)
    end_hold(whole, by=by, at=at)
    fact = signal("settlement_lapsed", party=whole.party, on=house_day(at), number=whole.pay_amount)
    told(
        "signal", [fact], party=whole.party, name=f"relief/{relief}/lapsed", action="settle.relief_lapsed", by=by, at=at
    )
    return "lapsed"


def _rest(relief: Relief, *, at: datetime) -> list[tuple[int, Decimal]]:
    """This function will give what was agreed to be let go, or less where more than the lump sum was paid.

    Charges booked after the agreement are no part of it.
    """
    agreed_on = house_day(relief.acts.get(step=ReliefStep.AGREED.value).made_at)
    accounts = list(dict.fromkeys(line.charge.account for line in relief.lines.all()))
    booked = set(Charge.objects.filter(account__in=accounts, booked_on__lte=agreed_on).values_list("pk", flat=True))
    unpaid = owing.unpaid(accounts, on=house_day(at))
    left = sum((one.amount for one in unpaid if one.charge in booked), Decimal(0))
    parts = [(line.charge_id, line.amount) for line in sorted(relief.lines.all(), key=lambda line: line.pk)]
    return rules.trimmed(parts, most=left)
