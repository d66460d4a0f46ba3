"""The bills of one block: paid ones, the unpaid ones that make up what is overdue, and the next that comes due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dunwell.lab.sample import calendar
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.accounts import Accounts
from dunwell.lab.sample.chance import Dice, Flags, Ints, ordinal, repeat

# A bill is written so many days before it comes due.
BOOKED_DAYS_BEFORE = 18
# Telecom and lenders alike: a penalty is booked once a bill is more than ten days late.
PENALTY_AFTER_DAYS = 10


@dataclass(frozen=True)
class Bills:
    """One element per bill, in the order of accounts and due dates; money in hundredths."""

    account: Ints
    ordinal: Ints
    due: Ints
    booked: Ints
    principal: Ints
    interest: Ints
    fee: Ints
    penalty: Ints
    unpaid: Flags  # Overdue at the date of the sample.
    future: Flags  # Written, not yet due.
    oldest: Flags  # The oldest unpaid bill of its account.

    def __len__(self) -> int:
        return len(self.account)

    @property
    def amount(self) -> Ints:
        return self.principal + self.interest + self.fee + self.penalty


def draw(*, accounts: Accounts, as_of: int, dice: Dice) -> Bills:
    """This function will write the bills; what is overdue on an account adds up to its target exactly."""
    before, owed, next_one = _counts(accounts=accounts, as_of=as_of, dice=dice)
    counts = before + owed + next_one
    account, nth = repeat(counts), ordinal(counts)
    step = nth - before[account]
    due = calendar.add_months(accounts.unpaid_due[account], step)
    unpaid = accounts.overdue[account] & (step >= 0) & (step < owed[account])
    future = due >= as_of
    amount = _amounts(accounts=accounts, account=account, owed=owed, unpaid=unpaid, step=step, dice=dice)
    interest, fee, penalty = _parts(
        accounts=accounts, account=account, amount=amount, late=np.where(unpaid, as_of - due, 0), future=future
    )
    return Bills(
        account=account,
        ordinal=nth,
        due=due,
        booked=due - BOOKED_DAYS_BEFORE,
        principal=amount - interest - fee - penalty,
        interest=interest,
        fee=fee,
        penalty=penalty,
        unpaid=unpaid,
        future=future,
        oldest=unpaid & (step == 0),
    )


def _counts(*, accounts: Accounts, as_of: int, dice: Dice) -> tuple[Ints, Ints, Ints]:
    """This function will count, account by account, the bills paid, overdue, and about to come due."""
    n = len(accounts)
    month, day = calendar.month_and_day(accounts.unpaid_due)
    today_month, today = calendar.month_and_day(np.full(n, as_of, dtype=np.int64))
    passed = today_month - month + (day < today)
    limit = np.array(share.UNPAID_BILLS_MAX, dtype=np.int64)[accounts.product]
    owed = np.where(accounts.overdue, np.minimum(passed, limit), 0)
    following = calendar.add_months(accounts.unpaid_due, np.where(accounts.overdue, passed, 0))
    served = (passed <= limit) | ~accounts.overdue
    written = served & (following - BOOKED_DAYS_BEFORE <= as_of) & dice.yes(0.85, n)
    history = dice.between(2, 6, n)
    before = np.where(accounts.overdue & (accounts.type == share.HISTORICAL), 1 + history % 2, history)
    return before, owed, written.astype(np.int64)


def _amounts(*, accounts: Accounts, account: Ints, owed: Ints, unpaid: Flags, step: Ints, dice: Dice) -> Ints:
    """This function will size the bills: about alike inside an account, the unpaid ones adding up to the target."""
    weight = dice.between(80, 121, len(account))
    target = accounts.target_cents[account]
    exact = target * weight // np.maximum(_per_account(account, weight * unpaid, accounts)[account], 1)
    left = accounts.target_cents - _per_account(account, exact * unpaid, accounts)
    ordinary = np.maximum(target * weight // (100 * np.maximum(owed[account], 1)), 100)
    return np.where(unpaid, exact + np.where(step == 0, left[account], 0), ordinary)


def _per_account(account: Ints, values: Ints, accounts: Accounts) -> Ints:
    # Sums of whole numbers below 2 to the 53rd are exact in floating point.
    return np.bincount(account, weights=values, minlength=len(accounts)).astype(np.int64)


def _parts(*, accounts: Accounts, account: Ints, amount: Ints, late: Ints, future: Flags) -> tuple[Ints, Ints, Ints]:
    """This function will part interest, fee and penalty from the principal."""
    # Interest is booked when a bill comes due: a bill still to come shows its principal only.
    bearing = accounts.interest_bearing[account] & ~future
    credit = accounts.product[account] == share.CONSUMER_CREDIT
    interest = np.where(bearing, amount * 9 // 100, 0)
    fee = np.where(bearing & credit, amount * 2 // 100, 0)
    penalty = np.where(accounts.penalised[account] & (late > PENALTY_AFTER_DAYS), amount * 4 // 100, 0)
    return interest, fee, penalty
