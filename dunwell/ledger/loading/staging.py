"""The temporary tables that a batch travels through: names are quoted, values are parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import sql

from dunwell.ledger.targets import Target

Q = sql.SQL


class Names:
    """The temporary tables of one batch."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id

    def stage(self, target: Target) -> sql.Identifier:
        return sql.Identifier(f"stage_{self._batch_id}_{target.name}")

    def repeated(self, target: Target) -> sql.Identifier:
        return sql.Identifier(f"repeated_{self._batch_id}_{target.name}")

    @property
    def refused(self) -> sql.Identifier:
        return sql.Identifier(f"refused_{self._batch_id}")


def listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return Q(", ").join(parts)


def columns_of(names: Iterable[str], *, of: str = "") -> list[sql.Composable]:
    return [sql.Identifier(of, name) if of else sql.Identifier(name) for name in names]


def create_stage(target: Target, *, names: Names) -> sql.Composed:
    columns = [column for field in target.staged for column in field.stage_columns]
    return Q("CREATE TEMP TABLE {} (line bigint, entry integer, external_id text, {}) ON COMMIT DROP").format(
        names.stage(target), listed(Q("{} " + kind).format(sql.Identifier(name)) for name, kind in columns)
    )


def copy_stage(target: Target, *, names: Names, columns: Sequence[str]) -> sql.Composed:
    return Q("COPY {} ({}) FROM STDIN (FORMAT CSV)").format(names.stage(target), listed(columns_of(columns)))


def analyze(target: Target, *, names: Names) -> sql.Composed:
    """This function will let the planner know the staging table, or it would join a million rows one by one."""
    return Q("ANALYZE {}").format(names.stage(target))


def drop_stage(target: Target, *, names: Names) -> sql.Composed:
    return Q("DROP TABLE IF EXISTS {}, {}").format(names.stage(target), names.repeated(target))


def create_refused(names: Names) -> sql.Composed:
    return Q("CREATE TEMP TABLE {} (place bigserial, line bigint, entry integer, reason text) ON COMMIT DROP").format(
        names.refused
    )


def read_refused(names: Names) -> sql.Composed:
    return Q("SELECT line, entry, reason FROM {} ORDER BY line, place").format(names.refused)


def count_refused_lines(names: Names) -> sql.Composed:
    return Q("SELECT count(DISTINCT line) FROM {}").format(names.refused)


def drop_refused(names: Names) -> sql.Composed:
    return Q("DROP TABLE {}").format(names.refused)
