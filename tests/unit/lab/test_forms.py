"""Every format, read back with a reader that is not ours."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from math import isnan
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dunwell.lab.sample.columns import texts
from dunwell.lab.sample.dirt import BROKEN, LONG, SHORT, Planted
from dunwell.lab.sample.forms import Delimited, Form, JsonLines, Parquet
from dunwell.lab.sample.workbook import Workbook

COLUMNS = ("id", "名称", "n")
ROWS: dict[str, list[str | None]] = {"id": ["a", "b", None], "名称": ["甲,乙", None, "c"], "n": ["1", "2.5", None]}


def planted(shapes: dict[int, str] | None = None, **changes: list[str | None]) -> Planted:
    return Planted({name: texts(cells) for name, cells in {**ROWS, **changes}.items()}, {}, shapes or {})


def written(form: Form, path: Path, *blocks: Planted) -> Path:
    sink = form.open(path, COLUMNS)
    for block in blocks:
        sink.write(block)
    sink.close()
    return path


NOTHING = Planted({name: texts([]) for name in COLUMNS}, {}, {})


@pytest.mark.parametrize(
    ("encoding", "delimiter", "reading"),
    [("utf-8", ",", "utf-8"), ("utf-8-sig", ";", "utf-8-sig"), ("gb18030", "\t", "gb18030")],
)
def test_delimited_text_comes_back(tmp_path: Path, encoding: str, delimiter: str, reading: str) -> None:
    form = Delimited(delimiter=delimiter, encoding=encoding, quoted=frozenset({"名称"}))
    path = written(form, tmp_path / "file", planted(), planted())
    with path.open(encoding=reading, newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    body = [["a", "甲,乙", "1"], ["b", "", "2.5"], ["", "c", ""]]
    assert rows == [list(COLUMNS), *body, *body]


def test_the_mark_of_utf8_stands_once_at_the_start(tmp_path: Path) -> None:
    path = written(Delimited(encoding="utf-8-sig"), tmp_path / "file", planted(), planted())
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_spoilt_lines_have_the_wrong_number_of_cells(tmp_path: Path) -> None:
    plain: dict[str, list[str | None]] = {"名称": ["x", "y", "z"]}
    path = written(Delimited(), tmp_path / "file", planted({0: SHORT, 2: LONG}, **plain))
    assert [len(line.split(",")) for line in path.read_text().splitlines()] == [3, 1, 3, 4]


def test_json_lines_leave_nulls_out_below_the_first_line(tmp_path: Path) -> None:
    block = planted(id=["b", "b", None], 名称=[None, None, "c"], n=["2.5", "2.5", None])
    path = written(JsonLines(bare=frozenset({"n"})), tmp_path / "file", block)
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"id": "b", "名称": None, "n": 2.5},
        {"id": "b", "n": 2.5},
        {"名称": "c"},
    ]


def test_a_broken_json_line_is_none(tmp_path: Path) -> None:
    first, second, _ = written(JsonLines(), tmp_path / "file", planted({0: BROKEN})).read_text().splitlines()
    with pytest.raises(json.JSONDecodeError):
        json.loads(first)
    assert json.loads(second)["id"] == "b"


def test_parquet_is_typed(tmp_path: Path) -> None:
    form = Parquet({"n": pa.float64(), "名称": pa.date32()})
    block = planted(名称=["2026-03-16", None, None], n=["1", "NaN", None])
    table = pq.read_table(written(form, tmp_path / "file", block, block))
    assert table.schema.types == [pa.string(), pa.date32(), pa.float64()]
    assert table.column("名称").to_pylist()[:2] == [date(2026, 3, 16), None]
    first, second, third = table.column("n").to_pylist()[:3]
    assert (first, third) == (1.0, None)
    assert isnan(second)
    assert table.num_rows == 6


def test_a_workbook_holds_texts_numbers_and_dates(tmp_path: Path) -> None:
    form = Workbook(numbers=frozenset({"n"}), dates=frozenset({"名称"}))
    block = planted(名称=["46097", "32.12.2025", None])
    book = openpyxl.load_workbook(written(form, tmp_path / "book.xlsx", block, block), read_only=True)
    rows = list(book["report"].iter_rows(values_only=True))
    book.close()
    assert rows[0] == COLUMNS
    assert rows[1] == ("a", datetime(2026, 3, 16), 1)  # noqa: DTZ001 - a workbook knows no zones.
    assert rows[2] == ("b", "32.12.2025", 2.5)
    assert rows[3] == (None, None, None)
    assert len(rows) == 7


@pytest.mark.parametrize("form", [Delimited(), JsonLines(), Parquet(), Workbook()])
def test_a_file_may_hold_no_rows(tmp_path: Path, form: Form) -> None:
    head = Delimited().first_line - 1
    lines = {Delimited: head, JsonLines: 1}
    path = written(form, tmp_path / "file", NOTHING)
    if type(form) in lines:
        assert len(path.read_text().splitlines()) == lines[type(form)]
    assert (tmp_path / "file").exists()


@pytest.mark.parametrize("form", [Delimited(), JsonLines(), Parquet(), Workbook()])
def test_the_same_rows_are_the_same_bytes(tmp_path: Path, form: Form) -> None:
    assert (
        written(form, tmp_path / "a", planted()).read_bytes() == written(form, tmp_path / "b", planted()).read_bytes()
    )
