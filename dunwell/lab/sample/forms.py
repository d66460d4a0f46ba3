"""The formats of the nine files: how rows of text cells become bytes, a block at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dunwell.lab.sample.chance import Ints
from dunwell.lab.sample.columns import at, framed, join, stacked, texts
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


def content(lines: pa.Array) -> memoryview:
    """This function will show the texts as the bytes in which Arrow keeps them, one after another."""
    if not len(lines):
        return memoryview(b"")
    compact = pa.concat_arrays([lines]) if lines.offset else lines
    _, offsets, data = compact.buffers()
    end = int.from_bytes(memoryview(offsets)[4 * len(compact) : 4 * len(compact) + 4], "little")
    return memoryview(data)[:end]


def _mended(lines: pa.Array, planted: Planted, delimiter: str) -> pa.Array:
    """This function will spoil the shape of the lines that are to have a wrong one."""
    if not planted.shapes:
        return lines
    spoilt = [_spoil(lines[index].as_py(), shape, delimiter) for index, shape in planted.shapes.items()]
    order = {index: len(lines) + turn for turn, index in enumerate(planted.shapes)}
    return at(stacked(lines, texts(spoilt)), _order(len(lines), order))


def _order(n: int, replaced: Mapping[int, int]) -> Ints:
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
        written = content(join(lines, "\n"))
        self.file.write(written if self.encoding.startswith("utf-8") else str(written, "utf-8").encode(self.encoding))

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
    """One JSON object a line; what is null is left out, except on the first line, which names every column.

    Columns named `bare` hold numbers and truth values.
    """

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
        self.opened = False

    def write(self, planted: Planted) -> None:
        members = [self._member(name, planted.rows[name]) for name in self.columns]
        if not self.opened and len(members[0]):
            members = [self._told(name, cells) for name, cells in zip(self.columns, members, strict=True)]
            self.opened = True
        inside = join(*members)
        self.lines(_mended(join("{", pc.utf8_slice_codeunits(inside, 1), "}"), planted, ","))

    def _member(self, name: str, cells: pa.Array) -> pa.Array:
        mark = "" if name in self.form.bare else '"'
        return framed(f',"{name}":{mark}', cells, mark)

    def _told(self, name: str, members: pa.Array) -> pa.Array:
        """This function will write a null of the first row out."""
        first = members[0].as_py() or f',"{name}":null'
        return stacked(texts([first]), members[1:])

    def close(self) -> None:
        # A file of no bytes at all looks like a delivery that failed.
        if not self.opened:
            self.file.write(b"\n")
        super().close()


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
