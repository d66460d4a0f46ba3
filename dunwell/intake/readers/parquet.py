"""Parquet files; the line is the number of the row, counted from 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dunwell.facts.errors import DunwellError
from dunwell.intake.frame import LINE
from dunwell.intake.readers.chunk import ROWS, Chunk
from dunwell.intake.readers.heading import checked
from dunwell.intake.readers.stream import digest_of, truncated

# Whole numbers up to here are exact as doubles.
_EXACT = float(2**53)


class ParquetReader:
    """A Parquet file, its values written as text; columns of lists, structures and bytes cannot be mapped."""

    def __init__(self, path: Path, *, needed: list[str]) -> None:
        self._path, self.origin = path, path.name
        self.digest = digest_of(path)
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError):
            raise truncated(path, "this is no whole Parquet file") from None
        self.total = self._file.metadata.num_rows
        self._fields = [field for field in self._file.schema_arrow if _plain(field.type)]
        nested = {field.name for field in self._file.schema_arrow} - {field.name for field in self._fields}
        for name in needed:
            if name in nested:
                raise DunwellError(
                    f"column {name!r} holds no plain values", place=path.name, cure="flatten it in the source"
                )
        self.columns = checked([field.name for field in self._fields], needed=needed, place=path.name)

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the rows, NaN as null."""
        done = 0
        names = [field.name for field in self._fields]
        try:
            for batch in self._file.iter_batches(batch_size=ROWS, columns=names):
                lines = pa.array(range(done + 1, done + batch.num_rows + 1), pa.int64())
                done += batch.num_rows
                texts = [_texts(batch.column(name)) for name in names]
                yield Chunk(pa.table([lines, *texts], names=[LINE, *self.columns]), done=done)
        except (pa.ArrowInvalid, OSError):
            raise truncated(self._path, f"the file is damaged after row {done}") from None


def _plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _texts(column: pa.Array) -> pa.Array:
    """This function will write a column as text, as `chunk.as_text` writes single cells."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _floats(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us", kind.tz), safe=False)
        text = (moments.cast(pa.timestamp("us")) if kind.tz is None else _in_utc(moments)).cast(pa.string())
        return text if kind.tz is None else pc.binary_join_element_wise(text, "Z", "")
    return column.cast(pa.string())


def _in_utc(moments: pa.Array) -> pa.Array:
    return moments.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.timestamp("us"))


def _floats(column: pa.Array) -> pa.Array:
    """This function will write whole numbers without a point or exponent: an id that a NaN turned into a float."""
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    whole = pc.and_(pc.equal(known, pc.trunc(known)), pc.less(pc.abs(known), _EXACT))
    integers = pc.if_else(whole, known, pa.scalar(None, pa.float64())).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(integers, known.cast(pa.string()))
