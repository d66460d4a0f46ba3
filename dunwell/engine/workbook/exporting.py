"""A DMN file becomes a workbook: one sheet a decision table, every cell a text that comes back exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element  # a type only: document.py parses

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dunwell.engine import dmn
from dunwell.engine.model import DecisionModel, DecisionTable, InputClause, OutputClause
from dunwell.engine.wording import literal
from dunwell.engine.workbook import layout
from dunwell.engine.workbook.escapes import escaped
from dunwell.engine.workbook.layout import FIRST_COLUMN, FIRST_RULE, FORMULAS, LISTS, README, Column, Sheet
from dunwell.engine.writing.canonical import render
from dunwell.engine.writing.ids import give_ids
from dunwell.engine.writing.source import Source, read
from dunwell.facts.errors import DunwellError

CELL_LENGTH_MAX = 32_767
# Rows below the rules that are ready for new ones: as texts, with their drop-down lists.
SPARE_ROWS = 50
COLOURS = {"input": "DDEBF7", "output": "E2EFDA", "note": "FFF2CC", "description": "FFF2CC", "": "F2F2F2"}
GREY, DARK = "808080", "1F3864"
LINE = Side(style="thin", color="D9D9D9")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
TOP = Alignment(vertical="top", wrap_text=True)
GUIDE = (
    ("How to use this workbook", "使用说明"),
    (
        "Each sheet is one decision table. A row is a rule: if all blue cells fit, the green cells are the answer.",
        "每个工作表是一张决策表，每行是一条规则：蓝色条件全部满足时，绿色单元格即为结果。",
    ),
    (
        "You may change rules, notes, labels, allowed values and defaults, and the expressions on «formulas».",
        "可以修改规则、说明、标签、允许值、默认值，以及“formulas”工作表中的表达式。",
    ),
    (
        "You may move, delete and add rows. Leave the grey id of a new row empty: it gets one when it is imported.",
        "可以移动、删除、新增行。新增行的灰色编号请留空，导入时自动生成。",
    ),
    (
        'Write texts in double quotes: "M1". A dash means anything. Ranges: [31..60], > 90. Several: "A", "B".',
        '文本用英文双引号："M1"；“-”表示任意值；范围：[31..60]、> 90；多个值："A", "B"。',
    ),
    (
        "Write no spreadsheet formulas. Columns, names, types and hit policies are changed in the DMN file.",
        "请勿使用电子表格公式。列、名称、类型和命中策略请在DMN文件中修改。",
    ),
)


def export(path: Path, target: Path) -> list[Sheet]:
    """This function will write the workbook of a DMN file and return its sheets of decision tables."""
    model = dmn.load(path)
    source = read(path)
    give_ids(source.root, stem=path.stem)
    book = Workbook()
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    sheets = layout.sheets(source.root)
    if book.active is not None:
        _guide(book.active, source, sheets)
    for number, sheet in enumerate(sheets, 1):
        page = book.create_sheet(sheet.title, number)
        _Page(page, sheet, place=f"{path.name}, {sheet.title}").fill(_choices(sheet, model), lists)
    if found := layout.formulas(source.root):
        _formulas(book.create_sheet(FORMULAS, len(sheets) + 1), found)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return sheets


def fingerprint(source: Source) -> str:
    """This function will return a short digest of the canonical file, by which an import knows its own workbook."""
    return hashlib.sha256(render(source).encode()).hexdigest()[:16]


# Cells


def put(cell: Cell, text: str, *, place: str = "") -> Cell:
    """This function will write a text that stays one: `= null` is no formula, `1-3` no date, `#N/A` no error."""
    if len(text) > CELL_LENGTH_MAX:
        message = f"a text of {len(text)} characters does not fit into a cell"
        raise DunwellError(message, place=place, cure=f"shorten it to {CELL_LENGTH_MAX}")
    cell.number_format = "@"
    if text:
        cell.value = escaped(text)
        cell.data_type = "s"
    return cell


def _filled(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour)


# Pages


class _Page:
    """One decision table on its way to one sheet."""

    def __init__(self, page: Worksheet, sheet: Sheet, *, place: str) -> None:
        self.page, self.sheet, self.place = page, sheet, place
        self.wide = len(sheet.columns)

    def cell(self, row: int, column: int, text: str = "") -> Cell:
        cell = self.page.cell(row, column)
        assert isinstance(cell, Cell)  # noqa: S101 - the sheet is new and has no merged cells
        return put(cell, text, place=self.place)

    def fill(self, choices: Mapping[int, Sequence[str]], lists: Worksheet) -> None:
        """This function will write the sheet from its title to the rows that wait for new rules."""
        self.title()
        self.head()
        self.rules()
        self.look()
        for place, values in choices.items():
            self.offer(place, values, lists)

    def title(self) -> None:
        self.cell(layout.TITLE, 1, self.sheet.key).font = Font(color=GREY, size=8)
        for row, text in self.sheet.above().items():
            cell = self.cell(row, FIRST_COLUMN, text)
            cell.font = Font(bold=row == layout.TITLE, size=14 if row == layout.TITLE else 10, color=DARK)

    def head(self) -> None:
        for row, heading in layout.HEADINGS.items():
            self.cell(row, 1, heading).font = Font(color=GREY, size=9)
            for place, column in enumerate(self.sheet.columns, FIRST_COLUMN):
                cell = self.cell(row, place, column.head(row))
                cell.fill, cell.border, cell.alignment = _filled(COLOURS[column.kind]), BORDER, TOP
                bold = row in (layout.PART, layout.NAME)
                cell.font = Font(bold=bold, size=11 if bold else 9, color="000000" if bold else GREY)

    def rules(self) -> None:
        rules = self.sheet.rules
        for row in range(FIRST_RULE, FIRST_RULE + len(rules) + SPARE_ROWS):
            rule = rules[row - FIRST_RULE] if row < FIRST_RULE + len(rules) else None
            cell = self.cell(row, 1, rule.get("id", "") if rule is not None else "")
            cell.font, cell.fill, cell.alignment = Font(color=GREY, size=8), _filled(COLOURS[""]), TOP
            for place, column in enumerate(self.sheet.columns, FIRST_COLUMN):
                cell = self.cell(row, place, layout.entry(rule, column) if rule is not None else "")
                cell.alignment = TOP
                if rule is not None:
                    cell.border = BORDER

    def look(self) -> None:
        """This function will freeze the head, give the columns their widths, and make it fit a printed page."""
        self.page.freeze_panes = f"B{FIRST_RULE}"
        self.page.sheet_view.zoomScale = 100
        rows = [[column.head(row) for column in self.sheet.columns] for row in (layout.NAME, layout.LABEL)]
        rows += [[layout.entry(rule, column) for column in self.sheet.columns] for rule in self.sheet.rules]
        for place, width in layout.widths(rows).items():
            self.page.column_dimensions[get_column_letter(FIRST_COLUMN + place)].width = width
        self.page.column_dimensions["A"].width = 16
        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.fitToHeight = 0
        self.page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # openpyxl sets it itself
        self.page.print_title_rows = f"{layout.PART}:{layout.NAME}"

    def offer(self, place: int, values: Sequence[str], lists: Worksheet) -> None:
        """This function will offer a column's closed list of values; other entries, as `not("A")`, stay possible."""
        column = lists.max_column + (lists.cell(1, 1).value is not None)
        for row, value in enumerate(values, 1):
            cell = lists.cell(row, column)
            assert isinstance(cell, Cell)  # noqa: S101 - as above
            put(cell, value, place=self.place)
        letter = get_column_letter(column)
        offered = DataValidation("list", formula1=f"{LISTS}!${letter}$1:${letter}${len(values)}", allow_blank=True)
        offered.showErrorMessage = False
        self.page.add_data_validation(offered)
        own = get_column_letter(FIRST_COLUMN + place)
        last = FIRST_RULE + len(self.sheet.rules) + SPARE_ROWS - 1
        offered.add(f"{own}{FIRST_RULE}:{own}{last}")


