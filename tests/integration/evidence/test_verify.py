"""Verification against a superuser with bad intentions, who switches the triggers off."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.db import connection

from dunwell.evidence import queries
from dunwell.evidence.actions import seal
from dunwell.evidence.models import Block, Leaf, Row
from dunwell.evidence.queries import latest, prove, verify
from dunwell.evidence.rules import RowContent, sha256, sm3
from dunwell.facts.errors import DunwellError

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
Tell = Callable[..., list[int]]
Tampering = Callable[[], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ids(tell: Tell) -> list[int]:
    """This fixture will give three blocks of four rows each, and two unsealed rows."""
    numbers: list[int] = []
    for _ in range(3):
        numbers += tell(4)
        seal(at=AT)
    return numbers + tell(2)


def execute(statement: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_the_untouched_chain(ids: list[int]) -> None:
    found = verify()
    assert found.whole
    assert (found.rows, found.blocks, found.unsealed, found.unsealed_ids) == (14, 3, 2, ids[-2:])


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "by = 'somebody'",
        "action = 'test.told '",
        "subject = upper(subject)",
        "detail = detail || '{\"more\": null}'",
        "detail = jsonb_set(detail, '{n}', '1.0')",
        "detail = '[]'",
        "sha256 = sm3",
        "sm3 = sha256",
    ],
)
@pytest.mark.parametrize("index", [0, 6, 13])
def test_an_altered_row_is_named(ids: list[int], tampering: Tampering, change: str, index: int) -> None:
    with tampering():
        execute(f"UPDATE evidence_row SET {change} WHERE id = %s", ids[index])
    found = verify()
    assert found.place == f"row {ids[index]}"
    assert "altered" in found.reason


def test_a_row_altered_with_its_digests_is_named(ids: list[int], tampering: Tampering) -> None:
    row = Row.objects.get(id=ids[5])
    canonical = RowContent(
        id=row.id, at=row.at, by="somebody", action=row.action, subject=row.subject, detail=row.detail
    ).canonical()
    with tampering():
        Row.objects.filter(id=row.id).update(by="somebody", sha256=sha256(canonical), sm3=sm3(canonical))
    assert verify().place == f"row {row.id}"
    with tampering():
        Leaf.objects.filter(row=row).update(sha256=sha256(canonical))
    assert verify().place == "block 2", "who mends the leaf as well still meets the Merkle root"


def test_the_first_of_two_is_named(ids: list[int], tampering: Tampering) -> None:
    with tampering():
        execute("UPDATE evidence_row SET by = 'x' WHERE id IN (%s, %s)", ids[2], ids[9])
    assert verify().place == f"row {ids[2]}"


def test_a_deleted_row_is_named(ids: list[int], tampering: Tampering) -> None:
    with tampering():
        execute("DELETE FROM evidence_row WHERE id = %s", ids[6])
    found = verify()
    assert (found.place, found.reason) == (f"row {ids[6]}", "was deleted: leaf 2 of block 2 names it")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM evidence_leaf WHERE block_id = 2 AND position = 1", "its leaf 1 was deleted"),
        ("DELETE FROM evidence_leaf WHERE block_id = 2 AND position = 3", "3 leaves, 4 were sealed"),
        ("DELETE FROM evidence_leaf WHERE block_id = 2", "0 leaves, 4 were sealed"),
        ("UPDATE evidence_leaf SET position = 5 - position WHERE block_id = 2 AND position IN (2, 3)", "Merkle"),
        ("UPDATE evidence_leaf SET position = 9 WHERE block_id = 2 AND position = 3", "its leaf 3"),
        ("UPDATE evidence_block SET sealed_at = sealed_at - interval '1 day' WHERE number = 2", "its hash"),
        ("UPDATE evidence_block SET merkle_root_sm3 = sha256('x') WHERE number = 2", "its hash"),
        ("UPDATE evidence_block SET hash = sha256('x') WHERE number = 2", "its hash"),
        ("DELETE FROM evidence_block WHERE number = 2", "was deleted"),
        (
            """WITH rest AS (DELETE FROM evidence_leaf WHERE block_id = 2)
               DELETE FROM evidence_block WHERE number = 2""",
            "was deleted",
        ),
        ("UPDATE evidence_block SET number = 9 WHERE number = 2", "was deleted"),
    ],
)
def test_a_broken_block_is_named(ids: list[int], tampering: Tampering, statement: str, said: str) -> None:
    with tampering():
        execute("ALTER TABLE evidence_leaf DROP CONSTRAINT evidence_leaf_once_a_place")
        execute(statement)
        execute("ALTER TABLE evidence_leaf ADD CONSTRAINT evidence_leaf_once_a_place UNIQUE (block_id, position)")
    found = verify()
    assert found.place == "block 2"
    assert said in found.reason


def test_reordered_blocks_are_named(ids: list[int], tampering: Tampering) -> None:
    with tampering():
        for old, new in ((2, 99), (3, 2), (99, 3)):
            execute("UPDATE evidence_block SET number = %s WHERE number = %s", new, old)
            execute("UPDATE evidence_leaf SET block_id = %s WHERE block_id = %s", new, old)
    assert verify().place == "block 2"


def test_a_block_put_in_twice_is_named(ids: list[int], tampering: Tampering) -> None:
    block = Block.objects.get(number=3)
    with tampering():
        block.number = 4
        block.save(force_insert=True)
    assert verify().place == "block 4"


def test_a_last_block_deleted_alone_is_named(ids: list[int], tampering: Tampering) -> None:
    with tampering():
        execute("DELETE FROM evidence_block WHERE number = 3")
    found = verify()
    assert (found.place, found.reason) == ("block 3", "was deleted: its leaves are still there")


def test_a_cut_off_tail_needs_the_noted_head(ids: list[int], tampering: Tampering) -> None:
    head = verify().head
    assert verify(head=head).whole
    assert verify(head=bytes(Block.objects.get(number=1).hash)).whole, "an older head is still in the chain"
    with tampering():
        execute("DELETE FROM evidence_leaf WHERE block_id = 3")
        execute("DELETE FROM evidence_block WHERE number = 3")
        execute("DELETE FROM evidence_row WHERE id >= %s", ids[8])
    assert verify().whole, "nothing inside the database can show it"
    assert verify(head=head).place == "head"


def test_a_chain_written_anew_needs_the_noted_head(ids: list[int], tampering: Tampering) -> None:
    head = verify().head
    with tampering():
        execute("DELETE FROM evidence_leaf")
        execute("DELETE FROM evidence_block")
        execute("DELETE FROM evidence_row WHERE id = %s", ids[0])
    seal(at=AT)
    assert verify().whole
    assert not verify(head=head).whole


def test_what_the_tampering_fixture_does_is_over_afterwards(ids: list[int], tampering: Tampering) -> None:
    with tampering():
        execute("UPDATE evidence_row SET by = 'x' WHERE id = %s", ids[0])
    with pytest.raises(Exception, match="append-only"):
        execute("UPDATE evidence_row SET by = 'y' WHERE id = %s", ids[0])


def test_streams_of_more_than_one_portion(ids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PORTION", 3)
    assert verify().rows == 14
    assert prove(ids[7]).holds()


def test_memory_stays_flat(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the rows, the same memory: what is read is let go."""
    monkeypatch.setattr(queries, "PORTION", 50)
    peaks = []
    for count in (200, 2000):
        tell(count, filler="x" * 500)
        tracemalloc.start()
        seal(at=AT)
        assert verify().whole
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The ids of unsealed rows are listed, up to a limit; here there are none.
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("index", range(12))
def test_every_sealed_row_is_proven(ids: list[int], index: int) -> None:
    proof = prove(ids[index])
    assert proof.holds()
    assert (proof.row.id, proof.block.number, proof.index) == (ids[index], index // 4 + 1, index % 4)


def test_what_cannot_be_proven(ids: list[int], tampering: Tampering) -> None:
    with pytest.raises(DunwellError, match="not yet sealed"):
        prove(ids[-1])
    with pytest.raises(DunwellError, match="does not exist"):
        prove(ids[-1] + 1000)
    with tampering():
        execute("UPDATE evidence_row SET sm3 = sha256 WHERE id = %s", ids[1])
    with pytest.raises(DunwellError, match="cannot be proven"):
        prove(ids[0])
    with tampering():
        execute("DELETE FROM evidence_row WHERE id = %s", ids[1])
    with pytest.raises(DunwellError, match="cannot be proven"):
        prove(ids[0])


def test_the_latest_come_first(ids: list[int]) -> None:
    rows = latest(3)
    assert [row.id for row in rows] == ids[-1:-4:-1]
    assert [hasattr(row, "leaf") for row in rows] == [False, False, True]
