"""What the dialler, the message gateway and the collectors report: contacts, and what became of promises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dunwell.lab.sample import contacts as chapter
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints, repeat
from dunwell.lab.sample.columns import (
    at,
    coded,
    constant,
    days,
    empty,
    ints,
    join,
    known,
    money,
    numbered,
    only,
    plain,
    stacked,
    word,
)
from dunwell.lab.sample.contacts import Contacts
from dunwell.lab.sample.dirt import Dirt, Rows, broken_line, missing, retold, unknown, unknown_code
from dunwell.lab.sample.forms import JsonLines
from dunwell.lab.sample.receipts import PAYMENT
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import Story

COLUMNS = (
    "event_id", "event", "customer_no", "account_no", "on", "at", "zone", "direction", "channel", "point", "purpose",
    "actor", "agency", "staff", "connected", "answered_by", "conversation", "voicemail", "outcome", "debts",
    "discussed", "seconds", "recording", "note", "promised", "cause", "result", "amount",
)  # fmt: skip
NOTES = (
    "客户称发薪日后付款", "客户表示已换工作，收入暂时下降", "客户对账单金额有疑问，要求明细", "客户要求改天再联系",
    "家属接听，未透露债务信息", "Customer asked for the bill by e-mail",
)  # fmt: skip
# How often the cause is known: after a conversation, a written answer, and from silence alone.
CAUSE_SHARES = (0.85, 0.6, 0.3)
# Of the promises that came due: how many were broken, by arrears type.
BROKEN_SHARES = (0.85, 0.35, 0.7, 0.45)
PROMISED_WITHIN_DAYS = 7
# A payment so many days late was often promised before it came.
# Those who evade and are late for long have broken promises before: none to three of them in half a year.
SERIAL_SHARES, SERIAL_LATE_DAYS, SERIAL_WINDOW_DAYS = (0.4, 0.2, 0.2, 0.2), 60, 170
KEPT_SHARE, KEPT_LATE_DAYS, KEPT_WINDOW_DAYS = 0.3, 4, 200


def _points(story: Story, contacts: Contacts) -> pa.Array:
    """This function will name the contact point that was used, where the company knows one."""
    customers, owner = story.customers, contacts.customer
    known = [customers.mobile, customers.app, customers.mobile, customers.email, customers.social, customers.address]
    has = np.stack([flags[owner] for flags in known])[contacts.channel, np.arange(len(contacts))]
    return only(has, join(at(story.customer_codes, owner), "/", coded(chapter.CHANNELS, contacts.channel)))


def _debts(story: Story, contacts: Contacts) -> pa.Array:
    """This function will list all overdue accounts of the customer: one contact is about all of them."""
    late = np.flatnonzero(story.accounts.overdue)
    ends = np.concatenate([[0], np.cumsum(story.overdue_accounts)])
    lists = pa.ListArray.from_arrays(ints(ends).cast(pa.int32()), at(story.account_codes, late))
    named = pc.binary_join(lists, word(","))
    owing = story.overdue_accounts[contacts.customer] > 0
    return only(owing, at(named, contacts.customer))


def _clock(story: Story, contacts: Contacts) -> pa.Array:
    day, minute = chapter.shanghai(story, contacts)
    hours, minutes = numbered("", minute // 60, width=2), numbered("", minute % 60, width=2)
    return join(days(day), " ", hours, ":", minutes, ":00")


def _causes(story: Story, contacts: Contacts, dice: Dice) -> pa.Array:
    """This function will record the cause where the debtor spoke, and where silence tells it."""
    n = len(contacts)
    cause = story.accounts.cause[contacts.account]
    silent = np.isin(cause, (share.EVASION, share.LOST_CONTACT)) & (contacts.answerer != chapter.DEBTOR)
    wrote = (contacts.outcome == chapter.REPLIED) & (cause != share.LOST_CONTACT)
    known = [flags & dice.yes(p, n) for flags, p in zip((contacts.talked, wrote, silent), CAUSE_SHARES, strict=True)]
    told = np.logical_or.reduce(known)
    return only(told & story.accounts.overdue[contacts.account], coded(share.CAUSES, cause))


def _contacts(story: Story, contacts: Contacts, dice: Dice) -> Rows:
    n = len(contacts)
    talked = contacts.talked
    called = contacts.channel == chapter.VOICE
    debts = _debts(story, contacts)
    outsourced = contacts.human & dice.yes(0.2, n)
    seconds = np.where(talked, dice.between(40, 600, n), dice.between(5, 40, n))
    return {
        "event": constant("contact", n),
        "customer_no": at(story.customer_codes, contacts.customer),
        "account_no": at(story.account_codes, contacts.account),
        "on": days(contacts.day),
        "at": _clock(story, contacts),
        "zone": coded(share.ZONES, story.customers.zone[contacts.customer]),
        "direction": coded(("outbound", "inbound"), contacts.inbound),
        "channel": coded(chapter.CHANNELS, contacts.channel),
        "point": _points(story, contacts),
        "purpose": coded(("reminder", "collection"), story.accounts.overdue[contacts.account]),
        "actor": coded(("robot", "human"), contacts.human),
        "agency": only(outsourced, coded(("agency-a", "agency-b"), dice.between(0, 2, n))),
        "staff": only(contacts.human, numbered("u", dice.between(1, 60, n), width=4)),
        "connected": coded(("false", "true"), _connected(contacts)),
        "answered_by": coded(chapter.ANSWERERS, contacts.answerer),
        "conversation": only(called, coded(("false", "true"), talked)),
        "voicemail": only(contacts.answerer == chapter.VOICEMAIL, "short"),
        "outcome": coded(chapter.OUTCOMES, contacts.outcome),
        "debts": debts,
        "discussed": only(talked, debts),
        "seconds": only(called & (contacts.answerer != chapter.NOBODY), plain(seconds)),
        "recording": only(talked, join("rec-", numbered("", contacts.day * 1440 + contacts.minute, width=8))),
        "note": only(talked & contacts.human & dice.yes(0.3, n), coded(NOTES, dice.between(0, len(NOTES), n))),
        "promised": only(_promised(story, contacts), money(_amounts(story, contacts.account, dice))),
        "cause": _causes(story, contacts, dice),
    }


def _connected(contacts: Contacts) -> Flags:
    called = contacts.channel == chapter.VOICE
    reached = np.where(called, contacts.answerer != chapter.NOBODY, contacts.outcome != chapter.UNDELIVERED)
    return np.asarray(reached, dtype=np.bool_)


def _promised(story: Story, contacts: Contacts) -> Flags:
    promised = contacts.outcome == chapter.PROMISED
    return np.asarray(promised & story.accounts.overdue[contacts.account], dtype=np.bool_)


def _amounts(story: Story, account: Ints, dice: Dice) -> Ints:
    """This function will draw promised amounts: half or all of what is overdue."""
    return story.accounts.target_cents[account] // dice.between(1, 3, len(account))


@dataclass(frozen=True)
class Results:
    """What became of promises: one element per promise whose day is over."""

    account: Ints
    day: Ints
    kept: Flags
    cents: Ints


def _results(story: Story, contacts: Contacts, dice: Dice) -> Results:
    """This function will tell of the broken promises, and of those kept by the late payments of the last months."""
    due = contacts.day + PROMISED_WITHIN_DAYS
    gone = np.flatnonzero(_promised(story, contacts) & (due < story.as_of))
    weights = np.array(BROKEN_SHARES)[story.accounts.type[contacts.account[gone]]]
    broken = gone[dice.yes(weights, len(gone))]
    evader, evaded_on = _serial(story, dice)
    breaker = np.concatenate([contacts.account[broken], evader])
    receipts, bills = story.receipts, story.bills
    paid = np.flatnonzero((receipts.entry == PAYMENT) & (receipts.bill >= 0))
    late = receipts.day[paid] - bills.due[receipts.bill[paid]] >= KEPT_LATE_DAYS
    recent = receipts.day[paid] > story.as_of - KEPT_WINDOW_DAYS
    kept = paid[late & recent & dice.yes(KEPT_SHARE, len(paid))]
    return Results(
        account=np.concatenate([breaker, receipts.account[kept]]),
        day=np.concatenate([due[broken], evaded_on, receipts.day[kept]]),
        kept=np.repeat([False, True], [len(breaker), len(kept)]),
        cents=np.concatenate([_amounts(story, breaker, dice), receipts.cents[kept]]),
    )


def _serial(story: Story, dice: Dice) -> tuple[Ints, Ints]:
    """This function will draw the earlier broken promises of those who evade: whose account, and on which day."""
    accounts = story.accounts
    evading = accounts.overdue & (accounts.type == share.MALICIOUS) & (story.late_days > SERIAL_LATE_DAYS)
    account = np.flatnonzero(evading)
    account = account[repeat(dice.pick(SERIAL_SHARES, len(account)))]
    reach = np.minimum(story.late_days[account], SERIAL_WINDOW_DAYS)
    return account, story.as_of - dice.between(1, reach, len(account))


def _told(story: Story, results: Results) -> Rows:
    return {
        "event": constant("promise", len(results.account)),
        "customer_no": at(story.customer_codes, story.accounts.customer[results.account]),
        "account_no": at(story.account_codes, results.account),
        "on": days(results.day),
        "result": coded(("promise_broken", "promise_kept"), results.kept),
        "amount": money(results.cents),
    }


def deliver(story: Story) -> Delivery:
    """This function will write the contacts, then the results of promises."""
    dice = story.dice("contact_events")
    contacts = chapter.draw(story)
    parts = [_contacts(story, contacts, dice), _told(story, _results(story, contacts, dice))]
    sizes = [len(part["event"]) for part in parts]
    rows = {
        name: stacked(*(part.get(name, empty(size)) for part, size in zip(parts, sizes, strict=True)))
        for name in COLUMNS[1:]
    }
    rows["event_id"] = story.events("E", sum(sizes))
    signals = sizes[1] + sum(known(rows[name]) for name in ("promised", "cause"))
    return Delivery(rows, counted(contact=sizes[0], signal=signals))


# A contact that tells of no promise and no cause.
SILENT = {"promised": None, "cause": None}
CONTACT, PROMISE = ("event", "contact"), ("event", "promise")
SOURCE = Source(
    kind="contact_events",
    file="contact_events.jsonl",
    form=JsonLines(bare=frozenset({"connected", "conversation", "seconds", "promised", "amount"})),
    identity="event_id",
    columns=COLUMNS,
    dirt=(
        missing("event_id"),
        missing("on", what="date", among=PROMISE),
        Dirt("bad time", "not-a-time", {"at": "2025-06-31 25:61:00"}, CONTACT),
        unknown_code("channel", "telepathy", what="channel", among=CONTACT),
        unknown("customer_no", what="party"),
        unknown("account_no", what="account"),
        Dirt("unknown contact point", "unknown-contact-point", {"point": "Z999999999", **SILENT}, CONTACT),
        Dirt("not a number", "not-a-number", {"seconds": '"a while"'}, CONTACT),
        broken_line(),
        retold("outcome", "abducted", among=CONTACT),
    ),
    deliver=deliver,
)
