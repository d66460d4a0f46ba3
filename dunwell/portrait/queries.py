"""Reading what a customer owes on a day, account by account and component by component, by the ledger as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from dunwell.database import ROOT
from dunwell.ledger.models import Account, AccountTerms, Adjustment, Charge, Hold, HoldRelease, Payment
from dunwell.portrait import rules

POSITIONS = ROOT / "strategies" / "positions.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One account and where it stands today."""

    account: Account
    position: rules.Position
    bucket: str

    @property
    def outstanding(self) -> Decimal:
        return sum(self.position.outstanding.values(), Decimal(0))

    @property
    def components(self) -> list[tuple[str, Decimal]]:
        return [(name, amount) for name, amount in self.position.outstanding.items() if amount]


def accounts(party: int, *, on: date) -> list[Account]:
    """This function will list the accounts for which a customer answers on a day."""
    primary = Q(partyrole__party=party, partyrole__role="primary", partyrole__valid_from__lte=on)
    return list(Account.objects.filter(primary).distinct().order_by("id"))


def owed(party: int, *, on: date) -> list[Owed]:
    """This function will say where each of a customer's accounts stands on a day, the most overdue first."""
    found = accounts(party, on=on)
    facts = _Facts(found, party=party, on=on)
    rows = [_owed(account, facts, on=on) for account in found]
    return sorted(rows, key=lambda row: (-row.position.overdue, row.account.external_id))


def overdue_since(rows: Iterable[Owed]) -> date | None:
    """This function will give the first day of what is overdue now."""
    days = [row.position.oldest_unpaid_due_on for row in rows if row.position.overdue]
    first = min((day for day in days if day), default=None)
    return first + timedelta(days=1) if first else None


@lru_cache(maxsize=1)
def _terms(changed: int) -> rules.Terms:
    return rules.load_terms(POSITIONS)


def terms() -> rules.Terms:
    return _terms(POSITIONS.stat().st_mtime_ns)


def _owed(account: Account, facts: _Facts, *, on: date) -> Owed:
    position = rules.position(facts.of(account), as_of=on)
    return Owed(account=account, position=position, bucket=terms().bucket(position.delinquent_days))


class _Facts:
    """The living facts of some accounts, each kind read once."""

    def __init__(self, found: list[Account], *, party: int | None, on: date) -> None:
        self.on = on
        self.charges = _by_account(Charge, found)
        self.payments = _by_account(Payment, found)
        self.adjustments = _by_account(Adjustment, found)
        self.holds = _holds(party, on=on) if party else []
        told = AccountTerms.objects.filter(account__in=found, valid_from__lte=on).order_by("valid_from", "id")
        self.terms = {row.account_id: row for row in told}  # Later ones overwrite earlier ones.

    def of(self, account: Account) -> rules.Facts:
        product = terms().products[account.product_line]  # type: ignore[index]
        agreed = self.terms.get(account.pk)
        grace = agreed.grace_days if agreed else None
        return rules.Facts(
            charges=[
                rules.Charge(x.pk, x.booked_on, x.due_on, x.component, x.amount) for x in self.charges[account.pk]
            ],
            payments=[rules.Payment(x.paid_on, x.amount, x.charge_id, x.pk) for x in self.payments[account.pk]],
            adjustments=[
                rules.Adjustment(x.effective_on, x.kind, x.amount, x.charge_id, x.payment_id)
                for x in self.adjustments[account.pk]
            ],
            holds=[hold for held, hold in self.holds if held in (None, account.pk)],
            grace_days=product.grace_days if grace is None else grace,
            allocation=product.allocation,
        )


def _by_account(model: Any, found: list[Account]) -> dict[int, list[Any]]:
    """This function will read the facts of one kind that no later one corrects."""
    rows = list(model.objects.filter(account__in=found).order_by("id"))
    corrected = {row.corrects_id for row in rows}
    living: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.pk not in corrected:
            living[row.account_id].append(row)
    return living


def _holds(party: int, *, on: date) -> list[tuple[int | None, rules.Hold]]:
    """This function will list the holds that stop the days, with the account each is about, until their release."""
    releases = HoldRelease.objects.filter(hold=OuterRef("pk"), released_on__lte=on).order_by("released_on")
    released = Subquery(releases.values("released_on")[:1])
    rows = list(Hold.objects.filter(party=party).annotate(released=released).order_by("id"))
    corrected = {row.corrects_id for row in rows}
    found = []
    for row in rows:
        if row.pk not in corrected and row.kind not in terms().days_go_on:
            ends = [day for day in (row.until_on, row.released) if day]
            found.append((row.account_id, rules.Hold(row.from_on, min(ends, default=None))))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The whole of one account until a day: each charge with what is left of it, and all that lowered the debt."""

    account: Account
    terms: AccountTerms | None
    position: rules.Position
    charges: list[tuple[Charge, Decimal]]
    payments: list[Payment]
    adjustments: list[Adjustment]


def statements(party: int, *, on: date) -> list[Statement]:
    """This function will itemise each of a customer's accounts until a day, the most overdue first."""
    found = accounts(party, on=on)
    facts = _Facts(found, party=party, on=on)
    told = [_statement(account, facts, on=on) for account in found]
    return sorted(told, key=lambda one: (-one.position.overdue, one.account.external_id))


def _statement(account: Account, facts: _Facts, *, on: date) -> Statement:
    return Statement(
        account=account,
        terms=facts.terms.get(account.pk),
        position=rules.position(facts.of(account), as_of=on),
        charges=_left(account, facts, on=on),
        payments=[row for row in facts.payments[account.pk] if row.paid_on <= on],
        adjustments=[row for row in facts.adjustments[account.pk] if row.effective_on <= on],
    )


def left_of_charges(found: list[Account], *, on: date) -> list[tuple[Charge, Decimal]]:
    """This function will say what is left of each charge of the accounts, account by account, the oldest first."""
    facts = _Facts(found, party=None, on=on)
    return [pair for account in found for pair in _left(account, facts, on=on)]


def _left(account: Account, facts: _Facts, *, on: date) -> list[tuple[Charge, Decimal]]:
    left = rules.unpaid(facts.of(account), as_of=on)
    booked = [charge for charge in facts.charges[account.pk] if charge.booked_on <= on]
    return [(charge, left[charge.pk]) for charge in sorted(booked, key=lambda row: (row.due_on, row.pk))]
