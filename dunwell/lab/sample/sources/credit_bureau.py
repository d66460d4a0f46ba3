"""Reports of a credit bureau, as the workbook it sends; asked only about borrowers who agreed to it [C3]."""

from __future__ import annotations

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.columns import at, coded, known, money, only, plain
from dunwell.lab.sample.dirt import Dirt, bad_date, missing, retold, unknown
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story, any_of
from dunwell.lab.sample.workbook import Workbook

COLUMNS = ("report_no", "customer_no", "reported_on", "score", "overdue_elsewhere", "inquiries", "income_band")
LENDING = (share.CONSUMER_CREDIT, share.INSTALMENT_LOAN, share.INVOICE)
ASKED_SHARE = 0.6
INCOME_BANDS = ("low", "middle", "upper_middle", "high")
# Scores run from 300 to 850; those who evade or owe for years score lower.
SCORE_BANDS = ((320, 560), (430, 760), (350, 600), (480, 780))
PAYING_SCORE_BAND = (560, 840)
ELSEWHERE_SHARES = (0.6, 0.25, 0.5, 0.15)
# Days between 1899-12-30, from which workbooks count, and 1970-01-01.
WORKBOOK_EPOCH_DAYS = 25_569


def deliver(story: Story) -> Delivery:
    """This function will write one row per report, not older than three months."""
    dice, customers = story.dice("credit_bureau"), story.customers
    lends = any_of(story.accounts.customer, np.isin(story.accounts.product, LENDING), len(customers))
    asked = np.flatnonzero(lends & dice.yes(ASKED_SHARE, len(customers)))
    n = len(asked)
    kind = np.where(story.overdue_accounts[asked] > 0, customers.type[asked], len(share.TYPES))
    elsewhere = dice.yes(np.array([*ELSEWHERE_SHARES, 0.05])[kind], n)
    inquiries = dice.pick((0.5, 0.2, 0.12, 0.08, 0.05, 0.05), n)
    told = ~customers.company[asked] & dice.yes(0.7, n)
    rows = {
        "report_no": story.events("R", n),
        "customer_no": at(story.customer_codes, asked),
        "reported_on": plain(story.as_of - dice.between(1, 90, n) + WORKBOOK_EPOCH_DAYS),
        "score": plain(dice.within(kind, (*SCORE_BANDS, PAYING_SCORE_BAND))),
        "overdue_elsewhere": only(elsewhere, money(dice.spread(n) * 400)),
        "inquiries": only(inquiries > 0, plain(inquiries)),
        "income_band": only(told, coded(INCOME_BANDS, dice.pick((0.3, 0.4, 0.2, 0.1), n))),
    }
    signals = sum(known(rows[name]) for name in COLUMNS[3:])
    return Delivery(rows, counted(signal=signals))


SOURCE = Source(
    kind="credit_bureau",
    file="credit_bureau.xlsx",
    form=Workbook(numbers=frozenset({"score", "overdue_elsewhere", "inquiries"}), dates=frozenset({"reported_on"})),
    identity="report_no",
    columns=COLUMNS,
    dirt=(
        missing("report_no"),
        missing("reported_on", what="date"),
        bad_date("reported_on", "32.12.2025"),
        Dirt("not a number", "not-a-number", {"score": "AAA"}),
        unknown("customer_no", what="party"),
        retold("score", "1"),
    ),
    deliver=deliver,
)
