"""The statement that adds facts told by an action: few, their references known by id, without a staging table."""

from __future__ import annotations

from functools import cache

from psycopg import sql

from dunwell.evidence.actions import INSERT
from dunwell.ledger.loading.content import DIGEST_OF_ADDED, stored_digest, table
from dunwell.ledger.loading.staging import Q, columns_of, listed
from dunwell.ledger.loading.verdicts import references
from dunwell.ledger.targets import COLUMN_TYPES, TARGETS, Field, Target

# The batch of what an action told, its evidence, and what else is written with them.
_COMPLETE = """
    WITH evidence AS ({}){}
    INSERT INTO ledger_batch (id, recorded_at, by, source, source_kind, mapping, mapping_digest, origin,
                              origin_digest, rows_read, rows_refused, content)
    VALUES (%(id)s, %(row_at)s, %(row_by)s, %(source)s, %(source_kind)s, %(mapping)s, %(mapping_digest)s, %(origin)s,
            %(origin_digest)s, %(rows)s, 0, %(content)s)
"""
# A reference and what a correction corrects are told by the id of the row.
ID_TYPE = "bigint"


@cache
def complete(also: str = "") -> str:
    """This function will write the statement that closes what was told; `also` is an insertion that goes with it."""
    return Q(_COMPLETE).format(Q(INSERT), Q(f", also AS ({also})" if also else "")).as_string(None)


def _columns(field: Field) -> list[tuple[str, str]]:
    if field.type == "reference":
        return [(column, ID_TYPE) for column in field.columns]
    if field.type == "sealed":
        return [(column, "bytea") for column in field.columns]
    return [(column, COLUMN_TYPES[field.type]) for column in field.columns]


def told_columns(target: Target) -> dict[str, str]:
    """This function will name the columns in which an action tells a fact, each with its type in PostgreSQL."""
    return {column: kind for field in target.content for column, kind in _columns(field)}


def _joins(target: Target) -> sql.Composed:
    """This function will look up what each reference names, row by row: there are few, and the tables are large."""
    return Q(" ").join(
        Q("LEFT JOIN LATERAL (SELECT source, external_id FROM {} WHERE id = t.{} LIMIT 1) AS {} ON true").format(
            table(field.to), sql.Identifier(f"{field.name}_id"), sql.Identifier(f"r_{field.name}")
        )
        for field in references(target)
    )


@cache
def tell(name: str) -> str:
    """This function will write the statement that adds facts of one kind of event.

    Parameters: `source`, `facts` (a JSON array of objects with `external_id` and told columns). The one row it gives:
    the id of their batch and the one that its evidence is to have, the new ids by external id (JSON), and the digest
    over what was added.
    """
    target = TARGETS[name]
    columns = told_columns(target)
    typed = [Q("{} {}").format(sql.Identifier(column), Q(kind)) for column, kind in columns.items()]
    return (
        Q("""
        WITH batch AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('ledger_batch', 'id')) AS id),
        t AS MATERIALIZED (
            SELECT %(source)s::text AS source, *
            FROM json_to_recordset(%(facts)s::json) AS told(external_id text, {typed})
        ),
        added AS (
            INSERT INTO {table} (batch_id, source, external_id, content_digest, {columns})
            SELECT (SELECT id FROM batch), t.source, t.external_id, {digest}, {values} FROM t {joins}
            RETURNING id, external_id, content_digest
        )
        SELECT (SELECT id FROM batch), nextval(pg_get_serial_sequence('evidence_row', 'id')),
               (SELECT json_object_agg(external_id, id) FROM added), ({digest_of_added})
        """)
        .format(
            typed=listed(typed),
            table=table(name),
            columns=listed(columns_of(columns)),
            digest=stored_digest(target),
            values=listed(columns_of(columns, of="t")),
            joins=_joins(target),
            digest_of_added=DIGEST_OF_ADDED.format(rows=Q("added")),
        )
        .as_string(None)
    )
