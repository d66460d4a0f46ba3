"""The Merkle tree of RFC 6962 (section 2.1) over any digest: roots, audit paths and their verification.

Leaves stream through: memory grows with the tree's height, never with its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from dunwell.evidence.rules import Digest

LEAF = b"\x00"
NODE = b"\x01"


class Tree:
    """A tree that leaves are added to; it keeps only the roots of its whole subtrees, largest first."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, data: bytes) -> None:
        """This function will append one leaf."""
        size, node = 1, self._digest(LEAF + data)
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, node = 2 * size, self._digest(NODE + left + node)
        self._peaks.append((size, node))

    def root(self) -> bytes:
        """This function will return the hash of the tree as it stands; of an empty one, the digest of nothing."""
        if not self._peaks:
            return self._digest(b"")
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = self._digest(NODE + left + node)
        return node


def root(leaves: Iterable[bytes], *, digest: Digest) -> bytes:
    """This function will return the Merkle tree hash of the leaves."""
    tree = Tree(digest)
    for data in leaves:
        tree.add(data)
    return tree.root()


def path_ranges(*, index: int, size: int) -> Iterator[tuple[int, int]]:
    """This function will name the subtrees [start, end) beside the way from the leaf up to the root, lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    yield from reversed(list(_ranges_down(index=index, size=size)))


def _ranges_down(*, index: int, size: int) -> Iterator[tuple[int, int]]:
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _split(size: int) -> int:
    """This function will return the largest power of two below the size."""
    return int(1 << (size - 1).bit_length() - 1)


def audit_path(leaves: Iterable[bytes], *, index: int, size: int, digest: Digest) -> list[bytes]:
    """This function will return the hashes that, with the leaf, give the root; it goes through the leaves once."""
    ranges = list(path_ranges(index=index, size=size))
    stream = iter(leaves)
    found: dict[tuple[int, int], bytes] = {}
    for start, end in sorted([*ranges, (index, index + 1)]):
        found[start, end] = root(islice(stream, end - start), digest=digest)
    return [found[part] for part in ranges]


def implied_root(data: bytes, *, index: int, size: int, path: Sequence[bytes], digest: Digest) -> bytes | None:
    """This function will return the root that leaf and path give (RFC 9162, 2.1.3.2); None if they cannot fit."""
    if not 0 <= index < size:
        return None
    place, last, node = index, size - 1, digest(LEAF + data)
    for beside in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = digest(NODE + beside + node)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            node = digest(NODE + node + beside)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None
