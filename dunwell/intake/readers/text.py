"""CSV and TSV, streamed by pyarrow. A row's line is that on which it begins, quoted line breaks counted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from dunwell.facts.errors import DunwellError
from dunwell.intake.frame import LINE
from dunwell.intake.readers.chunk import Broken, Chunk
from dunwell.intake.readers.heading import checked
from dunwell.intake.readers.stream import Utf8Stream, blocks, survey, truncated

BLOCK_BYTES = 2 << 20
_BREAK = re.compile(rb"[\r\n]")
_BREAKS = re.compile(r"\r\n|\r|\n")


class TextReader:
    """A file of delimited cells whose first row names the columns."""

    def __init__(self, path: Path, *, encoding: str, delimiter: str, needed: list[str]) -> None:
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self.origin = path.name
        if path.stat().st_size == 0:
            raise _empty(path)
        self._survey = survey(path, encoding=encoding)
        self.digest, self.total = self._survey.digest, _unpacked(path, self._survey.size)
        head, names = _heading(path, encoding=encoding, delimiter=delimiter)
        self.columns = checked(names, needed=needed, place=path.name)
        self._skip = len(head.encode())
        self._first_line = 1 + len(_BREAKS.findall(head))

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the rows block by block; the last one must be the mark that was put behind them."""
        mark = token_hex(16)
        tail = self._delimiter.join([mark] * len(self.columns)).encode() + b"\n"
        tail = tail if self._survey.ends_with_line_break else b"\n" + tail
        stream = Utf8Stream(self._path, encoding=self._encoding, skip=self._skip, tail=tail)
        lines = _Lines(self._first_line)
        marked, last, loose = False, self._first_line, None
        for rows, broken in self._parsed(stream, lines):
            last = rows[LINE][-1].as_py() if rows.num_rows else last
            rows, marked = _without_mark(rows, mark)
            loose = _after(rows, broken) or (None if rows.num_rows else loose)
            for row in broken:
                if mark in row.text:
                    raise self._in_quote(row.line)
            yield Chunk(_without_blank(rows), tuple(broken), min(stream.done, self.total))
        if not marked:
            raise self._in_quote(last)
        if loose and not self._survey.ends_with_line_break and len(loose.cells) < len(self.columns):
            raise truncated(self._path, f"it ends inside the row of line {loose.line}")

    def _in_quote(self, line: int) -> DunwellError:
        return truncated(self._path, f"it ends inside a quoted cell of the row that begins on line {line}")

    def _told(self, row: Broken) -> Broken:
        """This function will take a broken row apart as far as it goes."""
        return replace(row, cells=tuple(next(csv.reader([row.text], delimiter=self._delimiter), [])))

    def _parsed(self, stream: Utf8Stream, lines: _Lines) -> Iterator[tuple[pa.Table, list[Broken]]]:
        names = [f"c{turn}" for turn in range(len(self.columns))]
        try:
            reader = pyarrow.csv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=lines.refuse,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
                ),
            )
            for batch in reader:
                numbered, broken = lines.number(batch)
                yield pa.table([numbered, *batch.columns], names=[LINE, *self.columns]), list(map(self._told, broken))
        except pa.ArrowInvalid:
            # What pyarrow says may quote a row, so none of it is shown.
            limit = f"a row is longer than {BLOCK_BYTES >> 20} MiB, perhaps because a quote is never closed"
            raise DunwellError(
                f"it cannot be taken apart after line {lines.next_line}: {limit}",
                place=self._path.name,
                cure="check the quotes there; nothing was imported",
            ) from None


class _Lines:
    """Counts lines: rows that hold line breaks take several, and rows that pyarrow refuses are among the others."""

    def __init__(self, first: int) -> None:
        self.next_line = first
        self._next_row = 1
        self._refused: list[tuple[int, str]] = []

    def refuse(self, row: Any) -> str:
        self._refused.append((row.number, row.text))
        return "skip"

    def number(self, batch: pa.RecordBatch) -> tuple[pa.Array, list[Broken]]:
        """This function will give the line of every row of the batch, and the broken rows that lie before its end."""
        broken_rows = self._among(batch.num_rows)
        count = batch.num_rows + len(broken_rows)
        broken_at = np.array([number - self._next_row for number, _ in broken_rows], dtype=np.int64)
        good_at = np.delete(np.arange(count), broken_at)
        more = np.zeros(count, dtype=np.int64)
        more[good_at] = _breaks_inside(batch)
        more[broken_at] = [len(_BREAKS.findall(text)) for _, text in broken_rows]
        starts = self.next_line + np.arange(count) + np.cumsum(more) - more
        self.next_line += count + int(more.sum())
        self._next_row += count
        broken = [
            Broken(int(starts[at]), "wrong-cells", text) for at, (_, text) in zip(broken_at, broken_rows, strict=True)
        ]
        return pa.array(starts[good_at]), broken

    def _among(self, good: int) -> list[tuple[int, str]]:
        """This function will take the refused rows that lie before the last of so many good ones, or right after."""
        end = self._next_row + good
        taken = 0
        while taken < len(self._refused) and self._refused[taken][0] <= end:
            taken, end = taken + 1, end + 1
        taken_rows, self._refused = self._refused[:taken], self._refused[taken:]
        return taken_rows


def _breaks_inside(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """This function will count the line breaks inside the cells of each row; mostly there are none at all."""
    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        data = column.buffers()[2]
        if data is not None and _BREAK.search(memoryview(data)):
            counts = pc.count_substring_regex(column, r"\r\n|\r|\n")
            total += counts.to_numpy(zero_copy_only=False)
    return total


def _after(rows: pa.Table, broken: list[Broken]) -> Broken | None:
    """This function will return a broken row that comes after all good ones."""
    behind = broken and (rows.num_rows == 0 or rows[LINE][-1].as_py() < broken[-1].line)
    return broken[-1] if behind else None


def _without_mark(rows: pa.Table, mark: str) -> tuple[pa.Table, bool]:
    last = rows.slice(rows.num_rows - 1).to_pylist() if rows.num_rows else []
    found = bool(last) and all(cell == mark for name, cell in last[0].items() if name != LINE)
    return (rows.slice(0, rows.num_rows - 1), True) if found else (rows, False)


def _without_blank(rows: pa.Table) -> pa.Table:
    """This function will drop rows without any content, such as blank lines at the end."""
    empty = None
    for name in rows.column_names[1:]:
        blank = pc.equal(rows[name], "")
        empty = blank if empty is None else pc.and_(empty, blank)
        if not pc.any(empty).as_py():
            return rows
    return rows if empty is None else rows.filter(pc.invert(empty))


def _heading(path: Path, *, encoding: str, delimiter: str) -> tuple[str, list[str]]:
    """This function will take the header off: its text as it stands in the file, and the names in it."""
    start = b""
    for block in blocks(path):
        start += block
        if len(start) >= BLOCK_BYTES or _BREAK.search(start):
            break
    text = start.decode(encoding, errors="ignore")
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    lines = io.StringIO(text.removeprefix(bom), newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter)
    names = next(reader, [])
    if not "".join(names).strip():
        raise _empty(path)
    return bom + "".join(lines[: reader.line_num]), names


def _unpacked(path: Path, size: int) -> int:
    return sum(map(len, blocks(path))) if path.suffix == ".gz" else size


def _empty(path: Path) -> DunwellError:
    return DunwellError("the file is empty: not even a header", place=path.name, cure="deliver the file once more")
