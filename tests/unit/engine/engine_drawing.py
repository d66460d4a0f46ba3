"""Random models of every type, function and hit policy, and random cases for them, for the tests that engines agree.

A model is drawn as its frozen values, not as text: what the reader of DMN can refuse is another test's matter.
"""

# ruff: noqa: DTZ001 - local times have no zone
from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from dunwell.engine.model import (
    Annotations,
    AnyOf,
    Anything,
    Binary,
    Call,
    Cell,
    Compare,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    HitPolicy,
    If,
    InputClause,
    InputData,
    Months,
    Name,
    Not,
    OutputClause,
    Passes,
    Rule,
    Type,
    Value,
    Within,
)

# Few values, so that random rows meet random cells often; among them what a quoting or a rounding fault would break.
VALUES: dict[Type, list[Value]] = {
    "number": [Decimal(text) for text in ("-2.5", "-1", "0", "0.1", "0.3", "1", "2.5", "3", "29.999", "1000000.001")],
    "ratio": [-1.5, 0.0, 0.1, 0.30000000000000004, 1 / 3, 2.0, 1e300],
    "string": ["", "A", "B", "a", "AB", "it's", 'q"q', "b\\s", "善A善"],
    "boolean": [True, False],
    "date": [
        date(2024, 1, 31), date(2024, 2, 29), date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31), date(1, 1, 1),
    ],
    "time": [time(0), time(9, 30), time(23, 59, 59, 999999)],
    "date_time": [datetime(2024, 2, 29, 23, 59, 59, 999999), datetime(2026, 3, 31), datetime(1999, 12, 31, 8, 5, 7, 1)],
    "days_duration": [
        timedelta(0), timedelta(days=1), timedelta(hours=-1), timedelta(days=-400, seconds=1), timedelta(seconds=5405),
        timedelta(days=3_000_000),
    ],
    "months_duration": [Months(0), Months(1), Months(-1), Months(13), Months(-26), Months(100_000)],
}  # fmt: skip
INPUTS: dict[str, Type] = {
    "n": "number", "m": "number", "f": "ratio", "s": "string", "a text": "string", "b": "boolean", "d": "date",
    "e": "date", "t": "time", "u.t": "time", "x": "date_time", "y": "date_time", "p": "days_duration",
    "q/r": "days_duration", "j": "months_duration", "k": "months_duration",
}  # fmt: skip
KINDS = list(VALUES)
ORDERINGS = ("<", "<=", ">", ">=")
# Every operator and function: what it gives, how it is written, what it takes. A literal is an argument's own value.
Built = tuple[str, str, tuple[Type | int, ...]]
CALLS: dict[Type, list[Built]] = {
    "number": [
        *(("binary", sign, ("number", "number")) for sign in "+-*"),
        ("call", "string length", ("string",)),
        *(("call", name, ("number",)) for name in ("abs", "floor", "ceiling")),
        *(("call", "decimal", ("number", places)) for places in (0, 1, 2, 9)),
        ("call", "modulo", ("number", "number")),
        *(("call", name, ("number", "number", "number")) for name in ("min", "max")),
        *(("call", name, (day,)) for name in ("year", "month", "day", "weekday") for day in ("date", "date_time")),
        *(("call", name, (clock,)) for name in ("hour", "minute", "second") for clock in ("time", "date_time")),
        *(("call", name, ("months_duration",)) for name in ("years", "months")),
        *(("call", name, ("days_duration",)) for name in ("days", "hours", "minutes", "seconds")),
    ],
    "ratio": [
        ("binary", "/", ("number", "number")),
        ("binary", "/", ("ratio", "number")),
        ("binary", "**", ("ratio", "number")),
        *(("binary", sign, ("ratio", "number")) for sign in "+-*"),
        ("binary", "*", ("number", "ratio")),
        ("call", "sqrt", ("number",)),
        *(("call", name, ("ratio",)) for name in ("abs", "floor", "ceiling", "sqrt")),
        ("call", "max", ("ratio", "ratio")),
    ],
    "string": [
        ("binary", "+", ("string", "string")),
        *(("call", "substring", ("string", *at)) for at in ((1,), (2,), (-1,), (-2, 1), (2, 1), (0,), (1, 0), (-9, 3))),
        ("call", "substring before", ("string", "string")),
        ("call", "substring after", ("string", "string")),
        ("call", "day of week", ("date",)),
        ("call", "day of week", ("date_time",)),
        ("call", "min", ("string", "string")),
    ],
    "boolean": [
        ("binary", "and", ("boolean", "boolean")),
        ("binary", "or", ("boolean", "boolean")),
        ("call", "not", ("boolean",)),
        *(("call", name, ("string", "string")) for name in ("contains", "starts with", "ends with")),
    ],
    "date": [
        ("call", "date", ("number", "number", "number")),
        ("call", "day of", ("date_time",)),
        *(("binary", sign, ("date", span)) for sign in "+-" for span in ("days_duration", "months_duration")),
        ("binary", "+", ("months_duration", "date")),
        ("call", "max", ("date", "date")),
    ],
    "time": [("call", "time of", ("date_time",)), ("call", "min", ("time", "time"))],
    "date_time": [
        ("call", "date and time", ("date", "time")),
        *(("binary", sign, ("date_time", span)) for sign in "+-" for span in ("days_duration", "months_duration")),
        ("binary", "+", ("days_duration", "date_time")),
    ],
    "days_duration": [
        *(("binary", "-", (day, day)) for day in ("date", "date_time")),
        *(("binary", sign, ("days_duration", "days_duration")) for sign in "+-"),
    ],
    "months_duration": [
        *(("call", "years and months duration", days) for days in (("date", "date"), ("date_time", "date"))),
        *(("binary", sign, ("months_duration", "months_duration")) for sign in "+-"),
    ],
}
Known = dict[str, Type]


