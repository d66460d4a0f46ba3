"""`dunwell import`, `dunwell mappings` and `dunwell quarantine`: what arrived, and what was refused of it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.intake.actions import Report
    from dunwell.intake.mapping.reading import Mapping

quarantine = typer.Typer(help="Rows that were refused: list them, export them to be mended.", no_args_is_help=True)
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the reasons.")]


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE_OR_URL", help="A file, or the address of a database.")],
    mapping: Annotated[str, typer.Option(help="A name in mappings/, or the path of a mapping file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, tell the result, and undo it.")] = False,
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day of the import; today if left out.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")] = False,
    lang: Language = "en",
) -> None:
    """Bring a file or a database into the ledger; rows with faults go to quarantine, the others come in."""
    from dunwell.intake.mapping.reading import find

    found, day = find(mapping), _day(on)
    open_house()
    report = _with_progress(source, mapping=found, on=day, dry_run=dry_run, quiet=quiet)
    if not dry_run:
        seal_evidence()
    if not quiet:
        _show(report, source=found.recipe.source, language=lang)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError:
        raise DunwellError(f"{text!r} is not a day", place="--on", cure="write it as 2026-12-31") from None


def _with_progress(source: str, *, mapping: Mapping, on: date, dry_run: bool, quiet: bool) -> Report:
    from dunwell.intake.actions import import_source

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        # An address may hold a password: the bar shows the mapping instead.
        task = bar.add_task(f"importing {mapping.document.name}", total=None)
        return import_source(
            source,
            mapping=mapping,
            on=on,
            by=operator(),
            at=now(),
            dry_run=dry_run,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _show(report: Report, *, source: str, language: str) -> None:
    """This function will print what came in, what was refused and why, and how to go on."""
    if report.already is not None:
        _say(f"already imported as batch {report.already}, nothing changed")
        _tell_of_waiting(report.already)
        return
    head = f"{report.origin} through {report.mapping}: {report.rows_read:,} rows read, {report.rows_refused:,} refused"
    _say(f"dry run, nothing was kept: {head}" if report.dry_run else f"batch {report.batch_id}: {head}")
    if report.rows_read == 0:
        _say("The source holds no rows: there is nothing to add.")
    if report.content:
        console.print(_tables(report))
    if report.refused:
        console.print(_refusals(report, language=language))
    if report.refused and report.batch_id is not None:
        _say(f"mend them: dunwell quarantine export --batch {report.batch_id} --out refused.csv")
    _tell_of_ownerless_accounts(report, source=source)


def _tell_of_waiting(batch: int) -> None:
    """This function will say how refused rows of an earlier batch can come in, since their file alone cannot."""
    from dunwell.intake.queries import summary

    if rows := sum(each.rows for each in summary() if each.batch == batch):
        _say(f"{rows:,} of its rows were refused and wait: dunwell quarantine retry --batch {batch}, or export")


def _tables(report: Report) -> Table:
    table = Table("facts", header_style="bold")
    for name in ("added", "unchanged", "refused"):
        table.add_column(name, justify="right")
    for target, counts in report.content.items():
        table.add_row(target, f"{counts['added']:,}", f"{counts['same']:,}", f"{counts['refused']:,}")
    return table


def _refusals(report: Report, *, language: str) -> Table:
    from dunwell.intake.refusals import RULES

    table = Table("rule", "why, and the cure", "for example", header_style="bold")
    table.add_column("rows", justify="right")
    for rule, rows in sorted(report.refused.items(), key=lambda item: -item[1]):
        examples = "\n".join(f"line {each.line} {each.column} {each.value}" for each in report.examples[rule])
        table.add_row(rule, escape(RULES[rule].reason(language)), escape(examples), f"{rows:,}")
    return table


def _tell_of_ownerless_accounts(report: Report, *, source: str) -> None:
    """This function will say how many accounts of the source have nobody who owes, so that nobody is contacted."""
    if not {"account", "party_role"} & report.content.keys() or report.dry_run:
        return
    from dunwell.ledger.queries import accounts_without_customer

    if count := accounts_without_customer(source):
        _say(f"{count:,} account(s) of {source} have no customer yet: import their party_role with role primary")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def mappings() -> None:
    """List the mappings: how foreign files become facts."""
    from dunwell.intake.mapping.reading import find, folder_names

    table = Table(header_style="bold")
    for name in ("mapping", "source", "kind", "reads", "becomes", "about"):
        table.add_column(name, no_wrap=name == "mapping")
    for name in folder_names():
        try:
            document = find(name).document
        except DunwellError as error:
            table.add_row(name, "", "", "", "", escape(str(error)), style="red")
            continue
        targets = ", ".join(dict.fromkeys(entry.target for entry in document.facts))
        about = document.about.en.strip().splitlines()[0]
        table.add_row(name, document.source, document.kind, document.format.type or "any", targets, escape(about))
    console.print(table)


@quarantine.command("list")
def list_() -> None:
    """Count the rows that wait to be mended, by batch and reason."""
    open_house()
    from dunwell.intake.queries import summary

    waiting = summary()
    if not waiting:
        _say("nothing waits to be mended")
        return
    table = Table("batch", "origin", "mapping", "rule", header_style="bold")
    table.add_column("rows", justify="right")
    for each in waiting:
        table.add_row(str(each.batch), escape(each.origin), each.mapping, each.rule, f"{each.rows:,}")
    console.print(table)


@quarantine.command()
def retry(
    batch: Annotated[int, typer.Option(help="The number of the batch.")],
    mapping: Annotated[str, typer.Option(help="The mapping that brought it; by its name if left out.")] = "",
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day of the import; today if left out.")] = "",
    lang: Language = "en",
) -> None:
    """Try the refused rows of a batch once more as they are, when what they lacked has been imported since."""
    day = _day(on)
    open_house()
    from dunwell.intake.actions import retry_quarantine
    from dunwell.intake.mapping.reading import find
    from dunwell.intake.queries import waiting

    found = find(mapping or waiting(batch)[0].batch.mapping)
    report = retry_quarantine(batch, mapping=found, on=day, by=operator(), at=now())
    if report.already is not None:
        _say(f"all {report.rows_read:,} rows are refused as before, nothing changed")
        return
    _show(report, source=found.recipe.source, language=lang)


@quarantine.command()
def export(
    batch: Annotated[int, typer.Option(help="The number of the batch.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write; it must not exist yet.")],
    lang: Language = "en",
) -> None:
    """Write the refused rows of a batch as CSV, to be mended and imported again with the same mapping."""
    open_house()
    from dunwell.intake.actions import export_quarantine

    rows = export_quarantine(batch, path=out, language=lang, by=operator(), at=now())
    mode = os.stat(out).st_mode & 0o777  # noqa: PTH116 - the mode is what is shown.
    _say(f"{rows:,} rows written to {out} (mode {mode:o}): it holds personal data, delete it when it is mended")
