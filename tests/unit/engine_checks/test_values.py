"""Values beside the rules: outside the domain, never produced, never tested; and what one table tells the next."""

from __future__ import annotations

from dataclasses import replace

import checked_tables as build
import pytest
from checked_tables import D, cell_test, column, formula, table, told

from dunwell.engine.model import AnyOf, Constant, Decision, DecisionTable, If, InputData, Name

DAYS = column("days", "number", "[0..365]")
FLAG = Name("flag", "boolean")


@pytest.mark.parametrize(
    ("domain", "cell", "told_as"),
    [
        ("[0..365]", "[300..400]", "400"),
        ("[0..365]", "not(500)", "500"),
        ("[0..365]", "> -5", "-5"),
        ("[0..365]", "5, 900", "900"),
        ("(0..365]", "> 0", ""),
        ("[0..365]", "<= 365", ""),
        ("1, 2, 3", "> 2.5", ""),
        ("1, 2, 3", "!= 4", "4"),
        ("[0..365]", "not(null)", "null"),
        ("[0..365], null", "not(null)", ""),
        ("", "> 10000", ""),
    ],
)
def test_constants_that_the_column_cannot_have(domain: str, cell: str, told_as: str) -> None:
    clause = column("days", "number", domain)
    found = build.found(table("FIRST", [clause], [[cell, '"a"'], ["-", '"b"']]), kind="outside")
    assert [(one.severity, one.places) for one in found] == ([("warning", (1,))] if told_as else [])
    assert not told_as or f"Row 1 looks for {told_as}, which" in found[0].words.en


def test_an_output_that_no_rule_gives() -> None:
    decision = table("FIRST", [DAYS], [["< 90", '"a"'], ["-", '"b"']], values='"a", "b", "c"')
    (missing,) = build.found(decision)
    assert (missing.severity, missing.kind, missing.places, missing.example) == ("warning", "unproduced", (), {})
    assert missing.words.en == "No rule can give \"c\", which 'T' allows."


def test_a_rule_that_never_answers_gives_nothing() -> None:
    rows = [["-", '"a"'], ["< 90", '"b"'], ["> 400", '"c"']]
    missing = build.found(table("FIRST", [DAYS], rows, values='"a", "b", "c"'), kind="unproduced")
    assert ['"b", "c"' in one.words.en for one in missing] == [True]


def test_a_default_gives_its_value() -> None:
    decision = table("FIRST", [DAYS], [["< 90", '"a"']], values='"a", "b"', default='"b"')
    assert build.found(decision, kind="unproduced") == []


def test_what_an_expression_gives_is_not_guessed() -> None:
    decision = table("FIRST", [DAYS], [["< 90", "some name"], ["-", '"a"']], values='"a", "b"')
    assert build.found(decision, extra=[InputData("some name", "string")], kind="unproduced") == []


def test_a_column_without_a_test() -> None:
    found = build.found(table("FIRST", [DAYS, column("kind", "string")], [["< 90", "-", '"a"'], ["-", "-", '"b"']]))
    assert told(found) == [("note", "untested", ())]
    assert found[0].words.en == "No rule tests the column kind."


# What one table tells the next

GRADED = [['"early"', '"call"'], ['"late"', '"visit"']]
GRADE = column("grade", "string")


def graded(*rows: list[str], default: str = "null") -> Decision:
    return table("FIRST", [DAYS], rows, name="grade", default=default)


def test_the_values_of_the_table_before_are_all_there_is() -> None:
    assert build.found(graded(["< 90", '"early"'], ["-", '"late"']), table("UNIQUE", [GRADE], GRADED)) == []


def test_a_gap_before_is_a_null_after() -> None:
    found = build.found(graded(["< 90", '"early"'], ["> 90", '"late"']), table("UNIQUE", [GRADE], GRADED))
    assert [(one.severity, one.decision, one.example) for one in found] == [
        ("error", "grade", {"days": D(90)}), ("error", "T", {"grade": None}),
    ]  # fmt: skip


