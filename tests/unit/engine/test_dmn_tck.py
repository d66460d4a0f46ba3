"""The OMG community's conformance cases of level 2, those whose hit policies this version has."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

import engine_models as build
import pytest
from defusedxml.ElementTree import parse

from dunwell.engine import dmn, single
from dunwell.engine.model import DecisionModel, DecisionTable, ModelError, Value

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[4] / "shared"))
LEVEL_2 = SHARED / "data" / "dmn-tck" / "compliance-level-2"
INSIDE = [
    "0001-input-data-string",
    "0002-input-data-number",
    "0003-input-data-string-allowed-values",
    "0004-simpletable-U",
    "0010-multi-output-U",
    "0106-feel-ternary-logic",
    "0108-first-hitpolicy",
    "0119-multi-collect-hitpolicy",
]
OUTSIDE = {
    "0005-simpletable-A": "hit policy ANY",
    "0006-simpletable-P1": "hit policy PRIORITY",
    "0008-LX-arithmetic": "is a structure",
    "0109-ruleOrder-hitpolicy": "hit policy RULE ORDER",
    "0110-outputOrder-hitpolicy": "hit policy OUTPUT ORDER",
    "0114-min-collect-hitpolicy": "aggregation MIN",
    "0115-sum-collect-hitpolicy": "aggregation SUM",
}
CASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

pytestmark = pytest.mark.skipif(not LEVEL_2.is_dir(), reason=f"the DMN TCK is not at {LEVEL_2} (set DUNWELL_SHARED)")


def value(element: Element) -> Value:
    found = element.find(f"{CASE}value")
    if found is None or found.get(f"{XSI}nil") == "true":
        return None
    text, kind = found.text or "", found.get(f"{XSI}type", "")
    return {"xsd:decimal": Decimal, "xsd:boolean": "true".__eq__}.get(kind, str)(text)


def expected(element: Element) -> object:
    """This function will read a result as the value, the dict of components, or the list of them, that it is."""
    items = element.findall(f"{CASE}list/{CASE}item")
    if items:
        return [expected(item) for item in items]
    components = element.findall(f"{CASE}component")
    return {part.get("name"): value(part) for part in components} if components else value(element)


def answer(model: DecisionModel, name: str, outcome: single.Outcome) -> object:
    logic = model.decision(name).logic
    if isinstance(logic, DecisionTable) and logic.hit_policy == "COLLECT":
        return sorted(outcome.rows, key=str)
    return outcome.outputs if len(outcome.outputs) > 1 else next(iter(outcome.outputs.values()))


@pytest.mark.parametrize("name", INSIDE)
def test_level_2_cases_inside_the_profile_pass(name: str) -> None:
    model = dmn.load(LEVEL_2 / name / f"{name}.dmn")
    tests = parse(LEVEL_2 / name / f"{name}-test-01.xml").findall(f"{CASE}testCase")
    rows = [{node.get("name", ""): value(node) for node in test.findall(f"{CASE}inputNode")} for test in tests]
    for test, facts in zip(tests, rows, strict=True):
        outcomes = single.decide(model, facts)
        for node in test.findall(f"{CASE}resultNode"):
            wanted, decision = node.find(f"{CASE}expected"), node.get("name", "")
            assert wanted is not None
            want = expected(wanted)
            want = sorted(want, key=str) if isinstance(want, list) else want
            assert answer(model, decision, outcomes[decision]) == want, (test.get("id"), facts)
    assert tests
    assert not build.differences(model, rows)


@pytest.mark.parametrize("name", OUTSIDE)
def test_level_2_cases_outside_the_profile_are_refused_at_load(name: str) -> None:
    with pytest.raises(ModelError, match=OUTSIDE[name]):
        dmn.load(LEVEL_2 / name / f"{name}.dmn")


def test_every_level_2_case_is_accounted_for() -> None:
    assert {folder.name for folder in LEVEL_2.iterdir() if folder.is_dir()} == {*INSIDE, *OUTSIDE}
