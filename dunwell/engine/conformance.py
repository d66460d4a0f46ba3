"""The DMN community's conformance kit (TCK): its models and their cases, run through one of the engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isclose
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine import bulk, dmn, document, single
from dunwell.engine.columnar import columns
from dunwell.engine.functions import EXACT
from dunwell.engine.model import DecisionModel, DecisionTable, InputData, InputError, ModelError, Place, Type, Value
from dunwell.engine.reading import literals
from dunwell.engine.types import type_of_value

Engine = Literal["single", "bulk"]
Verdict = Literal["pass", "fail", "outside profile"]
NAMESPACE = "http://www.omg.org/spec/DMN/20160719/testcase"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# What a value may be that a case says to have such a schema type; one without a type may be anything.
KINDS: Mapping[str, frozenset[Type]] = {
    "string": frozenset({"string"}),
    "boolean": frozenset({"boolean"}),
    **dict.fromkeys(("decimal", "double", "float", "integer", "int", "long"), frozenset({"number", "ratio"})),
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "dateTime": frozenset({"date_time"}),
    "duration": frozenset({"days_duration", "months_duration"}),
    "dayTimeDuration": frozenset({"days_duration"}),
    "yearMonthDuration": frozenset({"months_duration"}),
}
# So many places a case must tell before an exact result with more of them may be rounded to it.
PLACES_MIN = 8
# A result that went through binary floats agrees if it differs by less than this share (the kit's own runners: 1e-8).
TOLERANCE = 1e-8
CASE = "tck case"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case: `reason` says what differs, or what of the model lies outside the profile."""

    file: str
    case: str
    verdict: Verdict
    reason: str = ""


class _OutsideError(Exception):
    """Something that a case asks for is outside the profile."""


def run(folder: Path, *, engine: Engine) -> Iterator[CaseResult]:
    """This function will run every `*-test-*.xml` below a folder against the model that stands beside it."""
    files = sorted(folder.rglob("*-test-*.xml")) if folder.is_dir() else []
    if not files:
        place = Place(str(folder))
        raise place.refuse("there are no test cases here", cure="name a folder with models and their *-test-*.xml")
    for file in files:
        yield from _File(file, engine).results()


class _File:
    """The cases of one file; each decision is read once, with what it requires."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path, self.engine = path, engine
        self.root = document.parse(path, namespace=NAMESPACE)
        self.model_path = path.parent / (self.root.findtext("modelName") or f"{path.name.partition('-test-')[0]}.dmn")
        self.models: dict[str, DecisionModel | ModelError] = {}
        self.definitions: Element | None = None

    def results(self) -> Iterator[CaseResult]:
        for number, case in enumerate(self.root.findall("testCase"), 1):
            name = case.get("id") or str(number)
            try:
                reason = self.differs(case)
            except (_OutsideError, InputError) as error:
                yield CaseResult(self.path.name, name, "outside profile", str(error))
                continue
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
            yield CaseResult(self.path.name, name, "fail" if reason else "pass", reason)

    def differs(self, case: Element) -> str:
        """This function will say what differs from what the case expects; nothing if all is as expected."""
        if case.get("type", "decision") != "decision":
            raise _OutsideError(f"it asks for a {case.get('type')}")
        nodes = case.findall("resultNode")
        if not nodes:
            raise _OutsideError("it asks for no result")
        # All is looked at before the verdict: a difference counts more than what lies outside.
        found = [self.differs_in(node, case) for node in nodes]
        wrong = [reason for inside, reason in found if inside and reason]
        outside = [reason for inside, reason in found if not inside]
        if outside and not wrong:
            raise _OutsideError(outside[0])
        return "; ".join(wrong)

    def differs_in(self, node: Element, case: Element) -> tuple[bool, str]:
        name = node.get("name", "")
        if node.get("type", "decision") != "decision":
            return False, f"it asks for a {node.get('type')}"
        try:
            wanted = node.find("expected")
            if wanted is None:
                return False, f"it does not say what '{name}' should be"
            expected = _expected(wanted)
            model = self.model(name)
            facts = _facts(model, case)
            answer = _single(model, name, facts) if self.engine == "single" else _bulk(model, name, facts)
        except (_OutsideError, InputError) as error:
            return False, str(error)
        agrees = _agree(expected, answer, ordered=_ordered(model, name))
        return True, "" if agrees else f"'{name}': expected {_shown(expected)}, found {_shown(answer)}"

    def model(self, name: str) -> DecisionModel:
        if name not in self.models:
            try:
                if self.definitions is None:
                    self.definitions = document.read(self.model_path)
                self.models[name] = dmn.model_of(self.definitions, self.model_path, only=[name])
            except ModelError as error:
                self.models[name] = error
        found = self.models[name]
        if isinstance(found, ModelError):
            raise _OutsideError(str(found))
        return found


# Facts


def _facts(model: DecisionModel, case: Element) -> dict[str, Value]:
    """This function will read the inputs of a case as the model's types; what it does not give is null."""
    given = {node.get("name", ""): node for node in case.findall("inputNode")}
    return {wanted.name: _fact(wanted, given) for wanted in model.inputs}


