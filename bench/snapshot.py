"""A synthetic snapshot for the bench: the tables of the daily cycle, about ten facts an account, written by DuckDB.

It follows the schema of `dunwell.batch.snapshot` and nothing else: no ledger, no import. The tables themselves are
described in snapshot.sql; the same seed gives the same rows.

    python bench/snapshot.py FOLDER [--accounts 1000000] [--seed 7] [--as-of 2026-11-20]
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
FACTS = ("charges", "payments", "adjustments", "holds", "contacts", "contact_points", "consents", "wishes", "signals")
TABLES = ("parties", "accounts", *FACTS)


def write_snapshot(folder: Path, *, accounts: int, seed: int, as_of: date) -> dict[str, int]:
    """This function will write every table of a snapshot into the folder and return how many rows each has."""
    with duckdb.connect() as engine:
        engine.execute("SET VARIABLE accounts = $1", [accounts])
        engine.execute("SET VARIABLE seed = $1", [seed])
        engine.execute("SET VARIABLE as_of = $1", [as_of])
        engine.execute((HERE / "snapshot.sql").read_text(encoding="utf-8"))
        for name in TABLES:
            engine.table(name).write_parquet(str(folder / f"{name}.parquet"), compression="zstd")
        return {name: len(engine.read_parquet(str(folder / f"{name}.parquet"))) for name in TABLES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 20))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = write_snapshot(options.folder, accounts=options.accounts, seed=options.seed, as_of=options.as_of)
    for name, count in rows.items():
        print(f"{name:<15}{count:>12,}")
    print(f"{'facts/account':<15}{sum(rows[name] for name in FACTS) / options.accounts:>12.1f}")


if __name__ == "__main__":
    main()
