"""What a clock of limitation says beside the day: why, for whom, how sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dunwell.compliance.clocks.limitation import Claim, Event, Limited, limitation, limitations
from dunwell.compliance.clocks.reading import limitation_law
from dunwell.compliance.clocks.reasons import unsure
from dunwell.compliance.clocks.workdays import Workdays

CHINA = limitation_law("cn")
DUE = (date(2023, 3, 10),)


def clock(*events: Event, on: date = date(2026, 1, 1), due: tuple[date, ...] = DUE) -> Limited:
    return limitation(Claim(due=due, events=events), law=CHINA, on=on)


def test_every_restart_is_told_in_its_order() -> None:
    found = clock(
        Event(kind="payment", on=date(2025, 2, 3)),
        Event(kind="demand", on=date(2024, 5, 20), arrived=True),
    )
    assert [(reason.on, reason.rule) for reason in found.restarts] == [
        (date(2024, 5, 20), "CN-L5"), (date(2025, 2, 3), "CN-L6"),
    ]  # fmt: skip
    assert found.restarts[0].en == "demand: the period starts afresh"
    assert found.restarts[0].zh == "催告：时效重新计算"


def test_an_event_before_the_period_begins_is_no_restart() -> None:
    assert clock(Event(kind="payment", on=DUE[0])).restarts == ()
    assert len(clock(Event(kind="payment", on=date(2023, 3, 11))).restarts) == 1


@pytest.mark.parametrize("kind", ["deduction", "public_notice", "security", "acknowledgement"])
def test_all_that_law_names_starts_it_afresh(kind: str) -> None:
    assert clock(Event(kind=kind, on=date(2024, 5, 20))).expires_on == date(2027, 5, 20)


def test_what_law_does_not_name_does_nothing() -> None:
    assert clock(Event(kind="signed_notice", on=date(2024, 5, 20))).expires_on == date(2026, 3, 10)


def test_an_unclear_promise_is_for_a_person() -> None:
    found = clock(Event(kind="promise", on=date(2024, 5, 20), clear=None))
    assert (found.expires_on, found.possibly_until, found.certain) == (date(2026, 3, 10), date(2027, 5, 20), False)
    assert "whether it counts" in found.reasons[-1].en
    denied = clock(Event(kind="promise", on=date(2024, 5, 20), clear=False))
    assert (denied.expires_on, denied.certain) == (date(2026, 3, 10), True)


def test_many_unknown_demands_make_one_sentence() -> None:
    found = clock(*(Event(kind="demand", on=date(2024, month, 1)) for month in range(1, 13)))
    asked = [reason for reason in found.reasons if reason.rule == "CN-L5"]
    assert len(asked) == 1
    assert asked[0].on == date(2024, 12, 1)
    assert asked[0].en.startswith("12 of kind «demand»")


def test_unknown_proceedings_leave_no_day_that_it_may_last_until() -> None:
    found = clock(Event(kind="proceedings", on=date(2024, 5, 20), clear=None))
    assert (found.state, found.expires_on, found.possibly_until, found.certain) == (
        "running", date(2026, 3, 10), None, False,
    )  # fmt: skip


def test_after_the_end_the_first_agreement_waives() -> None:
    found = clock(
        Event(kind="demand", on=date(2026, 4, 1), arrived=True),
        Event(kind="payment", on=date(2026, 5, 1)),
        Event(kind="promise", on=date(2026, 6, 1)),
        on=date(2026, 9, 1),
    )
    assert (found.state, found.waived_on, found.expires_on) == ("waived", date(2026, 6, 1), date(2026, 3, 10))
    assert any("starts nothing" in reason.en for reason in found.reasons)


def test_an_unclear_agreement_after_the_end_is_for_a_person() -> None:
    found = clock(Event(kind="promise", on=date(2026, 6, 1), clear=None), on=date(2026, 9, 1))
    assert (found.state, found.waived_on, found.certain) == ("expired", None, False)


def test_nobody_waives_for_a_joint_debtor() -> None:
    claim = Claim(due=DUE, debtors=("a", "b"), events=(Event(kind="promise", on=date(2026, 6, 1)),))
    assert [one.state for one in limitations(claim, law=CHINA, on=date(2026, 9, 1))] == ["expired", "expired"]
    alone = replace(claim, debtors=("a",))
    assert [one.state for one in limitations(alone, law=CHINA, on=date(2026, 9, 1))] == ["waived"]


def test_a_state_that_is_not_known_says_neither() -> None:
    assert clock(due=()).alive(date(2026, 1, 1)) is None
    assert clock(Event(kind="proceedings", on=date(2024, 1, 1))).alive(date(2050, 1, 1)) is True


def test_the_law_is_that_of_the_last_instalment() -> None:
    assert clock(due=(date(2020, 12, 1), date(2021, 1, 10))).reasons[0].rule == "CN-L1"
    assert clock(due=(date(2020, 12, 1), date(2021, 1, 12)), on=date(2022, 1, 1)).certain
    assert not clock(due=(date(2020, 12, 1),), on=date(2022, 1, 1)).certain


def test_a_calendar_that_does_not_move_the_day_asks_nothing() -> None:
    china = Workdays(country="CN", published_through=2026)
    day = date(2028, 10, 8)
    assert [reason.rule for reason in unsure(day, before=day, rule="CN-L3", calendar=china)] == ["CN-L3"]
    assert list(unsure(day, before=day, rule="CN-L3", calendar=None)) == []
    assert list(unsure(date(2028, 7, 11), before=date(2028, 7, 11), rule="CN-L3", calendar=china)) == []