def examples(count: int) -> settings:
    """This function will return settings for so many examples, twenty times as many under `make soak`."""
    soaking = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
    return settings(
        max_examples=count * 20 if soaking else count,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


# Expressions


def leaves(kind: Type, known: Known) -> st.SearchStrategy[Expression]:
    names = [Name(key, kind) for key, of in known.items() if of == kind]
    constants = [Constant(value) for value in VALUES[kind]]
    return st.sampled_from([*names * 3, *constants]) if names else st.sampled_from(constants)


@st.composite
def expressions(
    draw: st.DrawFn, kind: Type, known: Known, depth: int = 2, avoid: frozenset[str] = frozenset()
) -> Expression:
    """This function will draw an expression of a type over the names that are known."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(leaves(kind, known))
    choice = draw(st.integers(0, 5))
    if choice == 0:
        condition = draw(expressions("boolean", known, depth - 1, avoid))
        return If(condition, *(draw(expressions(kind, known, depth - 1, avoid)) for _ in "if"))
    if kind == "boolean" and choice < 4:
        of = draw(st.sampled_from(KINDS))
        value = draw(expressions(of, known, depth - 1, avoid))
        if choice == 1:
            return Passes(value, draw(any_of(of, known)))
        signs = ("=", "!=") if of == "boolean" else ("=", "!=", *ORDERINGS)
        return Binary(draw(st.sampled_from(signs)), value, draw(expressions(of, known, depth - 1, avoid)))
    form, name, taken = draw(st.sampled_from([built for built in CALLS[kind] if built[1] not in avoid]))
    arguments = tuple(
        Constant(Decimal(of)) if isinstance(of, int) else draw(expressions(of, known, depth - 1, avoid)) for of in taken
    )
    return Binary(name, *arguments) if form == "binary" else Call(name, arguments, kind)


# Cells


@st.composite
def compares(draw: st.DrawFn, kind: Type, known: Known) -> Compare | Within:
    if kind == "boolean" or draw(st.booleans()):
        operand = draw(leaves(kind, known) | st.just(Constant(None)))
        return Compare(draw(st.sampled_from(["=", "=", "!="])), operand)
    if draw(st.booleans()):
        return Compare(draw(st.sampled_from(ORDERINGS)), draw(leaves(kind, known)))
    low, high = sorted(draw(st.lists(st.sampled_from(VALUES[kind]), min_size=2, max_size=2)))
    return Within(
        Compare(draw(st.sampled_from([">", ">="])), Constant(low)),
        Compare(draw(st.sampled_from(["<", "<="])), Constant(high)),
    )


def any_of(kind: Type, known: Known) -> st.SearchStrategy[AnyOf]:
    return st.lists(compares(kind, known), min_size=1, max_size=3).map(lambda tests: AnyOf(tuple(tests)))


def cells(kind: Type, known: Known) -> st.SearchStrategy[Cell]:
    tests = any_of(kind, known)
    return (st.just(Anything()) | tests | tests | tests.map(Not)).map(lambda test: Cell(repr(test)[:40], test))


# Tables

SINGLE: list[HitPolicy] = ["FIRST", "UNIQUE", "ANY", "PRIORITY"]
LISTS: list[HitPolicy] = ["COLLECT", "RULE ORDER", "OUTPUT ORDER"]


@st.composite
def outputs(draw: st.DrawFn, name: str, policy: HitPolicy, kinds: Sequence[Type]) -> tuple[OutputClause, ...]:
    """This function will draw the output columns; the first of an ordered policy lists its values by priority."""
    clauses = []
    for at, kind in enumerate(kinds):
        default = draw(st.just(Constant(None)) | st.sampled_from([Constant(value) for value in VALUES[kind]]))
        ordered = policy in ("PRIORITY", "OUTPUT ORDER") and (at == 0 or draw(st.booleans()))
        values = tuple(draw(st.permutations(VALUES[kind]))) if ordered else ()
        clauses.append(OutputClause(name if len(kinds) == 1 else f"{name}: {at}", kind, default, values))
    return tuple(clauses)


@st.composite
def tables(
    draw: st.DrawFn, name: str, policies: Sequence[str], kinds: Sequence[Type], known: Known, avoid: frozenset[str]
) -> DecisionTable:
    policy, _, aggregation = draw(st.sampled_from(policies)).partition("/")
    clauses = draw(outputs(name, policy, kinds))
    inputs = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=3)):
        expression = draw(expressions(kind, known, 1, avoid))
        inputs.append(InputClause(f"column {len(inputs)}", expression, kind, None))
    fixed = policy in ("ANY", "PRIORITY", "OUTPUT ORDER")
    rules = []
    for number in range(draw(st.integers(1, 6))):
        looked = tuple(draw(cells(clause.type, known)) for clause in inputs)
        entries = [
            draw(st.sampled_from([Constant(value) for value in VALUES[clause.type][:3]]))
            if fixed
            else draw(expressions(clause.type, known, 1, avoid) | st.just(Constant(None)))
            for clause in clauses
        ]
        rules.append(Rule(f"{name}-{number}", looked, tuple(entries), Annotations("", "")))
    return DecisionTable(policy, tuple(inputs), clauses, tuple(rules), aggregation or None)  # type: ignore[arg-type]


@st.composite
def models(draw: st.DrawFn, avoid: frozenset[str] = frozenset()) -> DecisionModel:
    """This function will draw a chain: an auxiliary decision, two tables, an aggregation, a formula and a list."""
    known, decisions = dict(INPUTS), list[Decision]()

    def add(name: str, logic: DecisionTable | Formula, *, auxiliary: bool = False) -> None:
        decision = Decision(f"id {name}", name, tuple(one.name for one in decisions), logic, auxiliary)
        decisions.append(decision)
        known.update({output.name: output.type for output in decision.single_outputs})

    kinds = st.sampled_from(KINDS)
    helper = draw(kinds)
    if draw(st.booleans()):
        add(
            "pay/ment of.it",
            Formula("pay/ment of.it", helper, draw(expressions(helper, known, 2, avoid))),
            auxiliary=True,
        )
    else:
        add("pay/ment of.it", draw(tables("pay/ment of.it", SINGLE, [helper], known, avoid)), auxiliary=True)
    add("One", draw(tables("One", SINGLE, draw(st.lists(kinds, min_size=1, max_size=2)), known, avoid)))
    add("Two", draw(tables("Two", SINGLE, [draw(kinds)], known, avoid)))
    total = draw(st.sampled_from(["COLLECT/SUM", "COLLECT/COUNT", "COLLECT/MIN", "COLLECT/MAX"]))
    sums = ("number", "ratio")
    of = draw(st.sampled_from(sums if total.endswith("SUM") else [kind for kind in KINDS if kind != "boolean"]))
    counted = total.endswith("COUNT")
    add("Total", draw(tables("Total", [total], ["number" if counted else of], known, avoid)))
    kind = draw(kinds)
    add("Formula", Formula("Formula", kind, draw(expressions(kind, known, 3, avoid))))
    add("Many", draw(tables("Many", LISTS, draw(st.lists(kinds, min_size=1, max_size=2)), known, avoid)))
    inputs = tuple(InputData(name, of) for name, of in INPUTS.items())
    return DecisionModel("drawn", inputs, tuple(decisions))


# Cases


def some_cases(seed: int, count: int = 60) -> list[dict[str, Value]]:
    """This function will make cases by the seed, one value in six null: many at once, since each model is dear."""
    dice = random.Random(seed)
    return [
        {key: None if dice.random() < 0.17 else dice.choice(VALUES[kind]) for key, kind in INPUTS.items()}
        for _ in range(count)
    ]


cases = st.integers(0, 2**32).map(some_cases)


# Every operator and function at once

EDGES: dict[Type, list[Value]] = {
    "number": [
        *map(Decimal, ("0.5", "1.5", "-0.5", "0.125", "2", "12", "13", "29", "30", "1900", "2024", "10000")),
        *map(Decimal, ("99999999999999.999", "-99999999999999.999")),
    ],
    "ratio": [-0.5, 1e-300, 9007199254740993.0, -1e300],
    "string": ["aba", "b", "ab"],
    "date": [date(9999, 12, 31), date(2023, 12, 31), date(2024, 3, 30), date(1900, 2, 28)],
    "time": [time(12, 0, 0, 500)],
    "date_time": [datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1), datetime(2024, 1, 31, 12)],
    "days_duration": [timedelta(microseconds=-1), timedelta(days=50_000_000), timedelta(hours=-47, seconds=-1)],
    "months_duration": [Months(11), Months(-12), Months(-1_000_000_000)],
}  # fmt: skip


def every_call(*, avoid: frozenset[str] = frozenset()) -> DecisionModel:
    """This function will make a model with one formula for each operator and function, called by its number."""
    inputs = {f"{kind} {at}": kind for kind in KINDS for at in range(3)}
    decisions = []
    built = [(kind, *one) for kind, listed in CALLS.items() for one in listed if one[1] not in avoid]
    for number, (kind, form, name, taken) in enumerate(built):
        arguments = tuple(
            Constant(Decimal(of)) if isinstance(of, int) else Name(f"{of} {at}", of) for at, of in enumerate(taken)
        )
        expression = Binary(name, *arguments) if form == "binary" else Call(name, arguments, kind)
        called = f"{number}: {name}({', '.join(str(one) for one in taken)})"
        decisions.append(Decision(called, called, (), Formula(called, kind, expression)))
    return DecisionModel("every call", tuple(InputData(*one) for one in inputs.items()), tuple(decisions))


def edge_cases(count: int = 600) -> list[dict[str, Value]]:
    """This function will make cases for `every_call`: one value in twelve null, one in two an edge."""
    dice = random.Random(11)

    def value(kind: Type) -> Value:
        pool = EDGES[kind] if kind in EDGES and dice.random() < 0.5 else VALUES[kind]
        return None if dice.random() < 0.08 else dice.choice(pool)

    return [{f"{kind} {at}": value(kind) for kind in KINDS for at in range(3)} for _ in range(count)]
