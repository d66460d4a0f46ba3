"""Hours of the day: night wrap, what several rules leave, several zones at once, the next opening."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.kinds.windows import (
    DAY_MINUTES,
    WHOLE_DAY,
    Hours,
    Window,
    clock,
    known_zone,
    lawful,
    longest,
    minute,
    minute_of,
    next_start,
    outside,
    within,
)

DAY = date(2026, 3, 10)
MINUTES = st.integers(0, DAY_MINUTES - 1)


def told(windows: tuple[Window, ...]) -> list[str]:
    return [f"{clock(window.start)}-{clock(window.end)}" for window in windows]


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("22:00", "08:00", ["08:00-22:00"]),
        ("12:00", "14:00", ["00:00-12:00", "14:00-24:00"]),
        ("00:00", "08:00", ["08:00-24:00"]),
        ("22:00", "24:00", ["00:00-22:00"]),
        ("22:00", "00:00", ["00:00-22:00"]),
        ("00:01", "00:00", ["00:00-00:01"]),
    ],
)
def test_what_a_quiet_time_leaves_of_the_day(start: str, end: str, left: list[str]) -> None:
    assert told(outside(minute(start), end=minute(end))) == left


@given(start=MINUTES, end=MINUTES, at=MINUTES)
def test_a_minute_is_left_exactly_if_it_is_not_quiet(start: int, end: int, at: int) -> None:
    """The property, with the quiet time walked minute by minute instead of calculated."""
    quiet = set()
    minutes = start
    while minutes != end:
        quiet.add(minutes)
        minutes = (minutes + 1) % DAY_MINUTES
    if start != end:
        assert within(at, windows=outside(start, end=end)) == (at not in quiet)


@given(MINUTES)
def test_a_clock_reads_back(minutes: int) -> None:
    assert minute(clock(minutes)) == minutes


def test_the_end_of_the_day_is_told_as_24() -> None:
    assert clock(DAY_MINUTES) == "24:00"
    assert minute("24:00") == DAY_MINUTES


def test_a_window_holds_its_first_moment_and_not_its_last() -> None:
    windows = (Window(minute("08:00"), minute("22:00")),)
    inside = {"07:59:59": False, "08:00:00": True, "21:59:59": True, "22:00:00": False}
    for text, expected in inside.items():
        moment = datetime.fromisoformat(f"2026-03-10T{text}")
        assert within(minute_of(moment), windows=windows) is expected, text


def test_the_last_microsecond_of_a_window_is_in_it() -> None:
    windows = (Window(minute("08:00"), minute("22:00")),)
    assert within(minute_of(datetime(2026, 3, 10, 21, 59, 59, 999999, tzinfo=UTC)), windows=windows)


def test_of_several_windows_the_longest_counts_and_of_equals_the_first() -> None:
    assert longest([Window(0, 10), Window(20, 40), Window(50, 60)]) == Window(20, 40)
    assert longest([Window(0, 10), Window(20, 30)]) == Window(0, 10)
    assert longest([]) is None


def test_rules_together_leave_what_each_leaves() -> None:
    night = outside(minute("22:00"), end=minute("08:00"))
    lunch = outside(minute("12:00"), end=minute("14:00"))
    late = outside(minute("19:30"), end=minute("09:00"))
    assert told(lawful(DAY, rules=(Hours(night), Hours(lunch), Hours(late)))) == ["09:00-12:00", "14:00-19:30"]


def test_no_rule_leaves_the_whole_day_wherever_the_customer_is() -> None:
    assert lawful(DAY, rules=()) == WHOLE_DAY
    assert lawful(DAY, rules=(), zones=()) == WHOLE_DAY


def test_rules_that_leave_nothing_leave_nothing() -> None:
    morning, evening = outside(minute("12:00"), end=minute("00:00")), outside(minute("00:00"), end=minute("12:00"))
    assert lawful(DAY, rules=(Hours(morning), Hours(evening))) == ()


def test_where_nobody_knows_any_zone_no_minute_is_lawful() -> None:
    assert lawful(DAY, rules=(Hours(WHOLE_DAY),), zones=()) == ()


DAYTIME = Hours(outside(minute("21:00"), end=minute("08:00")))


@pytest.mark.parametrize(
    ("zones", "hours"),
    [
        # H01 and H02 of the official interpretation of Regulation F: an hour must suit every place the data points to.
        (("America/New_York", "America/Los_Angeles"), ["11:00-21:00"]),
        (("America/New_York", "America/Denver"), ["10:00-21:00"]),
        (("America/Los_Angeles", "America/New_York"), ["08:00-18:00"]),
        (("Asia/Shanghai",), ["08:00-21:00"]),
        # Half an hour apart; half a day apart, so that one place's morning is the other's evening before; and three
        # places so far apart that no hour suits them all.
        (("Asia/Kolkata", "Asia/Karachi"), ["08:30-21:00"]),
        (("Asia/Shanghai", "America/New_York"), ["08:00-09:00", "20:00-21:00"]),
        (("Pacific/Auckland", "Europe/London", "America/Los_Angeles"), []),
    ],
)
def test_an_hour_must_suit_every_zone_the_customer_may_be_in(zones: tuple[str, ...], hours: list[str]) -> None:
    assert told(lawful(date(2026, 6, 10), rules=(DAYTIME,), zones=zones)) == hours


def test_zones_apart_follow_the_clocks_of_that_very_day() -> None:
    """Between the American and the European change of clocks in 2026 they are five hours apart, not six."""
    zones = ("Europe/Berlin", "America/New_York")
    assert told(lawful(date(2026, 3, 1), rules=(DAYTIME,), zones=zones)) == ["14:00-21:00"]
    assert told(lawful(date(2026, 3, 15), rules=(DAYTIME,), zones=zones)) == ["13:00-21:00"]


def test_a_zone_is_known_by_its_name_alone() -> None:
    assert known_zone("Asia/Shanghai") == ZoneInfo("Asia/Shanghai")
    for name in (None, "", "Mars/Olympus", "asia/shanghai ", "../etc/passwd"):
        assert known_zone(name) is None


def first_lawful_minute(moment: datetime, *, windows: tuple[Window, ...], zone: ZoneInfo) -> datetime | None:
    """The same by brute force: minute after minute, for three days."""
    start = moment.replace(second=0, microsecond=0)
    minutes = (start + timedelta(minutes=count) for count in range(1, 3 * DAY_MINUTES))
    return next((at for at in minutes if within(minute_of(at.astimezone(zone)), windows=windows)), None)


# Around these moments, in UTC, the clocks are changed in one of the zones: an hour, or half an hour, there or back.
CHANGES = (
    "2026-03-08T07:00",
    "2026-11-01T06:00",
    "2026-03-29T01:00",
    "2026-10-25T01:00",
    "2026-04-04T15:00",
    "2026-06-10",
)


@given(
    around=st.sampled_from(CHANGES),
    seconds=st.integers(-40 * 3600, 20 * 3600),
    zone=st.sampled_from(("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Shanghai")),
    quiet=st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] != pair[1]),
)
def test_the_next_opening_is_the_first_lawful_minute(
    around: str, seconds: int, zone: str, quiet: tuple[int, int]
) -> None:
    windows, place = outside(quiet[0], end=quiet[1]), ZoneInfo(zone)
    moment = datetime.fromisoformat(around).replace(tzinfo=UTC) + timedelta(seconds=seconds)
    if within(minute_of(moment.astimezone(place)), windows=windows):
        return
    expected = first_lawful_minute(moment, windows=windows, zone=place)
    assert next_start(moment, hours=Hours(windows), zone=place) == expected


@pytest.mark.parametrize(
    ("quiet", "at", "opens"),
    [
        # New York, 1 November 2026: from 01:00 to 02:00 comes twice (05:00 and 06:00 in UTC).
        (("22:00", "01:30"), "2026-11-01T05:10", "2026-11-01T05:30"),
        (("22:00", "01:30"), "2026-11-01T06:10", "2026-11-01T06:30"),
        (("01:30", "08:00"), "2026-11-01T05:45", "2026-11-01T06:00"),
        # 8 March 2026: from 02:00 to 03:00 does not come at all (07:00 in UTC).
        (("22:00", "02:30"), "2026-03-08T06:59", "2026-03-08T07:00"),
        (("22:00", "03:15"), "2026-03-08T06:59", "2026-03-08T07:15"),
    ],
)
def test_an_hour_that_comes_twice_or_not_at_all(quiet: tuple[str, str], at: str, opens: str) -> None:
    windows = outside(minute(quiet[0]), end=minute(quiet[1]))
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, opens))
    assert next_start(moment, hours=Hours(windows), zone=ZoneInfo("America/New_York")) == expected


# ---- weekdays --------------------------------------------------------------------------------------------------------

WEEKEND = Hours(outside(minute("20:00"), end=minute("09:00")), weekdays=(5, 6), dates=frozenset({date(2026, 3, 9)}))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-06", "00:00-24:00"), ("2026-03-07", "09:00-20:00"), ("2026-03-08", "09:00-20:00"),
     ("2026-03-09", "09:00-20:00"), ("2026-03-10", "00:00-24:00")],
)  # fmt: skip
def test_hours_of_some_weekdays_leave_the_others_open_but_for_dates_apart(day: str, hours: str) -> None:
    assert told(WEEKEND.on(date.fromisoformat(day))) == [hours]
    assert told(lawful(date.fromisoformat(day), rules=(WEEKEND,))) == [hours]


def test_in_every_zone_it_is_the_weekday_of_that_zone() -> None:
    """Friday evening in New York is Saturday morning in Shanghai, and Saturday's hours begin there at nine."""
    zones = ("America/New_York", "Asia/Shanghai")
    assert told(lawful(date(2026, 3, 6), rules=(WEEKEND,), zones=zones)) == ["00:00-11:00", "20:00-24:00"]


def test_the_next_opening_may_be_a_day_the_rule_is_not_about() -> None:
    sunday = datetime(2026, 3, 15, 21, tzinfo=UTC)
    assert next_start(sunday, hours=WEEKEND, zone=ZoneInfo("UTC")) == datetime(2026, 3, 16, tzinfo=UTC)
    saturday = datetime(2026, 3, 14, 21, tzinfo=UTC)
    assert next_start(saturday, hours=WEEKEND, zone=ZoneInfo("UTC")) == datetime(2026, 3, 15, 9, tzinfo=UTC)
