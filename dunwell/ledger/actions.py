"""The one door through which facts come in: staged by COPY, then one statement for each table, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple, TypedDict

import pyarrow as pa
import pyarrow.csv
from django.db import connection, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

from dunwell.database import run
from dunwell.evidence.actions import record, row
from dunwell.evidence.rules import Detail
from dunwell.ledger.kinds import SourceKind
from dunwell.ledger.loading import adding, staging, telling, verdicts, verifying
from dunwell.ledger.models import Batch
from dunwell.ledger.targets import TARGETS, Target

# One import of a source at a time: the second waits, and then judges what the first has brought.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dunwell/source/' || %s, 0))"
# Refusals fetched from the database at once.
_PORTION = 10_000


class Counts(TypedDict):
    """What came of one table's facts in a batch; the digest is over the contents of those added."""

    added: int
    same: int
    refused: int
    digest: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A staged fact that the ledger did not take: which row and entry, and which rule its field broke."""

    line: int
    entry: int
    field: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a batch comes from, as it is written down with it."""

    source: str
    source_kind: str
    mapping: str
    mapping_digest: str
    origin: str
    origin_digest: str = ""


def contact_origin(source: str, *, named: str, first: str) -> Origin:
    """This function will name the origin of contact events that we tell ourselves; `first`: the first one's id."""
    return Origin(
        source=source,
        source_kind=SourceKind.CONTACT_EVENTS.value,
        mapping="",
        mapping_digest="",
        origin=named,
        origin_digest=first,
    )


