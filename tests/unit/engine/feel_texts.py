"""DMN texts for the tests of the reading side: types, knowledge models, contexts, calls, and cases of the kit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import engine_models as build

from dunwell.engine import evaluation, single, wording
from dunwell.engine.columnar import columns
from dunwell.engine.model import DecisionModel, Place, Value
from dunwell.engine.reading import sfeel

ITEMS = """
<itemDefinition name="tCode"><typeRef>tText</typeRef></itemDefinition>
<itemDefinition name="tText"><typeRef>string</typeRef><allowedValues><text>"a"</text></allowedValues></itemDefinition>
<itemDefinition name="tLoop"><typeRef>tLoop</typeRef></itemDefinition>
<itemDefinition name="tList" isCollection="true"><typeRef>string</typeRef></itemDefinition>
<itemDefinition name="tBoth"><itemComponent name="a"><typeRef>string</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tRows" isCollection="true">
  <itemComponent name="a"><typeRef>string</typeRef></itemComponent></itemDefinition>
"""


def at(text: str) -> datetime:
    """This function will read a moment; the engine's moments have no zone."""
    return datetime.fromisoformat(text)


def types(kinds: str) -> dict[str, str]:
    """This function will name inputs `a`, `b`, `c` … by their types: `types("number, date")`."""
    return dict(zip("abcdefgh", kinds.split(", "), strict=False))


def calculated(folder: Path, text: str, kinds: str, rows: Sequence[Sequence[Value]]) -> tuple[list[Value], list[Value]]:
    """This function will compute an expression over rows of `a`, `b`, `c` …, by both engines."""
    inputs = types(kinds)
    model = build.load(folder, build.formula("f", text, needs=inputs), inputs=inputs)
    facts = [dict(zip(inputs, row, strict=True)) for row in rows]
    kind = model.decision("f").outputs[0].type
    single_ = single.compile(model)
    wide = build.wide(model, facts).to_pylist()
    judged = [single_.decide(known)["f"].outputs["f"] for known in facts]
    return judged, [columns.restored(row["f"], kind) for row in wide]


def written_out(text: str, values: Sequence[Value]) -> str:
    """This function will put literals in the stead of `a`, `b`, `c` …."""
    named = dict(zip("abcdefgh", values, strict=False))
    return re.sub(r"\b([a-h])\b(?![^\"]*\")", lambda found: wording.literal(named[found[1]]), text)


def folded(text: str, values: Sequence[Value]) -> Value:
    """This function will compute an expression of literals, as it is when a model is loaded."""
    place = Place("folded.dmn")
    return evaluation.evaluate(
        sfeel.parse_expression(written_out(text, values), scope=sfeel.Scope({}), place=place), {}
    )


def valued(decision: str, values: str) -> str:
    """This function will list the values of a table's first output, in their order of priority."""
    listed = f"<outputValues>{build.text(values)}</outputValues>"
    plain = re.sub(r"(<output [^>]*?)></output>", rf"\1>{listed}</output>", decision, count=1)
    return plain if plain != decision else decision.replace("<defaultOutputEntry>", f"{listed}<defaultOutputEntry>", 1)


# Knowledge models, calls and contexts


def literal(text: str) -> str:
    return f"<literalExpression>{build.text(text)}</literalExpression>"


def knowing(names: Sequence[str]) -> str:
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#b_{name}"/></knowledgeRequirement>' for name in names
    )


def model_of(name: str, parameters: Mapping[str, str], body: str, *, knows: Sequence[str] = ()) -> str:
    """This function will write a business knowledge model; `body` is a box, or the text of an expression."""
    listed = "".join(f'<formalParameter name="{key}"{build.typed(kind)}/>' for key, kind in parameters.items())
    box = body if body.startswith("<") else literal(body)
    return (
        f'<businessKnowledgeModel name="{name}" id="b_{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{listed}{box}</encapsulatedLogic>{knowing(knows)}</businessKnowledgeModel>"
    )


def decision(
    name: str, body: str, *, needs: Sequence[str] = (), after: Sequence[str] = (), knows: Sequence[str] = (),
    type_ref: str = "",
) -> str:  # fmt: skip
    """This function will write a decision; `body` is a box, or the text of an expression."""
    box = body if body.startswith("<") else literal(body)
    variable = f'<variable name="{name}"{build.typed(type_ref)}/>'
    return (
        f'<decision name="{name}" id="d_{name}">{variable}{build.requirements(needs, after)}{knowing(knows)}'
        f"{box}</decision>"
    )


