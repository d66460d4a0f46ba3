"""Gaps: what no rule covers, with a row that shows it, and only where the table has to answer."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import checked_tables as build
import pytest
from checked_tables import D, column, table, told

from dunwell.engine.model import Binary, Constant, Months, Name, Value

DAYS = column("days", "number", "[0..365]")
KIND = column("kind", "string", '"private", "company"')


def test_a_hole_between_two_ranges_is_told_with_a_row_in_it() -> None:
    (gap,) = build.found(table("UNIQUE", [DAYS], [["< 30", '"a"'], ["> 30", '"b"']]))
    assert (gap.severity, gap.kind, gap.decision, gap.rules, gap.places) == ("error", "gap", "T", (), ())
    assert gap.example == {"days": D(30)}
    assert gap.words.en == "No rule covers days: 30."
    assert gap.words.zh == "没有规则覆盖 days：30。"


def test_only_the_columns_that_matter_are_named_but_the_row_has_all() -> None:
    rows = [["< 100", "-", "-", '"a"'], [">= 100", '"private"', "-", '"b"']]
    (gap,) = build.found(table("FIRST", [DAYS, KIND, column("flag", "boolean", "true, false")], rows), kind="gap")
    assert gap.words.en == 'No rule covers days: [100..365]; kind: "company".'
    assert set(gap.example) == {"days", "kind", "flag"}
    assert gap.example["kind"] == "company"


def test_several_holes_are_told_one_by_one() -> None:
    rows = [["[10..20)", '"a"'], ["(30..40]", '"b"']]
    gaps = build.found(table("UNIQUE", [DAYS], rows), kind="gap")
    assert [gap.words.en for gap in gaps] == [
        "No rule covers days: [0..10), [20..30], (40..365].",
    ]


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "PRIORITY", "FIRST"])
def test_a_table_that_must_answer_has_an_error(policy: str) -> None:
    gaps = build.found(table(policy, [DAYS], [["< 30", '"a"']], values='"a"'), kind="gap")  # type: ignore[arg-type]
    assert [gap.severity for gap in gaps] == ["error"]


@pytest.mark.parametrize("policy", ["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_a_table_that_gives_a_list_has_one_note(policy: str) -> None:
    rows = [["[10..20)", '"private"', '"a"'], ["[30..40)", '"company"', '"a"']]
    gaps = build.found(table(policy, [DAYS, KIND], rows, values='"a"'), kind="gap")  # type: ignore[arg-type]
    assert [gap.severity for gap in gaps] == ["note"]


def test_an_aggregate_of_nothing_is_a_note_and_a_count_of_nothing_is_none() -> None:
    assert told(build.found(table("COLLECT", [DAYS], [["< 30", "1"]], aggregation="SUM"))) == [("note", "gap", ())]
    assert build.found(table("COLLECT", [DAYS], [["< 30", "1"]], aggregation="COUNT")) == []


def test_a_default_answers_everything() -> None:
    assert build.found(table("UNIQUE", [DAYS], [["< 30", '"a"']], default='"b"')) == []


def test_a_null_that_is_declared_is_an_error() -> None:
    days = column("days", "number", "[0..365], null")
    (gap,) = build.found(table("UNIQUE", [days], [["< 30", '"a"'], [">= 30", '"b"']]))
    assert (gap.severity, gap.example) == ("error", {"days": None})


def test_a_null_that_nobody_declared_is_a_warning() -> None:
    days = column("days", "number")
    (gap,) = build.found(table("UNIQUE", [days], [["< 30", '"a"'], [">= 30", '"b"']]))
    assert (gap.severity, gap.example) == ("warning", {"days": None})
    assert gap.words.en == "No rule covers days: null (if days can be null, which nobody has ruled out)."


def test_gaps_of_values_come_before_gaps_of_nulls() -> None:
    gaps = build.found(table("UNIQUE", [column("days", "number"), KIND], [["< 30", "-", '"a"'], ["> 30", "-", '"b"']]))
    assert [(gap.severity, gap.kind) for gap in gaps] == [("error", "gap"), ("note", "untested")]
    assert gaps[0].words.en == "No rule covers days: 30, null."


@pytest.mark.parametrize(
    ("kind", "covered", "example"),
    [
        ("date", ["<= 2026-03-01", ">= 2026-03-03"], date(2026, 3, 2)),
        ("time", ["<= 08:00:00", ">= 20:00:00"], time(9)),
        ("date_time", ["<= 2026-03-01T08:00:00", ">= 2026-03-03T08:00:00"], datetime(2026, 3, 2)),  # noqa: DTZ001 - local
        ("days_duration", ["<= P1D", ">= P3D"], timedelta(days=2)),
        ("months_duration", ["<= P1M", ">= P3M"], Months(2)),
        ("number", ["<= 1", ">= 2"], D("1.5")),
        ("number", ["< 1", "> 2"], D(1)),
        ("string", ['<= "A"', '>= "B"'], "A0"),
    ],
)
def test_every_ordered_type_is_swept(kind: str, covered: list[str], example: Value) -> None:
    clause = column("x", kind, f"{covered[0]}, {covered[1]}, != null")  # type: ignore[arg-type]
    gaps = build.found(table("UNIQUE", [clause], [[cell, '"a"'] for cell in covered]))
    assert [gap.example for gap in gaps] == [{"x": example}]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("date", ["<= 2026-03-01", ">= 2026-03-02"]),
        ("months_duration", ["<= P1M", ">= P2M"]),
        ("boolean", ["true", "false"]),
        ("time", ["[00:00:00..12:00:00]", "> 12:00:00"]),
    ],
)
def test_nothing_lies_between_neighbours(kind: str, rows: list[str]) -> None:
    clause = column("x", kind)  # type: ignore[arg-type]
    gaps = build.found(table("UNIQUE", [clause], [[cell, '"a"'] for cell in [*rows, "null"]]))
    assert gaps == []


def test_any_other_text_is_a_value_too() -> None:
    (gap,) = build.found(table("UNIQUE", [column("kind", "string")], [['"a", "b"', '"x"'], ["null", '"y"']]))
    assert gap.example == {"kind": "other"}
    assert (gap.words.en, gap.words.zh) == ("No rule covers kind: any other text.", "没有规则覆盖 kind：其他文本。")


def test_columns_with_the_same_expression_are_one() -> None:
    rows = [["< 30", "-", '"a"'], ["-", ">= 30", '"b"']]
    twice = [column("days", "number", "[0..365]"), column("again", "number", "[0..365]", Name("days", "number"))]
    assert build.found(table("UNIQUE", twice, rows)) == []
    (gap,) = build.found(table("UNIQUE", twice, [["< 30", "-", '"a"'], ["-", "> 30", '"b"']]))
    assert gap.example == {"days": D(30), "again": D(30)}


def test_a_computed_column_may_not_reach_the_gap() -> None:
    total = Binary("*", Name("days", "number"), Constant(D(2)))
    clause = column("days * 2", "number", expression=total)
    gaps = build.found(table("UNIQUE", [clause], [["< 30", '"a"'], ["> 30", '"b"']]))
    assert [(gap.severity, gap.example) for gap in gaps] == [("warning", {"days * 2": D(30)})]
    assert gaps[0].words.en.endswith("(if days * 2 can be so).")


def test_a_declared_domain_is_taken_at_its_word() -> None:
    total = Binary("*", Name("days", "number"), Constant(D(2)))
    clause = column("days * 2", "number", ">= 0", total)
    gaps = build.found(table("UNIQUE", [clause], [["< 30", '"a"'], ["> 30", '"b"']]))
    assert [gap.severity for gap in gaps] == ["error"]


def test_no_more_than_so_many_gaps_are_told_and_that_is_said() -> None:
    rows = [[f"{day}", f"{day}", '"a"'] for day in range(20)]
    found = build.found(table("UNIQUE", [DAYS, column("more", "number", "[0..365]")], rows))
    assert [one.kind for one in found] == ["gap"] * 12 + ["incomplete"]
    assert found[-1].severity == "note"


def test_a_table_without_columns_always_matches() -> None:
    assert build.found(table("UNIQUE", [], [['"a"']])) == []
