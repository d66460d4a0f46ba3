"""The rulebooks from a terminal: what they hold and say, what changed, whether they are sound, and how they judge."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

# The rulebooks stand on Ibis, which takes a second to load: each command loads them when it runs, `--help` never.
if TYPE_CHECKING:
    from dunwell.compliance.rulebook.differences import Change
    from dunwell.compliance.rulebook.model import Rule

app = typer.Typer(help="The rulebooks: dated law and policy, and the cases that try them.", no_args_is_help=True)


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


RULEBOOKS = ROOT / "rulebooks"
Root = Annotated[Path, typer.Option("--rulebooks", help="The folder that holds the rulebooks.")]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the sentences.")]


@app.command("list")
def list_rules(
    lang: Lang = Language.EN,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only the entries valid on that day.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those of rulebooks that are not in force too.")] = False,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """List every rule in force with what it does, how sure we are of it and since when it is valid."""
    from dunwell.compliance.rulebook.page import validity
    from dunwell.compliance.rulebook.reading import load, load_library

    book = load_library((rulebooks,)) if everything else load((rulebooks,))
    rules = book.on(on.date()).rules if on else book.rules
    table = Table("rule", "does", "sure", "valid", "says", title=f"rulebook {book.version[:12]}")
    for layer, entries in groupby(rules, key=lambda rule: rule.layer):
        table.add_section()
        table.add_row(f"[bold]{layer}[/]")
        for rule in entries:
            said = escape(rule.sentence(lang))
            table.add_row(rule.id, rule.enforcement, rule.certainty, validity(rule), said)
    console.print(table)


@app.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The id of a rule, as CN-T1.")],
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Show one rule: every dated entry, its source and how sure we are of it."""
    from dunwell.compliance.rulebook.reading import load_library

    for rule in load_library((rulebooks,)).entries(identifier):
        _show(rule, lang=lang)


def _show(rule: Rule, *, lang: Language) -> None:
    from dunwell.compliance.rulebook.model import CERTAINTIES
    from dunwell.compliance.rulebook.page import opened_by, reach, terms, validity, whom

    console.print(f"[bold]{rule.id}[/] {escape(rule.sentence(lang))}")
    unless = opened_by(rule) or "nothing"
    english, chinese = CERTAINTIES[rule.certainty]
    lines = {
        "layer": rule.layer,
        "rule": terms(rule).replace("`", ""),
        "for": reach(rule),
        "binds": whom(rule),
        "does": rule.enforcement,
        "opened by": unless,
        "valid": validity(rule),
        "source": rule.source,
        "certainty": f"{rule.certainty}, {english if lang is Language.EN else chinese}",
    }
    for name, text in lines.items():
        console.print(f"  {name:<10} {escape(text)}", highlight=False)


@app.command("test")
def run_cases(rulebooks: Root = RULEBOOKS) -> None:
    """Judge every case beside the rulebooks and name those that do not come true."""
    from dunwell.compliance.rulebook.cases import outcomes

    found = list(outcomes(rulebooks))
    if not found:
        raise DunwellError("there are no cases", place=str(rulebooks), cure="write cases.yaml beside the rules")
    failed = [outcome for outcome in found if outcome.differences]
    for outcome in failed:
        for difference in outcome.differences:
            text = f"[red]{escape(outcome.case.place)}[/]: {escape(difference)}"
            console.print(text, highlight=False, soft_wrap=True)
    console.print(f"{len(found)} cases, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


@app.command("check")
def check_rulebooks(rulebooks: Root = RULEBOOKS) -> None:
    """Check that all rulebooks load, their dates fit, their cases come true, and every rule is tried and translated."""
    from dunwell.compliance.rulebook.checking import check

    checked = check(rulebooks)
    for fault in checked.faults:
        console.print(f"[red]{escape(str(fault))}[/]", highlight=False, soft_wrap=True)
    console.print(f"{checked.rules} rules, {checked.cases} cases, {len(checked.faults)} faults")
    if checked.faults:
        raise typer.Exit(1)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder of rulebooks, or a day as 2026-01-01.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another folder, or another day.")],
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Tell in words what changed: between two folders entry by entry, between two days by what is in force.

    Example: dunwell rules diff 2025-01-01 2026-03-10
    """
    from dunwell.compliance.rulebook.page import validity

    signs = {"new": "[green]+[/]", "gone": "[red]-[/]", "changed": "[yellow]~[/]"}
    changes, frequencies = _changes(before, after, root=rulebooks)
    for change in changes:
        rule = change.rule
        line = f"{signs[change.what]} [bold]{rule.id}[/] {rule.layer}, {validity(rule)}: {escape(rule.sentence(lang))}"
        console.print(line, highlight=False, soft_wrap=True)
        for words in change.words:
            console.print(f"    {escape(words)}", highlight=False, soft_wrap=True)
    for line in frequencies:
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(f"{len(changes) + len(frequencies)} changes")


def _changes(before: str, after: str, *, root: Path) -> tuple[list[Change], list[str]]:
    """This function will compare two days of the rulebooks in the folder, or two folders."""
    from dunwell.compliance.rulebook.differences import between_days, between_frequencies, between_rulebooks
    from dunwell.compliance.rulebook.reading import load_library

    day, other = _day(before), _day(after)
    if day and other:
        return list(between_days(load_library((root,)), before=day, after=other)), []
    if day or other:
        cure = "give two days, or two folders"
        raise DunwellError("a day cannot be compared with a folder", place=f"{before} {after}", cure=cure)
    old, new = Path(before), Path(after)
    changes = between_rulebooks(load_library((old,)), load_library((new,)))
    return list(changes), list(between_frequencies(old, new))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(help="Histories of calls in JSON, each with what is expected of it.")],
    rulebook: Annotated[str, typer.Option(help="The rulebook whose call frequency judges.")] = "us",
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Judge the last call of each history: one line of JSON each; what differs from `expect` ends with 1.

    Example: dunwell rules judge ../shared/data/reg_f/call_frequency.json --rulebook us
    """
    from dunwell.compliance.frequency.reading import load_frequency
    from dunwell.compliance.frequency.vectors import judge_file

    entries = load_frequency(rulebook, root=rulebooks)
    failed = False
    for result in judge_file(file, entries=entries):
        if result.fault is None:
            typer.echo(result.line)
        for told in (result.fault, *result.differences, *result.notes):
            if told is not None:
                typer.echo(str(told), err=True)
        failed = failed or result.fault is not None or bool(result.differences)
    if failed:
        raise typer.Exit(1)
