"""`dunwell clocks`: how long claims, guarantees, records and notices live; what runs out soon."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from dunwell.cli.house import console, errors, open_house
from dunwell.cli.plan import read_day
from dunwell.cli.rulebooks import RULEBOOKS, Lang, Language, Root
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.compliance.clocks.due import Warned
    from dunwell.compliance.clocks.live.queries import Ticking

app = typer.Typer(help="Clocks: limitation, guarantees, records, notices; what runs out soon.", no_args_is_help=True)
SHOWN_MAX = 20
COLOURS = {7: "red", 30: "yellow"}
HEAD = (
    "account", "clock", "guarantor", "product_line", "state", "last_day", "days_left", "possibly_until", "certain",
    "restarts", "last_restart", "why_en", "why_zh",
)  # fmt: skip


@app.command("check")
def check_clocks(rulebooks: Root = RULEBOOKS) -> None:
    """Check that the law of all clocks loads, its cases come true, and every rule stands in both languages."""
    from dunwell.compliance.clocks.cases import check

    checked = check(rulebooks)
    for fault in checked.faults:
        console.print(f"[red]{escape(str(fault))}[/]", highlight=False, soft_wrap=True)
    console.print(f"{checked.laws} laws, {checked.rules} rules, {checked.cases} cases, {len(checked.faults)} faults")
    if checked.faults:
        raise typer.Exit(1)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help='JSON: {"clocks": [{"id", "clock", "place", "on", "given"}]}.')],
    table: Annotated[bool, typer.Option("--table", help="A table for people instead of lines of JSON.")] = False,
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Read the clocks of a file: what happened goes in, the last day with its reasons comes out, one JSON line each.

    A clock is limitation, guarantee, retention, validation, reporting or demands; docs/reference/clocks.md says what
    each is given.
    """
    from dunwell.compliance.clocks.documents import answer, read_questions

    answers = [one for question in read_questions(file) for one in answer(question, root=rulebooks)]
    if table:
        console.print(_table(answers, lang=lang))
        return
    for one in answers:
        typer.echo(json.dumps(one, ensure_ascii=False))


def _table(answers: list[dict[str, Any]], *, lang: Language) -> Table:
    """This function will show answers of any clock: how it stands, its days, and why."""
    shown = Table("clock", "state", "days", "certain", "why")
    days = ("expires_on", "possibly_until", "waived_on", "last_day", "keep_until", "delete_after", "send_by", "ends_on")
    for one in answers:
        state = one.get("state") or ("yes" if one.get("allowed") or one.get("complete") else "no")
        told = [f"{name} {one[name]}" for name in (*days, "earliest", "unpaid_from", "answer_by") if one.get(name)]
        why = [_line(reason, lang=lang) for reason in (*one.get("restarts", ()), *one["reasons"])]
        who = f"{one['id']} {one.get('debtor') or ''}".strip()
        row = (f"{who}: {one['clock']}", str(state), "\n".join(told), "yes" if one["certain"] else "no", "\n".join(why))
        shown.add_row(*map(escape, row))
    return shown


def _line(reason: dict[str, Any], *, lang: Language) -> str:
    day = f"{reason['on']} " if reason["on"] else ""
    rule = f" ({reason['rule']})" if reason["rule"] else ""
    return f"{day}{reason[lang.value]}{rule}"


