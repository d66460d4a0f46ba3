"""Contracts and bills: one file with rows of three types, as billing systems export them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags
from dunwell.lab.sample.columns import at, coded, constant, days, empty, known, money, only, stacked
from dunwell.lab.sample.dirt import Dirt, Rows, bad_date, missing, retold, unknown, wrong_cells
from dunwell.lab.sample.forms import Delimited
from dunwell.lab.sample.source import Delivery, Source, Sums, add_up, counted
from dunwell.lab.sample.story import Story

COLUMNS = (
    "row_type", "account_no", "customer_no", "product", "creditor", "currency", "opened_on", "credit_limit",
    "grace_days", "closed_on", *(f"{role}_no" for role in share.ROLES), "bill_no", "booked_on", "due_on", "principal",
    "interest", "fee", "penalty", "stopped_on",
)  # fmt: skip
PARTS = ("principal", "interest", "fee", "penalty")
# Service is stopped when an account of these is late for longer than so many days.
STOPPABLE = (share.MOBILE, share.FIXED, share.BROADBAND, share.IOT)
STOPPED_AFTER_DAYS = 45


def _contracts(story: Story, dice: Dice) -> Rows:
    """This function will write one row per account, with all who stand for it."""
    accounts, n = story.accounts, len(story.accounts)
    old = accounts.overdue & (accounts.type == share.HISTORICAL)
    graced = dice.yes(0.04, n)
    return {
        "row_type": constant("ACCOUNT", n),
        "account_no": story.account_codes,
        "customer_no": at(story.customer_codes, accounts.customer),
        "product": coded(share.PRODUCTS, accounts.product),
        "creditor": coded(share.CREDITORS, np.array(share.CREDITOR_OF)[accounts.product]),
        "currency": coded(share.CURRENCIES, accounts.currency),
        "opened_on": days(story.opened),
        "credit_limit": _limits(story, dice),
        "grace_days": only(graced, coded(("3", "5", "10"), dice.pick((0.5, 0.3, 0.2), n))),
        "closed_on": only(old & dice.yes(0.5, n), days(accounts.unpaid_due + 120)),
        **_bound(story),
    }


def _limits(story: Story, dice: Dice) -> pa.Array:
    """This function will give lenders' and companies' accounts a limit of a few times what is used."""
    accounts, n = story.accounts, len(story.accounts)
    limited = np.isin(accounts.product, (share.CONSUMER_CREDIT, share.INSTALMENT_LOAN, share.INVOICE))
    rounded = (accounts.target_cents * dice.between(2, 15, n) // 50_000 + 1) * 50_000
    return only(limited, money(rounded))


def _bound(story: Story) -> Rows:
    """This function will name, for each role, who holds it on each account."""
    columns = {}
    codes, nobody = stacked(story.bond_codes, empty(1)), len(story.bonds.role)
    for turn, role in enumerate(share.ROLES):
        chosen = np.flatnonzero(story.bonds.role == turn)
        place = np.full(len(story.accounts), nobody, dtype=np.int64)
        place[story.bonds.account[chosen]] = chosen
        columns[f"{role}_no"] = at(codes, place)
    return columns


def _bills(story: Story) -> Rows:
    bills = story.bills
    due = days(bills.due)
    return {
        "row_type": constant("BILL", len(bills)),
        "account_no": at(story.account_codes, bills.account),
        "bill_no": story.bill_codes,
        "booked_on": days(bills.booked),
        "due_on": due,
        "principal": money(bills.principal),
        **{part: only(getattr(bills, part) > 0, money(getattr(bills, part))) for part in PARTS[1:]},
    }


def _stopped(story: Story) -> Flags:
    accounts = story.accounts
    return np.isin(accounts.product, STOPPABLE) & (story.late_days > STOPPED_AFTER_DAYS)


def _stops(story: Story) -> Rows:
    rows = np.flatnonzero(_stopped(story))
    return {
        "row_type": constant("STOP", len(rows)),
        "account_no": at(story.account_codes, rows),
        "customer_no": at(story.customer_codes, story.accounts.customer[rows]),
        "stopped_on": days(story.accounts.unpaid_due[rows] + STOPPED_AFTER_DAYS),
    }


def deliver(story: Story) -> Delivery:
    """This function will write the contracts, then the bills, then the stops of service."""
    parts = [_contracts(story, story.dice("billing")), _bills(story), _stops(story)]
    sizes = [len(part["account_no"]) for part in parts]
    rows = {
        name: stacked(*(part.get(name, empty(size)) for part, size in zip(parts, sizes, strict=True)))
        for name in COLUMNS
    }
    charges = sum(known(rows[part]) for part in PARTS)
    facts = counted(
        account=sizes[0],
        account_terms=sizes[0],
        party_role=sizes[0] + len(story.bonds.role),
        charge=charges,
        signal=sizes[2],
    )
    return Delivery(rows, facts, _sums(story))


def _sums(story: Story) -> Sums:
    sums: Sums = Sums()
    currency = story.accounts.currency[story.bills.account]
    add_up(sums, what="charge", currency=currency, cents=story.bills.amount)
    return sums


# A bill of one charge only.
ALONE = dict.fromkeys(PARTS[1:])
BILL, CONTRACT = ("row_type", "BILL"), ("row_type", "ACCOUNT")
SOURCE = Source(
    kind="billing",
    file="billing.csv",
    form=Delimited(),
    identity="bill_no",
    columns=COLUMNS,
    dirt=(
        missing("bill_no", among=BILL),
        missing("account_no", what="account", among=BILL),
        bad_date("due_on", "2024-13-01", among=BILL),
        Dirt("negative amount", "amount-not-positive", {"principal": "-88.00"}, BILL),
        Dirt("absurd amount", "amount-absurd", {"principal": "9999999999999999.00"}, BILL),
        Dirt("too many places", "too-many-places", {"principal": "12.345", **ALONE}, BILL),
        Dirt("NaN", "required", {"principal": "NaN"}, BILL),
        Dirt("not a number", "not-a-number", {"principal": "twelve"}, BILL),
        unknown("account_no", what="account", among=BILL),
        Dirt("unknown currency", "unknown-currency", {"account_no": "T900000001", "currency": "XQX"}, CONTRACT),
        Dirt("unknown product", "unknown-value", {"account_no": "T900000002", "product": "teleport"}, CONTRACT),
        *wrong_cells(BILL),
        retold("principal", "0.01", among=BILL),
    ),
    deliver=deliver,
)
