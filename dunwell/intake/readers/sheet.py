"""XLSX workbooks, row by row; the line is the row's number in the sheet."""

from __future__ import annotations

import weakref
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from dunwell.facts.errors import DunwellError
from dunwell.intake.readers.chunk import ROWS, Broken, Chunk, Rows, as_text
from dunwell.intake.readers.heading import checked
from dunwell.intake.readers.stream import digest_of, truncated

_BROKEN = (BadZipFile, KeyError, ParseError, EOFError, zlib.error)


class SheetReader:
    """One sheet of a workbook; its first row names the columns, formulas count by their stored results."""

    def __init__(self, path: Path, *, sheet: str | None, needed: list[str]) -> None:
        self._path, self.origin = path, path.name
        self.digest = digest_of(path)
        self._sheet = self._opened(sheet)
        self.total = self._sheet.max_row
        # The size that a file claims for its sheet is often wrong, and would cut rows off.
        self._sheet.reset_dimensions()
        head = next(self._rows(), (1, ()))[1]
        names = [as_text(cell) or "" for cell in head]
        while names and not names[-1].strip():
            names.pop()
        if not names:
            raise DunwellError(
                "the sheet is empty", place=self._place, cure="deliver the file once more, or name another sheet"
            )
        self.columns = checked(names, needed=needed, place=self._place)

    @property
    def _place(self) -> str:
        return f"{self.origin}, sheet {self._sheet.title}"

    def _opened(self, sheet: str | None) -> Any:
        try:
            book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
        except (*_BROKEN, InvalidFileException):
            raise truncated(self._path, "this is no whole XLSX workbook") from None
        # Read-only workbooks hold their file open until they are told to close, whoever loses interest first.
        weakref.finalize(self, book.close)
        if sheet is not None and sheet not in book.sheetnames:
            raise DunwellError(
                f"there is no sheet {sheet!r}", place=self.origin, cure=f"write one of {', '.join(book.sheetnames)}"
            )
        return book[sheet] if sheet else book.worksheets[0]

    def _rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        try:
            yield from enumerate(self._sheet.iter_rows(values_only=True), 1)
        except _BROKEN:
            raise truncated(self._path, "the workbook is damaged or ends too early") from None

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the rows below the first."""
        rows, width, line = Rows(self.columns), len(self.columns), 1
        for line, cells in self._rows():
            if line == 1:
                continue
            texts = [as_text(cell) for cell in cells]
            if any(texts[width:]):
                rows.broken.append(_too_wide(line, texts))
            else:
                rows.add(line, (texts + [None] * width)[:width])
            if len(rows.cells) >= ROWS:
                yield rows.chunk(done=line)
        yield rows.chunk(done=line)


def _too_wide(line: int, texts: list[str | None]) -> Broken:
    cells = tuple(text or "" for text in texts)
    return Broken(line, "wrong-cells", ",".join(cells), cells)
