"""The house's own strategies, run against the cases that stand beside them, by both engines."""

import csv
from pathlib import Path
from typing import Any

import ibis
import pytest

from dunwell.engine import bulk, single
from dunwell.engine.dmn import load
from dunwell.engine.model import DecisionModel

STRATEGIES = Path(__file__).parents[3] / "strategies"


def cases(name: str) -> list[dict[str, str]]:
    with (STRATEGIES / name / "cases.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def facts(case: dict[str, str], model: DecisionModel) -> dict[str, Any]:
    """The case's inputs, typed as the model declares them; an empty cell is null."""
    read = {"number": float, "string": str, "boolean": lambda text: text == "true"}
    return {i.name: read[i.type](case[i.name]) if case[i.name] else None for i in model.inputs}


def as_table(rows: list[dict[str, Any]], model: DecisionModel) -> ibis.Table:
    types = {"number": "float64", "string": "string", "boolean": "boolean"}
    schema = {"case": "int64"} | {i.name: types[i.type] for i in model.inputs}
    return ibis.memtable([{"case": n} | row for n, row in enumerate(rows)], schema=ibis.schema(schema))


SEGMENT = load(STRATEGIES / "segment" / "segment.dmn")
ELIGIBILITY = load(STRATEGIES / "eligibility" / "eligibility.dmn")


@pytest.mark.parametrize("case", cases("segment"), ids=lambda case: case["name"])
def test_segment_in_the_judge(case: dict[str, str]) -> None:
    outcome = single.decide(SEGMENT, facts(case, SEGMENT))
    for decision in SEGMENT.decisions:
        assert outcome[decision.name].outputs[decision.name] == case[f"expect.{decision.name}"], decision.name


def test_segment_in_bulk() -> None:
    told = cases("segment")
    table = as_table([facts(case, SEGMENT) for case in told], SEGMENT)
    rows = bulk.decide(table, SEGMENT).order_by("case").to_pyarrow().to_pylist()
    for row, case in zip(rows, told, strict=True):
        assert {d.name: row[d.name] for d in SEGMENT.decisions} == {
            d.name: case[f"expect.{d.name}"] for d in SEGMENT.decisions
        }, case["name"]


def test_eligibility_in_bulk() -> None:
    told = cases("eligibility")
    table = as_table([facts(case, ELIGIBILITY) for case in told], ELIGIBILITY)
    found: dict[int, set[str]] = {n: set() for n in range(len(told))}
    for row in bulk.collect(table, ELIGIBILITY, "eligible", keys=["case"]).to_pyarrow().to_pylist():
        found[row["case"]].add(row["treatment"])
    for number, case in enumerate(told):
        assert found[number] == set(filter(None, case["expect.treatment"].split(";"))), case["name"]


def test_every_rule_has_a_case() -> None:
    """A rule that no case reaches is a rule that nobody has looked at."""
    for name, model in (("segment", SEGMENT), ("eligibility", ELIGIBILITY)):
        reached = {
            rule for case in cases(name) for o in single.decide(model, facts(case, model)).values() for rule in o.rules
        }
        every = {rule.id for decision in model.decisions for rule in decision.logic.rules}
        assert every - reached == set()
