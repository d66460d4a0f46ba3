"""The raw rows of an import, kept until the ledger has judged them: in a nameless file, under a key of the moment.

The file is unlinked as soon as it is made and encrypted, so neither a crash nor a look at the disk gives a row away.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from os import urandom
from tempfile import TemporaryFile
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dunwell.intake.frame import LINE

Cells = dict[str, str | None]


class Spool:
    """Chunks of rows, written once and looked up by line."""

    def __init__(self) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - open for as long as the import; `close` closes it.
        self._cipher = AESGCM(urandom(32))
        # Of every chunk: its first and last line, where it stands and how long it is.
        self._chunks: list[tuple[int, int, int, int]] = []

    def keep(self, rows: pa.Table) -> None:
        """This function will write a chunk."""
        if rows.num_rows == 0:
            return
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        sealed = self._cipher.encrypt(self._nonce(len(self._chunks)), sink.getvalue().to_pybytes(), None)
        self._chunks.append((rows[LINE][0].as_py(), rows[LINE][-1].as_py(), self._file.tell(), len(sealed)))
        self._file.write(sealed)

    @staticmethod
    def _nonce(turn: int) -> bytes:
        # The key lives for one import and numbers its chunks: no nonce comes twice.
        return turn.to_bytes(12, "big")

    def rows(self, lines: Sequence[int]) -> Iterator[tuple[int, Cells]]:
        """This function will yield the rows of these lines (in ascending order), chunk by chunk."""
        for turn, (first, last, _, _) in enumerate(self._chunks):
            wanted = lines[bisect_left(lines, first) : bisect_right(lines, last)]
            if wanted:
                table = self._read(turn)
                yield from picked(table, lines=wanted).items()

    def _read(self, turn: int) -> pa.Table:
        _, _, place, length = self._chunks[turn]
        self._file.seek(place)
        plain = self._cipher.decrypt(self._nonce(turn), self._file.read(length), None)
        return pa.ipc.open_stream(plain).read_all()

    def close(self) -> None:
        self._file.close()


def picked(rows: pa.Table, *, lines: Sequence[int]) -> dict[int, Cells]:
    """This function will return the cells of some lines of a chunk."""
    chosen = rows.filter(pc.is_in(rows[LINE], value_set=pa.array(sorted(lines), pa.int64())))
    return {row.pop(LINE): row for row in chosen.to_pylist()}
