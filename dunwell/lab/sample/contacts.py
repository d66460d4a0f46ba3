"""Who was contacted when, how, and what came of it, over the last 90 days of one block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dunwell.lab.sample import calendar
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints, repeat
from dunwell.lab.sample.story import Story

WINDOW_DAYS = 90
CHANNELS = ("sms", "app_push", "voice", "email", "social", "letter")
SMS, APP_PUSH, VOICE, EMAIL, SOCIAL, LETTER = range(6)
# Before the bill is 15 days late messages prevail, later calls; letters come last.
CHANNEL_SHARES = ((0.50, 0.25, 0.12, 0.08, 0.05, 0.0), (0.30, 0.12, 0.42, 0.08, 0.05, 0.03))
CALLS_AFTER_DAYS = 15
# How many contacts a customer had: nobody overdue, a short time late, for longer.
COUNT_SHARES = ((0.95, 0.05), (0.35, 0.35, 0.2, 0.1), (0.15, 0.25, 0.25, 0.2, 0.1, 0.05))
TODAY_SHARE = 0.04
TODAY_COUNTS = (0.55, 0.30, 0.15)

HOURS = tuple(range(8, 21))
# Answers by the hour: customers of the morning, of midday, of the evening; in per cent.
ANSWERED = (
    (30, 62, 65, 55, 25, 15, 15, 15, 15, 15, 20, 20, 15),
    (15, 15, 18, 30, 60, 62, 50, 20, 15, 15, 15, 20, 15),
    (10, 12, 12, 15, 20, 15, 12, 12, 15, 25, 55, 66, 60),
)
MESSAGE_ANSWERED = 14
# The malicious and the long lost answer less often: per cent of the others' rate.
WILLING = (55, 100, 45, 95)

DEBTOR, THIRD_PARTY, VOICEMAIL, NOBODY = range(4)
ANSWERERS = ("debtor", "third_party", "voicemail", "nobody")
OUTCOMES = (
    "delivered", "undelivered", "replied", "no_answer", "busy", "voicemail_left", "wrong_person", "promised", "refused",
    "disputed", "asked_for_help", "will_call_back",
)  # fmt: skip
(
    DELIVERED, UNDELIVERED, REPLIED, NO_ANSWER, BUSY, VOICEMAIL_LEFT, WRONG_PERSON, PROMISED, REFUSED, DISPUTED,
    ASKED_FOR_HELP, WILL_CALL_BACK,
) = range(12)  # fmt: skip
# What the debtor said, by the cause of the arrears.
SAID = (
    (0.75, 0.02, 0.02, 0.01, 0.20),
    (0.40, 0.10, 0.03, 0.27, 0.20),
    (0.08, 0.15, 0.60, 0.02, 0.15),
    (0.70, 0.03, 0.05, 0.02, 0.20),
    (0.30, 0.30, 0.05, 0.05, 0.30),
    (0.35, 0.50, 0.05, 0.02, 0.08),
)


@dataclass(frozen=True)
class Contacts:
    """One element per attempt; `minute` counts from midnight at the customer's place."""

    customer: Ints
    account: Ints
    day: Ints
    minute: Ints
    inbound: Flags
    channel: Ints
    human: Flags
    answerer: Ints
    outcome: Ints

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def talked(self) -> Flags:
        """This function will tell with whom there was a conversation: the debtor, by voice."""
        return np.asarray((self.answerer == DEBTOR) & (self.channel == VOICE), dtype=np.bool_)


def draw(story: Story) -> Contacts:
    """This function will draw the attempts, some of them on the very day of the sample."""
    dice = story.dice("contacts")
    customer, day = _when(story, dice)
    n = len(customer)
    account = story.worst_account[customer]
    late = day - story.accounts.unpaid_due[account]
    channel = dice.pick_by((late > CALLS_AFTER_DAYS).astype(np.int64), CHANNEL_SHARES)
    hour = dice.between(0, len(HOURS), n)
    answered = _answered(story, customer, channel, hour, dice)
    answerer = _answerer(channel, answered, dice)
    return Contacts(
        customer=customer,
        account=account,
        day=day,
        minute=60 * (hour + HOURS[0]) + dice.between(0, 60, n),
        inbound=dice.yes(0.05, n) & (channel == VOICE) & (answerer == DEBTOR),
        channel=channel,
        human=(channel == VOICE) & dice.yes(0.45, n),
        answerer=answerer,
        outcome=_outcome(story.accounts.cause[account], channel, answerer, dice),
    )


def _when(story: Story, dice: Dice) -> tuple[Ints, Ints]:
    """This function will draw on which of the last 90 days each customer was contacted."""
    n = len(story.customers)
    late = story.late_days[story.worst_account]
    stage = (late > 0).astype(np.int64) + (late > CALLS_AFTER_DAYS)
    earlier = np.zeros(n, dtype=np.int64)
    for turn, weights in enumerate(COUNT_SHARES):
        earlier[stage == turn] = dice.pick(weights, int((stage == turn).sum()))
    today = np.where((late > 1) & dice.yes(TODAY_SHARE, n), 1 + dice.pick(TODAY_COUNTS, n), 0)
    before, now = repeat(earlier), repeat(today)
    # A reminder before the due date may come on any of the last days; dunning only once something is late.
    reach = np.clip(np.where(stage[before] > 0, late[before], 10), 1, WINDOW_DAYS)
    back = dice.between(1, reach + 1, len(before))
    customer = np.concatenate([before, now])
    day = story.as_of - np.concatenate([back, np.zeros(len(now), dtype=np.int64)])
    order = np.lexsort((day, customer))
    return customer[order], day[order]


def _answered(story: Story, customer: Ints, channel: Ints, hour: Ints, dice: Dice) -> Flags:
    rate = np.array(ANSWERED)[story.customers.answers[customer], hour]
    rate = np.where(channel == VOICE, rate, MESSAGE_ANSWERED) * np.array(WILLING)[story.customers.type[customer]]
    return dice.yes(rate / 10_000, len(customer))


def _answerer(channel: Ints, answered: Flags, dice: Dice) -> Ints:
    """This function will tell who answered; some calls reach somebody else, some a machine."""
    n = len(channel)
    called = channel == VOICE
    other = np.where(dice.yes(0.5, n), THIRD_PARTY, VOICEMAIL)
    missed = np.where(called & dice.yes(0.2, n), other, NOBODY)
    return np.where(answered, DEBTOR, missed)


def _outcome(cause: Ints, channel: Ints, answerer: Ints, dice: Dice) -> Ints:
    n = len(channel)
    said = PROMISED + dice.pick_by(cause, SAID)
    unheard = np.where(dice.yes(0.2, n), BUSY, NO_ANSWER)
    call = np.choose(answerer, [said, WRONG_PERSON, VOICEMAIL_LEFT, unheard])
    message = np.where(answerer == DEBTOR, REPLIED, np.where(dice.yes(0.96, n), DELIVERED, UNDELIVERED))
    return np.where(channel == VOICE, call, message)


def shanghai(story: Story, contacts: Contacts) -> tuple[Ints, Ints]:
    """This function will tell day and minute by the clock of the house, which stands in Shanghai."""
    first = story.as_of - WINDOW_DAYS - 1
    span = range(first, story.as_of + 2)
    home = np.array([calendar.offset_minutes(share.ZONES[0], day) for day in span])
    ahead = np.array([[calendar.offset_minutes(zone, day) for day in span] for zone in share.ZONES])
    zone = story.customers.zone[contacts.customer]
    moved = contacts.minute + (home[None, :] - ahead)[zone, contacts.day - first]
    return contacts.day + moved // 1440, moved % 1440
