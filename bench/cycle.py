"""The daily cycle against DuckDB itself: portrait + decide + mask + plan over 100,000 and 1,000,000 accounts.

The yardstick, measured in the same run: the time DuckDB takes to read every column of the same snapshot and to write
a file of the plan's size. Each measurement is a process of its own, so that its peak memory is its own.

    python bench/cycle.py [--accounts 100000 1000000] [--threads 2] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

AS_OF = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    options = _options()
    if options.mode:
        print(json.dumps(MODES[options.mode](Path(options.folder), options.threads)))
        return
    seconds = {}
    for accounts in options.accounts:
        with TemporaryDirectory(prefix="dunwell-bench-") as folder:
            seconds[accounts] = _compare(accounts, Path(folder), options)
    if len(seconds) > 1:
        small, large = min(seconds), max(seconds)
        print(f"growth from {small:,} to {large:,} accounts: {seconds[large] / seconds[small]:.1f} x (at most 11)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--mode", choices=MODES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(accounts: int, folder: Path, options: argparse.Namespace) -> float:
    """This function will measure both in turn, print the table, and return the cycle's best time."""
    from snapshot import write_snapshot

    (folder / "snapshot").mkdir()
    write_snapshot(folder / "snapshot", accounts=accounts, seed=7, as_of=AS_OF)
    cycles, yardsticks = [], []
    for _turn in range(options.repeat):
        cycles.append(_in_own_process("cycle", folder, options.threads))
        yardsticks.append(_in_own_process("yardstick", folder, options.threads))
    size = sum(path.stat().st_size for path in (folder / "snapshot").iterdir()) / 1e6
    ours, bare = min(c["seconds"] for c in cycles), min(y["seconds"] for y in yardsticks)
    print(f"{accounts:>10,} accounts, snapshot {size:.0f} MB, plan {cycles[0]['rows']:,} rows")
    print(
        "  cycle     ",
        "  ".join(f"{c['seconds']:.2f} s" for c in cycles),
        f"  peak {max(c['peak_mb'] for c in cycles):.0f} MB",
    )
    print("  yardstick ", "  ".join(f"{y['seconds']:.2f} s" for y in yardsticks))
    print(f"  ratio {ours / bare:.1f} (at most 6)")
    return float(ours)


def _in_own_process(mode: str, folder: Path, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--mode", mode, "--folder", str(folder), "--threads", str(threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _cycle(folder: Path, threads: int) -> dict[str, float]:
    """This function will time one whole cycle, reading of the definitions included."""
    sys.path.insert(0, str(ROOT))
    import ibis

    from dunwell.batch import cycle, definitions

    # Ibis loads its engine when it is first named: Python's imports are no part of the cycle, as of the yardstick.
    _engine = ibis.duckdb
    started = time.perf_counter()
    chosen = definitions.load()
    cycle.write_plan(folder, chosen, as_of=AS_OF, versions=chosen.versions, threads=threads)
    seconds = time.perf_counter() - started
    rows = duckdb.read_csv(str(folder / "plan.csv"), header=True, all_varchar=True).count("*").fetchone() or (0,)
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "rows": rows[0]}


def _yardstick(folder: Path, threads: int) -> dict[str, float]:
    """This function will time DuckDB reading every column of the snapshot and writing the plan's rows to a file."""
    engine = duckdb.connect(config={"threads": threads, "memory_limit": "3GB"})
    engine.execute(
        "CREATE TABLE plan AS SELECT * FROM read_csv(?, header = true, all_varchar = true)", [str(folder / "plan.csv")]
    )
    started = time.perf_counter()
    for path in sorted((folder / "snapshot").glob("*.parquet")):
        table = engine.read_parquet(str(path))
        table.aggregate(", ".join(f'max("{name}")' for name in table.columns)).fetchall()
    engine.execute("COPY plan TO $1 (FORMAT CSV, HEADER)", [str(folder / "copy.csv")])
    return {"seconds": time.perf_counter() - started}


MODES = {"cycle": _cycle, "yardstick": _yardstick}

if __name__ == "__main__":
    main()
