"""The clock of limitation against an oracle that lives through every day, and what must hold of any history."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import limitation_oracle as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_calendar import PlainCalendar

from dunwell.compliance.clocks.limitation import Claim, Event, Limited, limitation
from dunwell.compliance.clocks.reading import limitation_law
from dunwell.compliance.clocks.terms import Law, Limitation

FIRST, LAST = date(2021, 3, 1), date(2031, 12, 31)
LATE = date(2060, 1, 1)
CHINA = limitation_law("cn")

# Ends of months and leap days are where counting goes wrong: they are drawn often.
DAYS = st.one_of(
    st.dates(FIRST, LAST),
    st.sampled_from([date(2023, 8, 31), date(2024, 2, 29), date(2025, 8, 31), date(2026, 2, 28), date(2027, 2, 28)]),
)
DUE = st.one_of(st.dates(date(2021, 3, 1), date(2024, 12, 31)), st.sampled_from([date(2024, 2, 29), date(2023, 8, 31)]))
KINDS = ("demand", "payment", "promise", "proceedings", "obstacle")


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind, on = draw(st.sampled_from(KINDS)), draw(DAYS)
    until = None
    if kind in ("proceedings", "obstacle"):
        until = draw(st.one_of(st.none(), st.integers(0, 900).map(lambda days: on + timedelta(days=days))))
        if kind == "obstacle" and until is None and draw(st.booleans()):
            until = on + timedelta(days=draw(st.integers(0, 200)))
    return Event(kind=kind, on=on, until=until, arrived=draw(st.booleans()) if kind == "demand" else None)


@st.composite
def calendars(draw: st.DrawFn) -> PlainCalendar:
    days = st.frozensets(st.integers(0, 4000).map(lambda day: date(2023, 1, 1) + timedelta(days=day)), max_size=40)
    return PlainCalendar(free=draw(days), worked=draw(days))


# Each example lives through years: some tell as much as many.
SOME = settings(max_examples=40)
HISTORIES = st.lists(events(), max_size=6)


def law(calendar: PlainCalendar) -> Law[Limitation]:
    return replace(CHINA, calendar=calendar)


def clock(due: list[date], history: list[Event], calendar: PlainCalendar, *, on: date = LATE) -> Limited:
    return limitation(Claim(due=tuple(due), events=tuple(history)), law=law(calendar), on=on)


@settings(max_examples=150)
@given(st.lists(DUE, min_size=1, max_size=3), HISTORIES, calendars())
def test_it_agrees_with_the_oracle(due: list[date], history: list[Event], calendar: PlainCalendar) -> None:
    told = [oracle.Happened(event.kind, event.on, event.until, event.arrived) for event in history]
    expected = oracle.last_day(due, told, rests=lambda day: not calendar.works(day))
    assert clock(due, history, calendar).expires_on == expected


@pytest.mark.slow
def test_it_agrees_with_the_oracle_on_thousands() -> None:
    dice = random.Random(20260322)
    for _ in range(1_500):
        due = [date(2021, 3, 1) + timedelta(days=dice.randrange(1400)) for _ in range(dice.randint(1, 3))]
        history = [_drawn(dice) for _ in range(dice.randint(0, 8))]
        calendar = PlainCalendar(
            free=frozenset(date(2023, 1, 1) + timedelta(days=dice.randrange(4000)) for _ in range(60)),
            worked=frozenset(date(2023, 1, 1) + timedelta(days=dice.randrange(4000)) for _ in range(60)),
        )
        told = [oracle.Happened(event.kind, event.on, event.until, event.arrived) for event in history]
        expected = oracle.last_day(due, told, rests=lambda day, calendar=calendar: not calendar.works(day))
        assert clock(due, history, calendar).expires_on == expected, (due, history)


def _drawn(dice: random.Random) -> Event:
    kind = dice.choice(KINDS)
    on = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))
    lasting = kind in ("proceedings", "obstacle") and dice.random() < 0.8
    until = on + timedelta(days=dice.randrange(400)) if lasting else None
    return Event(kind=kind, on=on, until=until, arrived=dice.random() < 0.7 if kind == "demand" else None)


@SOME
@given(DUE, HISTORIES, calendars())
def test_on_the_last_day_it_is_alive_and_the_next_it_is_not(
    due: date, history: list[Event], calendar: PlainCalendar
) -> None:
    found = clock([due], history, calendar)
    if found.expires_on is None:
        assert found.state == "suspended"
        return
    on_it = clock([due], history, calendar, on=found.expires_on)
    after = clock([due], history, calendar, on=found.expires_on + timedelta(days=1))
    assert on_it.state in ("running", "suspended", "not_started")
    if on_it.expires_on == found.expires_on == after.expires_on:
        assert after.state in ("expired", "waived")
    assert found.alive(found.expires_on) is True
    assert found.alive(found.expires_on + timedelta(days=1)) is False


@SOME
@given(DUE, HISTORIES, events(), calendars())
def test_no_event_ever_makes_it_shorter(due: date, history: list[Event], more: Event, calendar: PlainCalendar) -> None:
    before, after = clock([due], history, calendar), clock([due], [*history, more], calendar)
    assert (after.expires_on or date.max) >= (before.expires_on or date.max)


@SOME
@given(DUE, HISTORIES, calendars(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_does_not_matter(
    due: date, history: list[Event], calendar: PlainCalendar, dice: random.Random
) -> None:
    mixed = history.copy()
    dice.shuffle(mixed)
    assert clock([due], mixed, calendar) == clock([due], history, calendar)


@SOME
@given(DUE, HISTORIES, calendars())
def test_an_event_told_twice_is_one(due: date, history: list[Event], calendar: PlainCalendar) -> None:
    assert clock([due], history * 2, calendar).expires_on == clock([due], history, calendar).expires_on


@SOME
@given(DUE, HISTORIES, calendars(), st.integers(1, 3000))
def test_a_demand_after_the_last_day_starts_nothing(
    due: date, history: list[Event], calendar: PlainCalendar, days: int
) -> None:
    found = clock([due], history, calendar)
    if found.expires_on is not None:
        late = Event(kind="demand", on=found.expires_on + timedelta(days=days), arrived=True)
        assert clock([due], [*history, late], calendar).expires_on == found.expires_on


@SOME
@given(DUE, HISTORIES, calendars())
def test_nothing_goes_beyond_twenty_years(due: date, history: list[Event], calendar: PlainCalendar) -> None:
    found = clock([due], history, calendar).expires_on
    assert found is None or found <= due.replace(year=due.year + 20, day=min(due.day, 28)) + timedelta(days=60)


@SOME
@given(DUE, HISTORIES, calendars(), st.dates(FIRST, LAST))
def test_what_happens_later_is_not_known_before(
    due: date, history: list[Event], calendar: PlainCalendar, on: date
) -> None:
    past = [event for event in history if event.on <= on]
    assert clock([due], history, calendar, on=on) == clock([due], past, calendar, on=on)


@SOME
@given(DUE, HISTORIES, calendars())
def test_the_last_day_is_never_a_day_of_rest(due: date, history: list[Event], calendar: PlainCalendar) -> None:
    found = clock([due], history, calendar).expires_on
    assert found is None or calendar.works(found)


@SOME
@given(DUE, HISTORIES, DAYS, calendars())
def test_an_unknown_demand_gives_both_days(due: date, history: list[Event], on: date, calendar: PlainCalendar) -> None:
    without = clock([due], history, calendar)
    unknown = clock([due], [*history, Event(kind="demand", on=on)], calendar)
    arrived = clock([due], [*history, Event(kind="demand", on=on, arrived=True)], calendar)
    assert unknown.expires_on == without.expires_on
    if arrived.expires_on == without.expires_on:
        assert unknown.possibly_until is None
    else:
        assert unknown.possibly_until == arrived.expires_on
        assert not unknown.certain
        assert any(reason.rule == "CN-L5" for reason in unknown.reasons)


MUTANTS: dict[str, dict[str, object]] = {
    "a year less": {"years": 2},
    "nothing rolls": {"rolls": False},
    "counted from the first instalment": {"instalments": "first"},
    "four years at the most": {"absolute_years": 4},
    "a shorter window of suspension": {"suspension": {"rule": "CN-L9", "last_months": 5, "months_after": 6}},
    "a longer rest after it": {"suspension": {"rule": "CN-L9", "last_months": 6, "months_after": 7}},
    "no suspension": {"suspension": None},
    "a payment restarts nothing": {"restarts": {"demand": {"needs": "arrival", "rule": "CN-L5"}}},
    "a demand counts although it did not arrive": {"restarts": {"demand": {"rule": "CN-L5"}}},
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_oracle_finds_a_law_that_is_wrong(mutant: str) -> None:
    """Each change of the law must be seen in one of some hundred histories: else the oracle proves nothing."""
    terms = Limitation.model_validate(CHINA.entries[-1].parameters.model_dump() | MUTANTS[mutant])
    dice = random.Random(7)
    for _ in range(300):
        due = [date(2021, 3, 1) + timedelta(days=dice.randrange(1400)) for _ in range(2)]
        history = [_drawn(dice) for _ in range(dice.randint(0, 5))]
        calendar = PlainCalendar()
        wrong = replace(CHINA, calendar=calendar, entries=(CHINA.entries[-1].model_copy(update={"parameters": terms}),))
        told = [oracle.Happened(event.kind, event.on, event.until, event.arrived) for event in history]
        expected = oracle.last_day(due, told, rests=lambda day: day.weekday() > 4)
        if limitation(Claim(due=tuple(due), events=tuple(history)), law=wrong, on=LATE).expires_on != expected:
            return
    pytest.fail(f"the oracle did not see: {mutant}")
