"""Random models and random cases: the bulk engine must say what the judge says; injected faults must be seen."""

from __future__ import annotations

import operator
import random
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from dunwell.engine import columns, single
from dunwell.engine.model import DecisionModel, Value

INPUTS = {"n": "number", "m": "number", "s": "string", "u": "string", "b": "boolean", "d": "date", "e": "date"}
TWINS = {"number": ["n", "m"], "string": ["s", "u"], "boolean": ["b"], "date": ["d", "e"]}
# Few values, so that random rows meet random cells often; among them what a quoting or a rounding fault would break.
NUMBERS = [Decimal(text) for text in ("-1", "0", "0.1", "0.3", "1", "2.5", "29.999", "30", "1000000.001")]
TEXTS = ["", "A", "B", "a", "it's", 'q"q', "b\\s", "善"]
DAYS = [date(2026, 2, 28) + timedelta(days=n) for n in range(3)]
LITERALS = {
    "number": [str(value) for value in NUMBERS],
    "string": ['""', '"A"', '"B"', '"a"', '"it\'s"', '"q\\"q"', '"b\\\\s"', '"善"'],
    "boolean": ["true", "false"],
    "date": [f'date("{day}")' for day in DAYS],
}
VALUES: dict[str, list[Value]] = {"number": [*NUMBERS], "string": [*TEXTS], "boolean": [True, False], "date": [*DAYS]}


def operands(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(LITERALS[kind] + TWINS[kind])


def equalities(kind: str) -> st.SearchStrategy[str]:
    bare = LITERALS[kind] + ["null"] + ([] if kind == "boolean" else TWINS[kind])
    signed = st.builds(
        "{} {}".format, st.sampled_from(["=", "!="]), st.sampled_from([*LITERALS[kind], *TWINS[kind], "null"])
    )
    return st.sampled_from(bare) | signed


@st.composite
def ranges(draw: st.DrawFn, kind: str) -> str:
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(LITERALS[kind]) - 1)] * 2)))
    low, high = LITERALS[kind][first], LITERALS[kind][last]
    if draw(st.booleans()):
        low = draw(st.sampled_from(TWINS[kind]))
    return f"{draw(st.sampled_from('[(]'))}{low}..{high}{draw(st.sampled_from('])['))}"


def positives(kind: str) -> st.SearchStrategy[str]:
    if kind == "boolean":
        return equalities(kind)
    orderings = st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), operands(kind))
    return equalities(kind) | orderings | (equalities(kind) if kind == "string" else ranges(kind))


def cells(kind: str) -> st.SearchStrategy[str]:
    listed = st.lists(positives(kind), min_size=1, max_size=4).map(", ".join)
    return st.just("-") | listed | listed.map("not({})".format)


def numbers() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["n", "m", "1", "0.1", "2.5"])
    return st.recursive(
        leaves, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner), max_leaves=3
    )


def results(kind: str) -> st.SearchStrategy[str]:
    simple = st.sampled_from([*LITERALS[kind], *TWINS[kind], "null"])
    if kind == "number":
        simple |= numbers()
    condition = st.sampled_from(["b", "n < m", "s = u", "n > 1 and b", "d < e or b", "u = null", 's + u = "AB"'])
    return simple | st.builds("if {} then {} else {}".format, condition, simple, simple)


kinds = st.sampled_from(["number", "string", "boolean", "date"])


@st.composite
def tables(draw: st.DrawFn, name: str, policy: str, after: tuple[str, ...] = ()) -> str:
    """This function will draw a table whose first column, if `after` names a decision, looks at what that one said."""
    inputs = {key: INPUTS[key] for key in draw(st.lists(st.sampled_from(list(INPUTS)), max_size=3, unique=True))}
    inputs = {**dict.fromkeys(after, "number"), **inputs}
    kind = "number" if name == "One" else draw(kinds)
    rules = [
        [*(draw(cells(of)) for of in inputs.values()), draw(results(kind))] for _ in range(draw(st.integers(1, 5)))
    ]
    defaults = {"": draw(results(kind))} if policy != "COLLECT" and draw(st.booleans()) else {}
    return build.table(name, rules=rules, inputs=inputs, outputs={"": kind}, policy=policy, needs=list(INPUTS),
                       after=after, defaults=defaults)  # fmt: skip


@st.composite
def models(draw: st.DrawFn) -> str:
    policies = st.sampled_from(["FIRST", "UNIQUE"])
    one = draw(tables("One", draw(policies)))
    two = draw(tables("Two", draw(policies), ("One",)))
    many = draw(tables("Many", "COLLECT", ("One",)))
    ratio = build.formula("Ratio", f"{draw(numbers())} / {draw(numbers())}", needs=list(INPUTS))
    return build.definitions(one, two, many, ratio, inputs=INPUTS)


def some_cases(seed: int) -> list[dict[str, Value]]:
    """This function will make cases by the seed, one value in five null: many at once, since each model is dear."""
    dice = random.Random(seed)
    return [
        {key: None if dice.random() < 0.2 else dice.choice(VALUES[kind]) for key, kind in INPUTS.items()}
        for _ in range(60)
    ]


rows = st.integers(0, 2**32).map(some_cases)


def loaded(content: str) -> DecisionModel:
    with tempfile.TemporaryDirectory() as folder:
        return build.written(Path(folder), content)


def disagreement(content: str, cases: list[dict[str, Value]]) -> list[str]:
    model = loaded(content)
    decided = build.wide(model, cases)
    return build.differences(model, cases, decided) + build.collected(model, "Many", cases, decided)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models(), rows)
def test_bulk_says_what_the_judge_says(content: str, cases: list[dict[str, Value]]) -> None:
    assert disagreement(content, cases) == []


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models(), rows)
def test_bulk_says_what_the_judge_says_at_length(content: str, cases: list[dict[str, Value]]) -> None:
    assert disagreement(content, cases) == []


# The test of the test: each fault is one that was possible, or once was made, in an engine.

REAL, PICK = columns.compare, columns.pick


def as_sql_would(comparison: str, left: columns.Column, right: columns.Column) -> columns.Column:
    """This function will be wrong about null: SQL's = gives null where FEEL's gives true or false."""
    return left == right if comparison == "=" else REAL(comparison, left, right)


def off_by_one(comparison: str, left: columns.Column, right: columns.Column) -> columns.Column:
    return left > right if comparison == ">=" else REAL(comparison, left, right)


FAULTS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "equality with null": (columns, "compare", as_sql_would),
    ">= read as >": (columns, "compare", off_by_one),
    "a list read as all of": (columns, "or_", operator.and_),
    "outputs of the next rule": (columns, "pick", lambda values, *rest: PICK([*values[1:], *values[:1]], *rest)),
    "a judge without null": (single, "_and", lambda left, right: bool(left and right)),
    "a judge that forgets unknown": (single, "_any", lambda results: any(results)),
}


QUICK = "equality with null"


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault == QUICK else pytest.mark.slow) for fault in FAULTS]
)
def test_an_injected_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    quick = settings(max_examples=200, deadline=None, phases=[Phase.generate], database=None, derandomize=True)
    try:
        find(st.tuples(models(), rows), lambda drawn: bool(disagreement(*drawn)), settings=quick)
    except NoSuchExample:
        pytest.fail(f"no random model showed the fault: {fault}")
