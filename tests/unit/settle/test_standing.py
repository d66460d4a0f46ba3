"""How agreements stand, against a judge of its own that walks day by day and fills the steps by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.settle.agreements.kinds import Ending, InstalmentState, State
from dunwell.settle.agreements.rules import Paid, Step, Terms, standing

DAY = date(2026, 11, 1)
HUNDRED = Decimal(100)


def on(number: int) -> date:
    return DAY + timedelta(days=number)


def promise(amount: int = 100, *, due: int = 5, days: int = 2, share: int = 1, **ended: object) -> Terms:
    step = Step(on(due), Decimal(amount))
    return Terms(agreed_on=DAY, steps=(step,), tolerance_days=days, tolerance_amount=Decimal(share), **ended)  # type: ignore[arg-type]


def state(terms: Terms, *payments: tuple[int, int], as_of: int) -> State:
    paid = [Paid(on(day), Decimal(amount)) for day, amount in payments]
    return standing(terms, payments=paid, as_of=on(as_of)).state


# ---- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payments", "as_of", "expected"),
    [
        ([], 0, State.OPEN),
        ([], 7, State.OPEN),
        ([], 8, State.BROKEN),
        ([(3, 100)], 2, State.OPEN),
        ([(3, 100)], 3, State.KEPT),
        ([(3, 99)], 3, State.KEPT),
        ([(3, 98)], 7, State.OPEN),
        ([(3, 98)], 8, State.PARTIAL),
        ([(3, 60), (7, 40)], 7, State.KEPT),
        ([(3, 60), (8, 40)], 8, State.PARTIAL),
        ([(8, 100)], 9, State.BROKEN),
        ([(-1, 100)], 8, State.BROKEN),
        ([(0, 100)], 0, State.KEPT),
        ([(3, 250)], 30, State.KEPT),
    ],
)
def test_a_promise(payments: list[tuple[int, int]], as_of: int, expected: State) -> None:
    assert state(promise(), *payments, as_of=as_of) is expected


def test_a_payment_that_comes_to_light_later_changes_the_answer() -> None:
    assert state(promise(), as_of=20) is State.BROKEN
    assert state(promise(), (4, 100), as_of=20) is State.KEPT


def test_since_when() -> None:
    assert standing(promise(), payments=[], as_of=on(30)).since == on(8)
    assert standing(promise(), payments=[Paid(on(2), HUNDRED)], as_of=on(30)).since == on(2)
    assert standing(promise(), payments=[], as_of=on(1)).since == DAY


@pytest.mark.parametrize("kind", Ending)
def test_what_ended_before_its_time(kind: Ending) -> None:
    ended = promise(ended=kind, ended_on=on(3))
    assert state(ended, as_of=2) is State.OPEN
    assert state(ended, as_of=3) is State(kind.value)
    assert state(ended, as_of=30) is State(kind.value)
    assert state(ended, (2, 100), as_of=30) is State.KEPT, "kept before it was ended"
    assert state(ended, (4, 100), as_of=30) is State(kind.value)


def three(**more: object) -> Terms:
    steps = tuple(Step(on(day), HUNDRED) for day in (0, 30, 60))
    return Terms(agreed_on=DAY, steps=steps, tolerance_days=3, tolerance_amount=Decimal(0), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("payments", "as_of", "expected"),
    [
        ([], 3, State.OPEN),
        ([], 4, State.BROKEN),
        ([(3, 100)], 33, State.OPEN),
        ([(3, 100)], 34, State.BROKEN),
        ([(0, 250)], 63, State.OPEN),
        ([(0, 250)], 64, State.BROKEN),
        ([(0, 300)], 0, State.KEPT),
        ([(0, 100), (33, 100), (63, 100)], 63, State.KEPT),
        ([(0, 100), (34, 200)], 90, State.BROKEN),
    ],
)
def test_a_plan(payments: list[tuple[int, int]], as_of: int, expected: State) -> None:
    assert state(three(), *payments, as_of=as_of) is expected


def test_the_instalments_of_a_plan_one_by_one() -> None:
    told = standing(three(), payments=[Paid(on(0), HUNDRED)], as_of=on(31))
    assert told.steps == (InstalmentState.PAID, InstalmentState.DUE, InstalmentState.TO_COME)
    assert told.next == three().steps[1]
    told = standing(three(), payments=[Paid(on(0), HUNDRED)], as_of=on(34))
    assert told.steps == (InstalmentState.PAID, InstalmentState.LATE, InstalmentState.TO_COME)
    assert told.next is None


# ---- against a judge of its own --------------------------------------------------------------------------------------


def judged(terms: Terms, payments: list[Paid], *, as_of: date) -> State:
    """This function will walk from day to day: money in, the first thing that happens decides."""
    needed, so_far = sum(step.amount for step in terms.steps) - terms.tolerance_amount, Decimal(0)
    day = terms.agreed_on
    while day <= as_of:
        for number in range(len(terms.steps)):
            last = terms.steps[number].due_on + timedelta(days=terms.tolerance_days)
            wanted = sum(step.amount for step in terms.steps[: number + 1]) - terms.tolerance_amount
            if day == last + timedelta(days=1) and so_far < wanted:
                ended_first = terms.ended_on is not None and terms.ended_on <= day
                if not ended_first:
                    return State.PARTIAL if len(terms.steps) == 1 and so_far > 0 else State.BROKEN
        so_far += sum(paid.amount for paid in payments if paid.on == day)
        if so_far >= needed:
            return State.KEPT
        if terms.ended_on == day and terms.ended is not None:
            return State(terms.ended.value)
        day += timedelta(days=1)
    return State.OPEN


@st.composite
def agreements(draw: st.DrawFn) -> Terms:
    count = draw(st.integers(1, 4))
    gaps = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    amounts = draw(st.lists(st.integers(5, 40), min_size=count, max_size=count))
    start = draw(st.integers(0, 4))
    days = [start + sum(gaps[1 : number + 1]) for number in range(count)]
    ended = draw(st.none() | st.sampled_from(Ending))
    return Terms(
        agreed_on=DAY,
        steps=tuple(Step(on(day), Decimal(amount)) for day, amount in zip(days, amounts, strict=True)),
        tolerance_days=draw(st.integers(0, 3)),
        tolerance_amount=Decimal(draw(st.integers(0, 3))),
        ended=ended,
        ended_on=on(draw(st.integers(0, 20))) if ended else None,
    )


PAYMENTS = st.lists(st.tuples(st.integers(-3, 40), st.integers(1, 60)), max_size=6)


@given(agreements(), PAYMENTS, st.integers(0, 45))
def test_the_state_is_that_of_the_judge(terms: Terms, told: list[tuple[int, int]], number: int) -> None:
    payments = [Paid(on(day), Decimal(amount)) for day, amount in told]
    assert standing(terms, payments=payments, as_of=on(number)).state is judged(terms, payments, as_of=on(number))


@given(agreements(), PAYMENTS, st.integers(0, 45))
def test_more_money_never_makes_it_worse(terms: Terms, told: list[tuple[int, int]], number: int) -> None:
    better = {State.KEPT: 2, State.OPEN: 1, State.CANCELLED: 1, State.REPLACED: 1, State.PARTIAL: 0, State.BROKEN: 0}
    payments = [Paid(on(day), Decimal(amount)) for day, amount in told]
    now = standing(terms, payments=payments, as_of=on(number))
    more = standing(terms, payments=[*payments, Paid(DAY, Decimal(200))], as_of=on(number))
    assert better[more.state] >= better[now.state]


@given(agreements(), PAYMENTS)
def test_what_is_kept_or_broken_stays_so(terms: Terms, told: list[tuple[int, int]]) -> None:
    payments = [Paid(on(day), Decimal(amount)) for day, amount in told]
    states = [standing(terms, payments=payments, as_of=on(number)).state for number in range(46)]
    over = next((number for number, one in enumerate(states) if one is not State.OPEN), 45)
    assert len(set(states[over:])) == 1
