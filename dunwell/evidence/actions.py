"""Writing evidence: one row for every action, in the action's own transaction, and the sealing of rows into blocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from dunwell.database import run
from dunwell.evidence import queries
from dunwell.evidence.models import Block
from dunwell.evidence.rules import NOTHING, ROW_BYTES_MAX, BlockContent, Detail, RowContent, sha256, sm3
from dunwell.evidence.tree import Tree

# "dunwell" in ASCII: the advisory lock that one sealer holds until it commits. Nobody else ever asks for it.
SEALER = 0x64756E77656C6C

INSERT = """
    INSERT INTO evidence_row (id, at, by, action, subject, detail, sha256, sm3)
    VALUES (%(row_id)s, %(row_at)s, %(row_by)s, %(row_action)s, %(row_subject)s, %(row_detail)s, %(row_sha256)s,
            %(row_sm3)s)
"""
# Ids may commit out of order, so every row without a leaf counts, whatever its id.
_LINK = """
    INSERT INTO evidence_leaf (row_id, block_id, position, sha256)
    SELECT id, %s, row_number() OVER (ORDER BY id) - 1, sha256
    FROM evidence_row
    WHERE NOT EXISTS (SELECT FROM evidence_leaf WHERE evidence_leaf.row_id = evidence_row.id)
"""


def record(*, action: str, subject: str, by: str, at: datetime, detail: Mapping[str, Detail]) -> int:
    """This function will write the evidence of an action into the action's own transaction and return the row's id.

    `subject` and `detail` never hold personal data. Raises RuntimeError outside a transaction, TypeError or ValueError
    for what has no canonical form: floats, dates, numbers beyond 64 bits, times without a zone.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("evidence is recorded in the transaction of the change that it proves")
    [[drawn]] = run("SELECT nextval(pg_get_serial_sequence('evidence_row', 'id'))", {})
    run(INSERT, row(drawn, action=action, subject=subject, by=by, at=at, detail=detail))
    return int(drawn)


def row(
    drawn: int, *, action: str, subject: str, by: str, at: datetime, detail: Mapping[str, Detail]
) -> dict[str, Any]:
    """This function will give the parameters of `INSERT` for a row of evidence under the id that was drawn for it.

    The id comes first, because it is part of what is digested. For callers that write the row together with others.
    """
    if not (action and subject and by):
        raise ValueError("evidence names an action, a subject and who did it")
    content = RowContent(id=drawn, at=at, by=by, action=action, subject=subject, detail=detail)
    canonical = content.canonical()
    if len(canonical) > ROW_BYTES_MAX:
        raise ValueError(f"a row of evidence has at most {ROW_BYTES_MAX} bytes, this one has {len(canonical)}")
    columns = {name: getattr(content, name) for name in RowContent.__dataclass_fields__}
    digests = {"sha256": sha256(canonical), "sm3": sm3(canonical)}
    return {f"row_{name}": value for name, value in {**columns, "detail": Jsonb(detail), **digests}.items()}


def seal(*, at: datetime) -> Block | None:
    """This function will link every committed row that has no leaf into one new block; None if there is none.

    It needs a transaction of its own: inside another one it would seal rows that may yet be undone.
    """
    with transaction.atomic(durable=True):
        _wait_for_turn()
        head = Block.objects.order_by("-number").first()
        number = head.number + 1 if head else 1
        if _link(number) == 0:
            return None
        return _close(number, at=at, previous=bytes(head.hash) if head else NOTHING)


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER])


def _link(number: int) -> int:
    """This function will give every open row its place in the block and count them."""
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [number])
        return int(cursor.rowcount)


def _close(number: int, *, at: datetime, previous: bytes) -> Block:
    """This function will compute the block over its leaves and store it."""
    rows, first, second = 0, Tree(sha256), Tree(sm3)
    for row_sha256, row_sm3 in queries.digests(number):
        first.add(row_sha256)
        second.add(row_sm3)
        rows += 1
    content = BlockContent(
        number=number,
        sealed_at=at,
        rows=rows,
        merkle_root_sha256=first.root(),
        merkle_root_sm3=second.root(),
        previous_hash=previous,
    )
    columns = {name: getattr(content, name) for name in BlockContent.__dataclass_fields__}
    return Block.objects.create(**columns, hash=content.hash())
