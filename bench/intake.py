"""How fast facts come in: an import of charges against a bare COPY of the same rows into the same table.

    python -m bench.intake [--rows 1000000] [--rounds 3] [--work FOLDER]

Every round clones one prepared database twice, so that both meet the same table with the same rows, indexes and
constraints, and lets import and COPY follow each other. The import runs in a process of its own, whose peak memory is
shown for a tenth of the rows and for all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

ACCOUNTS = 200_000
RATIO_MIN = 1 / 3
BLOCK_BYTES = 1 << 20
MAPPING = """
name: bench_charges
source: bench
kind: billing
about: {en: Charges of a benchmark, zh: 基准测试账单}
columns:
  account_no: {type: text, required: true}
  bill_no: {type: text, required: true}
  booked: {type: date, required: true}
  due: {type: date, formats: ["%Y-%m-%d", "%d/%m/%Y"], required: true}
  amount: {type: money, required: true}
facts:
  - target: charge
    fields:
      external_id: {column: bill_no}
      account: {column: account_no}
      booked_on: {column: booked}
      due_on: {column: due}
      component: {const: principal}
      amount: {column: amount}
"""


def write_charges(path: Path, *, rows: int) -> None:
    """This function will write a file of charges without a fault."""
    with path.open("w") as file:
        file.write("account_no,bill_no,booked,due,amount\n")
        for first in range(0, rows, 100_000):
            file.writelines(map(_charge, range(first, min(first + 100_000, rows))))


def _charge(turn: int) -> str:
    day = turn % 28 + 1
    return (
        f"A{turn % ACCOUNTS:08d},B{turn:09d},2026-01-{day:02d},2026-02-{day:02d},{turn % 9000 + 1}.{turn % 100:02d}\n"
    )


# ---- databases ------------------------------------------------------------------------------------------------------


def address_of(name: str, *, server: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def clone(name: str, *, of: str | None, server: str) -> None:
    """This function will make a database anew, empty or as a copy of another."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        template = sql.SQL("TEMPLATE {}").format(sql.Identifier(of)) if of else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), template))


@contextmanager
def databases(server: str, *names: str) -> Iterator[None]:
    """This function will drop the databases in the end."""
    try:
        yield
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            for name in names:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


# ---- the two sides --------------------------------------------------------------------------------------------------


def run_alone(task: str, *arguments: str, database: str) -> dict[str, Any]:
    """This function will run a task of this file in a process of its own."""
    command = [sys.executable, "-m", "bench.intake", "--task", task, *arguments]
    finished = subprocess.run(command, env={**os.environ, "DATABASE_URL": database}, check=True, capture_output=True)
    return json.loads(finished.stdout.decode().splitlines()[-1])  # type: ignore[no-any-return]


def prepare() -> dict[str, Any]:
    """This function will make the tables and the accounts."""
    from dunwell.cli.house import open_house

    open_house()
    import pyarrow as pa

    from dunwell.ledger.actions import Origin, load_batch

    accounts = pa.table(
        {
            "external_id": [f"A{turn:08d}" for turn in range(ACCOUNTS)],
            "product_line": ["mobile"] * ACCOUNTS,
            "creditor": ["bench"] * ACCOUNTS,
            "currency": ["CNY"] * ACCOUNTS,
        }
    )
    origin = Origin(
        source="bench",
        source_kind="billing",
        mapping="none",
        mapping_digest="none",
        origin="accounts",
        origin_digest="a",
    )
    load_batch({"account": accounts}, origin=origin, by="bench", at=datetime.now(UTC))
    return {}


def bring_in(folder: Path, file: Path) -> dict[str, Any]:
    """This function will import the file and tell seconds and peak memory."""
    from dunwell.cli.house import open_house

    open_house()
    from dunwell.intake.actions import import_source
    from dunwell.intake.mapping.reading import find

    mapping = find(str(folder / "bench_charges.yaml"))
    start = time.perf_counter()
    report = import_source(str(file), mapping=mapping, on=date(2026, 3, 1), by="bench", at=datetime.now(UTC))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mib": peak, "added": report.content["charge"]["added"]}


