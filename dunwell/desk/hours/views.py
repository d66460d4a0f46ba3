"""The page of the best hours: a heat map, and the same numbers as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.desk.hours import queries, rules
from dunwell.desk.hours.rules import Cell
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.middleware import today as day_of
from dunwell.desk.page import language, page
from dunwell.desk.templatetags import reading
from dunwell.desk.words import word

DAYS = tuple(
    zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), (f"周{day}" for day in "一二三四五六日"), strict=True)
)
# Name and formula, each in English and Chinese.
METRICS = {
    "conversations": (
        "Conversation rate",
        "本人接通率",
        "conversations with the debtor ÷ attempts",
        "本人接通 ÷ 联系次数",
    ),
    "promises": ("Promise rate", "承诺率", "promises to pay ÷ conversations", "承诺 ÷ 本人接通"),
    "attempts": ("Attempts", "联系次数", "outbound contacts, answered or not", "主动联系次数，含未接通"),
}


@require_safe
@page(Can.SEE_REPORTS, whole=True)
def hours(request: DeskRequest) -> HttpResponse:
    """This page will show when customers were reached; with `part`, only the chart for another page."""
    on = day_of(request)
    counted = queries.weeks(on)
    channels = sorted(counted, key=lambda name: -sum(one.attempts for one in counted[name].values()))
    channel = request.GET.get("channel", "voice" if "voice" in counted else "")
    channel = channel if channel in counted else ""
    metric = request.GET.get("metric", "")
    metric = metric if metric in METRICS else "conversations"
    week = queries.together(counted, channel=channel)
    grid, (first, last) = rules.grid(week, metric=metric), queries.span(on)
    part = bool(request.GET.get("part"))
    seen = {
        "part": part,
        "first": first,
        "last": last,
        "channel": channel,
        "channels": channels,
        "metric": metric,
        "metrics": [(code, words[_side()]) for code, words in METRICS.items()],
        "title": METRICS[metric][_side()],
        "formula": METRICS[metric][2 + _side()],
        "hours": rules.hours(week),
        "days": [(names[_side()], line) for names, line in zip(DAYS, grid, strict=True)],
        "total": sum(one.attempts for one in week.values()),
        "best": [_best(cell) for cell in rules.best(cell for line in grid for cell in line)],
        "least": rules.LEAST,
        "heat": _heat(grid, channel, metric),
    }
    return render(request, "desk/hours_part.html" if part else "desk/hours.html", seen)


def _side() -> int:
    return int(language() != "en")


def _best(cell: Cell) -> str:
    """This function will name an hour with its rate and the interval around it."""
    rates = tuple(reading.share(rate) for rate in (cell.rate, cell.low, cell.high))
    name = f"{DAYS[cell.weekday][_side()]} {cell.hour:02}:00"
    return f"{name} · {rates[0]} ({rates[1]} – {rates[2]}, n = {reading.number(cell.whole)})"


def _heat(grid: list[list[Cell]], channel: str, metric: str) -> dict[str, Any]:
    """This function will give the chart its numbers and its words."""
    cells = [cell for line in grid for cell in line if cell.whole]
    rates = metric != "attempts"
    return {
        "hours": [f"{cell.hour:02}" for cell in grid[0]],
        "days": [names[_side()] for names in DAYS],
        "enough": [_told(cell, rates) for cell in cells if cell.enough],
        "few": [_told(cell, rates) for cell in cells if not cell.enough],
        "rates": rates,
        "name": METRICS[metric][_side()],
        "few_name": ("too few to say", "样本不足")[_side()],
        "channel": word("channel", channel, language=language()) if channel else "",
    }


def _told(cell: Cell, rates: bool) -> list[Any]:
    shown = cell.rate if rates else cell.part
    return [cell.hour, cell.weekday, shown, cell.part, cell.whole, cell.low, cell.high]
