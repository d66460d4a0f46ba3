"""An oracle that reads the rules' sentences for itself, and shares no code with judge, frame or rulebook.

It knows the shipped rules of 10 March 2026 by heart, each as its sentence says it, in the plainest words Python has.
Should a rulebook change, it must be changed too: that is what it is for.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from compliance_population import DAY, Pair, judged, masked, some_pair

from dunwell.compliance.kinds.question import Candidate, Consent, Contact, Customer
from dunwell.compliance.kinds.wish import Wish
from dunwell.compliance.rulebook.reading import load

KNOWN_CHANNELS = ["sms", "app_push", "email", "voice", "social", "letter", "visit"]
REST = ["hardship", "breathing_space", "bereavement", "in_hospital", "pause"]
AGREED = ["promise", "plan", "deferral"]
STATES = ["deceased", "minor", "bankrupt", "represented"]


def today(contact: Contact) -> bool:
    """A contact of ours on that day; if nobody wrote the day down, one that may have been."""
    if contact.direction == "inbound" or contact.wrong_number:
        return False
    if contact.local_date:
        return contact.local_date == DAY
    if not contact.happened_at:
        return True
    return contact.happened_at.date() in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))


def runs(start: date, end: date | None) -> bool:
    return start <= DAY and not (end and end <= DAY)


def of(contact: Contact, creditor: str | None) -> bool:
    return contact.creditor is None or contact.creditor == creditor


def call(contact: Contact) -> bool:
    return contact.channel == "voice" or contact.channel not in KNOWN_CHANNELS


def agreed(customer: Customer, candidate: Candidate, *purposes: str) -> bool:
    def fits(consent: Consent) -> bool:
        return (
            consent.stance == "granted"
            and consent.purpose in purposes
            and consent.granted_to is not None
            and consent.granted_to == candidate.creditor
            and (consent.channel is None or consent.channel == candidate.channel)
            and consent.contact_point is None
            and runs(consent.valid_from, consent.valid_until)
        )

    return candidate.channel in KNOWN_CHANNELS and any(fits(consent) for consent in customer.consents)


def caps(customer: Customer, candidate: Candidate) -> set[str]:
    made = [contact for contact in customer.contacts if today(contact)]
    ours = [contact for contact in made if of(contact, candidate.creditor)]
    calls = [contact for contact in ours if call(contact) and contact.connected is not False]
    talks = [
        contact for contact in calls if contact.conversation is not False and contact.answered_by in (None, "debtor")
    ]
    nobody_to_count_for = candidate.creditor is None
    calling = candidate.channel == "voice" or candidate.channel not in KNOWN_CHANNELS
    said = set()
    if calling and (nobody_to_count_for or len(talks) >= 3):
        said.add("CN-F1")
    if calling and candidate.actor != "human" and (nobody_to_count_for or len(calls) >= 3):
        said.add("CN-F2")
    if nobody_to_count_for or len(ours) >= 3:
        said.add("CN-F6")
    if nobody_to_count_for or len(ours) >= 2:
        said.add("G1-cap")
    tried = Counter(contact.contact_point for contact in made if call(contact) and contact.connected is not True)
    somewhere = tried.pop(None, 0)
    if calling and somewhere + max(tried.values(), default=0) >= 6:
        said |= set() if agreed(customer, candidate, "repeated_attempts") else {"CN-F3"}
    return said


WEEK = [DAY - timedelta(days=days) for days in range(7)]


def in_the_week(contact: Contact) -> bool:
    """A contact of ours in the seven days up to that day, or one that may have been."""
    if contact.direction == "inbound" or contact.wrong_number:
        return False
    if contact.local_date or not contact.happened_at:
        return not contact.local_date or contact.local_date in WEEK
    near = [contact.happened_at.date() + timedelta(days=apart) for apart in (-1, 0, 1)]
    return any(day in WEEK for day in near)


def sums(customer: Customer, candidate: Candidate) -> set[str]:
    """Two a day for a week, and nothing has come back from him."""
    ours = [contact for contact in customer.contacts if of(contact, candidate.creditor) and in_the_week(contact)]
    back = [
        contact
        for contact in customer.contacts
        if of(contact, candidate.creditor) and not contact.wrong_number and contact.local_date in WEEK
        if contact.direction == "inbound" or contact.conversation
    ]
    return {"CN-F8"} if candidate.creditor is None or (len(ours) >= 14 and not back) else set()


TUESDAY = [None, "tue", "weekdays"]
OTHER_DAYS = ["mon", "wed", "thu", "fri", "sat", "sun", "weekend"]


def meant(wish: Wish, candidate: Candidate) -> bool:
    """A wish that is in force and about this contact; a plan knows neither its place nor its address."""
    strange = candidate.channel not in KNOWN_CHANNELS
    this_way = strange or wish.channel == candidate.channel or wish.channel not in KNOWN_CHANNELS
    there = strange or wish.place not in ("home", "work", "other") or candidate.channel in ("letter", "visit")
    return runs(wish.valid_from, wish.valid_until) and this_way and there


def speaks_of(wish: Wish, minute: int) -> bool:
    barred = wish.stance != "convenient"
    if wish.days not in TUESDAY and (wish.days in OTHER_DAYS or not barred):
        return False
    start = wish.from_minute or 0
    end = 1440 if wish.until_minute is None else wish.until_minute
    if start == end:
        return barred
    return start <= minute < end if start < end else minute >= start or minute < end


def minutes_left(customer: Customer, candidate: Candidate) -> list[int]:
    """Minute by minute, what the customer's wishes leave of the hours from eight to ten in the evening."""
    told = [wish for wish in customer.wishes if meant(wish, candidate)]
    likes = [wish for wish in told if wish.stance == "convenient"]
    barred = [wish for wish in told if wish.stance != "convenient"]
    if not told:
        return list(range(8 * 60, 22 * 60))
    return [
        minute
        for minute in range(8 * 60, 22 * 60)
        if not any(speaks_of(wish, minute) for wish in barred)
        and (not likes or any(speaks_of(wish, minute) for wish in likes))
    ]


