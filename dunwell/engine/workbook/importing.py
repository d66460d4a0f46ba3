"""A workbook that people have changed goes back into its DMN file: rules keep their ids, all else stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element, SubElement  # makes and names elements: document.py parses

from dunwell.engine import dmn
from dunwell.engine.differences import Difference, differences
from dunwell.engine.model import DecisionModel, ModelError
from dunwell.engine.workbook import layout
from dunwell.engine.workbook.exporting import fingerprint
from dunwell.engine.workbook.layout import FIRST_COLUMN, FORMULAS, LISTS, README, Column, Sheet
from dunwell.engine.workbook.reading import Grid, grids
from dunwell.engine.workbook.rows import Row, rows, write_rows
from dunwell.engine.writing.canonical import render
from dunwell.engine.writing.ids import give_ids
from dunwell.engine.writing.source import Source, read
from dunwell.facts.errors import DunwellError

SPOT = re.compile(r"decision '(?P<decision>.*?)'(?:, rule (?P<rule>[^,]+))?(?:, column '(?P<column>.*)')?$")
AGAIN = "export the strategy again and make the change there; columns and names are changed in the DMN file"


@dataclass(frozen=True, slots=True)
class Imported:
    """The new canonical text of the DMN file, and what changes by it."""

    text: str
    differences: tuple[Difference, ...]


def import_workbook(book: Path, *, into: Path, force: bool = False) -> Imported:
    """This function will say what the DMN file becomes with the workbook's rules; it writes nothing.

    A workbook that was exported from another state of the file is refused unless `force`: it would undo what was
    changed since.
    """
    found = grids(book)
    source = read(into)
    give_ids(source.root, stem=into.stem)
    before, own = render(source), fingerprint(source)
    sheets = list(_paired(found, source, book))
    written = [(sheet, grid, _written(sheet, grid, source)) for sheet, grid in sheets]
    _formulas(found.get(FORMULAS), source)
    give_ids(source.root, stem=into.stem)
    text = render(source)
    if text != before and not force and own not in _fingerprints(found):
        message = f"{into.name} has changed since this workbook was exported"
        raise DunwellError(message, place=book.name, cure="export again, or --force: it undoes what changed meanwhile")
    old, new = (_loaded(content, into.name, written, found) for content in (before, text))
    return Imported(text, tuple(differences(old, new)))


def _fingerprints(found: Mapping[str, Grid]) -> set[str]:
    return {row[1] for row in found[README].rows if len(row) > 1} if README in found else set()


def _loaded(
    text: str, name: str, written: list[tuple[Sheet, Grid, list[Row]]], found: Mapping[str, Grid]
) -> DecisionModel:
    """This function will load the text as a file of that name; a fault in it is told by sheet and cell."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        try:
            return dmn.load(path)
        except ModelError as error:
            place = _cell(error, written, found) or error.place
            raise DunwellError(error.message, place=place, cure=error.cure) from None


def _cell(error: ModelError, written: list[tuple[Sheet, Grid, list[Row]]], found: Mapping[str, Grid]) -> str:
    """This function will translate «decision 'grade', rule 3, column 'days'» into the sheet's own terms."""
    spot = SPOT.search(error.place)
    if not spot:
        return ""
    for sheet, grid, kept in written:
        if spot["decision"] == sheet.owner.get("name"):
            column = next((at for at, c in enumerate(sheet.columns, FIRST_COLUMN) if spot["column"] in _names(c)), 0)
            row = next((row.number for at, row in enumerate(kept, 1) if spot["rule"] in (str(at), row.key)), 0)
            return grid.place(row or layout.ALLOWED * bool(column), column or bool(row))
    formulas = found[FORMULAS] if FORMULAS in found else Grid("", "", ())
    places = (
        formulas.place(number, 3)
        for number in range(2, len(formulas.rows) + 1)
        if formulas.at(number, 2) == spot["decision"]
    )
    return next(places, "")


def _names(column: Column) -> tuple[str, ...]:
    if column.kind not in ("input", "output"):
        return ()
    return tuple(filter(None, (column.head(layout.LABEL), column.name, str(column.place + 1))))


# Which sheet is which table


