"""The statements that recompute, from the stored columns, what facts and batches said when they came in."""

from __future__ import annotations

from psycopg import sql

from dunwell.ledger.loading.content import DIGEST_OF_ADDED, stored_digest, table
from dunwell.ledger.loading.staging import Q
from dunwell.ledger.loading.verdicts import references
from dunwell.ledger.targets import Target


def _stored_joins(target: Target) -> sql.Composed:
    return Q(" ").join(
        Q("LEFT JOIN {} AS {} ON {}.id = t.{}").format(
            table(field.to),
            sql.Identifier(f"r_{field.name}"),
            sql.Identifier(f"r_{field.name}"),
            sql.Identifier(f"{field.name}_id"),
        )
        for field in references(target)
    )


def _recomputed(target: Target) -> sql.Composed:
    return Q("""
        SELECT t.batch_id, t.id, t.source, t.external_id, t.content_digest AS claimed, {} AS content_digest
        FROM {} AS t {}
    """).format(stored_digest(target), table(target.name), _stored_joins(target))


def digests_of_batches(target: Target) -> sql.Composed:
    """This function will recompute from the stored columns each batch's number of facts and its digest."""
    return Q("""
        SELECT batch_id, sum(facts)::bigint, encode(sha256(string_agg(digest, ''::bytea ORDER BY bucket)), 'hex')
        FROM (
            SELECT batch_id, substr(content_digest, 1, 1) AS bucket, count(*) AS facts,
                   sha256(string_agg(content_digest, ''::bytea ORDER BY content_digest)) AS digest
            FROM ({rows}) AS recomputed GROUP BY 1, 2
        ) AS buckets GROUP BY batch_id
    """).format(rows=_recomputed(target))


def altered(target: Target) -> sql.Composed:
    """This function will name the facts whose columns no longer give the digest that was stored with them."""
    return Q("""
        SELECT batch_id, source, external_id FROM ({}) AS recomputed
        WHERE claimed <> content_digest ORDER BY id LIMIT %(limit)s
    """).format(_recomputed(target))


def digest_of_batch(target: Target) -> sql.Composed:
    """This function will digest what the batch added after the given id."""
    rows = Q("(SELECT content_digest FROM {} WHERE id > %(after)s AND batch_id = %(batch)s) AS added").format(
        table(target.name)
    )
    return DIGEST_OF_ADDED.format(rows=rows)


def last_id(target: Target) -> sql.Composed:
    return Q("SELECT coalesce(max(id), 0) FROM {}").format(table(target.name))
