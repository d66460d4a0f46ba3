"""The frame and the slow judge say the same of any account; and the test that holds them equal can fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portrait_tables import TERMS, TODAY, as_row, as_tables, stand

from dunwell.portrait import rules
from dunwell.portrait.rules import Adjustment, Charge, Facts, Hold, Payment, Product, Terms

COMPONENT_FIRST = Product(grace_days=0, allocation="component_first")
BOTH = TERMS.model_copy(update={"products": TERMS.products | {"consumer_credit": COMPONENT_FIRST}})

# Few days and few amounts, so that things coincide; the windows of 6 and 12 months begin inside the range.
days = st.integers(-20, 420).map(lambda days: TODAY - timedelta(days=days))
amounts = st.sampled_from([Decimal(n) for n in ("10", "20", "20.01", "30", "50", "100.005")])
ids = st.integers(1, 6)
some_id = st.none() | ids

charges = st.lists(
    st.builds(
        Charge, id=ids, booked_on=days, due_on=days, component=st.sampled_from(rules.COMPONENT_ORDER), amount=amounts
    ),
    max_size=6,
    unique_by=lambda charge: charge.id,
)
payments = st.lists(
    st.builds(Payment, id=ids, paid_on=days, amount=amounts, charge=some_id), max_size=6, unique_by=lambda p: p.id
)
adjustments = st.lists(
    st.builds(
        Adjustment,
        effective_on=days,
        kind=st.sampled_from(list(rules.AdjustmentKind)),
        amount=amounts,
        charge=some_id,
        payment=some_id,
    ),
    max_size=4,
)
spans = st.builds(Hold, from_on=days, until_on=st.none() | days).filter(
    lambda h: not h.until_on or h.until_on >= h.from_on
)
facts = st.builds(
    Facts,
    charges=charges,
    payments=payments,
    adjustments=adjustments,
    holds=st.lists(spans, max_size=5),
    grace_days=st.integers(0, 10),
    allocation=st.sampled_from(["due_first", "component_first"]),
)
Judge = Callable[..., rules.Position]


def differences(accounts: list[Facts], *, as_of: date, judge: Judge = rules.position) -> list[Any]:
    """This function will list where frame and judge disagree: account, column, frame, judge."""
    found = stand(as_tables(accounts, as_of=as_of), as_of=as_of, terms=BOTH)
    judged = {f"t/A{number}": as_row(judge(account, as_of=as_of)) for number, account in enumerate(accounts, 1)}
    assert set(found) == set(judged)
    return [
        (accounts[int(name[3:]) - 1], column, found[name][column], value)
        for name, row in judged.items()
        for column, value in row.items()
        if found[name][column] != value
    ]


@settings(max_examples=settings().max_examples // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(facts, min_size=1, max_size=25))
def test_property_frame_and_judge_agree(accounts: list[Facts]) -> None:
    assert not differences(accounts, as_of=TODAY)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(facts, min_size=1, max_size=10), st.sampled_from([1, 15, 200]))
def test_property_they_agree_on_any_past_day(accounts: list[Facts], ago: int) -> None:
    assert not differences(accounts, as_of=TODAY - timedelta(days=ago))


# ---- the test of the test: a judge with one fault must be found out ------------------------------------------------


def due_date_counts_as_late(account: Facts, *, as_of: date) -> rules.Position:
    right = rules.position(account, as_of=as_of)
    return replace(right, past_due_days=right.past_due_days + 1 if right.oldest_unpaid_due_on else 0)


def holds_are_not_clipped(account: Facts, *, as_of: date) -> rules.Position:
    right = rules.position(account, as_of=as_of)
    whole = sum(((hold.until_on or as_of) - hold.from_on).days for hold in account.on(as_of).holds)
    return replace(right, held_days=whole if right.oldest_unpaid_due_on else 0)


def direction_is_forgotten(account: Facts, *, as_of: date) -> rules.Position:
    free = [replace(payment, charge=None) for payment in account.payments]
    return rules.position(replace(account, payments=free), as_of=as_of)


def order_is_forgotten(account: Facts, *, as_of: date) -> rules.Position:
    return rules.position(replace(account, allocation="due_first"), as_of=as_of)


def taking_back_is_forgotten(account: Facts, *, as_of: date) -> rules.Position:
    kept = [adjustment for adjustment in account.adjustments if adjustment.kind not in rules.TAKES_BACK]
    return rules.position(replace(account, adjustments=kept), as_of=as_of)


def future_counts(account: Facts, *, as_of: date) -> rules.Position:
    return rules.position(replace(account, payments=[replace(p, paid_on=as_of) for p in account.payments]), as_of=as_of)


FAULTS = (
    due_date_counts_as_late, holds_are_not_clipped, direction_is_forgotten, order_is_forgotten,
    taking_back_is_forgotten, future_counts,
)  # fmt: skip


def sample() -> list[Facts]:
    """This function will make accounts on which each of the faults shows."""
    before = TODAY - timedelta(days=40)
    two = [
        Charge(1, before, before, "principal", Decimal(100)),
        Charge(2, before, before + timedelta(days=30), "fee", Decimal(50)),
    ]
    return [
        Facts(charges=two, holds=[Hold(before - timedelta(days=9), before + timedelta(days=9))]),
        Facts(charges=two, payments=[Payment(before, Decimal(50), charge=2)]),
        Facts(charges=two, payments=[Payment(before, Decimal(50))], allocation="component_first"),
        Facts(
            charges=two,
            payments=[Payment(before, Decimal(100))],
            adjustments=[Adjustment(before + timedelta(days=5), "reversal", Decimal(100))],
        ),
        Facts(charges=two, payments=[Payment(TODAY + timedelta(days=1), Decimal(100))]),
    ]


def test_the_sample_is_judged_alike() -> None:
    assert not differences(sample(), as_of=TODAY)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.__name__))
def test_a_faulty_judge_is_found_out(fault: Judge) -> None:
    assert differences(sample(), as_of=TODAY, judge=fault)


def test_the_terms_used_here_know_both_orders() -> None:
    assert isinstance(BOTH, Terms)
    assert {product.allocation for product in BOTH.products.values()} == {"due_first", "component_first"}
