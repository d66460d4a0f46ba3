"""DMN 1.2 to 1.5 files become decision models; whatever Dunwell would not do exactly as written is refused here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine import document, lexer, sfeel, tables
from dunwell.engine.document import digest
from dunwell.engine.items import ItemTypes
from dunwell.engine.model import Decision, DecisionModel, DecisionTable, Formula, InputData, Name, Place
from dunwell.engine.types import settled, type_of

__all__ = ["digest", "load"]

DECISIONS_MAX = 500
CHAIN_MAX = 40
# Elements of a model that say something about it without changing any result.
SILENT = frozenset(
    {
        "description",
        "extensionElements",
        "itemDefinition",
        "inputData",
        "decision",
        "decisionService",
        "knowledgeSource",
        "textAnnotation",
        "association",
        "group",
        "elementCollection",
        "performanceIndicator",
        "organizationUnit",
    }
)
LOGIC_OTHER = ("invocation", "context", "relation", "list", "functionDefinition", "conditional", "filter", "for")


def load(path: Path | str) -> DecisionModel:
    """This function will read a DMN file, or raise ModelError naming file, decision, rule, column and the cure."""
    path = Path(path)
    root = document.read(path)
    place = Place(path.name)
    _refuse_elements(root, place)
    reader = _Reader(root, place)
    decisions = tuple(reader.decision(element) for element in _in_order(root, place))
    model = DecisionModel(root.get("name") or path.stem, tuple(reader.inputs.values()), decisions)
    _refuse_clashes(model, place)
    _refuse_chains(model, place)
    return model


def _refuse_elements(root: Element, place: Place) -> None:
    for child in root:
        if "}" not in child.tag and child.tag not in SILENT:
            raise place.refuse(f"<{child.tag}> is outside the profile", cure="write decisions as tables in one file")
    for element in root.iter():
        language = element.get("expressionLanguage", "")
        if language and not (language.rstrip("/").upper().endswith("FEEL")):
            raise place.refuse(f"expressionLanguage {language}", cure="write the expressions in FEEL")


class _Reader:
    """What is known while the decisions of one file are read, each after those it requires."""

    def __init__(self, root: Element, place: Place) -> None:
        self.place = place
        self.types = ItemTypes(root)
        self.inputs = {key: self.input(element) for key, element in _by_id(root, "inputData", place).items()}
        self.names = {key: {found.name: Name(found.name, found.type)} for key, found in self.inputs.items()}
        self.decided: dict[str, Decision] = {}

    def input(self, element: Element) -> InputData:
        name = lexer.check_name(element.get("name", ""), "an input", self.place)
        place = replace(self.place, column=name)
        found = self.types.base(_type_ref(element), place)
        if found is None:
            raise place.refuse("the input data has no type", cure="give its variable a typeRef")
        return InputData(name, found)

    def decision(self, element: Element) -> Decision:
        """This function will read a decision whose requirements have all been read."""
        name = lexer.check_name(element.get("name", ""), "a decision", self.place)
        place = replace(self.place, decision=name)
        required = list(_required(element))
        requires = tuple(self.decided[key].name for key in required if key in self.decided)
        decision = Decision(element.get("id", ""), name, requires, self.logic(element, required, place))
        self.decided[decision.id] = decision
        self.names[decision.id] = _offered(decision)
        return decision

    def scope(self, required: list[str], place: Place) -> Mapping[str, Name]:
        for decision in (self.decided[key] for key in required if key in self.decided):
            if _is_list(decision):
                message = f"it requires '{decision.name}', whose COLLECT gives a list"
                raise place.refuse(message, cure="require a FIRST or UNIQUE decision")
        return {text: name for key in required for text, name in self.names[key].items()}

    def logic(self, element: Element, required: list[str], place: Place) -> DecisionTable | Formula:
        scope = self.scope(required, place)
        table, literal = element.find("decisionTable"), element.find("literalExpression")
        if table is not None:
            return tables.Reader(scope, self.types, _type_ref(element), place).table(table)
        if literal is not None:
            return self.formula(element, literal, scope, place)
        found = ", ".join(f"<{child.tag}>" for child in element if child.tag in LOGIC_OTHER) or "nothing"
        raise place.refuse(f"it is decided by {found}", cure="use a decision table or a literal expression")

    def formula(self, element: Element, literal: Element, scope: Mapping[str, Name], place: Place) -> Formula:
        expression = sfeel.parse_expression(literal.findtext("text") or "", scope=scope, place=place)
        kind = settled(type_of(expression), self.types.base(_type_ref(element), place), place)
        return Formula(place.decision, kind, expression)


def _is_list(decision: Decision) -> bool:
    return isinstance(decision.logic, DecisionTable) and decision.logic.hit_policy == "COLLECT"


def _offered(decision: Decision) -> dict[str, Name]:
    """This function will return how FEEL calls what is decided: `Decision`, or `Decision.output` among several."""
    outputs = decision.outputs
    if len(outputs) == 1:
        return {decision.name: Name(outputs[0].name, outputs[0].type)}
    return {f"{decision.name}.{output.name}": Name(output.name, output.type) for output in outputs}


def _in_order(root: Element, place: Place) -> list[Element]:
    """This function will sort the decisions so that each follows what it requires, else in the file's own order."""
    waiting = _by_id(root, "decision", place)
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
        if _is_list(decision):
            _refuse_clashing_outputs(decision, place)
    for what, names in (("inputs or decisions", called), ("columns", columns)):
        name, times = names.most_common(1)[0]
        if times > 1:
            raise place.refuse(f"two {what} are called '{name}'", cure="rename one of them, not by capitals alone")


def _refuse_clashing_outputs(decision: Decision, place: Place) -> None:
    names = Counter(["rule", *(output.name.casefold() for output in decision.outputs)])
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
    return own if _is_list(decision) else own + [output.name for output in decision.outputs]