def longest_left(customer: Customer, candidate: Candidate) -> tuple[str | None, str | None]:
    best: list[int] = []
    run: list[int] = []
    for minute in minutes_left(customer, candidate):
        run = run if run and run[-1] == minute - 1 else []
        run.append(minute)
        best = run if len(run) > len(best) else best
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (best[0], best[-1] + 1)] if best else [None, None]
    return clocks[0], clocks[1]


def peace(customer: Customer) -> set[str]:
    held = {hold.kind for hold in customer.holds if runs(hold.from_on, hold.until_on)}
    strange = bool(held - {"dispute", *REST, *AGREED, *STATES})
    said = set()
    if strange or "dispute" in held or customer.signs.get("dispute_open") in (True, None):
        said.add("G7")
    if strange or held & set(REST):
        said.add("G7-rest")
    if strange or held & set(AGREED):
        said.add("G7-agreed")
    if strange or held & set(STATES) or "minor" in (customer.special_groups or "").split(","):
        said.add("G6-state")
    if customer.signs.get("bankruptcy_signal_30d") in (True, None):
        said.add("G6-bankruptcy")
    return said


def wishes(customer: Customer, candidate: Candidate) -> set[str]:
    said = sums(customer, candidate) | (set() if minutes_left(customer, candidate) else {"G6-wishes"})
    for consent in customer.consents:
        if consent.stance == "granted" or not runs(consent.valid_from, consent.valid_until):
            continue
        about_collecting = consent.purpose not in ("marketing", "survey")
        this_way = consent.channel == candidate.channel or consent.channel not in KNOWN_CHANNELS
        if about_collecting and this_way:
            said.add("G6-refused")
    strange = candidate.channel not in KNOWN_CHANNELS
    if (strange or candidate.channel == "social") and not agreed(customer, candidate, "collection", "social_contact"):
        said.add("G6-social")
    if (strange or candidate.channel == "visit") and not agreed(customer, candidate, "home_visit"):
        said.add("CN-I2-7")
    return said


def ways(customer: Customer, candidate: Candidate) -> set[str]:
    said = set()
    channel = candidate.channel if candidate.channel in KNOWN_CHANNELS else None
    if channel is None or candidate.actor not in ("human", "robot") or not customer.known:
        said.add("KNOWN")
    if not (channel and customer.reachable.get("letter" if channel == "visit" else channel)):
        said.add("G6-address")
    neither = customer.reachable.get("sms") is False and customer.reachable.get("app_push") is False
    gentle = channel in ("sms", "app_push") or (channel in ("email", "letter") and neither)
    if not customer.contacted_since_overdue and not gentle:
        said.add("G2")
    if customer.time_zone not in ("Asia/Shanghai", "Europe/London"):
        said.add("G1-zones")
    return said


def spoken(pair: Pair) -> set[str]:
    customer, candidate = pair.customer, pair.candidate
    return caps(customer, candidate) | peace(customer) | wishes(customer, candidate) | ways(customer, candidate)


CHANCE = Random(2026)
PAIRS = [some_pair(CHANCE) for _ in range(3000)]
SPOKEN = [spoken(pair) for pair in PAIRS]
LEVELS = ("refused_rules", "warned_rules", "review_rules")


def said_of(row: dict[str, str]) -> set[str]:
    return {rule for level in LEVELS for rule in row[level].split(";") if rule}


def test_the_judge_says_what_the_oracle_says() -> None:
    rows = judged(PAIRS, rulebook=load(), on=DAY)
    strange = [(pair, said_of(row) ^ said) for pair, said, row in zip(PAIRS, SPOKEN, rows, strict=True)]
    assert [item for item in strange if item[1]] == []


def test_the_mask_says_what_the_oracle_says() -> None:
    rows = masked(PAIRS, rulebook=load(), on=DAY)
    strange = [(pair, said_of(row) ^ said) for pair, said, row in zip(PAIRS, SPOKEN, rows, strict=True)]
    assert [item for item in strange if item[1]] == []
    windows = [(row["window_from"], row["window_until"]) for row in rows]
    assert windows == [longest_left(pair.customer, pair.candidate) for pair in PAIRS]
    assert len(set(windows)) > 10
    assert windows.count(("08:00", "22:00")) > len(windows) / 2


PLANNED = [rule for rule in load().on(DAY).rules if not rule.terms.at_gate_only and rule.terms.windows() is None]


@pytest.mark.parametrize("rule", sorted({rule.id for rule in PLANNED}))
def test_the_oracle_speaks_of_every_rule(rule: str) -> None:
    count = sum(rule in said for said in SPOKEN)
    assert 0 < count < len(PAIRS)
