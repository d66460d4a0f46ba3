"""Tickets of customer service, separated by semicolons: complaints, disputes, hardship, and pauses they bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints
from dunwell.lab.sample.columns import at, coded, days, only
from dunwell.lab.sample.dirt import Dirt, bad_date, missing, retold, unknown, unknown_code, wrong_cells
from dunwell.lab.sample.forms import Delimited
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story

TOPICS = (
    "complaint", "dispute", "hardship", "bereavement", "breathing_space", "in_hospital", "represented", "deceased",
    "bankrupt", "pause",
)  # fmt: skip
(
    COMPLAINT, DISPUTE, HARDSHIP, BEREAVEMENT, BREATHING_SPACE, IN_HOSPITAL, REPRESENTED, DECEASED, BANKRUPT, PAUSE,
) = range(10)  # fmt: skip
COLUMNS = (
    "ticket_no", "topic", "customer_no", "account_no", "opened_on", "pause", "pause_until", "pause_ended_on", "verdict",
    "closed_on",
)  # fmt: skip
# Share of overdue customers with a ticket of each topic (disputes go by the cause of the arrears), and how long ago.
TOPIC_SHARES = (0.02, 0.0, 0.03, 0.004, 0.004, 0.004, 0.003, 0.002, 0.0015, 0.006)
OPENED_DAYS_MAX = (170, 300, 150, 60, 55, 40, 200, 150, 120, 30)
# Days until the pause ends by itself; 0 = it lasts until it is ended.
PAUSE_DAYS = (0, 0, 90, 60, 60, 45, 0, 0, 0, 30)
DISPUTED_SHARE, RELEASED_SHARE, UPHELD_SHARE = 0.55, 0.55, 0.35
VERDICTS = ("rejected", "upheld")


@dataclass(frozen=True)
class Tickets:
    """One element per ticket; an account of -1 means the customer's whole case."""

    customer: Ints
    account: Ints
    topic: Ints
    opened: Ints
    released: Ints  # -1: not released before its time.

    @property
    def pauses(self) -> Flags:
        return np.asarray(self.topic != COMPLAINT, dtype=np.bool_)


def _draw(story: Story, dice: Dice) -> Tickets:
    owing = story.overdue_accounts > 0
    found = [np.flatnonzero(owing & dice.yes(p, len(owing))) for p in TOPIC_SHARES]
    disputed = story.accounts.overdue & (story.accounts.cause == share.DISPUTE)
    about = np.flatnonzero(disputed & dice.yes(DISPUTED_SHARE, len(disputed)))
    sizes = [len(part) for part in found]
    customer = np.concatenate([*found, story.accounts.customer[about]])
    topic = np.concatenate([np.repeat(np.arange(len(found)), sizes), np.full(len(about), DISPUTE)])
    account = np.concatenate([np.full(sum(sizes), -1), about])
    opened = story.as_of - dice.between(0, np.array(OPENED_DAYS_MAX)[topic] + 1, len(topic))
    released = _released(story, topic, opened, dice)
    return Tickets(customer, account, topic, opened, released)


def _released(story: Story, topic: Ints, opened: Ints, dice: Dice) -> Ints:
    """This function will end some pauses early: disputes that finance decided, a stay in hospital that is over."""
    n = len(topic)
    ends = opened + dice.between(5, 35, n)
    endable = np.isin(topic, (DISPUTE, HARDSHIP, IN_HOSPITAL, PAUSE)) & (ends <= story.as_of)
    return np.where(endable & dice.yes(RELEASED_SHARE, n), ends, -1)


def deliver(story: Story) -> Delivery:
    """This function will write one row per ticket."""
    dice = story.dice("tickets")
    tickets = _draw(story, dice)
    n = len(tickets.topic)
    length = np.array(PAUSE_DAYS)[tickets.topic]
    released = tickets.released >= 0
    decided = released & (tickets.topic == DISPUTE)
    rows = {
        "ticket_no": story.events("K", n),
        "topic": coded(TOPICS, tickets.topic),
        "customer_no": at(story.customer_codes, tickets.customer),
        "account_no": only(tickets.account >= 0, at(story.account_codes, np.maximum(tickets.account, 0))),
        "opened_on": days(tickets.opened, "%d.%m.%Y"),
        "pause": only(tickets.pauses, coded(TOPICS, tickets.topic)),
        "pause_until": only(length > 0, days(tickets.opened + length, "%d.%m.%Y")),
        "pause_ended_on": only(released, days(tickets.released, "%d.%m.%Y")),
        "verdict": only(decided, coded(VERDICTS, dice.yes(UPHELD_SHARE, n))),
        "closed_on": only(released, days(tickets.released, "%d.%m.%Y")),
    }
    signals = int(np.isin(tickets.topic, (COMPLAINT, DISPUTE, HARDSHIP)).sum() + decided.sum())
    return Delivery(rows, counted(hold=tickets.pauses.sum(), hold_release=released.sum(), signal=signals))


HELD = ("topic", "hardship")
SOURCE = Source(
    kind="tickets",
    file="tickets.csv",
    form=Delimited(delimiter=";"),
    identity="ticket_no",
    columns=COLUMNS,
    dirt=(
        missing("ticket_no"),
        bad_date("opened_on", "31.04.2025"),
        unknown_code("topic", "weather", what="topic"),
        Dirt("end before start", "ends-before-start", {"pause_until": "01.01.1990", "pause_ended_on": None}, HELD),
        unknown("customer_no", what="party"),
        unknown("account_no", what="account"),
        *wrong_cells(),
        retold("opened_on", "02.01.1991"),
    ),
    deliver=deliver,
)
