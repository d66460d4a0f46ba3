"""What they owe under: the accounts of one block, as columns, and who else stands for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dunwell.lab.sample import calendar
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints, repeat
from dunwell.lab.sample.customers import Customers

# An account comes due within so many days, today included, where nothing is overdue.
DUE_SOON_DAYS = 20
FOREIGN_CURRENCY_SHARE = 0.04
OVERDUE_MIN_CENTS = 900


@dataclass(frozen=True)
class Accounts:
    """One element per account; money in hundredths of the account's currency, days since 1970-01-01."""

    customer: Ints
    product: Ints
    currency: Ints
    overdue: Flags
    type: Ints
    cause: Ints
    # The first bill that is not paid: the oldest overdue one, else the one that comes due next.
    unpaid_due: Ints
    # What is overdue in all (or, where nothing is, the size of an ordinary bill).
    target_cents: Ints
    interest_bearing: Flags
    penalised: Flags

    def __len__(self) -> int:
        return len(self.customer)


def draw(*, customers: Customers, as_of: int, dice: Dice) -> Accounts:
    """This function will draw the accounts of the customers: which are overdue, since when, with how much."""
    customer = repeat(customers.accounts)
    n = len(customer)
    overdue = dice.yes(share.OVERDUE_SHARE, n)
    kind = customers.type[customer]
    product = dice.pick_by(_class(customers)[customer], share.CLASS_PRODUCTS)
    currency = _currency(customers=customers, customer=customer, dice=dice)
    lender = np.isin(product, (share.CONSUMER_CREDIT, share.INSTALMENT_LOAN))
    return Accounts(
        customer=customer,
        product=product,
        currency=currency,
        overdue=overdue,
        type=kind,
        cause=dice.pick_by(kind, share.CAUSE_SHARES),
        unpaid_due=_unpaid_due(kind=kind, overdue=overdue, as_of=as_of, dice=dice),
        target_cents=_target(kind=kind, overdue=overdue, product=product, currency=currency, dice=dice),
        interest_bearing=lender & dice.yes(np.where(product == share.INSTALMENT_LOAN, 0.7, 0.5), n),
        # Leased lines and invoices are paid bill by bill; a penalty would blur which bill a payment meant.
        penalised=dice.yes(0.5, n) & ~directed(product),
    )


def directed(product: Ints) -> Flags:
    """This function will tell whose payments name the bill they pay: the business lines."""
    return np.isin(product, (share.LEASED_LINE, share.INVOICE))


def _class(customers: Customers) -> Ints:
    return np.asarray(customers.company + 2 * (customers.type == share.NEW_BUSINESS), dtype=np.int64)


def _currency(*, customers: Customers, customer: Ints, dice: Dice) -> Ints:
    """This function will give a few second accounts another currency, so that some customers have two."""
    n = len(customer)
    second = np.arange(n) != customers.first_account[customer]
    foreign = second & dice.yes(FOREIGN_CURRENCY_SHARE, n)
    return np.where(foreign, 1 + dice.pick((0.4, 0.6), n), 0)


def _unpaid_due(*, kind: Ints, overdue: Flags, as_of: int, dice: Dice) -> Ints:
    band = dice.pick_by(kind, share.AGE_SHARES)
    late = as_of - dice.within(band, share.AGE_BANDS)
    soon = as_of + dice.between(0, DUE_SOON_DAYS, len(kind))
    month, day = calendar.month_and_day(np.where(overdue, late, soon))
    # A day after the 28th moves back for the overdue and on to the 1st for the others: neither changes sides.
    past_end = day > calendar.DUE_DAY_MAX
    moved = np.where(overdue, calendar.DUE_DAY_MAX, 1)
    return calendar.on_day(month + (past_end & ~overdue), np.where(past_end, moved, day))


def _target(*, kind: Ints, overdue: Flags, product: Ints, currency: Ints, dice: Dice) -> Ints:
    """This function will draw what is overdue; over all accounts of a type it has the mean that P3 gives."""
    means = np.array([round(100 * mean / share.mean_weight(i)) for i, mean in enumerate(share.TYPE_MEANS_YUAN)])
    # Those who pay are billed like the non-malicious, or for the new business.
    scale = np.where(overdue | (kind == share.NEW_BUSINESS), kind, share.NON_MALICIOUS)
    tenths = np.array([round(10 * weight) for weight in share.PRODUCT_WEIGHTS])[product]
    yuan_cents = means[scale] * tenths * dice.spread(len(kind)) // 10_000
    own_cents = yuan_cents * 100 // np.array(share.RATES, dtype=np.int64)[currency]
    return np.asarray(np.maximum(own_cents, OVERDUE_MIN_CENTS), dtype=np.int64)


@dataclass(frozen=True)
class Bonds:
    """Who else is bound to an account: one element per such role."""

    account: Ints
    role: Ints
    # The customer of the block who holds it, or -1 for somebody who is not a customer himself.
    customer: Ints


def bind(*, accounts: Accounts, customers: Customers, dice: Dice) -> Bonds:
    """This function will draw co-debtors, guarantors, contact persons and representatives."""
    n = len(accounts)
    found = [np.flatnonzero(dice.yes(np.asarray(row)[accounts.product], n)) for row in share.ROLE_SHARES]
    account = np.concatenate(found)
    role = np.repeat(np.arange(len(found)), [len(part) for part in found])
    return Bonds(account=account, role=role, customer=_known(account, role, accounts, customers, dice))


def _known(account: Ints, role: Ints, accounts: Accounts, customers: Customers, dice: Dice) -> Ints:
    """This function will make a fifth of the co-debtors and guarantors customers who owe for themselves as well."""
    if not len(customers):
        return np.full(len(account), -1, dtype=np.int64)
    other = dice.between(0, len(customers), len(account))
    usable = (role < 2) & ~customers.company[other] & (other != accounts.customer[account])
    return np.where(usable & dice.yes(0.2, len(account)), other, -1)
