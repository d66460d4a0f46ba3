"""Reading the quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Count, QuerySet

from dunwell.facts.errors import DunwellError
from dunwell.intake.conversion.sealing import unwrapped
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Batch
from dunwell.vault.queries import keys

PORTION = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A refused row opened again: its cells, or its text where it was no row; neither where a person was erased."""

    batch: int
    line: int
    faults: list[dict[str, str]]
    cells: dict[str, str | None]
    text: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows of a batch wait for which reason."""

    batch: int
    origin: str
    mapping: str
    rule: str
    rows: int


def summary() -> list[Waiting]:
    """This function will count the rows that wait to be mended, by batch and rule."""
    counted = (
        QuarantinedRow.objects.filter(mended_at=None)
        .values_list("batch_id", "batch__origin", "batch__mapping", "rule")
        .annotate(rows=Count("id"))
        .order_by("batch_id", "rule")
    )
    return [Waiting(*row) for row in counted]


def waiting(batch_id: int) -> QuerySet[QuarantinedRow]:
    """This function will return the rows of a batch that wait to be mended, or say that there are none."""
    if not Batch.objects.filter(id=batch_id).exists():
        raise DunwellError("there is no such batch", place=f"batch {batch_id}", cure="see dunwell quarantine list")
    rows = QuarantinedRow.objects.filter(batch=batch_id, mended_at=None).order_by("line")
    if not rows.exists():
        raise DunwellError("nothing waits to be mended", place=f"batch {batch_id}", cure="see dunwell quarantine list")
    return rows


def opened(rows: QuerySet[QuarantinedRow]) -> Iterator[Opened]:
    """This function will open refused rows, portion by portion."""
    portion: list[QuarantinedRow] = []
    for row in rows.iterator(chunk_size=PORTION):
        portion.append(row)
        if len(portion) >= PORTION:
            yield from _opened(portion)
            portion = []
    yield from _opened(portion)


def _opened(portion: Iterable[QuarantinedRow]) -> Iterator[Opened]:
    portion = list(portion)
    known = keys({subject for row in portion for subject in row.subjects})
    for row in portion:
        text = None
        if row.raw_sealed is not None:
            text = unwrapped(bytes(row.raw_sealed), subjects=row.subjects, keys=known)
        raw: dict[str, Any] = json.loads(text) if text is not None else {}
        yield Opened(row.batch_id, row.line, row.faults, raw.get("cells", {}), raw.get("text"))


def returned_rows(rows: pa.Table) -> Iterator[tuple[int, int]]:
    """This function will yield batch and line of rows that come back from an export; of other files, nothing."""
    if {"_batch", "_line"} <= set(rows.column_names):
        for batch, line in zip(rows["_batch"].to_pylist(), rows["_line"].to_pylist(), strict=True):
            if (batch or "").isdigit() and (line or "").isdigit():
                yield int(batch), int(line)
