"""`dunwell stop`: stop contacts at once, see what is stopped, and let them go on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator

app = typer.Typer(
    help="Stop switches: everything, a channel, a treatment, an agency, a creditor.", no_args_is_help=True
)

Reason = Annotated[str, typer.Option(help="Why, without names of customers.")]
Department = Annotated[str, typer.Option(help="Your department; what compliance stopped, only compliance resumes.")]
By = Annotated[str, typer.Option(help="Your code; your name on this machine if omitted.")]


@app.command("set")
def set_(
    scope: Annotated[str, typer.Argument(help="everything, channel, treatment, agency or creditor.")],
    target: Annotated[str, typer.Argument(help="Which one, by its code; nothing for everything.")] = "",
    *,
    reason: Reason,
    department: Department = "operations",
    by: By = "",
) -> None:
    """Stop contacts now: when this returns, no attempt of the kind commits any more.

    Example: dunwell stop set channel voice --reason "wrong text on tape" --department compliance
    """
    open_house()
    from dunwell.compliance.supervision.actions import stop

    made = stop(scope, target=target, reason=reason, by=by or operator(), department=department, at=now())
    console.print(f"stop {made.id}: {escape(_what(made.scope, made.target))}", highlight=False)


@app.command()
def resume(
    stop: Annotated[int, typer.Argument(help="The number of the stop, as `dunwell stop list` prints it.")],
    *,
    reason: Reason,
    department: Department = "operations",
    by: By = "",
) -> None:
    """Lift one stop; others that hit the same contacts stay."""
    open_house()
    from dunwell.compliance.supervision import actions

    actions.resume(stop, reason=reason, by=by or operator(), department=department, at=now())
    console.print(f"stop {stop} is lifted", highlight=False)


@app.command("list")
def list_stops(
    everything: Annotated[bool, typer.Option("--all", help="Those that were lifted too.")] = False,
) -> None:
    """List what is stopped, the newest first."""
    open_house()
    from dunwell.compliance.supervision.queries import switches

    found = list(switches(lifted=everything))
    if not found:
        console.print("nothing is stopped")
        return
    table = Table("stop", "what", "since", "by", "department", "why", "lifted", header_style="bold")
    for made in found:
        lift = getattr(made, "lift", None)
        ended = f"{lift.at:%Y-%m-%d %H:%M}Z {lift.by}" if lift else "-"
        since = f"{made.at:%Y-%m-%d %H:%M}Z"
        what = _what(made.scope, made.target)
        table.add_row(*map(escape, (str(made.id), what, since, made.by, made.department, made.reason, ended)))
    console.print(table)


def _what(scope: str, target: str) -> str:
    return f"{scope} {target}".strip()