def _choices(sheet: Sheet, model: DecisionModel) -> dict[int, list[str]]:
    """This function will list, by the column's place, the values that a closed column can take, as they are written."""
    logic = next((d.logic for d in model.decisions if d.name == sheet.owner.get("name")), None)
    if not isinstance(logic, DecisionTable):
        return {}
    found = {}
    for place, column in enumerate(sheet.columns):
        if column.kind not in ("input", "output") or column.place >= len(_clauses(logic, column)):
            continue
        clause = _clauses(logic, column)[column.place]
        values = clause.values or ((True, False) if clause.type == "boolean" else ())
        if values:
            found[place] = ["-"] * (column.kind == "input") + [literal(value) for value in values]
    return found


def _clauses(logic: DecisionTable, column: Column) -> Sequence[InputClause | OutputClause]:
    return logic.inputs if column.kind == "input" else logic.outputs


# The sheets around the tables


def _guide(page: Worksheet, source: Source, sheets: Iterable[Sheet]) -> None:
    """This function will say in both languages how the workbook is used and which sheets there are."""
    page.title = README
    lines = [(source.root.get("name", ""), ""), *GUIDE, ("", "")]
    lines += [("sheet 工作表", "hit policy 命中策略")]
    lines += [(sheet.title, sheet.above()[layout.POLICY].partition(": ")[2]) for sheet in sheets]
    lines += [("", ""), (f"from {source.place.file} 来源", fingerprint(source))]
    for row, texts in enumerate(lines, 1):
        for column, text in enumerate(texts, 1):
            cell = page.cell(row, column)
            assert isinstance(cell, Cell)  # noqa: S101 - as above
            put(cell, text).alignment = TOP
            cell.font = Font(bold=row in (1, 2, len(GUIDE) + 3), size=14 if row == 1 else 11)
    for letter, width in (("A", 60), ("B", 60)):
        page.column_dimensions[letter].width = width


def _formulas(page: Worksheet, found: Iterable[tuple[Element, Element]]) -> None:
    """This function will list every expression that stands outside a table."""
    for column, (text, width) in enumerate({"id 编号": 16, "decision 决策": 30, "expression 表达式": 90}.items(), 1):
        cell = page.cell(1, column)
        assert isinstance(cell, Cell)  # noqa: S101 - as above
        put(cell, text).font = Font(bold=True)
        page.column_dimensions[get_column_letter(column)].width = width
    for row, (owner, formula) in enumerate(found, 2):
        texts = (formula.get("id", ""), owner.get("name", ""), (formula.findtext("text") or "").strip())
        for column, text in enumerate(texts, 1):
            cell = page.cell(row, column)
            assert isinstance(cell, Cell)  # noqa: S101 - as above
            put(cell, text).alignment = TOP
            cell.fill = _filled(COLOURS["output" if column == 3 else ""])
    page.freeze_panes = "A2"
