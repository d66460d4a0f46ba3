"""What every reader yields: rows of text cells with their line numbers, and lines that are no rows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa

from dunwell.intake.frame import LINE

# Rows that readers of single rows put together.
ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no row: its number, the rule that it breaks, its text, its cells as far as they can be told."""

    line: int
    rule: str
    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows on their way: a table of `#line` and text columns, the broken lines among them, and how far it is."""

    rows: pa.Table
    broken: tuple[Broken, ...] = ()
    # In the reader's unit, from the beginning.
    done: int = 0


class Reader(Protocol):
    """A source that was opened and found to hold the columns that are needed."""

    # What it is called in the ledger: a file's name, a masked address; never a folder of somebody's machine.
    origin: str
    # SHA-256 of what it holds; "" until `chunks` is exhausted, where it cannot be known before.
    digest: str

    @property
    def total(self) -> int | None:
        """How much there is, in bytes or rows; None where that is not known."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield all rows, or raise DunwellError where the source turns out broken."""
        ...


@dataclass
class Rows:
    """Rows of single cells, put together into a chunk."""

    columns: Sequence[str]
    lines: list[int] = field(default_factory=list)
    cells: list[Sequence[str | None]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def add(self, line: int, cells: Sequence[str | None]) -> None:
        """This function will add a row; one without any content says nothing and is passed over."""
        if any(cells):
            self.lines.append(line)
            self.cells.append(cells)

    def chunk(self, *, done: int) -> Chunk:
        """This function will hand over what was collected and begin anew."""
        turned = zip(*self.cells, strict=True) if self.cells else ([] for _ in self.columns)
        arrays = [pa.array(column, pa.string()) for column in turned]
        rows = pa.table([pa.array(self.lines, pa.int64()), *arrays], names=[LINE, *self.columns])
        chunk = Chunk(rows, tuple(self.broken), done)
        self.lines, self.cells, self.broken = [], [], []
        return chunk


def as_text(value: Any) -> str | None:
    """This function will write a typed cell as the text that a mapping reads: dates in ISO 8601, numbers plainly."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case float():
            return None if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
        case Decimal():
            return None if value.is_nan() else f"{value:f}"
        case datetime():
            return _moment(value)
        case date() | time():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat(sep=" ")
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}Z"
