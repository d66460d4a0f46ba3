"""The whole story of one block of accounts, from which the nine files are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from dunwell.lab.sample import accounts as account_chapter
from dunwell.lab.sample import bills as bill_chapter
from dunwell.lab.sample import customers as customer_chapter
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample import receipts as receipt_chapter
from dunwell.lab.sample.accounts import Accounts, Bonds
from dunwell.lab.sample.bills import Bills
from dunwell.lab.sample.chance import Dice, Flags, Ints
from dunwell.lab.sample.columns import at, coded, join, numbered, stacked
from dunwell.lab.sample.customers import Customers
from dunwell.lab.sample.receipts import Receipts, Scene

# Accounts told at a time: memory stays the same for any size of portfolio. Part of what makes a sample: a change of
# this number changes every file.
BLOCK_ACCOUNTS = 20_000
# Numbers of parties: five for each account, the customer himself and one for each role.
PARTIES_PER_ACCOUNT = 5

ACCOUNT_LETTERS = ("T", "S", "L", "B")


@dataclass(frozen=True)
class Story:
    """One block: people, accounts, bills and money, with the numbers the outside systems give them."""

    seed: int
    block: int
    as_of: int
    customers: Customers
    accounts: Accounts
    bonds: Bonds
    bills: Bills
    receipts: Receipts

    def dice(self, name: str) -> Dice:
        """This function will open this block's stream of chance for one file."""
        return Dice(seed=self.seed, block=self.block, name=name)

    @property
    def first(self) -> int:
        """This function will give the number, in the whole portfolio, of the block's first account."""
        return self.block * BLOCK_ACCOUNTS

    @cached_property
    def customer_codes(self) -> pa.Array:
        return numbered("C", self.customers.first_account + self.first, width=9)

    @cached_property
    def account_codes(self) -> pa.Array:
        letters = coded(ACCOUNT_LETTERS, np.array(share.CREDITOR_OF)[self.accounts.product])
        return join(letters, numbered("", np.arange(len(self.accounts)) + self.first, width=9))

    @cached_property
    def bill_codes(self) -> pa.Array:
        return join(at(self.account_codes, self.bills.account), numbered("-", self.bills.ordinal, width=2))

    @cached_property
    def bond_codes(self) -> pa.Array:
        """This function will number the parties that hold the roles: customers by their own number."""
        letters = coded(("J", "G", "K", "V"), self.bonds.role)
        strangers = join(letters, numbered("", self.bonds.account + self.first, width=9))
        known = self.bonds.customer >= 0
        place = np.where(known, self.bonds.customer + len(known), np.arange(len(known)))
        return at(stacked(strangers, self.customer_codes), place)

    @cached_property
    def strangers(self) -> Ints:
        """This function will list the bonds held by people who are not customers: the files must introduce them."""
        return np.flatnonzero(self.bonds.customer < 0)

    @cached_property
    def late_days(self) -> Ints:
        """This function will count, for each account, the days past due; 0 where nothing is overdue."""
        return np.where(self.accounts.overdue, self.as_of - self.accounts.unpaid_due, 0)

    @cached_property
    def overdue_accounts(self) -> Ints:
        """This function will count the overdue accounts of each customer."""
        counts = np.bincount(self.accounts.customer, weights=self.accounts.overdue, minlength=len(self.customers))
        return counts.astype(np.int64)

    @cached_property
    def worst_account(self) -> Ints:
        """This function will name, for each customer, the account that is overdue for longest (else the first)."""
        order = np.lexsort((-np.arange(len(self.accounts)), self.late_days, self.accounts.customer))
        return order[np.cumsum(self.customers.accounts) - 1]

    @cached_property
    def opened(self) -> Ints:
        """This function will name the day each account was opened: some time before its first bill."""
        first_bill = np.flatnonzero(self.bills.ordinal == 0)
        return self.bills.booked[first_bill] - self.dice("opened").between(20, 1500, len(self.accounts))

    @cached_property
    def customer_since(self) -> Ints:
        """This function will name the day each customer came: with the first account or some time before."""
        first = np.full(len(self.customers), self.as_of, dtype=np.int64)
        np.minimum.at(first, self.accounts.customer, self.opened)
        return first - self.dice("since").between(0, 400, len(self.customers))

    def events(self, letters: str, n: int) -> pa.Array:
        """This function will number n events of this block; no other block gives the same numbers."""
        return numbered(f"{letters}{self.block:05d}", np.arange(n), width=7)


def tell(*, seed: int, block: int, accounts: int, as_of: int) -> Story:
    """This function will tell the story of the block: always the same for the same arguments."""
    customers = customer_chapter.draw(accounts=accounts, dice=Dice(seed=seed, block=block, name="customers"))
    owned = account_chapter.draw(customers=customers, as_of=as_of, dice=Dice(seed=seed, block=block, name="accounts"))
    bills = bill_chapter.draw(accounts=owned, as_of=as_of, dice=Dice(seed=seed, block=block, name="bills"))
    scene = Scene(customers, owned, bills, as_of, Dice(seed=seed, block=block, name="receipts"))
    receipts, extras = receipt_chapter.draw(scene)
    return Story(
        seed=seed,
        block=block,
        as_of=as_of,
        customers=customers,
        accounts=owned,
        bonds=account_chapter.bind(
            accounts=owned, customers=customers, dice=Dice(seed=seed, block=block, name="bonds")
        ),
        bills=replace(bills, principal=bills.principal + extras.principal, penalty=bills.penalty + extras.penalty),
        receipts=receipts,
    )


def any_of(owner: Ints, flags: Flags, n: int) -> Flags:
    """This function will tell, for each of n owners, whether any of its elements is flagged."""
    found = np.zeros(n, dtype=np.bool_)
    found[owner[flags]] = True
    return found
