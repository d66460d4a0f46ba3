"""Periods are half-open: the first day belongs to them, the last does not."""

from datetime import date

import pytest

from dunwell.facts.period import Period

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 1, 31), True), (date(2026, 2, 1), False)],
)
def test_the_last_day_is_outside(day: date, inside: bool) -> None:
    assert (day in JANUARY) is inside


def test_an_open_period_never_ends() -> None:
    assert date(2999, 1, 1) in Period(date(2026, 1, 1))


def test_an_empty_period_holds_no_day() -> None:
    assert date(2026, 1, 1) not in Period(date(2026, 1, 1), date(2026, 1, 1))


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Period(date(2026, 1, 2), date(2026, 1, 1))
