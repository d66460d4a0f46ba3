"""What a customer owes now, account by account and component by component, by the ledger as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q

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


def owed(party: int, *, on: date) -> list[Owed]:
    """This function will say where each of a customer's accounts stands on a day, the most overdue first."""
    primary = Q(partyrole__party=party, partyrole__role="primary", partyrole__valid_from__lte=on)
    accounts = list(Account.objects.filter(primary).distinct().order_by("id"))
    facts = _Facts(accounts, party=party, on=on)
    rows = [_owed(account, facts, on=on) for account in accounts]
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

    def __init__(self, accounts: list[Account], *, party: int, on: date) -> None:
        self.on = on
        self.charges = _by_account(Charge, accounts)
        self.payments = _by_account(Payment, accounts)
        self.adjustments = _by_account(Adjustment, accounts)
        self.holds = _holds(party, on=on)
        told = AccountTerms.objects.filter(account__in=accounts, valid_from__lte=on).order_by("valid_from", "id")
        self.grace = {row.account_id: row.grace_days for row in told}

    def of(self, account: Account) -> rules.Facts:
        product = terms().products[account.product_line]  # type: ignore[index]
        grace = self.grace.get(account.pk)
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


def _by_account(model: Any, accounts: list[Account]) -> dict[int, list[Any]]:
    """This function will read the facts of one kind that no later one corrects."""
    rows = list(model.objects.filter(account__in=accounts).order_by("id"))
    corrected = {row.corrects_id for row in rows}
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.pk not in corrected:
            found[row.account_id].append(row)
    return found


def _holds(party: int, *, on: date) -> list[tuple[int | None, rules.Hold]]:
    """This function will list a customer's holds with the account each is about, as far as they were released."""
    rows = list(Hold.objects.filter(party=party).order_by("id"))
    corrected = {row.corrects_id for row in rows}
    released: dict[int, date] = {}
    for release in HoldRelease.objects.filter(hold__in=rows, released_on__lte=on).order_by("-released_on"):
        released[release.hold_id] = release.released_on
    found = []
    for row in rows:
        if row.pk not in corrected:
            ends = [day for day in (row.until_on, released.get(row.pk)) if day]
            found.append((row.account_id, rules.Hold(row.from_on, min(ends, default=None))))
    return found