def test_a_gap_that_may_not_be_is_a_null_that_may_not_come() -> None:
    days = column("days", "number")
    before = table("FIRST", [days], [["< 90", '"early"'], [">= 90", '"late"']], name="grade")
    found = build.found(before, table("UNIQUE", [GRADE], GRADED))
    assert [(one.severity, one.decision) for one in found] == [("warning", "grade"), ("warning", "T")]


def test_a_contradiction_before_is_a_null_after() -> None:
    before = table("UNIQUE", [DAYS], [["< 90", '"early"'], [">= 60", '"late"']], name="grade")
    found = build.found(before, table("UNIQUE", [GRADE], GRADED))
    assert [(one.kind, one.decision, one.severity) for one in found] == [
        ("overlap", "grade", "error"), ("gap", "T", "error"),
    ]  # fmt: skip


def test_a_rule_masked_before_gives_nothing_after() -> None:
    before = graded(["-", '"early"'], ["< 90", '"late"'])
    found = build.found(before, table("UNIQUE", [GRADE], GRADED))
    assert told(found) == [("error", "subsumed", (2, 1)), ("error", "impossible", (2,)), ("warning", "outside", (2,))]


def test_what_the_column_declares_goes_before_what_is_known() -> None:
    declared = column("grade", "string", '"early", "late", "lost"')
    found = build.found(graded(["< 90", '"early"'], ["-", '"late"']), table("UNIQUE", [declared], GRADED))
    assert [one.example for one in found] == [{"grade": "lost"}]


def test_a_formula_of_constants_is_known() -> None:
    chosen = formula("grade", If(FLAG, Constant("early"), Constant("late")))
    wanted = [InputData("flag", "boolean")]
    assert build.found(chosen, table("UNIQUE", [GRADE], GRADED), extra=wanted) == []
    found = build.found(chosen, table("UNIQUE", [GRADE], GRADED[:1]), extra=wanted)
    assert [(one.severity, one.example) for one in found] == [("error", {"grade": "late"})]


def test_a_formula_of_names_is_not() -> None:
    chosen = formula("grade", If(FLAG, Constant("early"), Name("other grade", "string")))
    wanted = [InputData("flag", "boolean"), InputData("other grade", "string")]
    found = build.found(chosen, table("UNIQUE", [GRADE], GRADED), extra=wanted)
    assert [one.severity for one in found] == ["warning"]


def test_what_an_input_declares_holds_in_every_table() -> None:
    decision = table("UNIQUE", [column("days", "number")], [["< 30", '"a"'], [">= 30", '"b"']])
    days = cell_test("[0..365]")
    assert isinstance(days, AnyOf)
    assert build.found(decision, extra=[InputData("days", "number", days)]) == []


def test_every_finding_of_a_model_comes_table_by_table_and_the_worst_first() -> None:
    first = table(
        "UNIQUE", [DAYS], [["< 30", '"a"'], ["> 20", '"b"'], ["> 400", '"c"']], name="A", values='"a","b","c","d"'
    )
    second = table("FIRST", [DAYS], [["< 30", '"a"']], name="B")
    found = build.found(first, second)
    assert [(one.decision, one.severity, one.kind) for one in found] == [
        ("A", "error", "overlap"), ("A", "error", "impossible"), ("A", "warning", "outside"),
        ("A", "warning", "unproduced"), ("B", "error", "gap"),
    ]  # fmt: skip
    assert found == build.found(first, second)


def test_outputs_of_several_columns_are_judged_each() -> None:
    decision = table("FIRST", [DAYS], [["< 30", '"a"'], ["-", '"b"']], values='"a", "b"')
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    second = replace(logic.outputs[0], name="U", values=("x", "y"))
    rules = tuple(replace(rule, outputs=(*rule.outputs, Constant("x"))) for rule in logic.rules)
    (missing,) = build.found(replace(decision, logic=replace(logic, outputs=(*logic.outputs, second), rules=rules)))
    assert missing.words.en == "No rule can give \"y\", which 'U' allows."
