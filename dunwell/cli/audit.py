"""`dunwell rules audit`: every contact on record, judged by the rules of its own moment."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, open_house
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.compliance.supervision.auditing import Summary, Tally

SHOWN_MAX = 30


def audit(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day, included.")],
    table: Annotated[Path | None, typer.Option("--csv", help="Write one line for each breach to this file.")] = None,
) -> None:
    """Judge every contact of the period, imported ones too, at its own moment, and list what broke which rule."""
    first, last = since.date(), until.date()
    if last < first:
        raise DunwellError("the period ends before it begins", place="--until", cure="give a later day")
    open_house()
    from dunwell.compliance.rulebook.reading import load
    from dunwell.compliance.supervision import auditing

    summary = auditing.Summary()
    with _written(table, columns=auditing.COLUMNS) as write:
        for audited in auditing.audit(load(), first=first, last=last):
            summary.add(audited)
            for line in auditing.lines(audited):
                write(line)
    show(summary)


@contextmanager
def _written(path: Path | None, *, columns: list[str]) -> Iterator[Any]:
    """This function will open the file of breaches and give what writes a line to it; nothing, without a file."""
    if path is None:
        yield lambda line: None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=columns)
        writer.writeheader()
        yield writer.writerow


def show(summary: Summary) -> None:
    """This function will print the audit in numbers."""
    rate = summary.all.rate
    told = "no contacts" if rate is None else f"compliance rate {rate:.2%} ({summary.all.compliant:,} of"
    console.print(told if rate is None else f"{told} {summary.all.contacts:,} contacts)", highlight=False)
    console.print(f"{summary.without_permit:,} without a permit", highlight=False)
    _counts("breaches by rule", summary.breaches)
    _counts("undecided by rule: no record says what it asks", summary.undecided)
    collectors = {f"{who.agency or '-'} {who.staff or '-'}": tally for who, tally in summary.collectors.items()}
    _tallies("agency and collector", collectors)
    _tallies("agency", {agency or "-": tally for agency, tally in summary.agencies.items()})


def _counts(title: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    table = Table("rule", "contacts", title=title, header_style="bold")
    for rule, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        table.add_row(escape(rule), f"{count:,}")
    console.print(table)


def _tallies(title: str, tallies: Mapping[str, Tally]) -> None:
    """This function will print the rates of those with breaches, the most breaches first."""
    faulty = {name: tally for name, tally in tallies.items() if tally.compliant < tally.contacts}
    if not faulty:
        return
    table = Table(title, "contacts", "breaches", "compliance rate", header_style="bold")
    ordered = sorted(faulty.items(), key=lambda entry: (entry[1].compliant - entry[1].contacts, entry[0]))
    for name, tally in ordered[:SHOWN_MAX]:
        table.add_row(escape(name), f"{tally.contacts:,}", f"{tally.contacts - tally.compliant:,}", f"{tally.rate:.2%}")
    if len(ordered) > SHOWN_MAX:
        table.caption = f"{len(ordered) - SHOWN_MAX} more"
    console.print(table)
