"""`dunwell ledger`: what the facts say, as of any day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="ledger", help="What the facts say, as of any day.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """What the facts say, as of any day."""


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help='JSON: {"timelines": [{"name", "grace_days", "events", "ask"}]}.')],
) -> None:
    """Replay timelines of accounts and print one JSON line for every ask: overdue, days late, days that count.

    Events, by type: charge (on, due_on, amount, component) · payment, waiver, credit_note (on, amount, charge) ·
    reversal, chargeback (on, amount, payment) · write_off (on) · pause (on, from, until) · resume (on), which ends
    every pause that runs on its day. A charge or payment that others name has an id.

    An event counts from its day, wherever it stands in the list. A day asked once is seen at its close. A day asked n
    times is seen at n moments: of its m events, in the order of the list, ask k (from 0) sees the first k·m ÷ (n−1).
    """
    from dunwell.database import ROOT
    from dunwell.portrait import timeline
    from dunwell.portrait.rules import load_terms

    terms = load_terms(ROOT / "strategies/positions.yaml")
    for answer in timeline.replay(timeline.read(file), terms=terms):
        typer.echo(json.dumps(answer, ensure_ascii=False))
