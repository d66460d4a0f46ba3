"""The bulk engine: the columns it adds, the types it keeps, and the tables it refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import engine_models as build
import ibis
import pyarrow as pa
import pytest
from engine_models import formula, table

from dunwell.engine import bulk, single
from dunwell.engine.model import DecisionModel, InputError

D = Decimal
INPUTS = {"dpd": "number", "kind": "string"}
RULES = [["< 30", "-", '"remind"', "1"], [">= 30", '"consumer"', '"call"', "2.5"], [">= 60", "-", '"visit"', "null"]]
OUTPUTS = {"action": "string", "weight": "number"}
ROWS = [{"dpd": dpd, "kind": kind} for dpd in (D(10), D(40), D(70), None) for kind in ("consumer", "company", None)]


def ladder(folder: Path, policy: str) -> DecisionModel:
    return build.load(folder, table("T", rules=RULES, inputs=INPUTS, outputs=OUTPUTS, policy=policy), inputs=INPUTS)


def run(table: ibis.Table) -> list[dict[str, object]]:
    return build.run(table).to_pylist()


# What it adds


@pytest.mark.parametrize(
    ("policy", "added"),
    [
        ("FIRST", ["action", "weight", "T_rule"]),
        ("UNIQUE", ["action", "weight", "T_rule", "T_status"]),
        ("COLLECT", []),
    ],
)
def test_columns_added_by_each_hit_policy(policy: str, added: list[str], tmp_path: Path) -> None:
    model = ladder(tmp_path, policy)
    assert list(bulk.decide(build.as_table(model, ROWS), model).columns) == ["case", "dpd", "kind", *added]


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE"])
def test_wide_table_agrees_with_the_judge(policy: str, tmp_path: Path) -> None:
    assert not build.differences(ladder(tmp_path, policy), ROWS)


def test_long_table_agrees_with_the_judge(tmp_path: Path) -> None:
    assert not build.collected(ladder(tmp_path, "COLLECT"), "T", ROWS)


def test_long_table_has_the_keys_the_outputs_and_the_rule(tmp_path: Path) -> None:
    model = ladder(tmp_path, "COLLECT")
    cases = build.as_table(model, [{"dpd": D(70), "kind": "consumer"}, {"dpd": None, "kind": None}])
    found = run(bulk.collect(cases, model, "T", keys=["case", "kind"]).order_by("rule"))
    assert found == [
        {"case": 0, "kind": "consumer", "action": "call", "weight": D("2.5"), "rule": "r2", "place": 1},
        {"case": 0, "kind": "consumer", "action": "visit", "weight": None, "rule": "r3", "place": 2},
    ]


def test_unnamed_output_goes_by_the_decisions_name(tmp_path: Path) -> None:
    model = build.load(tmp_path, table("T", rules=[["-", '"x"']], inputs={"n": "number"}), inputs={"n": "number"})
    assert list(bulk.decide(build.as_table(model, [{"n": None}]), model).columns) == ["case", "n", "T", "T_rule"]


@pytest.mark.parametrize("default", ['"wait"', "kind", "null"])
@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE"])
def test_defaults_stand_where_no_rule_matches(policy: str, default: str, tmp_path: Path) -> None:
    rules = [row[:3] for row in RULES]
    decision = table("T", rules=rules, inputs=INPUTS, outputs={"a": "string"}, policy=policy, defaults={"a": default})
    assert not build.differences(build.load(tmp_path, decision, inputs=INPUTS), ROWS)


def test_rules_without_any_condition_match_everything(tmp_path: Path) -> None:
    nothing = table("T", rules=[['"x"']], inputs={})
    empty = table("U", rules=[["-", "-", '"y"']], inputs=INPUTS)
    assert not build.differences(build.load(tmp_path, nothing, empty, inputs=INPUTS), ROWS)


def test_chains_of_decisions_agree_with_the_judge(tmp_path: Path) -> None:
    grade = table("Grade", rules=[["< 30", "1"], [">= 60", "3"], ["< 65", "2"]], inputs={"dpd": "number"},
                  outputs={"": "number"}, policy="UNIQUE")  # fmt: skip
    double = formula("double", "Grade * 2 + dpd", needs=["dpd"], after=["Grade"])
    act = table("Act", rules=[["> 50", "null", '"a"'], ["-", "> 1", "kind"], ["null", "-", '"b"']], needs=["kind"],
                inputs={"double": "number", "Grade": "number"}, after=["double", "Grade"])  # fmt: skip
    offers = table("Offers", rules=[['"a"', "1"], ['not("a")', "double"]], inputs={"Act": "string"}, needs=[],
                   outputs={"": "number"}, after=["Act", "double"], policy="COLLECT")  # fmt: skip
    model = build.load(tmp_path, offers, act, double, grade, inputs=INPUTS)
    rows = [*ROWS, {"dpd": D(62), "kind": "x"}]
    assert not build.differences(model, rows)
    assert not build.collected(model, "Offers", rows)


def test_the_table_keeps_its_other_columns_and_their_types(tmp_path: Path) -> None:
    model = ladder(tmp_path, "FIRST")
    given = build.as_table(model, ROWS).mutate(extra=ibis.literal(1.5), rule=ibis.literal("mine"))
    decided = bulk.decide(given, model)
    assert decided.schema().items() >= given.schema().items()
    assert {row["rule"] for row in run(decided)} == {"mine"}


def test_the_query_does_not_depend_on_when_it_is_compiled(tmp_path: Path) -> None:
    model = ladder(tmp_path, "UNIQUE")
    source = ibis.table({"dpd": "decimal(18, 3)", "kind": "string"}, name="cases")
    assert ibis.to_sql(bulk.decide(source, model)) == ibis.to_sql(bulk.decide(source, model))


NAMES = ["Monthly Salary", "逾期天数", "it's", "a.b", "a-b", "select", "_x", "ratio/share", "y%", "rule"]


@pytest.mark.parametrize("name", NAMES)
def test_columns_may_be_called_anything_that_feel_allows(name: str, tmp_path: Path) -> None:
    inputs = {name: "number", "other one": "number"}
    rules = [["> other one", '"more"'], ["<= 5, 7", '"less"']]
    decision = table("T", rules=rules, inputs={name: "number"}, needs=inputs)
    total = formula("sum of it", f"{name} + other one", needs=inputs)
    model = build.load(tmp_path, decision, total, inputs=inputs)
    rows = [{name: one, "other one": other} for one in (D(4), D(7), None) for other in (D(5), D(9), None)]
    assert not build.differences(model, rows)


def test_deciding_twice_is_refused_rather_than_done_over(tmp_path: Path) -> None:
    model = ladder(tmp_path, "UNIQUE")
    decided = bulk.decide(build.as_table(model, ROWS), model)
    with pytest.raises(InputError, match="the table already has a column 'action'"):
        bulk.decide(decided, model)


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE", "COLLECT"])
def test_an_empty_table_stays_empty(policy: str, tmp_path: Path) -> None:
    model = ladder(tmp_path, policy)
    nobody = build.as_table(model, ROWS).filter(ibis.literal(False))
    found = bulk.collect(nobody, model, "T", keys=["case"]) if policy == "COLLECT" else bulk.decide(nobody, model)
    assert run(found) == []


def test_each_distinct_cell_is_computed_once(tmp_path: Path) -> None:
    rules = [[">= 30", f'"{kind}"', '"x"'] for kind in "abcdefgh"]
    again = [[">= 30", '"a"', '"y"']]
    parts = [table("T", rules=rules, inputs=INPUTS), table("U", rules=again, inputs=INPUTS, policy="UNIQUE")]
    model = build.load(tmp_path, *parts, inputs=INPUTS)
    source = ibis.table({"dpd": "decimal(18, 3)", "kind": "string"}, name="cases")
    query = ibis.to_sql(bulk.decide(source, model))
    assert query.count("= 30") == 1
    assert query.count("'a'") == 1


# Numbers

NUMBER_TYPES = ["int8", "int16", "int32", "int64", "decimal(5, 2)", "decimal(18, 3)", "decimal(38, 0)", "float64"]
LITERALS = ["5", "4.99", "5.0001", "100000", "123456789012345678.123456789", "-0.000000001"]


@pytest.mark.parametrize("column_type", NUMBER_TYPES)
def test_literals_compare_exactly_with_columns_of_every_number_type(column_type: str, tmp_path: Path) -> None:
    rules = [[f"{sign} {literal}", f'"{sign} {literal}"'] for literal in LITERALS for sign in ("<", "=", ">")]
    rules.append([", ".join(LITERALS), '"listed"'])
    decision = table("T", rules=rules, inputs={"x": "number"}, policy="COLLECT")
    model = build.load(tmp_path, decision, inputs={"x": "number"})
    source = ibis.memtable(pa.table({"x": pa.array([5])})).mutate(x=lambda t: t.x.cast(column_type))
    found = {row["T"] for row in run(bulk.collect(source, model, "T", keys=["x"]))}
    signs = {literal: "<" if D(literal) > 5 else "=" if D(literal) == 5 else ">" for literal in LITERALS}
    assert found == {f"{sign} {literal}" for literal, sign in signs.items()} | {"listed"}


@pytest.mark.parametrize("column_type", [kind for kind in NUMBER_TYPES if kind != "float64"])
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("x * 1000", D(5000)),
        ("x * 0.001", D("0.005")),
        ("x - 0.0001", D("4.9999")),
        ("x + 0.0001 + x", D("10.0001")),
        ("x * x * 0.1", D("2.5")),
        ("-x", D(-5)),
        ("x / 8", 0.625),
        ("if x > 5 then x else 0.0001", D("0.0001")),
        ("if x = 5 then x else 0.0001", D(5)),
    ],
)
def test_arithmetic_keeps_every_decimal_place(column_type: str, expression: str, value: object, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", expression, needs=["x"]), inputs={"x": "number"})
    source = ibis.memtable(pa.table({"x": pa.array([5])})).mutate(x=lambda t: t.x.cast(column_type))
    assert run(bulk.decide(source, model).select("f")) == [{"f": value}]


def test_columns_of_different_scale_meet_without_loss(tmp_path: Path) -> None:
    parts = [formula(name, text, needs=["a", "b"]) for name, text in
             {"sum": "a + b", "product": "a * b", "more": "a > b", "same": "a = b"}.items()]  # fmt: skip
    model = build.load(tmp_path, *parts, inputs={"a": "number", "b": "number"})
    arrays = {"a": pa.array([D("1.25")], pa.decimal128(20, 2)), "b": pa.array([D("1.2501")], pa.decimal128(5, 4))}
    found = run(bulk.decide(ibis.memtable(pa.table(arrays)), model))[0]
    assert (found["sum"], found["product"], found["more"], found["same"]) == (D("2.5001"), D("1.562625"), False, False)


@pytest.mark.parametrize(
    ("outputs", "column_type"),
    [
        (["1", "20", "null"], "int64"),
        (["1", "2.5", "null"], "decimal(2, 1)"),
        (["100", "0.001", "null"], "decimal(6, 3)"),
        (["n", "0.0001", "null"], "decimal(19, 4)"),
        (["n / 3", "1", "null"], "float64"),
    ],
)
def test_outputs_have_the_narrowest_exact_type(outputs: list[str], column_type: str, tmp_path: Path) -> None:
    rules = [[f"= {number}", output] for number, output in enumerate(outputs)]
    decision = table("T", rules=rules, inputs={"n": "number"}, outputs={"": "number"})
    model = build.load(tmp_path, decision, inputs={"n": "number"})
    rows = [{"n": D(number)} for number in range(4)]
    assert str(bulk.decide(build.as_table(model, rows), model).schema()["T"]) == column_type
    assert not build.differences(model, rows)


SCORES = [0.1, 0.3, 0.1 + 0.2, 0.7, 1 / 3, 1e-9, 0.0, -0.5, 1e18, None]


def test_binary_scores_are_compared_alike_by_both_engines(tmp_path: Path) -> None:
    cells = ["< 0.3", "0.3", "[0.1..0.3]", "0.1, 0.7", "not(0.7)", "> 0.333333333", "null", "<= other", "!= other"]
    decision = table("T", rules=[[cell, f'"{cell}"'] for cell in cells], inputs={"x": "number"},
                     needs=["x", "other"], policy="COLLECT")  # fmt: skip
    model = build.load(tmp_path, decision, inputs={"x": "number", "other": "number"})
    rows = [{"x": score, "other": other} for score in SCORES for other in (D("0.3"), D("1000000000000000000"), None)]
    arrays = {"case": pa.array(range(len(rows))), "x": pa.array([row["x"] for row in rows], pa.float64()),
              "other": pa.array([row["other"] for row in rows], pa.decimal128(25, 3))}  # fmt: skip
    found = build.run(bulk.collect(ibis.memtable(pa.table(arrays)), model, "T", keys=["case"])).to_pylist()
    for case, facts in enumerate(rows):
        judged = single.decide(model, facts)["T"].rules
        assert {row["rule"] for row in found if row["case"] == case} == set(judged), facts


def test_ratios_meet_thresholds_alike_in_both_engines(tmp_path: Path) -> None:
    ratio = formula("Share", "paid / owed", needs=["paid", "owed"])
    rules = [["< 0.1", '"low"'], ["0.1", '"edge"'], ["(0.1..1)", '"part"'], [">= 1", '"full"'], ["null", '"none"']]
    grade = table("Grade", rules=rules, inputs={"Share": "number"}, needs=[], after=["Share"], policy="UNIQUE")
    model = build.load(tmp_path, ratio, grade, inputs={"paid": "number", "owed": "number"})
    amounts = [D(text) for text in ("0", "0.001", "0.1", "1", "3", "10", "99.999", "100", "123456789012.345")]
    rows = [{"paid": paid, "owed": owed} for paid in [*amounts, None] for owed in [*amounts, None]]
    assert not build.differences(model, rows)


def test_a_sum_too_large_for_its_column_fails_aloud(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x * x", needs=["x"]), inputs={"x": "number"})
    source = ibis.memtable(pa.table({"x": pa.array([2**62])}))
    with pytest.raises(Exception, match=r"[Oo]verflow"):
        run(bulk.decide(source, model))


# What it refuses


def refused(model: DecisionModel, **columns: str) -> str:
    with pytest.raises(InputError) as error:
        bulk.decide(ibis.table(columns, name="cases"), model)
    return str(error.value)


def test_missing_column_is_named(tmp_path: Path) -> None:
    words = "a model: the table lacks the column 'kind' -> add it, as string"
    assert refused(ladder(tmp_path, "FIRST"), dpd="int64") == words


@pytest.mark.parametrize(
    ("kind", "column_type"),
    [
        ("number", "string"),
        ("number", "boolean"),
        ("string", "int64"),
        ("boolean", "int8"),
        ("date", "timestamp"),
        ("date", "string"),
    ],
)
def test_column_of_another_type_is_named(kind: str, column_type: str, tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x", needs=["x"]), inputs={"x": kind})
    words = refused(model, x=column_type)
    assert words.startswith("a model: column 'x' is ")
    assert words.endswith(f"not a {kind} -> cast it before")


def test_column_that_a_decision_would_overwrite_is_named(tmp_path: Path) -> None:
    words = refused(ladder(tmp_path, "FIRST"), dpd="int64", kind="string", T_rule="string")
    assert words == "a model: the table already has a column 'T_rule' -> rename or drop it"


def test_column_that_differs_by_capitals_alone_is_named(tmp_path: Path) -> None:
    words = refused(ladder(tmp_path, "FIRST"), dpd="int64", kind="string", ACTION="string")
    assert words == "a model: the table already has a column 'action' -> rename or drop it"


def test_columns_in_the_engines_own_name_space_are_refused(tmp_path: Path) -> None:
    words = refused(ladder(tmp_path, "FIRST"), dpd="int64", kind="string", _dunwell_test0="string")
    assert words == "a model: the table has a column '_dunwell_test0' -> keep _dunwell_… for the engine"


def test_float_is_not_computed_with(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x * 100", needs=["x"]), inputs={"x": "number"})
    assert refused(model, x="float64") == "a model: column 'x' is a float and is computed with -> cast it to DECIMAL"


def test_more_places_than_an_engine_holds_are_refused(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x * x", needs=["x"]), inputs={"x": "number"})
    assert refused(model, x="decimal(38, 20)") == "a result has 40 decimal places -> cast the columns to fewer before"


def test_decimal_without_digits_is_refused(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "x * 1.5", needs=["x"]), inputs={"x": "number"})
    assert refused(model, x="decimal") == "a decimal column does not tell its digits -> cast it to DECIMAL(18, 3)"


@pytest.mark.parametrize(
    ("policy", "name", "key", "words"),
    [
        ("FIRST", "T", "k", "a model: 'T' gives no list -> use decide"),
        ("COLLECT", "X", "k", "a model: no decision is called 'X' -> use one of: T"),
        ("COLLECT", "T", "id", "the key 'id' is not in the table -> name a column that tells the cases apart"),
        ("COLLECT", "T", "action", "the key 'action' is also an output"),
    ],
)
def test_collect_refuses_what_it_cannot_do(policy: str, name: str, key: str, words: str, tmp_path: Path) -> None:
    source = ibis.table({"dpd": "int64", "kind": "string", "k": "int64", "action": "string"}, name="cases")
    with pytest.raises(InputError) as error:
        bulk.collect(source, ladder(tmp_path, policy), name, keys=[key])
    assert words in str(error.value)


def test_collect_asks_for_the_columns_of_earlier_decisions(tmp_path: Path) -> None:
    parts = [formula("f", "n + 1", needs=["n"]),
             table("T", rules=[["f", '"x"']], inputs={"n": "number"}, after=["f"], policy="COLLECT")]  # fmt: skip
    model = build.load(tmp_path, *parts, inputs={"n": "number"})
    with pytest.raises(InputError) as error:
        bulk.collect(ibis.table({"n": "int64"}, name="cases"), model, "T", keys=["n"])
    assert str(error.value) == "a model, decision 'T': the table lacks the column 'f' -> add it, as number"
