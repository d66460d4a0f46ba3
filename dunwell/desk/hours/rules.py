"""What a cell of the heat map may say: a rate of enough attempts with the interval around it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

# A rate of fewer is not shown as a colour: its interval would span half of all rates.
LEAST = 10
# 95 cases in 100 lie within so many standard deviations of a normal distribution.
Z = 1.959964
WEEKDAYS = range(7)
HOURS = range(24)


class Counted(NamedTuple):
    """What happened in one hour of the week: attempts, conversations among them, promises among those."""

    attempts: int = 0
    conversations: int = 0
    promises: int = 0

    def and_also(self, other: Counted) -> Counted:
        """This function will add up two hours."""
        return Counted(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Metric(NamedTuple):
    """What is shown: how often `part` happened of `whole`, both fields of `Counted`; the same twice is a number."""

    part: str
    whole: str


METRICS: Mapping[str, Metric] = {
    "conversations": Metric("conversations", "attempts"),
    "promises": Metric("promises", "conversations"),
    "attempts": Metric("attempts", "attempts"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One hour of the week: how many of how many, the rate and its interval of Wilson; None where none happened."""

    weekday: int
    hour: int
    part: int
    whole: int
    rate: float | None
    low: float | None
    high: float | None
    enough: bool


def wilson(part: int, *, whole: int) -> tuple[float, float]:
    """This function will give the interval of Wilson (1927) around a rate; it is honest for few cases and near 0."""
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole} is no rate")
    rate, squared = part / whole, Z * Z
    middle = rate + squared / (2 * whole)
    width = Z * sqrt(rate * (1 - rate) / whole + squared / (4 * whole * whole))
    low, high = (middle - width) / (1 + squared / whole), (middle + width) / (1 + squared / whole)
    # Rounding must not lift the lower end of «never» above it, nor sink the upper end of «always».
    return (0.0 if part == 0 else max(0.0, low)), (1.0 if part == whole else min(1.0, high))


def cell(counted: Counted, *, weekday: int, hour: int, metric: str) -> Cell:
    """This function will say what one hour of the week shows."""
    shown = METRICS[metric]
    part, whole = getattr(counted, shown.part), getattr(counted, shown.whole)
    is_rate = shown.part != shown.whole
    low, high = wilson(part, whole=whole) if whole and is_rate else (None, None)
    rate = part / whole if whole and is_rate else None
    enough = whole >= LEAST if is_rate else True
    return Cell(weekday=weekday, hour=hour, part=part, whole=whole, rate=rate, low=low, high=high, enough=enough)


def hours(counted: Mapping[tuple[int, int], Counted]) -> range:
    """This function will give the hours between the first and the last in which anything happened."""
    told = [hour for (_weekday, hour), count in counted.items() if count.attempts]
    return range(min(told), max(told) + 1) if told else range(0)


def grid(counted: Mapping[tuple[int, int], Counted], *, metric: str) -> list[list[Cell]]:
    """This function will lay the week out, a row for each weekday from Monday on."""
    return [
        [cell(counted.get((day, hour), Counted()), weekday=day, hour=hour, metric=metric) for hour in hours(counted)]
        for day in WEEKDAYS
    ]


def best(cells: Iterable[Cell], *, most: int = 3) -> list[Cell]:
    """This function will find the hours whose rate is surely highest: by the lower end of the interval."""
    told = [one for one in cells if one.enough and one.rate]
    return sorted(told, key=lambda one: (-(one.low or 0), one.weekday, one.hour))[:most]
