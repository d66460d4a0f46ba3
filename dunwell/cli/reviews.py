"""`dunwell reviews`: the random tenth of a month that people review, what they find, and the scores."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.compliance.models import ReviewDraw, ReviewFinding
    from dunwell.compliance.supervision.reviewing import Found

app = typer.Typer(help="Reviews by people: draw, list, find, second, decide, score.", no_args_is_help=True)

By = Annotated[str, typer.Option(help="Your code; your name on this machine if omitted.")]
Month = Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="The month, as 2026-11.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day, as 2026-11-03.")]
LISTED_MAX = 500


@app.command()
def draw(
    month: Month = None,
    day: Day = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many contacts of a day, over all.")] = 20,
    by: By = "",
) -> None:
    """Draw a tenth of each collector's contacts of a month, or so many of a day; nobody can choose which.

    Drawn again, a month gives what was recorded since, and a day the same contacts.
    """
    if (month is None) == (day is None):
        raise DunwellError("one period is drawn", place="reviews draw", cure="give either --month or --day")
    open_house()
    from dunwell.compliance.supervision import drawing
    from dunwell.ledger.zones import house_zone

    # What decides is sealed after the last of the contacts was told: this seal does, where none has been since.
    drawing.announce(f"{month:%Y-%m}" if month else f"{day:%Y-%m-%d}", by=by or operator(), at=now())
    seal_evidence()
    about = {"zone": house_zone(), "by": by or operator(), "at": now()}
    if month is not None:
        _tell(drawing.draw_month(month.date(), **about))  # type: ignore[arg-type]
    elif day is not None:
        _tell(drawing.draw_spot(day.date(), size=count, **about))  # type: ignore[arg-type]


def _tell(made: ReviewDraw | None) -> None:
    if made is None:
        console.print("nothing to draw: every contact was in a drawing before, or there is none")
        return
    for stratum in made.strata.order_by("id"):
        who = f"{stratum.agency or '-'} {stratum.staff or '-'}" if stratum.contacts is not None else "all"
        console.print(f"{escape(who)}: {stratum.drawn:,} of {stratum.population:,}", highlight=False)
    seed = f"decided by block {made.anchor_id}"
    console.print(f"draw {made.id} ({made.kind} {made.first_on}, no. {made.number}), {seed}", highlight=False)


@app.command("list")
def list_items(
    month: Month = None,
    day: Day = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that were reviewed too.")] = False,
) -> None:
    """List the contacts that wait for a reviewer."""
    open_house()
    from dunwell.compliance.supervision.reviewing import items
    from dunwell.compliance.supervision.rules import MONTH, SPOT

    kind, first = (MONTH, month) if month else (SPOT, day) if day else (None, None)
    found = list(items(kind=kind, first=first.date() if first else None, reviewed=everything)[:LISTED_MAX])
    table = Table("item", "drawn", "agency", "collector", "contact", "made", "channel", "recording", "findings")
    for item in found:
        contact, review = item.contact, getattr(item, "review", None)
        told = (
            str(item.id),
            f"{item.draw.kind} {item.draw.first_on}",
            item.agency or "-",
            item.staff or "-",
            f"{contact.source}/{contact.external_id}",
            f"{contact.happened_at:%Y-%m-%d %H:%M}Z",
            contact.channel,
            contact.recording or "-",
            "-" if review is None else str(item.found),  # type: ignore[attr-defined]
        )
        table.add_row(*map(escape, told))
    console.print(table)
    if len(found) == LISTED_MAX:
        console.print(f"only the first {LISTED_MAX} are shown")


@app.command()
def find(
    item: Annotated[int, typer.Argument(help="The number of the item, as `dunwell reviews list` prints it.")],
    finding: Annotated[
        list[str] | None,
        typer.Option(help="SEVERITY:CODE or SEVERITY:CODE:RULE, as grave:threat:CN-C1; one option for each."),
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Nothing was found.")] = False,
    by: By = "",
) -> None:
    """Close an item with what was found in it: codes only, never a word of the conversation.

    Example: dunwell reviews find 17 --finding serious:identity --finding minor:payment_way
    """
    if bool(finding) == clean:
        raise DunwellError("say what was found", place="reviews find", cure="give --finding, or --clean if nothing was")
    told = [_found(text) for text in finding or ()]
    open_house()
    from dunwell.compliance.supervision.reviewing import review

    made = review(item, findings=told, by=by or operator(), at=now())
    console.print(f"item {item}: {len(told)} findings", highlight=False)
    for grave in made.findings.filter(severity="grave"):
        console.print(f"finding {grave.id} is grave and waits for a second reviewer", highlight=False)


def _found(text: str) -> Found:
    from dunwell.compliance.rulebook.reading import load_library
    from dunwell.compliance.supervision.reviewing import Found

    severity, _, rest = text.partition(":")
    code, _, rule = rest.partition(":")
    if rule:
        load_library().entries(rule)
    return Found(severity=severity, code=code, rule=rule or None)


@app.command()
def codes() -> None:
    """List the severities and codes that a finding can have."""
    from dunwell.compliance.supervision.rules import CODES, SEVERITIES

    table = Table("code", "finding", "发现", header_style="bold")
    for name, (english, chinese) in {**SEVERITIES, **CODES}.items():
        table.add_row(name, english, chinese)
    console.print(table)


@app.command()
def grave() -> None:
    """List the grave findings that wait for a second reviewer or for a decision on blacklisting."""
    open_house()
    from dunwell.compliance.supervision.reviewing import grave_findings

    table = Table("finding", "agency", "collector", "code", "rule", "found by", "waits for", header_style="bold")
    for finding in grave_findings():
        table.add_row(*map(escape, _waiting(finding)))
    console.print(table)


def _waiting(finding: ReviewFinding) -> tuple[str, ...]:
    item = finding.review.item
    second = getattr(finding, "second", None)
    waits = "a second reviewer" if second is None else "a decision: blacklist or not"
    who = item.agency or "-", item.staff or "-"
    return str(finding.id), *who, finding.code, finding.rule or "-", finding.review.by, waits


@app.command()
def second(
    finding: Annotated[int, typer.Argument(help="The number of the finding, as `dunwell reviews grave` prints it.")],
    confirm: Annotated[bool, typer.Option("--confirm/--deny", help="Whether it is grave.")],
    by: By = "",
) -> None:
    """Confirm or deny a grave finding, as its second reviewer."""
    open_house()
    from dunwell.compliance.supervision import reviewing

    reviewing.second(finding, confirmed=confirm, by=by or operator(), at=now())
    told = "is confirmed: somebody decides on the blacklisting" if confirm else "is denied and counts for nothing"
    console.print(f"finding {finding} {told}", highlight=False)


@app.command()
def decide(
    finding: Annotated[int, typer.Argument(help="The number of a confirmed grave finding.")],
    blacklist: Annotated[bool, typer.Option("--blacklist/--keep", help="Whether its collector is barred for good.")],
    reason: Annotated[str, typer.Option(help="Why, without names of customers.")],
    by: By = "",
) -> None:
    """Decide on the blacklisting that a confirmed grave finding proposes."""
    open_house()
    from dunwell.compliance.supervision import reviewing

    who = by or operator()
    made = reviewing.decide(finding, blacklist=blacklist, reason=reason, by=who, on=today(), at=now())
    told = "nobody is barred" if made.standing is None else f"{made.standing.code} is blacklisted for good"
    console.print(f"finding {finding}: {told}", highlight=False)


@app.command()
def score(on: Day = None) -> None:
    """Show the compliance score of each collector, from the reviews of a year."""
    open_house()
    from dunwell.compliance.supervision.reviewing import scores
    from dunwell.ledger.zones import house_zone

    found = scores(on=on.date() if on else today(), zone=house_zone())
    table = Table("agency", "collector", "score", "reviewed", "clean", "grave", "remark", header_style="bold")
    for who, given in sorted(found.items(), key=lambda entry: (entry[1].value or 0, entry[0].name)):
        remark = "says little: few reviews" if given.says_little else ""
        counts = (str(count) for count in (given.reviewed, given.clean, given.grave))
        table.add_row(escape(who.agency or "-"), escape(who.staff or "-"), str(given.value), *counts, remark)
    console.print(table)
