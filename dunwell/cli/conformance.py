"""`dunwell strategy tck`: the DMN community's conformance cases, run through one of the engines."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer


def tck(
    folder: Annotated[Path, typer.Argument(help="A folder with DMN models and their *-test-*.xml, at any depth.")],
    engine: Annotated[Literal["single", "bulk"], typer.Option(help="Which engine decides.")] = "single",
    as_json: Annotated[bool, typer.Option("--json", help="Nothing but the totals, as JSON.")] = False,
) -> None:
    """Run the cases of the DMN conformance kit (TCK) and tell what passes, fails or lies outside the profile.

    Example: dunwell strategy tck ../shared/data/dmn-tck --engine bulk
    """
    from dunwell.engine import conformance

    totals: Counter[str] = Counter({"pass": 0, "fail": 0, "outside profile": 0})
    for result in conformance.run(folder, engine=engine):
        totals[result.verdict] += 1
        if not as_json:
            why = f": {result.reason}" if result.reason else ""
            typer.echo(f"{result.verdict:<15}  {result.file} {result.case}{why}")
    told = {name.removesuffix(" profile"): number for name, number in totals.items()}
    if as_json:
        typer.echo(json.dumps(told))
    else:
        shown = ", ".join(f"{number:,} {name}" for name, number in totals.items())
        typer.echo(f"{sum(totals.values()):,} cases with the engine {engine}: {shown}")
    if totals["fail"]:
        raise typer.Exit(1)
