"""Overlaps: rules that contradict each other on some row, as the hit policy understands it."""

from __future__ import annotations

from dataclasses import replace

import checked_tables as build
import pytest
from checked_tables import D, column, table, told

from dunwell.engine.model import Constant, DecisionTable, OutputClause

DAYS = column("days", "number", "[0..365]")
KIND = column("kind", "string", '"private", "company"')
LATE = [["< 60", '"call"'], [">= 30", '"visit"']]


def test_two_rules_of_a_unique_table_that_meet() -> None:
    decision = table("UNIQUE", [DAYS], LATE)
    (overlap,) = build.found(decision)
    assert (overlap.severity, overlap.kind) == ("error", "overlap")
    assert (overlap.rules, overlap.places) == (("r1", "r2"), (1, 2))
    assert overlap.words.en == "Rows 1 and 2 can both match and contradict each other: days: [30..60)."
    assert overlap.words.zh == "第1行与第2行可能同时命中而互相矛盾：days：[30..60)。"
    assert build.judged(decision, overlap.example).rules == ("r1", "r2")


def test_under_unique_it_does_not_help_that_both_give_the_same() -> None:
    assert told(build.found(table("UNIQUE", [DAYS], [["< 60", '"a"'], [">= 30", '"a"']]))) == [
        ("error", "overlap", (1, 2))
    ]


def test_under_any_the_same_answer_is_no_contradiction() -> None:
    rows = [["< 60", '"a"'], [">= 30", '"a"'], [">= 50", '"b"']]
    assert told(build.found(table("ANY", [DAYS], rows))) == [("error", "overlap", (1, 3)), ("error", "overlap", (2, 3))]


@pytest.mark.parametrize("policy", ["FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_where_the_policy_chooses_or_lists_overlaps_are_meant(policy: str) -> None:
    assert build.found(table(policy, [DAYS], LATE, values='"call", "visit"'), kind="overlap") == []  # type: ignore[arg-type]


def test_under_priority_the_better_value_decides() -> None:
    assert build.found(table("PRIORITY", [DAYS], LATE, values='"visit", "call"')) == []


def two_outputs(first: tuple[str, str], second: tuple[str, str]) -> list[tuple[str, str, tuple[int, ...]]]:
    """This function will check a PRIORITY table whose first output alone has a rank."""
    decision = table("PRIORITY", [DAYS], [["< 60", f'"{first[0]}"'], [">= 30", f'"{second[0]}"']], values='"a", "b"')
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    rules = tuple(
        replace(rule, outputs=(*rule.outputs, Constant(note)))
        for rule, note in zip(logic.rules, (first[1], second[1]), strict=True)
    )
    outputs = (*logic.outputs, OutputClause("note", "string", Constant(None), ()))
    return told(build.found(replace(decision, logic=replace(logic, rules=rules, outputs=outputs)), kind="overlap"))


def test_under_priority_rules_of_one_rank_contradict_each_other_by_their_other_outputs() -> None:
    assert two_outputs(("a", "x"), ("a", "y")) == [("error", "overlap", (1, 2))]
    assert two_outputs(("a", "x"), ("a", "x")) == []
    assert two_outputs(("a", "x"), ("b", "y")) == []


def test_rules_that_only_touch_do_not_meet() -> None:
    assert build.found(table("UNIQUE", [DAYS], [["[0..30)", '"a"'], ["[30..365]", '"b"']])) == []
    (touch,) = build.found(table("UNIQUE", [DAYS], [["[0..30]", '"a"'], ["[30..365]", '"b"']]))
    assert touch.example == {"days": D(30)}


def test_rules_apart_in_one_column_do_not_meet_whatever_the_others_say() -> None:
    rows = [["-", '"private"', '"a"'], ["-", '"company"', '"b"']]
    assert build.found(table("UNIQUE", [DAYS, KIND], rows), kind="overlap") == []


def test_meeting_only_in_a_null_that_nobody_declared_is_a_warning() -> None:
    rows = [["not(30)", '"a"'], ["30, null", '"b"']]
    found = build.found(table("UNIQUE", [column("days", "number")], rows))
    assert told(found) == [("warning", "overlap", (1, 2))]
    assert found[0].example == {"days": None}


def test_inputs_from_the_same_facts_may_never_meet_so() -> None:
    grade = table("FIRST", [DAYS], [["< 90", '"early"'], ["-", '"late"']], name="grade")
    rows = [['"early"', "-", '"a"'], ["-", "> 90", '"b"'], ['"late"', "<= 90", '"c"']]
    found = build.found(grade, table("UNIQUE", [column("grade", "string"), DAYS], rows))
    assert told(found) == [("warning", "overlap", (1, 2))]
    assert "come from the same facts" in found[0].words.en


def test_no_more_than_so_many_are_told_and_that_is_said() -> None:
    found = build.found(table("UNIQUE", [DAYS], [["-", '"a"']] * 12))
    assert [one.kind for one in found] == ["overlap"] * 60 + ["untested", "incomplete"]
