"""The judge: its outcomes, its explanations, and the facts it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import engine_models as build
import pytest
from engine_models import formula, table

from dunwell.engine import single
from dunwell.engine.model import InputError, Months
from dunwell.engine.reading.items import BASE
from dunwell.engine.single import Outcome, Trial

D = Decimal
INPUTS = {"dpd": "number", "kind": "string"}
RULES = [["< 30", "-", '"remind"'], [">= 30", '"consumer"', '"call"'], [">= 60", "-", '"visit"']]


def outcome(folder: Path, policy: str, dpd: object, kind: object, default: str = "null") -> Outcome:
    decision = table("T", rules=RULES, inputs=INPUTS, outputs={"": ""}, policy=policy, defaults={"": default})
    if policy == "COLLECT":
        decision = table("T", rules=RULES, inputs=INPUTS, policy=policy)
    model = build.load(folder, decision, inputs=INPUTS)
    return single.decide(model, {"dpd": dpd, "kind": kind})["T"]


def test_first_stops_at_the_first_match_and_says_what_failed_before(tmp_path: Path) -> None:
    assert outcome(tmp_path, "FIRST", 70, "consumer") == Outcome(
        "ok", {"T": "call"}, rules=("r2",), trace=(Trial("r1", "dpd", "< 30", D(70)), Trial("r2"))
    )


def test_the_first_cell_that_fails_is_the_one_that_is_told(tmp_path: Path) -> None:
    assert outcome(tmp_path, "FIRST", 40, "company").trace == (
        Trial("r1", "dpd", "< 30", D(40)),
        Trial("r2", "kind", '"consumer"', "company"),
        Trial("r3", "dpd", ">= 60", D(40)),
    )


@pytest.mark.parametrize(
    ("default", "status", "value"),
    [("null", "no_match", None), ('"wait"', "ok", "wait"), ("kind", "ok", "company")],
)
@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE"])
def test_no_match_gives_the_default_and_no_rule(
    policy: str, default: str, status: str, value: object, tmp_path: Path
) -> None:
    found = outcome(tmp_path, policy, 40, "company", default)
    assert (found.status, found.outputs, found.rules) == (status, {"T": value}, ())


def test_unique_with_one_match_is_ok_after_trying_all(tmp_path: Path) -> None:
    found = outcome(tmp_path, "UNIQUE", 10, None)
    assert (found.status, found.outputs, found.rules, len(found.trace)) == ("ok", {"T": "remind"}, ("r1",), 3)


def test_unique_with_two_matches_is_a_conflict_that_names_both(tmp_path: Path) -> None:
    found = outcome(tmp_path, "UNIQUE", 70, "consumer", '"wait"')
    assert (found.status, found.outputs, found.rules) == ("conflict", {"T": None}, ("r2", "r3"))


def test_collect_gives_a_row_for_each_match_in_the_order_of_rules(tmp_path: Path) -> None:
    found = outcome(tmp_path, "COLLECT", 70, "consumer")
    assert (found.status, found.outputs, found.rules) == ("ok", {}, ("r2", "r3"))
    assert found.rows == ({"T": "call"}, {"T": "visit"})


def test_collect_without_a_match_gives_no_row(tmp_path: Path) -> None:
    found = outcome(tmp_path, "COLLECT", None, None)
    assert (found.status, found.rows, found.rules) == ("no_match", (), ())


def test_later_decisions_see_earlier_ones(tmp_path: Path) -> None:
    first = table("T", rules=[["-", "1"]], inputs={"dpd": "number"}, outputs={"": "number"})
    model = build.load(tmp_path, first, formula("twice", "T * 2", after=["T"]), inputs={"dpd": "number"})
    assert single.decide(model, {"dpd": None})["twice"] == Outcome("ok", {"twice": D(2)})


@pytest.mark.parametrize(
    ("dpd", "upstream", "answer"),
    [(10, "ok", "one"), (45, "no_match", "nothing"), (70, "conflict", "nothing"), (None, "no_match", "nothing")],
)
def test_no_match_and_conflict_reach_later_decisions_as_null(
    dpd: object, upstream: str, answer: str, tmp_path: Path
) -> None:
    rules = [["< 30", "1"], ["> 60", "2"], ["> 65", "3"]]
    first = table("T", rules=rules, inputs={"dpd": "number"}, outputs={"": "number"}, policy="UNIQUE")
    later = [["1", '"one"'], ["null", '"nothing"']]
    second = table("U", rules=later, inputs={"T": "number"}, needs=[], after=["T"])
    found = single.decide(build.load(tmp_path, first, second, inputs={"dpd": "number"}), {"dpd": dpd})
    assert (found["T"].status, found["U"].outputs) == (upstream, {"U": answer})


def test_the_trace_can_be_told_in_words(tmp_path: Path) -> None:
    told = [
        f"{trial.rule}: {trial.column} is {trial.found}, not {trial.test}" if trial.column else f"{trial.rule}: matched"
        for trial in outcome(tmp_path, "UNIQUE", 40, "consumer").trace
    ]
    assert told == ["r1: dpd is 40, not < 30", "r2: matched", "r3: dpd is 40, not >= 60"]


def test_outcomes_do_not_share_what_can_be_changed(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": "string"})
    first, second = single.decide(model, {"x": "a"})["f"], single.decide(model, {"x": "a"})["f"]
    first.outputs["f"] = "changed"
    assert second.outputs == {"f": "a"}


def test_sums_and_products_are_exact_beyond_the_default_precision(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x * x + 0.000000001", needs=["x"]), inputs={"x": "number"})
    x = D("123456789012345678.123")
    got = single.decide(model, {"x": x})["f"].outputs["f"]
    assert isinstance(got, Decimal)
    assert Fraction(got) == Fraction(x) ** 2 + Fraction(1, 10**9)


@pytest.mark.parametrize("score", [0.1, D("0.1")])
def test_a_binary_float_equals_the_decimal_it_is_written_as(score: object, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x = 0.1", needs=["x"]), inputs={"x": "number"})
    assert single.decide(model, {"x": score})["f"].outputs == {"f": True}


def test_a_binary_float_is_not_computed_with(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x + 1", needs=["x"]), inputs={"x": "number"})
    with pytest.raises(InputError, match=r"'x' is computed with, and 0\.1 is a binary float -> give it as Decimal"):
        single.decide(model, {"x": 0.1})


def test_a_binary_float_may_be_divided_and_compared(tmp_path: Path) -> None:
    ratio, later = (
        formula("f", "x / 2", needs=["x"]),
        formula("g", "if x > 0.25 then f * 2 else 0", needs=["x"], after=["f"]),
    )
    model = build.load(tmp_path, ratio, later, inputs={"x": "number"})
    found = single.decide(model, {"x": 0.5})
    assert (found["f"].outputs, found["g"].outputs) == ({"f": 0.25}, {"g": 0.5})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", 1),
        ("number", D("1.5")),
        ("number", 1.5),
        ("string", ""),
        ("boolean", False),
        ("date", build.DAY),
        ("time", time(9)),
        ("date and time", datetime.fromisoformat("2026-03-01T09:00:00")),
        ("days and time duration", timedelta(1)),
        ("years and months duration", Months(1)),
    ],
)
def test_facts_of_the_right_type_are_accepted(kind: str, value: object, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": kind})
    assert single.decide(model, {"x": value})["f"].outputs["f"] == value


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("number", "1", "'1' (str)"),
        ("number", True, "True (bool)"),
        ("number", float("nan"), "nan (float)"),
        ("number", D("NaN"), "Decimal('NaN') (Decimal)"),
        ("string", 1, "1 (int)"),
        ("boolean", 1, "1 (int)"),
        ("boolean", "true", "'true' (str)"),
        ("date", "2026-01-01", "'2026-01-01' (str)"),
        ("date", datetime.fromisoformat("2026-01-01T00:00:00"), "datetime.datetime(2026, 1, 1, 0, 0) (datetime)"),
        ("date and time", build.DAY, "datetime.date(2026, 3, 1) (date)"),
        ("time", "09:00:00", "'09:00:00' (str)"),
        ("days and time duration", 1, "1 (int)"),
        ("years and months duration", timedelta(30), "datetime.timedelta(days=30) (timedelta)"),
        ("days and time duration", Months(1), "Months(count=1) (Months)"),
        ("number", float("inf"), "inf (float)"),
        ("number", D("-Infinity"), "Decimal('-Infinity') (Decimal)"),
    ],
)
def test_facts_of_another_type_are_refused(kind: str, value: object, shown: str, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": kind})
    with pytest.raises(InputError) as refused:
        single.decide(model, {"x": value})
    assert str(refused.value).startswith(f"a model: 'x' is {shown}")
    assert str(refused.value).endswith(f"-> give a {BASE[kind]}, or None")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date and time", datetime(2026, 1, 1, tzinfo=UTC)),
        ("date", datetime(2026, 1, 1, tzinfo=UTC)),
        ("time", time(9, tzinfo=UTC)),
    ],
)
def test_moments_with_a_zone_are_refused(kind: str, value: object, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": kind})
    with pytest.raises(
        InputError, match="with a zone -> bring it into the customer's own time, and leave the zone out"
    ):
        single.decide(model, {"x": value})


def test_missing_facts_are_refused(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": "date"})
    with pytest.raises(InputError) as refused:
        single.decide(model, {"y": date(2026, 1, 1)})
    assert str(refused.value) == "a model: the facts lack 'x' -> add it; None if it is not known"


def test_unknown_decision_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "1"), formula("g", "2"))
    with pytest.raises(InputError) as refused:
        model.decision("h")
    assert str(refused.value) == "a model: no decision is called 'h' -> use one of: f, g"
