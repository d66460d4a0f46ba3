"""Refused rows as a CSV file: to be mended in any spreadsheet and imported again with the same mapping."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dunwell.facts.errors import DunwellError
from dunwell.intake.queries import Opened
from dunwell.intake.refusals import RULES

# What stands behind the source's own columns: where the row was, what is wrong with it, and a broken line's text.
ADDED = ("_batch", "_line", "_column", "_rule", "_reason", "_raw")


def is_export(where: str) -> bool:
    """This function will tell whether a file is an export of refused rows."""
    path = Path(where)
    if path.suffix != ".csv" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.readline(1 << 16).decode("utf-8", errors="replace")
    return set(ADDED) <= {name.strip('"\r\n') for name in head.split(",")}


def write(path: Path, *, rows: Iterable[Opened], language: str) -> int:
    """This function will write the rows and count them; the file is new, and only its owner can read it.

    The byte order mark lets spreadsheets see that it is UTF-8.
    """
    kept = list(rows)
    columns = list(dict.fromkeys(name for row in kept for name in row.cells if name not in ADDED))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DunwellError("there is such a file already", place=str(path), cure="give another name") from None
    except OSError as error:
        raise DunwellError(
            f"it cannot be written: {error.strerror}", place=str(path), cure="check the folder"
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*columns, *ADDED])
        out.writerows(_line(row, columns=columns, language=language) for row in kept)
    return len(kept)


def _line(row: Opened, *, columns: list[str], language: str) -> Iterator[str]:
    for name in columns:
        yield row.cells.get(name) or ""
    yield str(row.batch)
    yield str(row.line)
    yield "; ".join(fault["column"] for fault in row.faults)
    yield "; ".join(fault["rule"] for fault in row.faults)
    yield "; ".join(RULES[fault["rule"]].reason(language) for fault in row.faults)
    yield row.text or ""
