"""Reading evidence: streams of what is stored, its verification, the latest rows, and the proof of one row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from dunwell.evidence import chain
from dunwell.evidence.chain import Proof, StoredBlock, StoredLeaf, StoredRow, Verification
from dunwell.evidence.models import Block, Leaf, Row
from dunwell.evidence.rules import BlockContent, sha256, sm3
from dunwell.evidence.tree import audit_path
from dunwell.facts.errors import DunwellError

# Rows fetched at a time, so that memory stays flat however long the chain is.
PORTION = 2_000

_BLOCKS = """
    SELECT number, sealed_at, rows, merkle_root_sha256, merkle_root_sm3, previous_hash, hash
    FROM evidence_block WHERE number <= %s ORDER BY number
"""
# Leaves of a block that is gone come last, to be named; those of a block sealed meanwhile are left for another day.
_LEAVES = """
    SELECT leaf.block_id, leaf.position, leaf.row_id, leaf.sha256,
           row.id, row.at, row.by, row.action, row.subject, row.detail, row.sha256, row.sm3
    FROM evidence_leaf AS leaf
    LEFT JOIN evidence_row AS row ON row.id = leaf.row_id
    LEFT JOIN evidence_block AS block ON block.number = leaf.block_id
    WHERE leaf.block_id <= %s OR block.number IS NULL
    ORDER BY leaf.block_id, leaf.position
"""
_UNSEALED = """
    SELECT id, at, by, action, subject, detail, sha256, sm3
    FROM evidence_row
    WHERE NOT EXISTS (SELECT FROM evidence_leaf WHERE evidence_leaf.row_id = evidence_row.id)
    ORDER BY id
"""
_DIGESTS = """
    SELECT row.sha256, row.sm3
    FROM evidence_leaf AS leaf JOIN evidence_row AS row ON row.id = leaf.row_id
    WHERE leaf.block_id = %s ORDER BY leaf.position
"""


def _stream(sql: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
    """This function will yield a statement's rows through a cursor of the server's; the caller is in a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while portion := cursor.fetchmany(PORTION):
            yield from portion


def digests(block: int) -> Iterator[tuple[bytes, bytes]]:
    """This function will yield SHA-256 and SM3 of a block's rows in the order of its leaves, inside a transaction."""
    for row_sha256, row_sm3 in _stream(_DIGESTS, block):
        yield bytes(row_sha256), bytes(row_sm3)


def verify(*, head: bytes | None = None) -> Verification:
    """This function will recompute the whole chain from the stored columns and name the first broken row or block.

    `head`: the hash of any block, noted outside the database earlier; that block must still be in the chain.
    Blocks only ever grow at the end, so what is sealed while the walk goes on does not disturb it.
    """
    with transaction.atomic():
        last = Block.objects.aggregate(last=Max("number"))["last"] or 0
        return chain.verify(
            blocks=map(_stored_block, _stream(_BLOCKS, last)),
            leaves=map(_stored_leaf, _stream(_LEAVES, last)),
            unsealed=(_stored_row(columns) for columns in _stream(_UNSEALED)),
            expected=head,
        )


def _stored_block(columns: Sequence[Any]) -> StoredBlock:
    number, sealed_at, rows, root_sha256, root_sm3, previous, own = columns
    content = BlockContent(
        number=number,
        sealed_at=sealed_at,
        rows=rows,
        merkle_root_sha256=bytes(root_sha256),
        merkle_root_sm3=bytes(root_sm3),
        previous_hash=bytes(previous),
    )
    return StoredBlock(content=content, hash=bytes(own))


def _stored_leaf(columns: Sequence[Any]) -> StoredLeaf:
    block, position, row_id, row_sha256, *row = columns
    found = _stored_row(row) if row[0] is not None else None
    return StoredLeaf(block=block, position=position, row_id=row_id, sha256=bytes(row_sha256), row=found)


def _stored_row(columns: Sequence[Any]) -> StoredRow:
    number, at, by, action, subject, detail, row_sha256, row_sm3 = columns
    return StoredRow(
        id=number,
        at=at,
        by=by,
        action=action,
        subject=subject,
        detail=detail,
        sha256=bytes(row_sha256),
        sm3=bytes(row_sm3),
    )


def latest(count: int) -> list[Row]:
    """This function will return the last rows, newest first, each with its leaf where it has one."""
    return list(Row.objects.select_related("leaf").order_by("-id")[:count])


def prove(row_id: int) -> Proof:
    """This function will build the proof that a row is in its block, with nothing of the other rows but hashes.

    Raises DunwellError where the row is unknown, not yet sealed, or no longer what was sealed.
    """
    leaf = _leaf(row_id)
    with transaction.atomic():
        size = leaf.block.rows
        first = (pair[0] for pair in digests(leaf.block_id))
        path_sha256 = audit_path(first, index=leaf.position, size=size, digest=sha256)
        second = (pair[1] for pair in digests(leaf.block_id))
        path_sm3 = audit_path(second, index=leaf.position, size=size, digest=sm3)
    proof = Proof(
        row=leaf.row.content(),
        block=leaf.block.content(),
        index=leaf.position,
        path_sha256=tuple(path_sha256),
        path_sm3=tuple(path_sm3),
    )
    if not proof.holds():
        raise DunwellError(
            f"cannot be proven: it, or another row of block {leaf.block_id}, is not what was sealed",
            place=f"evidence row {row_id}",
            cure="run: dunwell evidence verify",
        )
    return proof


def _leaf(row_id: int) -> Leaf:
    leaf = Leaf.objects.select_related("row", "block").filter(row=row_id).first()
    if leaf is not None:
        return leaf
    there = Row.objects.filter(id=row_id).exists()
    raise DunwellError(
        "is not yet sealed" if there else "does not exist",
        place=f"evidence row {row_id}",
        cure="run: dunwell evidence seal" if there else "run: dunwell evidence show",
    )
