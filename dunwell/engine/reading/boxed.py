"""What a decision is decided by: a table, an expression, a boxed context, or a call of a business knowledge model.

Contexts and calls are laid open when a model is read: each table inside them becomes an auxiliary decision, each
expression goes to where its name stands. The engines know nothing but tables and formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine.model import AnyOf, Decision, DecisionTable, Expression, Formula, Name, Place
from dunwell.engine.reading import lexer, sfeel, tables
from dunwell.engine.reading.items import ItemTypes
from dunwell.engine.reading.sfeel import Scope
from dunwell.engine.types import agree, settled, type_of

# So many calls in one decision, and so many inside each other.
CALLS_MAX, CALLS_DEEP_MAX = 200, 12
BOXES = ("decisionTable", "literalExpression", "invocation", "context")
OTHER_BOXES = ("relation", "list", "functionDefinition", "conditional", "filter", "for", "some", "every")
Arguments = Sequence[Expression] | Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The business knowledge models of a file by their ids, and the element that says which of them it may call."""

    models: Mapping[str, Element]
    caller: Element

    def callable(self) -> dict[str, Element]:
        """This function will return the models that the caller requires, by their names."""
        keys = [
            target.get("href", "").removeprefix("#")
            for requirement in self.caller.findall("knowledgeRequirement")
            for target in requirement.findall("requiredKnowledge")
        ]
        found = [self.models[key] for key in keys if key in self.models]
        return {element.get("name", ""): element for element in found}


class Reader:
    """Reads the logic of one decision; `auxiliaries` are the decisions that it needs beside itself."""

    def __init__(
        self,
        types: ItemTypes,
        knowledge: Knowledge,
        names: Mapping[str, Expression],
        domains: Mapping[str, AnyOf],
        place: Place,
        requires: tuple[str, ...],
    ) -> None:
        self.types = types
        self.place = place
        self.requires = requires
        self.auxiliaries: list[Decision] = []
        self.calls: list[str] = []
        self.numbers = 0
        self.frame = _Frame(names, domains, knowledge, self)

    def logic(self, element: Element, type_ref: str | None) -> DecisionTable | Formula:
        """This function will read what stands in a decision."""
        return self.box(_box(element, self.place), self.frame, type_ref, self.place)

    def box(self, box: Element, frame: _Frame, type_ref: str | None, place: Place) -> DecisionTable | Formula:
        type_ref = type_ref or box.get("typeRef")
        match box.tag:
            case "decisionTable":
                return tables.Reader(frame.scope, self.types, type_ref, place).table(box)
            case "literalExpression":
                return self.formula(box, frame, type_ref, place)
            case "invocation":
                return self.invocation(box, frame, type_ref, place)
        return self.context(box, frame, type_ref, place)

    def formula(self, box: Element, frame: _Frame, type_ref: str | None, place: Place) -> Formula:
        expression = sfeel.parse_expression(box.findtext("text") or "", scope=frame.scope, place=place)
        return self.settled(expression, type_ref, place)

    def settled(self, expression: Expression, type_ref: str | None, place: Place) -> Formula:
        kind = settled(type_of(expression), self.types.base(type_ref, place), place)
        return Formula(place.decision, kind, expression)

    # Contexts

    def context(self, box: Element, frame: _Frame, type_ref: str | None, place: Place) -> DecisionTable | Formula:
        """This function will read the entries in their order; the one without a name is the result."""
        for entry in box.findall("contextEntry"):
            variable = entry.find("variable")
            inner = _box(entry, place)
            if variable is None:
                return self.box(inner, frame, type_ref, place)
            name = lexer.check_name(variable.get("name", ""), "an entry", place)
            frame = frame.knowing({name: self.value(inner, frame, variable.get("typeRef"), place, name)})
        raise place.refuse("its context has no result", cure="end it with an entry without a name")

    def value(self, box: Element, frame: _Frame, type_ref: str | None, place: Place, name: str) -> Expression:
        """This function will read a box as an expression: a table becomes an auxiliary decision, named in its stead."""
        self.numbers += 1
        inner = replace(place, decision=f"{self.place.decision}/{name}#{self.numbers}")
        logic = self.box(box, frame, type_ref, inner)
        if isinstance(logic, Formula):
            return logic.expression
        if logic.gives_list or len(logic.outputs) != 1:
            raise place.refuse(f"'{name}' gives more than one value", cure="make it a decision of its own")
        before = self.requires + tuple(one.name for one in self.auxiliaries)
        self.auxiliaries.append(Decision(inner.decision, inner.decision, before, logic, auxiliary=True))
        return Name(logic.outputs[0].name, logic.outputs[0].type)

    # Calls

    def invocation(self, box: Element, frame: _Frame, type_ref: str | None, place: Place) -> DecisionTable | Formula:
        name = (box.findtext("literalExpression/text") or "").strip()
        given: dict[str, Expression] = {}
        for binding in box.findall("binding"):
            parameter = binding.find("parameter")
            label = parameter.get("name", "") if parameter is not None else ""
            given |= self.bound(label, binding, frame, place)
        called = self.enter(name, frame, place)
        with_arguments = frame.into(called, self.named(called, given, place))
        logic = self.box(_body(called, place), with_arguments, type_ref, place)
        self.calls.pop()
        return logic

    def bound(self, label: str, binding: Element, frame: _Frame, place: Place) -> dict[str, Expression]:
        """This function will return the argument, or one for each component where a whole structure is handed on."""
        box = _box(binding, place)
        text = (box.findtext("text") or "").strip()
        if box.tag == "literalExpression" and (parts := frame.components(text)):
            return {f"{label}.{path}": expression for path, expression in parts.items()}
        return {label: self.value(box, frame, None, place, label)}

    def call(self, name: str, arguments: Arguments, frame: _Frame) -> Expression:
        """This function will return what stands for a call that is written inside an expression."""
        place = self.place
        called = self.enter(name, frame, place)
        parameters = [parameter.get("name", "") for parameter in _parameters(called)]
        if not isinstance(arguments, Mapping):
            if len(arguments) != len(parameters):
                cure = f"give it: {', '.join(parameters)}"
                raise place.refuse(f"'{name}' is given {len(arguments)} values", cure=cure)
            arguments = dict(zip(parameters, arguments, strict=True))
        inner = frame.into(called, self.named(called, arguments, place))
        found = self.value(_body(called, place), inner, _result_type(called), place, name)
        self.calls.pop()
        return found

    def enter(self, name: str, frame: _Frame, place: Place) -> Element:
        known = frame.knowledge.callable()
        if name not in known:
            cure = f"require one of: {', '.join(known) or 'none is required'}"
            raise place.refuse(f"it calls '{name}', which it does not require", cure=cure)
        if name in self.calls:
            raise place.refuse(f"'{name}' calls itself", cure="decide it in steps")
        if self.numbers > CALLS_MAX or len(self.calls) >= CALLS_DEEP_MAX:
            limits = f"{CALLS_MAX} calls, {CALLS_DEEP_MAX} inside each other"
            raise place.refuse(f"'{name}' is one call too many: there may be {limits}", cure="decide it in steps")
        self.calls.append(name)
        return known[name]

    def named(self, called: Element, given: Mapping[str, Expression], place: Place) -> dict[str, Expression]:
        """This function will hold the arguments against the parameters and their types."""
        for parameter in _parameters(called):
            name = parameter.get("name", "")
            parts = {label: one for label, one in given.items() if label == name or label.startswith(f"{name}.")}
            if not parts:
                raise place.refuse(f"'{called.get('name')}' is not given '{name}'", cure="add the argument")
            if name in parts and not self.types.is_structure(parameter.get("typeRef"), place):
                declared = self.types.base(parameter.get("typeRef"), place)
                if not agree(type_of(parts[name]), declared):
                    message = f"'{name}' of '{called.get('name')}' is a {declared}, not a {type_of(parts[name])}"
                    raise place.refuse(message, cure="give it that type")
        return dict(given)


