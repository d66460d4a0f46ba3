"""Columns of text, built whole: a cell that is null is an empty cell.

Columns are made from NumPy's memory directly. `pyarrow.array` would do the same, but looks for pandas first, and
loading pandas takes longer than writing a small sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dunwell.lab.sample.chance import Flags, Ints


def ints(values: Ints) -> pa.Array:
    """This function will turn whole numbers into a column."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values, np.int64))])


def flags(values: Flags) -> pa.Array:
    """This function will turn truth values into a column."""
    bits = np.packbits(np.asarray(values, dtype=np.bool_), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """This function will turn a list of texts into a column; None is a null."""
    coded_texts = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, coded_texts)], dtype=np.int32)
    present = np.packbits(np.array([value is not None for value in values], dtype=np.bool_), bitorder="little")
    buffers = [pa.py_buffer(present), pa.py_buffer(ends), pa.py_buffer(b"".join(coded_texts))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def places(fits: pa.Array) -> Ints:
    """This function will list the rows where a column of truth values is true; null is not."""
    found = pc.indices_nonzero(fits)
    if not len(found):
        return np.empty(0, dtype=np.int64)
    return np.frombuffer(found.buffers()[1], dtype=np.uint64, count=len(found)).astype(np.int64)


@cache
def word(text: str | None) -> pa.Scalar:
    """This function will turn one text into a value for whole columns."""
    return texts([text])[0]


def coded(words: Sequence[str], index: Ints | Flags) -> pa.Array:
    """This function will write the word that each index names."""
    return texts(words).take(ints(np.asarray(index, dtype=np.int64)))


def plain(values: Ints) -> pa.Array:
    """This function will write whole numbers."""
    return ints(values).cast(pa.string())


def numbered(prefix: str, values: Ints, *, width: int) -> pa.Array:
    """This function will write numbers behind a prefix, filled up with zeros: C000000012."""
    return join(prefix, pc.utf8_lpad(plain(values), width=width, padding="0"))


def money(cents: Ints) -> pa.Array:
    """This function will write hundredths as a decimal number: 12345 becomes 123.45."""
    pairs = np.empty((len(cents), 2), dtype=np.int64)  # A decimal128 is a whole number in two little-endian halves.
    pairs[:, 0] = cents
    pairs[:, 1] = np.asarray(cents) >> 63
    exact = pa.Decimal128Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(pairs)])
    return exact.cast(pa.string())


def days(values: Ints, form: str = "") -> pa.Array:
    """This function will write days since 1970-01-01 as 2026-03-01, or in the form given."""
    column = ints(values).cast(pa.int32()).cast(pa.date32())
    return pc.strftime(column, format=form) if form else column.cast(pa.string())


def join(*parts: pa.Array | str, by: str = "") -> pa.Array:
    """This function will write the parts of each row one after another; a null part counts as empty."""
    return pc.binary_join_element_wise(*_values(parts), word(by), null_handling="replace", null_replacement="")


def framed(*parts: pa.Array | str) -> pa.Array:
    """This function will write the parts of each row one after another; a null part makes all of it null."""
    return pc.binary_join_element_wise(*_values(parts), word(""))


def _values(parts: Sequence[pa.Array | str]) -> list[pa.Array | pa.Scalar]:
    return [word(part) if isinstance(part, str) else part for part in parts]


def either(where: Flags, column: pa.Array, other: pa.Array) -> pa.Array:
    """This function will take the cells of one column where the flag holds, and of the other elsewhere."""
    return pc.if_else(flags(where), column, other)


def only(where: Flags, column: pa.Array | str) -> pa.Array:
    """This function will keep the cells where the flag holds and empty the others."""
    return pc.if_else(flags(where), *_values([column]), word(None))


def empty(n: int) -> pa.Array:
    """This function will make n empty cells."""
    return pa.nulls(n, pa.string())


def constant(text: str, n: int) -> pa.Array:
    """This function will repeat one text n times."""
    return pa.repeat(word(text), n)


def stacked(*columns: pa.Array) -> pa.Array:
    """This function will put columns below one another."""
    return pa.concat_arrays(columns)


def at(column: pa.Array, index: Ints) -> pa.Array:
    """This function will take the cells at the given places."""
    return column.take(ints(index))


def known(column: pa.Array) -> int:
    """This function will count the cells that are not empty."""
    return len(column) - int(column.null_count)
