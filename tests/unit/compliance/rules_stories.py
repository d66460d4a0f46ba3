"""Stories for the oracle of rules: customers with a history, contact after contact, near every edge that rules have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, count, islice
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Facts: TypeAlias = dict[str, Any]
CHANNELS = ("sms", "app_push", "email", "voice", "social", "letter", "visit")
HOLDS = ("dispute", "hardship", "breathing_space", "bereavement", "represented", "bankrupt", "deceased", "minor")
HOLDS += ("in_hospital", "pause")
GAPS = [timedelta(seconds=seconds) for seconds in (59, 299, 300, 301, 3600, 3600, 3 * 3600)]
GAPS += [timedelta(days=days) for days in (0, 1, 1, 1, 1, 2, 5, 6, 7, 8, 9, 29, 30, 31)]
EDGES = [time(hour) for hour in (8, 9, 19, 20, 21, 22)] + [time(12), time(15, 30)]
PLACES = {
    "in": ("Asia/Kolkata", "IN"), "kr": ("Asia/Seoul", "KR"), "ru": ("Europe/Moscow", "RU"),
    "uk": ("Europe/London", "GB"), "us": ("America/New_York", "US-MA"),
    "us/new_york_city": ("America/New_York", "US-NY-NYC"),
}  # fmt: skip
PURPOSES = ("contact_at_night", "collection", "repeated_attempts", "marketing", "home_visit", "electronic_contact",
            "social_contact", "inconvenient_hours_direct", "text_within_60_days", None)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """Where and when the stories play: in a place of the layer, around the days of its rules, by which channels."""

    layer: str
    since: date
    newest: date
    until: date | None = None
    channels: tuple[str, ...] = (*CHANNELS, "voice", "voice", "sms", "visit")
    actors: tuple[str, ...] = ("robot", "human")

    def day(self, chance: Random) -> date:
        if self.until:
            return self.until - timedelta(days=chance.randrange(1, 20))
        standard = date(2025, 2, 12) + timedelta(days=chance.randrange(20))
        spring, newest = (day + timedelta(days=chance.randrange(100)) for day in (date(2026, 1, 1), self.newest))
        return max(self.since, chance.choice((spring, spring, standard, newest, newest)))


def stories(chance: Random, *, stage: Stage, contacts: int) -> Iterator[tuple[Facts, Facts, datetime]]:
    """This function will tell of customers until so many contacts were asked for, each with all that came before.

    Most of them begin in the spring of 2026, some when a Chinese standard came into force.
    """
    return islice(chain.from_iterable(story(chance, stage=stage) for _ in count()), contacts)


def story(chance: Random, *, stage: Stage) -> Iterator[tuple[Facts, Facts, datetime]]:
    steady = chance.random() < 0.4
    # The debtor is tried again and again, so that somebody else may be asked for him.
    search = steady and chance.random() < 0.3
    habit, day = a_contact(chance, stage=stage), stage.day(chance)
    customer, made, mates = a_customer(chance, layer=stage.layer, today=day), list[Facts](), list[Facts]()
    at = datetime.combine(day, chance.choice(EDGES), ZoneInfo(customer["zone"])).astimezone(UTC)
    for _ in range(chance.choice((4, 8, 8, 20))):
        contact = {**a_contact(chance, stage=stage), **a_result(chance)}
        if steady:
            for name in chance.sample(sorted(habit), chance.randint(len(habit) - 3, len(habit))):
                contact[name] = habit[name]
        wanted = contact
        if search:
            contact = {**contact, "role": "primary", "direction": "outbound", "connected": chance.random() < 0.1}
            wanted = {**contact, "role": "contact_person"}
        yield {**customer, "contacts": list(made), "housemates": list(mates)}, a_wish(chance, wanted, at), at
        # Now and then the same day again and again, which is what caps are for.
        again = chance.choice((1, 1, 1, 1, 1, 2, 5, 6)) if steady else 1
        made += [recorded(chance, contact, at + timedelta(seconds=9 * nth), customer["zone"]) for nth in range(again)]
        if chance.random() < 0.5:
            mates.append(recorded(chance, {**a_contact(chance, stage=stage), **a_result(chance)}, at, customer["zone"]))
        at = later(chance, at, customer["zone"], steady=steady)


def later(chance: Random, at: datetime, zone: str, *, steady: bool) -> datetime:
    """This function will go on, often to the very second at which a rule begins or ends to bind."""
    gap = chance.choice(GAPS[:-6] if steady and chance.random() < 0.6 else GAPS)
    if gap < timedelta(days=1) and gap:
        return at + gap
    day = at.astimezone(ZoneInfo(zone)).date() + gap
    edge = datetime.combine(day, chance.choice(EDGES), ZoneInfo(zone)).astimezone(UTC)
    return max(at, edge + timedelta(seconds=chance.choice((-60, -1, 0, 0, 1, 59, 60))))


def a_customer(chance: Random, *, layer: str, today: date) -> Facts:
    well = chance.random() < 0.7
    zone, region = PLACES.get(layer) or PLACES.get(layer.split("/")[0]) or ("Asia/Shanghai", "CN")
    zone = chance.choice((zone, zone, zone, "Asia/Shanghai", "America/Los_Angeles"))
    maybe = (True, False, None)
    return {
        "zone": zone,
        "time_zone": zone if chance.random() < 0.96 else chance.choice((None, "Mars/Olympus")),
        "possible_zones": chance.choice(((), (), ("Asia/Tokyo", "America/Chicago"))),
        "region": chance.choice((region, region, region, None, "US", "US-TX", "CN", "nowhere")),
        "product_line": chance.choice((None, "consumer_credit", "mobile")),
        "known": chance.random() < 0.98,
        "contacted_since_overdue": True if well else chance.choice(maybe),
        "reachable": {channel: True if well else chance.choice(maybe) for channel in CHANNELS[:-1]},
        "signs": {
            sign: False if well else chance.choice(maybe)
            for sign in ("bankruptcy_signal_30d", "dispute_open", "hardship")
        },
        "special_groups": chance.choice((None, None, None, "elderly,minor", "minors")),
        "holds": [a_hold(chance, today) for _ in range(chance.choice((0, 0, 1, 1, 2)))],
        "consents": [a_consent(chance, today) for _ in range(chance.choice((0, 0, 1, 3)))],
    }


def a_hold(chance: Random, today: date) -> Facts:
    start = today + timedelta(days=chance.randrange(-20, 12))
    end = chance.choice((None, *(start + timedelta(days=chance.randrange(1, 30)) for _ in range(3))))
    return {"kind": chance.choice((*HOLDS, "unheard_of")), "from_on": start, "until_on": end}


def a_consent(chance: Random, today: date) -> Facts:
    start = today + timedelta(days=chance.randrange(-20, 12))
    return {
        "stance": chance.choice(("granted", "granted", "granted", "refused")),
        "granted_to": chance.choice(("a", "a", "b", None)),
        "purpose": chance.choice(PURPOSES),
        "channel": chance.choice((*CHANNELS, None, None, None)),
        "contact_point": chance.choice((None, None, None, 1, 2)),
        "valid_from": start,
        "valid_until": chance.choice((None, start + timedelta(days=chance.randrange(1, 30)))),
    }


def a_contact(chance: Random, *, stage: Stage) -> Facts:
    return {
        "channel": chance.choice(stage.channels) if chance.random() < 0.98 else "pigeon",
        "creditor": chance.choice(("a", "a", "a", "b")) if chance.random() < 0.97 else None,
        "debts": chance.choice(((), ("d1",), ("d1",), ("d2",), ("d1", "d2"))),
        "claim": chance.choice(("c1", "c1", "c2", None)),
        "household": chance.choice(("h1", "h1", "h2", None)),
        "contact_point": chance.choice((1, 1, 2, None)),
        "role": chance.choice(("primary", "primary", "primary", "guarantor", "contact_person")),
        "person": chance.choice(("p1", "p2", None)),
        "actor": chance.choice(stage.actors),
    }


def a_result(chance: Random) -> Facts:
    return {
        "connected": chance.choice((True, True, False, False, None)),
        "conversation": chance.choice((True, True, False, None)),
        "answered_by": chance.choice(("debtor", "debtor", "third_party", "voicemail", "nobody", None)),
        "direction": chance.choice(("outbound",) * 9 + ("inbound",)),
        "wrong_number": chance.random() < 0.04,
    }


def recorded(chance: Random, contact: Facts, at: datetime, zone: str) -> Facts:
    """This function will write a contact down, and now and then not all of it."""
    written = {key: value for key, value in contact.items() if key != "actor"}
    if contact["role"] == "primary" and chance.random() < 0.1:
        written["role"] = None
    careless = chance.random()
    return {
        **written,
        "happened_at": None if careless < 0.03 else at.replace(tzinfo=None),
        "local_date": None if careless > 0.95 or careless < 0.01 else at.astimezone(ZoneInfo(zone)).date(),
    }


def a_wish(chance: Random, contact: Facts, at: datetime) -> Facts:
    """This function will return the contact as it is wished for, with what only the gate knows."""
    names = ("channel", "creditor", "actor", "debts", "claim", "household", "contact_point", "role", "person")
    today = at.date()
    start = today + timedelta(days=chance.choice((-400, -30, -1, 0, 1)))
    standings = [
        {"holder": holder, "code": code, "kind": kind, "from_on": start, "until_on": None}
        for holder, code, kind in (
            ("staff", "s1", "certified"),
            ("staff", "s1", "trained"),
            ("agency", "g1", "contract"),
        )
        if chance.random() < 0.8
    ]
    if chance.random() < 0.2:
        ended = chance.choice(("blacklisted", "certified", "contract"))
        until = today + timedelta(days=chance.choice((-1, 0, 1)))
        holder, code = chance.choice((("staff", "s1"), ("agency", "g1")))
        standings.append(
            {"holder": holder, "code": code, "kind": ended, "from_on": today - timedelta(days=90), "until_on": until}
        )
    return {
        **{name: contact[name] for name in names},
        "actor": contact["actor"] if chance.random() < 0.98 else "ghost",
        "role": contact["role"] if chance.random() < 0.97 else "neighbour",
        "purpose": chance.choice(("collection", "location", "location"))
        if contact["role"] != "primary"
        else chance.choice(("collection",) * 9 + ("required_by_law",)),
        "discloses_debt": chance.choice((False, False, False, True, None)),
        "asked_to_stop": chance.choice((False, False, False, False, True, None)),
        "asked_back": chance.random() < 0.2,
        "guarantee_until": chance.choice((None, *(today + timedelta(days=days) for days in (-2, -1, 0, 0, 1, 2)))),
        "guarantee_demanded": chance.random() < 0.2,
        "staff": chance.choice(("s1", "s1", "s1", "s2", None)),
        "agency": chance.choice((None, None, "g1")),
        "standings": standings,
        "recorded": chance.choice((True, True, False, None)),
    }
