"""DMN files: what is read from them, what is refused and in which words."""

from __future__ import annotations

import re
from pathlib import Path

import engine_models as build
import pytest
from engine_models import definitions, formula, refused, table, written

from dunwell.engine import document
from dunwell.engine.model import Annotations, Constant, DecisionTable, Formula

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


ITEMS = """
<itemDefinition name="tCode"><typeRef>tText</typeRef></itemDefinition>
<itemDefinition name="tText"><typeRef>string</typeRef><allowedValues><text>"a"</text></allowedValues></itemDefinition>
<itemDefinition name="tLoop"><typeRef>tLoop</typeRef></itemDefinition>
<itemDefinition name="tList" isCollection="true"><typeRef>string</typeRef></itemDefinition>
<itemDefinition name="tBoth"><itemComponent name="a"><typeRef>string</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tRows" isCollection="true">
  <itemComponent name="a"><typeRef>string</typeRef></itemComponent></itemDefinition>
"""


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


# What is refused

LIST = table("L", rules=[["-", '"x"']], inputs=N, policy="COLLECT")
VALUES = '<input><inputExpression typeRef="string"><text>s</text></inputExpression><inputValues><text>{}</text>'


def one_rule(cell: str = "> 1", result: str = '"x"', **options: object) -> str:
    return definitions(table("T", rules=[[cell, result]], inputs=N, **options), inputs=N)


