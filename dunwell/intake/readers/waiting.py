"""Refused rows that wait in quarantine, read once more as they were: what they lacked may have come since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from dunwell.intake.queries import Opened
from dunwell.intake.readers.chunk import ROWS, Chunk, Rows


class WaitingReader:
    """The rows of one batch; each keeps its line, and tells where it waited so that it waits there no longer."""

    digest = ""
    total = None

    def __init__(self, rows: Iterable[Opened], *, batch_id: int) -> None:
        self.origin = f"quarantine of batch {batch_id}"
        # Lines that were no rows, and rows of erased persons, cannot become facts as they are.
        self._rows = [row for row in rows if row.cells and row.text is None]
        names = dict.fromkeys(name for row in self._rows for name in row.cells)
        self.columns = [*(name for name in names if not name.startswith("_")), "_batch", "_line"]

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the rows in the order of their lines."""
        state = sha256(self.origin.encode())
        for first in range(0, len(self._rows), ROWS):
            rows = Rows(self.columns)
            for row in self._rows[first : first + ROWS]:
                told = {**row.cells, "_batch": str(row.batch), "_line": str(row.line)}
                rows.add(row.line, [told.get(name) for name in self.columns])
                state.update(json.dumps(told, ensure_ascii=False).encode())
            yield rows.chunk(done=first + ROWS)
        self.digest = state.hexdigest()
