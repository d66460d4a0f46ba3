"""May we make this contact? The judge of one contact: plain Python over plain values, slow and sure.

The frame says the same of whole tables; a property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dunwell.compliance.kinds.kind import Finding
from dunwell.compliance.kinds.question import (
    ACTORS,
    CHANNELS,
    DAYS_APART_MAX,
    Candidate,
    Contact,
    Customer,
    Question,
)
from dunwell.compliance.kinds.windows import Hours, clock, cut, known_zone, lawful, outside_of
from dunwell.compliance.rulebook.model import Enforcement, Rule, Rulebook
from dunwell.facts.verdict import Refusal, Verdict

# How often the search for the earliest moment goes from one refusal's end to the next before it gives up.
LEAPS_MAX = 64


class Objection(NamedTuple):
    """A rule that says no, why, and when it will fall silent: None if nobody can know.

    For a day `falls` is a day; for a moment it is a moment, and no later than the end of the rule's own entry.
    """

    rule: Rule
    finding: Finding
    falls: date | None

    @property
    def blocks(self) -> bool:
        return self.rule.enforcement == "block"


class _Same(NamedTuple):
    """A rulebook as a key: the very same one, since to compare all that two of them say takes longer than to judge."""

    rulebook: Rulebook

    def __hash__(self) -> int:
        return id(self.rulebook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rulebook is other.rulebook


class _Ready(NamedTuple):
    """A rule with what every question asks of it anew and gets the same answer."""

    rule: Rule
    everywhere: bool
    narrows: bool
    hours: Hours | None
    on_days: bool

    def binds(self, question: Question) -> bool:
        return self.everywhere or self.rule.binds(question)

    def speaks(self, question: Question) -> bool:
        """This function will silence, of a whole day, what it does not know, and hours that do not block."""
        return self.on_days or question.at is not None


@lru_cache(maxsize=64)
def _ready(same: _Same) -> tuple[_Ready, ...]:
    return tuple(
        _Ready(
            rule=rule,
            everywhere=rule.applies is None
            and rule.unless is None
            and set(rule.channels) >= set(CHANNELS)
            and set(rule.actors) >= set(ACTORS),
            narrows=rule.narrows,
            hours=rule.terms.windows(),
            on_days=not rule.terms.at_gate_only and (rule.narrows or not rule.terms.about_hours),
        )
        for rule in same.rulebook.rules
    )


@lru_cache(maxsize=64)
def _of_day(same: _Same, day: date) -> Rulebook:
    return same.rulebook.on(day)


def _on(rulebook: Rulebook, day: date) -> Rulebook:
    """This function will give the rules in force that day, the very same ones whenever it is asked again."""
    return _of_day(_Same(rulebook), day)


def judge(rulebook: Rulebook, *, customer: Customer, candidate: Candidate, on: date) -> Verdict:
    """This function will judge the contact for a day of the customer's: is there an hour at which it is lawful?

    Rules that are judged at the gate only are left out: a day does not know what they ask.
    Each refusal's `earliest` is the first day its rule would allow by what is known now; the verdict's is the latest
    of them, None if one of them is unknown.
    """
    book = _on(rulebook, on)
    customer = _recent(customer, rulebook=rulebook, on=on)
    zone = known_zone(customer.time_zone)
    question = _question(book, customer=customer, candidate=candidate, on=on, zone=zone)
    found = _objections(book, question=question)
    return _verdict(found, question=question, earliest=_last(found))


def judge_moment(rulebook: Rulebook, *, customer: Customer, candidate: Candidate, at: datetime) -> Verdict:
    """This function will judge the contact for one moment.

    The verdict's `earliest` is exact by what is known now: at that instant the contact is allowed and before it, it
    is not. A customer whose zone is unknown is judged in every zone he may be in, and all of them must agree.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    at = at.astimezone(UTC)
    customer = _recent(customer, rulebook=rulebook, on=at.date())
    found = _objections_at(rulebook, customer=customer, candidate=candidate, at=at)
    earliest = _earliest(rulebook, customer=customer, candidate=candidate, after=at) if _any_blocks(found) else None
    zone = known_zone(customer.time_zone)
    book = _on(rulebook, at.astimezone(zone or UTC).date())
    day = at.astimezone(_places(_zones(book, customer=customer), zone=zone)[0] or UTC).date()
    question = _question(book, customer=customer, candidate=candidate, on=day, zone=zone)
    return _verdict(found, question=question, earliest=earliest)


def _recent(customer: Customer, *, rulebook: Rulebook, on: date) -> Customer:
    """This function will leave out what counts for no rule, now or later: old contacts, and those of a wrong number."""
    oldest = on - timedelta(days=rulebook.looks_back + DAYS_APART_MAX)
    changed: dict[str, Any] = {}
    for name in ("contacts", "housemates", "same_number"):
        made: tuple[Contact, ...] = getattr(customer, name)
        kept = tuple(c for c in made if not c.wrong_number and (c.local_date is None or c.local_date >= oldest))
        changed |= {name: kept} if len(kept) < len(made) else {}
    return replace(customer, **changed) if changed else customer


def _any_blocks(found: list[Objection]) -> bool:
    return any(objection.blocks for objection in found)


