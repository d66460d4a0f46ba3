"""Imports: a file or a database becomes a batch of facts and a quarantine of refused rows, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg import sql

from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError
from dunwell.intake import queries
from dunwell.intake.conversion.converter import Converter
from dunwell.intake.conversion.quarantine import Quarantine
from dunwell.intake.conversion.sealing import Sealer
from dunwell.intake.conversion.spool import Spool, picked
from dunwell.intake.mapping.reading import Mapping as MappingFile
from dunwell.intake.models import QuarantinedRow
from dunwell.intake.readers import export
from dunwell.intake.readers.chunk import Chunk, Reader
from dunwell.intake.readers.opening import open_reader
from dunwell.intake.readers.waiting import WaitingReader
from dunwell.intake.refusals import Fault
from dunwell.ledger.actions import Counts, Loading, Origin
from dunwell.ledger.models import Batch
from dunwell.ledger.targets import TARGETS

# After so many new facts the planner's figures of a table are out of date.
ANALYZE_FROM = 5_000
# Refused rows looked up and sealed at once.
PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Example:
    """A refused row as it may be shown: nothing of its value but its ends."""

    line: int
    column: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would have done."""

    origin: str
    mapping: str
    batch_id: int | None
    # The batch by which the same content came before; then nothing was done.
    already: int | None = None
    rows_read: int = 0
    rows_refused: int = 0
    content: Mapping[str, Counts] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, list[Example]] = field(default_factory=dict)
    dry_run: bool = False


Progress = Callable[[int, int | None], object]


