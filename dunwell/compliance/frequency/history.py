"""A history of calls about debts, as plain values in their order; it knows nothing of files or rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

CONSUMER = "consumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened with a person on a day; `at` is its time where somebody wrote it down."""

    on: date
    at: time | None = None
    person: str = CONSUMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Event):
    """A telephone call, a ringless voicemail among them: ours, or the person's own (`placed` False).

    `debts` are those it counts for: raised in it, or, if unanswered, chosen by the collector. `talked_about` are those
    of the conversation, none if there was none; whoever raised them.
    """

    debts: frozenset[str]
    placed: bool = True
    connected: bool = True
    talked_about: frozenset[str] = frozenset()
    number: str | None = None
    purpose: str | None = None

    @property
    def talked(self) -> bool:
        return bool(self.talked_about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Event):
    """The person agreed, to this collector, to more calls about the debts.

    `last` is the last day that was agreed, `days` the only ones: the rule may end it sooner, never later.
    """

    debts: frozenset[str]
    first: date | None = None
    last: date | None = None
    days: frozenset[date] = frozenset()

    def agreed(self, day: date) -> bool:
        begun = (self.first or self.on) <= day and (self.last is None or day <= self.last)
        return begun and (not self.days or day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Event):
    """The person takes consents back: for the debts named, or for all if none is."""

    debts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongNumber(Event):
    """It was learned that the number is not that of the person we called it for."""

    number: str


def in_order(events: Iterable[Event]) -> list[Event]:
    """This function will order events by day; within a day by time if every one has it, else as they were listed."""
    ordered: list[Event] = []
    for _, group in groupby(sorted(events, key=lambda event: event.on), key=lambda event: event.on):
        day = list(group)
        ordered += day if any(event.at is None for event in day) else sorted(day, key=lambda event: event.at or time())
    return ordered
