"""cases.csv: how its cells are read, and that a wrong expectation fails on both engines with its trace."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from engine_models import definitions, formula, table

from dunwell.engine import cases
from dunwell.engine.model import Months, Type, Value
from dunwell.facts.errors import DunwellError

IN = {"n": "number", "s": "string"}
GRADE = table("grade", rules=[["> 90", "-", '"M3"'], ["[31..90]", "-", '"M1"'], ["-", '"x"', '"M0"']], inputs=IN)
LISTED = table(
    "listed", rules=[["> 1", '"a"'], ["> 0", '"b"'], ["> 0", '"b"']], inputs={"n": "number"}, policy="COLLECT"
)
IN_ORDER = LISTED.replace("listed", "ordered").replace("COLLECT", "RULE ORDER")
HALF = formula("half", "n / 3", needs=["n"])
WHOLE = definitions(GRADE, LISTED, IN_ORDER, HALF, inputs=IN)
MOMENT = datetime.fromisoformat("2026-01-31T09:30:00")
HEADING = "name,n,s,expect.grade"


def ran(folder: Path, *lines: str, model: str = WHOLE) -> cases.Report:
    strategy = folder / "case.dmn"
    strategy.write_text(model, encoding="utf-8")
    file = folder / "cases.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return cases.run(strategy, file)


# Cells


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("", "number", None), (" ", "string", None), ('""', "string", ""), ("M1", "string", "M1"),
        ("1-3", "string", "1-3"), ("5000.01", "number", Decimal("5000.01")), ("-2", "number", Decimal(-2)),
        ("true", "boolean", True), ("FALSE", "boolean", False), ("2026-01-31", "date", date(2026, 1, 31)),
        ("09:30:00", "time", time(9, 30)), ("2026-01-31T09:30:00", "date_time", MOMENT),
        ("P3DT4H", "days_duration", timedelta(days=3, hours=4)), ("P1Y2M", "months_duration", Months(14)),
        ("0.25", "ratio", Decimal("0.25")),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_its_type(text: str, kind: Type, expected: Value) -> None:
    assert cases.value(text, kind, place="here") == expected
    assert cases.value(cases.show(expected), kind, place="here") == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("many", "number"), ("NaN", "number"), ("Infinity", "ratio"), ("0.0000000001", "number"), ("1e20", "number"),
        ("yes", "boolean"), ("2026-02-30", "date"), ("31.1.2026", "date"), ("25:00:00", "time"),
        ("3 days", "days_duration"),
    ],
)  # fmt: skip
def test_a_cell_of_another_type_is_refused(text: str, kind: Type) -> None:
    with pytest.raises(DunwellError, match=f"here: «.*» is no {kind} -> write it like"):
        cases.value(text, kind, place="here")


# What comes of them


def test_cases_that_come_true(tmp_path: Path) -> None:
    report = ran(tmp_path, HEADING, "late,91,,M3", "early,1,x,M0", "nothing fits,1,,", "not asked,1,,*")
    assert (len(report.cases), report.failures, report.failed) == (4, (), 0)
    assert [case.name for case in report.cases] == ["late", "early", "nothing fits", "not asked"]


def test_a_case_that_fails_does_so_on_both_engines_with_its_trace(tmp_path: Path) -> None:
    report = ran(tmp_path, HEADING, "fine,91,,M3", "wrong,40,,M0")
    assert report.failed == 1
    assert [(one.engine, one.decision, one.expected, one.found) for one in report.failures] == [
        ("single", "grade", "M0", "M1"),
        ("bulk", "grade", "M0", "M1"),
    ]
    first = report.failures[0]
    assert (first.case.line, first.case.name) == (3, "wrong")
    assert [(trial.rule, trial.column) for trial in first.trace[:2]] == [("r1", "n"), ("r2", None)]


def test_rules_that_no_case_reaches_are_named(tmp_path: Path) -> None:
    report = ran(tmp_path, HEADING, "late,91,,M3")
    assert report.unreached["grade"] == ("r2", "r3")
    assert "listed" not in report.unreached


def test_collected_answers_come_in_any_order_and_others_in_theirs(tmp_path: Path) -> None:
    heading = "name,n,s,expect.listed,expect.ordered"
    assert ran(tmp_path, heading, "both,2,,b;a,a;b;b", "one,1,,b,b;b", "none,0,,,").failures == ()
    wrong = ran(tmp_path, heading, "both,2,,b;a,b;b;a").failures
    assert [(one.engine, one.output, one.found) for one in wrong] == [
        ("single", "ordered", "a;b;b"),
        ("bulk", "ordered", "a;b;b"),
    ]


def test_what_a_division_gave_agrees_in_the_places_that_are_written(tmp_path: Path) -> None:
    heading = "name,n,s,expect.half"
    assert ran(tmp_path, heading, "rounded,1,,0.33", "longer,1,,0.333333", "unknown,,,").failures == ()
    assert ran(tmp_path, heading, "wrong,1,,0.34").failed == 1


def test_an_output_may_be_named_with_its_decision(tmp_path: Path) -> None:
    assert ran(tmp_path, "name,n,s,expect.grade.grade", "late,91,,M3").failures == ()


def test_values_of_time_come_through_both_engines(tmp_path: Path) -> None:
    parts = [
        formula("twice", "d + d", needs=["d"]),
        formula("day", "date(w)", needs=["w"]),
        formula("same", "t", needs=["t"]),
    ]
    model = definitions(*parts, inputs={"t": "time", "d": "dayTimeDuration", "w": "dateTime"})
    line = "x,09:30:00,P1DT2H,2026-01-31T08:00:00,P2DT4H,2026-01-31,09:30:00"
    assert ran(tmp_path, "name,t,d,w,expect.twice,expect.day,expect.same", line, model=model).failures == ()


# Files that are refused


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["name,n,expect.grade", "x,1,M0"], "there is no column 's'"),
        ([f"{HEADING},colour", "x,1,,M0,red"], "the column 'colour' is neither"),
        ([f"{HEADING},expect.colour", "x,1,,M0,red"], "the column 'expect.colour' is neither"),
        (["name,n,n,s", "x,1,1,"], "two columns are called 'n'"),
        ([HEADING, "x,1"], "line 2: it has another number of cells"),
        ([HEADING, "x,1,,M0,more"], "line 2: it has another number of cells"),
        ([HEADING, "x,late,,M0"], "line 2, column 'n': «late» is no number"),
        (["name,n,s,expect.half", "x,1,,much"], "case 'x' (line 2), expected half: «much» is no ratio"),
    ],
)
def test_a_file_that_means_nothing_is_refused(lines: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(DunwellError) as error:
        ran(tmp_path, *lines)
    assert words in str(error.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    ran(tmp_path, HEADING)
    (tmp_path / "cases.csv").write_bytes(b"name,n\n\xff,1\n")
    with pytest.raises(DunwellError, match="save it as CSV in UTF-8"):
        cases.run(tmp_path / "case.dmn", tmp_path / "cases.csv")


# Where they stand


def test_cases_are_found_beside_the_only_strategy_or_under_its_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.dmn", tmp_path / "b.dmn"
    first.touch()
    assert cases.beside(first) is None
    (tmp_path / "cases.csv").touch()
    assert cases.beside(first) == tmp_path / "cases.csv"
    second.touch()
    assert cases.beside(first) is None
    (tmp_path / "a.cases.csv").touch()
    assert cases.beside(first) == tmp_path / "a.cases.csv"
