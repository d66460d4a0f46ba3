"""Records, validation notices, bureau reports and effective demands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.clocks.reading import (
    demands_law,
    reporting_law,
    retention_law,
    validation_law,
)
from dunwell.compliance.clocks.reporting import Demand, Told, demanded, reporting
from dunwell.compliance.clocks.retention import Record, retention
from dunwell.compliance.clocks.validation import Notice, validation
from dunwell.facts.errors import DunwellError

DAYS = st.dates(date(2022, 1, 1), date(2026, 12, 31))
NOW = date(2026, 12, 31)
ONE = timedelta(days=1)


@given(DAYS, DAYS)
def test_no_rule_more_ever_keeps_a_record_shorter(made: date, acted: date) -> None:
    law = retention_law("cn")
    record = Record(kind="contact", made_on=made, last_action_on=acted)
    plain = retention(record, law=law, on=NOW)
    claim = retention(replace(record, claim_open=True, limitation_ends_on=date(2027, 6, 1)), law=law, on=NOW)
    assert plain.keep_until is not None
    assert claim.keep_until is not None
    assert claim.keep_until >= plain.keep_until


def test_a_record_of_an_unknown_product_is_bound_by_every_floor() -> None:
    record = Record(kind="contact", made_on=date(2024, 1, 1), last_action_on=date(2024, 5, 20))
    law = retention_law("cn")
    assert retention(record, law=law, on=NOW).decided_by == "CN-R3"
    assert retention(replace(record, product="mobile"), law=law, on=NOW).decided_by == "CN-R4"


def test_an_open_claim_whose_limitation_is_not_known_has_no_end() -> None:
    record = Record(kind="contact", made_on=date(2024, 1, 1), last_action_on=date(2024, 5, 20), claim_open=True)
    found = retention(record, law=retention_law("cn"), on=NOW)
    assert (found.keep_until, found.certain, found.decided_by) == (None, False, "CN-R0")


def test_law_is_stored_by_against_a_wish_and_then_deleted() -> None:
    record = Record(kind="entrusting", made_on=date(2023, 5, 20), consent_withdrawn_on=date(2024, 1, 1))
    law = retention_law("cn")
    states = [
        retention(record, law=law, on=day).state for day in (date(2024, 1, 1), date(2026, 5, 20), date(2026, 5, 21))
    ]
    assert states == ["keep", "store_only", "delete"]


def test_a_day_without_law_says_nothing() -> None:
    record = Record(kind="contact", made_on=date(2010, 1, 1))
    assert retention(record, law=retention_law("cn"), on=date(2010, 1, 1)).state == "unknown"
    assert validation((), first_communication_on=None, law=validation_law("us"), on=date(2010, 1, 1)).state == "unknown"
    assert not reporting((), law=reporting_law("us"), on=date(2010, 1, 1)).certain
    assert not demanded((), due_on=date(2010, 1, 1), law=demands_law("cn"), on=date(2010, 1, 1)).certain


@given(DAYS)
def test_a_validation_period_ends_with_its_last_day(sent: date) -> None:
    law, notices = validation_law("us"), (Notice(sent_on=sent),)
    found = validation(notices, first_communication_on=None, law=law, on=sent)
    assert found.received_on is not None
    assert found.ends_on == found.received_on + timedelta(days=30)
    assert found.received_on - sent >= timedelta(days=5)
    assert found.received_on.weekday() < 5
    states = [
        validation(notices, first_communication_on=None, law=law, on=found.ends_on + day).state
        for day in (0 * ONE, ONE)
    ]
    assert states == ["running", "over"]


def test_a_notice_that_comes_back_ends_its_period_from_the_day_it_is_known() -> None:
    notices = (Notice(sent_on=date(2026, 1, 1), bounced_on=date(2026, 1, 12)),)
    before, after = (
        validation(notices, first_communication_on=date(2026, 1, 1), law=validation_law("us"), on=day)
        for day in (date(2026, 1, 11), date(2026, 1, 12))
    )
    assert before.ends_on == date(2026, 2, 7)
    assert (after.ends_on, after.state) == (None, "late")


def test_working_days_without_a_calendar_are_refused() -> None:
    law = replace(validation_law("us"), calendar=None)
    with pytest.raises(DunwellError, match="need a calendar"):
        validation((Notice(sent_on=date(2026, 1, 15)),), first_communication_on=None, law=law, on=NOW)


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_one_waits_fourteen_days_for_a_letter_to_come_back(sent: date, back: int, later: int) -> None:
    law = reporting_law("us")
    told = (Told(how="message", on=sent, bounced_on=sent + timedelta(days=back)),)
    on = sent + timedelta(days=later)
    came_back_in_time = back < 14 and back <= later
    assert reporting(told, law=law, on=on).allowed is (later >= 14 and not came_back_in_time)


@given(DAYS)
def test_the_earliest_day_to_report_is_exact(sent: date) -> None:
    law, told = reporting_law("us"), (Told(how="message", on=sent),)
    earliest = reporting(told, law=law, on=sent).earliest
    assert earliest is not None
    assert [reporting(told, law=law, on=day).allowed for day in (earliest - ONE, earliest)] == [False, True]


def test_a_talk_suffices_where_law_says_so_only() -> None:
    told = (Told(how="talk", on=date(2026, 5, 1)),)
    assert reporting(told, law=reporting_law("us"), on=date(2026, 5, 1)).allowed
    assert not reporting(told, law=reporting_law("cn"), on=date(2026, 5, 1)).allowed


@given(st.lists(st.integers(1, 200), max_size=6))
def test_two_demands_lie_thirty_days_apart(days: list[int]) -> None:
    due = date(2026, 1, 10)
    demands = tuple(Demand(on=due + timedelta(days=day), receipt_proved=True) for day in days)
    found = demanded(demands, due_on=due, law=demands_law("cn"), on=NOW)
    assert found.complete is (bool(days) and max(days) - min(days) >= 30)
    if found.complete:
        assert found.next_from is None
    elif days:
        assert found.next_from == due + timedelta(days=min(days) + 30)
    else:
        assert found.next_from == due + ONE


def test_demands_after_the_day_are_not_known() -> None:
    demands = (Demand(on=date(2026, 2, 1), receipt_proved=True), Demand(on=date(2026, 4, 1), receipt_proved=True))
    law = demands_law("cn")
    assert not demanded(demands, due_on=date(2026, 1, 10), law=law, on=date(2026, 3, 31)).complete
    assert demanded(demands, due_on=date(2026, 1, 10), law=law, on=date(2026, 4, 1)).complete


@pytest.mark.parametrize("fault", ["signed_and_sealed", "lawful", "receipt_proved"])
def test_a_demand_with_a_fault_does_not_count(fault: str) -> None:
    good = Demand(on=date(2026, 2, 1), receipt_proved=True)
    assert good.effective(date(2026, 1, 10))
    assert not replace(good, **{fault: False}).effective(date(2026, 1, 10))
