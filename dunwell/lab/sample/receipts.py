"""The money that came in for the bills of one block, and what was taken back, waived, credited or mended.

Every event leaves what is overdue as it was drawn: a reversal takes back a payment of a bill that is unpaid, a waiver
lifts a penalty that it brought along, a correction replaces a payment that was keyed wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.accounts import Accounts, directed
from dunwell.lab.sample.bills import Bills
from dunwell.lab.sample.chance import Dice, Flags, Ints
from dunwell.lab.sample.customers import Customers

ENTRIES = ("payment", "failed_debit", "reversal", "chargeback", "waiver", "credit_note", "write_off")
PAYMENT, FAILED_DEBIT, REVERSAL, CHARGEBACK, WAIVER, CREDIT_NOTE, WRITE_OFF = range(7)
NONE = -1

# Days from due date to payment for the punctual, those near the day, and the late.
LAGS = ((-9, 0), (-3, 6), (1, 28))
SPLIT_SHARE, PARTIAL_SHARE, REVERSED_SHARE, CORRECTED_SHARE = 0.06, 0.12, 0.02, 0.004
WAIVED_SHARE, CREDITED_SHARE, WRITTEN_OFF_SHARE, OVERPAID_SHARE = 0.10, 0.015, 0.4, 0.01


@dataclass(frozen=True)
class Receipts:
    """One element per entry of the payments file; `key` names an entry, `against` and `replaces` point to keys."""

    key: Ints
    entry: Ints
    account: Ints
    bill: Ints  # The bill of the block that it belongs to, or NONE.
    day: Ints
    cents: Ints
    against: Ints
    replaces: Ints

    def __len__(self) -> int:
        return len(self.key)

    def where(self, chosen: Flags | Ints) -> Receipts:
        """This function will keep the chosen entries, in the order chosen."""
        return Receipts(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True)
class Extras:
    """What receipts add to the bills, so that both stay in balance."""

    principal: Ints
    penalty: Ints


class Book:
    """Entries being gathered, part by part; every entry gets the next key."""

    def __init__(self) -> None:
        self.parts: list[Receipts] = []
        self.size = 0

    def add(self, entry: Ints | int, *, account: Ints, bill: Ints, day: Ints, cents: Ints, **links: Ints) -> Ints:
        """This function will enter one receipt per account named and return their keys."""
        n = len(account)
        key = np.arange(self.size, self.size + n, dtype=np.int64)
        none = np.full(n, NONE, dtype=np.int64)
        kinds = np.broadcast_to(np.asarray(entry, dtype=np.int64), (n,))
        part = Receipts(key, kinds, account, bill, day, cents, links.get("against", none), links.get("replaces", none))
        self.parts.append(part)
        self.size += n
        return key

    def closed(self) -> Receipts:
        """This function will return all entries, account by account and day by day."""
        names = [field.name for field in fields(Receipts)]
        merged = Receipts(**{name: np.concatenate([getattr(part, name) for part in self.parts]) for name in names})
        return merged.where(np.lexsort((merged.key, merged.day, merged.account)))


@dataclass(frozen=True)
class Scene:
    """What the receipts are drawn from."""

    customers: Customers
    accounts: Accounts
    bills: Bills
    as_of: int
    dice: Dice

    def yes(self, p: float, n: int) -> Flags:
        return self.dice.yes(p, n)


def draw(scene: Scene) -> tuple[Receipts, Extras]:
    """This function will draw all receipts, and what the bills must carry in addition."""
    book = Book()
    bills = scene.bills
    settled = ~bills.unpaid & ~bills.future
    paid_on = _paid_on(scene)
    principal = np.zeros(len(bills), dtype=np.int64)
    penalty = np.zeros(len(bills), dtype=np.int64)
    _full_payments(book, scene, np.flatnonzero(settled), paid_on)
    _credit_notes(book, scene, settled, principal)
    _waivers(book, scene, settled, paid_on, penalty)
    _partial_payments(book, scene, principal)
    _taken_back(book, scene)
    _failed_debits(book, scene, settled)
    _write_offs(book, scene)
    _overpayments(book, scene)
    return book.closed(), Extras(principal=principal, penalty=penalty)


def _paid_on(scene: Scene) -> Ints:
    habit = scene.customers.punctuality[scene.accounts.customer[scene.bills.account]]
    return np.asarray(np.minimum(scene.bills.due + scene.dice.within(habit, LAGS), scene.as_of))


def _full_payments(book: Book, scene: Scene, rows: Ints, paid_on: Ints) -> None:
    """This function will pay the settled bills: most at once, some in two parts, a few keyed wrongly at first."""
    cents, day = scene.bills.amount[rows], paid_on[rows]
    mode = scene.dice.pick((1 - SPLIT_SHARE - CORRECTED_SHARE, SPLIT_SHARE, CORRECTED_SHARE), len(rows))
    whole, split, wrong = (np.flatnonzero(mode == i) for i in range(3))
    _pay(book, scene, rows[whole], day[whole], cents[whole])
    first = cents[split] // 3 + 1
    _pay(book, scene, rows[split], day[split], first)
    _pay(book, scene, rows[split], np.minimum(day[split] + 5, scene.as_of), cents[split] - first)
    keys = _pay(book, scene, rows[wrong], day[wrong], cents[wrong] * 10)
    _pay(book, scene, rows[wrong], day[wrong], cents[wrong], replaces=keys)


def _pay(book: Book, scene: Scene, rows: Ints, day: Ints, cents: Ints, **links: Ints) -> Ints:
    return book.add(PAYMENT, account=scene.bills.account[rows], bill=rows, day=day, cents=cents, **links)


def _credit_notes(book: Book, scene: Scene, settled: Flags, principal: Ints) -> None:
    """This function will bill some too much and credit it again."""
    rows = np.flatnonzero(settled & scene.yes(CREDITED_SHARE, len(settled)))
    cents = np.maximum(scene.bills.principal[rows] // 8, 50)
    principal[rows] += cents
    day = np.minimum(scene.bills.due[rows] + 3, scene.as_of)
    book.add(CREDIT_NOTE, account=scene.bills.account[rows], bill=rows, day=day, cents=cents)


def _waivers(book: Book, scene: Scene, settled: Flags, paid_on: Ints, penalty: Ints) -> None:
    """This function will book a penalty on some bills that were paid late, and waive it."""
    late = settled & (paid_on > scene.bills.due + 5) & ~directed(scene.accounts.product[scene.bills.account])
    rows = np.flatnonzero(late & scene.yes(WAIVED_SHARE, len(late)))
    cents = np.maximum(scene.bills.principal[rows] // 20, 10)
    penalty[rows] += cents
    day = np.minimum(paid_on[rows] + 1, scene.as_of)
    book.add(WAIVER, account=scene.bills.account[rows], bill=rows, day=day, cents=cents)


def _partial_payments(book: Book, scene: Scene, principal: Ints) -> None:
    """This function will let some pay a part of their oldest unpaid bill, which was larger by that part."""
    bills = scene.bills
    rows = np.flatnonzero(bills.oldest & scene.yes(PARTIAL_SHARE, len(bills)))
    cents = np.maximum(bills.amount[rows] * scene.dice.between(10, 90, len(rows)) // 100, 100)
    principal[rows] += cents
    latest = np.minimum(bills.due[rows] + 60, scene.as_of)
    _pay(book, scene, rows, scene.dice.between(bills.due[rows], latest + 1, len(rows)), cents)


def _taken_back(book: Book, scene: Scene) -> None:
    """This function will let some unpaid bills have been paid, and the payment taken back."""
    bills = scene.bills
    rows = np.flatnonzero(bills.unpaid & ~bills.oldest & scene.yes(REVERSED_SHARE, len(bills)))
    day = bills.due[rows] - 2
    keys = _pay(book, scene, rows, day, bills.amount[rows])
    kind = np.where(scene.yes(0.4, len(rows)), CHARGEBACK, REVERSAL)
    none = np.full(len(rows), NONE, dtype=np.int64)
    back = np.minimum(day + scene.dice.between(1, 12, len(rows)), scene.as_of)
    book.add(kind, account=bills.account[rows], bill=none, day=back, cents=bills.amount[rows], against=keys)


def _failed_debits(book: Book, scene: Scene, settled: Flags) -> None:
    """This function will let direct debits fail: twice where that is the cause, now and then elsewhere."""
    bills = scene.bills
    caused = bills.unpaid & (scene.accounts.cause[bills.account] == share.FAILED_DEBIT)
    other = ~caused & ~bills.future & scene.yes(0.04, len(bills))
    for chosen, wait in ((caused, 0), (caused, 3), (other, 0)):
        rows = np.flatnonzero(chosen & (bills.due + wait <= scene.as_of))
        day = bills.due[rows] + wait
        book.add(FAILED_DEBIT, account=bills.account[rows], bill=rows, day=day, cents=bills.amount[rows])


def _write_offs(book: Book, scene: Scene) -> None:
    """This function will mark some historical debts as written off: the debt remains."""
    accounts = scene.accounts
    old = accounts.overdue & (accounts.type == share.HISTORICAL)
    rows = np.flatnonzero(old & scene.yes(WRITTEN_OFF_SHARE, len(accounts)))
    day = scene.as_of - scene.dice.between(30, 300, len(rows))
    none = np.full(len(rows), NONE, dtype=np.int64)
    book.add(WRITE_OFF, account=rows, bill=none, day=day, cents=accounts.target_cents[rows])


def _overpayments(book: Book, scene: Scene) -> None:
    """This function will let a few who owe nothing have paid too much."""
    accounts, bills = scene.accounts, scene.bills
    open_bill = np.zeros(len(accounts), dtype=np.bool_)
    open_bill[bills.account[bills.future]] = True
    rows = np.flatnonzero(~accounts.overdue & ~open_bill & scene.yes(OVERPAID_SHARE, len(accounts)))
    none = np.full(len(rows), NONE, dtype=np.int64)
    day = scene.as_of - scene.dice.between(1, 40, len(rows))
    book.add(PAYMENT, account=rows, bill=none, day=day, cents=np.maximum(accounts.target_cents[rows] // 10, 100))
