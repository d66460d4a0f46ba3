"""`dunwell plan` and `dunwell explain`: today's plan, and the reasons behind one line of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.cli.pack import DRAFT
from dunwell.facts.errors import DunwellError

AsOf = Annotated[str, typer.Option("--as-of", help="The day to plan for, YYYY-MM-DD; today if omitted.")]
Language = Annotated[str, typer.Option("--lang", help="en or zh.")]
# The columns of the printed head: what they show, on which side, how wide at least.
HEAD = {
    "customer": ("customer", "left", None),
    "treatment": ("treatment", "left", None),
    "window": ("window_from || '-' || window_until", "left", 11),
    "overdue": ("amounts", "right", 14),
    "days": ("past_due_days", "right", 4),
    "value": ("expected_value", "right", 9),
}
WIDE = 96


def plan(
    as_of: AsOf = "",
    capacity: Annotated[
        Path | None,
        typer.Option(help="What can be done in the day, pool by pool; strategies/capacity.yaml if omitted."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where plan.csv and plan.html go.")] = Path("out"),
    assign: Annotated[bool, typer.Option(help="Give the customers of the work list to collectors too.")] = True,
    lang: Language = "en",
) -> None:
    """Decide for every overdue customer whom to contact today, how and when; write the plan and print its head."""
    day, language = read_day(as_of), read_language(lang)
    open_house()
    made = make(day, capacity=capacity, out=out, language=language, assign=assign)
    show(made, out, language=language)


def make(day: date, *, capacity: Path | None, out: Path, language: str, assign: bool = True) -> Any:
    """This function will make the plan under a spinner and put its files where the user wants them."""
    import shutil

    from dunwell.batch import definitions
    from dunwell.batch.actions import make_plan
    from dunwell.batch.report import write_page

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("plan", total=None)
        made = make_plan(
            as_of=day,
            by=operator(),
            at=now(),
            capacity=capacity,
            progress=lambda step: bar.update(task, description=f"plan: {step}"),
            assign=assign,
        )
        seal_evidence()
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made.folder / "plan.csv", out / "plan.csv")
        chosen = definitions.load(made.folder / "definitions")
        write_page(
            made.folder, out / "plan.html", as_of=day, digest=made.run.plan_digest, chosen=chosen, language=language
        )
    return made


def show(made: Any, out: Path, *, language: str = "en") -> None:
    """This function will print the head of the plan and what it came to."""
    import duckdb

    rows = duckdb.connect().read_csv(str(made.folder / "plan.csv"), header=True, all_varchar=True)
    table = Table(
        title=f"Plan for {made.run.as_of}",
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    columns = {name: column for name, column in HEAD.items() if name != "window" or console.width >= WIDE}
    for name, (_expression, justify, width) in columns.items():
        # Names may be folded; figures stay whole.
        table.add_column(name, justify=justify, overflow="fold", min_width=width)  # type: ignore[arg-type]
    wanted = ", ".join(expression for expression, _justify, _width in columns.values())
    for row in rows.filter("status = 'planned'").limit(10).project(wanted).fetchall():
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    if made.run.counts["statuses"]:
        console.print(table)
    counts = made.run.counts["statuses"]
    said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(counts.items()))
    console.print(
        f"{made.run.counts['customers']:,} customers; {f'overdue: {said}' if said else 'nobody is overdue'}",
        highlight=False,
    )
    for conflict in made.run.counts.get("conflicts", []):
        console.print(
            f"[yellow]{conflict['decision']}: rule {conflict['rule']} contradicts another for "
            f"{conflict['customers']:,} customers, who got no answer; dunwell strategy check finds such rules[/]",
            highlight=False,
        )
    if hits := made.run.counts.get("null_hits"):
        most = {hit["decision"]: hit for hit in sorted(hits, key=lambda hit: hit["nulls"])}
        told = sorted(most.values(), key=lambda hit: -hit["nulls"])[:3]
        shown = ", ".join(f"{hit['column']} {hit['nulls']:,} ({hit['decision']})" for hit in told)
        console.print(f"looked at but not known: {shown}; all {len(hits)} in funnel.json", highlight=False)
    console.print(f"digest {made.run.plan_digest}", highlight=False)
    if not made.approved:
        said = DRAFT["zh" if language.startswith("zh") else "en"]
        console.print(f"[yellow]{said}[/] [dim]dunwell strategy status[/]", highlight=False)
    console.print(
        f"{'made' if made.fresh else 'unchanged'}: {out / 'plan.csv'} and {out / 'plan.html'}", highlight=False
    )


def explain(
    customer: Annotated[str, typer.Argument(help="The customer's id, or source/id.")],
    as_of: AsOf = "",
    lang: Language = "en",
) -> None:
    """Tell the whole path of one decision in words: facts, portrait, segments, rules, choice, versions."""
    language = read_language(lang)
    open_house()
    from dunwell.batch.explain import explain as tell
    from dunwell.batch.queries import folder_of

    folder = folder_of(read_day(as_of) if as_of else None)
    for chapter in tell(customer, folder=folder, language=language):
        console.print(
            Panel("\n".join(chapter.lines), title=chapter.title, title_align="left"), highlight=False, markup=False
        )


def read_day(text: str) -> date:
    """This function will read a day as YYYY-MM-DD; empty means today."""
    if not text:
        return today()
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise DunwellError(f"{text!r} is not a day", place="--as-of", cure="write it as YYYY-MM-DD") from None


def read_language(text: str) -> str:
    """This function will accept the languages of the house, under their usual names."""
    known = {"en": "en", "zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans"}
    if text.lower() not in known:
        raise DunwellError(f"{text!r} is not a language of the house", place="--lang", cure="choose en or zh")
    return known[text.lower()]