def _fact(wanted: InputData, given: Mapping[str, Element]) -> Value:
    head, *path = wanted.name.split(".")
    node = given.get(wanted.name)
    if node is None:
        node = given.get(head)
        for part in path:
            components = node.findall("component") if node is not None else []
            node = next((one for one in components if one.get("name") == part), None)
    if node is None:
        return None
    if node.find("list") is not None:
        raise _OutsideError(f"'{wanted.name}' is a list")
    if node.find("component") is not None:
        raise _OutsideError(f"'{wanted.name}' is a structure")
    value = node.find("value")
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    return _read(value.text or "", wanted.type)


def _read(text: str, kind: Type) -> Value:
    try:
        match kind:
            case "string":
                return text
            case "boolean":
                return {"true": True, "false": False}[text.strip()]
            case "number" | "ratio":
                return Decimal(text.strip())
        return literals.OF_TYPE[kind](text.strip())
    except (KeyError, InvalidOperation, literals.LiteralError) as error:
        raise _OutsideError(f"«{text}» is no {kind}: {error}") from error


# Answers


def _single(model: DecisionModel, name: str, facts: Mapping[str, Value]) -> Any:
    outcome = single.compile(model).decide(facts)[name]
    if not model.decision(name).gives_list:
        return _plain(outcome.outputs)
    return [_plain(row) for row in outcome.rows] or None


def _bulk(model: DecisionModel, name: str, facts: Mapping[str, Value]) -> Any:
    table = bulk.table([facts], model, key=CASE)
    if not model.decision(name).gives_list:
        decided = bulk.decide(table, model).to_pyarrow().to_pylist()[0]
        return _plain(_restored(model, name, decided))
    listed = bulk.collect(bulk.decide(table, model), model, name, keys=[CASE])
    rows = listed.order_by("place").to_pyarrow().to_pylist()
    return [_plain(_restored(model, name, row)) for row in rows] or None


def _restored(model: DecisionModel, name: str, row: Mapping[str, Any]) -> dict[str, Value]:
    return {out.name: columns.restored(row[out.name], out.type) for out in model.decision(name).outputs}


def _plain(row: Mapping[str, Value]) -> Any:
    """This function will return one output as itself, several as the structure that they are."""
    return dict(row) if len(row) > 1 else next(iter(row.values()))


def _ordered(model: DecisionModel, name: str) -> bool:
    logic = model.decision(name).logic
    return not isinstance(logic, DecisionTable) or logic.hit_policy != "COLLECT"


# Expectations


def _expected(element: Element) -> Any:
    """This function will read what is expected: a value as its text, a structure as a dict, a list as a list."""
    listed = element.find("list")
    if listed is not None:
        return [_expected(item) for item in listed.findall("item")]
    components = element.findall("component")
    if components:
        return {component.get("name", ""): _expected(component) for component in components}
    value = element.find("value")
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    kind = value.get(f"{XSI}type", "").rpartition(":")[2]
    # Older cases write null as a value with neither text nor type.
    return _Text(value.text or "", kind) if value.text or kind else None


@dataclass(frozen=True, slots=True)
class _Text:
    """An expected value as it is written, and the schema type that it is said to have."""

    text: str
    kind: str


def _agree(expected: Any, found: Any, *, ordered: bool) -> bool:
    match expected:
        case None:
            return found is None or (isinstance(found, dict) and all(value is None for value in found.values()))
        case list():
            return _agree_lists(expected, found or [], ordered=ordered)
        case dict():
            same = isinstance(found, dict) and found.keys() == expected.keys()
            return same and all(_agree(expected[key], found[key], ordered=True) for key in expected)
    return _agree_values(expected, found)


def _agree_lists(expected: Sequence[Any], found: Any, *, ordered: bool) -> bool:
    if not isinstance(found, list) or len(found) != len(expected):
        return False
    if ordered:
        return all(_agree(one, other, ordered=True) for one, other in zip(expected, found, strict=True))
    rest = list(found)
    for one in expected:
        at = next((at for at, other in enumerate(rest) if _agree(one, other, ordered=True)), None)
        if at is None:
            return False
        rest.pop(at)
    return True


def _agree_values(expected: _Text, found: Any) -> bool:
    kind = None if isinstance(found, dict | list) else type_of_value(found)
    if kind is None or (expected.kind and kind not in KINDS.get(expected.kind, ())):
        return False
    try:
        wanted = _read(expected.text, kind)
    except _OutsideError:
        return False
    if isinstance(found, float):
        # Beside 0 no share of anything is left.
        return isclose(float(wanted), found, rel_tol=TOLERANCE, abs_tol=1e-12)  # type: ignore[arg-type]  # a number
    return bool(wanted == found) or (isinstance(wanted, Decimal) and _rounds_to(wanted, found))


def _rounds_to(wanted: Decimal, found: Any) -> bool:
    """This function will say whether an exact number was only cut short where the case was written down."""
    places = -int(wanted.as_tuple().exponent)
    return places >= PLACES_MIN and bool(EXACT.quantize(Decimal(found), wanted) == wanted)


def _shown(value: Any) -> str:
    match value:
        case _Text(text, _):
            return text
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_shown(one)}' for key, one in value.items())}}}"
    return "null" if value is None else str(value)
