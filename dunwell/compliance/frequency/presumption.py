"""The presumption of 12 CFR 1006.14(b) for the last call of a history: pure, and exact to the day.

Open points of the text are read safely, and said here:
- a conversation in a call that consent left out of the count begins a new quiet time all the same;
- a call to a number that was later found wrong is no call to the person, but a conversation on record stays one;
- calls to such a number after it was found wrong count;
- consent left a call out of the count, not out of its pattern: for concentration it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from dunwell.compliance.frequency.history import CONSUMER, Call, Consent, Event, Revocation, WrongNumber, in_order
from dunwell.compliance.frequency.terms import CallFrequency

Prong = Literal["A", "B"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presumption:
    """What the text presumes of the last call, and what a person needs to look at it; the keys of a vector.

    Counts and conversations are those of the days that end with the call. A presumption is none of innocence: a
    `rebuttal_factor` says that the record holds something by which it may be rebutted, either way.
    """

    presumption: Literal["compliance", "violation"]
    prong: Prong | None
    earliest_next_call: date
    count_in_window: int
    count_by_debt: dict[str, int]
    conversation_by_debt: dict[str, bool]
    rebuttal_factor: bool
    review_flag: Literal["concentrated", "rapid_succession"] | None
    excluded_calls: int
    count_last_call: bool


def presume(events: Iterable[Event], *, terms: CallFrequency, debts: Iterable[str] = ()) -> Presumption:
    """This function will judge the last call that was placed by what happened before it.

    `earliest_next_call` is the first day on which that call would have been presumed lawful, not before the events
    that came before it; where other events follow the call, or there is none, it is that of one more call. `debts`
    names any that no event does.
    """
    record = _Record(in_order(events), terms=terms)
    return record.verdict(also=frozenset(debts))


class _Record:
    """A history in its order; a position in it stands for what was known when its event came."""

    def __init__(self, events: Sequence[Event], *, terms: CallFrequency) -> None:
        if not events:
            raise ValueError("a history without events has no day to judge")
        self.events, self.terms = events, terms
        self.placed = [(position, event) for position, event in _calls(events) if event.placed]
        self.weighing: dict[str, list[tuple[int, Call]]] = {}

    def verdict(self, *, also: frozenset[str]) -> Presumption:
        debts = _debts(self.events) | also
        position, call = self._judged(debts)
        real = position < len(self.events)
        prong = self._prong(call, position=position) if real else None
        counted = {debt: self._count(debt, call=call, until=position + 1) for debt in sorted(debts)}
        flag = None if prong else self._pattern(call)
        return Presumption(
            presumption="violation" if prong else "compliance",
            prong=prong,
            earliest_next_call=self._earliest(debts),
            count_in_window=max((counted[debt] for debt in call.debts), default=0),
            count_by_debt=counted,
            conversation_by_debt={debt: self._talked_of(debt, call=call) for debt in sorted(debts)},
            rebuttal_factor=self.terms.factor(call.purpose) is not None if prong else flag is not None,
            review_flag=flag,
            excluded_calls=sum(self._left_out(event, position=place) for place, event in self.placed),
            count_last_call=real and any(self._counts(call, position=position, debt=debt) for debt in call.debts),
        )

    def _judged(self, debts: frozenset[str]) -> tuple[int, Call]:
        """This function will find the call to judge; without any, one more call about everything stands for it."""
        if self.placed:
            return self.placed[-1]
        return len(self.events), Call(on=self.events[-1].on, debts=debts)

    # ---- what counts -------------------------------------------------------------------------------------------------

    def _excluded_person(self, person: str) -> bool:
        return self.terms.people_left_out.fit(person)

    def _consented(self, call: Call, *, position: int, debt: str) -> bool:
        """This function will tell whether a consent that is still in force covers the call [14(b)(3)(i)]."""
        return any(
            consent.agreed(call.on)
            and call.on <= self.terms.consent_until(consent.on)
            and not self._ended(consent, since=place, until=position, debt=debt)
            for place, consent in enumerate(self.events[:position])
            if isinstance(consent, Consent) and consent.person == call.person and debt in consent.debts
        )

    def _ended(self, consent: Consent, *, since: int, until: int, debt: str) -> bool:
        """This function will tell whether the consent was revoked or used up by a conversation before the call."""
        for event in self.events[since + 1 : until]:
            if event.person != consent.person:
                continue
            if isinstance(event, Revocation) and (not event.debts or debt in event.debts):
                return True
            if isinstance(event, Call) and debt in event.talked_about:
                return True
        return False

    def _misdirected(self, call: Call, *, position: int) -> bool:
        """This function will tell whether the number was found wrong after the call, however late [14(b)(2)(i)-3]."""
        later = self.events[position + 1 :]
        return call.number is not None and any(
            isinstance(event, WrongNumber) and event.number == call.number for event in later
        )

    def _counts_not(self, call: Call, *, position: int, debt: str) -> bool:
        """This function will tell whether 14(b)(3) leaves the call out of the debt's count."""
        if not call.connected or self._excluded_person(call.person):
            return True
        return self._consented(call, position=position, debt=debt)

    def _left_out(self, call: Call, *, position: int) -> bool:
        return all(self._counts_not(call, position=position, debt=debt) for debt in call.debts)

    def _counts(self, call: Call, *, position: int, debt: str) -> bool:
        if debt not in call.debts or self._misdirected(call, position=position):
            return False
        return not self._counts_not(call, position=position, debt=debt)

    # ---- the two prongs ----------------------------------------------------------------------------------------------

    def _prong(self, call: Call, *, position: int) -> Prong | None:
        """This function will name what the call exceeds, for any of its debts: prong A before prong B."""
        counting = [debt for debt in call.debts if self._counts(call, position=position, debt=debt)]
        if any(self._count(debt, call=call, until=position) + 1 > self.terms.most for debt in counting):
            return "A"
        return "B" if any(self._quiet(debt, call=call, until=position) for debt in counting) else None

    def _count(self, debt: str, *, call: Call, until: int) -> int:
        """This function will count the calls that weigh on the day of the call, of those before a position."""
        person = CONSUMER if self._excluded_person(call.person) else call.person
        return sum(
            place < until and event.person == person and event.on <= call.on <= self.terms.counts_until(event.on)
            for place, event in self._weighing(debt)
        )

    def _weighing(self, debt: str) -> list[tuple[int, Call]]:
        """This function will pick, once for each debt, the calls that count for it."""
        if debt not in self.weighing:
            self.weighing[debt] = [
                (place, event) for place, event in self.placed if self._counts(event, position=place, debt=debt)
            ]
        return self.weighing[debt]

    def _quiet(self, debt: str, *, call: Call, until: int) -> bool:
        """This function will tell whether a conversation about the debt is not long enough ago."""
        return any(
            debt in event.talked_about
            and event.person == call.person
            and event.on <= call.on <= self.terms.quiet_until(event.on)
            for _, event in _calls(self.events[:until])
        )

    def _talked_of(self, debt: str, *, call: Call) -> bool:
        person = CONSUMER if self._excluded_person(call.person) else call.person
        return any(
            debt in event.talked_about
            and event.person == person
            and event.on <= call.on <= self.terms.counts_until(event.on)
            for _, event in _calls(self.events)
        )

    def _earliest(self, debts: frozenset[str]) -> date:
        """This function will try one day after the other; what has happened weighs for a bounded time only."""
        position, call = self._judged(debts)
        if position != len(self.events) - 1:
            position = len(self.events)
        day = self.events[position - 1].on if position else call.on
        while self._prong(_one_more(call, on=day), position=position):
            day += ONE_DAY
        return day

    # ---- the pattern -------------------------------------------------------------------------------------------------

    def _pattern(self, call: Call) -> Literal["concentrated", "rapid_succession"] | None:
        """This function will look at the calls that rang with the person in the days of the count."""
        rang = [
            event
            for place, event in self.placed
            if event.person == call.person
            and event.on <= call.on <= self.terms.counts_until(event.on)
            and event.connected
            and not self._excluded_person(event.person)
            and not self._misdirected(event, position=place)
        ]
        if self._concentrated(rang):
            return "concentrated"
        return "rapid_succession" if self._rapid(rang) else None

    def _concentrated(self, rang: list[Call]) -> bool:
        span = timedelta(days=self.terms.concentrated.days)
        near = (sum(call.on <= other.on < call.on + span for other in rang) for call in rang)
        return max(near, default=0) >= self.terms.concentrated.calls

    def _rapid(self, rang: list[Call]) -> bool:
        """This function will find two unanswered calls to one number within minutes; unknown numbers are one."""
        times = sorted(
            (call.number or "", datetime.combine(call.on, call.at)) for call in rang if call.at and not call.talked
        )
        near = timedelta(minutes=self.terms.rapid.minutes)
        return any(number == other and later - earlier <= near for (number, earlier), (other, later) in pairwise(times))


def _calls(events: Sequence[Event]) -> Iterator[tuple[int, Call]]:
    return ((position, event) for position, event in enumerate(events) if isinstance(event, Call))


def _debts(events: Iterable[Event]) -> frozenset[str]:
    found: set[str] = set()
    for event in events:
        if isinstance(event, Call):
            found |= event.debts | event.talked_about
        elif isinstance(event, Consent | Revocation):
            found |= event.debts
    return frozenset(found)


def _one_more(call: Call, *, on: date) -> Call:
    """This function will make a call like this one that connects, to a number not known to be wrong."""
    return Call(on=on, debts=call.debts, person=call.person)