@app.command("due")
def show_due(
    as_of: Annotated[str, typer.Option("--as-of", help="The day to look from, YYYY-MM-DD; today if omitted.")] = "",
    within: Annotated[int, typer.Option(min=0, max=3660, help="So many days ahead.")] = 90,
    file: Annotated[Path | None, typer.Option("--csv", help="Where a table of those clocks goes.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="In the table: every clock, not only what is near.")
    ] = False,
    place: Annotated[str, typer.Option(help="The place whose law applies.")] = "cn",
    lang: Lang = Language.EN,
) -> None:
    """Tell which claims and guarantees of the ledger run out soon, the nearest first, and what is not known of them.

    What the ledger cannot know (did a message arrive, what does the contract say) counts against the creditor: the
    day shown is the one on which to rely, and it says when it is not certain.
    """
    on = read_day(as_of)
    open_house()
    from dunwell.compliance.clocks.live.queries import by_state

    clocks = _read(on, place=place)
    near = _near(clocks, on=on, within=within)
    console.print(_due_table(near[:SHOWN_MAX], lang=lang))
    if len(near) > SHOWN_MAX:
        console.print(f"... and {len(near) - SHOWN_MAX:,} more; --csv FILE writes them all")
    counted = ", ".join(f"{clock} {state} {count:,}" for (clock, state), count in by_state(clocks).items())
    console.print(f"{len(near):,} run out within {within} days of {on}; in all: {counted or 'nothing is owed'}")
    unsure = sum(not clock.certain for clock in clocks)
    console.print(f"{unsure:,} of {len(clocks):,} are not certain: the table says why", highlight=False)
    if file is not None:
        _write(file, near=near, clocks=clocks if everything else [clock for clock, _ in near], on=on)


def _read(on: date, *, place: str) -> list[Ticking]:
    """This function will read all clocks under a bar of progress."""
    from dunwell.compliance.clocks.live import queries

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("accounts", total=queries.count_accounts())
        found = queries.ticking(on=on, place=place, progress=lambda count: bar.advance(task, count))
        return list(found)


def _near(clocks: list[Ticking], *, on: date, within: int) -> list[tuple[Ticking, Warned]]:
    """This function will find the clocks that still run and end soon, the nearest first."""
    from dunwell.compliance.clocks.due import WITHIN_DAYS, Clock, due

    running = {
        str(place): clock for place, clock in enumerate(clocks) if clock.state in ("running", "not_started", "not_due")
    }
    told = [
        Clock(subject=place, clock=clock.clock, last_day=clock.last_day, certain=clock.certain)  # type: ignore[arg-type]
        for place, clock in running.items()
    ]
    bands = {within, *(days for days in WITHIN_DAYS if days < within)}
    return [(running[warned.subject], warned) for warned in due(told, on=on, within=bands)]


def _due_table(near: list[tuple[Ticking, Warned]], *, lang: Language) -> Table:
    table = Table("account", "clock", "last day", "days left", "certain", "why")
    for clock, warned in near:
        colour = COLOURS.get(warned.band, "white")
        doubts = [reason for reason in clock.reasons if not clock.certain] or list(clock.reasons)
        why = (clock.restarts[-1:] if clock.certain else ()) or doubts[-1:]
        said = "; ".join(f"{reason.on or ''} {reason.sentence(lang)}".strip() for reason in why)
        who = f"{clock.clock} {clock.guarantor}" if clock.guarantor else clock.clock
        left = f"[{colour}]{warned.days_left}[/]"
        sure = "yes" if clock.certain else "no"
        table.add_row(escape(clock.account), escape(who), str(clock.last_day), left, sure, escape(said))
    return table


def _write(file: Path, *, near: list[tuple[Ticking, Warned]], clocks: list[Ticking], on: date) -> None:
    """This function will write clocks as a table, with the reasons in both languages."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEAD)
            writer.writerows(_cells(clock, on=on) for clock in sorted(clocks, key=_order))
    except OSError as error:
        raise DunwellError(str(error.strerror), place=str(file), cure="name a file that can be written") from None
    console.print(f"{len(clocks):,} clocks in {file} ({len(near):,} of them near)", highlight=False, soft_wrap=True)


def _order(clock: Ticking) -> tuple[date, str, str, str]:
    """This function will put the nearest last day first, those without one last."""
    return clock.last_day or date.max, clock.account, clock.clock, clock.guarantor or ""


def _cells(clock: Ticking, *, on: date) -> list[object]:
    left = (clock.last_day - on).days if clock.last_day else ""
    last = f"{clock.restarts[-1].on} {clock.restarts[-1].rule}" if clock.restarts else ""
    why = [[f"{reason.rule} {reason.sentence(lang)}".strip() for reason in clock.reasons] for lang in ("en", "zh")]
    return [
        clock.account, clock.clock, clock.guarantor or "", clock.product_line, clock.state, clock.last_day or "", left,
        clock.possibly_until or "", "yes" if clock.certain else "no", len(clock.restarts), last,
        "; ".join(why[0]), "；".join(why[1]),
    ]  # fmt: skip
