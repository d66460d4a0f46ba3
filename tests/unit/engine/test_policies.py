"""What each hit policy and aggregation answers: which rules, which outputs, which status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import formula, table
from feel_texts import valued

from dunwell.engine import policies, single
from dunwell.engine.model import DecisionModel, DecisionTable, Value
from dunwell.engine.single import Outcome

D = Decimal
N = {"n": "number"}
# A rule matches from its bound on, so that n chooses how many do.
STEPS = [["> 0", '"low"'], ["> 10", '"mid"'], ["> 20", '"high"'], ["> 30", '"mid"']]
SUMS = [["> 0", "1.5"], ["> 10", "2"], ["> 20", "null"], ["> 30", "-0.5"]]


def load(
    folder: Path,
    policy: str,
    rules: Sequence[Sequence[str]] = STEPS,
    *,
    values: str = "",
    default: str | None = None,
    outputs: Mapping[str, str] | None = None,
    type_ref: str = "string",
) -> DecisionModel:
    name, _, aggregation = policy.partition("/")
    decision = table(
        "T",
        rules=rules,
        inputs=N,
        outputs=outputs or {"": type_ref},
        policy=name,
        defaults={next(iter(outputs or [""])): default} if default is not None else None,
        extra=f' aggregation="{aggregation}"' if aggregation else "",
    )
    return build.load(folder, valued(decision, values) if values else decision, inputs=N)


def decide(model: DecisionModel, n: object) -> Outcome:
    """This function will decide with a trace and without, which must say the same."""
    traced = single.decide(model, {"n": n})["T"]
    fast = single.compile(model).decide({"n": n})["T"]
    assert (traced.status, traced.outputs, traced.rows, traced.rules) == (
        fast.status,
        fast.outputs,
        fast.rows,
        fast.rules,
    )
    return traced


def told(outcome: Outcome) -> tuple[str, Value, tuple[str, ...]]:
    return outcome.status, outcome.outputs["T"], outcome.rules


@pytest.mark.parametrize(
    ("policy", "n", "status", "value", "rules"),
    [
        ("UNIQUE", 5, "ok", "low", ("r1",)),
        ("UNIQUE", 15, "conflict", None, ("r1", "r2")),
        ("UNIQUE", 0, "no_match", None, ()),
        ("UNIQUE", None, "no_match", None, ()),
        ("FIRST", 35, "ok", "low", ("r1",)),
        ("FIRST", 0, "no_match", None, ()),
        ("ANY", 5, "ok", "low", ("r1",)),
        ("ANY", 15, "conflict", None, ("r1", "r2")),
        ("ANY", 35, "conflict", None, ("r1", "r2", "r4", "r3")),
        ("ANY", -1, "no_match", None, ()),
    ],
)
def test_one_answer(policy: str, n: object, status: str, value: object, rules: tuple[str, ...], tmp_path: Path) -> None:
    found = told(decide(load(tmp_path, policy), n))
    assert (found[:2], set(found[2])) == ((status, value), set(rules))


def test_unique_is_a_conflict_even_between_rules_that_agree(tmp_path: Path) -> None:
    model = load(tmp_path, "UNIQUE", [["> 0", '"x"'], ["> 10", '"x"']])
    assert told(decide(model, 15)) == ("conflict", None, ("r1", "r2"))


def test_any_takes_rules_that_agree_for_one(tmp_path: Path) -> None:
    model = load(tmp_path, "ANY", [["> 0", '"x"'], ["> 10", '"x"'], ["> 20", "null"], ["> 30", "null"]])
    assert told(decide(model, 15)) == ("ok", "x", ("r1",))
    assert told(decide(model, 25))[:2] == ("conflict", None)


def test_any_compares_all_outputs(tmp_path: Path) -> None:
    rules = [["> 0", '"x"', "1"], ["> 10", '"x"', "1.0"], ["> 20", '"x"', "2"]]
    model = load(tmp_path, "ANY", rules, outputs={"a": "string", "b": "number"})
    assert decide(model, 15).outputs == {"a": "x", "b": D(1)}
    assert decide(model, 25).outputs == {"a": None, "b": None}
    assert decide(model, 25).status == "conflict"


@pytest.mark.parametrize(
    ("values", "n", "value", "rule"),
    [
        ('"high", "mid", "low"', 5, "low", "r1"),
        ('"high", "mid", "low"', 15, "mid", "r2"),
        ('"high", "mid", "low"', 35, "high", "r3"),
        ('"low", "mid", "high"', 35, "low", "r1"),
        ('"mid", "low", "high"', 35, "mid", "r2"),
    ],
)
def test_priority_is_the_place_in_the_list_of_values(
    values: str, n: object, value: object, rule: str, tmp_path: Path
) -> None:
    assert told(decide(load(tmp_path, "PRIORITY", values=values), n)) == ("ok", value, (rule,))


def test_priority_without_a_match(tmp_path: Path) -> None:
    assert told(decide(load(tmp_path, "PRIORITY", values='"high", "mid", "low"'), 0)) == ("no_match", None, ())
    model = load(tmp_path, "PRIORITY", values='"high", "mid", "low"', default='"mid"')
    assert told(decide(model, 0)) == ("ok", "mid", ())


def test_priority_takes_the_list_of_the_type_where_the_table_has_none(tmp_path: Path) -> None:
    item = (
        '<itemDefinition name="tStep"><typeRef>string</typeRef>'
        '<allowedValues><text>"high", "mid", "low"</text></allowedValues></itemDefinition>'
    )
    decision = table("T", rules=STEPS, inputs=N, outputs={"": ""}, policy="PRIORITY", type_ref="tStep")
    model = build.written(tmp_path, build.definitions(item, decision, inputs=N))
    assert told(decide(model, 35)) == ("ok", "high", ("r3",))


def test_a_tie_of_priority_between_different_answers_is_a_conflict(tmp_path: Path) -> None:
    """Only the listed outputs rank; rules that tie and differ in the others contradict each other."""
    rules = [["> 0", '"a"', "1"], ["> 10", '"a"', "2"], ["> 20", '"b"', "3"]]
    model = load(tmp_path, "PRIORITY", rules, values='"b", "a"', outputs={"x": "string", "y": "number"})
    assert decide(model, 5).outputs == {"x": "a", "y": D(1)}
    tied = decide(model, 15)
    assert (tied.status, tied.outputs, tied.rules) == ("conflict", {"x": None, "y": None}, ("r1", "r2"))
    assert decide(model, 25).outputs == {"x": "b", "y": D(3)}


def test_the_leftmost_output_ranks_first(tmp_path: Path) -> None:
    rules = [["> 0", '"a"', '"q"'], ["> 10", '"a"', '"p"'], ["> 20", '"b"', '"p"']]
    decision = table("T", rules=rules, inputs=N, outputs={"x": "string", "y": "string"}, policy="PRIORITY")
    listed = decision.replace(
        '<output name="x" typeRef="string"></output><output name="y" typeRef="string"></output>',
        '<output name="x" typeRef="string"><outputValues><text>"a", "b"</text></outputValues></output>'
        '<output name="y" typeRef="string"><outputValues><text>"p", "q"</text></outputValues></output>',
    )
    model = build.load(tmp_path, listed, inputs=N)
    assert decide(model, 25).outputs == {"x": "a", "y": "p"}
    assert decide(model, 5).outputs == {"x": "a", "y": "q"}


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ("COLLECT", ("r1", "r2", "r3", "r4")),
        ("RULE ORDER", ("r1", "r2", "r3", "r4")),
        ("OUTPUT ORDER", ("r3", "r2", "r4", "r1")),
    ],
)
def test_lists(policy: str, rules: tuple[str, ...], tmp_path: Path) -> None:
    values = '"high", "mid", "low"' if policy == "OUTPUT ORDER" else ""
    model = load(tmp_path, policy, values=values)
    outputs = {"r1": "low", "r2": "mid", "r3": "high", "r4": "mid"}
    found = decide(model, 35)
    assert (found.status, found.outputs, found.rules) == ("ok", {}, rules)
    assert found.rows == tuple({"T": outputs[rule]} for rule in rules)
    nothing = decide(model, 0)
    assert (nothing.status, nothing.rows, nothing.rules) == ("no_match", (), ())


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_the_default_of_a_list_is_its_only_row(policy: str, tmp_path: Path) -> None:
    values = '"high", "mid", "low"' if policy == "OUTPUT ORDER" else ""
    found = decide(load(tmp_path, policy, values=values, default='"low"'), 0)
    assert (found.status, found.rows, found.rules) == ("ok", ({"T": "low"},), ())


def test_a_list_of_computed_rows(tmp_path: Path) -> None:
    rules = [["> 0", "n * 2", '"a"'], ["> 10", "null", '"b"']]
    model = load(tmp_path, "COLLECT", rules, outputs={"x": "number", "y": "string"})
    assert decide(model, D("10.5")).rows == ({"x": D("21.0"), "y": "a"}, {"x": None, "y": "b"})


@pytest.mark.parametrize(
    ("aggregation", "n", "status", "value"),
    [
        ("SUM", 5, "ok", D("1.5")),
        ("SUM", 15, "ok", D("3.5")),
        ("SUM", 25, "ok", D("3.5")),
        ("SUM", 35, "ok", D("3.0")),
        ("MIN", 35, "ok", D("-0.5")),
        ("MAX", 35, "ok", D(2)),
        ("COUNT", 35, "ok", D(4)),
        ("COUNT", 15, "ok", D(2)),
        ("SUM", 0, "no_match", None),
        ("MIN", 0, "no_match", None),
        ("MAX", None, "no_match", None),
        ("COUNT", 0, "ok", D(0)),
        ("COUNT", None, "ok", D(0)),
    ],
)
def test_aggregations(aggregation: str, n: object, status: str, value: object, tmp_path: Path) -> None:
    found = decide(load(tmp_path, f"COLLECT/{aggregation}", SUMS, type_ref="number"), n)
    assert (found.status, found.outputs) == (status, {"T": value})


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_an_aggregation_of_nulls_alone_is_null(aggregation: str, tmp_path: Path) -> None:
    model = load(tmp_path, f"COLLECT/{aggregation}", [["> 0", "null"], ["> 10", "null"]], type_ref="number")
    assert decide(model, 15).outputs == {"T": None}
    assert decide(model, 15).status == "ok"


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX", "COUNT"])
def test_the_default_stands_for_an_aggregation_of_nothing(aggregation: str, tmp_path: Path) -> None:
    model = load(tmp_path, f"COLLECT/{aggregation}", SUMS, type_ref="number", default="7")
    found = decide(model, 0)
    assert (found.status, found.outputs) == ("ok", {"T": D(7)})


def test_count_counts_anything(tmp_path: Path) -> None:
    assert decide(load(tmp_path, "COLLECT/COUNT", type_ref="number"), 25).outputs == {"T": D(3)}
    assert decide(load(tmp_path, "COLLECT/COUNT", type_ref=""), 25).outputs == {"T": D(3)}


@pytest.mark.parametrize(("aggregation", "value"), [("MIN", "high"), ("MAX", "mid")])
def test_the_least_and_the_most_text(aggregation: str, value: str, tmp_path: Path) -> None:
    assert decide(load(tmp_path, f"COLLECT/{aggregation}"), 35).outputs == {"T": value}


def test_a_sum_is_exact_until_a_ratio_joins_it(tmp_path: Path) -> None:
    exact = load(tmp_path, "COLLECT/SUM", [["> 0", "0.1"], ["> 0", "0.2"]], type_ref="number")
    assert decide(exact, 1).outputs == {"T": D("0.3")}
    binary = load(tmp_path, "COLLECT/SUM", [["> 0", "n / 10"], ["> 0", "0.2"], ["> 1", "n"]], type_ref="number")
    assert decide(binary, 1).outputs == {"T": 0.1 + 0.2}
    assert decide(binary, 2).outputs == {"T": 0.2 + 0.2 + 2.0}


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE", "COLLECT", "RULE ORDER", "COLLECT/SUM"])
def test_entries_may_be_computed_from_facts(policy: str, tmp_path: Path) -> None:
    model = load(tmp_path, policy, [["> 10", "n + 1"], ["<= 10", "if n = null then 0 else -n"]], type_ref="number")
    found = decide(model, 20), decide(model, 5)
    values = [outcome.rows[0]["T"] if outcome.rows else outcome.outputs["T"] for outcome in found]
    assert values == [D(21), D(-5)]


def test_several_defaults_stand_each_for_its_output(tmp_path: Path) -> None:
    decision = table(
        "T",
        rules=[["> 10", "1", '"x"']],
        inputs=N,
        outputs={"a": "number", "b": "string"},
        defaults={"b": '"none"'},
    )
    found = decide(build.load(tmp_path, decision, inputs=N), 0)
    assert (found.status, found.outputs, found.rules) == ("ok", {"a": None, "b": "none"}, ())


def test_a_default_may_be_computed(tmp_path: Path) -> None:
    model = load(tmp_path, "FIRST", [["> 10", "1"]], type_ref="number", default="n * 100")
    assert told(decide(model, 2)) == ("ok", D(200), ())
    assert told(decide(model, None)) == ("ok", None, ())


def test_a_conflict_reaches_what_is_decided_next_as_null(tmp_path: Path) -> None:
    first = table("T", rules=STEPS, inputs=N, policy="ANY")
    model = build.load(tmp_path, first, formula("f", "T = null", after=["T"]), inputs=N)
    assert single.decide(model, {"n": 15})["f"].outputs == {"f": True}


def test_rules_of_one_class_give_the_same_answer(tmp_path: Path) -> None:
    logic = load(tmp_path, "ANY").decision("T").logic
    assert isinstance(logic, DecisionTable)
    assert policies.classes(logic) == (0, 1, 2, 1)
    assert policies.ranks(logic) == (0, 0, 0, 0)


def test_an_aggregation_is_one_value_that_others_may_use(tmp_path: Path) -> None:
    total = table("T", rules=SUMS, inputs=N, outputs={"": "number"}, policy="COLLECT", extra=' aggregation="SUM"')
    model = build.load(tmp_path, total, formula("twice", "T * 2", after=["T"]), inputs=N)
    assert single.decide(model, {"n": 15})["twice"].outputs == {"twice": D("7.0")}


def test_hundreds_of_rules(tmp_path: Path) -> None:
    """More rules than a machine word has bits."""
    rules = [[f"[{n}..{n + 2})", f"{n}"] for n in range(500)]
    model = load(tmp_path, "RULE ORDER", rules, type_ref="number")
    assert [row["T"] for row in decide(model, D("250.5")).rows] == [D(249), D(250)]
    assert decide(model, D("499.5")).rules == ("r499", "r500")
