"""Rules that count over more than a day, or wait after an event: each edge from both sides, by the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from compliance_population import DAY, a_rule
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.kinds.question import Candidate, Contact, Customer
from dunwell.compliance.rulebook.model import KINDS, Rulebook
from dunwell.compliance.rules import judge, judge_moment

CALL = Candidate(channel="voice", creditor="a", actor="human")


def made(*days: int, **told: Any) -> Customer:
    """This function will return a customer with a contact so many days before DAY."""
    contacts = [Contact(**{"channel": "voice", "creditor": "a", "local_date": _before(day), **told}) for day in days]
    return Customer(time_zone="Asia/Shanghai", contacts=tuple(contacts))


def _before(days: int) -> date:
    return DAY - timedelta(days=days)


def earliest(kind: str, parameters: dict[str, Any], customer: Customer, on: date = DAY, by: Candidate = CALL) -> Any:
    """This function will return None if the rule is silent, else the first day on which it would be."""
    verdict = judge(Rulebook.of([a_rule(kind, parameters)]), customer=customer, candidate=by, on=on)
    return None if verdict.allowed else verdict.refusals[-1].earliest or "nobody knows"


# ---- rolling_cap -----------------------------------------------------------------------------------------------------


def rolling(**told: Any) -> dict[str, Any]:
    first = {"most": 2, "days": 7, "day_one": "event_day", "counts": "attempts", "count_channels": "all"}
    return {**first, "per": "creditor", **told}


@pytest.mark.parametrize(
    ("day_one", "days_ago", "falls_in"),
    [
        ("event_day", 6, 1),
        ("event_day", 7, None),
        ("event_day", 0, 7),
        ("next_day", 7, 1),
        ("next_day", 8, None),
        ("next_day", 0, 8),
    ],
)
def test_a_contact_weighs_for_its_days_and_the_convention_says_which_is_the_first(
    day_one: str, days_ago: int, falls_in: int | None
) -> None:
    found = earliest("rolling_cap", rolling(most=1, day_one=day_one), made(days_ago))
    assert found == (None if falls_in is None else DAY + timedelta(days=falls_in))


def test_it_falls_when_enough_no_longer_weigh_not_when_all_do() -> None:
    assert earliest("rolling_cap", rolling(most=2), made(6, 3, 0)) == DAY + timedelta(days=4)
    assert earliest("rolling_cap", rolling(most=3), made(6, 3, 0)) == DAY + timedelta(days=1)
    assert earliest("rolling_cap", rolling(most=4), made(6, 3, 0)) is None
    assert earliest("rolling_cap", rolling(most=1), made(6, 3, 0)) == DAY + timedelta(days=7)


def test_what_is_counted_together_is_said() -> None:
    mixed = replace(made(1), contacts=(*made(1).contacts, *made(1, creditor="b", contact_point=7).contacts))
    assert earliest("rolling_cap", rolling(most=2), mixed) is None
    assert earliest("rolling_cap", rolling(most=2, per="person"), mixed) is not None
    assert earliest("rolling_cap", rolling(most=2, per="number"), made(1, 2, contact_point=7)) is not None
    halves = replace(made(1), contacts=tuple(Contact(channel="voice", local_date=DAY, contact_point=n) for n in (7, 8)))
    assert earliest("rolling_cap", rolling(most=2, per="number"), halves) is None
    nobody = Candidate(channel="voice", creditor=None, actor="human")
    assert earliest("rolling_cap", rolling(), made(), by=nobody) == "nobody knows"
    assert earliest("rolling_cap", rolling(per="person"), made(), by=nobody) is None


def test_what_counts_over_days_is_what_counts_on_one() -> None:
    assert earliest("rolling_cap", rolling(most=1, counts="connected"), made(3, connected=False)) is None
    assert earliest("rolling_cap", rolling(most=1, counts="connected"), made(3)) is not None
    assert earliest("rolling_cap", rolling(most=1, count_channels=["sms"]), made(3)) is None
    assert earliest("rolling_cap", rolling(most=1), made(3, direction="inbound")) is None
    assert earliest("rolling_cap", rolling(most=1), made(-1)) is None


def test_a_contact_of_which_nobody_knows_the_day_weighs_as_long_as_it_may() -> None:
    moment = datetime(2026, 3, 3, 12, tzinfo=UTC)
    unwritten = made(0, local_date=None, happened_at=moment)
    assert earliest("rolling_cap", rolling(most=1), unwritten) == DAY + timedelta(days=1)
    assert earliest("rolling_cap", rolling(most=1), unwritten, on=DAY + timedelta(days=1)) is None
    assert earliest("rolling_cap", rolling(most=1), made(0, local_date=None)) == DAY + timedelta(days=7)


# ---- period_cap ------------------------------------------------------------------------------------------------------


def period(**told: Any) -> dict[str, Any]:
    return {"most": 1, "period": "week", "counts": "attempts", "count_channels": "all", "per": "creditor", **told}


@pytest.mark.parametrize(
    ("on", "contact", "falls"),
    [
        # 9 March 2026 is a Monday.
        (date(2026, 3, 9), date(2026, 3, 8), None),
        (date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 16)),
        (date(2026, 3, 15), date(2026, 3, 9), date(2026, 3, 16)),
        (date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 4)),
    ],
)
def test_a_week_runs_from_monday_to_sunday(on: date, contact: date, falls: date | None) -> None:
    assert earliest("period_cap", period(), made(0, local_date=contact), on=on) == falls


@pytest.mark.parametrize(
    ("on", "contact", "falls"),
    [
        (date(2026, 3, 1), date(2026, 2, 28), None),
        (date(2026, 3, 31), date(2026, 3, 1), date(2026, 4, 1)),
        (date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 12, 1), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 1, 30), date(2026, 1, 30), date(2026, 2, 1)),
    ],
)
def test_a_month_is_that_of_the_calendar(on: date, contact: date, falls: date | None) -> None:
    assert earliest("period_cap", period(period="month"), made(0, local_date=contact), on=on) == falls


def test_a_period_cap_that_nobody_can_count_by_is_endless() -> None:
    nobody = Candidate(channel="voice", creditor=None, actor="human")
    assert earliest("period_cap", period(), made(), by=nobody) == "nobody knows"


# ---- lockout ---------------------------------------------------------------------------------------------------------


def lockout(**told: Any) -> dict[str, Any]:
    first = {"after": "conversation", "days": 7, "day_one": "event_day", "count_channels": ["voice"]}
    return {**first, "per": "creditor", **told}


TALKED = {"connected": True, "conversation": True, "answered_by": "debtor"}


@pytest.mark.parametrize(
    ("day_one", "days_ago", "falls_in"),
    [("event_day", 6, 1), ("event_day", 7, None), ("event_day", 0, 7), ("next_day", 7, 1), ("next_day", 8, None)],
)
def test_a_conversation_locks_for_its_days(day_one: str, days_ago: int, falls_in: int | None) -> None:
    found = earliest("lockout", lockout(day_one=day_one), made(days_ago, **TALKED))
    assert found == (None if falls_in is None else DAY + timedelta(days=falls_in))


@pytest.mark.parametrize(
    ("told", "locks"),
    [
        (TALKED, True),
        ({**TALKED, "direction": "inbound"}, True),
        ({**TALKED, "answered_by": "third_party"}, False),
        ({**TALKED, "conversation": False}, False),
        ({**TALKED, "channel": "sms"}, False),
        ({**TALKED, "creditor": "b"}, False),
        ({**TALKED, "creditor": None}, True),
        ({}, True),
        ({"connected": False}, False),
    ],
)
def test_a_conversation_is_one_with_the_debtor_whoever_began_it(told: dict[str, Any], locks: bool) -> None:
    assert (earliest("lockout", lockout(), made(3, **told)) is not None) is locks


@pytest.mark.parametrize(
    ("told", "locks"),
    [({}, True), ({"connected": False}, True), ({"direction": "inbound"}, False), ({"channel": "sms"}, False)],
)
def test_an_attempt_is_ours_answered_or_not(told: dict[str, Any], locks: bool) -> None:
    assert (earliest("lockout", lockout(after="attempt"), made(3, **told)) is not None) is locks


def test_the_last_event_counts_and_that_of_another_creditor_only_per_person() -> None:
    assert earliest("lockout", lockout(), made(6, 2, 4, **TALKED)) == DAY + timedelta(days=5)
    other = made(3, creditor="b", **TALKED)
    assert earliest("lockout", lockout(per="person"), other) == DAY + timedelta(days=4)
    nobody = Candidate(channel="voice", creditor=None, actor="human")
    assert earliest("lockout", lockout(), made(), by=nobody) == "nobody knows"
    assert earliest("lockout", lockout(per="person"), made(), by=nobody) is None


def test_an_event_of_which_nobody_knows_the_day_was_on_the_last_it_may_have_been() -> None:
    unwritten = made(0, local_date=None, happened_at=datetime(2026, 3, 3, 12, tzinfo=UTC), **TALKED)
    assert earliest("lockout", lockout(), unwritten) == DAY + timedelta(days=1)
    assert earliest("lockout", lockout(), made(0, local_date=None, **TALKED)) == DAY + timedelta(days=7)
    assert earliest("lockout", lockout(), made(-1, **TALKED)) is None


# ---- minimum_interval ------------------------------------------------------------------------------------------------


def interval(**told: Any) -> Rulebook:
    first = {"minutes": 5, "counts": "unanswered", "count_channels": ["voice"], "per": "creditor"}
    return Rulebook.of([a_rule("minimum_interval", {**first, **told})])


AT = datetime(2026, 3, 10, 6, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (299, False), (300, True)])
def test_the_interval_is_exact_to_the_second(seconds: int, allowed: bool) -> None:
    customer = made(0, connected=False, happened_at=AT.replace(tzinfo=None))
    at = AT + timedelta(seconds=seconds)
    verdict = judge_moment(interval(), customer=customer, candidate=CALL, at=at)
    assert verdict.allowed is allowed
    assert verdict.earliest == (None if allowed else AT + timedelta(minutes=5))


def test_the_interval_forbids_no_day() -> None:
    customer = made(0, connected=False, happened_at=AT.replace(tzinfo=None))
    assert judge(interval(), customer=customer, candidate=CALL, on=DAY).allowed


def test_a_contact_of_today_whose_time_nobody_knows_closes_the_rest_of_the_day() -> None:
    verdict = judge_moment(interval(), customer=made(0, connected=False), candidate=CALL, at=AT)
    assert verdict.earliest == datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert judge_moment(interval(), customer=made(1, connected=False), candidate=CALL, at=AT).allowed


def test_the_last_of_several_intervals_counts() -> None:
    contacts = tuple(
        Contact(channel="voice", creditor="a", local_date=DAY, connected=False, happened_at=AT - timedelta(minutes=ago))
        for ago in (4, 1, 3, 30)
    )
    customer = Customer(time_zone="Asia/Shanghai", contacts=contacts)
    assert judge_moment(interval(), customer=customer, candidate=CALL, at=AT).earliest == AT + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("told", "refused"),
    [({}, True), ({"connected": True}, False), ({"creditor": "b"}, False), ({"channel": "sms"}, False),
     ({"direction": "inbound"}, False)],
)  # fmt: skip
def test_only_what_counts_begins_an_interval(told: dict[str, Any], refused: bool) -> None:
    customer = made(0, **{"connected": False, "happened_at": AT, **told})
    assert judge_moment(interval(), customer=customer, candidate=CALL, at=AT).allowed is not refused
    if told.get("creditor"):
        assert not judge_moment(interval(per="person"), customer=customer, candidate=CALL, at=AT).allowed


# ---- clock_window on weekdays ----------------------------------------------------------------------------------------

WORKDAYS = {"quiet_from": "22:00", "quiet_until": "08:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}
WEEKENDS = {"quiet_from": "20:00", "quiet_until": "09:00", "weekdays": ["sat", "sun"], "also_on": [date(2026, 3, 9)]}


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-03-06T21:59", True),
        ("2026-03-06T22:00", False),
        ("2026-03-07T08:59", False),
        ("2026-03-07T09:00", True),
        ("2026-03-07T20:00", False),
        # Monday 9 March is a holiday: both rules bind, and the stricter wins.
        ("2026-03-09T08:30", False),
        ("2026-03-09T09:00", True),
        ("2026-03-09T20:00", False),
        ("2026-03-10T08:00", True),
    ],
)
def test_working_days_weekends_and_holidays_have_hours_of_their_own(at: str, allowed: bool) -> None:
    book = Rulebook.of([a_rule("clock_window", WORKDAYS, id="work"), a_rule("clock_window", WEEKENDS, id="rest")])
    moment = datetime.fromisoformat(f"{at}+08:00")
    assert judge_moment(book, customer=made(), candidate=CALL, at=moment).allowed is allowed


# ---- the earliest day ------------------------------------------------------------------------------------------------

OFFSETS = st.lists(st.integers(0, 12), max_size=9)
COUNTING: dict[str, Callable[..., dict[str, Any]]] = {"rolling_cap": rolling, "period_cap": period, "lockout": lockout}


@given(
    kind=st.sampled_from(sorted(COUNTING)),
    offsets=OFFSETS,
    most=st.integers(1, 3),
    day_one=st.sampled_from(("event_day", "next_day")),
    per=st.sampled_from(("creditor", "person")),
)
def test_property_the_earliest_day_is_exact(kind: str, offsets: list[int], most: int, day_one: str, per: str) -> None:
    """On that day the contact is allowed; on no day before it is."""
    told = {"most": most, "day_one": day_one, "per": per}
    terms = {key: value for key, value in told.items() if key in KINDS[kind].model_fields}
    customer = made(*offsets, **TALKED)
    first = earliest(kind, COUNTING[kind](**terms), customer)
    if first is not None:
        assert earliest(kind, COUNTING[kind](**terms), customer, on=first) is None
        days = (DAY + timedelta(days=later) for later in range((first - DAY).days))
        assert all(earliest(kind, COUNTING[kind](**terms), customer, on=day) == first for day in days)
