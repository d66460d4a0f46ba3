"""Ids for the elements that have none: told from where they stand and what they are called, so never by chance."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element  # a type only: document.py parses

# What DMN 1.3 lets have an id, apart from what is named below for the place where it stands.
PLAIN = frozenset(
    {
        "allowedValues", "association", "businessKnowledgeModel", "column", "context", "contextEntry",
        "decision", "decisionService", "elementCollection", "encapsulatedLogic", "formalParameter",
        "functionDefinition", "functionItem", "group", "import", "invocation", "itemComponent", "knowledgeSource",
        "list", "literalExpression", "organizationUnit", "parameter", "parameters", "performanceIndicator", "relation",
        "row", "textAnnotation",
    }
)  # fmt: skip
REQUIREMENTS = frozenset({"informationRequirement", "knowledgeRequirement", "authorityRequirement"})
OWNERS = frozenset({"decision", "businessKnowledgeModel", "inputData", "itemDefinition", "decisionService"})
# Parts of a column, with the word that stands between the decision's id and the column's name.
PARTS = {
    "input": "in", "inputExpression": "expr", "inputValues": "values", "output": "out", "outputValues": "values",
    "defaultOutputEntry": "default",
}  # fmt: skip


def slug(text: str) -> str:
    """This function will turn words into what may stand in an id: letters, digits, `_`, `-` and `.`."""
    kept = "".join(sign if sign.isalpha() or sign.isdecimal() or sign in "_-." else " " for sign in text)
    found = "_".join(kept.split())
    return found if not found or found[0].isalpha() or found[0] == "_" else f"_{found}"


def give_ids(root: Element, *, stem: str) -> None:
    """This function will give an id to each element that lacks one; those that are there stay as they are."""
    namer = _Namer(known_ids(root))
    namer.name(root, slug(root.get("name") or stem) or "model")
    for child in root:
        namer.visit(child, owner=root.get("id", ""))


def known_ids(root: Element) -> set[str]:
    """This function will return every id that the file uses."""
    return {key for element in root.iter() if (key := element.get("id"))}


def columns(table: Element) -> list[str]:
    """This function will name the columns of a table for its ids: first those of the inputs, then of the outputs."""
    named = []
    for number, element in enumerate([*table.findall("input"), *table.findall("output")], 1):
        words = element.get("name") or element.get("label") or element.findtext("inputExpression/text") or ""
        named.append(slug(words) or str(number))
    return named


def free(wanted: str, *, taken: Iterable[str]) -> str:
    """This function will return the id, or with the first number behind it that makes it one of a kind."""
    number, found = 2, wanted
    while found in taken:
        number, found = number + 1, f"{wanted}-{number}"
    return found


class _Namer:
    """The ids in use, while more are given."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def name(self, element: Element, wanted: str) -> str:
        """This function will return the element's id, having given it the wanted one if it had none."""
        if not element.get("id"):
            element.set("id", free(wanted, taken=self.taken))
            self.taken.add(element.attrib["id"])
        return element.attrib["id"]

    def visit(self, element: Element, *, owner: str) -> None:
        """This function will name what stands in `owner`, from the outside in."""
        if not isinstance(element.tag, str) or element.tag.startswith("{") or element.tag == "extensionElements":
            return
        if element.tag == "decisionTable":
            self.table(element, owner)
            return
        if wanted := _wanted(element, owner):
            key = self.name(element, wanted)
            # What is in a thing is called after the thing's name: ids of tools say nothing to a reader.
            owner = slug(element.get("name", "")) or key
        for child in element:
            self.visit(child, owner=owner)

    def table(self, element: Element, owner: str) -> None:
        self.name(element, f"{owner}_table")
        named = columns(element)
        clauses = [*element.findall("input"), *element.findall("output")]
        for clause, column in zip(clauses, named, strict=True):
            for part in clause.iter():
                if part.tag in PARTS:
                    self.name(part, f"{owner}_{PARTS[str(part.tag)]}_{column}")
        for number, rule in enumerate(element.findall("rule"), 1):
            key = self.name(rule, f"{owner}_rule_{number}")
            entries = [*rule.findall("inputEntry"), *rule.findall("outputEntry")]
            for entry, column in zip(entries, named, strict=False):
                self.name(entry, f"{key}_{column}")


def _wanted(element: Element, owner: str) -> str:
    """This function will propose an id, or nothing for what has none in DMN."""
    name = slug(element.get("name", ""))
    match element.tag:
        case "inputData":
            return f"input_{name}"
        case "itemDefinition":
            return f"type_{name}"
        case "variable":
            return f"var_{name or owner}"
        case tag if tag in REQUIREMENTS:
            return f"{owner}_needs_{_target(element)}"
        case tag if tag in OWNERS and name:
            return name
        case tag if tag in PLAIN:
            return f"{owner}_{name or tag}"
    return ""


def _target(requirement: Element) -> str:
    href = next((child.get("href", "") for child in requirement if child.get("href")), "")
    return slug(href.rpartition("#")[2].removeprefix("input_"))
