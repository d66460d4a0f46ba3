"""`dunwell standing`: who is certified, trained, under contract or barred."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator
from dunwell.facts.errors import DunwellError

app = typer.Typer(
    help="How collectors and agencies stand: certified, trained, contract, blacklisted.", no_args_is_help=True
)

Holder = Annotated[str, typer.Argument(help="staff or agency.")]
Code = Annotated[str, typer.Argument(help="The code of the collector or the agency.")]
Kind = Annotated[str, typer.Argument(help="certified, trained, contract, blacklisted.")]
From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day on which it is over.")]
Reason = Annotated[str, typer.Option(help="Why we say so, without names of customers.")]
By = Annotated[str, typer.Option(help="Your code; your name on this machine if omitted.")]


@app.command()
def state(
    holder: Holder, code: Code, kind: Kind, since: From, reason: Reason, until: Until = None, by: By = ""
) -> None:
    """Write down what a collector or an agency is from a day on; a blacklisting is for good.

    Example: dunwell standing state staff S-017 certified --from 2026-03-01 --until 2027-03-01 --reason exam
    """
    open_house()
    from dunwell.compliance.supervision import actions

    told = actions.Told(kind=kind, from_on=since.date(), until_on=_day(until), reason=reason)
    made = actions.state(holder, code=code, told=told, by=by or operator(), at=now())
    console.print(f"standing {made.id}: {holder} {escape(code)} {kind}", highlight=False)


@app.command()
def correct(
    standing: Annotated[int, typer.Argument(help="The number of the standing that is wrong.")],
    kind: Annotated[str, typer.Argument(help="What is right; withdrawn if nothing is.")],
    since: From,
    reason: Reason,
    until: Until = None,
    approved: Annotated[
        list[str] | None, typer.Option(help="Code of an approver; a blacklisting needs two of them.")
    ] = None,
    by: By = "",
) -> None:
    """Replace a standing that was told wrongly; a blacklisting only as a mistake, with two approvers."""
    if approved and len(approved) != 2:
        raise DunwellError(f"{len(approved)} approvers", place="--approved", cure="give it twice, or not at all")
    open_house()
    from dunwell.compliance.supervision import actions

    told = actions.Told(kind=kind, from_on=since.date(), until_on=_day(until), reason=reason)
    approval = actions.Approval(first=approved[0], second=approved[1]) if approved else None
    made = actions.correct(standing, told=told, by=by or operator(), at=now(), approval=approval)
    console.print(f"standing {made.id} corrects {standing}", highlight=False)


@app.command("list")
def list_standings(code: Annotated[str, typer.Option(help="Only this collector or agency.")] = "") -> None:
    """List how collectors and agencies stand, without what was corrected."""
    open_house()
    from dunwell.compliance.supervision.queries import known_standings

    found = known_standings().filter(code=code) if code else known_standings()
    table = Table("standing", "holder", "code", "kind", "from", "until", "by", "why", header_style="bold")
    for row in found.order_by("holder", "code", "id"):
        told = row.holder, row.code, row.kind, f"{row.from_on}", f"{row.until_on or '-'}", row.by, row.reason
        table.add_row(str(row.id), *map(escape, told))
    console.print(table)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