def import_source(
    where: str,
    *,
    mapping: MappingFile,
    on: date,
    by: str,
    at: datetime,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """This function will bring a file (or a database, by its address) into the ledger through a mapping.

    One transaction: an error, or the end of the process at any moment, leaves nothing behind. The same content with
    the same mapping does nothing a second time, on whatever day. A dry run does everything and then undoes it.
    """
    recipe = mapping.recipe
    mended = export.is_export(where)
    reader = open_reader(
        where,
        form=mapping.document.format,
        needed=[column.name for column in recipe.columns],
        required=[column.name for column in recipe.columns if column.required],
        read_as="csv" if mended else None,
    )
    return _brought(_Walk, reader, mapping=mapping, on=on, by=by, at=at, dry_run=dry_run, progress=progress)


def retry_quarantine(batch_id: int, *, mapping: MappingFile, on: date, by: str, at: datetime) -> Report:
    """This function will try the waiting rows of a batch once more, as they are: what they lacked may have come since.

    Rows that are refused again wait in the new batch; where all are, nothing changes.
    """
    batch = Batch.objects.get(id=queries.waiting(batch_id)[0].batch_id)
    if batch.source != mapping.recipe.source:
        raise DunwellError(
            f"the batch is of the source {batch.source}",
            place=f"mapping {mapping.document.name}",
            cure=f"give the mapping that brought it: {batch.mapping}",
        )
    reader = WaitingReader(queries.opened(queries.waiting(batch_id)), batch_id=batch_id)
    return _brought(_Retry, reader, mapping=mapping, on=on, by=by, at=at)


def _brought(
    kind: type[_Walk],
    reader: Reader,
    *,
    mapping: MappingFile,
    on: date,
    by: str,
    at: datetime,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """This function will walk through the reader in one transaction, and undo it where nothing is to be kept."""
    with transaction.atomic():
        with closing(kind(reader, mapping=mapping, on=on, by=by, at=at, progress=progress)) as walk:
            report = walk.run(dry_run=dry_run)
        if dry_run or report.already is not None:
            transaction.set_rollback(True)
    if report.batch_id is not None:
        _refresh_figures(report.content)
    return report


class _Walk:
    """One import on its way."""

    def __init__(
        self, reader: Reader, *, mapping: MappingFile, on: date, by: str, at: datetime, progress: Progress
    ) -> None:
        self.reader, self.mapping, self.by, self.at, self.progress = reader, mapping, by, at, progress
        self.load = Loading(mapping.recipe.source)
        # Where versions hold from the day of the import, the same file says another thing on another day.
        self.mapping_digest = f"{mapping.digest}@{on}" if mapping.recipe.depends_on_day else mapping.digest
        self.convert = Converter(mapping.recipe, on=on)
        self.sealer = Sealer(mapping.recipe, at)
        self.quarantine = Quarantine(self.sealer, batch_id=self.load.batch_id, at=at)
        self.spool = Spool()
        self.rows_read = 0
        # Rows of an earlier batch that this one brings back.
        self.returned: dict[int, set[int]] = {}

    def close(self) -> None:
        self.spool.close()
        self.convert.close()

    def run(self, *, dry_run: bool) -> Report:
        """This function will read, convert, seal, stage, settle and close."""
        earlier = self.earlier() if self.reader.digest else None
        if earlier is None:
            for chunk in self.reader.chunks():
                self.take(chunk)
            earlier = self.earlier()
        if earlier is not None:
            return self.report(batch_id=None, already=earlier)
        self.load.settle()
        if (known := self.known()) is not None and not any(counts["added"] for counts in self.load.content.values()):
            return self.report(batch_id=None, already=known)
        self.refuse()
        batch = self.finish()
        return self.report(batch_id=None if dry_run else batch.id, dry_run=dry_run)

    def earlier(self) -> int | None:
        """This function will find the batch by which this content came before."""
        return self.batches().filter(mapping_digest=self.mapping_digest).values_list("id", flat=True).first()

    def known(self) -> int | None:
        """This function will find the last batch of this content on another day: it counts where nothing is new."""
        of_any_day = self.batches().filter(mapping_digest__startswith=self.mapping.digest)
        return of_any_day.order_by("-id").values_list("id", flat=True).first()

    def batches(self) -> QuerySet[Batch]:
        return Batch.objects.filter(source=self.load.source, origin_digest=self.reader.digest)

    def take(self, chunk: Chunk) -> None:
        """This function will bring one chunk onto the stage, and what it refuses of it into quarantine."""
        converted = self.sealer.seal(self.convert(chunk))
        for facts in converted.facts:
            self.load.stage(self.mapping.recipe.entries[facts.turn].target.name, rows=facts.rows)
        self.quarantine.add(picked(chunk.rows, lines=list(converted.faults)), faults=converted.faults)
        self.quarantine.add_broken(chunk.broken, columns=chunk.rows.column_names[1:])
        self.spool.keep(chunk.rows)
        self.note_returned(chunk.rows)
        self.rows_read += chunk.rows.num_rows + len(chunk.broken)
        self.progress(chunk.done, self.reader.total)

    def note_returned(self, rows: pa.Table) -> None:
        for batch, line in queries.returned_rows(rows):
            self.returned.setdefault(batch, set()).add(line)

    def refuse(self) -> None:
        """This function will bring what the ledger refused into quarantine, with the raw rows from the spool."""
        for portion in _portions(self.faults_by_line(), PORTION):
            self.quarantine.add(dict(self.spool.rows(sorted(portion))), faults=portion)

    def faults_by_line(self) -> Iterator[tuple[int, list[Fault]]]:
        entries = self.mapping.recipe.entries
        for line, refusals in groupby(self.load.refusals(), key=lambda refusal: refusal.line):
            found = (Fault(entries[each.entry].column_of(each.field), each.rule) for each in refusals)
            yield line, list(dict.fromkeys(found))

    def finish(self) -> Batch:
        """This function will write the batch, and mark what it brought back as mended."""
        document, recipe = self.mapping.document, self.mapping.recipe
        origin = Origin(
            source=recipe.source,
            source_kind=recipe.kind,
            mapping=document.name,
            mapping_digest=self.mapping_digest,
            origin=self.reader.origin,
            origin_digest=self.reader.digest,
        )
        batch = self.load.close(
            origin, rows_read=self.rows_read, rows_refused=self.quarantine.rows, by=self.by, at=self.at
        )
        for earlier, lines in self.returned.items():
            waiting = QuarantinedRow.objects.filter(
                batch=earlier, line__in=lines, mended_at=None, batch__source=recipe.source
            )
            waiting.exclude(batch=batch).update(mended_at=self.at, mended_in=batch)
        return batch

    def report(self, *, batch_id: int | None, already: int | None = None, dry_run: bool = False) -> Report:
        return Report(
            origin=self.reader.origin,
            mapping=self.mapping.document.name,
            batch_id=batch_id,
            already=already,
            rows_read=self.rows_read,
            rows_refused=self.quarantine.rows,
            content=self.load.content,
            refused=self.quarantine.counts,
            examples={
                rule: [Example(*shown) for shown in examples] for rule, examples in self.quarantine.examples.items()
            },
            dry_run=dry_run,
        )


class _Retry(_Walk):
    """Refused rows on their way once more; where nothing of them comes in, they wait where they are."""

    def known(self) -> int | None:
        return next(iter(self.returned), None)


def _portions(pairs: Iterable[tuple[int, list[Fault]]], size: int) -> Iterator[dict[int, list[Fault]]]:
    portion: dict[int, list[Fault]] = {}
    for line, faults in pairs:
        portion[line] = faults
        if len(portion) >= size:
            yield portion
            portion = {}
    if portion:
        yield portion


def _refresh_figures(content: Mapping[str, Counts]) -> None:
    """This function will let the planner count the tables that have grown, for whoever reads them next."""
    with connection.cursor() as cursor:
        for target, counts in content.items():
            if counts["added"] >= ANALYZE_FROM:
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(TARGETS[target].table)))


@transaction.atomic
def export_quarantine(batch_id: int, *, path: Path, language: str, by: str, at: datetime) -> int:
    """This function will write the rows of a batch that wait to be mended into a CSV file that only its owner reads.

    The file holds personal data in the clear, so that somebody did this is evidence. Returns the number of rows.
    """
    rows = queries.waiting(batch_id)
    count = export.write(path, rows=queries.opened(rows), language=language)
    record(action="quarantine.exported", subject=f"batch/{batch_id}", by=by, at=at, detail={"rows": count})
    return count
