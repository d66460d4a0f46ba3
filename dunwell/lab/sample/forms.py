"""The formats of the nine files: how rows of text cells become bytes, a block at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dunwell.lab.sample.chance import Ints
from dunwell.lab.sample.columns import at, framed, join, plain, stacked, texts
from dunwell.lab.sample.dirt import BROKEN, LONG, SHORT, Planted


class Sink(Protocol):
    """A file that is being written."""

    def write(self, planted: Planted) -> None:
        """This function will add the rows of one block."""

    def close(self) -> None:
        """This function will finish the file."""


class Form(Protocol):
    """A format: where its first row of data stands, and how a file of it is opened."""

    @property
    def first_line(self) -> int: ...

    def open(self, path: Path, columns: Sequence[str]) -> Sink:
        """This function will begin a file with the columns."""


def _with_breaks(lines: pa.Array) -> pa.Array:
    return join(lines, "\n")


def _bytes(lines: pa.Array) -> memoryview:
    """This function will show the texts as the bytes in which Arrow keeps them, one after another."""
    compact = pa.concat_arrays([lines]) if lines.offset else lines
    _, offsets, data = compact.buffers()
    end = int.from_bytes(memoryview(offsets)[4 * len(compact) : 4 * len(compact) + 4], "little")
    return memoryview(data)[:end] if data is not None else memoryview(b"")


def _mended(lines: pa.Array, planted: Planted, delimiter: str) -> pa.Array:
    """This function will spoil the shape of the lines that are to have a wrong one."""
    if not planted.shapes:
        return lines
    spoilt = [_spoil(lines[index].as_py(), shape, delimiter) for index, shape in planted.shapes.items()]
    order = {index: len(lines) + turn for turn, index in enumerate(planted.shapes)}
    return at(stacked(lines, texts(spoilt)), _order(len(lines), order))


def _order(n: int, replaced: Mapping[int, int]) -> Ints:
    import numpy as np

    order = np.arange(n, dtype=np.int64)
    order[list(replaced)] = list(replaced.values())
    return order


def _spoil(line: str, shape: str, delimiter: str) -> str:
    if shape == SHORT:
        return line.rsplit(delimiter, 2)[0]
    if shape == LONG:
        return line + delimiter + "?"
    assert shape == BROKEN, shape  # noqa: S101 - a form knows every shape or fails at once.
    return line[: len(line) * 2 // 3]


class TextSink:
    """A file of lines in one encoding."""

    def __init__(self, path: Path, *, encoding: str, head: str) -> None:
        self.encoding = encoding
        self.file = path.open("wb")
        self.file.write(head.encode(encoding))

    def lines(self, lines: pa.Array) -> None:
        """This function will write each text as a line."""
        content = _bytes(_with_breaks(lines))
        self.file.write(content if self.encoding.startswith("utf-8") else str(content, "utf-8").encode(self.encoding))

    def close(self) -> None:
        self.file.close()


@dataclass(frozen=True)
class Delimited:
    """CSV and its kin; cells of the columns named `quoted` stand in quotation marks."""

    delimiter: str = ","
    encoding: str = "utf-8"
    quoted: frozenset[str] = frozenset()
    first_line: int = 2

    def open(self, path: Path, columns: Sequence[str]) -> Sink:
        """This function will begin the file with its line of column names."""
        return DelimitedSink(path, form=self, columns=columns)


class DelimitedSink(TextSink):
    def __init__(self, path: Path, *, form: Delimited, columns: Sequence[str]) -> None:
        super().__init__(path, encoding=form.encoding, head=form.delimiter.join(columns) + "\n")
        # The mark of utf-8-sig belongs to the start of the file only.
        self.encoding = "utf-8" if form.encoding == "utf-8-sig" else form.encoding
        self.form = form
        self.columns = columns

    def write(self, planted: Planted) -> None:
        cells = [self._cell(name, planted.rows[name]) for name in self.columns]
        self.lines(_mended(join(*cells, by=self.form.delimiter), planted, self.form.delimiter))

    def _cell(self, name: str, cells: pa.Array) -> pa.Array:
        return framed('"', cells, '"') if name in self.form.quoted else cells


@dataclass(frozen=True)
class JsonLines:
    """One JSON object a line; what is null is left out. Columns named `bare` hold numbers and truth values."""

    bare: frozenset[str] = frozenset()
    first_line: int = 1

    def open(self, path: Path, columns: Sequence[str]) -> Sink:
        """This function will begin an empty file."""
        return JsonSink(path, form=self, columns=columns)


class JsonSink(TextSink):
    def __init__(self, path: Path, *, form: JsonLines, columns: Sequence[str]) -> None:
        super().__init__(path, encoding="utf-8", head="")
        self.form = form
        self.columns = columns

    def write(self, planted: Planted) -> None:
        inside = join(*(self._member(name, planted.rows[name]) for name in self.columns))
        self.lines(_mended(join("{", pc.utf8_slice_codeunits(inside, 1), "}"), planted, ","))

    def _member(self, name: str, cells: pa.Array) -> pa.Array:
        mark = "" if name in self.form.bare else '"'
        return framed(f',"{name}":{mark}', cells, mark)


@dataclass(frozen=True)
class Parquet:
    """A typed, compressed file; `types` names the columns that are not text."""

    types: Mapping[str, Any] = field(default_factory=dict)
    first_line: int = 1

    def open(self, path: Path, columns: Sequence[str]) -> Sink:
        """This function will begin the file with its schema."""
        return ParquetSink(path, [(name, self.types.get(name, pa.string())) for name in columns])


class ParquetSink:
    def __init__(self, path: Path, columns: list[tuple[str, Any]]) -> None:
        self.schema = pa.schema(columns)
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def write(self, planted: Planted) -> None:
        typed = [planted.rows[column.name].cast(column.type) for column in self.schema]
        self.writer.write_table(pa.table(typed, schema=self.schema))

    def close(self) -> None:
        self.writer.close()


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
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
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
        import numpy as np

        number = plain(np.arange(self.row, self.row + n, dtype=np.int64))
        cells = [self._cell(chr(65 + place), name, rows[name], number) for place, name in enumerate(self.columns)]
        self.sheet.write(_bytes(join('<row r="', number, '">', *cells, "</row>")))
        self.row += n

    def _cell(self, letter: str, name: str, cells: pa.Array, number: pa.Array) -> pa.Array:
        text = framed(f'<c r="{letter}', number, '" t="inlineStr"><is><t>', cells, "</t></is></c>")
        if name not in self.form.numbers | self.form.dates:
            return text
        style = '" s="1"><v>' if name in self.form.dates else '"><v>'
        typed = framed(f'<c r="{letter}', number, style, cells, "</v></c>")
        return pc.if_else(pc.match_substring_regex(cells, _NUMBER), typed, text)

    def close(self) -> None:
        self.sheet.write(b"</sheetData></worksheet>")
        self.sheet.close()
        self.archive.close()
