"""Rows that a careful importer must refuse, planted among the good ones, each with the sort of its fault.

A dirty row is an additional row: a copy of a good one with a number of its own and one fault. So the good rows stay
whole, and exactly the planted ones are to be refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dunwell.lab.sample.chance import Dice, Ints
from dunwell.lab.sample.columns import at, numbered, places, stacked, texts, word

Rows = dict[str, pa.Array]
Among = tuple[str, str | None] | None

DIRTY_SHARE = 0.005
# Shapes are spoilt in the text itself, after the row is written.
SHORT, LONG, BROKEN = "short", "long", "broken"


@dataclass(frozen=True)
class Dirt:
    """One sort of fault: which cells are changed, and in copies of which rows."""

    fault: str
    # The rule of dunwell.intake.refusals that is to refuse the row.
    rule: str
    change: Mapping[str, str | None] = field(default_factory=dict)
    # Only rows that hold this value in this column are copied (None: any row where the column is not empty).
    among: Among = None
    # The copy keeps its number: the same number told twice with different content.
    twin: bool = False
    shape: str = ""


@dataclass(frozen=True)
class Planted:
    """All rows in the order of the file, and the faults by the index of their row."""

    rows: Rows
    faults: dict[int, Dirt]
    shapes: dict[int, str]


def plant(rows: Rows, *, kinds: tuple[Dirt, ...], identity: str, block: int, dice: Dice) -> Planted:
    """This function will mix the dirty rows of one block in: every sort in the first block, then by share."""
    n = len(rows[identity])
    wanted = round(n * DIRTY_SHARE)
    count = max(wanted, len(kinds)) if block == 0 and n else wanted
    chosen = [kinds[(block + turn) % len(kinds)] for turn in range(count)]
    bases = {kind.fault: _bases(rows, kind) for kind in kinds}
    usable = [kind for kind in chosen if len(bases[kind.fault])]
    if not usable:
        return Planted(rows, {}, {})
    base = np.array([dice.generator.choice(bases[kind.fault]) for kind in usable], dtype=np.int64)
    # A twin comes after the row whose number it repeats: the first told is the one that stands. And no dirty row
    # opens a file, so that whoever looks at its first line sees a sound one.
    first = np.where([kind.twin for kind in usable], base + 1, 1)
    place = dice.between(first, n + 1, len(usable))
    return _mixed(rows, _spoilt(rows, usable, base, identity, block), usable, place)


def _bases(rows: Rows, kind: Dirt) -> Ints:
    if kind.among is None:
        return np.arange(len(next(iter(rows.values()))), dtype=np.int64)
    column, value = kind.among
    cells = rows[column]
    return places(pc.is_valid(cells) if value is None else pc.equal(cells, word(value)))


def _spoilt(rows: Rows, kinds: list[Dirt], base: Ints, identity: str, block: int) -> Rows:
    """This function will copy the base rows and spoil each in its way."""
    copies = {name: at(column, base).to_pylist() for name, column in rows.items()}
    fresh = numbered(f"X{block:05d}", np.arange(len(base)), width=6).to_pylist()
    for row, kind in enumerate(kinds):
        if not kind.twin:
            copies[identity][row] = fresh[row]
        for name, value in kind.change.items():
            copies[name][row] = value
    return {name: texts(cells) for name, cells in copies.items()}


def _mixed(rows: Rows, bad: Rows, kinds: list[Dirt], place: Ints) -> Planted:
    n = len(next(iter(rows.values())))
    keys = np.concatenate([2 * np.arange(n, dtype=np.int64) + 1, 2 * place])
    order = np.argsort(keys, kind="stable")
    merged = {name: at(stacked(column, bad[name]), order) for name, column in rows.items()}
    found = [(int(index), kinds[order[index] - n]) for index in np.flatnonzero(order >= n)]
    return Planted(
        rows=merged,
        faults=dict(found),
        shapes={index: kind.shape for index, kind in found if kind.shape},
    )


def missing(column: str, *, what: str = "id", among: Among = None) -> Dirt:
    """This function will describe a cell that must not be empty and is."""
    return Dirt(f"missing {what}", "required", {column: None}, among)


def bad_date(column: str, text: str, *, among: Among = None) -> Dirt:
    """This function will describe a date that the calendar does not have."""
    return Dirt("bad date", "not-a-date", {column: text}, among)


def unknown(column: str, *, what: str, among: Among = None) -> Dirt:
    """This function will describe a reference to something that no file tells of."""
    return Dirt(f"unknown {what}", f"unknown-{what.replace(' ', '-')}", {column: "Z999999999"}, among)


def unknown_code(column: str, text: str, *, what: str, among: Among = None) -> Dirt:
    """This function will describe a code that neither the mapping nor the ledger knows."""
    return Dirt(f"unknown {what}", "unknown-value", {column: text}, among)


def wrong_cells(among: Among = None) -> tuple[Dirt, Dirt]:
    """This function will describe lines with too few and with too many cells."""
    return (
        Dirt("cells missing", "wrong-cells", among=among, shape=SHORT),
        Dirt("cells too many", "wrong-cells", among=among, shape=LONG),
    )


def broken_line() -> Dirt:
    """This function will describe a line that ends in the middle."""
    return Dirt("broken line", "not-a-row", shape=BROKEN)


def retold(column: str, text: str, *, among: Among = None) -> Dirt:
    """This function will describe a number that is told a second time with other content."""
    return Dirt("repeated id", "external-id-reused", {column: text}, among, twin=True)
