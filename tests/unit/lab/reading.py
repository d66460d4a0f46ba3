"""Reading the nine files with the plainest tools: rows as dictionaries, with their line numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

from .conftest import Sample

Row = dict[str, Any]
PARTS = ("principal", "interest", "fee", "penalty")
DIALECTS: dict[str, dict[str, str]] = {
    "crm": {"encoding": "utf-8-sig"},
    "tickets": {"delimiter": ";"},
    "court": {"encoding": "gb18030", "delimiter": "\t"},
}


def delimited(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    """This function will read the rows of a CSV or TSV with their line numbers."""
    dialect = dict(DIALECTS.get(kind, {}))
    lines = sample.lines(kind, encoding=dialect.pop("encoding", "utf-8"))
    yield from enumerate(csv.DictReader(lines, restkey="surplus", restval=None, **dialect), start=2)  # type: ignore[call-overload]


def jsonl(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(sample.lines(kind), start=1):
        try:
            if line:
                yield number, json.loads(line)
        except json.JSONDecodeError:
            yield number, {"broken": True}


def workbook(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    book = openpyxl.load_workbook(sample.folder / sample.file(kind)["file"], read_only=True)
    head, *body = book["report"].iter_rows(values_only=True)
    book.close()
    yield from enumerate((dict(zip(head, cells, strict=True)) for cells in body), start=2)


def parquet(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    yield from enumerate(pq.read_table(sample.folder / sample.file(kind)["file"]).to_pylist(), start=1)


# Files already read: many tests look at the same ones.
_READ: dict[tuple[Path, str], list[tuple[int, Row]]] = {}


def rows(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    """This function will read a file of any format as rows with their line numbers."""
    ending = Path(sample.file(kind)["file"]).suffix
    read = {".jsonl": jsonl, ".xlsx": workbook, ".parquet": parquet}.get(ending, delimited)
    key = (sample.folder, kind)
    if key not in _READ:
        _READ[key] = list(read(sample, kind))
    return iter(_READ[key])


def dirty_lines(sample: Sample, kind: str) -> set[int]:
    return {line for entry in sample.file(kind)["dirty"] for line in entry["lines"]}


def good(sample: Sample, kind: str) -> Iterator[Row]:
    """This function will read the rows that are not dirty."""
    dirty = dirty_lines(sample, kind)
    return (row for line, row in rows(sample, kind) if line not in dirty)
