"""When a settlement has its sum, against an oracle that counts day by day; and what is let go then."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dunwell.facts.definitions import read
from dunwell.ledger.kinds import Component
from dunwell.settle.relief.kinds import ReliefState
from dunwell.settle.relief.policy import AUTHORITY
from dunwell.settle.relief.rules import Bargain, Paid, Table, Unpaid, outcome, remainder, spread, trimmed

TABLE = read(AUTHORITY, Table)
DAY = date(2026, 11, 20)
BARGAIN = Bargain(agreed_on=DAY, amount=Decimal(600), pay_by=DAY + timedelta(days=10), tolerance_days=2)
PAYMENTS = st.lists(
    st.builds(
        Paid,
        on=st.integers(-5, 20).map(lambda days: DAY + timedelta(days=days)),
        amount=st.integers(0, 400).map(Decimal),
    ),
    max_size=6,
)


def oracle(payments: list[Paid], *, as_of: date) -> ReliefState:
    """This function will walk the days from the agreement to the last one and put every coin on a pile."""
    pile, day = Decimal(0), DAY
    while day <= DAY + timedelta(days=12) and day <= as_of:
        for one in payments:
            if one.on == day:
                pile += one.amount
        day += timedelta(days=1)
    if pile >= 600:
        return ReliefState.GRANTED
    return ReliefState.LAPSED if as_of > DAY + timedelta(days=12) else ReliefState.AWAITED


@given(PAYMENTS, st.integers(0, 20))
def test_a_settlement_stands_as_the_oracle_says(payments: list[Paid], days: int) -> None:
    as_of = DAY + timedelta(days=days)
    assert outcome(BARGAIN, payments=payments, as_of=as_of) is oracle(payments, as_of=as_of)


@given(PAYMENTS, st.integers(0, 20), st.randoms())
def test_the_order_in_which_money_is_told_is_nothing_to_it(payments: list[Paid], days: int, random: object) -> None:
    shuffled = list(reversed(payments))
    as_of = DAY + timedelta(days=days)
    assert outcome(BARGAIN, payments=payments, as_of=as_of) is outcome(BARGAIN, payments=shuffled, as_of=as_of)


@given(PAYMENTS)
def test_once_granted_it_stays_so_on_later_days(payments: list[Paid]) -> None:
    reached = [outcome(BARGAIN, payments=payments, as_of=DAY + timedelta(days=n)) for n in range(20)]
    if ReliefState.GRANTED in reached:
        first = reached.index(ReliefState.GRANTED)
        assert set(reached[first:]) == {ReliefState.GRANTED}


def test_money_told_late_but_paid_in_time_counts() -> None:
    late = DAY + timedelta(days=30)
    assert outcome(BARGAIN, payments=[], as_of=late) is ReliefState.LAPSED
    assert (
        outcome(BARGAIN, payments=[Paid(on=DAY + timedelta(days=12), amount=Decimal(600))], as_of=late)
        is ReliefState.GRANTED
    )
    assert (
        outcome(BARGAIN, payments=[Paid(on=DAY + timedelta(days=13), amount=Decimal(600))], as_of=late)
        is ReliefState.LAPSED
    )
    assert (
        outcome(BARGAIN, payments=[Paid(on=DAY - timedelta(days=1), amount=Decimal(600))], as_of=late)
        is ReliefState.LAPSED
    )


CHARGES = st.lists(
    st.tuples(st.sampled_from(list(Component)), st.integers(1, 50_000), st.integers(0, 90)), min_size=1, max_size=8
).map(
    lambda rows: [
        Unpaid(
            charge=number,
            account=1,
            component=component,
            due_on=DAY + timedelta(days=days),
            amount=Decimal(cents) / 100,
        )
        for number, (component, cents, days) in enumerate(rows)
    ]
)


@given(CHARGES, st.integers(0, 100))
def test_what_is_let_go_is_exact_in_order_and_never_more_than_is_owed(left: list[Unpaid], part: int) -> None:
    owed = {one.charge: one.amount for one in left}
    amount = (sum(owed.values()) * part / 100).quantize(Decimal("0.01"))
    parts = remainder(left, amount=amount, table=TABLE)
    assert sum((got for _, got in parts), Decimal(0)) == amount
    assert all(0 < got <= owed[charge] for charge, got in parts)
    by_charge = dict(parts)
    kinds = {one.charge: one.component for one in left}
    last = max((TABLE.order.index(kinds[charge]) for charge in by_charge), default=-1)
    for one in left:
        if TABLE.order.index(one.component) < last:
            assert by_charge[one.charge] == one.amount, "an earlier component is let go whole first"


@given(CHARGES, st.integers(0, 60_000))
def test_trimming_leaves_no_more_than_what_is_left(left: list[Unpaid], most: int) -> None:
    parts = [(one.charge, one.amount) for one in left]
    kept = trimmed(parts, most=Decimal(most) / 100)
    assert sum((got for _, got in kept), Decimal(0)) == min(sum(got for _, got in parts), Decimal(most) / 100)
    assert [charge for charge, _ in kept] == [charge for charge, _ in parts][: len(kept)]


def test_the_oldest_charge_goes_first() -> None:
    left = [
        Unpaid(charge=1, account=1, component=Component.FEE, due_on=DAY, amount=Decimal(30)),
        Unpaid(charge=2, account=1, component=Component.FEE, due_on=DAY - timedelta(days=9), amount=Decimal(20)),
        Unpaid(charge=3, account=1, component=Component.PRINCIPAL, due_on=DAY, amount=Decimal(500)),
    ]
    assert spread(left, component=Component.FEE, amount=Decimal(25)) == [(2, Decimal(20)), (1, Decimal(5))]
    assert spread(left, component=Component.PENALTY, amount=Decimal(25)) == []
