"""The command `dunwell`: every group of commands is a file beside this one."""

from __future__ import annotations

import sys

import typer
from rich.markup import escape

from dunwell.cli import (
    audit,
    clocks,
    contact,
    demo,
    desk,
    evidence,
    imports,
    ledger,
    person,
    plan,
    reviews,
    risks,
    rulebooks,
    sample,
    scripts,
    settle,
    staff,
    standing,
    stops,
    strategy,
    watch,
    work,
)
from dunwell.cli.house import errors
from dunwell.facts.errors import DunwellError

app = typer.Typer(
    name="dunwell",
    help="Whom to contact, how, when and with what offer, provably within the rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(demo.demo)
app.command()(sample.sample)
app.command("import")(imports.import_)
app.command()(imports.mappings)
app.add_typer(imports.quarantine, name="quarantine")
app.command()(plan.plan)
app.command()(plan.explain)
app.add_typer(clocks.app, name="clocks")
app.add_typer(contact.app, name="contact")
app.add_typer(desk.app, name="desk")
app.add_typer(evidence.app, name="evidence")
app.add_typer(ledger.app, name="ledger")
app.add_typer(person.app, name="person")
app.add_typer(reviews.app, name="reviews")
app.add_typer(risks.app, name="risks")
rulebooks.app.command()(audit.audit)
app.add_typer(rulebooks.app, name="rules")
app.add_typer(scripts.app, name="scripts")
app.add_typer(settle.app, name="settle")
app.add_typer(staff.app, name="staff")
app.add_typer(standing.app, name="standing")
app.add_typer(stops.app, name="stop")
app.add_typer(strategy.app, name="strategy")
app.command()(watch.watch)
app.add_typer(work.app, name="work")


def main() -> None:
    """This function will run the command and show people's errors without a traceback."""
    try:
        app()
    except DunwellError as error:
        errors.print(f"[bold red]error[/] {escape(str(error))}", highlight=False)
        sys.exit(2)