def _paired(found: Mapping[str, Grid], source: Source, book: Path) -> Iterator[tuple[Sheet, Grid]]:
    """This function will find each table's sheet by the id in its first cell, whatever the sheet is called now."""
    keyed = {grid.at(layout.TITLE, 1): grid for title, grid in found.items() if title not in (README, FORMULAS, LISTS)}
    for sheet in layout.sheets(source.root):
        grid = keyed.pop(sheet.key, None)
        if grid is None:
            message = f"the sheet of '{sheet.owner.get('name')}' is missing (its cell A1 holds {sheet.key})"
            raise DunwellError(message, place=book.name, cure="export again; a decision is removed in the DMN file")
        yield sheet, grid
    for grid in keyed.values():
        message = f"this sheet belongs to no decision table of {source.place.file}"
        raise grid.refuse(message, cure="import it into its own file, or delete the sheet", row=1, column=1)


def _written(sheet: Sheet, grid: Grid, source: Source) -> list[Row]:
    """This function will bring one sheet's changes into its table and return the rules' rows."""
    _refuse_changed_head(sheet, grid)
    for number, column in enumerate(sheet.columns, FIRST_COLUMN):
        if column.element is not None:
            _clause(column, grid, number)
    kept = rows(sheet, grid, source.root)
    write_rows(sheet, kept)
    return kept


def _refuse_changed_head(sheet: Sheet, grid: Grid) -> None:
    expected = {(row, FIRST_COLUMN): text for row, text in sheet.above().items()}
    for row in (layout.PART, layout.NAME, layout.TYPE):
        expected |= {(row, at): column.head(row) for at, column in enumerate(sheet.columns, FIRST_COLUMN)}
    for (row, at), text in expected.items():
        if grid.at(row, at) != text:
            message = f"here stands «{grid.at(row, at)}», in the DMN file «{text}»"
            raise grid.refuse(message, cure=AGAIN, row=row, column=at)
    beyond = FIRST_COLUMN + len(sheet.columns)
    for number, texts in enumerate(grid.rows, 1):
        for at, text in enumerate(texts[beyond - 1 :], beyond):
            if text and number >= layout.PART:
                cure = "clear the cell; columns are added in the DMN file"
                raise grid.refuse(f"«{text}» stands outside the table", cure=cure, row=number, column=at)


# Columns


def _clause(column: Column, grid: Grid, number: int) -> None:
    """This function will write label, allowed values and default, where they are others than before."""
    clause = column.element
    assert clause is not None  # noqa: S101 - the caller asks only for columns with a clause
    label = grid.at(layout.LABEL, number)
    if label != column.head(layout.LABEL):
        clause.set("label", label) if label else clause.attrib.pop("label", None)
    values = "inputValues" if column.kind == "input" else "outputValues"
    _part(clause, values, grid.at(layout.ALLOWED, number), before=column.head(layout.ALLOWED))
    default = grid.at(layout.DEFAULT, number)
    if default and column.kind == "input":
        raise grid.refuse("a condition has no default", cure="clear the cell", row=layout.DEFAULT, column=number)
    if column.kind == "output":
        _part(clause, "defaultOutputEntry", default, before=column.head(layout.DEFAULT))


def _part(clause: Element, tag: str, text: str, *, before: str) -> None:
    """This function will write a clause's part, make it or take it away; its parts keep the order of DMN."""
    if text == before:
        return
    part = clause.find(tag)
    if not text and part is not None:
        clause.remove(part)
        return
    if part is None:
        part = Element(tag)
        later = [child for child in clause if child.tag == "defaultOutputEntry"]
        clause.insert([*clause].index(later[0]) if later else len(clause), part)
    words = part.find("text")
    (SubElement(part, "text") if words is None else words).text = text


def _formulas(grid: Grid | None, source: Source) -> None:
    """This function will write the expressions of the sheet «formulas»."""
    known = {formula.get("id", ""): (owner, formula) for owner, formula in layout.formulas(source.root)}
    for number in range(2, len(grid.rows) + 1 if grid else 0):
        assert grid is not None  # noqa: S101 - without a sheet there are no rows
        key, owner, text = (grid.at(number, column) for column in (1, 2, 3))
        if not (key or owner or text):
            continue
        if key not in known or known[key][0].get("name", "") != owner:
            raise grid.refuse(f"«{key}» of «{owner}» is no formula of the file", cure=AGAIN, row=number, column=1)
        words = known[key][1].find("text")
        if text != ((words.text if words is not None else "") or "").strip():
            (SubElement(known[key][1], "text") if words is None else words).text = text
