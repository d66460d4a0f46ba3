"""What the courts announce, tab-separated in GB18030, with dates and kinds in Chinese."""

from __future__ import annotations

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.columns import at, coded, days, join, money
from dunwell.lab.sample.dirt import Dirt, bad_date, missing, retold, unknown, unknown_code, wrong_cells
from dunwell.lab.sample.forms import Delimited
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story

COLUMNS = ("案号", "客户编号", "类别", "公告日期", "法院", "标的额")
KINDS = ("立案", "执行", "破产申请")
COURTS = ("云海市示例法院", "青川县示例法院", "星河区示例法院")
CASE_SHARES = (0.04, 0.003, 0.06, 0.01)
FILED, ENFORCED, BANKRUPT = range(3)
WINDOW_DAYS = 700


def deliver(story: Story) -> Delivery:
    """This function will write one row per announcement, the enforcement after its case."""
    dice, customers = story.dice("court"), story.customers
    owing = story.overdue_accounts > 0
    sued = np.flatnonzero(owing & dice.yes(np.array(CASE_SHARES)[customers.type], len(customers)))
    broke = np.flatnonzero(owing & dice.yes(np.where(customers.company, 0.01, 0.001), len(customers)))
    on = story.as_of - dice.between(0, WINDOW_DAYS, len(sued))
    enforced = (on + 120 <= story.as_of) & dice.yes(0.5, len(sued))
    customer = np.concatenate([sued, sued[enforced], broke])
    day = np.concatenate([on, on[enforced] + 120, story.as_of - dice.between(0, 90, len(broke))])
    kind = np.repeat([FILED, ENFORCED, BANKRUPT], [len(sued), int(enforced.sum()), len(broke)])
    n = len(customer)
    rows = {
        "案号": join("（示例）民初字第", story.events("L", n), "号"),
        "客户编号": at(story.customer_codes, customer),
        "类别": coded(KINDS, kind),
        "公告日期": days(day, "%Y年%m月%d日"),
        "法院": coded(COURTS, dice.between(0, len(COURTS), n)),
        "标的额": money(story.accounts.target_cents[story.worst_account[customer]]),
    }
    return Delivery(rows, counted(signal=n))


SOURCE = Source(
    kind="court",
    file="court.tsv",
    form=Delimited(delimiter="\t", encoding="gb18030"),
    identity="案号",
    columns=COLUMNS,
    dirt=(
        missing("案号"),
        bad_date("公告日期", "2025年02月30日"),
        unknown_code("类别", "调解", what="kind of case"),
        Dirt("not a number", "not-a-number", {"标的额": "面议"}),
        unknown("客户编号", what="party"),
        *wrong_cells(),
        retold("标的额", "0.01"),
    ),
    deliver=deliver,
)

assert len(CASE_SHARES) == len(share.TYPES)  # noqa: S101 - one share for each arrears type.
