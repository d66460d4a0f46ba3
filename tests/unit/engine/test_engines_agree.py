"""Random models and random cases: the bulk engine must say what the judge says; injected faults must be seen."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import engine_oracle as oracle
import pytest
from engine_drawing import cases, examples, models
from engine_models import disagreement
from hypothesis import Phase, given, settings

from dunwell.engine import evaluation, policies, single
from dunwell.engine.columnar import arithmetic, columns, hits
from dunwell.engine.model import DecisionModel, Value

# A random model that fails is long to write.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
Rows = list[dict[str, Value]]


@examples(20)
@given(models(), cases)
def test_bulk_says_what_the_judge_says(model: DecisionModel, rows: Rows) -> None:
    assert disagreement(model, rows) == []


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@examples(250)
@given(models(), cases)
def test_bulk_says_what_the_judge_says_at_length(model: DecisionModel, rows: Rows) -> None:
    assert disagreement(model, rows) == []


def contradictions(model: DecisionModel, rows: Rows) -> list[str]:
    """This function will list where the judge contradicts the oracle, which knows the standard's words only."""
    found = []
    for facts in rows:
        want = oracle.decide(model, facts)
        for name, got in single.decide(model, facts).items():
            if told(got) != told(want[name]):
                found.append(f"{facts}: {name} is {told(got)}, should be {told(want[name])}")
    return found


def told(outcome: single.Outcome) -> tuple[object, ...]:
    """This function will leave out the trace, and the order of rules that contradict each other."""
    rules = tuple(sorted(outcome.rules)) if outcome.status == "conflict" else outcome.rules
    return outcome.status, outcome.outputs, outcome.rows, rules


@examples(60)
@given(models(), cases)
def test_the_judge_says_what_the_standard_says(model: DecisionModel, rows: Rows) -> None:
    assert contradictions(model, rows) == []


# The test of the test: each fault is one that was possible, or once was made, in an engine.

REAL, PICK = columns.compare, columns.pick
Column = arithmetic.Column


def as_sql_would(comparison: Any, left: Column, right: Column) -> Column:
    """This function will be wrong about null: SQL's = gives null where FEEL's gives true or false."""
    return left == right if comparison == "=" else REAL(comparison, left, right)


def off_by_one(comparison: Any, left: Column, right: Column) -> Column:
    return left > right if comparison == ">=" else REAL(comparison, left, right)


def one_rank(contest: hits.Contest) -> tuple[tuple[int, int], ...]:
    return tuple((0, at) for at in contest.order)


def as_written(contest: hits.Contest) -> tuple[int, ...]:
    return tuple(range(len(contest.table.rules)))


FAULTS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "equality with null": (columns, "compare", as_sql_would),
    ">= read as >": (columns, "compare", off_by_one),
    "a list read as all of": (columns, "or_", operator.and_),
    "outputs of the next rule": (columns, "pick", lambda values, *rest: PICK([*values[1:], *values[:1]], *rest)),
    "a conflict decided in silence": (hits, "settled", lambda contest, least, latest: least),
    "a conflict seen across ranks": (hits.Contest, "places", property(one_rank)),
    "lists in the order of the rules": (hits.Contest, "order", property(as_written)),
    "sums that forget a null": (hits, "_sum", lambda values, entries: columns.joined(operator.add, values)),
    "a judge without null": (evaluation, "both", lambda left, right: bool(left and right)),
    "a judge that forgets unknown": (evaluation, "either", lambda results: any(results)),
}  # fmt: skip
QUICK = ("equality with null", "a conflict decided in silence")


def inject(fault: tuple[object, str, object], patch: pytest.MonkeyPatch) -> None:
    single.compile.cache_clear()
    patch.setattr(*fault)  # type: ignore[arg-type]  # a name, declared as an object's


def shown(failing: Callable[[DecisionModel, Rows], list[str]]) -> bool:
    """This function will say whether random models show a fault; one that breaks the engine's run shows itself."""
    found: list[bool] = []

    @settings(examples(150), phases=[Phase.generate], database=None, derandomize=True)
    @given(models(), cases)
    def look(model: DecisionModel, rows: Rows) -> None:
        if not found and fails(model, rows):
            found.append(True)

    def fails(model: DecisionModel, rows: Rows) -> bool:
        try:
            return bool(failing(model, rows))
        except Exception:  # whatever an engine raises
            return True

    look()
    single.compile.cache_clear()
    return bool(found)


@pytest.mark.parametrize("fault", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in FAULTS])
def test_an_injected_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inject(FAULTS[fault], monkeypatch)
    assert shown(disagreement), f"no random model showed the fault: {fault}"


def test_a_fault_that_both_engines_share_is_found_by_the_oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    inject((policies, "ranks", lambda table: (0,) * len(table.rules)), monkeypatch)
    assert shown(contradictions)
