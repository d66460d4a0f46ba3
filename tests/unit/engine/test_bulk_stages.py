"""Long expressions: what a function repeats is computed once, so that nesting does not multiply the query."""

from __future__ import annotations

from decimal import Decimal

import engine_models as build
import ibis
import pytest
from engine_drawing import INPUTS, some_cases

from dunwell.engine import bulk
from dunwell.engine.columnar import stages
from dunwell.engine.columnar.columns import Facts
from dunwell.engine.model import (
    Binary,
    Call,
    Constant,
    Decision,
    DecisionModel,
    Expression,
    Formula,
    InputData,
    Name,
    Type,
)

N, M, F, D, P = (Name(key, INPUTS[key]) for key in ("n", "m", "f", "d", "p"))
DEPTH = 12


def nested(kind: Type) -> Expression:
    """This function will nest what repeats its operands, as deep as a careful author never would."""
    expression: Expression = {"number": N, "ratio": F, "date": D}[kind]
    for at in range(DEPTH):
        if kind == "number":
            expression = Call("modulo", (Binary("+", expression, M), Constant(Decimal(at + 3))), "number")
        elif kind == "ratio":
            expression = Binary("*", Binary("+", expression, Constant(Decimal(1))), Constant(Decimal("0.5")))
        else:
            expression = Binary("-" if at % 2 else "+", expression, P)
    return expression


def model(kind: Type) -> DecisionModel:
    formula = Formula("told", kind, nested(kind))
    inputs = tuple(InputData(name, of) for name, of in INPUTS.items())
    return DecisionModel("nested", inputs, (Decision("d", "told", (), formula),))


@pytest.mark.parametrize("kind", ["number", "ratio", "date"])
def test_nesting_does_not_multiply_the_query(kind: Type) -> None:
    given = build.as_table(model(kind), some_cases(1))
    assert len(ibis.to_sql(bulk.decide(given, model(kind)), dialect="duckdb")) < 80_000


@pytest.mark.parametrize("kind", ["number", "ratio", "date"])
def test_a_deep_expression_says_what_the_judge_says(kind: Type) -> None:
    assert build.differences(model(kind), some_cases(2)) == []


def test_the_parts_leave_no_column() -> None:
    given = build.as_table(model("date"), some_cases(3))
    assert bulk.decide(given, model("date")).columns == (*given.columns, "told")


def test_short_expressions_need_no_query_of_their_own() -> None:
    facts = Facts(ibis.table({"n": "int64", "m": "int64"}, name="cases"), {})
    short = Formula("f", "number", Call("modulo", (Binary("+", N, M), M), "number"))
    assert stages.staged(facts, [short]) == facts
