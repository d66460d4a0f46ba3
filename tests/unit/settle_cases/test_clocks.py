"""The clocks of disputes and complaints: working days, hours, colours, and the dossier's way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.facts.definitions import read
from dunwell.settle.clocks import Clock, Colour, Terms, day_start, due_after
from dunwell.settle.complaints import rules
from dunwell.settle.complaints.kinds import RESULTS, VERDICTS, ComplaintState, ComplaintStep, Finding
from dunwell.settle.complaints.rules import FOLLOWING, Step
from dunwell.settle.relief.policy import CASES

TERMS = read(CASES, Terms)
ZONE = "Asia/Shanghai"
NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(ZONE))


class Week:
    """Five days of work and two of rest."""

    def works(self, day: date) -> bool:
        return day.weekday() < 5

    def sure(self, day: date) -> bool:
        return True


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 30))
def test_so_many_working_days_lie_between_and_the_last_ends_it(day: date, days: int) -> None:
    due = due_after(day, days=days, calendar=Week(), zone=ZONE)
    span = [day + timedelta(days=n) for n in range(1, (due.date() - day).days)]
    assert sum(one.weekday() < 5 for one in span) == days
    assert days == 0 or (due.date() - timedelta(days=1)).weekday() < 5
    assert due == day_start(due.date(), zone=ZONE)


def test_holidays_of_the_house_are_no_working_days() -> None:
    """The week of the national day of 2026 rests from Thursday on, and two weekends around it are partly worked."""
    with_holidays = due_after(date(2026, 9, 28), days=10, calendar=TERMS.workdays, zone=ZONE)
    plain = due_after(date(2026, 9, 28), days=10, calendar=Week(), zone=ZONE)
    assert with_holidays > plain


@given(st.integers(1, 2_000), st.integers(-2_000, 4_000))
def test_the_colour_only_ever_grows_worse(minutes: int, passed: int) -> None:
    order = [Colour.GREEN, Colour.AMBER, Colour.RED]

    def colour(after: int) -> Colour:
        return Clock(
            since=NOON, due=NOON + timedelta(minutes=minutes), at=NOON + timedelta(minutes=after),
            amber_from=Decimal("0.7"),
        ).colour  # fmt: skip

    assert order.index(colour(passed)) <= order.index(colour(passed + 1))
    assert (colour(passed) is Colour.RED) is (passed >= minutes)
    assert colour(minutes * 7 // 10 - 1) is not Colour.AMBER or minutes < 4


def test_a_clock_that_was_stopped_stands() -> None:
    clock = Clock(
        since=NOON, due=NOON + timedelta(hours=24), at=NOON + timedelta(days=9), amber_from=Decimal("0.7"),
        done_at=NOON + timedelta(hours=2),
    )  # fmt: skip
    assert (clock.colour, clock.hours_left) == (Colour.GREEN, 22)
    late = Clock(since=NOON, due=NOON, at=NOON + timedelta(minutes=61), amber_from=Decimal("0.7"))
    assert (late.colour, late.hours_left) == (Colour.RED, -2)


# ---- complaints ------------------------------------------------------------------------------------------------------


def step(kind: ComplaintStep, *, hours: int = 1) -> Step:
    return Step(step=kind, at=NOON + timedelta(hours=hours), by="CMP-1")


@given(st.lists(st.integers(0, 6), max_size=8))
def test_every_way_through_a_dossier_ends_and_never_goes_back(choices: list[int]) -> None:
    steps: list[Step] = []
    seen = [rules.state(steps)]
    for choice in choices:
        following = FOLLOWING[rules.state(steps)]
        if not following:
            break
        steps.append(step(following[choice % len(following)]))
        assert rules.state(steps) not in seen
        seen.append(rules.state(steps))
    assert len(steps) <= 5
    assert len({one.step for one in steps}) == len(steps)


def test_mediation_can_be_offered_only_after_an_answer_and_has_a_result() -> None:
    assert all(
        ComplaintStep.MEDIATION_OFFERED not in FOLLOWING[state]
        for state in ComplaintState
        if state is not ComplaintState.ANSWERED
    )
    assert FOLLOWING[ComplaintState.CLOSED] == ()
    assert rules.findings(ComplaintStep.ANSWERED) == VERDICTS
    assert rules.findings(ComplaintStep.MEDIATION_RESULT) == RESULTS
    assert rules.findings(ComplaintStep.CLOSED) == ()
    assert set(VERDICTS) | set(RESULTS) == set(Finding)


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ([], NOON + timedelta(hours=24)),
        # Fifteen working days after a Friday, the last of them ends at midnight.
        ([ComplaintStep.ACKNOWLEDGED], datetime(2026, 12, 12, tzinfo=ZoneInfo(ZONE))),
        ([ComplaintStep.ACKNOWLEDGED, ComplaintStep.ANSWERED], None),
        (
            [ComplaintStep.ACKNOWLEDGED, ComplaintStep.ANSWERED, ComplaintStep.MEDIATION_OFFERED],
            datetime(2026, 12, 5, tzinfo=ZoneInfo(ZONE)),
        ),
    ],
)
def test_the_clock_that_runs_is_that_of_the_next_step(steps: list[ComplaintStep], due: datetime | None) -> None:
    told = [step(kind, hours=number) for number, kind in enumerate(steps)]
    clock = rules.clock(told, received_at=NOON, received_on=NOON.date(), at=NOON, terms=TERMS, zone=ZONE)
    assert (clock.due if clock else None) == due


def test_a_late_acknowledgement_buys_no_time_for_the_answer() -> None:
    def due(hours: int) -> datetime:
        told = [step(ComplaintStep.ACKNOWLEDGED, hours=hours)]
        clock = rules.clock(told, received_at=NOON, received_on=NOON.date(), at=NOON, terms=TERMS, zone=ZONE)
        assert clock is not None
        return clock.due

    assert due(1) == due(200)
