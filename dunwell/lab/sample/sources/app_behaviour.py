"""What the app and the network see: monthly usage, log-ins, sessions, plans looked at, searches for bankruptcy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dunwell.lab.sample import calendar
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Ints, repeat
from dunwell.lab.sample.columns import at, coded, days, only, plain
from dunwell.lab.sample.dirt import missing, retold, unknown, unknown_code
from dunwell.lab.sample.forms import Parquet
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story

ACTIONS = ("usage", "login", "app_session", "plan_viewed", "bankruptcy_search", "rival_service_asked")
USAGE, LOGIN, SESSION, PLAN, BANKRUPTCY, RIVAL = range(6)
COLUMNS = ("event_id", "customer_no", "account_no", "day", "action", "value")
METERED = (share.MOBILE, share.BROADBAND, share.IOT)
METERED_SHARE, USAGE_MONTHS = 0.4, 4
SESSION_WINDOW_DAYS = 60
# Sessions of those who have the app: how many, and what they are.
SESSION_COUNTS = (0.45, 0.25, 0.15, 0.10, 0.05)
SESSION_SHARES = (0.35, 0.58, 0.07)
BANKRUPTCY_SHARE, RIVAL_SHARE = 0.004, 0.012


@dataclass(frozen=True)
class Events:
    """One element per event; an account of -1 means the customer as a whole."""

    customer: Ints
    account: Ints
    day: Ints
    action: Ints
    value: Ints


def _usage(story: Story, dice: Dice) -> Events:
    """This function will meter the last full months; before trouble comes, usage changes [M5]."""
    accounts = story.accounts
    metered = np.flatnonzero(np.isin(accounts.product, METERED) & dice.yes(METERED_SHARE, len(accounts)))
    account = np.repeat(metered, USAGE_MONTHS)
    age = np.tile(np.arange(USAGE_MONTHS), len(metered))
    month, _ = calendar.month_and_day(np.full(len(account), story.as_of, dtype=np.int64))
    level = np.repeat(dice.spread(len(metered)) * 20 + 100, USAGE_MONTHS)
    # The latest month of the overdue: a quarter fell to a third, the malicious rather rose before they left.
    fell = np.repeat(accounts.overdue[metered] & dice.yes(0.25, len(metered)), USAGE_MONTHS) & (age == 0)
    rose = fell & (accounts.type[account] == share.MALICIOUS)
    per_cent = np.where(rose, 240, np.where(fell, 35, 100)) * dice.between(85, 116, len(account)) // 100
    return Events(
        customer=accounts.customer[account],
        account=account,
        day=calendar.on_day(month - age, np.ones(len(account), dtype=np.int64)) - 1,
        action=np.full(len(account), USAGE),
        value=level * per_cent // 100,
    )


def _sessions(story: Story, dice: Dice) -> Events:
    users = np.flatnonzero(story.customers.app)
    customer = users[repeat(dice.pick(SESSION_COUNTS, len(users)))]
    return _of_customers(story, dice, customer, LOGIN + dice.pick(SESSION_SHARES, len(customer)), SESSION_WINDOW_DAYS)


def _searches(story: Story, dice: Dice) -> Events:
    """This function will let a few overdue customers look up bankruptcy, and others a rival's service."""
    owing = story.overdue_accounts > 0
    n = len(owing)
    broke = np.flatnonzero(owing & dice.yes(BANKRUPTCY_SHARE, n))
    leaving = np.flatnonzero(dice.yes(RIVAL_SHARE, n))
    action = np.repeat([BANKRUPTCY, RIVAL], [len(broke), len(leaving)])
    return _of_customers(story, dice, np.concatenate([broke, leaving]), action, SESSION_WINDOW_DAYS)


def _of_customers(story: Story, dice: Dice, customer: Ints, action: Ints, window: int) -> Events:
    n = len(customer)
    none = np.full(n, -1, dtype=np.int64)
    return Events(customer, none, story.as_of - dice.between(0, window, n), action, none)


def deliver(story: Story) -> Delivery:
    """This function will write one row per event."""
    dice = story.dice("app_behaviour")
    parts = [_usage(story, dice), _sessions(story, dice), _searches(story, dice)]
    customer, account, day, action, value = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("customer", "account", "day", "action", "value")
    )
    rows = {
        "event_id": story.events("U", len(customer)),
        "customer_no": at(story.customer_codes, customer),
        "account_no": only(account >= 0, at(story.account_codes, np.maximum(account, 0))),
        "day": days(day),
        "action": coded(ACTIONS, action),
        "value": only(value >= 0, plain(value)),
    }
    return Delivery(rows, counted(signal=len(customer)))


METER = ("action", "usage")
SOURCE = Source(
    kind="app_behaviour",
    file="app_behaviour.parquet",
    form=Parquet({"day": pa.date32(), "value": pa.float64()}),
    identity="event_id",
    columns=COLUMNS,
    dirt=(
        missing("event_id"),
        missing("day", what="date"),
        missing("customer_no", what="customer"),
        unknown("customer_no", what="party"),
        unknown("account_no", what="account", among=METER),
        unknown_code("action", "telepathy", what="action", among=METER),
        retold("value", "123456789", among=METER),
    ),
    deliver=deliver,
)
