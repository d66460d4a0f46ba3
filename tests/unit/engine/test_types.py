"""Static types of S-FEEL: which may meet, what comes of it, and how the model tells where its names are."""

from __future__ import annotations

import ast
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import table

import dunwell.engine
from dunwell.engine.model import (
    DecisionTable,
    ModelError,
    Months,
    Name,
    Place,
    Type,
    Value,
    names_in_logic,
    names_in_table,
)
from dunwell.engine.reading import sfeel
from dunwell.engine.types import agree, common, common_of, computed_inputs, result, settled, type_of, type_of_value

PLACE = Place("risk.dmn")
ENGINE = Path(dunwell.engine.__file__).parent
KINDS: dict[str, Type] = {
    "n": "number",
    "r": "ratio",
    "s": "string",
    "b": "boolean",
    "d": "date",
    "t": "time",
    "m": "date_time",
    "span": "days_duration",
    "months": "months_duration",
}
SCOPE = sfeel.Scope({key: Name(key, kind) for key, kind in KINDS.items()})


@pytest.mark.parametrize(
    ("left", "right", "meet", "together"),
    [
        ("number", "number", True, "number"),
        ("number", "ratio", True, "ratio"),
        ("ratio", "number", True, "ratio"),
        ("ratio", "ratio", True, "ratio"),
        ("string", None, True, "string"),
        (None, "date", True, "date"),
        (None, None, True, None),
        ("string", "number", False, None),
        ("boolean", "number", False, None),
        ("date", "string", False, None),
        ("boolean", "ratio", False, None),
        ("date", "date_time", False, None),
        ("days_duration", "months_duration", False, None),
        ("time", "date_time", False, None),
    ],
)
def test_which_types_meet_and_what_holds_both(
    left: Type | None, right: Type | None, meet: bool, together: Type | None
) -> None:
    assert agree(left, right) is meet
    if meet:
        assert common(left, right) == together


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (Decimal(1), "number"),
        ("a", "string"),
        (date(2026, 1, 1), "date"),
        (None, None),
        (datetime.fromisoformat("2026-01-01T00:00:00"), "date_time"),
        (time(9), "time"),
        (timedelta(1), "days_duration"),
        (Months(1), "months_duration"),
        (0.5, "ratio"),
    ],
)
def test_type_of_a_literal(value: Value, kind: Type | None) -> None:
    assert type_of_value(value) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("null", None),
        ("n + 1", "number"),
        ("n - 1", "number"),
        ("n * n", "number"),
        ("-n", "number"),
        ("n / n", "ratio"),
        ("r", "ratio"),
        ('s + "x"', "string"),
        ("n > 1", "boolean"),
        ('s != "x"', "boolean"),
        ("b and b", "boolean"),
        ("b or n = r", "boolean"),
        ("if b then n else r", "ratio"),
        ("if b then null else s", "string"),
        ("if b then null else null", None),
        ("r + 1", "ratio"),
        ("r * r", "ratio"),
        ("-r", "ratio"),
        ("n ** n", "ratio"),
        ("n / 2 * n", "ratio"),
        ("n between 1 and 2", "boolean"),
        ('s in ("a", null)', "boolean"),
        ("not(b)", "boolean"),
        ("floor(n)", "number"),
        ("floor(r)", "ratio"),
        ("min(n, r)", "ratio"),
        ("min(n, n)", "number"),
        ("max(d, d)", "date"),
        ("sqrt(n)", "ratio"),
        ("d - d", "days_duration"),
        ("m - m", "days_duration"),
        ("d + span", "date"),
        ("span + d", "date"),
        ("d - months", "date"),
        ("m + months", "date_time"),
        ("span - span", "days_duration"),
        ("months + months", "months_duration"),
        ("d.year", "number"),
        ("m.hour", "number"),
        ("span.days", "number"),
        ("months.years", "number"),
        ("date(m)", "date"),
        ("time(m)", "time"),
        ("date and time(d, t)", "date_time"),
        ("years and months duration(d, m)", "months_duration"),
        ('@"P1D"', "days_duration"),
        ("day of week(d)", "string"),
    ],
)
def test_type_of_an_expression(text: str, kind: Type | None) -> None:
    assert type_of(sfeel.parse_expression(text, scope=SCOPE, place=PLACE)) == kind


@pytest.mark.parametrize(
    ("found", "declared", "kind"),
    [
        ("number", None, "number"),
        (None, "date", "date"),
        ("string", "string", "string"),
        ("ratio", "number", "ratio"),
    ],
)
def test_declared_types_settle_what_is_found(found: Type | None, declared: Type | None, kind: Type) -> None:
    assert settled(found, declared, PLACE) == kind


