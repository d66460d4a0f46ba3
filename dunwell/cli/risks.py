"""`dunwell risks`: the register of risks, its matrix, and which reviews are overdue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console
from dunwell.cli.plan import read_day
from dunwell.cli.rulebooks import Lang, Language
from dunwell.database import ROOT

if TYPE_CHECKING:
    from dunwell.compliance.risks import Register, Risk

app = typer.Typer(
    help="The register of risks: how probable, how bad, what is done, reviewed when.", no_args_is_help=True
)
RISKS = ROOT / "rulebooks/risks.yaml"
File = Annotated[Path, typer.Option("--file", help="The file of the register.")]
On = Annotated[str, typer.Option("--on", help="The day to look from, YYYY-MM-DD; today if omitted.")]
COLOURS = {"high": "red", "medium": "yellow", "low": "green"}
CELLS = {"high": "black on red", "medium": "black on yellow", "low": "black on green"}


@app.command("list")
def list_risks(on: On = "", file: File = RISKS, lang: Lang = Language.EN) -> None:
    """List the risks, the worst first, with what is done about each, who owns it and when it is reviewed next."""
    from dunwell.compliance.risks import read_register, worst_first

    day = read_day(on)
    register = read_register(file)
    console.print(matrix(register, lang=lang))
    table = Table("risk", "P x I", "says", "measures", "owner", "status", "next review")
    for risk in worst_first(register):
        overdue = risk.overdue(on=day, months=register.review_months)
        due = f"{'[red]' if overdue else ''}{risk.next_review(months=register.review_months)}{'[/]' if overdue else ''}"
        table.add_row(*_cells(risk, register=register, lang=lang), due)
    console.print(table)


def _cells(risk: Risk, *, register: Register, lang: Language) -> tuple[str, ...]:
    colour = COLOURS[register.level(risk.score)]
    measures = "\n".join(f"- {escape(measure.zh if lang is Language.ZH else measure.en)}" for measure in risk.measures)
    factors = f"[{colour}]{risk.probability} x {risk.impact} = {risk.score}[/]"
    says = risk.zh if lang is Language.ZH else risk.en
    return risk.id, factors, escape(says), measures, escape(risk.owner), risk.status


def matrix(register: Register, *, lang: Language) -> Table:
    """This function will draw the matrix: probability upwards, impact to the right, risks in the cells."""
    from dunwell.compliance.risks import IMPACTS, PROBABILITIES, SCALE

    place = 1 if lang is Language.ZH else 0
    table = Table(title=("probability x impact", "概率 × 影响")[place], show_lines=True)
    table.add_column("")
    for impact in SCALE:
        table.add_column(f"{impact} {IMPACTS[impact][place]}")
    cells = register.cells()
    for probability in reversed(SCALE):
        row = []
        for impact in SCALE:
            named = " ".join(risk.id for risk in cells.get((probability, impact), ()))
            row.append(f"[{CELLS[register.level(probability * impact)]}] {named or ' '} [/]")
        table.add_row(f"{probability} {PROBABILITIES[probability][place]}", *row)
    return table


@app.command("check")
def check_risks(on: On = "", file: File = RISKS, lang: Lang = Language.EN) -> None:
    """Check the register and draw its matrix; a review that is overdue on the day ends with 1 and says what to do."""
    from dunwell.compliance.risks import faults, read_register

    day = read_day(on)
    register = read_register(file)
    console.print(matrix(register, lang=lang))
    found = list(faults(register, on=day, place=str(file)))
    for fault in found:
        console.print(f"[red]{escape(str(fault))}[/]", highlight=False, soft_wrap=True)
    console.print(f"{len(register.risks)} risks, {len(found)} faults on {day}", highlight=False)
    if found:
        raise typer.Exit(1)
