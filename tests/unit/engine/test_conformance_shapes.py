"""Models of the shapes that the kit is made of, as modelling tools write them: both engines pass them all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from engine_models import DMN, definitions
from feel_texts import Untyped, decision, kit, kit_case, model_of

from dunwell.engine import conformance

Engine = Literal["single", "bulk"]
# A modelling tool writes references by generated ids, labels beside expressions, and attributes of its own.
HEAD = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><definitions exporter="Modeler" name="shape" xmlns="{DMN}"'
    ' expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/" namespace="urn:shape" tool:logo="none"'
    ' typeLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/" xmlns:tool="urn:tool" id="_1"><extensionElements/>'
)
INPUTS = (
    '<inputData name="Years" id="_a"><variable typeRef="number" name="Years" id="_va"/></inputData>'
    '<inputData name="Risk" id="_b"><variable typeRef="string" name="Risk" id="_vb"/></inputData>'
    '<inputData name="isSolvent" id="_c"><variable typeRef="boolean" name="isSolvent" id="_vc"/></inputData>'
)
NEEDS = "".join(
    f'<informationRequirement id="_r{x}"><requiredInput href="#_{x}"/></informationRequirement>' for x in "abc"
)
COLUMNS = (
    '<input id="_i1" label="Years"><inputExpression typeRef="number"><text>Years</text></inputExpression></input>'
    '<input id="_i2" label="Risk"><inputExpression typeRef="string"><text>Risk</text></inputExpression>'
    '<inputValues tool:constraintsType="enumeration"><text>"High", "Low", "Medium"</text></inputValues></input>'
    '<input id="_i3"><inputExpression typeRef="boolean"><text>isSolvent</text></inputExpression></input>'
)
ITEMS = (
    '<itemDefinition isCollection="true" name="tWords" label="tWords"><typeRef>string</typeRef><allowedValues'
    ' tool:constraintsType="enumeration"><text>"Accepted","Refused"</text></allowedValues></itemDefinition>'
    '<itemDefinition isCollection="true" name="tList"><typeRef>string</typeRef></itemDefinition>'
    '<itemDefinition isCollection="false" name="tPair">'
    '<itemComponent isCollection="false" name="Yes/No" id="_x"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent isCollection="false" name="Rate" id="_y"><typeRef>string</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition isCollection="true" name="tPairs">'
    '<itemComponent name="Yes/No"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="Rate"><typeRef>string</typeRef></itemComponent></itemDefinition>'
)
LISTED = '<outputValues tool:constraintsType="enumeration"><text>"Accepted","Refused"</text></outputValues>'
ONE = '<output id="_o"/>'
ONE_LISTED = f'<output id="_o">{LISTED}</output>'
TWO = '<output name="Yes/No" typeRef="string" id="_o"/><output name="Rate" typeRef="string" id="_p"/>'
TWO_LISTED = f'<output name="Yes/No" typeRef="string">{LISTED}</output><output name="Rate" typeRef="string" id="_p"/>'
TWO_DEFAULT = (
    f'<output name="Yes/No" typeRef="string">{LISTED}<defaultOutputEntry><text>"Refused"</text></defaultOutputEntry>'
    '</output><output name="Rate" typeRef="string"><outputValues><text>"Best", "Plain"</text></outputValues>'
    '<defaultOutputEntry><text>"Plain"</text></defaultOutputEntry></output>'
)


def entries(tag: str, number: int, texts: list[str]) -> str:
    escaped = [text.replace("<", "&lt;").replace(">", "&gt;") for text in texts]
    return "".join(f'<{tag} id="_{tag}{number}-{at}"><text>{one}</text></{tag}>' for at, one in enumerate(escaped))


def shape(
    policy: str, outputs: str, rules: list[list[str]], *, type_ref: str = "string", columns: str = COLUMNS
) -> str:
    name, _, aggregation = policy.partition("/")
    count = columns.count("<input ")
    attributes = f' aggregation="{aggregation}"' if aggregation else ""
    rows = "".join(
        f'<rule id="_rule{number}">{entries("inputEntry", number, texts[:count])}'
        f"{entries('outputEntry', number, texts[count:])}</rule>"
        for number, texts in enumerate(rules, 1)
    )
    return (
        f'{HEAD}{ITEMS}<decision name="The Answer" id="_d"><variable typeRef="{type_ref}" name="The Answer" id="_v"/>'
        f'{NEEDS}<decisionTable hitPolicy="{name}"{attributes} outputLabel="The Answer" typeRef="{type_ref}"'
        f' preferredOrientation="Rule-as-Row" id="_t">{columns}{outputs}{rows}</decisionTable></decision>{INPUTS}'
        '<d:DMNDI xmlns:d="https://www.omg.org/spec/DMN/20230324/DMNDI/"><d:DMNDiagram/></d:DMNDI></definitions>'
    )


YEARS = COLUMNS[: COLUMNS.index("</input>") + len("</input>")]
LADDER = [[">3", '"Accepted"'], ["<3", '"Refused"'], [">=0", '"Accepted"']]
PAIRS = [
    [">=18", '"Low"', "true", '"Accepted"', '"Best"'],
    [">=18", '"Medium","Low"', "true", '"Accepted"', '"Plain"'],
    ["<18", "-", "-", '"Refused"', '"Plain"'],
    ["-", '"High"', "-", '"Refused"', '"Plain"'],
]
UNIQUE = [PAIRS[0], [">=18", '"Medium"', "true", '"Accepted"', '"Plain"'], PAIRS[2]]
MINOR = ["<18", '"Low","High"', "true", '"Refused"', '"Plain"']
AGREE = [*UNIQUE[:2], MINOR, ["-", '"High"', "true", '"Refused"', '"Plain"']]
RISKY = ["-", '"High"', "-", '"Accepted"', '"Plain"']
WORDS = [[">=18", '"Best"'], [">=12", '"Plain"'], ["<12", '"Plain"']]
SUMS = [[">1", "100"], [">2", "200"], [">3", "300"], [">5", "500"]]
P = ("Yes/No", "Rate")
Given = tuple[object, object, object]
# Policy, outputs, rules, type, columns; then cases: years, risk, solvency, and the answer.
SHAPES: dict[str, tuple[str, list[tuple[Given, object]]]] = {
    "priority of one output": (
        shape("PRIORITY", ONE_LISTED, [[">=18", '"Medium","Low"', "true", '"Accepted"'], ["-", "-", "-", '"Refused"']]),
        [((19, "Low", True), "Accepted"), ((17, "Low", True), "Refused"), ((None, None, None), "Refused")],
    ),
    "priority of two outputs": (
        shape("PRIORITY", TWO_LISTED, [PAIRS[1], PAIRS[2], RISKY], type_ref="tPair"),
        [((17, "High", True), dict(zip(P, ("Accepted", "Plain"), strict=True))),
         ((10, "Low", True), dict(zip(P, ("Refused", "Plain"), strict=True))),
         ((19, "Low", False), None)],
    ),
    "any with defaults": (
        shape("ANY", TWO_DEFAULT, AGREE, type_ref="tPair"),
        [((17, "High", True), dict(zip(P, ("Refused", "Plain"), strict=True))),
         ((19, "Low", True), dict(zip(P, ("Accepted", "Best"), strict=True))),
         ((19, "Low", False), dict(zip(P, ("Refused", "Plain"), strict=True)))],
    ),
    "unique of two outputs": (
        shape("UNIQUE", TWO, UNIQUE, type_ref="tPair"),
        [((20, "Medium", True), dict(zip(P, ("Accepted", "Plain"), strict=True))), ((20, "High", True), None)],
    ),
    "first of one output": (
        shape("FIRST", ONE, [[">18", '"Cars"'], [">12", '"Games"'], [">0", '"Toys"']], columns=YEARS),
        [((19, None, None), "Cars"), ((13, None, None), "Games"), ((1, None, None), "Toys"), ((0, None, None), None)],
    ),
    "rule order of one output": (
        shape("RULE ORDER", ONE, WORDS, type_ref="tList", columns=YEARS),
        [((19, None, None), ["Best", "Plain"]), ((13, None, None), ["Plain"])],
    ),
    "output order of one output": (
        shape("OUTPUT ORDER", ONE_LISTED, LADDER, type_ref="tWords", columns=YEARS),
        [((1, None, None), ["Accepted", "Refused"]), ((5, None, None), ["Accepted", "Accepted"])],
    ),
    "rule order of two outputs": (
        shape("RULE ORDER", TWO, PAIRS, type_ref="tPairs"),
        [((17, "High", True), [{"Yes/No": "Refused", "Rate": "Plain"}] * 2)],
    ),
    "output order of two outputs": (
        shape("OUTPUT ORDER", TWO_LISTED, [PAIRS[2], ["-", "-", "true", '"Accepted"', '"Best"']], type_ref="tPairs"),
        [((17, "Low", True), [{"Yes/No": "Accepted", "Rate": "Best"}, {"Yes/No": "Refused", "Rate": "Plain"}])],
    ),
    "collected pairs": (
        shape("COLLECT", TWO, PAIRS, type_ref="tPairs"),
        [((19, "Low", True), [{"Yes/No": "Accepted", "Rate": "Plain"}, {"Yes/No": "Accepted", "Rate": "Best"}])],
    ),
    **{
        f"collect {name}": (
            shape(f"COLLECT/{name}", ONE, SUMS, type_ref="number", columns=YEARS),
            [((3, None, None), value), ((0, None, None), nothing)],
        )
        for name, value, nothing in (("SUM", 300, None), ("MIN", 100, None), ("MAX", 200, None), ("COUNT", 2, 0))
    },
    "count of texts": (
        shape("COLLECT/COUNT", ONE, LADDER, type_ref="number", columns=YEARS),
        [((5, None, None), 2), ((None, None, None), 0)],
    ),
}  # fmt: skip
ENGINES: list[Engine] = ["single", "bulk"]


def failed(folder: Path, engine: Engine) -> list[conformance.CaseResult]:
    found = list(conformance.run(folder, engine=engine))
    assert found
    return [result for result in found if result.verdict != "pass"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SHAPES)
def test_tables_pass(name: str, engine: Engine, tmp_path: Path) -> None:
    model, cases = SHAPES[name]
    facts = [dict(zip(("Years", "Risk", "isSolvent"), given, strict=True)) for given, _ in cases]
    written = [kit_case(known, {"The Answer": want}) for known, (_, want) in zip(facts, cases, strict=True)]
    assert failed(kit(tmp_path, model, *written), engine) == []


CONSTANTS: dict[str, object] = {
    "true": True,
    "false": False,
    ".872": Untyped("0.872"),
    "-.872": Untyped("-0.872"),
    "50": 50,
    "-50": Untyped("-50"),
    "125.432198765": Untyped("125.432198765"),
    '"foo bar"': "foo bar",
    '"šomeÚnicodeŠtriňg"': "šomeÚnicodeŠtriňg",
    '"横綱"': "横綱",
    f'"{"long" * 60}"': "long" * 60,
    "null": None,
}
MATH: dict[str, object] = {
    "11+4": 15, "-11+-4": Untyped("-15"), "(-11)+(-4)": Untyped("-15"), "11-4": 7, "-11--4": Untyped("-7"),
    "(-11)-(-4)": Untyped("-7"), "(11+20)-(-4+3)": 32, "11*4": 44, "-11*-4": 44, "(-11)*(-4)": 44,
    "(11+4)*(-4*3)": Untyped("-180"), "12/4": 3, "-12/-4": 3, "(12+24)/(-4*3)": Untyped("-3"), "(12+24)/0": None,
    "10**4": 10000, "10**-4": Untyped("0.0001"), "(4+3)**4": 2401, "4+3**4": 85, "4+3**4+2": 87, "4+2**(4+2)": 68,
    "12 + 24 / -4 - 2": 4, "12 + 24 / (-4 - 2)": 8, "1.5*10**3": 1500, "2**3**2": 64, "-2**2": 4,
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("table", [CONSTANTS, MATH], ids=["constants", "arithmetic"])
def test_literal_expressions_pass(table: dict[str, object], engine: Engine, tmp_path: Path) -> None:
    kinds = {bool: "boolean", str: "string", type(None): "number"}
    parts = [
        decision(f"Decision{at}", text, type_ref=kinds.get(type(value), "number"))
        for at, (text, value) in enumerate(table.items())
    ]
    cases = [kit_case({}, {f"Decision{at}": value}) for at, value in enumerate(table.values())]
    assert failed(kit(tmp_path, definitions(*parts), *cases), engine) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_ternary_logic_passes(engine: Engine, tmp_path: Path) -> None:
    model = definitions(decision("No", "not(A)", needs=["A"], type_ref="boolean"), inputs={"A": "boolean"})
    cases = [kit_case({"A": given}, {"No": want}) for given, want in ((True, False), (False, True), (None, None))]
    assert failed(kit(tmp_path, model, *cases), engine) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_structure_handed_to_a_knowledge_model_passes(engine: Engine, tmp_path: Path) -> None:
    loan = "".join(
        f'<itemComponent name="{part}"><typeRef>number</typeRef></itemComponent>' for part in ("amount", "rate", "term")
    )
    body = "PMT(Loan.amount, Loan.rate, Loan.term)+fee"
    model = definitions(
        f'<itemDefinition name="tLoan">{loan}</itemDefinition>',
        model_of("PMT", {"p": "", "r": "", "n": ""}, "(p*r/12)/(1-(1+r/12)**-n)"),
        decision("Payment", body, needs=["Loan", "fee"], knows=["PMT"], type_ref="number"),
        inputs={"Loan": "tLoan", "fee": "number"},
    )  # fmt: skip
    loans: list[tuple[str, dict[str, object]]] = [
        ("2878.69354943277", {"amount": 600_000, "rate": Untyped("0.0375"), "term": 360}),
        ("662.707359373292", {"amount": 30_000, "rate": Untyped("0.0475"), "term": 60}),
    ]
    cases = [kit_case({"Loan": given, "fee": 100}, {"Payment": Untyped(want)}) for want, given in loans]
    assert failed(kit(tmp_path, model, *cases), engine) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("125.4321987654", "at most 18 digits before the point and 9 after it"),
        ("10+null", "+ joins a number and null"),
        ("string(1)", "'string' is not known"),
        ('date and time("2018-12-10T10:30:00@Etc/UTC").year', "names a time zone"),
        ("[1, 2]", "expected a value"),
        ("{a: 1}", "{ is outside the profile"),
    ],
)
def test_what_lies_outside_says_so(text: str, why: str, tmp_path: Path) -> None:
    model = definitions(decision("f", text))
    (found,) = conformance.run(kit(tmp_path, model, kit_case({}, {"f": None})), engine="single")
    assert found.verdict == "outside profile"
    assert why in found.reason
