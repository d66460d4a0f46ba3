"""The terms by which money is counted, and the slow judge of one account: plain loops over plain values.

`frame.positions` says the same of millions of accounts at once; a property test holds the two equal.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dunwell.facts.definitions import read
from dunwell.facts.money import currencies
from dunwell.ledger.kinds import AdjustmentKind, Component, ProductLine

Allocation = Literal["due_first", "component_first"]

# Costs go before interest, interest before principal.
COMPONENT_ORDER = (Component.FEE, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
LOWERS = (AdjustmentKind.CREDIT_NOTE, AdjustmentKind.WAIVER)
TAKES_BACK = (AdjustmentKind.CHARGEBACK, AdjustmentKind.REVERSAL)
# Why somebody is overdue, as far as it was found out; other codes are passed over.
CAUSES = ("cash_flow", "dispute", "evasion", "failed_debit", "forgot", "lost_contact")
NOTHING = Decimal("0.000")


class Definition(BaseModel):
    """A definition read from a file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment; one that takes back a directed payment names that payment's charge."""

    effective_on: date
    kind: str
    amount: Decimal
    charge: int | None = None


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


@dataclass(frozen=True, slots=True)
class Position:
    """Where one account stands on a day."""

    outstanding: dict[str, Decimal]
    overdue: Decimal
    unapplied: Decimal
    oldest_unpaid_due_on: date | None
    past_due_days: int
    held_days: int
    delinquent_days: int
    written_off: bool
    open_charges: int


def position(facts: Facts, *, as_of: date) -> Position:
    """This function will say where an account stands on a day, one step at a time.

    Facts that take effect later than the day do not count yet. A charge is overdue from the day after it is due.
    """
    booked = [charge for charge in facts.charges if charge.booked_on <= as_of]
    unpaid, pool, aside = _directed(facts, booked=booked, as_of=as_of)
    unpaid, left_over = _allocated(booked, unpaid=unpaid, pool=pool, allocation=facts.allocation)
    still = [charge for charge in booked if unpaid[charge.id] > 0]
    oldest = min((charge.due_on for charge in still if charge.due_on <= as_of), default=None)
    past_due = (as_of - oldest).days if oldest else 0
    held = len(_held(facts.holds, start=oldest, end=as_of)) if oldest else 0
    return Position(
        outstanding={c: sum((unpaid[x.id] for x in still if x.component == c), NOTHING) for c in COMPONENT_ORDER},
        overdue=sum((unpaid[charge.id] for charge in still if charge.due_on < as_of), NOTHING),
        unapplied=left_over + aside,
        oldest_unpaid_due_on=oldest,
        past_due_days=past_due,
        held_days=held,
        delinquent_days=max(past_due - facts.grace_days - held, 0) if past_due > facts.grace_days else 0,
        written_off=any(x.kind == AdjustmentKind.WRITE_OFF and x.effective_on <= as_of for x in facts.adjustments),
        open_charges=len(still),
    )


def _directed(
    facts: Facts, *, booked: Sequence[Charge], as_of: date
) -> tuple[dict[int, Decimal], Decimal, Decimal]:
    """This function will let directed credit pay its own charges.

    It returns what is then unpaid of each charge, the account's pool, and the credit that waits for charges which are
    not booked yet. What a charge cannot take joins the pool; so does what was taken back beyond what had come.
    """
    unpaid = {charge.id: charge.amount for charge in booked}
    directed: dict[int, Decimal] = {}
    pool = NOTHING
    for charge_id, amount in _credits(facts, as_of=as_of):
        if charge_id is None:
            pool += amount
        else:
            directed[charge_id] = directed.get(charge_id, NOTHING) + amount
    aside = NOTHING
    for charge_id, credit in directed.items():
        if charge_id not in unpaid:
            aside += credit
            continue
        applied = min(max(credit, NOTHING), unpaid[charge_id])
        unpaid[charge_id] -= applied
        pool += credit - applied
    return unpaid, max(pool, NOTHING), max(aside, NOTHING)


def _credits(facts: Facts, *, as_of: date) -> Iterable[tuple[int | None, Decimal]]:
    """This function will list what lowers the debt (above zero) and what was taken back again (below)."""
    for payment in facts.payments:
        if payment.paid_on <= as_of:
            yield payment.charge, payment.amount
    for adjustment in facts.adjustments:
        if adjustment.effective_on <= as_of and adjustment.kind in LOWERS:
            yield adjustment.charge, adjustment.amount
        if adjustment.effective_on <= as_of and adjustment.kind in TAKES_BACK:
            yield adjustment.charge, -adjustment.amount


def _allocated(
    booked: Sequence[Charge], *, unpaid: dict[int, Decimal], pool: Decimal, allocation: Allocation
) -> tuple[dict[int, Decimal], Decimal]:
    """This function will spend the pool on the charges in their order; of two that are equal the smaller comes first."""

    def place(charge: Charge) -> tuple[object, ...]:
        rank = COMPONENT_ORDER.index(Component(charge.component))
        first = (charge.due_on, rank) if allocation == "due_first" else (rank, charge.due_on)
        return (*first, unpaid[charge.id])

    after = dict(unpaid)
    for charge in sorted(booked, key=place):
        paid = min(pool, after[charge.id])
        after[charge.id] -= paid
        pool -= paid
    return after, pool


def _held(holds: Iterable[Hold], *, start: date, end: date) -> set[date]:
    """This function will collect the days of the span [start, end) on which at least one hold lies."""
    days: set[date] = set()
    for hold in holds:
        first, last = max(hold.from_on, start), min(hold.until_on or end, end)
        days |= {first + timedelta(days=n) for n in range((last - first).days)}
    return days
