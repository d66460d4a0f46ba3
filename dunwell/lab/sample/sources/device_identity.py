"""What the device and identity service reports: new devices, virtual numbers, one identity with many cards [P9]."""

from __future__ import annotations

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.columns import at, coded, days, only, plain
from dunwell.lab.sample.dirt import Dirt, bad_date, broken_line, missing, retold, unknown, unknown_code
from dunwell.lab.sample.forms import JsonLines
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story

KINDS = ("device_new", "virtual_number", "identity_many_cards", "contact_detail_changed")
MANY_CARDS = 2
COLUMNS = ("event_id", "customer_no", "on", "kind", "count")
# Share of customers with each sign: the malicious, and all others.
KIND_SHARES = ((0.30, 0.25), (0.25, 0.01), (0.18, 0.004), (0.30, 0.06))
WINDOW_DAYS = 360


def deliver(story: Story) -> Delivery:
    """This function will write one row per sign."""
    dice, customers = story.dice("device_identity"), story.customers
    malicious = (customers.type == share.MALICIOUS) & (story.overdue_accounts > 0)
    found = [np.flatnonzero(dice.yes(np.where(malicious, *pair), len(customers))) for pair in KIND_SHARES]
    customer = np.concatenate(found)
    kind = np.repeat(np.arange(len(found)), [len(part) for part in found])
    n = len(customer)
    rows = {
        "event_id": story.events("D", n),
        "customer_no": at(story.customer_codes, customer),
        "on": days(story.as_of - dice.between(0, WINDOW_DAYS, n)),
        "kind": coded(KINDS, kind),
        "count": only(kind == MANY_CARDS, plain(dice.between(3, 12, n))),
    }
    return Delivery(rows, counted(signal=n))


SOURCE = Source(
    kind="device_identity",
    file="device_identity.jsonl",
    form=JsonLines(bare=frozenset({"count"})),
    identity="event_id",
    columns=COLUMNS,
    dirt=(
        missing("event_id"),
        bad_date("on", "yesterday"),
        unknown_code("kind", "alien_device", what="kind of sign"),
        Dirt("not a number", "not-a-number", {"count": '"many"'}, ("kind", KINDS[MANY_CARDS])),
        unknown("customer_no", what="party"),
        broken_line(),
        retold("on", "1999-09-09"),
    ),
    deliver=deliver,
)
