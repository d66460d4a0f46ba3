"""Columns as look-ups: the compiled table finds the rules that trying them one by one finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from math import inf, nextafter
from typing import Any

import engine_drawing
import engine_oracle
import pytest
from engine_drawing import examples
from feel_texts import at
from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine import single
from dunwell.engine.compiling import masks
from dunwell.engine.compiling.masks import Choices, Pieces
from dunwell.engine.evaluation import passes
from dunwell.engine.model import (
    Annotations,
    AnyOf,
    Anything,
    Binary,
    Cell,
    Compare,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    InputClause,
    InputData,
    Months,
    Name,
    Not,
    OutputClause,
    Rule,
    Test,
    Type,
    Value,
    Within,
)

D = Decimal
ONE = Constant(D(1))
# Bounds of cells: close to each other, and such as no binary float holds.
BOUNDS: dict[Type, list[Any]] = {
    "number": [
        D(text) for text in ("-1", "0", "0.1", "0.2", "0.3", "0.30", "1", "29.999", "30", "123456789012345678.9")
    ],
    "ratio": [0.1, 0.2, 0.1 + 0.2, 0.3, 1.0, D("0.1"), D(1), D("0.3")],
    "string": ["", "A", "B", "a", "aa", "善", "😀", "it's"],
    "date": [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)],
    "time": [time(0), time(9), time(23, 59, 59)],
    "date_time": [at("2024-02-28T23:59:59"), at("2024-02-29T00:00:00")],
    "days_duration": [timedelta(-1), timedelta(0), timedelta(hours=24)],
    "months_duration": [Months(-1), Months(0), Months(12)],
    "boolean": [True, False],
}
FLOATS = [0.1, 0.2, 0.3, 0.1 + 0.2, 1.0, -0.0, 29.999, nextafter(0.1, inf), nextafter(0.1, -inf), 1e300, -1e300, 5e-324]
# Values that are looked up: the bounds, what lies between and beside them, and null.
PROBES: dict[Type, list[Any]] = {
    "number": [*BOUNDS["number"], D("0.15"), D(-2), D("1e17"), D("0.1000000001"), *FLOATS],
    "ratio": [*FLOATS, 0.15],
    "string": [*BOUNDS["string"], "AA", "b", "\U0010ffff"],
    "date": [*BOUNDS["date"], date(1, 1, 1), date(9999, 12, 31)],
    "time": [*BOUNDS["time"], time(12)],
    "date_time": [*BOUNDS["date_time"], at("2024-02-29T00:00:01")],
    "days_duration": [*BOUNDS["days_duration"], timedelta(hours=1)],
    "months_duration": [*BOUNDS["months_duration"], Months(5)],
    "boolean": [True, False],
}


def table_of(kind: Type, tests: Sequence[Test], expression: Expression) -> DecisionModel:
    """This function will make a table of one column, which lists the rules that match."""
    rules = tuple(
        Rule(str(at_), (Cell("", test),), (Constant(D(at_)),), Annotations("", "")) for at_, test in enumerate(tests)
    )
    clause = InputClause("x", expression, kind, None)
    table = DecisionTable("RULE ORDER", (clause,), (OutputClause("T", "number", Constant(None), ()),), rules)
    # Only a division gives a ratio; dividing by 1 leaves every float as it is.
    inputs = (InputData("x", "number" if kind == "ratio" else kind),)
    return DecisionModel("masks", inputs, (Decision("id", "T", (), table),))


def expression_of(kind: Type) -> Expression:
    return Binary("/", Name("x", "number"), ONE) if kind == "ratio" else Name("x", kind)


@st.composite
def compares(draw: st.DrawFn, kind: Type) -> Compare | Within:
    bound = st.sampled_from(BOUNDS[kind]).map(Constant)
    choice = draw(st.integers(0, 3)) if kind != "boolean" else 0
    if choice == 0:
        return Compare(draw(st.sampled_from(["=", "!="])), draw(bound | st.just(Constant(None))))
    if choice == 1:
        return Compare(draw(st.sampled_from(["<", "<=", ">", ">="])), draw(bound))
    lower, upper = draw(st.sampled_from([">", ">="])), draw(st.sampled_from(["<", "<="]))
    return Within(Compare(lower, draw(bound)), Compare(upper, draw(bound)))


def drawn(kind: Type) -> st.SearchStrategy[Test]:
    listed = st.lists(compares(kind), min_size=1, max_size=3).map(lambda tests: AnyOf(tuple(tests)))
    return listed | listed.map(Not) | st.just(Anything())


@examples(300)
@given(data=st.data())
def test_a_column_finds_the_rules_that_pass_one_by_one(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(BOUNDS)))
    tests = data.draw(st.lists(drawn(kind), min_size=1, max_size=8))
    model = table_of(kind, tests, expression_of(kind))
    probes = [*PROBES[kind], None]
    [found] = single.compile(model).run([(probe,) for probe in probes])
    for probe, outcome in zip(probes, found, strict=True):
        value = float(probe) if kind == "ratio" and probe is not None else probe
        want = tuple(str(at_) for at_, test in enumerate(tests) if passes(test, value, {}))
        assert outcome.rules == want, (probe, tests)


@pytest.mark.parametrize(
    ("tests", "sides"),
    [
        ([Compare("<", ONE), Compare(">=", ONE)], ("right",)),
        ([Compare("<=", ONE), Compare(">", ONE)], ("left",)),
        ([Compare("<", ONE), Compare(">", ONE)], ("left", "right")),
        ([Compare("=", ONE)], ("left", "right")),
        ([Compare("<", ONE), Compare("<=", Constant(D(2)))], ("left", "right")),
        ([Compare("<=", ONE), Compare("<=", Constant(D(2)))], ("left",)),
        ([Compare(">=", ONE), Compare("<", Constant(D(2)))], ("right",)),
    ],
)
def test_a_bound_that_goes_with_one_side_is_looked_up_once(tests: list[Compare], sides: tuple[str, ...]) -> None:
    lookup = lookup_of("number", [AnyOf((test,)) for test in tests])
    assert isinstance(lookup, Pieces)
    assert lookup.sides == sides


def lookup_of(kind: Type, tests: Sequence[Test]) -> Pieces | Choices:
    logic = table_of(kind, tests, Name("x", kind)).decisions[0].logic
    assert isinstance(logic, DecisionTable)
    found, computed = masks.columns(logic, range(len(tests)))
    assert not computed
    return found[0].lookup


def equal(value: Value) -> AnyOf:
    return AnyOf((Compare("=", Constant(value)),))


def test_each_type_of_number_has_bounds_of_its_own() -> None:
    """0.1 is no binary float: a Decimal is compared exactly, a float with the nearest one."""
    found = lookup_of("number", [equal(D("0.1")), equal(D(2))])
    assert isinstance(found, Pieces)
    assert found.by_type == {int: [D("0.1"), 2], D: [D("0.1"), D(2)], float: [0.1, 2.0]}


def test_what_has_no_order_is_chosen() -> None:
    lookup = lookup_of("string", [equal("A"), equal("B"), AnyOf((Compare("!=", Constant("A")),)), equal(None)])
    assert isinstance(lookup, Choices)
    assert (lookup.masks, lookup.other) == ({"A": 0b0001, "B": 0b0110, None: 0b1100}, 0b0100)


def test_texts_that_are_ordered_are_bisected() -> None:
    assert isinstance(lookup_of("string", [AnyOf((Compare("<", Constant("B")),))]), Pieces)


def test_a_column_that_is_never_asked_is_not_looked_up() -> None:
    logic = table_of("number", [Anything(), Anything()], Name("x", "number")).decisions[0].logic
    assert isinstance(logic, DecisionTable)
    assert masks.columns(logic, (0, 1)) == ([], [])


def test_what_names_a_fact_is_computed_for_each_case() -> None:
    test = AnyOf((Compare(">", Name("x", "number")),))
    logic = table_of("number", [test, equal(D(1)), test], Name("x", "number")).decisions[0].logic
    assert isinstance(logic, DecisionTable)
    found, computed = masks.columns(logic, (0, 1, 2))
    assert len(found) == 1
    assert [(one.test, one.lost) for one in computed] == [(test, 0b101)]


# Whole models


@examples(60)
@given(engine_drawing.models(), engine_drawing.cases)
def test_compiled_models_say_what_the_standard_says(model: DecisionModel, rows: list[dict[str, Value]]) -> None:
    """The oracle knows neither masks nor compiled source: it tries every rule and applies the words of the standard."""
    compiled = single.compile(model)
    found = compiled.run([tuple(row[name] for name in compiled.inputs) for row in rows])
    for place, facts in enumerate(rows):
        want = engine_oracle.decide(model, facts)
        for decision, got in zip(model.decisions, found, strict=True):
            assert shown(got[place]) == shown(want[decision.name]), (decision.name, facts)


def shown(outcome: single.Outcome) -> tuple[object, ...]:
    """This function will leave the order of rules out where it says nothing: under a conflict."""
    rules = set(outcome.rules) if outcome.status == "conflict" else outcome.rules
    return outcome.status, outcome.outputs, outcome.rows, rules


def test_every_case_is_decided_in_the_order_given() -> None:
    formula = Decision("id", "f", (), Formula("f", "number", Binary("+", Name("x", "number"), ONE)))
    model = DecisionModel("order", (InputData("x", "number"),), (formula,))
    [found] = single.compile(model).run([(D(n),) for n in range(1000)])
    assert [outcome.outputs["f"] for outcome in found] == [D(n + 1) for n in range(1000)]


def test_answers_that_are_kept_stay_right_when_they_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "KEPT_MAX", 2)
    tests: list[Test] = [AnyOf((Compare(">", Constant(D(n))),)) for n in range(10)]
    model = table_of("number", tests, Name("x", "number"))
    compiled = single.Compiled(model)
    for _ in range(3):
        [found] = compiled.run([(D(n),) for n in range(12)])
        assert [len(outcome.rows) for outcome in found] == [0, *range(1, 11), 10]
