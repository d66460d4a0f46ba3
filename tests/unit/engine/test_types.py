"""Static types of S-FEEL: which may meet, what comes of it, and how the model tells where its names are."""

from __future__ import annotations

import ast
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import table

import dunwell.engine
from dunwell.engine import sfeel
from dunwell.engine.model import DecisionTable, ModelError, Name, Place, Type, Value, names_in_table
from dunwell.engine.types import agree, common, settled, type_of, type_of_value

PLACE = Place("risk.dmn")
ENGINE = Path(dunwell.engine.__file__).parent
SCOPE = {"n": Name("n", "number"), "r": Name("r", "ratio"), "s": Name("s", "string"), "b": Name("b", "boolean")}


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
    [(True, "boolean"), (Decimal(1), "number"), ("a", "string"), (date(2026, 1, 1), "date"), (None, None)],
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


OURS = ("dunwell.engine", "dunwell.facts")
FROM_OUTSIDE = {"ibis", "defusedxml"}


@pytest.mark.parametrize("path", sorted(ENGINE.glob("*.py")), ids=lambda path: path.name)
def test_the_engine_is_pure(path: Path) -> None:
    """It imports little, reads no clock, and evaluates no text as Python."""
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in imported if not name.startswith(OURS)}
    assert not roots - FROM_OUTSIDE - sys.stdlib_module_names
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "open", "__import__"}
    methods = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not methods & {"now", "today", "utcnow", "raw_sql", "sql"}
