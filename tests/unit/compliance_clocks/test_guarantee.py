"""The period of a guarantee: exact at its last day, never stretched, released aloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.clocks.days import months_after, rolled
from dunwell.compliance.clocks.guarantee import Act, Guarantee, NewTerm, Standing, standing
from dunwell.compliance.clocks.reading import guarantee_law, limitation_law

LAW, LIMITS = guarantee_law("cn"), limitation_law("cn")
JOINT = Guarantee(signed_on=date(2024, 1, 15), due_on=date(2025, 1, 15), kind="joint")
DUE = st.dates(date(2022, 1, 1), date(2026, 1, 1))


def on(day: date, guarantee: Guarantee = JOINT) -> Standing:
    return standing(guarantee, law=LAW, limits=LIMITS, on=day)


@given(DUE)
def test_it_lives_through_its_last_day_and_not_the_next(due: date) -> None:
    told = replace(JOINT, due_on=due)
    ends = rolled(months_after(due, months=6), calendar=LAW.calendar)
    assert on(ends, told).alive is True
    after = on(ends + timedelta(days=1), told)
    assert (after.state, after.alive, after.may_be_asked) == ("released", False, False)


@given(DUE, st.integers(-30, 300))
def test_a_demand_keeps_it_only_within_the_period(due: date, days: int) -> None:
    asked = due + timedelta(days=days)
    told = replace(JOINT, due_on=due, acts=(Act(kind="demand", on=asked, arrived=True),))
    found = on(due + timedelta(days=900), told)
    assert found.last_day is not None
    in_time = due < asked <= found.last_day
    assert found.state == ("kept" if in_time else "released")
    assert found.kept_on == (asked if in_time else None)


@given(DUE, st.lists(st.integers(1, 170), max_size=4))
def test_no_demand_makes_the_period_longer(due: date, days: list[int]) -> None:
    acts = tuple(Act(kind="demand", on=due + timedelta(days=day), arrived=True) for day in days)
    told = replace(JOINT, due_on=due, acts=acts)
    assert on(date(2027, 1, 1), told).last_day == on(date(2027, 1, 1), replace(told, acts=())).last_day


@given(st.permutations([
    Act(kind="demand", on=date(2025, 3, 3), arrived=True),
    Act(kind="demand", on=date(2025, 5, 5), arrived=False),
    Act(kind="signed_notice", on=date(2025, 9, 9)),
    Act(kind="payment", on=date(2026, 7, 11)),
]))  # fmt: skip
def test_the_order_in_which_acts_are_told_does_not_matter(acts: list[Act]) -> None:
    found = on(date(2027, 1, 1), replace(JOINT, acts=tuple(acts)))
    assert found.state == "kept"
    assert found.kept_on == date(2025, 3, 3)
    assert found.limitation is not None
    assert found.limitation.expires_on == date(2029, 7, 11)


def test_what_happens_later_is_not_known_before() -> None:
    told = replace(JOINT, acts=(Act(kind="demand", on=date(2025, 7, 1), arrived=True),))
    assert on(date(2025, 6, 30), told).state == "running"
    assert on(date(2025, 7, 1), told).state == "kept"


def test_a_suit_keeps_a_general_guarantee_and_no_joint_one() -> None:
    suit = (Act(kind="suit_against_debtor", on=date(2025, 7, 1)),)
    assert on(date(2025, 9, 1), replace(JOINT, kind="general", acts=suit)).state == "kept"
    assert on(date(2025, 9, 1), replace(JOINT, acts=suit)).state == "released"


def test_the_reasons_stand_in_both_languages() -> None:
    said = [reason.sentence("zh") for reason in on(date(2025, 9, 1)).reasons]
    assert any("保证人免责" in sentence for sentence in said)
    assert any("released" in reason.sentence() for reason in on(date(2025, 9, 1)).reasons)


def test_an_agreed_number_of_months_moves_off_a_day_of_rest_but_an_agreed_day_stays() -> None:
    assert on(date(2025, 2, 1), replace(JOINT, agreed_months=3)).last_day == date(2025, 4, 15)
    assert on(date(2025, 2, 1), replace(JOINT, agreed_months=9)).last_day == date(2025, 10, 15)
    assert on(date(2025, 2, 1), replace(JOINT, due_on=date(2024, 12, 13), agreed_months=2)).last_day == date(
        2025, 2, 13
    )
    assert on(date(2025, 2, 1), replace(JOINT, due_on=date(2024, 12, 15), agreed_months=2)).last_day == date(
        2025, 2, 17
    )
    assert on(date(2025, 2, 1), replace(JOINT, agreed_until=date(2025, 3, 16))).last_day == date(2025, 3, 16)


def test_without_due_day_or_date_of_signing_nothing_is_said() -> None:
    for told in (replace(JOINT, due_on=None), replace(JOINT, signed_on=None)):
        found = on(date(2025, 9, 1), told)
        assert (found.state, found.alive, found.may_be_asked, found.certain) == ("unknown", None, None, False)
        assert found.reasons


def test_of_two_new_terms_the_last_one_agreed_counts() -> None:
    terms = (
        NewTerm(agreed_on=date(2025, 3, 1), due_on=date(2025, 9, 1), consented=True),
        NewTerm(agreed_on=date(2025, 2, 1), due_on=date(2025, 12, 1), consented=True),
    )
    assert on(date(2025, 9, 2), replace(JOINT, new_terms=terms)).last_day == date(2026, 3, 2)


def test_papers_not_at_hand_make_it_uncertain() -> None:
    assert on(date(2025, 6, 1)).certain
    assert not on(date(2025, 6, 1), replace(JOINT, papers=False)).certain
