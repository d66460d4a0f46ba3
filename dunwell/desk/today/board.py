"""The parts of which everybody's first page is made: figures, lists and tables, as templates show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel import Locale
from babel.numbers import format_currency

from dunwell.access.rules import Person
from dunwell.batch.models import PlanRun
from dunwell.desk import plans
from dunwell.desk.page import language
from dunwell.desk.templatetags import reading
from dunwell.desk.today import asking, cash, doings, forecast
from dunwell.desk.today.figures import FIGURES, Both, Figure
from dunwell.desk.today.targets import Targets, targets

ALL = Both("All", "全部")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure with its value as the reader writes it, what it is held against, and where it leads."""

    figure: Figure
    value: str
    note: str = ""
    address: str = ""
    # How far the target is reached, in parts of a hundred; None where there is none.
    reached: int | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: a text, where it leads, a small remark below, and whether it is a number."""

    text: str
    address: str = ""
    remark: str = ""
    number: bool = False
    # The colour of a badge, where the text is one.
    badge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A table under a title; `empty` says in words that there is nothing."""

    title: Both
    empty: Both
    head: Sequence[Both] = ()
    # Which columns are numbers.
    numbers: Sequence[int] = ()
    rows: Sequence[Sequence[Cell]] = ()
    note: str = ""
    address: str = ""
    door: Both = ALL
    wide: bool = False

    @property
    def lines(self) -> list[list[tuple[Cell, Both | None]]]:
        """This property will put the name of its column beside each cell, which phones show."""
        heads = [*self.head, *[None] * 20]
        return [list(zip(row, heads, strict=False)) for row in self.rows]

    @property
    def titles(self) -> list[tuple[Both, bool]]:
        return [(head, place in self.numbers) for place, head in enumerate(self.head)]


@dataclass(slots=True, kw_only=True)
class Board:
    """What one reader sees today."""

    who: Person
    at: datetime
    run: PlanRun | None
    tiles: list[Tile] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    outlook: forecast.Outlook | None = None
    hours: bool = False
    team: Panel | None = None


class Today:
    """What several roles ask, asked once a page: a manager who is a team lead too sees one number in both places."""

    def __init__(self, who: Person, *, run: PlanRun | None, at: datetime) -> None:
        self.who, self.run, self.at, self.on = who, run, at, asking.day_of(at)

    @cached_property
    def targets(self) -> Targets:
        return targets()

    @cached_property
    def taken(self) -> list[cash.Taken]:
        return cash.between(forecast.first_day(self.on), on=self.on)

    @cached_property
    def outlook(self) -> forecast.Outlook:
        by_day = cash.by_day(self.taken, currency=self.targets.currency)
        return forecast.outlook(by_day, on=self.on, target=self.targets.house.cash_month)

    @cached_property
    def done(self) -> list[doings.Doing]:
        return doings.today(at=self.at)

    @cached_property
    def month(self) -> list[doings.Doing]:
        return doings.month(at=self.at)

    @cached_property
    def signals(self) -> dict[str, int]:
        return doings.signals("complaint", "promise_kept", "promise_broken", on=self.on)

    @cached_property
    def words(self) -> plans.Words | None:
        return plans.Words(self.run, language()) if self.run else None


def tile(name: str, value: str, **more: Any) -> Tile:
    return Tile(figure=FIGURES[name], value=value, **more)


def count(name: str, value: int, *, target: int | None = None, **more: Any) -> Tile:
    """This function will show a number, held against a target if there is one."""
    if target is None:
        return tile(name, reading.number(value), **more)
    note = Both(f"target {reading.number(target)}", f"目标 {reading.number(target)}").said
    return tile(name, reading.number(value), note=note, reached=_percent(Decimal(value), Decimal(target)), **more)


def money(name: str, amount: Decimal, *, currency: str, target: Decimal | None = None, **more: Any) -> Tile:
    """This function will show money, held against a target if there is one."""
    shown = whole(amount, currency)
    if target is None:
        return tile(name, shown, **more)
    told = whole(target, currency)
    note = Both(f"target {told}", f"目标 {told}").said
    return tile(name, shown, note=note, reached=_percent(amount, target), **more)


def whole(amount: Decimal, currency: str) -> str:
    """This function will write money without its cents: nobody steers a house by them, and the tile is narrow."""
    form = Locale.parse(reading.locale()).currency_formats["standard"].pattern.split(";")[0].replace(".00", "")
    return str(format_currency(amount, currency, format=form, locale=reading.locale(), currency_digits=False))


def _percent(part: Decimal, whole: Decimal) -> int:
    return max(0, min(100, int(part * 100 / whole)))


def ratio(part: float | Decimal, whole: float | Decimal, *, form: Callable[[Any], str] = reading.share) -> str:
    """This function will write a ratio, or say in words that there is nothing to divide by."""
    return form(part / whole) if whole else Both("nothing yet", "暂无数据").said  # type: ignore[operator]


def at_most(limit: Any) -> str:
    return Both(f"target at most {reading.number(limit)}", f"目标不高于 {reading.number(limit)}").said


def day(value: date | datetime | None) -> str:
    if value is None:
        return Both("never", "从未").said
    return reading.moment(value) if isinstance(value, datetime) else reading.day(value)
