"""Warnings ahead of a last day: which band, fresh or told before, in both languages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.clocks.due import Clock, Warned, band, due

LAST = date(2026, 6, 30)


def warned(days_before: int, *, seen: int | None = None, certain: bool = True) -> list[Warned]:
    clock = Clock(subject="A1", clock="limitation", last_day=LAST, certain=certain)
    seen_on = None if seen is None else LAST - timedelta(days=seen)
    return due([clock], on=LAST - timedelta(days=days_before), seen_on=seen_on)


@pytest.mark.parametrize(
    ("days", "expected"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-1, None)]
)
def test_the_band_is_exact_on_both_sides(days: int, expected: int | None) -> None:
    assert band(LAST, on=LAST - timedelta(days=days), bands=(90, 30, 7)) == expected
    assert [one.band for one in warned(days)] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("days", "seen", "fresh"), [(90, 91, True), (89, 90, False), (29, 33, True), (6, 100, True), (6, 7, False)]
)
def test_a_day_that_was_missed_hides_no_warning(days: int, seen: int, fresh: bool) -> None:
    assert [one.fresh for one in warned(days, seen=seen)] == [fresh]


def test_who_never_looked_sees_everything_as_fresh() -> None:
    assert warned(50)[0].fresh


def test_the_words_say_the_day_and_the_doubt() -> None:
    one = warned(7)[0]
    assert one.sentence() == "the limitation of the claim ends on 2026-06-30, in 7 days"
    assert one.sentence("zh") == "诉讼时效将于2026-06-30届满，剩余7日"
    assert warned(0)[0].en.endswith("which is today")
    assert warned(0)[0].zh.endswith("今日为最后一日")
    assert warned(1, certain=False)[0].en.endswith("in 1 day (not certain)")
    assert warned(1, certain=False)[0].zh.endswith("剩余1日（尚不确定）")


def test_a_clock_without_an_end_is_never_near() -> None:
    assert due([Clock(subject="A1", clock="guarantee", last_day=None)], on=LAST) == []


@given(st.lists(st.integers(-20, 120), max_size=20), st.integers(0, 100))
def test_all_that_is_near_is_told_once_the_nearest_first(days: list[int], within: int) -> None:
    clocks = [
        Clock(subject=str(place), clock="guarantee", last_day=LAST + timedelta(days=day))
        for place, day in enumerate(days)
    ]
    found = due(clocks, on=LAST, within=(within,))
    assert sorted(one.days_left for one in found) == sorted(day for day in days if 0 <= day <= within)
    assert [one.days_left for one in found] == sorted(one.days_left for one in found)
    assert len({one.subject for one in found}) == len(found)
