"""The runner of the conformance kit: over the given kit nothing fails, and it never says pass wrongly."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from engine_models import definitions, table
from feel_texts import KIT, LOAN, XSI, Untyped, decision, kit, kit_case

from dunwell.engine import conformance
from dunwell.engine.conformance import CaseResult
from dunwell.engine.model import ModelError

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[4] / "shared"))
GIVEN = SHARED / "data" / "dmn-tck"
Engine = Literal["single", "bulk"]
ENGINES: list[Engine] = ["single", "bulk"]
needs_kit = pytest.mark.skipif(not GIVEN.is_dir(), reason=f"the DMN TCK is not at {GIVEN} (set DUNWELL_SHARED)")
N = {"n": "number"}

# The given kit


@pytest.fixture(scope="module", params=ENGINES, name="results")
def given_results(request: pytest.FixtureRequest) -> list[CaseResult]:
    return list(conformance.run(GIVEN, engine=request.param))


def verdicts(results: list[CaseResult], start: str = "") -> Counter[str]:
    return Counter(result.verdict for result in results if result.file.startswith(start))


@needs_kit
def test_nothing_fails(results: list[CaseResult]) -> None:
    assert [result for result in results if result.verdict == "fail"] == []
    assert len(results) > 400


@needs_kit
def test_every_case_of_level_2_passes(results: list[CaseResult]) -> None:
    """Level 3 has the same numbers: a file's name tells which it is."""
    names = {path.name for path in (GIVEN / "compliance-level-2").rglob("*-test-*.xml")}
    outside = [result for result in results if result.file in names and result.verdict != "pass"]
    assert (len(names), outside) == (15, [])


@needs_kit
@pytest.mark.parametrize("name", ["0004-lending", "0017-tableTests", "0020-vacation-days"])
def test_models_of_level_3_pass(name: str, results: list[CaseResult]) -> None:
    found = verdicts(results, name)
    assert set(found) == {"pass"}


@needs_kit
@pytest.mark.parametrize(
    ("name", "share"),
    [("0072-feel-in", 0.8), ("0071-feel-between", 0.9), ("0064-feel-conjunction", 0.45), ("0066-feel-negation", 0.3)],
)
def test_most_of_the_expressions_lie_inside(name: str, share: float, results: list[CaseResult]) -> None:
    found = verdicts(results, name)
    assert found["pass"] >= share * found.total()


@needs_kit
def test_what_lies_outside_says_why(results: list[CaseResult]) -> None:
    assert all(result.reason for result in results if result.verdict == "outside profile")
    assert not any(result.reason for result in results if result.verdict == "pass")


# Kits of our own

TABLE = table("T", rules=[["< 10", '"low"'], [">= 10", '"high"']], inputs=N, policy="UNIQUE")
PAIR = table(
    "P", rules=[["< 10", '"low"', "1"], [">= 10", '"high"', "2"]], inputs=N, outputs={"a": "string", "b": "number"}
)
ORDERED = table("L", rules=[["> 0", '"a"'], ["> 1", '"b"']], inputs=N, policy="RULE ORDER")
LOOSE = table("C", rules=[["> 0", '"a"'], ["> 1", '"b"'], ["> 1", '"a"']], inputs=N, policy="COLLECT")
ROWS = table(
    "R", rules=[["> 0", '"a"', "1"], ["> 1", '"b"', "2"]], inputs=N, outputs={"x": "string", "y": "number"},
    policy="COLLECT",
)  # fmt: skip
THIRD = decision("third", "n / 3", needs=["n"])
FLAG = decision("flag", "n > 5", needs=["n"])
NONE = decision("none", "if n > 5 then null else 1", needs=["n"], type_ref="number")
LONG = decision("long", "n * 0.123456789 * 0.123456789", needs=["n"])
ZERO = decision("zero", "n / 10 + n / 5 - 0.3", needs=["n"])
DAY = decision("day", '@"2024-02-29"')
SPAN = decision("span", '@"P1DT2H"')
MODEL = definitions(TABLE, PAIR, ORDERED, LOOSE, ROWS, THIRD, FLAG, NONE, LONG, ZERO, DAY, SPAN, inputs=N)


def run(folder: Path, engine: Engine, *cases: str, model: str = MODEL) -> list[CaseResult]:
    return list(conformance.run(kit(folder, model, *cases), engine=engine))


