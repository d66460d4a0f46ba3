"""JSON Lines: one object a line, numbers kept as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dunwell.facts.errors import DunwellError
from dunwell.intake.readers.chunk import ROWS, Broken, Chunk, Rows, as_text
from dunwell.intake.readers.stream import blocks, survey, truncated


class LinesReader:
    """A file of JSON objects; a key that a line leaves out is null there."""

    def __init__(self, path: Path, *, encoding: str, needed: list[str], required: list[str]) -> None:
        self._path, self._encoding, self._needed, self._required = path, encoding, needed, required
        self.origin = path.name
        if path.stat().st_size == 0:
            raise DunwellError("the file is empty", place=path.name, cure="deliver the file once more")
        self._survey = survey(path, encoding=encoding)
        self.digest, self.total = self._survey.digest, self._survey.size
        self._seen: dict[str, None] = {}

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the rows; a last line that breaks off is a truncated file, any other is refused."""
        held: list[tuple[int, dict[str, str | None]]] = []
        broken: list[Broken] = []
        for line, text, done in self._lines():
            row = _row(text)
            if row is None and done is None:
                raise truncated(self._path, f"it ends inside the row of line {line}")
            if row is None:
                broken.append(Broken(line, "not-a-row", text))
            else:
                held.append((line, row))
            if len(held) >= ROWS:
                yield self._chunk(held, broken, done or self.total)
                held, broken = [], []
        yield self._chunk(held, broken, self.total)
        self._complete()

    def _complete(self) -> None:
        """This function will refuse a file in which no line has a required column, or none that is mapped at all."""
        missing = [name for name in self._required if name not in self._seen]
        if not missing and not self._seen.keys() & set(self._needed):
            missing = self._needed
        if missing and self._seen:
            raise DunwellError(
                f"no line has {', '.join(missing)}", place=self.origin, cure=f"the lines have {', '.join(self._seen)}"
            )

    def _chunk(self, held: list[tuple[int, dict[str, str | None]]], broken: list[Broken], done: int) -> Chunk:
        for _, row in held:
            self._seen.update(dict.fromkeys(row))
        rows = Rows(list(self._seen), broken=broken)
        for line, row in held:
            rows.add(line, [row.get(name) for name in self._seen])
        return rows.chunk(done=done)

    def _lines(self) -> Iterator[tuple[int, str, int | None]]:
        """This function will yield number and text of each line, and the bytes read; None for one without its end."""
        rest, line, done = b"", 0, 0
        for block in blocks(self._path):
            *whole, rest = (rest + block).split(b"\n")
            for content in whole:
                line, done = line + 1, done + len(content) + 1
                if content.strip():
                    yield line, content.decode(self._encoding).removeprefix("\ufeff"), done
        if rest.strip():
            yield line + 1, rest.decode(self._encoding).removeprefix("\ufeff"), None


def _row(text: str) -> dict[str, str | None] | None:
    try:
        told = json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda word: None)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    row = {key: as_text(value) for key, value in told.items()}
    return row if _storable(row) else None


def _storable(row: dict[str, Any]) -> bool:
    """This function will tell whether all texts are Unicode: JSON can escape halves of characters."""
    try:
        "".join(text or "" for pair in row.items() for text in pair).encode()
    except UnicodeEncodeError:
        return False
    return True
