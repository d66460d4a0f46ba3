"""The cashier's journal: payments, failed debits, and what was taken back, waived, credited or mended. In cents."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.accounts import directed
from dunwell.lab.sample.chance import Dice
from dunwell.lab.sample.columns import at, coded, days, join, numbered, only, plain
from dunwell.lab.sample.dirt import Dirt, bad_date, missing, retold, unknown, wrong_cells
from dunwell.lab.sample.forms import Delimited
from dunwell.lab.sample.receipts import ENTRIES, FAILED_DEBIT, PAYMENT, WAIVER, WRITE_OFF, Receipts
from dunwell.lab.sample.source import Delivery, Source, Sums, add_up, counted
from dunwell.lab.sample.story import Story

CLASSES = ("pay", "fail", "adjust")
BACK_DATED_SHARE = 0.02
METHODS = ("debit", "card", "wallet", "transfer", "counter")
COLUMNS = (
    "txn_no", "class", "reason", "account_no", "customer_no", "charge_no", "against_txn", "replaces_txn", "value_date",
    "booked_date", "amount_fen", "currency", "method",
)  # fmt: skip


def _class(receipts: Receipts) -> pa.Array:
    return coded(CLASSES, np.array([0, 1, 2, 2, 2, 2, 2])[receipts.entry])


def _charge(story: Story, receipts: Receipts) -> pa.Array:
    """This function will name the charge that an entry means: a waiver its penalty, the others the principal.

    Consumers' payments name none: they go where the order of allocation puts them.
    """
    bill = at(story.bill_codes, np.maximum(receipts.bill, 0)) if len(story.bills) else pa.nulls(0, pa.string())
    part = coded(("/principal", "/penalty"), receipts.entry == WAIVER)
    named = (receipts.entry > FAILED_DEBIT) | directed(story.accounts.product[receipts.account])
    return only((receipts.bill >= 0) & (receipts.entry != FAILED_DEBIT) & named, join(bill, part))


def _transaction(story: Story, key: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Array:
    return only(key >= 0, numbered(f"P{story.block:05d}", np.maximum(key, 0), width=7))


def _method(receipts: Receipts, dice: Dice) -> pa.Array:
    drawn = coded(METHODS, dice.pick((0.3, 0.2, 0.3, 0.15, 0.05), len(receipts)))
    return only(receipts.entry == PAYMENT, drawn)


def _booked(story: Story, receipts: Receipts, dice: Dice) -> pa.Array:
    """This function will book most receipts on their day, and a few only weeks later: those are back-dated."""
    n = len(receipts)
    wait = np.where(dice.yes(BACK_DATED_SHARE, n), dice.between(5, 45, n), 0)
    return days(np.minimum(receipts.day + wait, story.as_of), "%Y%m%d")


def deliver(story: Story) -> Delivery:
    """This function will write one row per receipt."""
    receipts, dice = story.receipts, story.dice("payments")
    currency = story.accounts.currency[receipts.account]
    rows = {
        "txn_no": _transaction(story, receipts.key),
        "class": _class(receipts),
        "reason": only(receipts.entry > FAILED_DEBIT, coded(ENTRIES, receipts.entry)),
        "account_no": at(story.account_codes, receipts.account),
        "customer_no": at(story.customer_codes, story.accounts.customer[receipts.account]),
        "charge_no": _charge(story, receipts),
        "against_txn": _transaction(story, receipts.against),
        "replaces_txn": _transaction(story, receipts.replaces),
        "value_date": days(receipts.day, "%Y%m%d"),
        "booked_date": _booked(story, receipts, dice),
        "amount_fen": plain(receipts.cents),
        "currency": coded(share.CURRENCIES, currency),
        "method": _method(receipts, dice),
    }
    return Delivery(rows, _facts(receipts), _sums(story))


def _facts(receipts: Receipts) -> Counter[str]:
    paid, failed = (int((receipts.entry == entry).sum()) for entry in (PAYMENT, FAILED_DEBIT))
    return counted(payment=paid, signal=failed, adjustment=len(receipts) - paid - failed)


def _sums(story: Story) -> Sums:
    """This function will add up what counts: a payment that was replaced counts no more."""
    sums: Sums = Sums()
    receipts = story.receipts
    stands = ~np.isin(receipts.key, receipts.replaces)
    for entry in (PAYMENT, *range(FAILED_DEBIT + 1, WRITE_OFF + 1)):
        chosen = receipts.where(stands & (receipts.entry == entry))
        add_up(sums, what=ENTRIES[entry], currency=story.accounts.currency[chosen.account], cents=chosen.cents)
    return sums


PAY = ("class", "pay")
SOURCE = Source(
    kind="payments",
    file="payments.csv",
    form=Delimited(),
    identity="txn_no",
    columns=COLUMNS,
    dirt=(
        missing("txn_no", among=PAY),
        bad_date("value_date", "20230231", among=PAY),
        Dirt("date in the future", "date-in-future", {"value_date": "21500101"}, PAY),
        Dirt("date out of range", "date-out-of-range", {"value_date": "17530101"}, PAY),
        Dirt("negative amount", "amount-not-positive", {"amount_fen": "-500"}, PAY),
        Dirt("absurd amount", "amount-absurd", {"amount_fen": "999999999999999999"}, PAY),
        Dirt("NaN", "required", {"amount_fen": "nan"}, PAY),
        unknown("account_no", what="account", among=PAY),
        unknown("charge_no", what="charge", among=PAY),
        unknown("against_txn", what="payment", among=("reason", "reversal")),
        Dirt("unknown currency", "unknown-currency", {"currency": "XQX"}, PAY),
        Dirt("other currency than the account's", "currency-differs", {"currency": "JPY"}, PAY),
        *wrong_cells(PAY),
        retold("amount_fen", "1", among=PAY),
    ),
    deliver=deliver,
)
