"""The dated entries of call frequency, from the file `call_frequency.yaml` of a rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dunwell.compliance.frequency.terms import CallFrequency
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, read_yaml, wrong

FREQUENCY_FILE = "call_frequency.yaml"


def load_frequency(name: str, *, root: Path = RULEBOOKS) -> tuple[CallFrequency, ...]:
    """This function will read the entries of a jurisdiction (`us`) or of one of its topics, the oldest first."""
    files = sorted((root / name).rglob(FREQUENCY_FILE))
    if len(files) != 1:
        having = ", ".join(sorted(file.parent.relative_to(root).as_posix() for file in root.rglob(FREQUENCY_FILE)))
        raise RulebookError(
            f"{len(files) or 'no'} files {FREQUENCY_FILE} in it, where there must be one",
            place=str(root / name),
            cure=f"name a rulebook that has one: {having or 'none does'}",
        )
    entries = sorted(_entries(files[0]), key=lambda entry: entry.valid_from)
    for earlier, later in pairwise(entries):
        if earlier.valid_until is None or earlier.valid_until > later.valid_from:
            raise RulebookError(
                f"two entries are valid from {later.valid_from} on",
                place=f"{files[0]}, key valid_from",
                cure="end the earlier entry with valid_until",
            )
    return tuple(entries)


def _entries(file: Path) -> Iterator[CallFrequency]:
    told: Any = read_yaml(file)
    entries = told.get("entries") if isinstance(told, Mapping) else None
    if not isinstance(entries, list) or not entries or set(told) - {"about", "entries"}:
        raise RulebookError(
            "it must hold the keys about and entries, with a list of entries",
            place=str(file),
            cure="see us/regulation_f",
        )
    for position, entry in enumerate(entries, start=1):
        try:
            yield CallFrequency.model_validate(entry)
        except ValidationError as error:
            raise wrong(error, place=f"{file}, entry no. {position}") from None


def on_day(entries: tuple[CallFrequency, ...], day: date) -> CallFrequency:
    """This function will pick the entry of a day; what is older than the oldest is judged by it, as an exercise."""
    found = [entry for entry in entries if entry.valid(day)]
    if found:
        return found[0]
    if day < entries[0].valid_from:
        return entries[0]
    raise RulebookError(
        f"no entry on the frequency of calls is valid on {day}",
        place=FREQUENCY_FILE,
        cure="add a dated entry that covers the day",
    )
