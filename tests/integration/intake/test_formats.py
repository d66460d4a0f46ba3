"""Whatever the format, the same facts come in: their digests prove it."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import read
from dunwell.ledger.models import Batch
from tests.integration.conftest import database_url
from tests.integration.intake.conftest import AT, BILL_HEAD, ON, Bring, quarantined

HEAD = BILL_HEAD.strip().split(",")
# The last one has an amount that is missing: NaN, null or an empty cell, as the format has it.
ROWS: list[tuple[str, str, date, date, float | None, str]] = [
    ("账单1", "A1", date(2026, 1, 1), date(2026, 2, 1), 100.5, "CNY"),
    ("B2", "A2", date(2026, 1, 1), date(2026, 2, 1), 7000.0, "JPY"),
    ("B3", "A1", date(2026, 1, 1), date(2026, 2, 1), None, "CNY"),
]
CSV = BILL_HEAD + "".join(",".join("" if cell is None else str(cell) for cell in row) + ",\n" for row in ROWS)


def gb18030(path: Path) -> Path:
    path = path.with_suffix(".csv")
    path.write_bytes(CSV.encode("gb18030"))
    return path


def packed(path: Path) -> Path:
    path = path.with_suffix(".csv.gz")
    path.write_bytes(gzip.compress(CSV.encode()))
    return path


def tsv(path: Path) -> Path:
    path = path.with_suffix(".tsv")
    path.write_text(CSV.replace(",", "\t"))
    return path


def xlsx(path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    return path


def parquet(path: Path) -> Path:
    path = path.with_suffix(".parquet")
    columns: list[list[object]] = [list(column) for column in zip(*ROWS, strict=True)]
    columns[4] = [float("nan") if cell is None else cell for cell in columns[4]]
    pq.write_table(pa.table([*columns, pa.nulls(len(ROWS), pa.string())], names=HEAD), path)
    return path


def jsonl(path: Path) -> Path:
    path = path.with_suffix(".jsonl")
    lines = [dict(zip(HEAD, [str(c) if isinstance(c, date) else c for c in row], strict=False)) for row in ROWS]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


@pytest.fixture
def expected(customers: Report, bring: Bring) -> str:
    """This fixture will import the CSV file for trial and give the digest of its charges."""
    return bring("bills", CSV, dry_run=True).content["charge"]["digest"]


@pytest.mark.parametrize("write", [gb18030, packed, tsv, xlsx, parquet, jsonl])
def test_the_same_facts_come_from_every_format(
    expected: str, bring: Bring, mappings: Path, tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    if write is gb18030:
        text = (mappings / "bills.yaml").read_text().replace("columns:", "format: {encoding: gb18030}\ncolumns:")
        (mappings / "bills.yaml").write_text(text)
    report = bring("bills", write(tmp_path / "written"))
    assert report.content["charge"]["digest"] == expected
    assert report.content["charge"]["added"] == 2
    [(_, column, rule)] = quarantined(report)
    assert (column, rule) == ("amount", "required")


def test_the_same_facts_come_from_sqlite(expected: str, mappings: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "billing.db") as database:
        columns = "bill TEXT, account TEXT, booked DATE, due DATE, amount REAL, currency TEXT, corrects TEXT"
        database.execute(f"CREATE TABLE bills ({columns})")
        rows = [(*(str(cell) if isinstance(cell, date) else cell for cell in row), None) for row in ROWS]
        database.executemany("INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    database.close()
    report = from_database(mappings, f"sqlite:///{tmp_path / 'billing.db'}", table="bills")
    assert report.content["charge"]["digest"] == expected
    again = from_database(mappings, f"sqlite:///{tmp_path / 'billing.db'}", table="bills")
    assert again.already == report.batch_id
    assert Batch.objects.filter(mapping="bills").count() == 1


def from_database(mappings: Path, address: str, **form: str) -> Report:
    """This function will import the bills from a database."""
    path = mappings / "bills.yaml"
    if "format:" not in path.read_text():
        told = ", ".join(f"{name}: {json.dumps(value)}" for name, value in form.items())
        path.write_text(path.read_text().replace("columns:", f"format: {{type: sql, {told}}}\ncolumns:"))
    return import_source(address, mapping=read(path), on=ON, by="test", at=AT)


def test_postgresql_can_be_a_source(transactional_db: None, customers: Report, mappings: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA billing")
        cursor.execute(
            """CREATE TABLE billing.bills AS SELECT 'B' || n AS bill,
            CASE WHEN n % 50 = 0 THEN 'A9' ELSE 'A1' END AS account,
            DATE '2026-01-01' AS booked,
            DATE '2026-02-01' AS due, n::numeric(12,2) AS amount, 'CNY' AS currency, NULL::text AS corrects
            FROM generate_series(1, 25000) AS n"""
        )
    try:
        report = from_database(mappings, database_url(), table="billing.bills")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA billing CASCADE")
    assert (report.rows_read, report.refused) == (25_000, {"unknown-account": 500})
    assert "billing.bills" in report.origin
