"""Hit policies over columns, one example each: what is added, what is told of a conflict, the order of lists."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import engine_models as build
import ibis
import pytest
from engine_models import formula, table

from dunwell.engine import bulk
from dunwell.engine.columnar.hits import Contest
from dunwell.engine.model import (
    Annotations,
    AnyOf,
    Anything,
    Cell,
    Compare,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    HitPolicy,
    InputClause,
    InputData,
    InputError,
    Name,
    OutputClause,
    Rule,
    Value,
)

D = Decimal
INPUTS = {"dpd": "number"}
Rows = list[dict[str, object]]


def ladder(
    policy: HitPolicy, says: list[Value], *, aggregation: str | None = None, default: Value = None
) -> DecisionModel:
    """This function will make a table whose rule i matches from 30 × i days on, and says what is listed."""
    kind = "number" if any(isinstance(value, Decimal) for value in says) else "string"
    values = ("visit", "call", "remind") if policy in ("PRIORITY", "OUTPUT ORDER") else ()
    rules = tuple(
        Rule(
            f"r{at}",
            (Cell("", AnyOf((Compare(">=", Constant(D(30 * at))),))),),
            (Constant(value),),
            Annotations("", ""),
        )
        for at, value in enumerate(says)
    )
    column = InputClause("days", Name("dpd", "number"), "number", None)
    logic = DecisionTable(policy, (column,), (OutputClause("T", kind, Constant(default), values),), rules, aggregation)  # type: ignore[arg-type]
    return DecisionModel("ladder", (InputData("dpd", "number"),), (Decision("d", "T", (), logic),))


def cases(model: DecisionModel, *days: int | None) -> ibis.Table:
    return build.as_table(model, [{"dpd": None if day is None else D(day)} for day in days])


def decided(model: DecisionModel, *days: int | None) -> list[tuple[object, ...]]:
    found = build.answers(bulk.decide(cases(model, *days), model))
    return [tuple(value for name, value in row.items() if name not in ("case", "dpd")) for row in found]


def test_unique_tells_a_conflict_even_of_rules_that_agree() -> None:
    model = ladder("UNIQUE", ["call", "call"])
    assert decided(model, 10, 40, None) == [("call", "r0", "ok"), (None, None, "conflict"), (None, None, "no_match")]


def test_any_takes_the_first_of_those_that_agree() -> None:
    model = ladder("ANY", ["call", "call", "visit"])
    assert decided(model, 40, 70) == [("call", "r0", "ok"), (None, None, "conflict")]


def test_priority_takes_the_output_that_its_column_lists_first() -> None:
    model = ladder("PRIORITY", ["remind", "visit", "call", "visit"])
    assert decided(model, 10, 40, 100, -1) == [
        ("remind", "r0", "ok"),
        ("visit", "r1", "ok"),
        ("visit", "r1", "ok"),
        (None, None, "no_match"),
    ]


def test_priority_conflicts_only_within_the_rank_that_counts() -> None:
    """This test will give the rules a second output without priorities, which may contradict within a rank."""
    model = ladder("PRIORITY", ["remind", "remind", "visit"])
    logic = model.decisions[0].logic
    assert isinstance(logic, DecisionTable)
    rules = tuple(replace(rule, outputs=(*rule.outputs, Constant(rule.id))) for rule in logic.rules)
    wider = replace(logic, rules=rules, outputs=(*logic.outputs, OutputClause("by", "string", Constant(None), ())))
    model = replace(model, decisions=(replace(model.decisions[0], logic=wider),))
    assert decided(model, 40, 70) == [(None, None, None, "conflict"), ("visit", "r2", "r2", "ok")]
    found = build.answers(bulk.conflicts(cases(model, 10, 40, 70), model, keys=["case"]))
    assert {(row["case"], row["decision"], row["rule"]) for row in found} == {(1, "T", "r0"), (1, "T", "r1")}


def test_first_adds_no_status() -> None:
    assert decided(ladder("FIRST", ["call", "visit"]), 40, None) == [("call", "r0"), (None, None)]


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "PRIORITY"])
def test_a_default_is_an_answer(policy: HitPolicy) -> None:
    assert decided(ladder(policy, ["call", "visit"], default="remind"), None) == [("remind", None, "ok")]


@pytest.mark.parametrize(
    ("aggregation", "found"),
    [
        ("SUM", [(D("1.5"), "ok"), (D("1.5"), "ok"), (D("-8.5"), "ok"), (None, "no_match")]),
        ("MIN", [(D("1.5"), "ok"), (D("1.5"), "ok"), (D(-10), "ok"), (None, "no_match")]),
        ("MAX", [(D("1.5"), "ok"), (D("1.5"), "ok"), (D("1.5"), "ok"), (None, "no_match")]),
        ("COUNT", [(1, "ok"), (2, "ok"), (3, "ok"), (0, "ok")]),
    ],
)
def test_aggregations_skip_null_entries_but_count_them(aggregation: str, found: Rows) -> None:
    model = ladder("COLLECT", [D("1.5"), None, D(-10)], aggregation=aggregation)
    assert decided(model, 10, 40, 70, None) == found


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX", "COUNT"])
def test_an_aggregation_of_nothing_is_its_default(aggregation: str) -> None:
    model = ladder("COLLECT", [D("1.5"), D(2)], aggregation=aggregation, default=D("7.25"))
    assert decided(model, None) == [(D("7.25"), "ok")]


def test_a_sum_is_as_wide_as_its_rules_need() -> None:
    model = ladder("COLLECT", [D("999999999999999999")] * 40, aggregation="SUM")
    assert decided(model, 2000)[0][0] == 40 * D("999999999999999999")


def listed(model: DecisionModel, *days: int | None) -> list[tuple[object, ...]]:
    found = bulk.collect(cases(model, *days), model, "T", keys=["case"])
    return [
        tuple(row.values())
        for row in build.run(found).sort_by([("case", "ascending"), ("place", "ascending")]).to_pylist()
    ]


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_lists_come_in_the_order_of_the_rules(policy: HitPolicy) -> None:
    model = ladder(policy, ["remind", "visit", "call"])
    assert listed(model, 70, None, 10) == [
        (0, "remind", "r0", 1),
        (0, "visit", "r1", 2),
        (0, "call", "r2", 3),
        (2, "remind", "r0", 1),
    ]


def test_output_order_puts_the_first_value_first() -> None:
    model = ladder("OUTPUT ORDER", ["remind", "visit", "call"])
    assert listed(model, 70) == [(0, "visit", "r1", 1), (0, "call", "r2", 2), (0, "remind", "r0", 3)]


def test_a_list_of_nothing_is_its_default_if_it_has_one() -> None:
    assert listed(ladder("RULE ORDER", ["call", "visit"], default="wait"), None, 10) == [
        (0, "wait", None, 1),
        (1, "call", "r0", 1),
    ]


@pytest.mark.parametrize("key", ["rule", "Place", "t"])
def test_keys_may_not_go_by_the_name_of_what_is_listed(key: str) -> None:
    model = ladder("COLLECT", ["call"])
    given = ibis.table({"dpd": "int64", key: "string"}, name="cases")
    with pytest.raises(InputError, match=f"the key '{key}' is also an output"):
        bulk.collect(given, model, "T", keys=[key])


# Conflicts


def test_conflicts_are_told_from_a_table_that_is_decided_or_not() -> None:
    model = ladder("UNIQUE", ["call", "visit", "call"])
    given = cases(model, 10, 40, 70)
    for told in (given, bulk.decide(given, model)):
        found = build.run(bulk.conflicts(told, model, keys=["case"])).to_pylist()
        assert {(row["case"], row["rule"]) for row in found} == {(1, "r0"), (1, "r1"), (2, "r0"), (2, "r1"), (2, "r2")}
        assert {row["decision"] for row in found} == {"T"}


@pytest.mark.parametrize("policy", ["FIRST", "COLLECT", "OUTPUT ORDER"])
def test_no_conflicts_where_there_can_be_none(policy: HitPolicy) -> None:
    model = ladder(policy, ["call", "visit"])
    found = build.run(bulk.conflicts(cases(model, 40), model, keys=["case"]))
    assert (found.num_rows, found.column_names) == (0, ["case", "decision", "rule"])


def test_the_second_look_is_spared_where_no_rank_holds_two_answers(tmp_path: Path) -> None:
    one = Contest(ladder("ANY", ["call", "call"]).decisions[0].logic)  # type: ignore[arg-type]
    several = Contest(ladder("ANY", ["call", "visit"]).decisions[0].logic)  # type: ignore[arg-type]
    ranked = Contest(ladder("PRIORITY", ["call", "visit"]).decisions[0].logic)  # type: ignore[arg-type]
    assert [one.can_conflict, several.can_conflict, ranked.can_conflict] == [False, True, False]


# Null hits


def test_null_hits_are_counted_for_columns_that_are_tested(tmp_path: Path) -> None:
    inputs = {"n": "number", "s": "string", "b": "boolean"}
    one = table(
        "One",
        rules=[["> 1", "-", "1"], ["null", "-", "null"]],
        inputs={"n": "number", "b": "boolean"},
        outputs={"": "number"},
    )
    two = table("Two", rules=[["1", '"x"', '"y"']], inputs={"One": "number", "s": "string"}, needs=["s"], after=["One"])
    many = table("Many", rules=[['"x"', '"z"']], inputs={"s": "string"}, policy="COLLECT")
    model = build.load(tmp_path, one, two, many, inputs=inputs)
    rows = [{"n": D(5), "s": None, "b": None}, {"n": None, "s": "x", "b": None}, {"n": None, "s": None, "b": True}]
    given = build.as_table(model, rows)
    expected = {("One", "n"): 2, ("Two", "One"): 2, ("Two", "s"): 2, ("Many", "s"): 2}
    for told in (given, bulk.decide(given, model)):
        found = build.run(bulk.null_hits(told, model)).to_pylist()
        assert {(row["decision"], row["column"]): row["nulls"] for row in found} == expected


def test_null_hits_of_no_case_are_zero() -> None:
    model = ladder("FIRST", ["call"])
    found = build.run(bulk.null_hits(cases(model, 10).filter(ibis.literal(False)), model)).to_pylist()
    assert found == [{"decision": "T", "column": "days", "nulls": 0}]


def test_null_hits_of_a_model_that_tests_nothing_are_none(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "n + 1", needs=["n"]), inputs={"n": "number"})
    assert build.run(bulk.null_hits(build.as_table(model, [{"n": None}]), model)).num_rows == 0


# Auxiliary decisions


def helped(policy: HitPolicy) -> DecisionModel:
    """This function will put an auxiliary table with a name that no column should have before one that uses it."""
    model = ladder("UNIQUE", ["call", "visit"])
    [helper] = model.decisions
    name = "one/pay ment.of it"
    logic = helper.logic
    assert isinstance(logic, DecisionTable)
    auxiliary = replace(
        helper, name=name, auxiliary=True, logic=replace(logic, outputs=(replace(logic.outputs[0], name=name),))
    )
    column = InputClause("what", Name(name, "string"), "string", None)
    cell = Cell('"call"', AnyOf((Compare("=", Constant("call")),)))
    rules = (
        Rule("a", (cell,), (Name(name, "string"),), Annotations("", "")),
        Rule("b", (Cell("-", Anything()),), (Constant("none"),), Annotations("", "")),
    )
    table = DecisionTable(policy, (column,), (OutputClause("T", "string", Constant(None), ()),), rules)
    return replace(model, decisions=(auxiliary, Decision("t", "T", (name,), table)))


def test_auxiliary_decisions_leave_no_column() -> None:
    model = helped("FIRST")
    assert bulk.decide(cases(model, 10), model).columns == ("case", "dpd", "T", "T_rule")
    assert decided(model, 10, 40) == [("call", "a"), ("none", "b")]


def test_a_list_is_helped_by_auxiliary_decisions_too() -> None:
    assert listed(helped("COLLECT"), 10, 40) == [(0, "call", "a", 1), (0, "none", "b", 2), (1, "none", "b", 1)]


def test_the_conflicts_of_auxiliary_decisions_are_told() -> None:
    model = helped("FIRST")
    found = build.run(bulk.conflicts(bulk.decide(cases(model, 10, 40), model), model, keys=["case"])).to_pylist()
    assert {(row["case"], row["decision"], row["rule"]) for row in found} == {
        (1, "one/pay ment.of it", "r0"),
        (1, "one/pay ment.of it", "r1"),
    }
