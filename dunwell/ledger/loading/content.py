"""What a fact says, as one text: the digest that is stored beside it, and the digest of a batch.

Parameter `source`: the namespace of the batch's own ids. `s` stands for a staged row, `t` for a stored one, and
`r_<field>` for what a reference of it leads to.
"""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from dunwell.ledger.loading.staging import Q, listed
from dunwell.ledger.targets import TARGETS, Field, Target

SOURCE = Q("%(source)s::text")
# A chained digest of digests, bucket by bucket, so that no single aggregate grows with the batch.
DIGEST_OF_ADDED = Q("""
    SELECT encode(sha256(string_agg(digest, ''::bytea ORDER BY bucket)), 'hex')
    FROM (
        SELECT substr(content_digest, 1, 1) AS bucket,
               sha256(string_agg(content_digest, ''::bytea ORDER BY content_digest)) AS digest
        FROM {rows} GROUP BY 1
    ) AS buckets
""")


def _told(field: Field) -> sql.Composable:
    """This function will write a staged field as it enters the digest: references with source, secrets as digests."""
    if field.type == "reference":
        return Q("coalesce(s.{}, {}) || '/' || s.{}").format(
            sql.Identifier(f"{field.name}_source"), SOURCE, sql.Identifier(field.name)
        )
    if field.type == "sealed":
        return Q("encode(s.{}, 'hex')").format(sql.Identifier(f"{field.name}_digest"))
    return sql.Identifier("s", field.name)


def _kept(field: Field) -> sql.Composable:
    """This function will write a stored field as it entered the digest."""
    if field.type == "reference":
        return Q("{0}.source || '/' || {0}.external_id").format(sql.Identifier(f"r_{field.name}"))
    if field.type == "sealed":
        return Q("encode(t.{}, 'hex')").format(sql.Identifier(f"{field.name}_digest"))
    return sql.Identifier("t", field.name)


def _digest(
    target: Target,
    *,
    source: sql.Composable,
    external_id: sql.Composable,
    written: Callable[[Field], sql.Composable],
) -> sql.Composed:
    """This function will write the content digest: SHA-256 over a JSON array, in which no two contents look alike."""
    told = [sql.Literal(target.name), source, external_id]
    told += [written(field) for field in target.content if not field.joined_later]
    array: sql.Composable = Q("json_build_array({})::text").format(listed(told))
    for field in (field for field in target.content if field.joined_later):
        told.append(written(field))
        array = Q("CASE WHEN {} IS NULL THEN {} ELSE json_build_array({})::text END").format(
            told[-1], array, listed(told)
        )
    return Q("sha256(convert_to({}, 'UTF8'))").format(array)


def staged_digest(target: Target) -> sql.Composed:
    return _digest(target, source=SOURCE, external_id=Q("s.external_id"), written=_told)


def stored_digest(target: Target) -> sql.Composed:
    return _digest(target, source=Q("t.source"), external_id=Q("t.external_id"), written=_kept)


def body(target: Target, *, staged: bool) -> sql.Composed:
    """This function will write a version's content without the day from which it holds."""
    fields = [field for field in target.content if field.name != "valid_from"]
    return Q("json_build_array({})::text").format(listed(map(_told if staged else _kept, fields)))


def table(target: str) -> sql.Identifier:
    return sql.Identifier(TARGETS[target].table)