@dataclass
class Loading:
    """A batch on its way into the ledger: `stage` as often as needed, then `settle`, then `close`.

    It lives inside the caller's transaction, which undoes all of it where anything fails.
    """

    source: str
    batch_id: int = field(init=False)
    content: dict[str, Counts] = field(init=False, default_factory=dict)
    _staged: set[str] = field(init=False, default_factory=set)
    _names: staging.Names = field(init=False)

    def __post_init__(self) -> None:
        if not connection.in_atomic_block:
            raise RuntimeError("facts are loaded inside a transaction")
        _run(_LOCK, [self.source])
        # Dates and times are digested as text: one form, whatever the server is set to.
        _run("SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true)")
        _run("SELECT set_config('work_mem', '128MB', true)")
        self.batch_id = int(_run("SELECT nextval(pg_get_serial_sequence('ledger_batch', 'id'))")[0][0])
        self._names = staging.Names(self.batch_id)
        _run(staging.create_refused(self._names))

    def stage(self, target: str, *, rows: pa.Table) -> None:
        """This function will copy rows into the target's staging table.

        Columns: `line` and `entry` (which row, and which entry of the mapping), `external_id` and fields by the names
        of `Target.by_name`, a sealed one as `<field>_sealed` and `<field>_digest` (hex with \\x in front); columns
        left out are null. `<reference>_source` names the source of a reference where it is another one.
        """
        if rows.num_rows == 0:
            return
        if target not in self._staged:
            self._staged.add(target)
            _run(staging.create_stage(TARGETS[target], names=self._names))
        _copy_in(staging.copy_stage(TARGETS[target], names=self._names, columns=rows.column_names), rows)

    def settle(self) -> None:
        """This function will move what is staged into the ledger, table after table, and note what it refuses."""
        for target in TARGETS.values():
            if target.name in self._staged:
                self.content[target.name] = self._settle(target)

    def _settle(self, target: Target) -> Counts:
        _run(staging.analyze(target, names=self._names))
        if target.version_of:
            return self._tell(adding.insert_versions(target, names=self._names))
        _run(verdicts.mark_repeated(target, names=self._names), {"source": self.source})
        last_id = _run(verifying.last_id(target))[0][0]
        counts = self._tell(adding.insert_events(target, names=self._names, corrections=False))
        if not _run(adding.count_corrections(target, names=self._names))[0][0]:
            return counts
        for more in self._corrections(target):
            counts = _sum(counts, more)
        counts["digest"] = (
            _run(verifying.digest_of_batch(target), {"batch": self.batch_id, "after": last_id})[0][0] or ""
        )
        return counts

    def _corrections(self, target: Target) -> Iterator[Counts]:
        """This function will add corrections round by round, since one may correct another of the same batch."""
        added = True
        while added:
            counts = self._tell(adding.insert_events(target, names=self._names, corrections=True))
            added = bool(counts["added"])
            yield counts
        refused = int(_run(adding.refuse_corrections(target, names=self._names))[0][0])
        yield Counts(added=0, same=0, refused=refused, digest="")

    def _tell(self, statement: sql.Composed) -> Counts:
        added, same, refused, digest = _run(statement, {"source": self.source, "batch": self.batch_id})[0]
        return Counts(added=added, same=same, refused=refused, digest=digest or "")

    def refusals(self) -> Iterator[Refusal]:
        """This function will yield what the ledger refused, row by row, the first cause of each first."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(staging.read_refused(self._names))
            while portion := cursor.fetchmany(_PORTION):
                yield from (_refusal(*row) for row in portion)

    def refused_lines(self) -> int:
        """This function will count the rows of which the ledger refused something."""
        return int(_run(staging.count_refused_lines(self._names))[0][0])

    def close(self, origin: Origin, *, rows_read: int, rows_refused: int, by: str, at: datetime) -> Batch:
        """This function will write the batch and its evidence, and drop the staging tables."""
        for target in self._staged:
            _run(staging.drop_stage(TARGETS[target], names=self._names))
        _run(staging.drop_refused(self._names))
        return _close(self.batch_id, content=self.content, origin=origin, rows=(rows_read, rows_refused), by=by, at=at)


def _sum(first: Counts, second: Counts) -> Counts:
    return Counts(
        added=first["added"] + second["added"],
        same=first["same"] + second["same"],
        refused=first["refused"] + second["refused"],
        digest="",
    )


def _refusal(line: int, entry: int, reason: str) -> Refusal:
    rule, _, name = reason.partition(":")
    return Refusal(line, entry, name, rule)


def _close(
    batch_id: int, *, content: dict[str, Counts], origin: Origin, rows: tuple[int, int], by: str, at: datetime
) -> Batch:
    """This function will write a batch of so many rows read and refused, and its evidence."""
    told = {name: getattr(origin, name) for name in Origin.__dataclass_fields__}
    record(
        action="ledger.batch",
        subject=f"batch/{batch_id}",
        by=by,
        at=at,
        detail=_detail(content, origin=origin, rows=rows),
    )
    return Batch.objects.create(
        id=batch_id, recorded_at=at, by=by, rows_read=rows[0], rows_refused=rows[1], content=content, **told
    )


def _detail(content: Mapping[str, Counts], *, origin: Origin, rows: tuple[int, int]) -> dict[str, Detail]:
    """This function will say what evidence says of a batch: where it came from and what came of it."""
    counts: dict[str, Detail] = {target: dict[str, Detail](**added) for target, added in content.items()}
    told: dict[str, Detail] = {name: getattr(origin, name) for name in Origin.__dataclass_fields__}
    return {**told, "rows_read": rows[0], "rows_refused": rows[1], "content": counts}


@transaction.atomic
def load_batch(tables: Mapping[str, pa.Table], *, origin: Origin, by: str, at: datetime) -> tuple[Batch, list[Refusal]]:
    """This function will load whole tables of facts by target, and return the batch and what was refused.

    The columns are those of `Loading.stage`; a table without `line` is numbered from 1.
    """
    load = Loading(origin.source)
    rows_read = 0
    for target, rows in tables.items():
        load.stage(target, rows=_numbered(rows))
        rows_read += rows.num_rows
    load.settle()
    refused = list(load.refusals())
    return load.close(origin, rows_read=rows_read, rows_refused=load.refused_lines(), by=by, at=at), refused


class Also(NamedTuple):
    """An insertion that goes with what is told, and its parameters, from the new ids by external id."""

    insertion: str
    values: Callable[[Mapping[str, int]], Mapping[str, Any]]


def tell(
    target: str,
    *,
    facts: Sequence[Mapping[str, Any]],
    origin: Origin,
    by: str,
    at: datetime,
    action: str,
    about: Callable[[Mapping[str, int]], Mapping[str, Detail]] = lambda ids: {},
    also: Also | None = None,
) -> dict[str, int]:
    """This function will add the few events that an action is about, as one batch with its evidence.

    Each fact is an `external_id` and told columns (`ledger.loading.telling`): references by id, times as ISO text.
    `about` gives what the evidence says beside it, from the new ids by external id, which are returned; `also` is
    written by the statement that closes the batch. Raises IntegrityError where one of the facts was told before. It
    runs inside the caller's transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("facts are told inside a transaction")
    told = {"source": origin.source, "facts": json.dumps(facts)}
    [[batch, evidence, ids, digest]] = run(telling.tell(target), told)
    content = {target: Counts(added=len(facts), same=0, refused=0, digest=digest)}
    detail = {**_detail(content, origin=origin, rows=(len(facts), 0)), **about(ids)}
    columns = {name: getattr(origin, name) for name in Origin.__dataclass_fields__}
    completing = row(evidence, action=action, subject=f"batch/{batch}", by=by, at=at, detail=detail)
    closing = {**completing, **columns, "id": batch, "rows": len(facts), "content": Jsonb(content)}
    if also is None:
        run(telling.complete(), closing)
    else:
        run(telling.complete(also.insertion), {**also.values(ids), **closing})
    return dict(ids)


def _numbered(rows: pa.Table) -> pa.Table:
    if "line" not in rows.column_names:
        rows = rows.append_column("line", pa.array(range(1, rows.num_rows + 1), pa.int64()))
    if "entry" not in rows.column_names:
        rows = rows.append_column("entry", pa.nulls(rows.num_rows, pa.int64()).fill_null(0))
    return rows


def _run(statement: str | sql.Composable, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def _copy_in(statement: sql.Composed, rows: pa.Table) -> None:
    """This function will send the rows as CSV: strings are quoted, so that an empty one is not taken for null."""
    buffer = BytesIO()
    pyarrow.csv.write_csv(rows, buffer, pyarrow.csv.WriteOptions(include_header=False))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())
