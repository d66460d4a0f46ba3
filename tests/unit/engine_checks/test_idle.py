"""Rules that never answer, and who takes their cases."""

from __future__ import annotations

import checked_tables as build
import pytest
from checked_tables import D, column, table, told

from dunwell.engine.model import Name

DAYS = column("days", "number", "[0..365]")
KIND = column("kind", "string", '"private", "company"')


@pytest.mark.parametrize(
    ("clause", "cell"),
    [
        (DAYS, "> 365"),
        (DAYS, "(30..30)"),
        (DAYS, "null"),
        (column("on", "date"), "(2026-03-01..2026-03-02)"),
        (column("name", "string"), '< ""'),
        (column("at", "time"), "< 00:00:00"),
        (column("flag", "boolean", "true, false"), "not(true, false)"),
    ],
)
def test_a_cell_that_nothing_fits(clause: build.InputClause, cell: str) -> None:
    (never,) = build.found(table("FIRST", [clause], [[cell, '"a"'], ["-", '"b"']]), kind="impossible")
    assert (never.severity, never.rules, never.places) == ("error", ("r1",), (1,))
    assert f"«{cell}»" in never.words.en
    assert set(never.example) == {clause.label}


def test_a_cell_that_is_nearly_empty_is_not_empty() -> None:
    rows = [["(1..2)", '"a"'], ["-", '"b"']]
    assert build.found(table("FIRST", [column("n", "number")], rows)) == []


def test_cells_of_two_columns_that_contradict_each_other() -> None:
    twice = [DAYS, column("again", "number", expression=Name("days", "number"))]
    (never,) = build.found(table("FIRST", twice, [["< 30", "> 60", '"a"'], ["-", "-", '"b"']]), kind="impossible")
    assert never.words.en == "Row 1 can never match: its cells on days contradict each other."
    assert not build.matching(build.table("FIRST", twice[:1], [["< 30, > 60", '"a"']]), {"days": D(40)})


def test_a_value_that_the_decision_before_cannot_give() -> None:
    grade = table("FIRST", [DAYS], [["< 90", '"early"'], ["-", '"late"']], name="grade")
    rows = [['"early"', '"a"'], ['"lost"', '"b"'], ["-", '"c"']]
    found = build.found(grade, table("FIRST", [column("grade", "string")], rows))
    assert told(found) == [("error", "impossible", (2,)), ("warning", "outside", (2,))]
    assert 'grade: "early", "late"' in found[0].words.en


def test_a_rule_taken_by_one_before_it_names_that_one() -> None:
    decision = table("FIRST", [DAYS], [["< 10", '"a"'], ["< 90", '"b"'], ["[30..60]", '"c"'], ["-", '"d"']])
    (taken,) = build.found(decision)
    assert (taken.severity, taken.kind, taken.rules, taken.places) == ("error", "subsumed", ("r3", "r2"), (3, 2))
    assert taken.words.en == "Row 3 never answers: row 2 takes all its cases."
    assert build.judged(decision, taken.example).rules == ("r2",)


def test_a_rule_taken_by_several_together_names_all_that_are_needed() -> None:
    rows = [["> 300", '"x"'], ["< 40", '"a"'], [">= 40", '"b"'], ["[30..60]", '"c"'], ["-", '"d"']]
    found = build.found(table("FIRST", [DAYS], rows))
    assert [(one.kind, set(one.places[1:])) for one in found] == [("masked", {2, 3}), ("masked", {2, 3})]
    assert found[0].words.en == "Row 4 never answers: rows 2 and 3 take all its cases together."
    assert found[0].words.zh == "第4行永远不会生效：其全部情形已由第2、3行共同先行命中。"


def test_the_first_of_the_takers_is_the_one_that_takes_the_example() -> None:
    decision = table("FIRST", [DAYS], [["< 40", '"a"'], [">= 40", '"b"'], ["[30..60]", '"c"']])
    (taken,) = build.found(decision)
    assert build.matching(decision, taken.example)[0] == taken.places[1]


def test_whose_answer_nobody_misses_is_a_warning() -> None:
    (taken,) = build.found(table("FIRST", [DAYS], [["< 90", '"a"'], ["< 30", '"a"'], ["-", '"b"']]))
    assert (taken.severity, taken.words.en) == (
        "warning", "Row 2 never answers: row 1 takes all its cases, with the same answer."
    )  # fmt: skip


def test_a_rule_with_one_case_of_its_own_is_alive() -> None:
    assert build.found(table("FIRST", [DAYS], [["< 30", '"a"'], ["> 30", '"b"'], ["[20..40]", '"c"']])) == []


def test_under_priority_the_better_ranks_take_wherever_they_stand() -> None:
    rows = [["[30..60]", '"low"'], ["< 90", '"high"'], ["-", '"low"']]
    found = build.found(table("PRIORITY", [DAYS], rows, values='"high", "low"'))
    assert told(found) == [("error", "subsumed", (1, 2))]


def test_under_priority_a_repeated_answer_is_a_warning() -> None:
    rows = [["-", '"low"'], ["< 90", '"low"'], ["< 10", '"high"']]
    found = build.found(table("PRIORITY", [DAYS], rows, values='"high", "low"'))
    assert told(found) == [("warning", "subsumed", (2, 1))]


@pytest.mark.parametrize("policy", ["ANY", "COLLECT", "RULE ORDER"])
def test_elsewhere_the_same_answer_again_is_a_duplicate(policy: str) -> None:
    rows = [["-", '"a"'], ["< 30", '"a"']]
    (again,) = build.found(table(policy, [DAYS], rows))  # type: ignore[arg-type]
    assert (again.severity, again.kind, again.places) == ("warning", "duplicate", (2, 1))
    assert again.words.en == "Row 2 only repeats row 1: the same answer wherever it matches."


def test_elsewhere_another_answer_is_no_duplicate() -> None:
    assert build.found(table("COLLECT", [DAYS], [["-", '"a"'], ["< 30", '"b"']])) == []


def test_a_rule_that_can_never_match_takes_nothing() -> None:
    found = build.found(table("FIRST", [DAYS], [["> 400", '"a"'], ["> 500", '"b"'], ["-", '"c"']]), kind="impossible")
    assert [one.places for one in found] == [(1,), (2,)]