def invocation(name: str, bindings: Mapping[str, str]) -> str:
    bound = "".join(
        f'<binding><parameter name="{key}"/>{body if body.startswith("<") else literal(body)}</binding>'
        for key, body in bindings.items()
    )
    return f"<invocation>{literal(name)}{bound}</invocation>"


def context(entries: Mapping[str, str]) -> str:
    """This function will write a boxed context; the entry named '' is its result."""
    written = ""
    for key, body in entries.items():
        variable = f'<variable name="{key}"/>' if key else ""
        written += f"<contextEntry>{variable}{body if body.startswith('<') else literal(body)}</contextEntry>"
    return f"<context>{written}</context>"


def boxed_table(
    inputs: Mapping[str, str], rules: Sequence[Sequence[str]], *, policy: str = "UNIQUE", type_ref: str = ""
) -> str:
    """This function will write a decision table that stands inside another box."""
    whole = build.table("x", rules=rules, inputs=inputs, outputs={"": type_ref}, policy=policy)
    return whole[whole.index("<decisionTable") : whole.index("</decision>")]


# A structure, and what a formula gives

LOAN = """
<itemDefinition name="tLoan">
  <itemComponent name="amount"><typeRef>number</typeRef></itemComponent>
  <itemComponent name="rate"><typeRef>tShare</typeRef></itemComponent>
  <itemComponent name="place"><typeRef>tPlace</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tShare"><typeRef>number</typeRef>
  <allowedValues><text>[0..1]</text></allowedValues></itemDefinition>
<itemDefinition name="tPlace">
  <itemComponent name="city"><typeRef>string</typeRef>
    <allowedValues><text>"Riga", "Bonn"</text></allowedValues></itemComponent>
  <itemComponent name="post code"><typeRef>string</typeRef></itemComponent>
</itemDefinition>
"""
PLACE = {"city": "Riga", "post code": "1050"}


def value(model: DecisionModel, facts: dict[str, object], name: str = "f") -> Value:
    found = single.decide(model, facts)
    assert set(found) == {one.name for one in model.decisions if not one.auxiliary}
    return found[name].outputs[name]


# Cases of the conformance kit

KIT = "http://www.omg.org/spec/DMN/20160719/testcase"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Untyped(str):
    """A text that a case gives without the type of a schema, as most do for numbers and days."""

    __slots__ = ()


def kit_value(value: object) -> str:
    """This function will write a value as the kit does: a structure for a dict, a list for a list."""
    match value:
        case None:
            return '<value xsi:nil="true"/>'
        case dict():
            return "".join(f'<component name="{key}">{kit_value(one)}</component>' for key, one in value.items())
        case list():
            return f"<list>{''.join(f'<item>{kit_value(one)}</item>' for one in value)}</list>"
        case Untyped():
            return f"<value>{value}</value>"
        case str():
            return f'<value xsi:type="xsd:string">{value}</value>'
        case bool():
            return f'<value xsi:type="xsd:boolean">{str(value).lower()}</value>'
    return f"<value>{value}</value>"


def kit_case(facts: Mapping[str, object], expected: Mapping[str, object], *, attributes: str = "") -> str:
    given = "".join(f'<inputNode name="{key}">{kit_value(value)}</inputNode>' for key, value in facts.items())
    wanted = "".join(
        f'<resultNode name="{key}" type="decision"><expected>{kit_value(value)}</expected></resultNode>'
        for key, value in expected.items()
    )
    return f"<testCase{attributes}>{given}{wanted}</testCase>"


def kit(folder: Path, model: str, *cases: str, name: str = "0001-case") -> Path:
    """This function will write a model and its cases as the kit lays them out."""
    home = folder / name
    home.mkdir()
    (home / f"{name}.dmn").write_text(model, encoding="utf-8")
    (home / f"{name}-test-01.xml").write_text(
        f'<testCases xmlns="{KIT}" xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f"<modelName>{name}.dmn</modelName>{''.join(cases)}</testCases>",
        encoding="utf-8",
    )
    return folder
