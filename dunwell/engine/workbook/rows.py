"""Rules as rows: which row is which rule, and the rules of a table made to follow the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement  # makes and names elements: document.py parses

from dunwell.engine.workbook.layout import FIRST_COLUMN, FIRST_RULE, LANGUAGES, Column, Sheet, entry
from dunwell.engine.workbook.reading import Grid
from dunwell.engine.writing.ids import free, known_ids, slug

TAGS = {"input": "inputEntry", "output": "outputEntry", "note": "annotationEntry"}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule as the sheet has it: its row's number, its id, and its texts column by column."""

    number: int
    key: str
    texts: tuple[str, ...]


def rows(sheet: Sheet, grid: Grid, root: Element) -> list[Row]:
    """This function will read the rules and give an id to each that has none of its own yet."""
    found = [row for row in _read(sheet, grid) if any(row.texts)]
    if not found:
        raise grid.refuse("no rule is left", cure="write at least one row", row=FIRST_RULE, column=FIRST_COLUMN)
    taken, old = known_ids(root), {rule.get("id", ""): rule for rule in sheet.rules}
    originals = _originals(sheet, found, old)
    named = []
    for row in found:
        if row.key in old and row.number == originals[row.key]:
            named.append(row)
            continue
        if row.key and row.key not in old:
            _refuse_id(row, grid, taken)
        key = row.key if row.key not in old and row.key else _new_id(sheet, row, taken)
        taken.add(key)
        named.append(replace(row, key=key))
    return named


def _read(sheet: Sheet, grid: Grid) -> Iterator[Row]:
    for number in range(FIRST_RULE, len(grid.rows) + 1):
        texts = tuple(grid.at(number, at) for at in range(FIRST_COLUMN, FIRST_COLUMN + len(sheet.columns)))
        yield Row(number, grid.at(number, 1), texts)


def _originals(sheet: Sheet, found: Sequence[Row], old: dict[str, Element]) -> dict[str, int]:
    """This function will say which row is the old rule: who copies a row copies its id, and changes the copy."""
    best: dict[str, tuple[int, int]] = {}
    for row in found:
        if row.key in old:
            before = [entry(old[row.key], column) for column in sheet.columns]
            equal = sum(text == was for text, was in zip(row.texts, before, strict=True))
            if row.key not in best or equal > best[row.key][0]:
                best[row.key] = (equal, row.number)
    return {key: number for key, (_equal, number) in best.items()}


def _refuse_id(row: Row, grid: Grid, taken: set[str]) -> None:
    cure = "leave the cell empty: the rule gets an id of its own"
    if row.key in taken:
        raise grid.refuse(f"the id {row.key} is in use elsewhere in the file", cure=cure, row=row.number, column=1)
    if slug(row.key) != row.key:
        raise grid.refuse(f"«{row.key}» cannot be an id", cure=cure, row=row.number, column=1)


def _new_id(sheet: Sheet, row: Row, taken: set[str]) -> str:
    """This function will make an id from what the rule says: another rule will hardly ever get the same."""
    said = "\x1f".join(row.texts)
    return free(f"{slug(sheet.owner.get('name', ''))}-{hashlib.sha256(said.encode()).hexdigest()[:6]}", taken=taken)


# Back into the table


def write_rows(sheet: Sheet, found: Sequence[Row]) -> None:
    """This function will make the table's rules those of the rows, in their order; what is equal is not touched."""
    old = {rule.get("id", ""): rule for rule in sheet.rules}
    rules, notes = [], _notes(sheet.rules)
    for row in found:
        rule = old[row.key] if row.key in old else _new(row, sheet)
        for column, text in zip(sheet.columns, row.texts, strict=True):
            if entry(rule, column) != text:
                _write(rule, column, text)
        rules.append(rule)
    if _notes(rules) > notes:
        _name_notes(sheet.table, wide=_notes(rules))
    if [rule.get("id") for rule in rules] != [rule.get("id") for rule in sheet.rules]:
        _arrange(sheet.table, rules)


def _new(row: Row, sheet: Sheet) -> Element:
    rule = Element("rule", {"id": row.key})
    for column in sheet.columns:
        if column.kind in ("input", "output"):
            SubElement(SubElement(rule, TAGS[column.kind]), "text")
    return rule


def _write(rule: Element, column: Column, text: str) -> None:
    if column.kind == "description":
        description = rule.find("description")
        if description is None:
            description = Element("description")
            rule.insert(0, description)
        description.text = text
        return
    entries = rule.findall(TAGS[column.kind])
    while len(entries) <= column.place:
        made = SubElement(rule, TAGS[column.kind])
        SubElement(made, "text")
        entries.append(made)
    words = entries[column.place].find("text")
    (SubElement(entries[column.place], "text") if words is None else words).text = text


def _notes(rules: Sequence[Element]) -> int:
    return max((len(rule.findall("annotationEntry")) for rule in rules), default=0)


def _name_notes(table: Element, *, wide: int) -> None:
    """This function will add the clauses of notes that the table did not have before."""
    after = max(at for at, child in enumerate(table) if child.tag in ("output", "annotation"))
    for place in range(len(table.findall("annotation")), wide):
        after += 1
        name = LANGUAGES[place] if place < len(LANGUAGES) else f"note {place + 1}"
        table.insert(after, Element("annotation", {"name": name}))


def _arrange(table: Element, rules: Sequence[Element]) -> None:
    """This function will put the rules into their new order; a comment stays with the rule that it stands before."""
    blocks: dict[int, list[Element]] = {}
    waiting: list[Element] = []
    kept = []
    for child in [*table]:
        if child.tag == "rule":
            blocks[id(child)] = [*waiting, child]
            waiting = []
        elif isinstance(child.tag, str):
            kept += [*waiting, child]
            waiting = []
        else:
            waiting.append(child)
    table[:] = [*kept, *(part for rule in rules for part in blocks.get(id(rule), [rule])), *waiting]
