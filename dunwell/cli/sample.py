"""`dunwell sample`: a portfolio of invented people, as outside systems would deliver it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dunwell.cli.house import console
from dunwell.cli.plan import AsOf, read_day


def sample(
    accounts: Annotated[int, typer.Option(help="How many accounts; customers have one to four.")] = 5_000,
    seed: Annotated[int, typer.Option(help="Another seed, another portfolio; the same seed, the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(help="The folder for the nine files and MANIFEST.json.")] = Path("out/sample"),
    as_of: AsOf = "",
) -> None:
    """Write nine files of invented customers and debts, dirty rows included, to try everything with."""
    day = read_day(as_of)
    from dunwell.lab.sample.write import write_sample

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("accounts", total=accounts)
        told = write_sample(out, accounts=accounts, seed=seed, as_of=day, progress=lambda step: bar.advance(task, step))
    show(told, out)


def show(told: dict[str, Any], out: Path) -> None:
    """This function will print what was written, how many dirty rows were planted, and how to go on."""
    table = Table(title=f"Sample of {told['accounts']:,} accounts as of {told['as_of']}", title_justify="left")
    for name, justify in (("file", "left"), ("mapping", "left"), ("rows", "right"), ("dirty", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for file in told["files"]:
        table.add_row(file["file"], file["mapping"], f"{file['rows']:,}", f"{file['dirty_rows']:,}")
    console.print(table)
    planted = Counter({fault["fault"]: 0 for file in told["files"] for fault in file["dirty"]})
    for file in told["files"]:
        for fault in file["dirty"]:
            planted[fault["fault"]] += len(fault["lines"])
    sorts = ", ".join(f"{fault} {count:,}" for fault, count in sorted(planted.items()))
    console.print(f"{planted.total():,} dirty rows planted: {sorts or 'none'}", highlight=False)
    console.print(f"wrote {out} (what is in it: {out / 'MANIFEST.json'})", highlight=False, soft_wrap=True)
    first = told["files"][0]
    console.print(
        f"next: dunwell import {out / first['file']} --mapping {first['mapping']}, then the others in this order",
        highlight=False,
        soft_wrap=True,
    )
