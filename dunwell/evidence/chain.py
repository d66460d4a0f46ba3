"""What must be true of the chain: pure checks over streams of rows, leaves and blocks, and the proof of one row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dunwell.evidence.rules import NOTHING, BlockContent, RowContent, sha256, sm3
from dunwell.evidence.tree import Tree, implied_root

# So many unsealed rows are listed by id; all of them are counted.
LISTED_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """A row as the database holds it: columns that may have been altered, and the digests beside them."""

    id: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: str
    sha256: bytes
    sm3: bytes

    def content(self) -> RowContent:
        """This function will read the columns; raises ValueError where the detail is no JSON that Python reads."""
        return RowContent(
            id=self.id,
            at=self.at,
            by=self.by,
            action=self.action,
            subject=self.subject,
            detail=json.loads(self.detail),
        )

    def whole(self) -> bool:
        """This function will tell whether the columns still give both digests."""
        try:
            canonical = self.content().canonical()
        except (TypeError, ValueError, RecursionError):
            return False  # Nothing of the kind was ever recorded.
        return sha256(canonical) == self.sha256 and sm3(canonical) == self.sm3


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeaf:
    """A leaf as the database holds it, with the row that it names, if that is still there."""

    block: int
    position: int
    row_id: int
    sha256: bytes
    row: StoredRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlock:
    """A block as the database holds it."""

    content: BlockContent
    hash: bytes


class BrokenError(Exception):
    """The first thing that is not as it was sealed; never leaves this module."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason


@dataclass(slots=True)
class Verification:
    """What a walk along the chain found; `place` and `reason` name the first broken thing and are empty if none is."""

    rows: int = 0
    blocks: int = 0
    head: bytes = NOTHING
    unsealed: int = 0
    # The first ids of rows that no block holds yet.
    unsealed_ids: list[int] = field(default_factory=list)
    place: str = ""
    reason: str = ""

    @property
    def whole(self) -> bool:
        """This function will tell whether nothing was found broken."""
        return not self.place


def verify(
    *,
    blocks: Iterable[StoredBlock],
    leaves: Iterable[StoredLeaf],
    unsealed: Iterable[StoredRow],
    expected: bytes | None = None,
) -> Verification:
    """This function will walk along blocks and leaves, both in order, then the unsealed rows, up to the first fault.

    `expected` is the hash of some block, noted outside the database earlier: without it a tail that was cut off
    together with its rows does not show.
    """
    found = Verification()
    try:
        met = _walk(blocks, leaves=leaves, found=found, expected=expected)
        if expected is not None and not met:
            raise BrokenError(
                "head", "no block has the expected hash: the end was cut off, or the chain was written anew"
            )
        _walk_unsealed(unsealed, found=found)
    except BrokenError as broken:
        found.place, found.reason = broken.place, broken.reason
    return found


class _Leaves:
    """A stream of leaves, handed out block by block."""

    def __init__(self, leaves: Iterable[StoredLeaf]) -> None:
        self._rest = iter(leaves)
        self.following = next(self._rest, None)

    def of(self, block: int) -> Iterator[StoredLeaf]:
        """This function will yield the leaves up to the first that belongs to another block."""
        while self.following is not None and self.following.block == block:
            leaf, self.following = self.following, next(self._rest, None)
            yield leaf


def _walk(
    blocks: Iterable[StoredBlock], *, leaves: Iterable[StoredLeaf], found: Verification, expected: bytes | None
) -> bool:
    """This function will check every block with its leaves, and tell whether the expected hash was met on the way."""
    met = expected == NOTHING
    rest = _Leaves(leaves)
    for block in blocks:
        _check_link(block, found=found)
        _check_leaves(block.content, leaves=rest.of(block.content.number), found=found)
        found.blocks, found.head = block.content.number, block.hash
        met = met or block.hash == expected
    if rest.following is not None:
        raise BrokenError(f"block {rest.following.block}", "was deleted: its leaves are still there")
    return met


def _check_link(block: StoredBlock, *, found: Verification) -> None:
    """This function will check that the block is the next one, is as it was hashed, and names the one before."""
    number = block.content.number
    if number != found.blocks + 1:
        raise BrokenError(f"block {found.blocks + 1}", f"was deleted: block {number} follows block {found.blocks}")
    if block.content.hash() != block.hash:
        raise BrokenError(f"block {number}", "was altered: its columns do not give its hash")
    if block.content.previous_hash != found.head:
        raise BrokenError(f"block {number}", "does not follow: it names another block before it")


def _check_leaves(block: BlockContent, *, leaves: Iterator[StoredLeaf], found: Verification) -> None:
    """This function will check every row of a block, then that the rows together give its two roots."""
    place, count, first, second = f"block {block.number}", 0, Tree(sha256), Tree(sm3)
    for leaf in leaves:
        if leaf.position != count:
            raise BrokenError(place, f"its leaf {count} was deleted or moved")
        row = _check_row(leaf)
        first.add(row.sha256)
        second.add(row.sm3)
        count += 1
        found.rows += 1
    if count != block.rows:
        raise BrokenError(place, f"has {count} leaves, {block.rows} were sealed")
    if (first.root(), second.root()) != (block.merkle_root_sha256, block.merkle_root_sm3):
        raise BrokenError(place, "its rows do not give its Merkle roots: leaves or digests were replaced")


def _check_row(leaf: StoredLeaf) -> StoredRow:
    place = f"row {leaf.row_id}"
    if leaf.row is None:
        raise BrokenError(place, f"was deleted: leaf {leaf.position} of block {leaf.block} names it")
    if not leaf.row.whole():
        raise BrokenError(place, "was altered: its columns do not give its digests")
    if leaf.row.sha256 != leaf.sha256:
        raise BrokenError(place, "was altered together with its digests: it is not the row that was sealed")
    return leaf.row


def _walk_unsealed(rows: Iterable[StoredRow], *, found: Verification) -> None:
    for row in rows:
        if not row.whole():
            raise BrokenError(f"row {row.id}", "was altered before it was sealed: its columns do not give its digests")
        found.rows += 1
        found.unsealed += 1
        if found.unsealed <= LISTED_MAX:
            found.unsealed_ids.append(row.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That one row is in one block: who holds the block's hash needs nothing else to check it."""

    row: RowContent
    block: BlockContent
    index: int
    path_sha256: tuple[bytes, ...]
    path_sm3: tuple[bytes, ...]

    def holds(self) -> bool:
        """This function will recompute both roots from the row's bytes and the two paths."""
        canonical = self.row.canonical()
        place = {"index": self.index, "size": self.block.rows}
        first = implied_root(sha256(canonical), path=self.path_sha256, digest=sha256, **place)
        second = implied_root(sm3(canonical), path=self.path_sm3, digest=sm3, **place)
        return (first, second) == (self.block.merkle_root_sha256, self.block.merkle_root_sm3)
