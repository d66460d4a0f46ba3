"""Rates of the heat map: honest intervals, and no colour for too few."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.desk.hours.rules import HOURS, LEAST, METRICS, WEEKDAYS, Counted, best, cell, grid, hours, wilson

CASES = st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # From the tables of Newcombe (1998), method 3, to four places.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_the_published_examples(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole=whole) == pytest.approx((low, high), abs=5e-5)


@given(told=CASES)
def test_the_interval_holds_the_rate_and_mirrors(told: tuple[int, int]) -> None:
    part, whole = told
    low, high = wilson(part, whole=whole)
    assert 0 <= low <= part / whole <= high <= 1
    other_low, other_high = wilson(whole - part, whole=whole)
    assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(told=CASES)
def test_more_cases_of_the_same_rate_narrow_it(told: tuple[int, int]) -> None:
    part, whole = told
    low, high = wilson(part, whole=whole)
    narrow_low, narrow_high = wilson(part * 4, whole=whole * 4)
    assert narrow_high - narrow_low < high - low


def test_it_covers_the_true_rate_about_as_often_as_it_says() -> None:
    for rate in (Fraction(1, 20), Fraction(1, 5), Fraction(1, 2)):
        whole = 60
        covered = Fraction(0)
        for part in range(whole + 1):
            low, high = wilson(part, whole=whole)
            if low <= rate <= high:
                covered += comb(whole, part) * rate**part * (1 - rate) ** (whole - part)
        assert 0.93 < covered < 0.98, rate


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_what_is_no_rate_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        wilson(part, whole=whole)


def test_few_attempts_are_no_rate_but_a_number_always_is_one() -> None:
    few = Counted(attempts=LEAST - 1, conversations=3, promises=1)
    assert not cell(few, weekday=0, hour=9, metric="conversations").enough
    assert cell(few, weekday=0, hour=9, metric="attempts").enough
    assert cell(few, weekday=0, hour=9, metric="attempts").rate is None
    enough = cell(Counted(LEAST, 3, 1), weekday=0, hour=9, metric="conversations")
    assert enough.enough
    assert enough.rate == 0.3
    # Promises are counted among conversations, of which there are only three.
    assert not cell(Counted(LEAST, 3, 1), weekday=0, hour=9, metric="promises").enough


@pytest.mark.parametrize("metric", METRICS)
def test_an_hour_without_anything_has_no_rate_and_divides_by_nothing(metric: str) -> None:
    empty = cell(Counted(), weekday=3, hour=12, metric=metric)
    assert (empty.part, empty.whole, empty.rate, empty.low, empty.high) == (0, 0, None, None, None)


def test_the_grid_reaches_from_the_first_hour_to_the_last() -> None:
    week = {(0, 9): Counted(20, 4, 1), (6, 20): Counted(5, 0, 0), (2, 23): Counted()}
    assert hours(week) == range(9, 21)
    told = grid(week, metric="conversations")
    assert len(told) == len(WEEKDAYS)
    assert all([one.hour for one in line] == list(range(9, 21)) for line in told)
    assert told[0][0].rate == 0.2
    assert hours({}) == range(0)
    assert grid({}, metric="attempts") == [[] for _day in WEEKDAYS]


@given(
    week=st.dictionaries(
        st.tuples(st.sampled_from(WEEKDAYS), st.sampled_from(HOURS)),
        st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80)).map(
            lambda told: Counted(*sorted(told, reverse=True))
        ),
    )
)
def test_the_best_hours_have_enough_and_the_surest_rate(week: dict[tuple[int, int], Counted]) -> None:
    cells = [one for line in grid(week, metric="conversations") for one in line]
    found = best(cells)
    assert len(found) <= 3
    assert all(one.enough and one.rate for one in found)
    others = [one.low or 0 for one in cells if one.enough and one not in found]
    assert min((one.low or 0 for one in found), default=1) >= max(others, default=0)
    assert sum(one.part for one in cells) == sum(told.conversations for told in week.values())


def test_hours_are_added_up() -> None:
    assert Counted(3, 2, 1).and_also(Counted(10, 0, 0)) == Counted(13, 2, 1)
