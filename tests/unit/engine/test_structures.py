"""Facts that are structures: flattened to their components when a model is read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import definitions, written
from feel_texts import LOAN, PLACE, decision, value

from dunwell.engine.model import Constant, DecisionModel, InputError

D = Decimal


def loaned(folder: Path, text: str) -> DecisionModel:
    return written(folder, definitions(LOAN, decision("f", text, needs=["loan"]), inputs={"loan": "tLoan"}))


def test_a_structure_is_its_components(tmp_path: Path) -> None:
    model = loaned(tmp_path, "loan.amount * loan.rate")
    assert [(one.name, one.type) for one in model.inputs] == [
        ("loan.amount", "number"),
        ("loan.rate", "number"),
        ("loan.place.city", "string"),
        ("loan.place.post code", "string"),
    ]


def test_what_a_component_can_be_is_what_its_type_or_its_own_list_says(tmp_path: Path) -> None:
    domains = {one.name: one.domain for one in loaned(tmp_path, "1").inputs}
    assert domains["loan.amount"] is None
    assert domains["loan.rate"] is not None
    city = domains["loan.place.city"]
    assert city is not None
    assert [test.operand for test in city.tests] == [Constant("Riga"), Constant("Bonn")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "facts",
    [
        {"loan": {"amount": 100, "rate": D("0.5"), "place": PLACE}},
        {"loan.amount": 100, "loan.rate": D("0.5"), "loan.place.city": "Riga", "loan.place.post code": "1050"},
        {"loan": {"amount": 100, "rate": D("0.5"), "place.city": "Riga", "place.post code": "1050"}},
        {"loan": {"amount": 100, "rate": D("0.5")}, "loan.place.city": "Riga", "loan.place.post code": "1050"},
    ],
    ids=["nested", "dotted", "half", "both"],
)
def test_facts_of_a_structure_may_be_nested_or_dotted(facts: dict[str, object], tmp_path: Path) -> None:
    model = loaned(tmp_path, 'if loan.place.city = "Riga" then loan.amount * loan.rate else 0')
    assert value(model, facts) == D(50)


def test_of_a_structure_that_is_null_all_components_are(tmp_path: Path) -> None:
    model = loaned(tmp_path, "loan.amount = null and loan.place.city = null")
    assert value(model, {"loan": None}) is True
    assert value(model, {"loan": {"amount": 1, "rate": None, "place": None}}) is False


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"loan": {"amount": 1}}, "a model, loan: the facts lack 'rate' -> add it; None if it is not known"),
        ({}, "a model: the facts lack 'loan.amount' -> add it"),
        ({"loan": 5}, "a model: 'loan' is no structure -> give a mapping that holds 'amount'"),
        ({"loan": {"amount": 1, "rate": 1, "place": "Riga"}}, "'place' is no structure -> give a mapping that holds"),
        ({"loan": {"amount": "1"}}, "a model: 'loan.amount' is '1' (str) -> give a number, or None"),
    ],
)
def test_facts_that_are_no_such_structure_are_refused(facts: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        value(loaned(tmp_path, "1"), facts)
    assert words in str(error.value)


def test_a_component_is_a_column_like_any(tmp_path: Path) -> None:
    columns = {"loan.place.city": "", "loan.amount": ""}
    rules = [['"Riga"', "> 10", '"near"'], ["-", "-", '"far"']]
    table = build.table("f", rules=rules, inputs=columns, needs=["loan"])
    model = written(tmp_path, definitions(LOAN, table, inputs={"loan": "tLoan"}))
    rows = [
        {"loan.amount": D(amount), "loan.rate": None, "loan.place.city": city, "loan.place.post code": None}
        for amount in (5, 15)
        for city in ("Riga", "Bonn", None)
    ]
    assert [value(model, dict(row)) for row in rows] == ["far", "far", "far", "near", "far", "far"]
    assert not build.differences(model, rows)
