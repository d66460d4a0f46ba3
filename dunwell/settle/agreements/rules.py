"""How an agreement stands: plain facts in, its state with the day and the sums out. Pure.

A promise and a deferral are agreements of one step, a plan of several: so much by such a day. What was paid since the
agreement fills the steps in their order. Nothing is stored: a payment told late changes the answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from dunwell.settle.agreements.kinds import Ending, InstalmentState, State

NOTHING = Decimal(0)


class Step(NamedTuple):
    """So much by such a day."""

    due_on: date
    amount: Decimal


class Paid(NamedTuple):
    """What came in on a day, after what was taken back."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed, and how it ended if it ended before its time."""

    agreed_on: date
    steps: Sequence[Step]
    tolerance_days: int
    tolerance_amount: Decimal
    ended: Ending | None = None
    ended_on: date | None = None

    @property
    def total(self) -> Decimal:
        return sum((step.amount for step in self.steps), NOTHING)

    @property
    def last_on(self) -> date:
        """The last day on which a payment still keeps the agreement."""
        return self.steps[-1].due_on + self.tolerance

    @property
    def tolerance(self) -> timedelta:
        return timedelta(days=self.tolerance_days)

    @property
    def held_until(self) -> date:
        """The first day on which the customer may be contacted again, if nothing else happens."""
        return self.last_on + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state on a day, since when, what was paid in time, and the step that comes next."""

    state: State
    since: date
    paid: Decimal
    steps: tuple[InstalmentState, ...]
    next: Step | None

    @property
    def over(self) -> bool:
        return self.state is not State.OPEN


class _Purse:
    """What had come in by a day."""

    def __init__(self, payments: Iterable[Paid], *, since: date, until: date) -> None:
        counted = sorted(paid for paid in payments if since <= paid.on <= until and paid.amount > 0)
        self.days = [paid.on for paid in counted]
        self.sums = list(accumulate(paid.amount for paid in counted))

    def by(self, day: date) -> Decimal:
        place = bisect_right(self.days, day)
        return self.sums[place - 1] if place else NOTHING

    def reached(self, amount: Decimal) -> date | None:
        """This function will give the first day by which so much had come in."""
        return next((day for day, total in zip(self.days, self.sums, strict=True) if total >= amount), None)


def standing(terms: Terms, *, payments: Iterable[Paid], as_of: date) -> Standing:
    """This function will say how an agreement stands at the end of a day."""
    purse = _Purse(payments, since=terms.agreed_on, until=as_of)
    wanted = [total - terms.tolerance_amount for total in accumulate(step.amount for step in terms.steps)]
    state, since = _state(terms, purse, wanted, as_of=as_of)
    steps = tuple(
        _step(step, paid=purse.by(as_of) >= needed, terms=terms, as_of=as_of)
        for step, needed in zip(terms.steps, wanted, strict=True)
    )
    unpaid = (step for step, told in zip(terms.steps, steps, strict=True) if told is not InstalmentState.PAID)
    running = state is State.OPEN
    paid = purse.by(min(as_of, terms.last_on))
    return Standing(state=state, since=since, paid=paid, steps=steps, next=next(unpaid, None) if running else None)


def _state(terms: Terms, purse: _Purse, wanted: list[Decimal], *, as_of: date) -> tuple[State, date]:
    ended = terms.ended_on if terms.ended and terms.ended_on and terms.ended_on <= as_of else None
    broken = _broken_on(terms, purse, wanted, as_of=as_of)
    kept = purse.reached(wanted[-1])
    if broken and not (ended and ended <= broken):
        partly = len(terms.steps) == 1 and purse.by(terms.last_on) > 0
        return (State.PARTIAL if partly else State.BROKEN), broken
    if kept and kept <= terms.last_on and not (ended and ended < kept):
        return State.KEPT, kept
    if ended and terms.ended:
        return State(terms.ended.value), ended
    return State.OPEN, terms.agreed_on


def _broken_on(terms: Terms, purse: _Purse, wanted: list[Decimal], *, as_of: date) -> date | None:
    """This function will give the first day on which a step was neither paid nor tolerated any longer."""
    for step, needed in zip(terms.steps, wanted, strict=True):
        last = step.due_on + terms.tolerance
        if last < as_of and purse.by(last) < needed:
            return last + timedelta(days=1)
    return None


def _step(step: Step, *, paid: bool, terms: Terms, as_of: date) -> InstalmentState:
    if paid:
        return InstalmentState.PAID
    if as_of < step.due_on:
        return InstalmentState.TO_COME
    return InstalmentState.DUE if as_of <= step.due_on + terms.tolerance else InstalmentState.LATE
