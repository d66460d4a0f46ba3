"""DMN 1.2 to 1.5 files become decision models; whatever Dunwell would not do exactly as written is refused here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine import document
from dunwell.engine.document import digest
from dunwell.engine.model import (
    AnyOf,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    InputData,
    Name,
    Place,
)
from dunwell.engine.reading import lexer
from dunwell.engine.reading.boxed import Knowledge, Reader
from dunwell.engine.reading.items import ItemTypes

__all__ = ["digest", "load", "model_of"]

DECISIONS_MAX = 500
CHAIN_MAX = 40
# How the language of an expression ends or is dated: …/DMN/20230324/FEEL/, …/spec/FEEL/20140401, or plainly feel.
FEEL = frozenset({"FEEL", "S-FEEL"})
# Elements of a model that say something about it without changing any result.
SILENT = frozenset(
    {
        "description",
        "extensionElements",
        "itemDefinition",
        "inputData",
        "decision",
        "decisionService",
        "businessKnowledgeModel",
        "knowledgeSource",
        "textAnnotation",
        "association",
        "group",
        "elementCollection",
        "performanceIndicator",
        "organizationUnit",
    }
)


def load(path: Path | str, *, only: Iterable[str] = ()) -> DecisionModel:
    """This function will read a DMN file, or raise ModelError naming file, decision, rule, column and the cure.

    With `only`, nothing but these decisions, by their names, and what they require is read: the rest of the file may
    lie outside the profile.
    """
    path = Path(path)
    return model_of(document.read(path), path, only=only)


def model_of(root: Element, path: Path, *, only: Iterable[str] = ()) -> DecisionModel:
    """This function will read the `definitions` of a file, as `document.read` gives them, in the same way."""
    place = Place(path.name)
    _refuse_elements(root, place)
    file = _File(root, place)
    for element in _in_order(root, place, only=frozenset(only)):
        file.decide(element)
    model = DecisionModel(root.get("name") or path.stem, tuple(file.needed_inputs(only)), tuple(file.decisions))
    _refuse_clashes(model, place)
    _refuse_chains(model, place)
    return model


def _refuse_elements(root: Element, place: Place) -> None:
    for child in root:
        if "}" not in child.tag and child.tag not in SILENT:
            raise place.refuse(f"<{child.tag}> is outside the profile", cure="write decisions as tables in one file")
    for element in root.iter():
        language = element.get("expressionLanguage", "")
        if language and not FEEL & set(language.upper().split("/")):
            raise place.refuse(f"expressionLanguage {language}", cure="write the expressions in FEEL")


class _File:
    """What is known while the decisions of one file are read, each after those it requires."""

    def __init__(self, root: Element, place: Place) -> None:
        self.place = place
        self.types = ItemTypes(root)
        self.elements = _by_id(root, "inputData", place)
        self.models = _by_id(root, "businessKnowledgeModel", place)
        self.inputs: dict[str, tuple[InputData, ...]] = {}
        self.decided: dict[str, Decision] = {}
        self.decisions: list[Decision] = []

    def input(self, key: str) -> tuple[InputData, ...]:
        """This function will return a fact, or each component of one that is a structure."""
        if key not in self.inputs:
            element = self.elements[key]
            name = lexer.check_name(element.get("name", ""), "an input", self.place)
            place = replace(self.place, column=name)
            leaves = self.types.leaves(name, _type_ref(element), place)
            self.inputs[key] = tuple(InputData(*leaf) for leaf in leaves)
        return self.inputs[key]

    def needed_inputs(self, only: Iterable[str]) -> Iterator[InputData]:
        """This function will yield the facts in the order of the file; with `only` those that are required."""
        for key in self.elements:
            if not only or key in self.inputs:
                yield from self.input(key)

    def decide(self, element: Element) -> None:
        """This function will read a decision whose requirements have all been read."""
        name = lexer.check_name(element.get("name", ""), "a decision", self.place)
        place = replace(self.place, decision=name)
        required = list(_required(element))
        requires = tuple(self.decided[key].name for key in required if key in self.decided)
        names, domains = self.names(required, place)
        reader = Reader(self.types, Knowledge(self.models, element), names, domains, place, requires)
        try:
            logic = reader.logic(element, _type_ref(element))
        except RecursionError as error:
            raise place.refuse("its calls and expressions stand too deep in each other", cure="split it") from error
        auxiliary = tuple(one.name for one in reader.auxiliaries)
        decision = Decision(element.get("id", ""), name, requires + auxiliary, logic)
        self.decided[decision.id] = decision
        self.decisions += [*reader.auxiliaries, decision]

    def names(self, required: Sequence[str], place: Place) -> tuple[dict[str, Expression], dict[str, AnyOf]]:
        """This function will return how FEEL calls what is required, and what each fact of it can be."""
        names: dict[str, Expression] = {}
        domains: dict[str, AnyOf] = {}
        for key in required:
            if key in self.decided:
                names |= _offered(self.decided[key], place)
                continue
            for found in self.input(key):
                names[found.name] = Name(found.name, found.type)
                if found.domain:
                    domains[found.name] = found.domain
        return names, domains


def _offered(decision: Decision, place: Place) -> dict[str, Expression]:
    """This function will return how FEEL calls what is decided: `Decision`, or `Decision.output` among several."""
    if isinstance(decision.logic, DecisionTable) and decision.logic.gives_list:
        message = f"it requires '{decision.name}', whose {decision.logic.hit_policy} gives a list"
        raise place.refuse(message, cure="require a decision that gives one answer")
    outputs = decision.outputs
    if len(outputs) == 1:
        return {decision.name: Name(outputs[0].name, outputs[0].type)}
    return {f"{decision.name}.{output.name}": Name(output.name, output.type) for output in outputs}


def _in_order(root: Element, place: Place, *, only: Set[str]) -> list[Element]:
    """This function will sort the decisions so that each follows what it requires, else in the file's own order."""
    waiting = _by_id(root, "decision", place)
    if only:
        waiting = _closure(waiting, only, place)
    if not 0 < len(waiting) <= DECISIONS_MAX:
        raise place.refuse(f"there are {len(waiting)} decisions in it", cure=f"write 1 to {DECISIONS_MAX} of them")
    _refuse_unknown(waiting, waiting.keys() | _by_id(root, "inputData", place).keys(), place)
    ordered: list[Element] = []
    while waiting:
        ready = next((key for key, element in waiting.items() if not waiting.keys() & set(_required(element))), None)
        if ready is None:
            names = ", ".join(f"'{element.get('name')}'" for element in waiting.values())
            raise place.refuse(f"decisions require each other in a circle: {names}", cure="remove one requirement")
        ordered.append(waiting.pop(ready))
    return ordered


