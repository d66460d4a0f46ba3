"""What stands where in the workbook: the export writes by it, the import reads by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine.reading.tables import RULES_MAX

README, FORMULAS, LISTS = "read me", "formulas", "lists"
# The rows of a sheet: what the table is, what each column is, then the rules.
TITLE, POLICY, DESCRIPTION, PART, NAME, LABEL, TYPE, ALLOWED, DEFAULT, FIRST_RULE = range(1, 11)
# Column A holds the rules' ids; the table's own columns begin behind it.
FIRST_COLUMN = 2
HEADINGS = {
    PART: "",
    NAME: "name 名称",
    LABEL: "label 标签",
    TYPE: "type 类型",
    ALLOWED: "allowed 允许值",
    DEFAULT: "default 默认值",
}
PARTS = {"input": "IF 条件", "output": "THEN 结果", "note": "NOTE 说明", "description": "NOTE 说明"}
POLICIES = {
    "UNIQUE": ("exactly one rule may match", "只能有一条规则匹配"),
    "ANY": ("rules that match must agree", "匹配的规则结果须一致"),
    "PRIORITY": ("the answer that stands first among the allowed values counts", "取允许值中排在最前的结果"),
    "FIRST": ("of the rules that match, the uppermost counts", "自上而下取第一条匹配的规则"),
    "RULE ORDER": ("all that match, from top to bottom", "按顺序取所有匹配的规则"),
    "OUTPUT ORDER": ("all that match, in the order of the allowed values", "按允许值顺序取所有匹配的规则"),
    "COLLECT": ("all that match", "取所有匹配的规则"),
}
LANGUAGES = ("en", "zh")
NAME_LENGTH_MAX = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
ROWS_MAX = FIRST_RULE + 2 * RULES_MAX


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `element` is its clause, or nothing for the notes, which `place` counts from 0."""

    kind: Literal["input", "output", "note", "description"]
    name: str
    place: int
    element: Element | None = None

    def head(self, row: int) -> str:
        """This function will return what stands in one of the rows above the rules."""
        match row:
            case 4:
                return PARTS[self.kind]
            case 5:
                return self.name
        if self.element is None:
            return ""
        return {
            LABEL: self.element.get("label", ""),
            TYPE: _type(self.element),
            ALLOWED: _words(self.element.find("inputValues")) or _words(self.element.find("outputValues")),
            DEFAULT: _words(self.element.find("defaultOutputEntry")),
        }[row]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One decision table on one sheet."""

    title: str
    owner: Element
    table: Element
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        return self.table.get("id", "")

    @property
    def rules(self) -> list[Element]:
        return self.table.findall("rule")

    def above(self) -> dict[int, str]:
        """This function will return the lines over the columns: name, hit policy, description."""
        policy = self.table.get("hitPolicy", "UNIQUE")
        english, chinese = POLICIES.get(policy, ("", ""))
        written = " ".join(filter(None, (policy, self.table.get("aggregation"))))
        description = (self.owner.findtext("description") or "").strip()
        return {
            TITLE: self.owner.get("name", ""),
            POLICY: f"hit policy 命中策略: {written} — {english} / {chinese}",
            DESCRIPTION: description,
        }


def sheets(root: Element) -> list[Sheet]:
    """This function will lay out every decision table of the file, each on a sheet of its own."""
    taken = {README, FORMULAS, LISTS}
    found = []
    for owner in _owners(root):
        for table in owner.iter("decisionTable"):
            title = _free(owner.get("name", ""), taken)
            taken.add(title.casefold())
            found.append(Sheet(title, owner, table, tuple(_columns(table, owner.get("name", "")))))
    return found


def formulas(root: Element) -> list[tuple[Element, Element]]:
    """This function will list every literal expression with the decision or function that it belongs to."""
    return [(owner, formula) for owner in _owners(root) for formula in owner.iter("literalExpression")]


def _owners(root: Element) -> Iterator[Element]:
    return (child for child in root if child.tag in ("decision", "businessKnowledgeModel"))


def _columns(table: Element, owner: str) -> Iterator[Column]:
    for place, clause in enumerate(table.findall("input")):
        yield Column("input", _words(clause.find("inputExpression")), place, clause)
    for place, clause in enumerate(table.findall("output")):
        yield Column("output", clause.get("name") or owner, place, clause)
    if any(rule.find("description") is not None for rule in table.findall("rule")):
        yield Column("description", "description", 0)
    named = [clause.get("name", "") for clause in table.findall("annotation")]
    wide = max(len(named), len(LANGUAGES), *(len(rule.findall("annotationEntry")) for rule in table.findall("rule")), 0)
    for place in range(wide):
        name = named[place] if place < len(named) else ""
        yield Column("note", name or (LANGUAGES[place] if place < len(LANGUAGES) else f"note {place + 1}"), place)


def entry(rule: Element, column: Column) -> str:
    """This function will return what a rule says in a column."""
    if column.kind == "description":
        return (rule.findtext("description") or "").strip()
    tag = {"input": "inputEntry", "output": "outputEntry", "note": "annotationEntry"}[column.kind]
    entries = rule.findall(tag)
    return _words(entries[column.place]) if column.place < len(entries) else ""


def _words(element: Element | None) -> str:
    return ((element.findtext("text") if element is not None else None) or "").strip()


def _type(clause: Element) -> str:
    inner = clause.find("inputExpression")
    return (inner if inner is not None else clause).get("typeRef", "")


def _free(name: str, taken: set[str]) -> str:
    """This function will turn a name into one that a sheet may have and no other has."""
    plain = FORBIDDEN.sub(" ", name).strip()[:NAME_LENGTH_MAX] or "table"
    number, found = 2, plain
    while found.casefold() in taken:
        ending = f" {number}"
        number, found = number + 1, plain[: NAME_LENGTH_MAX - len(ending)] + ending
    return found


def widths(rows: Sequence[Sequence[str]]) -> Mapping[int, int]:
    """This function will give each column room for its longest line, within what a screen can show."""
    found = {}
    for place, texts in enumerate(zip(*rows, strict=True)):
        longest = max((_length(line) for text in texts for line in text.split("\n")), default=0)
        found[place] = min(max(longest + 2, 10), 44)
    return found


def _length(text: str) -> int:
    """This function will count a Chinese character as two, as wide as it is drawn."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