COLUMNS = "batch_id, source, external_id, content_digest, account_id, booked_on, due_on, component, amount"


def copy_out(database: str, *, path: Path) -> tuple[Any, ...]:
    """This function will write the final rows to a file, and return the batch that they belong to."""
    with psycopg.connect(database) as connection, connection.cursor() as cursor, path.open("wb") as file:
        columns = sql.SQL(COLUMNS)
        with cursor.copy(
            sql.SQL("COPY (SELECT {} FROM ledger_charge ORDER BY id) TO STDOUT (FORMAT CSV)").format(columns)
        ) as copy:
            for block in copy:
                file.write(block)
        row = cursor.execute("SELECT * FROM ledger_batch ORDER BY id DESC LIMIT 1").fetchone()
        assert row is not None
        return row


def copy_in(database: str, *, path: Path, batch: tuple[Any, ...]) -> float:
    """This function will copy the rows into the same table of another database and tell the seconds it took."""
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        values = [Jsonb(value) if isinstance(value, dict) else value for value in batch]
        places = sql.SQL(", ").join(sql.Placeholder() * len(values))
        cursor.execute(sql.SQL("INSERT INTO ledger_batch VALUES ({})").format(places), values)
        connection.commit()
        start = time.perf_counter()
        into = sql.SQL("COPY ledger_charge ({}) FROM STDIN (FORMAT CSV)").format(sql.SQL(COLUMNS))
        with cursor.copy(into) as copy, path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                copy.write(block)
        connection.commit()
        return time.perf_counter() - start


# ---- the bench ------------------------------------------------------------------------------------------------------


def bench(rows: int, rounds: int, folder: Path) -> int:
    """This function will run the rounds and print the table; 1 where the ratio is below what is asked."""
    from dunwell import database

    server = database.url()
    prepared, ours, bare = "bench_prepared", "bench_import", "bench_copy"
    (folder / "bench_charges.yaml").write_text(MAPPING, encoding="utf-8")
    small, large, final = folder / "small.csv", folder / "large.csv", folder / "final.csv"
    write_charges(small, rows=rows // 10)
    write_charges(large, rows=rows)
    with databases(server, prepared, ours, bare):
        clone(prepared, of=None, server=server)
        run_alone("prepare", database=address_of(prepared, server=server))
        clone(ours, of=prepared, server=server)
        tenth = run_alone("import", str(folder), str(small), database=address_of(ours, server=server))
        print(f"{rows // 10:>10,} rows: import {tenth['seconds']:6.1f} s, peak memory {tenth['peak_mib']:5.0f} MiB")
        ratios = []
        for _ in range(rounds):
            clone(ours, of=prepared, server=server)
            clone(bare, of=prepared, server=server)
            whole = run_alone("import", str(folder), str(large), database=address_of(ours, server=server))
            assert whole["added"] == rows, whole
            batch = copy_out(address_of(ours, server=server), path=final)
            seconds = copy_in(address_of(bare, server=server), path=final, batch=batch)
            ratios.append(seconds / whole["seconds"])
            _show(rows, whole=whole, seconds=seconds, ratio=ratios[-1])
    median, least, most = statistics.median(ratios), min(ratios), max(ratios)
    print(f"rate of the import to that of COPY: median {median:.2f} ({least:.2f} to {most:.2f}); asked {RATIO_MIN:.2f}")
    return 0 if median >= RATIO_MIN else 1


def _show(rows: int, *, whole: dict[str, Any], seconds: float, ratio: float) -> None:
    print(
        f"{rows:>10,} rows: import {whole['seconds']:6.1f} s ({rows / whole['seconds']:,.0f} rows/s), "
        f"peak memory {whole['peak_mib']:5.0f} MiB; bare COPY {seconds:6.1f} s ({rows / seconds:,.0f} rows/s); "
        f"ratio {ratio:.2f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="where the files go; a temporary folder if left out")
    parser.add_argument("--task", choices=("prepare", "import"), help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        print(json.dumps(prepare() if given.task == "prepare" else bring_in(*given.paths)))
        return 0
    with TemporaryDirectory(dir=given.work) as folder:
        return bench(given.rows, given.rounds, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
