"""The terms by which money is counted, and the slow judge of one account: plain loops over plain values.

`frame.positions` says the same of millions of accounts at once; a property test holds the two equal.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from dunwell.facts.definitions import Definition, read
from dunwell.facts.money import currencies
from dunwell.ledger.kinds import AdjustmentKind, Component, HoldKind, ProductLine

Allocation = Literal["due_first", "component_first"]

# Costs go before interest, interest before principal.
COMPONENT_ORDER = (Component.FEE, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
LOWERS = (AdjustmentKind.CREDIT_NOTE, AdjustmentKind.WAIVER)
TAKES_BACK = (AdjustmentKind.CHARGEBACK, AdjustmentKind.REVERSAL)
# Why somebody is overdue, as far as it was found out; other codes are passed over.
CAUSES = ("cash_flow", "dispute", "evasion", "failed_debit", "forgot", "lost_contact")
NOTHING = Decimal("0.000")


class Bucket(Definition):
    """A step of lateness: it begins at so many delinquent days and ends where the next one begins."""

    name: str = Field(min_length=1)
    from_days: int = Field(ge=0)


class Product(Definition):
    """How the accounts of one product line count their days and allocate their payments."""

    grace_days: int = Field(ge=0, le=366)
    allocation: Allocation


class Reference(Definition):
    """What one unit of each currency counts for in the reference currency: for ranking only."""

    currency: str
    as_of: date
    note: str
    otherwise: Decimal = Field(gt=0)
    rates: dict[str, Decimal]

    @model_validator(mode="after")
    def _known_and_positive(self) -> Self:
        if unknown := sorted({self.currency, *self.rates} - currencies()):
            raise ValueError(f"no currencies of ISO 4217: {', '.join(unknown)}")
        if wrong := sorted(code for code, rate in self.rates.items() if rate <= 0):
            raise ValueError(f"a rate must be above zero: {', '.join(wrong)}")
        if self.rates.get(self.currency) != 1:
            raise ValueError(f"the reference currency {self.currency} must have the rate 1")
        return self


class Terms(Definition):
    """The terms of strategies/positions.yaml."""

    buckets: tuple[Bucket, ...]
    products: dict[ProductLine, Product]
    reference: Reference
    # Kinds of hold during which days late go on counting; during all others they rest.
    days_go_on: frozenset[HoldKind] = frozenset()

    @model_validator(mode="after")
    def _buckets_rise(self) -> Self:
        starts = [bucket.from_days for bucket in self.buckets]
        if starts[:1] != [0] or starts != sorted(set(starts)):
            raise ValueError("the first bucket begins at 0 days and each other later than the one before")
        if len({bucket.name for bucket in self.buckets}) < len(starts):
            raise ValueError("two buckets have the same name")
        return self

    @model_validator(mode="after")
    def _every_product(self) -> Self:
        if missing := sorted(set(ProductLine) - set(self.products)):
            raise ValueError(f"no terms for the product lines {', '.join(missing)}")
        return self

    def bucket(self, delinquent_days: int) -> str:
        return [bucket.name for bucket in self.buckets if bucket.from_days <= delinquent_days][-1]


def load_terms(path: Path) -> Terms:
    """This function will read the terms; a fault names the file, the entry and the cure."""
    return read(path, Terms)


def months_before(day: date, *, months: int) -> date:
    """This function will go back whole months; where the month is too short it gives its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# ---- the judge -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as the snapshot has it; `id` only says which payments are directed at it."""

    id: int
    booked_on: date
    due_on: date
    component: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment; `charge` is the id of the charge it is directed at, if any."""

    paid_on: date
    amount: Decimal
    charge: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment; what is taken back is taken from the `payment` it names, else from the charge, else anywhere."""

    effective_on: date
    kind: str
    amount: Decimal
    charge: int | None = None
    payment: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Days on which lateness does not count: from the first up to, not including, the last (None: still open)."""

    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one account, and how it counts."""

    charges: Sequence[Charge] = ()
    payments: Sequence[Payment] = ()
    adjustments: Sequence[Adjustment] = ()
    holds: Sequence[Hold] = ()
    grace_days: int = 0
    allocation: Allocation = "due_first"

    def on(self, day: date) -> Facts:
        """This function will leave out what takes effect later."""
        return replace(
            self,
            charges=[charge for charge in self.charges if charge.booked_on <= day],
            payments=[payment for payment in self.payments if payment.paid_on <= day],
            adjustments=[adjustment for adjustment in self.adjustments if adjustment.effective_on <= day],
            holds=[hold for hold in self.holds if hold.from_on <= day],
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where one account stands on a day, and how punctually it was paid until then."""

    outstanding: dict[str, Decimal]
    overdue: Decimal
    unapplied: Decimal
    oldest_unpaid_due_on: date | None
    past_due_days: int
    held_days: int
    delinquent_days: int
    written_off: bool
    open_charges: int
    charges_due_12m: int
    charges_on_time_12m: int
    payments_12m: int
    partial_payments_6m: int
    last_paid_on: date | None
    peak_past_due_days_6m: int
    peak_past_due_days_12m: int


@dataclass(slots=True)
class _Credit:
    """Money that lowers the debt, or below zero takes money back."""

    day: date
    amount: Decimal
    charge: int | None
    payment: bool


def position(facts: Facts, *, as_of: date) -> Position:
    """This function will say where an account stands on a day, one step at a time.

    Facts that take effect later than the day do not count yet. A charge is overdue from the day after it is due.
    """
    facts = facts.on(as_of)
    credits = _credits(facts)
    unpaid, settled, moved, aside = _directed(facts.charges, credits=credits)
    free = sorted(
        [credit for credit in credits if credit.charge is None] + moved,
        key=lambda credit: (credit.day, credit.amount, not credit.payment),
    )
    queue = sorted(facts.charges, key=lambda charge: _place(charge, unpaid=unpaid, allocation=facts.allocation))
    rest, left_over = _spent(queue, unpaid=unpaid, pool=max(sum((c.amount for c in free), NOTHING), NOTHING))
    still = [charge for charge in queue if rest[charge.id] > 0]
    oldest = min((charge.due_on for charge in still if charge.due_on <= as_of), default=None)
    past_due = (as_of - oldest).days if oldest else 0
    held = len(_held(facts.holds, start=oldest, end=as_of)) if oldest else 0
    return Position(
        outstanding={c: sum((rest[x.id] for x in still if x.component == c), NOTHING) for c in COMPONENT_ORDER},
        overdue=sum((rest[charge.id] for charge in still if charge.due_on < as_of), NOTHING),
        unapplied=left_over + aside,
        oldest_unpaid_due_on=oldest,
        past_due_days=past_due,
        held_days=held,
        delinquent_days=max(past_due - facts.grace_days - held, 0) if past_due > facts.grace_days else 0,
        written_off=any(adjustment.kind == AdjustmentKind.WRITE_OFF for adjustment in facts.adjustments),
        open_charges=len(still),
        **_habits(queue, unpaid=unpaid, settled=settled, credits=credits, free=free, as_of=as_of),
    )


def unpaid(facts: Facts, *, as_of: date) -> dict[int, Decimal]:
    """This function will say what is left of each charge on a day, counted as `position` counts it."""
    facts = facts.on(as_of)
    credits = _credits(facts)
    left, _, moved, _ = _directed(facts.charges, credits=credits)
    free = sum((credit.amount for credit in [*credits, *moved] if credit.charge is None), NOTHING)
    queue = sorted(facts.charges, key=lambda charge: _place(charge, unpaid=left, allocation=facts.allocation))
    return _spent(queue, unpaid=left, pool=max(free, NOTHING))[0]


def _credits(facts: Facts) -> list[_Credit]:
    """This function will list what lowers the debt, less what was taken back of it by name, and what else was taken."""
    credits = []
    for payment in facts.payments:
        named = [a.amount for a in facts.adjustments if a.kind in TAKES_BACK and a.payment == payment.id is not None]
        credits.append(_Credit(payment.paid_on, payment.amount - sum(named), payment.charge, payment=True))
    for adjustment in facts.adjustments:
        if adjustment.kind in LOWERS:
            credits.append(_Credit(adjustment.effective_on, adjustment.amount, adjustment.charge, payment=False))
        if adjustment.kind in TAKES_BACK and adjustment.payment is None:
            credits.append(_Credit(adjustment.effective_on, -adjustment.amount, adjustment.charge, payment=False))
    return credits


def _directed(
    charges: Sequence[Charge], *, credits: Sequence[_Credit]
) -> tuple[dict[int, Decimal], dict[int, date], list[_Credit], Decimal]:
    """This function will let directed credit pay its own charges.

    It returns what is then unpaid of each charge, when those paid in full were settled, the credit that a charge could
    not take (below zero, what was taken back beyond it), and what waits for charges that are not booked yet.
    """
    unpaid, settled, moved = {charge.id: charge.amount for charge in charges}, {}, []
    aside = NOTHING
    for target in sorted({credit.charge for credit in credits if credit.charge is not None}):
        own = [credit for credit in credits if credit.charge == target]
        net = sum((credit.amount for credit in own), NOTHING)
        last = max((credit.day for credit in own if credit.amount > 0), default=date.min)
        if target not in unpaid:
            aside += net
            continue
        applied = min(max(net, NOTHING), unpaid[target])
        unpaid[target] -= applied
        if not unpaid[target]:
            settled[target] = last
        if net != applied:
            moved.append(_Credit(last, net - applied, None, payment=False))
    return unpaid, settled, moved, max(aside, NOTHING)


def _place(charge: Charge, *, unpaid: dict[int, Decimal], allocation: Allocation) -> tuple[object, ...]:
    """This function will give a charge its place in the queue; of two that are else equal the smaller comes first."""
    rank = COMPONENT_ORDER.index(Component(charge.component))
    first = (charge.due_on, rank) if allocation == "due_first" else (rank, charge.due_on)
    return (*first, unpaid[charge.id])


def _spent(queue: Sequence[Charge], *, unpaid: dict[int, Decimal], pool: Decimal) -> tuple[dict[int, Decimal], Decimal]:
    """This function will spend the pool on the charges in their order."""
    rest = dict(unpaid)
    for charge in queue:
        paid = min(pool, rest[charge.id])
        rest[charge.id] -= paid
        pool -= paid
    return rest, pool


def _held(holds: Iterable[Hold], *, start: date, end: date) -> set[date]:
    """This function will collect the days of the span [start, end) on which at least one hold lies."""
    found: set[date] = set()
    for hold in holds:
        first, last = max(hold.from_on, start), min(hold.until_on or end, end)
        found |= {first + timedelta(days=n) for n in range((last - first).days)}
    return found


def _habits(
    queue: Sequence[Charge],
    *,
    unpaid: dict[int, Decimal],
    settled: dict[int, date],
    credits: Sequence[_Credit],
    free: Sequence[_Credit],
    as_of: date,
) -> dict[str, Any]:
    """This function will follow the credit in the order in which it came: when did it pay off which charge?

    What was taken back without the name of its payment counts as the first money that came.
    """
    half, year = months_before(as_of, months=6), months_before(as_of, months=12)
    paid_off, partial = dict(settled), 0
    waiting = [charge for charge in queue if unpaid[charge.id] > 0]
    reached = sum((credit.amount for credit in free if credit.amount <= 0), NOTHING)
    needed = NOTHING
    for credit in (credit for credit in free if credit.amount > 0):
        reached += credit.amount
        before = len(waiting)
        while waiting and needed + unpaid[waiting[0].id] <= reached:
            charge = waiting.pop(0)
            needed += unpaid[charge.id]
            paid_off[charge.id] = credit.day
        partial += credit.payment and before == len(waiting) and credit.day > half
    payments = [credit.day for credit in credits if credit.payment and credit.amount > 0]
    due = [charge for charge in queue if year < charge.due_on < as_of]
    ends = [(min(paid_off.get(charge.id, as_of), as_of), charge.due_on) for charge in queue]
    return {
        "charges_due_12m": len(due),
        "charges_on_time_12m": sum(paid_off.get(charge.id, date.max) <= charge.due_on for charge in due),
        "payments_12m": sum(day > year for day in payments),
        "partial_payments_6m": partial,
        "last_paid_on": max(payments, default=None),
        "peak_past_due_days_6m": max([0, *((end - due_on).days for end, due_on in ends if end > half)]),
        "peak_past_due_days_12m": max([0, *((end - due_on).days for end, due_on in ends if end > year)]),
    }
