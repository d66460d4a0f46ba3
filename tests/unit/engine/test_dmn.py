"""DMN files: what is read from them (what is refused: test_dmn_refusals.py)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import definitions, formula, refused, table, written
from feel_texts import ITEMS, decision, value

from dunwell.engine import dmn, document, single
from dunwell.engine.model import Annotations, Constant, DecisionTable, Formula, ModelError

D = Decimal
N = {"n": "number"}
RULES = [["> 1", '"x"']]
PLAIN = table("T", rules=RULES, inputs=N)


# What is read


def test_model_holds_inputs_decisions_clauses_and_rules(tmp_path: Path) -> None:
    model = written(tmp_path, definitions(PLAIN, inputs=N))
    assert (model.name, [(found.name, found.type) for found in model.inputs]) == ("a model", [("n", "number")])
    logic = model.decision("T").logic
    assert isinstance(logic, DecisionTable)
    assert (logic.hit_policy, logic.inputs[0].label, logic.outputs[0].name) == ("FIRST", "n", "T")
    assert (logic.rules[0].id, logic.rules[0].cells[0].text, logic.rules[0].outputs) == ("r1", "> 1", (Constant("x"),))


@pytest.mark.parametrize("namespace", document.NAMESPACES, ids=document.NAMESPACES.values())
def test_every_version_from_1_2_reads_alike(namespace: str, tmp_path: Path) -> None:
    model = written(tmp_path, definitions(PLAIN, inputs=N, namespace=namespace))
    assert model == written(tmp_path, definitions(PLAIN, inputs=N))


def test_prefixed_elements_read_alike(tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N)
    prefixed = re.sub(r"<(/?)(?=\w)", r"<\1dmn:", content).replace("xmlns=", "xmlns:dmn=")
    assert written(tmp_path, prefixed) == written(tmp_path, content)


def test_hit_policy_is_unique_unless_it_is_written(tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N).replace(' hitPolicy="FIRST"', "")
    logic = written(tmp_path, content).decision("T").logic
    assert isinstance(logic, DecisionTable)
    assert logic.hit_policy == "UNIQUE"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Annotations("", "")),
        ("<description>early</description>", Annotations("early", "")),
        ("<annotationEntry><text>early</text></annotationEntry>", Annotations("early", "")),
        (
            "<annotationEntry><text>early</text></annotationEntry><annotationEntry><text>早期</text></annotationEntry>",
            Annotations("early", "早期"),
        ),
        (
            "<description>early</description><annotationEntry><text/></annotationEntry>"
            "<annotationEntry><text>早期</text></annotationEntry>",
            Annotations("early", "早期"),
        ),
    ],
    ids=["none", "description", "one column", "two columns", "description and Chinese"],
)
def test_annotations_are_english_then_chinese(words: str, expected: Annotations, tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N).replace("</rule>", f"{words}</rule>")
    logic = written(tmp_path, content).decision("T").logic
    assert isinstance(logic, DecisionTable)
    assert logic.rules[0].annotations == expected


def test_decisions_stand_after_those_they_require(tmp_path: Path) -> None:
    last = formula("last", "mid + first", after=["mid", "first"])
    mid = formula("mid", "first + 1", after=["first"])
    first = formula("first", "n + 1", needs=["n"])
    model = build.load(tmp_path, last, mid, first, inputs=N)
    assert [(d.name, d.requires) for d in model.decisions] == [
        ("first", ()),
        ("mid", ("first",)),
        ("last", ("mid", "first")),
    ]


def test_a_decision_is_called_by_its_name_or_by_its_output_among_several(tmp_path: Path) -> None:
    one = table("One", rules=[["-", '"x"']], inputs=N, outputs={"code": "string"})
    two = table("Two", rules=[["-", "1", "2"]], inputs=N, outputs={"low": "number", "high": "number"})
    user = formula("user", 'if One = "x" then Two.high - Two.low else 0', after=["One", "Two"])
    assert not build.differences(build.load(tmp_path, user, one, two, inputs=N), [{"n": None}])


def test_item_definitions_lead_to_base_types(tmp_path: Path) -> None:
    model = written(tmp_path, definitions(ITEMS, formula("f", "c", needs=["c"]), inputs={"c": "tCode"}))
    assert (model.inputs[0].type, model.decision("f").outputs[0].type) == ("string", "string")


@pytest.mark.parametrize(("type_ref", "policy"), [("tBoth", "FIRST"), ("tRows", "COLLECT"), ("tList", "COLLECT")])
def test_decision_type_tells_the_outputs_type(type_ref: str, policy: str, tmp_path: Path) -> None:
    decision = table("T", rules=[["-", "null"]], inputs=N, outputs={"a": ""}, policy=policy, type_ref=type_ref)
    assert written(tmp_path, definitions(ITEMS, decision, inputs=N)).decision("T").outputs[0].type == "string"


def test_a_division_makes_a_ratio_that_may_be_declared_as_number(tmp_path: Path) -> None:
    model = build.load(tmp_path, formula("f", "n / 3", needs=["n"], type_ref="number"), inputs=N)
    assert isinstance(model.decision("f").logic, Formula)
    assert model.decision("f").outputs[0].type == "ratio"


def test_what_says_nothing_about_results_is_passed_over(tmp_path: Path) -> None:
    silent = (
        "<description>d</description><knowledgeSource name='law' id='k'/><textAnnotation id='t'/>"
        "<decisionService name='s' id='s'/><x:other xmlns:x='urn:tool'><x:thing/></x:other>"
    )
    assert written(tmp_path, definitions(silent, PLAIN, inputs=N)).decision("T")


# Part of a file


OUTSIDE = '<decision name="far" id="d_far"><relation/></decision>'
CHAIN = [decision("one", "n + 1", needs=["n"]), decision("two", "one + 1", after=["one"]), OUTSIDE]


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.dmn"
    path.write_text(definitions(*CHAIN, inputs={**N, "unused": "tUnknown"}))
    model = dmn.load(path, only=["two"])
    assert [one.name for one in model.decisions] == ["one", "two"]
    assert [one.name for one in model.inputs] == ["n"]
    assert value(model, {"n": D(1)}, "two") == D(3)


@pytest.mark.parametrize(
    ("only", "words"),
    [
        (["far"], "decision 'far': it is decided by <relation>"),
        (["three", "one"], "case.dmn: no decision is called 'three' -> name one that is in the file"),
    ],
)
def test_what_is_asked_for_must_be_inside(only: list[str], words: str, tmp_path: Path) -> None:
    path = tmp_path / "case.dmn"
    path.write_text(definitions(*CHAIN, inputs=N))
    with pytest.raises(ModelError, match=words):
        dmn.load(path, only=only)


def test_a_file_of_many_decisions_may_be_read_in_part(tmp_path: Path) -> None:
    path = tmp_path / "case.dmn"
    path.write_text(definitions(*(decision(f"f{k}", str(k)) for k in range(1200))))
    assert value(dmn.load(path, only=["f1199"]), {}, "f1199") == D(1199)
    with pytest.raises(ModelError, match="there are 1200 decisions in it"):
        dmn.load(path)


# References, languages, rules without ids


def test_a_reference_may_name_the_files_own_namespace(tmp_path: Path) -> None:
    plain = definitions(decision("one", "n", needs=["n"]), decision("f", "one + 1", after=["one"]), inputs=N)
    named = plain.replace("<definitions ", '<definitions namespace="urn:x" ').replace('href="#', 'href="urn:x#')
    assert written(tmp_path, named) == written(tmp_path, plain)
    other = plain.replace('href="#d_one', 'href="urn:y#d_one')
    assert "it requires 'urn:y#d_one', which is not in the file" in refused(tmp_path, other)


@pytest.mark.parametrize(
    "language",
    ["feel", "FEEL", "https://www.omg.org/spec/DMN/20230324/FEEL/", "http://www.omg.org/spec/FEEL/20140401", "S-FEEL"],
)
def test_feel_goes_by_many_names(language: str, tmp_path: Path) -> None:
    content = definitions(decision("f", "1")).replace(
        "<literalExpression", f'<literalExpression expressionLanguage="{language}"'
    )
    assert value(written(tmp_path, content), {}) == D(1)


def test_a_rule_without_an_id_goes_by_its_place(tmp_path: Path) -> None:
    content = definitions(table("T", rules=[["> 1", '"x"'], ["-", '"y"']], inputs=N), inputs=N)
    model = written(tmp_path, content.replace(' id="r2"', ""))
    assert single.decide(model, {"n": D(0)})["T"].rules == ("T_rule_2",)


@pytest.mark.parametrize("values", ["-", "", " - "])
def test_values_that_say_nothing_are_none(values: str, tmp_path: Path) -> None:
    content = definitions(table("T", rules=[["> 1", '"x"']], inputs=N), inputs=N)
    said = content.replace("</inputExpression>", f"</inputExpression><inputValues><text>{values}</text></inputValues>")
    assert written(tmp_path, said) == written(tmp_path, content)
