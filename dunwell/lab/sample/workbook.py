"""A workbook (XLSX) of one sheet, written row by row with nothing in it that changes from run to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dunwell.lab.sample.columns import framed, join, plain, texts, word
from dunwell.lab.sample.dirt import Planted
from dunwell.lab.sample.forms import Sink, content


@dataclass(frozen=True)
class Workbook:
    """An XLSX file of one sheet; cells of the columns in `numbers` and `dates` are typed where they hold a number."""

    numbers: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    first_line: int = 2

    def open(self, path: Path, columns: Sequence[str]) -> Sink:
        """This function will begin the sheet with its row of column names."""
        return WorkbookSink(path, form=self, columns=columns)


# The least that a workbook consists of. Written here because the libraries stamp the time into every file.
_NAMESPACE = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_NAMESPACE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"))
    )
    + "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_NAMESPACE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NAMESPACE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_NAMESPACE}/spreadsheetml/2006/main" '
    f'xmlns:r="{_NAMESPACE}/officeDocument/2006/relationships"><sheets>'
    '<sheet name="report" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_NAMESPACE}/package/2006/relationships">'
    + "".join(
        f'<Relationship Id="rId{turn}" Type="{_NAMESPACE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for turn, kind, target in ((1, "worksheet", "worksheets/sheet1.xml"), (2, "styles", "styles.xml"))
    )
    + "</Relationships>",
    "xl/styles.xml": f'<styleSheet xmlns="{_NAMESPACE}/spreadsheetml/2006/main">'
    '<fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_SHEET = f'<worksheet xmlns="{_NAMESPACE}/spreadsheetml/2006/main"><sheetData>'
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry


class WorkbookSink:
    def __init__(self, path: Path, *, form: Workbook, columns: Sequence[str]) -> None:
        self.form = form
        self.columns = columns
        self.row = 1
        self.archive = ZipFile(path, "w")
        for name, text in _PARTS.items():
            self.archive.writestr(_entry(name), _HEAD + text)
        self.sheet = self.archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True)
        self.sheet.write((_HEAD + _SHEET).encode())
        self._rows({name: texts([name]) for name in columns})

    def write(self, planted: Planted) -> None:
        self._rows(planted.rows)

    def _rows(self, rows: Mapping[str, pa.Array]) -> None:
        n = len(rows[self.columns[0]])
        number = plain(np.arange(self.row, self.row + n, dtype=np.int64))
        cells = [self._cell(chr(65 + place), name, rows[name], number) for place, name in enumerate(self.columns)]
        self.sheet.write(content(join('<row r="', number, '">', *cells, "</row>")))
        self.row += n

    def _cell(self, letter: str, name: str, cells: pa.Array, number: pa.Array) -> pa.Array:
        # Empty cells are written as well, so that every row has all its cells.
        text = pc.coalesce(
            framed(f'<c r="{letter}', number, '" t="inlineStr"><is><t>', cells, "</t></is></c>"),
            framed(f'<c r="{letter}', number, '"/>'),
        )
        if name not in self.form.numbers | self.form.dates:
            return text
        style = '" s="1"><v>' if name in self.form.dates else '"><v>'
        typed = framed(f'<c r="{letter}', number, style, cells, "</v></c>")
        return pc.if_else(pc.match_substring_regex(pc.coalesce(cells, word("")), _NUMBER), typed, text)

    def close(self) -> None:
        self.sheet.write(b"</sheetData></worksheet>")
        self.sheet.close()
        self.archive.close()
