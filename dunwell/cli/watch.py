"""`dunwell watch`: what is attempted, permitted and refused now, rule by rule."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, now, open_house

if TYPE_CHECKING:
    from dunwell.compliance.supervision.counters import CapCount, Watch


def watch(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to count; today if omitted.")
    ] = None,
    minutes: Annotated[
        int, typer.Option(min=0, max=10_080, help="Count only the last so many minutes; 0: the whole day.")
    ] = 0,
    every: Annotated[float, typer.Option(min=0.5, max=3600, help="Seconds between two readings on a terminal.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Count once and print JSON.")] = False,
) -> None:
    """Count attempts, permits and refusals by rule, channel, agency and collector, and who is close to a cap."""
    open_house()
    count = _counting(on.date() if on else None, minutes=minutes)
    if as_json:
        typer.echo(json.dumps(document(count()), ensure_ascii=False, indent=2))
    elif not console.is_terminal:
        console.print(page(count()))
    else:
        _live(count, every=every)


def _live(count: Callable[[], Watch], *, every: float) -> None:
    with Live(page(count()), console=console, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(every)
                live.update(page(count()), refresh=True)
        except KeyboardInterrupt:
            return


def _counting(on: date | None, *, minutes: int) -> Callable[[], Watch]:
    """This function will give what counts anew at every call, the day going on with the clock unless it is named."""
    from zoneinfo import ZoneInfo

    from dunwell.compliance.rulebook.reading import load
    from dunwell.compliance.supervision import counters, sampling
    from dunwell.ledger.zones import house_zone

    rulebook, zone = load(), house_zone()

    def count() -> Watch:
        at = now()
        span = sampling.day(on or at.astimezone(ZoneInfo(zone)).date(), zone=zone)
        if minutes:
            end = min(at, span.until)
            span = span._replace(since=end - timedelta(minutes=minutes), until=end)
        return counters.watch(rulebook, on=span.first, since=span.since, until=span.until)

    return count


def document(watch: Watch) -> dict[str, object]:
    """This function will write the counters as plain values."""
    return {
        "on": watch.on.isoformat(),
        "since": watch.since.isoformat(),
        "until": watch.until.isoformat(),
        "attempts": watch.total("attempts"),
        "permits": watch.total("permits"),
        "refusals": watch.total("refusals"),
        "by": [tally._asdict() for tally in watch.tallies],
        "rules": [
            {**rule._asdict(), "first_at": rule.first_at.isoformat(), "last_at": rule.last_at.isoformat()}
            for rule in watch.rules
        ],
        "caps": [
            {
                "rule": cap.rule,
                "most": cap.most,
                "contacted": cap.contacted,
                "near": cap.near,
                "reached": cap.reached,
                "share_near": round(cap.share_near, 4),
            }
            for cap in watch.caps
        ],
    }


def page(watch: Watch) -> RenderableType:
    """This function will lay the counters out for a terminal."""
    head = f"{watch.on}: {watch.total('attempts'):,} attempts, {watch.total('permits'):,} permits, "
    parts: list[RenderableType] = [head + f"{watch.total('refusals'):,} refusals"]
    tallies = Table("channel", "agency", "collector", "attempts", "permits", "refusals", header_style="bold")
    for tally in watch.tallies:
        told = (tally.channel, tally.agency or "-", tally.staff or "-")
        tallies.add_row(*map(escape, told), *(f"{count:,}" for count in tally[3:]))
    rules = Table("rule", "refused", "warned", "for a person", "last", header_style="bold")
    for rule in watch.rules:
        counts = (f"{count:,}" for count in (rule.refused, rule.warned, rule.reviewed))
        rules.add_row(escape(rule.rule), *counts, f"{rule.last_at:%H:%M:%S}Z")
    parts += [tallies] if watch.tallies else []
    parts += [rules] if watch.rules else []
    parts += [_caps(watch.caps)] if watch.caps else []
    return Group(*parts)


def _caps(caps: tuple[CapCount, ...]) -> Table:
    table = Table("cap", "at most", "customers", "one left", "none left", "share", header_style="bold")
    for cap in caps:
        share = f"{cap.share_near:.1%}"
        shown = f"[yellow]{share}[/]" if cap.near + cap.reached else share
        counts = (f"{count:,}" for count in (cap.most, cap.contacted, cap.near, cap.reached))
        table.add_row(escape(cap.rule), *counts, shown)
    return table