def _last(found: list[Objection]) -> date | None:
    """This function will return when the last of what blocks falls silent, None if one of them may never."""
    ends = [objection.falls for objection in found if objection.blocks]
    known = [end for end in ends if end is not None]
    return max(known, default=None) if len(known) == len(ends) else None


def _question(book: Rulebook, *, customer: Customer, candidate: Candidate, on: date, zone: ZoneInfo | None) -> Question:
    """This function will lay the question, with the lawful hours of the day by all rules that bind."""
    zones = _zones(book, customer=customer)
    question = Question(customer=customer, candidate=candidate, on=on, zone=zone, zones=zones)
    binding = [ready for ready in _ready(_Same(book)) if ready.narrows and ready.binds(question)]
    rules = tuple(ready.hours for ready in binding if ready.hours is not None)
    windows = lawful(on, rules=rules, zones=None if zone else question.zones)
    wished = (ready.rule.terms.hours_of(question) for ready in binding)
    taken = (window for hours in wished if hours is not None for window in outside_of(hours.on(on)))
    return replace(question, windows=windows, left=cut(windows, taken=taken))


def _objections(book: Rulebook, *, question: Question) -> list[Objection]:
    asked = (ready.rule for ready in _ready(_Same(book)) if ready.speaks(question) and ready.binds(question))
    judged = ((rule, rule.terms.judge(question)) for rule in asked)
    return [Objection(rule, finding, finding.earliest) for rule, finding in judged if finding]


def _zones(book: Rulebook, *, customer: Customer) -> tuple[str, ...]:
    """This function will name the zones in which a customer without one may be: his own data first, then the rules."""
    return tuple(name for name in customer.possible_zones if known_zone(name)) or book.zones


def _places(zones: tuple[str, ...], *, zone: ZoneInfo | None) -> list[ZoneInfo | None]:
    """This function will list where the customer may be; None stands for nobody knows at all."""
    return [zone] if zone else [ZoneInfo(name) for name in zones] or [None]


def _objections_at(rulebook: Rulebook, *, customer: Customer, candidate: Candidate, at: datetime) -> list[Objection]:
    """This function will judge the moment in each zone the customer may be in, each rule speaking once."""
    zone = known_zone(customer.time_zone)
    book = _on(rulebook, at.astimezone(zone or UTC).date())
    found: dict[str, Objection] = {}
    for place in _places(_zones(book, customer=customer), zone=zone):
        for objection in _objections_in(rulebook, customer=customer, candidate=candidate, at=at, place=place):
            name = objection.rule.id
            found[name] = _last_of(objection, found.get(name, objection))
    if len(found) < 2:
        return list(found.values())
    order = {rule.id: position for position, rule in enumerate(rulebook.rules)}
    return sorted(found.values(), key=lambda objection: order[objection.rule.id])


def _objections_in(
    rulebook: Rulebook, *, customer: Customer, candidate: Candidate, at: datetime, place: ZoneInfo | None
) -> Iterator[Objection]:
    day = at.astimezone(place or UTC).date()
    question = Question(customer=customer, candidate=candidate, on=day, zone=place, at=at)
    for rule, finding, _ in _objections(_on(rulebook, day), question=question):
        own = _moment(finding.earliest, place=place)
        turns = (_moment(turn, place=place) for turn in (rule.valid_until, *rule.openings(question)))
        ends = [end for end in (own, *turns) if end is not None]
        yield Objection(rule, replace(finding, earliest=own), min(ends, default=None))


def _last_of(one: Objection, other: Objection) -> Objection:
    """This function will return, of two objections of one rule, the one that lasts."""
    if one.falls is None or other.falls is None:
        return one if one.falls is None else other
    return max(one, other, key=lambda objection: objection.falls or date.min)


def _moment(earliest: date | None, *, place: ZoneInfo | None) -> datetime | None:
    """This function will return the midnight with which a day begins in the place; a moment stays as it is.

    Moments are in UTC: in a zone of its own, one of an hour that comes twice compares by its clock alone.
    """
    if earliest is None or isinstance(earliest, datetime):
        return earliest
    return datetime.combine(earliest, time(), place or UTC).astimezone(UTC)


def _earliest(rulebook: Rulebook, *, customer: Customer, candidate: Candidate, after: datetime) -> datetime | None:
    """This function will leap from the latest end of all refusals to the next until nothing is refused."""
    at: date | None = after
    for _ in range(LEAPS_MAX):
        if not isinstance(at, datetime):
            return None
        found = _objections_at(rulebook, customer=customer, candidate=candidate, at=at)
        if not _any_blocks(found):
            return at
        at = _last(found)
    return None


def _verdict(found: list[Objection], *, question: Question, earliest: date | None) -> Verdict:
    zone = _places(question.zones, zone=question.zone)[0]
    return Verdict(
        refusals=_said(found, level="block"),
        warnings=_said(found, level="warn"),
        reviews=_said(found, level="review"),
        windows=tuple((clock(window.start), clock(window.end)) for window in question.left),
        zone=zone.key if zone else None,
        earliest=earliest,
    )


def _said(found: list[Objection], *, level: Enforcement) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(rule=rule.id, reason_en=finding.reason_en, reason_zh=finding.reason_zh, earliest=finding.earliest)
        for rule, finding, _ in found
        if rule.enforcement == level
    )
