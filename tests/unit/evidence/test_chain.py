"""The chain's checks without a database: every way to tamper, and the name that it is called by."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from dunwell.evidence.chain import LISTED_MAX, Proof, StoredBlock, StoredLeaf, StoredRow, Verification, verify
from dunwell.evidence.rules import NOTHING, BlockContent, RowContent, sha256, sm3
from dunwell.evidence.tree import audit_path, root

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def stored(number: int, *, detail: str = '{"rows": 3}') -> StoredRow:
    """This function will make a row as the database would hold it."""
    content = RowContent(
        id=number, at=AT, by="cli:li", action="plan.made", subject=f"s{number}", detail=json.loads(detail)
    )
    canonical = content.canonical()
    return StoredRow(
        id=number,
        at=AT,
        by="cli:li",
        action="plan.made",
        subject=f"s{number}",
        detail=detail,
        sha256=sha256(canonical),
        sm3=sm3(canonical),
    )


@dataclass
class Chain:
    """Three lists that a test may spoil before they are verified."""

    blocks: list[StoredBlock] = field(default_factory=list)
    leaves: list[StoredLeaf] = field(default_factory=list)
    unsealed: list[StoredRow] = field(default_factory=list)

    def seal(self, *numbers: int) -> None:
        """This function will link rows as the sealer does."""
        rows = [stored(number) for number in numbers]
        content = BlockContent(
            number=len(self.blocks) + 1,
            sealed_at=AT,
            rows=len(rows),
            merkle_root_sha256=root((row.sha256 for row in rows), digest=sha256),
            merkle_root_sm3=root((row.sm3 for row in rows), digest=sm3),
            previous_hash=self.blocks[-1].hash if self.blocks else NOTHING,
        )
        self.blocks.append(StoredBlock(content=content, hash=content.hash()))
        self.leaves += [
            StoredLeaf(block=content.number, position=position, row_id=row.id, sha256=row.sha256, row=row)
            for position, row in enumerate(rows)
        ]

    def verify(self, *, expected: bytes | None = None) -> Verification:
        """This function will verify the lists as streams."""
        return verify(
            blocks=iter(self.blocks), leaves=iter(self.leaves), unsealed=iter(self.unsealed), expected=expected
        )

    def row(self, index: int, row: StoredRow | None) -> None:
        """This function will put another row, or none, under a leaf."""
        self.leaves[index] = replace(self.leaves[index], row=row)

    def block(self, index: int, **columns: object) -> None:
        """This function will alter columns of a block and hash it anew."""
        content = replace(self.blocks[index].content, **columns)  # type: ignore[arg-type]
        self.blocks[index] = StoredBlock(content=content, hash=content.hash())


@pytest.fixture
def chain() -> Chain:
    """This fixture will give three blocks (rows 1 to 9; a row that committed late) and two unsealed rows."""
    made = Chain()
    made.seal(1, 2, 4, 5)
    made.seal(3, 6)
    made.seal(7, 8, 9)
    made.unsealed = [stored(10), stored(12)]
    return made


def test_a_whole_chain(chain: Chain) -> None:
    found = chain.verify()
    assert found.whole
    assert (found.rows, found.blocks, found.unsealed, found.unsealed_ids) == (11, 3, 2, [10, 12])
    assert found.head == chain.blocks[-1].hash


def test_an_empty_chain() -> None:
    found = Chain().verify()
    assert found.whole
    assert (found.rows, found.blocks, found.head) == (0, 0, NOTHING)
    assert Chain().verify(expected=NOTHING).whole


def test_unsealed_rows_are_all_counted_and_some_listed(chain: Chain) -> None:
    chain.unsealed = [stored(number) for number in range(100, 100 + LISTED_MAX + 5)]
    found = chain.verify()
    assert found.unsealed == LISTED_MAX + 5
    assert len(found.unsealed_ids) == LISTED_MAX


@pytest.mark.parametrize("expected", range(3))
def test_a_noted_head_is_still_there(chain: Chain, expected: int) -> None:
    assert chain.verify(expected=chain.blocks[expected].hash).whole


def test_a_cut_off_tail_shows_by_the_noted_head_only(chain: Chain) -> None:
    head = chain.blocks.pop().hash
    del chain.leaves[-3:]
    assert chain.verify().whole
    found = chain.verify(expected=head)
    assert found.place == "head"
    assert "cut off" in found.reason


def spoil_column(chain: Chain) -> None:
    chain.row(4, replace(stored(3), by="cli:somebody"))


def spoil_detail(chain: Chain) -> None:
    chain.row(4, replace(stored(3), detail='{"rows": 4}'))


def spoil_detail_to_a_float(chain: Chain) -> None:
    chain.row(4, replace(stored(3), detail='{"rows": 3.0}'))


def spoil_detail_to_no_json(chain: Chain) -> None:
    chain.row(4, replace(stored(3), detail="{"))


def spoil_one_digest(chain: Chain) -> None:
    chain.row(4, replace(stored(3), sm3=bytes(32)))


def spoil_row_and_digests(chain: Chain) -> None:
    chain.row(4, stored(3, detail='{"rows": 4}'))


def delete_row(chain: Chain) -> None:
    chain.row(4, None)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoil_column, "was altered"),
        (spoil_detail, "was altered"),
        (spoil_detail_to_a_float, "was altered"),
        (spoil_detail_to_no_json, "was altered"),
        (spoil_one_digest, "was altered"),
        (spoil_row_and_digests, "not the row that was sealed"),
        (delete_row, "was deleted"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_spoilt_row_is_named(chain: Chain, spoil: Callable[[Chain], None], reason: str) -> None:
    spoil(chain)
    found = chain.verify()
    assert not found.whole
    assert found.place == "row 3"
    assert reason in found.reason


def replace_row_digests_and_leaf(chain: Chain) -> None:
    other = stored(3, detail='{"rows": 4}')
    chain.leaves[4] = replace(chain.leaves[4], row=other, sha256=other.sha256)


def delete_leaf_in_the_middle(chain: Chain) -> None:
    del chain.leaves[4]


def delete_last_leaf(chain: Chain) -> None:
    del chain.leaves[5]


def delete_all_leaves(chain: Chain) -> None:
    del chain.leaves[4:6]


def add_a_leaf(chain: Chain) -> None:
    row = stored(99)
    chain.leaves.insert(6, StoredLeaf(block=2, position=2, row_id=99, sha256=row.sha256, row=row))


def swap_leaves(chain: Chain) -> None:
    first, second = chain.leaves[4:6]
    chain.leaves[4:6] = [replace(second, position=0), replace(first, position=1)]


def alter_block(chain: Chain) -> None:
    altered = replace(chain.blocks[1].content, rows=3)
    chain.blocks[1] = replace(chain.blocks[1], content=altered)


def alter_block_and_hash(chain: Chain) -> None:
    chain.block(1, previous_hash=bytes(32))


def delete_block(chain: Chain) -> None:
    del chain.blocks[1]


def delete_block_and_leaves(chain: Chain) -> None:
    del chain.blocks[1]
    del chain.leaves[4:6]


def swap_blocks(chain: Chain) -> None:
    second, third = chain.blocks[1:3]
    chain.blocks[1:3] = [
        replace(third, content=replace(third.content, number=2)),
        replace(second, content=replace(second.content, number=3)),
    ]


def swap_blocks_and_hash_them_anew(chain: Chain) -> None:
    second, third = chain.blocks[1].content, chain.blocks[2].content
    chain.block(1, rows=third.rows, merkle_root_sha256=third.merkle_root_sha256, merkle_root_sm3=third.merkle_root_sm3)
    chain.block(2, rows=second.rows, merkle_root_sha256=second.merkle_root_sha256, previous_hash=chain.blocks[1].hash)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (replace_row_digests_and_leaf, "Merkle roots"),
        (delete_leaf_in_the_middle, "its leaf 0"),
        (delete_last_leaf, "has 1 leaves, 2 were sealed"),
        (delete_all_leaves, "has 0 leaves"),
        (add_a_leaf, "has 3 leaves"),
        (swap_leaves, "Merkle roots"),
        (alter_block, "its columns do not give its hash"),
        (alter_block_and_hash, "another block before it"),
        (delete_block, "was deleted"),
        (delete_block_and_leaves, "was deleted"),
        (swap_blocks, "its columns do not give its hash"),
        (swap_blocks_and_hash_them_anew, "has 2 leaves, 3 were sealed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_spoilt_block_is_named(chain: Chain, spoil: Callable[[Chain], None], reason: str) -> None:
    spoil(chain)
    found = chain.verify()
    assert found.place == "block 2"
    assert reason in found.reason


def test_one_root_alone_is_not_enough(chain: Chain) -> None:
    chain.block(2, merkle_root_sm3=bytes(32))
    assert chain.verify().place == "block 3"


def test_a_last_block_deleted_without_its_leaves_is_named(chain: Chain) -> None:
    chain.blocks.pop()
    found = chain.verify()
    assert (found.place, found.reason) == ("block 3", "was deleted: its leaves are still there")


def test_a_row_altered_before_it_was_sealed(chain: Chain) -> None:
    chain.unsealed[1] = replace(chain.unsealed[1], subject="other")
    found = chain.verify()
    assert found.place == "row 12"
    assert found.unsealed_ids == [10]


def test_the_first_fault_is_named(chain: Chain) -> None:
    chain.row(7, None)
    spoil_detail(chain)
    chain.unsealed[0] = replace(chain.unsealed[0], subject="other")
    assert chain.verify().place == "row 3"


@pytest.fixture
def proof() -> Proof:
    """This fixture will prove the third of seven rows."""
    made = Chain()
    made.seal(*range(1, 8))
    rows = [leaf.row for leaf in made.leaves if leaf.row]
    return Proof(
        row=rows[2].content(),
        block=made.blocks[0].content,
        index=2,
        path_sha256=tuple(audit_path((row.sha256 for row in rows), index=2, size=7, digest=sha256)),
        path_sm3=tuple(audit_path((row.sm3 for row in rows), index=2, size=7, digest=sm3)),
    )


def test_a_proof_holds(proof: Proof) -> None:
    assert proof.holds()


@pytest.mark.parametrize(
    "change",
    [
        {"index": 3},
        {"path_sha256": ()},
        {"path_sm3": (bytes(32),) * 3},
        {"row": stored(4).content()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_spoilt_proof_does_not(proof: Proof, change: dict[str, object]) -> None:
    assert not replace(proof, **change).holds()  # type: ignore[arg-type]