RIGHT: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "value": ({"n": 5}, {"T": "low"}),
    "two values": ({"n": 15}, {"T": "high", "flag": True}),
    "structure": ({"n": 15}, {"P": {"a": "high", "b": 2}}),
    "structure in another order": ({"n": 15}, {"P": {"b": Untyped("2.0"), "a": Untyped("high")}}),
    "list": ({"n": 2}, {"L": ["a", "b"]}),
    "list in any order": ({"n": 2}, {"C": ["a", "a", "b"]}),
    "list of structures": ({"n": 2}, {"R": [{"x": "b", "y": 2}, {"x": "a", "y": 1}]}),
    "no rows": ({"n": 0}, {"L": []}),
    "no rows as null": ({"n": 0}, {"L": None}),
    "null": ({"n": 9}, {"none": None}),
    "nothing given": ({}, {"flag": None}),
    "given as null": ({"n": None}, {"T": None}),
    "ratio within the tolerance": ({"n": 1}, {"third": Untyped("0.33333333333")}),
    "number with zeros": ({"n": 1}, {"none": Untyped("1.000")}),
    "exact number cut short": ({"n": 1}, {"long": Untyped("0.0152415788")}),
    "nearly nothing": ({"n": 1}, {"zero": 0}),
    "day": ({}, {"day": Untyped("2024-02-29")}),
    "duration written otherwise": ({}, {"span": Untyped("PT26H")}),
}
WRONG: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "value": ({"n": 5}, {"T": "high"}),
    "one of two values": ({"n": 15}, {"T": "high", "flag": False}),
    "text instead of null": ({"n": None}, {"T": "low"}),
    "null instead of text": ({"n": 5}, {"T": None}),
    "empty text instead of null": ({"n": None}, {"T": ""}),
    "number as text": ({"n": 1}, {"none": "1"}),
    "text as number": ({"n": 1}, {"none": Untyped("one")}),
    "number": ({"n": 1}, {"none": 2}),
    "number instead of null": ({"n": 9}, {"none": 1}),
    "boolean": ({"n": 9}, {"flag": Untyped("yes")}),
    "false instead of null": ({}, {"flag": False}),
    "ratio beyond the tolerance": ({"n": 1}, {"third": Untyped("0.3333333")}),
    "structure's value": ({"n": 15}, {"P": {"a": "high", "b": 1}}),
    "structure lacks a component": ({"n": 15}, {"P": {"a": "high"}}),
    "structure has one too many": ({"n": 15}, {"P": {"a": "high", "b": 2, "c": None}}),
    "value instead of structure": ({"n": 15}, {"P": "high"}),
    "structure instead of value": ({"n": 15}, {"T": {"a": "high"}}),
    "null instead of structure": ({"n": 15}, {"P": None}),
    "list order": ({"n": 2}, {"L": ["b", "a"]}),
    "list too short": ({"n": 2}, {"L": ["a"]}),
    "list too long": ({"n": 2}, {"L": ["a", "b", "b"]}),
    "list's value": ({"n": 2}, {"C": ["a", "b", "b"]}),
    "rows swapped across columns": ({"n": 2}, {"R": [{"x": "a", "y": 2}, {"x": "b", "y": 1}]}),
    "value instead of list": ({"n": 1}, {"L": "a"}),
    "list instead of value": ({"n": 5}, {"T": ["low"]}),
    "nothing instead of a list": ({"n": 2}, {"L": None}),
    "list instead of nothing": ({"n": 0}, {"L": ["a"]}),
    "exact number cut too short": ({"n": 1}, {"long": Untyped("0.015")}),
    "exact number cut wrongly": ({"n": 1}, {"long": Untyped("0.0152415787")}),
    "nearly nothing": ({"n": 1}, {"zero": Untyped("0.00000001")}),
    "day": ({}, {"day": Untyped("2024-02-28")}),
    "duration": ({}, {"span": Untyped("P1D")}),
    "months instead of days": ({}, {"span": Untyped("P1M")}),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_right_expectations_pass(engine: Engine, tmp_path: Path) -> None:
    found = run(tmp_path, engine, *(kit_case(*case, attributes=f' id="{name}"') for name, case in RIGHT.items()))
    assert {result.case: (result.verdict, result.reason) for result in found} == dict.fromkeys(RIGHT, ("pass", ""))


@pytest.mark.parametrize("engine", ENGINES)
def test_wrong_expectations_fail_and_say_what_was_found(engine: Engine, tmp_path: Path) -> None:
    cases = {name.replace("'", ""): case for name, case in WRONG.items()}
    found = run(tmp_path, engine, *(kit_case(*case, attributes=f" id='{name}'") for name, case in cases.items()))
    assert {result.case: result.verdict for result in found} == dict.fromkeys(cases, "fail")
    assert all("expected" in result.reason and "found" in result.reason for result in found)