class _Frame:
    """What an entry may name at one place: the decision's own names, or the parameters of what is called."""

    def __init__(
        self, names: Mapping[str, Expression], domains: Mapping[str, AnyOf], knowledge: Knowledge, reader: Reader
    ) -> None:
        self.names, self.domains, self.knowledge, self.reader = names, domains, knowledge, reader
        models = frozenset(knowledge.callable())
        invoke = lambda name, arguments: reader.call(name, arguments, self)  # noqa: E731 - a method of this frame
        self.scope = Scope(names, domains, models, invoke)

    def knowing(self, more: Mapping[str, Expression]) -> _Frame:
        return _Frame({**self.names, **more}, self.domains, self.knowledge, self.reader)

    def into(self, called: Element, arguments: Mapping[str, Expression]) -> _Frame:
        return _Frame(arguments, self.domains, Knowledge(self.knowledge.models, called), self.reader)

    def components(self, name: str) -> dict[str, Expression]:
        """This function will return the components of a structure by their paths, none of what is none."""
        start = f"{name}."
        return {key.removeprefix(start): found for key, found in self.names.items() if name and key.startswith(start)}


def _box(element: Element, place: Place) -> Element:
    for child in element:
        if child.tag in BOXES:
            return child
    found = ", ".join(f"<{child.tag}>" for child in element if child.tag in OTHER_BOXES) or "nothing"
    cure = "use a decision table, a literal expression, a context with a result, or an invocation"
    raise place.refuse(f"it is decided by {found}", cure=cure)


def _logic(called: Element, place: Place) -> Element:
    logic = called.find("encapsulatedLogic")
    if logic is None or logic.get("kind", "FEEL") != "FEEL":
        raise place.refuse(f"'{called.get('name')}' has no logic in FEEL", cure="write it as a table or an expression")
    return logic


def _body(called: Element, place: Place) -> Element:
    return _box(_logic(called, place), place)


def _parameters(called: Element) -> Iterator[Element]:
    yield from called.findall("encapsulatedLogic/formalParameter")


def _result_type(called: Element) -> str | None:
    logic = called.find("encapsulatedLogic")
    return logic.get("typeRef") if logic is not None else None