@pytest.mark.parametrize(
    ("found", "declared", "words"),
    [
        ("string", "number", "risk.dmn: it is declared as number, but gives a string -> change one of the two"),
        (None, None, "risk.dmn: its type cannot be told: all is null -> give it a typeRef"),
    ],
)
def test_types_that_do_not_settle_are_refused(found: Type | None, declared: Type | None, words: str) -> None:
    with pytest.raises(ModelError) as refused:
        settled(found, declared, PLACE)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("a.dmn"), "a.dmn"),
        (Place("a.dmn", "D"), "a.dmn, decision 'D'"),
        (Place("a.dmn", "D", "3"), "a.dmn, decision 'D', rule 3"),
        (Place("a.dmn", "D", "3", "c"), "a.dmn, decision 'D', rule 3, column 'c'"),
        (Place("a.dmn", column="c"), "a.dmn, column 'c'"),
    ],
)
def test_a_place_reads_from_the_file_inwards(place: Place, words: str) -> None:
    assert str(place) == words
    assert str(place.refuse("it is wrong", cure="mend it")) == f"{words}: it is wrong -> mend it"


def test_a_table_tells_every_name_it_reads(tmp_path: Path) -> None:
    inputs = dict.fromkeys("abcdefghij", "number")
    rules = [["1, b, [c..d], > e", "f"], ["not(g)", "if h > 1 then i + 1 else 0"]]
    decision = table("T", rules=rules, inputs={"a * j": "number"}, outputs={"": "number"}, needs=inputs)
    logic = build.load(tmp_path, decision, inputs=inputs).decision("T").logic
    assert isinstance(logic, DecisionTable)
    assert {name.key for name in names_in_table(logic)} == set(inputs)


@pytest.mark.parametrize(
    ("operator", "left", "right"),
    [
        ("+", "date", "number"),
        ("+", "date", "date"),
        ("-", "date", "date_time"),
        ("-", "days_duration", "date"),
        ("-", "string", "string"),
        ("*", "days_duration", "number"),
        ("/", "days_duration", "days_duration"),
        ("+", "time", "days_duration"),
        ("+", "days_duration", "months_duration"),
        ("+", "boolean", "boolean"),
        ("**", "string", "number"),
        ("and", "number", "boolean"),
        ("+", "number", None),
        ("-", None, "date"),
    ],
)
def test_what_an_operator_does_not_join(operator: str, left: Type | None, right: Type | None) -> None:
    assert result(operator, left, right) is None


def test_what_holds_several_types() -> None:
    assert common_of(["number", None, "ratio"]) == "ratio"
    assert common_of([None, "date"]) == "date"
    assert common_of([]) is None


@pytest.mark.parametrize(
    ("expression", "computed"),
    [
        ("n", False),
        ("n + 1", True),
        ("n / 2", False),
        ("n ** 2", False),
        ("n > 1", False),
        ("n * 2 > 1", True),
        ("sqrt(n)", False),
        ("abs(n)", False),
        ("decimal(n, 2)", True),
        ("modulo(n, 2)", True),
        ("if n > 1 then 2 else 3", False),
        ("if b then n + 1 else 3", True),
        ("n in (1, 2)", False),
        ("(n - 1) in (1, 2)", True),
        ("r * n", False),
    ],
)
def test_only_exact_arithmetic_asks_for_exact_numbers(expression: str, computed: bool, tmp_path: Path) -> None:
    """A number that is divided, compared or handed on may come as a binary float; one that is added may not."""
    inputs = {"n": "number", "m": "number", "b": "boolean"}
    ratio = build.formula("r", "m / 2", needs=["m"])
    model = build.load(tmp_path, ratio, build.formula("f", expression, needs=["n", "b"], after=["r"]), inputs=inputs)
    assert computed_inputs(model) == (frozenset({"n"}) if computed else frozenset())


def test_a_formula_tells_every_name_it_reads(tmp_path: Path) -> None:
    inputs = dict.fromkeys("abcdef", "number")
    text = "if a between b and c then min(d, e) else (if f in (a, > b) then 1 else 2)"
    model = build.load(tmp_path, build.formula("f1", text, needs=inputs), inputs=inputs)
    assert names_in_logic(model.decision("f1").logic) == set(inputs)


OURS = ("dunwell.engine", "dunwell.facts")
FROM_OUTSIDE = {"ibis", "defusedxml", "pyarrow", "openpyxl"}
# `single` runs the source that it writes, in which nothing of a model stands (test_single_source.py); its `compile` is
# its own. A case file is opened and read as CSV.
ALLOWED = {"single.py": {"exec", "compile"}, "cases.py": {"open"}}


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: str(path.relative_to(ENGINE)))
def test_the_engine_is_pure(path: Path) -> None:
    """It imports little, reads no clock, and evaluates no text as Python."""
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in imported if not name.startswith(OURS)}
    assert not roots - FROM_OUTSIDE - sys.stdlib_module_names
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not (called & {"eval", "exec", "compile", "open", "__import__"}) - ALLOWED.get(path.name, set())
    methods = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not methods & {"now", "today", "utcnow", "raw_sql", "sql"}
