"""What the policy lets through and refuses, with the field and the words; the table of hardship is complete."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dunwell.facts.errors import DunwellError
from dunwell.settle.agreements import checks
from dunwell.settle.agreements.checks import Owing, PlanAsked
from dunwell.settle.agreements.kinds import Agreed, DeferralReason, Interval, Means
from dunwell.settle.agreements.policy import FILE, load, policy
from dunwell.settle.agreements.schedule import A_MONTH
from dunwell.settle.hardship import rules
from dunwell.settle.hardship.kinds import Band, Cause, Duration, Relief
from dunwell.settle.hardship.rules import Budget
from dunwell.settle.refusals import _WORDS, NotAgreedError, objection

ON = date(2026, 11, 20)
OWING = Owing(currency="CNY", overdue=Decimal("600.00"), outstanding=Decimal("900.00"))
GOOD: dict[str, Any] = {"amount": Decimal(600), "due_on": ON + timedelta(days=3), "means": Means.ONLINE}


def promise(owing: Owing = OWING, **said: Any) -> list[tuple[str, str]]:
    told = GOOD | said
    amount = told.pop("amount")
    return [(one.field, one.rule) for one in checks.promise(amount, owing=owing, on=ON, policy=policy(), **told)]


def test_a_good_promise() -> None:
    assert promise() == []
    assert promise(due_on=ON) == []
    assert promise(amount=Decimal("900.00"), due_on=ON + timedelta(days=14)) == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"amount": None}, ("amount", "ST-AMOUNT")),
        ({"amount": Decimal(0)}, ("amount", "ST-AMOUNT")),
        ({"amount": Decimal("NaN")}, ("amount", "ST-AMOUNT")),
        ({"amount": Decimal("1.001")}, ("amount", "ST-PLACES")),
        ({"amount": Decimal("900.01")}, ("amount", "AG-TOO-MUCH")),
        ({"due_on": None}, ("due_on", "AG-DAY")),
        ({"due_on": ON - timedelta(days=1)}, ("due_on", "AG-PAST")),
        ({"due_on": ON + timedelta(days=15)}, ("due_on", "AG-FAR")),
        ({"means": None}, ("means", "AG-MEANS")),
    ],
)
def test_a_promise_that_cannot_be(said: dict[str, Any], fault: tuple[str, str]) -> None:
    assert promise(**said) == [fault]


def test_one_agreement_at_a_time_and_only_where_something_is_owed() -> None:
    for kind in Agreed:
        running = Owing(currency="CNY", overdue=Decimal(1), outstanding=Decimal(600), running=kind)
        assert promise(running) == [("", "AG-OPEN")]
    nothing = Owing(currency="CNY", overdue=Decimal(0), outstanding=Decimal(0))
    assert ("account", "AG-NOTHING") in promise(nothing)


def test_every_fault_is_told_at_once_in_both_languages() -> None:
    faults = checks.promise(None, due_on=None, means=None, owing=OWING, on=ON, policy=policy())
    error = NotAgreedError(faults, place="promise")
    assert set(error.by_field("en")) == {"amount", "due_on", "means"}
    assert error.by_field("zh-hans")["due_on"] == "请选择日期"
    assert "AG-DAY" in str(error)


def test_every_objection_has_both_languages() -> None:
    for rule, (_field, en, zh) in _WORDS.items():
        assert en.isascii(), rule
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh), rule
    told = objection("AG-OPEN", kind=("deferral", "延期"))
    assert ("deferral" in told.told("en"), "延期" in told.told("zh-hans")) == (True, True)


# ---- deferral --------------------------------------------------------------------------------------------------------


def defer(owing: Owing = OWING, *, days: int | None = 5, reason: Any = DeferralReason.ILLNESS, before: int = 0) -> Any:
    until = None if days is None else ON + timedelta(days=days)
    faults = checks.deferral(until, reason=reason, owing=owing, before=before, on=ON, policy=policy())
    return [one.rule for one in faults]


def test_a_deferral() -> None:
    assert defer() == defer(days=1) == defer(days=15) == []
    assert defer(days=0) == ["AG-PAST"]
    assert defer(days=16) == ["AG-FAR"]
    assert defer(days=None, reason=None) == ["AG-DAY", "ST-REASON"]
    assert defer(before=2) == ["AG-PER-YEAR"]
    assert defer(Owing(currency="CNY", overdue=Decimal(0), outstanding=Decimal(5))) == ["AG-NOTHING-LATE"]


# ---- plan ------------------------------------------------------------------------------------------------------------

PLAN: dict[str, Any] = {
    "total": Decimal(600), "count": 3, "interval": Interval.MONTH, "first_on": ON, "first": None,
}  # fmt: skip


def plan(affordable: int | None = None, owing: Owing = OWING, *, again: bool = False, **said: Any) -> list[Any]:
    free = None if affordable is None else Decimal(affordable)
    asked = PlanAsked(**(PLAN | said))
    return checks.plan(asked, owing=owing, affordable=free, on=ON, policy=policy(), again=again)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"count": 1}, "AG-COUNT"),
        ({"count": 13}, "AG-COUNT"),
        ({"count": None}, "AG-COUNT"),
        ({"interval": None}, "AG-INTERVAL"),
        ({"first_on": ON - timedelta(days=1)}, "AG-PAST"),
        ({"first_on": ON + timedelta(days=15)}, "AG-FAR"),
        ({"total": Decimal(901)}, "AG-TOO-MUCH"),
        ({"first": Decimal(29)}, "AG-FIRST-SHARE"),
        ({"first": Decimal(361)}, "AG-FIRST-SHARE"),
        ({"first": checks.NO_SUM}, "AG-FIRST-SHARE"),
        ({"first": Decimal("100.001")}, "AG-FIRST-SHARE"),
        ({"count": 4}, "AG-STATEMENT"),
        ({"total": Decimal("0.02")}, "AG-SMALL"),
    ],
)
def test_a_plan_that_cannot_be(said: dict[str, Any], rule: str) -> None:
    assert [one.rule for one in plan(**said)] == [rule]


def test_three_instalments_need_no_statement_but_one_that_was_told_counts() -> None:
    assert plan() == []
    assert plan(200) == []
    [told] = plan(199)
    assert (told.rule, told.field) == ("AG-AFFORD", "count")
    assert "4 instalments" in told.en, "the shortest plan that can be afforded is proposed"
    assert plan(150, count=4) == []


def test_where_no_plan_can_be_afforded_hardship_comes_first() -> None:
    assert [one.rule for one in plan(49)] == ["AG-HARDSHIP-FIRST"]
    assert [one.rule for one in plan(50)] == ["AG-AFFORD"]
    assert plan(50, count=12) == []


def test_a_plan_that_is_changed_takes_the_place_of_its_own() -> None:
    running = Owing(currency="CNY", overdue=Decimal(1), outstanding=Decimal(600), running=Agreed.PLAN)
    assert [one.rule for one in plan(owing=running)] == ["AG-OPEN"]
    assert plan(owing=running, again=True) == []


@given(st.integers(100, 90000), st.integers(2, 12), st.sampled_from(Interval), st.integers(0, 1000))
def test_what_is_let_through_can_be_afforded(cents: int, count: int, interval: Interval, free: int) -> None:
    total = Decimal(cents).scaleb(-2)
    asked = PlanAsked(total=total, count=count, interval=interval, first_on=ON)
    if checks.plan(asked, owing=OWING, affordable=Decimal(free), on=ON, policy=policy()):
        return
    steps = checks.drawn(asked, currency="CNY")
    assert all(step.amount * A_MONTH[interval] <= free for step in steps[1:])
    assert sum(step.amount for step in steps) == total


# ---- hardship --------------------------------------------------------------------------------------------------------


def budget(comes_in: int, goes_out: int) -> Budget:
    return Budget(
        income={"salary": Decimal(comes_in)}, expenses={"food": Decimal(goes_out)}, dependants=0, currency="CNY"
    )


@pytest.mark.parametrize(
    ("comes_in", "goes_out", "owed", "band"),
    [
        (1000, 1001, 50, Band.NEGATIVE),
        (1000, 1000, 50, Band.NOTHING),
        (1000, 950, 10, Band.NOTHING),
        (1000, 949, 51, Band.ENOUGH),
        (1000, 900, 101, Band.SOME),
        (0, 0, 0, Band.NOTHING),
    ],
)
def test_the_band_of_a_month(comes_in: int, goes_out: int, owed: int, band: Band) -> None:
    assert rules.band(budget(comes_in, goes_out), owed=Decimal(owed), nothing_share=Decimal("0.05")) is band


def test_what_can_be_afforded_leaves_a_buffer() -> None:
    assert budget(1000, 900).affordable(buffer_share=Decimal("0.15")) == Decimal("85.00")
    assert budget(900, 1000).affordable(buffer_share=Decimal("0.15")) == 0


def test_every_application_is_decided_and_who_has_nothing_left_is_never_asked_to_pay() -> None:
    for band, cause, duration in product(Band, Cause, Duration):
        decided = rules.decide(policy().hardship.table, band=band, cause=cause, duration=duration)
        assert decided.rule.startswith("HS-")
        if band in (Band.NEGATIVE, Band.NOTHING):
            assert decided.rests
        if decided.relief is Relief.NONE:
            assert band is Band.ENOUGH


# ---- the file --------------------------------------------------------------------------------------------------------


def changed(tmp_path: Path, **change: Any) -> Path:
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for place, value in change.items():
        chapter, _, name = place.partition("__")
        told[chapter][name] = value
    file = tmp_path / "agreements.yaml"
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    return file


def test_the_file_of_the_house_is_sound(tmp_path: Path) -> None:
    assert load(changed(tmp_path)) == load()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"plan__count": 13}, "above the most"),
        ({"promise__tolerance_days": -1}, "greater than or equal to 0"),
        ({"plan__intervals": ["week"]}, "Input should be"),
        (
            {"hardship__table": [{"id": "A", "band": ["enough"], "relief": "none"}]},
            "no line of the hardship table fits",
        ),
        ({"hardship__table": [{"id": "A", "relief": "rest"}] * 2}, "the same id"),
        ({"deferral__more": 1}, "Extra inputs"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(DunwellError, match=words) as error:
        load(changed(tmp_path, **change))
    assert "agreements.yaml" in error.value.place
