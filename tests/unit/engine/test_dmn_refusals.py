"""DMN files that are refused: each refusal names file, decision, rule and column, and the words to use instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_models import definitions, formula, refused, table
from feel_texts import ITEMS

N = {"n": "number"}
RULES = [["> 1", '"x"']]
PLAIN = table("T", rules=RULES, inputs=N)
XY = '<outputValues><text>"x", "y"</text></outputValues>'

LIST = table("L", rules=[["-", '"x"']], inputs=N, policy="COLLECT")


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
    "external function": (
        definitions(
            '<businessKnowledgeModel name="b" id="b"><encapsulatedLogic kind="Java"/></businessKnowledgeModel>',
            '<decision name="f" id="d_f"><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
            "<literalExpression><text>b()</text></literalExpression></decision>",
        ),
        "case.dmn, decision 'f': 'b' has no logic in FEEL -> write it as a table or an expression",
    ),
    "other language": (
        one_rule().replace("<inputExpression", '<inputExpression expressionLanguage="groovy"'),
        "case.dmn: expressionLanguage groovy -> write the expressions in FEEL",
    ),
    "other hit policy": (
        one_rule(policy="LAST"),
        "case.dmn, decision 'T': hit policy LAST is not known"
        " -> use one of: UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER, COLLECT",
    ),
    "any of what is computed": (
        definitions(table("T", rules=[["-", "n"]], inputs=N, outputs={"": "number"}, policy="ANY"), inputs=N),
        "case.dmn, decision 'T', rule 1, column 'T': ANY cannot compare what is no literal of the list"
        " -> write one of the allowed values, or use FIRST",
    ),
    "priority without values": (
        one_rule(policy="PRIORITY"),
        "case.dmn, decision 'T': PRIORITY without output values"
        " -> list the allowed values of an output, the most important first",
    ),
    "priority of what is computed": (
        one_rule(policy="PRIORITY", result='if n > 2 then "x" else "y"').replace("</output>", f"{XY}</output>"),
        "rule 1, column 'T': PRIORITY cannot compare what is no literal of the list",
    ),
    "priority of null": (
        one_rule(policy="PRIORITY", result="null").replace("</output>", f"{XY}</output>"),
        "rule 1, column 'T': PRIORITY cannot compare what is no literal of the list",
    ),
    "output order without values": (one_rule(policy="OUTPUT ORDER"), "OUTPUT ORDER without output values"),
    "output values as a range": (
        definitions(
            table("T", rules=[["-", "1"]], inputs=N, outputs={"": "number"}, policy="PRIORITY"), inputs=N
        ).replace("</output>", "<outputValues><text>[1..5]</text></outputValues></output>"),
        "case.dmn, decision 'T', column 'T': allowed outputs must be literals -> list them",
    ),
    "sum of texts": (
        one_rule(policy="COLLECT", extra=' aggregation="SUM"'),
        "case.dmn, decision 'T', column 'T': SUM of a string -> give numbers, or use another aggregation",
    ),
    "least of booleans": (
        definitions(
            table("T", rules=[["-", "true"]], inputs=N, outputs={"": ""}, policy="COLLECT", extra=' aggregation="MIN"'),
            inputs=N,
        ),
        "case.dmn, decision 'T', column 'T': MIN of a boolean -> give numbers, or use another aggregation",
    ),
    "sum of two outputs": (
        definitions(
            table(
                "T",
                rules=[["-", "1", "2"]],
                inputs=N,
                outputs={"a": "", "b": ""},
                policy="COLLECT",
                extra=' aggregation="SUM"',
            ),
            inputs=N,
        ),
        "case.dmn, decision 'T': SUM of 2 outputs -> give it one, or use COLLECT without aggregation",
    ),
    "first with aggregation": (
        one_rule(extra=' aggregation="SUM"'),
        "case.dmn, decision 'T': FIRST with aggregation SUM -> use COLLECT, or no aggregation",
    ),
    "other aggregation": (
        one_rule(policy="COLLECT", extra=' aggregation="AVERAGE"'),
        "case.dmn, decision 'T': aggregation AVERAGE is not known -> use one of: SUM, MIN, MAX, COUNT",
    ),
    "range negated on a column that may be null": (
        one_rule(cell="not([1..5])"),
        "case.dmn, decision 'T', rule 1, column 'n': «not([1..5])» on a column that may be null: null would not match,"
        " nor would its opposite -> write the values that are meant (<1, >5),"
        " or list the column's allowed values without null",
    ),
    "ordering negated on a column that may be null": (
        one_rule(cell="not(1, < 0)"),
        "rule 1, column 'n': «not(1, < 0)» on a column that may be null",
    ),
    "list required": (
        definitions(LIST, formula("f", "L", after=["L"]), inputs=N),
        "case.dmn, decision 'f': it requires 'L', whose COLLECT gives a list"
        " -> require a decision that gives one answer",
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
        "case.dmn, column 'n': its type 'integer' is not known"
        " -> use a base type: string, number, boolean, date, time, date and time, or a duration",
    ),
    "type by itself": (
        definitions(ITEMS, PLAIN, inputs={"n": "tLoop"}),
        "column 'n': its type 'tLoop' is defined by itself",
    ),
    "structure as a whole": (
        definitions(ITEMS, PLAIN, inputs={"n": "tBoth"}),
        "decision 'T', column 'n': «n» at character 1: 'n' is not known"
        " -> put texts in quotes, or require one of the names: n.a",
    ),
    "structure as a column's type": (
        definitions(ITEMS, table("T", rules=RULES, inputs={"n": "tBoth"}), inputs=N),
        "decision 'T', column 'n': its type 'tBoth' is a structure -> use a base type",
    ),
    "structure of itself": (
        definitions(
            '<itemDefinition name="tA"><itemComponent name="b"><typeRef>tA</typeRef></itemComponent></itemDefinition>',
            PLAIN,
            inputs={"n": "tA"},
        ),
        "is a structure over 16 deep -> flatten it",
    ),
    "component without a type": (
        definitions('<itemDefinition name="tA"><itemComponent name="b"/></itemDefinition>', PLAIN, inputs={"n": "tA"}),
        "column 'n': 'n.b' has no type -> use a base type",
    ),
    "collection": (
        definitions(ITEMS, PLAIN, inputs={"n": "tList"}),
        "case.dmn, column 'n': 'n' is a collection -> give one fact for each thing that is asked",
    ),
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
        "case.dmn, decision 'T', column 'n': «\"a\"» at character 1: \"a\" is a string, the column is a number"
        " -> compare with a number",
    ),
    "values by name": (
        one_rule().replace("</input>", "<inputValues><text>[1..n]</text></inputValues></input>"),
        "column 'n': «[1..n]» at character 5: 'n' is not known",
    ),
    "other logic": (
        definitions('<decision name="d" id="d"><relation/></decision>'),
        "case.dmn, decision 'd': it is decided by <relation>"
        " -> use a decision table, a literal expression, a context with a result, or an invocation",
    ),
    "invocation of nothing": (
        definitions('<decision name="d" id="d"><invocation/></decision>'),
        "case.dmn, decision 'd': it calls '', which it does not require -> require one of: none is required",
    ),
    "context without a result": (
        definitions('<decision name="d" id="d"><context/></decision>'),
        "case.dmn, decision 'd': its context has no result -> end it with an entry without a name",
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
