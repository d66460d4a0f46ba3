"""Workbooks, Parquet, JSON Lines and databases give the same text cells that a CSV file would."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dunwell.facts.errors import DunwellError
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.document import Format
from dunwell.intake.readers.chunk import Chunk, as_text
from dunwell.intake.readers.opening import open_reader


def read(where: str | Path, *, needed: tuple[str, ...] = ("a", "b"), **form: str) -> list[Chunk]:
    """This function will read a source to its end."""
    return list(open_reader(str(where), form=Format.model_validate(form), needed=list(needed)).chunks())


def rows(chunks: list[Chunk]) -> list[tuple[object, ...]]:
    return [(row.pop(LINE), row["a"], row.get("b")) for chunk in chunks for row in chunk.rows.to_pylist()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (float("nan"), None),
        (Decimal("NaN"), None),
        (2960593742.0, "2960593742"),
        (16635.4, "16635.4"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (7, "7"),
        (date(2024, 1, 5), "2024-01-05"),
        (datetime(2024, 1, 5, 8, tzinfo=UTC), "2024-01-05 08:00:00Z"),
        (b"\x01\xff", "01ff"),
        ({"k": ["张"]}, '{"k": ["张"]}'),
    ],
)
def test_typed_cells_become_plain_text(value: Any, text: str | None) -> None:
    assert as_text(value) == text


# ---- workbooks ------------------------------------------------------------------------------------------------------


def workbook(path: Path, *lines: list[Any], sheet: str = "data") -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def test_a_workbook_is_read_with_its_row_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", ["a", "b"], ["张伟", 12.5], [], [datetime(2024, 1, 5), None, None])  # noqa: DTZ001
    assert rows(read(path)) == [(2, "张伟", "12.5"), (4, "2024-01-05 00:00:00", None)]


def test_cells_beyond_the_header_are_a_broken_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", ["a", "b"], [1, 2, 3], [4, 5])
    chunks = read(path)
    assert rows(chunks) == [(3, "4", "5")]
    assert [(each.line, each.rule) for each in chunks[0].broken] == [(2, "wrong-cells")]


def test_another_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", ["a", "b"], [1, 2], sheet="第一")
    assert rows(read(path, sheet="第一")) == [(2, "1", "2")]
    with pytest.raises(DunwellError, match="there is no sheet 'other'"):
        read(path, sheet="other")


@pytest.mark.parametrize("kept", [0.3, 0.95])
def test_a_workbook_cut_off_is_truncated(tmp_path: Path, kept: float) -> None:
    path = workbook(tmp_path / "f.xlsx", ["a", "b"], *([n, n] for n in range(1000)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(DunwellError, match="truncated"):
        read(path)


def test_an_empty_sheet_and_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="the sheet is empty"):
        read(workbook(tmp_path / "f.xlsx"))
    with pytest.raises(DunwellError, match="missing column"):
        read(workbook(tmp_path / "g.xlsx", ["a"], [1]))


# ---- Parquet --------------------------------------------------------------------------------------------------------


def parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_types_become_text_and_nan_null(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "f.parquet",
        a=pa.array([2960593742.0, float("nan"), 0.5]),
        b=pa.array([datetime(2024, 1, 5, tzinfo=UTC), None, None], pa.timestamp("ns", "Asia/Shanghai")),
    )
    assert rows(read(path)) == [(1, "2960593742", "2024-01-05 00:00:00.000000Z"), (2, None, None), (3, "0.5", None)]


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (pa.array([Decimal("12.50")]), "12.50"),
        (pa.array([date(2024, 1, 5)]), "2024-01-05"),
        (pa.array([datetime(2024, 1, 5)]), "2024-01-05 00:00:00.000000"),  # noqa: DTZ001 - a file without a zone.
        (pa.array(["x"]).dictionary_encode(), "x"),
        (pa.array([True]), "true"),
        (pa.array([2**60]), str(2**60)),
    ],
)
def test_each_parquet_type_has_its_text(tmp_path: Path, array: pa.Array, text: str) -> None:
    assert rows(read(parquet(tmp_path / "f.parquet", a=array, b=array))) == [(1, text, text)]


def test_nested_columns_cannot_be_mapped_but_may_be_there(tmp_path: Path) -> None:
    path = parquet(tmp_path / "f.parquet", a=pa.array([1]), b=pa.array([2]), c=pa.array([[1, 2]]))
    assert rows(read(path)) == [(1, "1", "2")]
    with pytest.raises(DunwellError, match="holds no plain values"):
        read(path, needed=("c",))


def test_parquet_cut_off_is_truncated(tmp_path: Path) -> None:
    path = parquet(tmp_path / "f.parquet", a=pa.array(range(10_000)), b=pa.array(range(10_000)))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DunwellError, match="truncated"):
        read(path)


# ---- JSON Lines -----------------------------------------------------------------------------------------------------


def test_json_numbers_keep_their_digits_and_missing_keys_are_null(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"a": 0.10, "b": 12345678901234567890}\n\n{"b": true, "x": [1]}\n{"a": NaN, "b": null, "x": ""}\n')
    assert rows(read(path)) == [(1, "0.10", "12345678901234567890"), (3, None, "true")]


def test_broken_json_lines_are_told_and_the_last_one_without_an_end_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"a": 1, "b": 2}\n{"a": 1, \n[1]\n{"a": "\\ud800", "b": 1}\n{"a": 3, "b": 4}')
    chunks = read(path)
    assert rows(chunks) == [(1, "1", "2"), (5, "3", "4")]
    assert [(each.line, each.rule) for each in chunks[0].broken] == [
        (2, "not-a-row"),
        (3, "not-a-row"),
        (4, "not-a-row"),
    ]
    path.write_text('{"a": 1, "b": 2}\n{"a": 3, "b"')
    with pytest.raises(DunwellError, match="truncated: it ends inside the row of line 2"):
        read(path)


def test_a_required_column_that_no_json_line_has_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(json.dumps({"a": 1}) + "\n")
    assert rows(read(path, needed=("a", "c"))) == [(1, "1", None)]
    with pytest.raises(DunwellError, match="no line has b"):
        list(open_reader(str(path), form=Format(), needed=["a", "b"], required=["b"]).chunks())
    with pytest.raises(DunwellError, match="no line has x, y"):
        read(path, needed=("x", "y"))


# ---- databases ------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> str:
    """This fixture will make a SQLite database and give its address."""
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute('CREATE TABLE "the bills" (a TEXT, b NUMERIC)')
        connection.execute("""INSERT INTO "the bills" VALUES ('张伟', 12.5), (NULL, 3), ('李四', NULL)""")
    connection.close()
    return f"sqlite:///{tmp_path / 'crm.db'}"


def test_a_table_and_a_query_are_read(database: str) -> None:
    assert rows(read(database, table="the bills")) == [(1, "张伟", "12.5"), (2, None, "3"), (3, "李四", None)]
    assert rows(read(database, query='SELECT a, b FROM "the bills" WHERE b = 3')) == [(1, None, "3")]


def test_the_digest_is_of_the_rows(database: str) -> None:
    def digest(query: str) -> str:
        reader = open_reader(database, form=Format(query=query), needed=["a"])
        assert reader.digest == ""
        list(reader.chunks())
        return reader.digest

    everything = digest('SELECT a, b FROM "the bills"')
    assert everything == digest('SELECT a, b FROM "the bills"')
    assert everything != digest('SELECT a, b FROM "the bills" ORDER BY b')


def test_a_source_cannot_be_written_to(database: str) -> None:
    with pytest.raises(DunwellError):
        read(database, query="""INSERT INTO "the bills" VALUES ('x', 1) RETURNING a, b""")
    assert len(rows(read(database, table="the bills"))) == 3


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("postgresql://bob:s3cr3t-word@127.0.0.1:1/db", {"table": "t"}),
        ("postgresql://bob@127.0.0.1:1/db?password=s3cr3t-word", {"table": "t"}),
        ("oracle+nothing://bob:s3cr3t-word@host/db", {"table": "t"}),
        ("mysql://bob:s3cr3t-word@host/db", {"table": "t"}),
        ("postgresql://bob:s3cr3t-word@127.0.0.1:1/db", {}),
    ],
)
def test_a_password_is_never_shown(address: str, form: dict[str, str]) -> None:
    with pytest.raises(DunwellError) as caught:
        read(address, **form)
    assert "s3cr3t" not in str(caught.value)
    assert "bob" in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_table_is_told(database: str) -> None:
    with pytest.raises(DunwellError, match="no such table"):
        read(database, table="bills")


@pytest.mark.parametrize(
    ("where", "said"),
    [("nowhere.csv", "no such file"), ("f.doc", r"a file ending in \.doc"), ("f", "ending in nothing")],
)
def test_what_cannot_be_opened_is_told(tmp_path: Path, where: str, said: str) -> None:
    if where != "nowhere.csv":
        (tmp_path / where).write_text("a,b\n")
    with pytest.raises(DunwellError, match=said):
        read(tmp_path / where)