REFUSALS = {
    "other root": (
        '<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>',
        "case.dmn: the root element is {http://www.omg.org/spec/DMN/20151101/dmn.xsd}definitions"
        " -> save it as DMN 1.2, 1.3, 1.4, 1.5",
    ),
    "not xml": ("<definitions", "case.dmn: it is no XML: unclosed token: line 1, column 0 -> save it again from the"),
    "empty": ("", "case.dmn: it is no XML: no element found: line 1, column 0"),
    "no decisions": (definitions(inputs=N), "case.dmn: there are 0 decisions in it -> write 1 to 500 of them"),
    "import": (
        definitions('<import name="other"/>', PLAIN, inputs=N),
        "case.dmn: <import> is outside the profile -> write decisions as tables in one file",
    ),
    "knowledge model": (
        definitions('<businessKnowledgeModel name="b" id="b"/>', PLAIN, inputs=N),
        "case.dmn: <businessKnowledgeModel> is outside the profile",
    ),
    "other language": (
        one_rule().replace("<inputExpression", '<inputExpression expressionLanguage="groovy"'),
        "case.dmn: expressionLanguage groovy -> write the expressions in FEEL",
    ),
    "any": (
        one_rule(policy="ANY"),
        "case.dmn, decision 'T': hit policy ANY is not supported yet -> use FIRST, UNIQUE or COLLECT",
    ),
    "priority": (one_rule(policy="PRIORITY"), "hit policy PRIORITY is not supported yet"),
    "rule order": (one_rule(policy="RULE ORDER"), "hit policy RULE ORDER is not supported yet"),
    "output order": (one_rule(policy="OUTPUT ORDER"), "hit policy OUTPUT ORDER is not supported yet"),
    "aggregation": (
        one_rule(policy="COLLECT", extra=' aggregation="SUM"'),
        "case.dmn, decision 'T': COLLECT with aggregation SUM is not supported yet"
        " -> use COLLECT without it, and aggregate the rows",
    ),
    "collect with default": (
        one_rule(policy="COLLECT", outputs={"a": "string"}, defaults={"a": '"x"'}),
        "case.dmn, decision 'T', column 'a': COLLECT has no default: without a match it gives no row"
        " -> remove the default",
    ),
    "list required": (
        definitions(LIST, formula("f", "L", after=["L"]), inputs=N),
        "case.dmn, decision 'f': it requires 'L', whose COLLECT gives a list -> require a FIRST or UNIQUE decision",
    ),
    "output called rule": (
        one_rule(policy="COLLECT", outputs={"rule": "string"}),
        "case.dmn, decision 'T': two columns of its long form are called 'rule' -> rename the output",
    ),
    "circle": (
        definitions(formula("a", "b", after=["b"]), formula("b", "a", after=["a"])),
        "case.dmn: decisions require each other in a circle: 'a', 'b' -> remove one requirement",
    ),
    "itself": (definitions(formula("a", "a", after=["a"])), "decisions require each other in a circle: 'a'"),
    "unknown requirement": (
        definitions(formula("a", "x", needs=["x"])),
        "case.dmn, decision 'a': it requires 'in_x', which is not in the file -> remove it, or add the input",
    ),
    "name without requirement": (
        definitions(table("T", rules=RULES, inputs=N, needs=[]), inputs=N),
        "case.dmn, decision 'T', column 'n': «n» at character 1: 'n' is not known"
        " -> put texts in quotes, or require one of the names: none",
    ),
    "input without type": (
        definitions(PLAIN, inputs={"n": ""}),
        "case.dmn, column 'n': the input data has no type -> give its variable a typeRef",
    ),
    "unknown type": (
        definitions(PLAIN, inputs={"n": "integer"}),
        "case.dmn, column 'n': its type 'integer' is not known -> use string, number, boolean or date",
    ),
    "type by itself": (
        definitions(ITEMS, PLAIN, inputs={"n": "tLoop"}),
        "column 'n': its type 'tLoop' is defined by itself",
    ),
    "structure": (definitions(ITEMS, PLAIN, inputs={"n": "tBoth"}), "column 'n': its type 'tBoth' is a structure"),
    "collection": (definitions(ITEMS, PLAIN, inputs={"n": "tList"}), "column 'n': its type 'tList' is a collection"),
    "single hit of a collection": (
        definitions(ITEMS, table("T", rules=RULES, inputs=N, outputs={"a": ""}, type_ref="tRows"), inputs=N),
        "decision 'T', column 'a': its type 'tRows' is a collection, its hit policy gives one -> use COLLECT",
    ),
    "no such component": (
        definitions(ITEMS, table("T", rules=RULES, inputs=N, outputs={"b": ""}, type_ref="tBoth"), inputs=N),
        "column 'b': its type 'tBoth' has no such component -> name outputs like the components",
    ),
    "input type differs": (
        definitions(table("T", rules=RULES, inputs={"n": "string"}), inputs=N),
        "decision 'T', column 'n': it is declared as string, but gives a number -> change one of the two",
    ),
    "output type differs": (
        one_rule(outputs={"a": "number"}),
        "decision 'T', column 'a': it is declared as number, but gives a string -> change one of the two",
    ),
    "declared twice": (
        one_rule(outputs={"": "string"}, type_ref="number"),
        "decision 'T', column 'T': it is declared as string, by its decision as number -> change one of the two",
    ),
    "rules differ": (
        definitions(table("T", rules=[["-", "1"], ["-", '"a"']], inputs=N, outputs={"a": ""}), inputs=N),
        "decision 'T', column 'a': some rules give a number, others a string -> give one type in all rules",
    ),
    "default differs": (
        one_rule(outputs={"a": ""}, defaults={"a": "1"}),
        "column 'a': some rules give a string, others a number",
    ),
    "all null": (
        one_rule(result="null", outputs={"a": ""}),
        "decision 'T', column 'a': its type cannot be told: all is null -> give it a typeRef",
    ),
    "cell outside the profile": (
        one_rule(cell="> 1 + 1"),
        "case.dmn, decision 'T', rule 1, column 'n': «> 1 + 1» at character 5: + is left over -> end the entry",
    ),
    "output outside the profile": (
        one_rule(result="x"),
        "case.dmn, decision 'T', rule 1, column 'T': «x» at character 1: 'x' is not known",
    ),
    "empty output": (
        one_rule(result=""),
        "rule 1, column 'T': «» at character 1: nothing is written here -> write a value, or null",
    ),
    "no rules": (
        definitions(table("T", rules=[], inputs=N), inputs=N),
        "case.dmn, decision 'T': the table has 0 rules -> write 1 to 2000 of them",
    ),
    "too many rules": (
        definitions(table("T", rules=[["-", '"x"']] * 2001, inputs=N), inputs=N),
        "the table has 2001 rules -> write 1 to 2000 of them",
    ),
    "rule without id": (
        one_rule().replace(' id="r1"', ""),
        "decision 'T', rule 1: it has no id -> give it one: decisions are recorded by it",
    ),
    "rule id twice": (
        definitions(table("T", rules=RULES * 2, inputs=N), inputs=N).replace('id="r2"', 'id="r1"'),
        "decision 'T': two rules have the id 'r1' -> give each rule its own",
    ),
    "too few entries": (
        definitions(table("T", rules=[["> 1"]], inputs=N), inputs=N),
        "rule 1: 1 input and 0 output entries -> write 1 and 1, as the table has columns",
    ),
    "outputs alike": (
        definitions(table("T", rules=[["-", "1", "2"]], inputs=N, outputs={"a": "", "b": ""}), inputs=N).replace(
            'output name="b"', 'output name="a"'
        ),
        "decision 'T': its outputs are not told apart by name -> give each output its own name",
    ),
    "several unnamed outputs": (
        definitions(table("T", rules=[["-", "1", "2"]], inputs=N, outputs={"": "", "b": ""}), inputs=N),
        "decision 'T': an output is called '' -> begin it with a letter",
    ),
    "no outputs": (
        definitions(table("T", rules=[["-"]], inputs=N, outputs={}), inputs=N),
        "decision 'T': its outputs are not told apart by name",
    ),
    "input value": (
        one_rule(cell="7").replace("</input>", "<inputValues><text>1, 2</text></inputValues></input>"),
        "rule 1, column 'n': 7 is not among the allowed values -> use one of: 1, 2",
    ),
    "negated input value": (
        one_rule(cell="not(7)").replace("</input>", "<inputValues><text>1, 2</text></inputValues></input>"),
        "rule 1, column 'n': 7 is not among the allowed values",
    ),
    "output value": (
        one_rule().replace("</output>", '<outputValues><text>"y"</text></outputValues></output>'),
        "rule 1, column 'T': x is not among the allowed values -> use one of: y",
    ),
    "default value": (
        one_rule(defaults={"": '"z"'}).replace("</output>", '<outputValues><text>"x"</text></outputValues></output>'),
        "decision 'T', column 'T': z is not among the allowed values -> use one of: x",
    ),
    "values of another type": (
        one_rule().replace("</input>", '<inputValues><text>"a"</text></inputValues></input>'),
        "column 'n': the column is a number, its allowed values are not -> list number values",
    ),
    "values as a range": (
        one_rule().replace("</input>", "<inputValues><text>[1..2]</text></inputValues></input>"),
        "column 'n': «[1..2]» at character 1: expected a value, found [",
    ),
    "other logic": (
        definitions('<decision name="d" id="d"><invocation/></decision>'),
        "case.dmn, decision 'd': it is decided by <invocation> -> use a decision table or a literal expression",
    ),
    "no logic": (definitions('<decision name="d" id="d"/>'), "decision 'd': it is decided by nothing"),
    "decision without id": (
        definitions('<decision name="d"/>'),
        "case.dmn: <decision name='d'> has no id -> give it an id of its own",
    ),
    "id twice": (
        definitions(formula("a", "1"), formula("a", "2")),
        "case.dmn: <decision name='a'> has the id 'd_a' of another -> give it an id of its own",
    ),
    "keyword as name": (
        definitions(formula("if", "1")),
        "case.dmn: a decision is called 'if' -> begin it with a letter, use no quotes or FEEL keyword",
    ),
    "inputs alike": (
        definitions(PLAIN, '<inputData name="n" id="other"><variable typeRef="number"/></inputData>', inputs=N),
        "case.dmn: two inputs or decisions are called 'n' -> rename one of them, not by capitals alone",
    ),
    "decision like an input": (
        definitions(table("n", rules=RULES, inputs=N, outputs={"a": "string"}), inputs=N),
        "case.dmn: two inputs or decisions are called 'n'",
    ),
    "output like an input": (
        one_rule(outputs={"n": "string"}),
        "case.dmn: two columns are called 'n' -> rename one of them, not by capitals alone",
    ),
    "outputs of two tables alike": (
        definitions(
            table("T", rules=RULES, inputs=N, outputs={"a": ""}),
            table("U", rules=RULES, inputs=N, outputs={"a": ""}),
            inputs=N,
        ),
        "case.dmn: two columns are called 'a'",
    ),
    "output like a rule column": (one_rule(outputs={"T_rule": ""}), "case.dmn: two columns are called 't_rule'"),
    "outputs alike but for capitals": (
        definitions(table("T", rules=[["-", "1", "2"]], inputs=N, outputs={"a": "", "A": ""}), inputs=N),
        "case.dmn: two columns are called 'a' -> rename one of them, not by capitals alone",
    ),
    "inputs alike but for capitals": (
        definitions(PLAIN, inputs={**N, "N": "number"}),
        "case.dmn: two columns are called 'n'",
    ),
    "collected outputs alike but for capitals": (
        definitions(
            table("T", rules=[["-", "1", "2"]], inputs=N, outputs={"a": "", "A": ""}, policy="COLLECT"), inputs=N
        ),
        "case.dmn, decision 'T': two columns of its long form are called 'a' -> rename the output",
    ),
    "too long a chain": (
        definitions(formula("f0", "1"), *(formula(f"f{n}", f"f{n - 1}", after=[f"f{n - 1}"]) for n in range(1, 50))),
        "case.dmn, decision 'f40': it stands at the end of over 40 decisions in a row -> merge some of them",
    ),
    "too many decisions": (
        definitions(*(formula(f"f{n}", "1") for n in range(501))),
        "case.dmn: there are 501 decisions in it -> write 1 to 500 of them",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusal_names_the_place_and_the_cure(case: str, tmp_path: Path) -> None:
    content, words = REFUSALS[case]
    assert words in refused(tmp_path, content)