def _closure(decisions: Mapping[str, Element], only: Set[str], place: Place) -> dict[str, Element]:
    """This function will keep the decisions of these names, and those that they require."""
    wanted = [key for key, element in decisions.items() if element.get("name") in only]
    if missing := only - {decisions[key].get("name", "") for key in wanted}:
        raise place.refuse(f"no decision is called '{min(missing)}'", cure="name one that is in the file")
    kept: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key in decisions and key not in kept:
            kept.add(key)
            wanted += _required(decisions[key])
    return {key: element for key, element in decisions.items() if key in kept}


def _refuse_unknown(decisions: Mapping[str, Element], known: Set[str], place: Place) -> None:
    for element in decisions.values():
        for key in _required(element):
            if key not in known:
                here = replace(place, decision=element.get("name", ""))
                raise here.refuse(f"it requires '{key}', which is not in the file", cure="remove it, or add the input")


def _required(element: Element) -> Iterator[str]:
    for requirement in element.findall("informationRequirement"):
        for target in requirement:
            if target.tag in ("requiredInput", "requiredDecision"):
                yield target.get("href", "").removeprefix("#")


def _by_id(root: Element, tag: str, place: Place) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in root.findall(tag):
        key, name = element.get("id", ""), element.get("name", "")
        if not key or key in found:
            why = f"the id '{key}' of another" if key else "no id"
            raise place.refuse(f"<{tag} name='{name}'> has {why}", cure="give it an id of its own")
        found[key] = element
    return found


def _type_ref(element: Element) -> str | None:
    variable = element.find("variable")
    return variable.get("typeRef") if variable is not None else None


def _refuse_clashes(model: DecisionModel, place: Place) -> None:
    """This function will refuse two things under one name: for FEEL, or as columns of the same table.

    Columns that differ only by capitals are refused too: DuckDB and Spark take them for one.
    """
    called = Counter([found.name for found in model.inputs] + [decision.name for decision in model.decisions])
    columns = Counter([found.name.casefold() for found in model.inputs])
    for decision in model.decisions:
        columns.update(name.casefold() for name in _columns(decision))
        if decision.gives_list:
            _refuse_clashing_outputs(decision, place)
    for what, names in (("inputs or decisions", called), ("columns", columns)):
        name, times = names.most_common(1)[0]
        if times > 1:
            raise place.refuse(f"two {what} are called '{name}'", cure="rename one of them, not by capitals alone")


def _refuse_clashing_outputs(decision: Decision, place: Place) -> None:
    names = Counter(["rule", "place", *(output.name.casefold() for output in decision.outputs)])
    name, times = names.most_common(1)[0]
    if times > 1:
        here = replace(place, decision=decision.name)
        raise here.refuse(f"two columns of its long form are called '{name}'", cure="rename the output")


def _refuse_chains(model: DecisionModel, place: Place) -> None:
    """This function will refuse chains so long that the query which nests them would exhaust an engine's stack."""
    length: dict[str, int] = {}
    for decision in model.decisions:
        length[decision.name] = 1 + max((length[name] for name in decision.requires), default=0)
        if length[decision.name] > CHAIN_MAX:
            here = replace(place, decision=decision.name)
            raise here.refuse(f"it stands at the end of over {CHAIN_MAX} decisions in a row", cure="merge some of them")


def _columns(decision: Decision) -> list[str]:
    """This function will list the names that a decision takes for itself in the facts and in the wide table."""
    if isinstance(decision.logic, Formula):
        return [decision.name]
    own = [f"{decision.name}_rule", f"{decision.name}_status"]
    return own + [output.name for output in decision.single_outputs]
