"""The SLA clock: hours by day and night and hours of work, lights, and the order of the list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.work.clock.rules import Light, due, forward, reading, turn, working_time
from dunwell.work.policy import Clock, Target, load

ZONE = "Asia/Shanghai"
PLACE = ZoneInfo(ZONE)
CLOCK = load().clock
# Friday the 20th of November 2026 by the house's clock.
FRIDAY = date(2026, 11, 20)


def at(hour: float, *, days: int = 0) -> datetime:
    midnight = datetime(2026, 11, 20, tzinfo=PLACE)
    return midnight + timedelta(days=days, hours=hour)


def worked(start: datetime, hours: int, *, clock: Clock = CLOCK, zone: str = ZONE) -> datetime:
    return due(start, target=Target(working_hours=hours), clock=clock, zone=zone)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (at(10), 2, at(12)),
        (at(9), 9, at(18)),
        (at(6), 2, at(11)),
        (at(17), 2, at(10, days=3)),
        (at(20), 1, at(10, days=3)),
        (at(12, days=1), 1, at(10, days=3)),
        (at(9), 18, at(18, days=3)),
    ],
)
def test_hours_of_work_run_only_while_the_house_works(start: datetime, hours: int, end: datetime) -> None:
    assert worked(start, hours) == end


def test_other_hours_run_day_and_night() -> None:
    assert due(at(17), target=Target(hours=36), clock=CLOCK, zone=ZONE) == at(17) + timedelta(hours=36)


def test_an_hour_is_an_hour_on_the_day_on_which_clocks_change() -> None:
    clock = CLOCK.model_copy(update={"days": frozenset(range(1, 8)), "opens": time(1)})
    berlin = "Europe/Berlin"
    start = datetime(2026, 3, 28, 17, 30, tzinfo=ZoneInfo(berlin))
    end = worked(start, 3, clock=clock, zone=berlin)
    assert end.astimezone(ZoneInfo(berlin)).isoformat() == "2026-03-29T04:30:00+02:00"
    assert working_time(start, end=end, clock=clock, zone=berlin) == timedelta(hours=3)


moments = st.timedeltas(timedelta(), timedelta(days=365)).map(lambda since: datetime(2026, 1, 1, tzinfo=UTC) + since)
zones = st.sampled_from([ZONE, "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])


@given(moments, st.integers(1, 200), zones)
def test_between_start_and_due_lie_just_so_many_hours_of_work(start: datetime, hours: int, zone: str) -> None:
    end = worked(start, hours, zone=zone)
    assert working_time(start, end=end, clock=CLOCK, zone=zone) == timedelta(hours=hours)
    assert working_time(start, end=end - timedelta(minutes=1), clock=CLOCK, zone=zone) < timedelta(hours=hours)


@given(moments, st.timedeltas(timedelta(), timedelta(days=9)), st.integers(1, 90), zones)
def test_who_enters_later_is_never_due_earlier(start: datetime, later: timedelta, hours: int, zone: str) -> None:
    assert worked(start, hours, zone=zone) <= worked(start + later, hours, zone=zone)


@pytest.mark.parametrize(
    ("hours", "light"),
    [(0, Light.GREEN), (26.9, Light.GREEN), (27.1, Light.AMBER), (35.9, Light.AMBER), (36, Light.RED), (50, Light.RED)],
)
def test_a_clock_turns_amber_in_its_last_quarter_and_red_when_it_ran_out(hours: float, light: Light) -> None:
    entered = at(9)
    told = reading(entered=entered, due=entered + timedelta(hours=36), at=entered + timedelta(hours=hours), amber=0.25)
    assert told.light is light
    assert told.left == timedelta(hours=36 - hours)


@given(moments, st.integers(1, 5_000), st.integers(0, 9_000))
def test_a_clock_never_turns_back(entered: datetime, minutes: int, gone: int) -> None:
    until = entered + timedelta(minutes=minutes)
    order = [Light.GREEN, Light.AMBER, Light.RED]
    now, later = (
        reading(entered=entered, due=until, at=entered + timedelta(minutes=gone + more), amber=0.25) for more in (0, 7)
    )
    assert order.index(now.light) <= order.index(later.light)
    assert (now.light is Light.RED) == (now.left <= timedelta())


worths = st.none() | st.floats(-100, 1e9)


@given(moments, worths, worths)
def test_worth_draws_forward_and_never_by_more_than_the_bound(
    until: datetime, one: float | None, two: float | None
) -> None:
    less, more = sorted((one, two), key=lambda worth: worth or 0.0)
    assert turn(until, worth=more, clock=CLOCK) <= turn(until, worth=less, clock=CLOCK)
    assert timedelta() <= forward(one, clock=CLOCK) <= timedelta(minutes=CLOCK.forward_minutes_most)


@given(moments, worths, worths)
def test_nobody_waits_behind_the_dear_for_longer_than_the_bound(
    until: datetime, one: float | None, two: float | None
) -> None:
    """Who is due by more than the bound before another comes before him, whatever either is worth."""
    sooner = until - timedelta(minutes=CLOCK.forward_minutes_most, seconds=1)
    assert turn(sooner, worth=one, clock=CLOCK) < turn(until, worth=two, clock=CLOCK)


def test_each_doubling_counts_alike() -> None:
    steps = [forward(2**power - 1, clock=CLOCK) for power in range(1, 6)]
    assert steps == [timedelta(minutes=CLOCK.doubling_minutes * power) for power in range(1, 6)]