def test_a_value_must_have_the_type_that_is_expected(tmp_path: Path) -> None:
    text = '<value xsi:type="xsd:string">1</value>'
    number = '<value xsi:type="xsd:decimal">low</value>'
    cases = [kit_case({"n": 1}, {name: "?"}) for name in ("none", "T")]
    found = run(
        tmp_path,
        "single",
        cases[0].replace('<value xsi:type="xsd:string">?</value>', text),
        cases[1].replace('<value xsi:type="xsd:string">?</value>', number),
    )
    assert [result.verdict for result in found] == ["fail", "fail"]


def test_a_value_without_text_or_type_is_null_as_older_cases_write_it(tmp_path: Path) -> None:
    empty = kit_case({"n": 9}, {"none": 7}).replace("<value>7</value>", "<value/>")
    wrong = kit_case({"n": 1}, {"none": 7}).replace("<value>7</value>", "<value/>")
    assert [result.verdict for result in run(tmp_path, "single", empty, wrong)] == ["pass", "fail"]


OUTSIDE = decision("far", "string(n)", needs=["n"])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_lies_outside_is_told_and_does_not_hide_what_fails(engine: Engine, tmp_path: Path) -> None:
    model = definitions(TABLE, OUTSIDE, inputs=N)
    cases = [
        kit_case({"n": 5}, {"far": "5"}),
        kit_case({"n": 5}, {"far": "5", "T": "high"}),
        kit_case({"n": 5}, {"T": "low"}),
    ]
    found = run(tmp_path, engine, *cases, model=model)
    assert [result.verdict for result in found] == ["outside profile", "fail", "pass"]
    assert "'string' is not known" in found[0].reason


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (kit_case({"n": 5}, {"T": "low"}, attributes=' type="decisionService"'), "it asks for a decisionService"),
        (kit_case({"n": 5}, {"T": "low"}).replace('type="decision"', 'type="bkm"'), "it asks for a bkm"),
        (kit_case({"n": 5}, {}), "it asks for no result"),
        (kit_case({"n": 5}, {"T": "low"}).replace("expected>", "computed>"), "it does not say what 'T' should be"),
        (kit_case({"n": 5}, {"unknown": "low"}), "no decision is called 'unknown'"),
        (kit_case({"n": [1, 2]}, {"T": "low"}), "'n' is a list"),
        (kit_case({"n": {"a": 1}}, {"T": "low"}), "'n' is a structure"),
        (kit_case({"n": "many"}, {"T": "low"}), "«many» is no number"),
    ],
)
def test_cases_that_ask_for_more_lie_outside(case: str, why: str, tmp_path: Path) -> None:
    (found,) = run(tmp_path, "single", case)
    assert found.verdict == "outside profile"
    assert why in found.reason


def test_structures_are_given_by_component(tmp_path: Path) -> None:
    model = definitions(LOAN, decision("f", "loan.amount * 2", needs=["loan"]), inputs={"loan": "tLoan"})
    cases = [kit_case({"loan": {"amount": 2, "rate": 1}}, {"f": 4}), kit_case({"loan": None}, {"f": None})]
    assert [result.verdict for result in run(tmp_path, "single", *cases, model=model)] == ["pass", "pass"]


def test_what_an_engine_stumbles_over_fails_its_case_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = conformance._single

    def stumble(model: object, name: str, facts: object) -> object:
        if name == "flag":
            raise ZeroDivisionError("broken")
        return kept(model, name, facts)  # type: ignore[arg-type]

    monkeypatch.setattr(conformance, "_single", stumble)
    found = run(tmp_path, "single", kit_case({"n": 5}, {"flag": False}), kit_case({"n": 5}, {"T": "low"}))
    assert [(result.verdict, result.reason) for result in found] == [
        ("fail", "ZeroDivisionError: broken"),
        ("pass", ""),
    ]


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ModelError, match="there are no test cases here"):
            list(conformance.run(folder, engine="single"))


def test_a_model_that_is_not_there_lies_outside(tmp_path: Path) -> None:
    folder = kit(tmp_path, MODEL, kit_case({"n": 5}, {"T": "low"}))
    next(folder.rglob("*.dmn")).unlink()
    (found,) = conformance.run(folder, engine="single")
    assert found.verdict == "outside profile"
    assert "cannot be read" in found.reason


def test_the_model_stands_beside_its_cases_under_their_name(tmp_path: Path) -> None:
    folder = kit(tmp_path, MODEL, kit_case({"n": 5}, {"T": "low"}))
    cases = next(folder.rglob("*.xml"))
    cases.write_text(cases.read_text().replace("<modelName>0001-case.dmn</modelName>", ""))
    assert [result.verdict for result in conformance.run(folder, engine="single")] == ["pass"]


def test_namespaces_of_the_kit() -> None:
    assert conformance.NAMESPACE == KIT
    assert f"{{{XSI}}}" == conformance.XSI
