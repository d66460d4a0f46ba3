"""The DMN community's cases of level 2, read here without `conformance`, so that it is not its own judge."""

from __future__ import annotations

import os
from decimal import Decimal
from math import isclose
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse

from dunwell.engine import dmn, single
from dunwell.engine.model import DecisionModel, DecisionTable, Value

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[4] / "shared"))
LEVEL_2 = SHARED / "data" / "dmn-tck" / "compliance-level-2"
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


def given(node: Element) -> object:
    """This function will read an input: a value, or the components of a structure by their names."""
    components = node.findall(f"{CASE}component")
    return {part.get("name", ""): given(part) for part in components} if components else value(node)


def answer(model: DecisionModel, name: str, outcome: single.Outcome) -> object:
    logic = model.decision(name).logic
    if isinstance(logic, DecisionTable) and logic.gives_list:
        rows = [row if len(row) > 1 else next(iter(row.values())) for row in outcome.rows]
        return sorted(rows, key=str) if logic.hit_policy == "COLLECT" else rows
    return outcome.outputs if len(outcome.outputs) > 1 else next(iter(outcome.outputs.values()))


def agrees(want: object, got: object) -> bool:
    """This function will compare, numbers that went through binary floats within the tolerance of the kit."""
    if isinstance(got, float):
        return isinstance(want, Decimal) and isclose(float(want), got, rel_tol=1e-8)
    return want == got


def cases() -> list[str]:
    return sorted(folder.name for folder in LEVEL_2.iterdir() if folder.is_dir()) if LEVEL_2.is_dir() else []


@pytest.mark.parametrize("name", cases())
def test_every_level_2_case_passes(name: str) -> None:
    model = dmn.load(LEVEL_2 / name / f"{name}.dmn")
    tests = parse(LEVEL_2 / name / f"{name}-test-01.xml").findall(f"{CASE}testCase")
    facts = [{node.get("name", ""): given(node) for node in test.findall(f"{CASE}inputNode")} for test in tests]
    for test, known in zip(tests, facts, strict=True):
        outcomes = single.decide(model, known)
        for node in test.findall(f"{CASE}resultNode"):
            wanted, decision = node.find(f"{CASE}expected"), node.get("name", "")
            assert wanted is not None
            want, got = expected(wanted), answer(model, decision, outcomes[decision])
            logic = model.decision(decision).logic
            if isinstance(logic, DecisionTable) and logic.hit_policy == "COLLECT" and isinstance(want, list):
                want = sorted(want, key=str)
            assert agrees(want, got), (test.get("id"), known, want, got)
    assert tests


def test_the_given_kit_is_whole() -> None:
    assert len(cases()) >= 15
