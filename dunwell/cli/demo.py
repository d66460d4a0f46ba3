"""`dunwell demo`: everything once, from the files of a sample company to today's plan."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator
from dunwell.cli.plan import Language, make, read_language, show

# A fixed day, seed and size: whoever runs the demo sees the same portfolio and the same plan, digest and all.
DAY, SEED, ACCOUNTS = date(2026, 11, 20), 7, 5_000


def demo(
    out: Annotated[Path, typer.Option(help="Where the sample, plan.csv and plan.html go.")] = Path("out"),
    lang: Language = "en",
) -> None:
    """Write a sample portfolio, import its nine files, let demo staff approve the strategies, and make the plan."""
    language, started = read_language(lang), time.monotonic()
    open_house()
    files = _sample(out / "sample")
    console.print(_imported(out / "sample", files))
    _staffed(language)
    made = make(DAY, capacity=None, out=out, language=language)
    show(made, out, language=language)
    console.print(
        f"\n{time.monotonic() - started:.0f} seconds. Open {out / 'plan.html'} in a browser, then try:", highlight=False
    )
    for line in _next(made.folder / "plan.csv"):
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def _sample(folder: Path) -> list[dict[str, Any]]:
    """This function will write the sample, unless the very same one lies there already."""
    from dunwell.lab.sample.write import write_sample

    manifest = folder / "MANIFEST.json"
    if manifest.exists():
        told = json.loads(manifest.read_text(encoding="utf-8"))
        if (told["as_of"], told["seed"], told["accounts"]) == (DAY.isoformat(), SEED, ACCOUNTS):
            return list(told["files"])
    with _bar() as bar:
        task = bar.add_task("writing the sample", total=ACCOUNTS)
        told = write_sample(
            folder, accounts=ACCOUNTS, seed=SEED, as_of=DAY, progress=lambda step: bar.advance(task, step)
        )
    return list(told["files"])


def _staffed(language: str) -> None:
    """This function will make the demo's staff, who approve the strategies."""
    from dunwell.cli import demo_staff
    from dunwell.cli.rulebooks import Language as Words

    with console.status("staff: one of each role; they look at the strategies"):
        demo_staff.settle_in(Words.ZH if language.startswith("zh") else Words.EN)


def _imported(folder: Path, files: list[dict[str, Any]]) -> Table:
    """This function will import every file and show what came of each."""
    from dunwell.intake.actions import import_source
    from dunwell.intake.mapping.reading import find

    table = Table(title=f"Imported from {folder}", title_justify="left", header_style="bold")
    for name in ("file", "facts added", "rows refused", ""):
        table.add_column(name, justify="left" if name in ("file", "") else "right")
    with _bar() as bar:
        task = bar.add_task("importing", total=len(files))
        for file in files:
            bar.update(task, description=f"importing {file['file']}")
            report = import_source(
                str(folder / file["file"]), mapping=find(file["mapping"]), on=DAY, by=operator(), at=now()
            )
            added = sum(counts["added"] for counts in report.content.values())
            again = "" if report.already is None else f"already batch {report.already}, nothing changed"
            table.add_row(file["file"], f"{added:,}", f"{report.rows_refused:,}", again)
            bar.advance(task)
    return table


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _next(plan: Path) -> list[str]:
    """This function will name commands that are worth trying, with a customer of the plan."""
    import duckdb

    rows = duckdb.connect().read_csv(str(plan), header=True, all_varchar=True)
    found = rows.filter("refused IS NOT NULL AND status = 'planned'").limit(1).fetchall() or rows.limit(1).fetchall()
    customer = found[0][0] if found else "CUSTOMER"
    run = ".venv/bin/dunwell"
    return [
        f"{run} explain {customer}              # the whole path of one decision",
        f"{run} explain {customer} --lang zh    # in Chinese",
        f"{run} quarantine list                 # the dirty rows that were refused",
        f"{run} evidence verify                 # the proof that nothing was changed",
        f"{run} strategy show strategies        # who is treated how: the decision tables",
        f"{run} strategy status                 # who approved them",
        f"{run} staff list                      # the demo's people, one of each role",
        f"{run} rules list                      # what the law and the company allow",
        "make desk                                       # the pages of those who talk to customers",
        f"{run} --help                          # everything else",
    ]
