"""Runs the compiled conversion over chunks: DuckDB in memory, one statement to read the cells, one for each entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc

from dunwell.intake import frame
from dunwell.intake.mapping.recipe import Recipe
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.refusals import Fault

MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that one entry of the mapping makes of a chunk."""

    turn: int
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Converted:
    """A chunk after conversion: facts entry by entry, and the faults of the lines that are refused whole."""

    facts: list[Facts]
    faults: dict[int, list[Fault]]


class Converter:
    """A mapping, compiled for the day of the import."""

    def __init__(self, recipe: Recipe, *, on: date) -> None:
        self._recipe = recipe
        self._columns = [column.name for column in recipe.columns]
        raw = ibis.table({frame.LINE: "int64", **dict.fromkeys(self._columns, "string")}, name="raw")
        steps = frame.steps(raw, recipe=recipe, on=on)
        self._read = _chained(steps)
        rows = ibis.table(steps[-1].schema(), name="converted")
        self._make = [
            ibis.to_sql(frame.facts(rows, recipe=recipe, turn=turn, on=on), dialect="duckdb")
            for turn in range(len(recipe.entries))
        ]
        # A chunk is too small to be worth sharing: a second thread costs more than it brings.
        self._engine = duckdb.connect(config={"memory_limit": MEMORY, "threads": 1})
        self._engine.execute("SET TimeZone = 'UTC'")

    def __call__(self, chunk: Chunk) -> Converted:
        """This function will convert one chunk."""
        self._engine.register("raw", self._mapped(chunk.rows))
        self._engine.register("converted", self._engine.execute(self._read).to_arrow_table())
        faults = dict(self._faults())
        facts = [Facts(turn, self._engine.execute(make).to_arrow_table()) for turn, make in enumerate(self._make)]
        return Converted([each for each in facts if each.rows.num_rows], faults)

    def close(self) -> None:
        self._engine.close()

    def _mapped(self, rows: pa.Table) -> pa.Table:
        """This function will keep the mapped columns; one that a chunk has not at all is null in it."""
        nothing = pa.nulls(rows.num_rows, pa.string())
        cells = [rows[name] if name in rows.column_names else nothing for name in self._columns]
        return pa.table([rows[frame.LINE], *cells], names=[frame.LINE, *self._columns])

    def _faults(self) -> Iterator[tuple[int, list[Fault]]]:
        """This function will take apart the faults of the refused rows; several entries may name the same one."""
        query = f'SELECT "{frame.LINE}", "{frame.FAULTS}" FROM converted WHERE "{frame.FAULTS}" <> \'\''  # noqa: S608
        for line, joined in self._engine.execute(query).fetchall():
            found = (Fault(*text.split(frame.SEPARATOR)) for text in joined.split(frame.NEXT))
            yield line, list(dict.fromkeys(found))


def _chained(steps: list[ibis.Table]) -> str:
    """This function will write the steps as one statement, each under the name by which the next one knows it."""
    *before, last = (ibis.to_sql(step, dialect="duckdb") for step in steps)
    named = (f"step_{turn} AS ({text})" for turn, text in enumerate(before))
    return f"WITH {', '.join(named)} {last}"


def without(rows: pa.Table, *, lines: set[int]) -> pa.Table:
    """This function will leave out the facts of some lines."""
    if not lines:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows["line"], value_set=pa.array(sorted(lines), pa.int64()))))
