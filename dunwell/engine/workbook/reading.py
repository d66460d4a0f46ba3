"""A workbook from outside: opened with care, its cells taken as the texts that they show."""

from __future__ import annotations

import math
import warnings
import zlib
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from dunwell.engine.workbook.escapes import unescaped
from dunwell.engine.workbook.layout import ROWS_MAX
from dunwell.facts.errors import DunwellError

BYTES_MAX = 20_000_000
UNPACKED_BYTES_MAX = 100_000_000
COLUMNS_MAX = 1_000
_BROKEN = (BadZipFile, KeyError, ValueError, TypeError, ParseError, EOFError, zlib.error, InvalidFileException)


@dataclass(frozen=True, slots=True)
class Grid:
    """The texts of one sheet, row by row from 1, and where they stand."""

    file: str
    title: str
    rows: tuple[tuple[str, ...], ...]

    def at(self, row: int, column: int) -> str:
        """This function will return the text of a cell, counted from 1; outside the sheet all is empty."""
        inside = 0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1])
        return self.rows[row - 1][column - 1] if inside else ""

    def place(self, row: int = 0, column: int = 0) -> str:
        """This function will name the sheet, or one of its cells, as spreadsheets do: `grade!C7`."""
        return f"{self.file}, {self.title}" + (f"!{get_column_letter(column)}{row}" if row else "")

    def refuse(self, message: str, *, cure: str, row: int = 0, column: int = 0) -> DunwellError:
        """This function will return, for the caller to raise, an error that names the cell and the cure."""
        return DunwellError(message, place=self.place(row, column), cure=cure)


def grids(path: Path) -> dict[str, Grid]:
    """This function will read every sheet of a workbook, or raise DunwellError; nothing in it is computed."""
    book = _opened(path)
    return {page.title: _grid(path, page) for page in book.worksheets}


def _opened(path: Path) -> Workbook:
    try:
        _refuse_bombs(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of what it leaves out: charts, extensions
            return openpyxl.load_workbook(path, keep_links=False)
    except OSError as error:
        raise DunwellError(f"cannot be read: {error.strerror}", place=path.name, cure="check the path") from None
    except DefusedXmlException:
        raise DunwellError("it declares a DTD or entities", place=path.name, cure="save it again as .xlsx") from None
    except _BROKEN:
        message = "this is no whole XLSX workbook"
        raise DunwellError(message, place=path.name, cure="save it again as .xlsx, without a password") from None


def _refuse_bombs(path: Path) -> None:
    with ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if path.stat().st_size > BYTES_MAX or unpacked > UNPACKED_BYTES_MAX:
        message = f"{path.stat().st_size} bytes, {unpacked} unpacked, are too many"
        raise DunwellError(message, place=path.name, cure="export the strategy again, and copy only the rules over")


def _grid(path: Path, page: object) -> Grid:
    empty = Grid(path.name, page.title, ())  # type: ignore[attr-defined]  # a worksheet, which openpyxl does not type
    wide, high = page.max_column, page.max_row  # type: ignore[attr-defined]
    if high > ROWS_MAX or wide > COLUMNS_MAX:
        message = f"it reaches down to row {high} and over {wide} columns"
        raise empty.refuse(message, cure="delete the empty rows and columns around the table")
    rows = tuple(tuple(_text(cell, empty) for cell in row) for row in page.iter_rows())  # type: ignore[attr-defined]
    return Grid(path.name, empty.title, rows)


def _text(cell: object, grid: Grid) -> str:
    """This function will return what a cell says; what is computed, or was turned into a day, is refused."""
    kind, value = cell.data_type, cell.value  # type: ignore[attr-defined]  # a cell, which openpyxl does not type
    spot = {"row": cell.row, "column": cell.column}  # type: ignore[attr-defined]
    if kind == "f":
        cure = "write the value itself; for the test «= x» format the cell as text first"
        raise grid.refuse(f"a spreadsheet formula: {value}", cure=cure, **spot)
    if kind == "e":
        raise grid.refuse(f"a spreadsheet error: {value}", cure="write the value itself", **spot)
    match value:
        case None:
            return ""
        case str():
            return unescaped(value).strip()
        case bool():
            return "true" if value else "false"
        case int() | float() if math.isfinite(value):
            return f"{Decimal(repr(value)):f}"
        case date() | time() | timedelta():
            cure = 'format the cell as text and write it again: [1..3], date("2024-01-31"), time("08:00:00")'
            raise grid.refuse(f"the spreadsheet has made it a day or a time: {value}", cure=cure, **spot)
    raise grid.refuse(f"this is no text: {value!r}", cure="format the cell as text and write it again", **spot)
