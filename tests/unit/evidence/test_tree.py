"""The Merkle tree: the known roots and paths of Certificate Transparency, and RFC 6962's own recursive definition."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.evidence.rules import Digest, sha256, sm3
from dunwell.evidence.tree import Tree, audit_path, implied_root, path_ranges, root

# Inputs, roots and paths of the reference implementation's tests (google/certificate-transparency).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def naive(leaves: Sequence[bytes], digest: Digest) -> bytes:
    """This function will compute the root as RFC 6962, 2.1 defines it."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\x00" + leaves[0])
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return digest(b"\x01" + naive(leaves[:half], digest) + naive(leaves[half:], digest))


def numbered(size: int) -> list[bytes]:
    """This function will make leaves that differ."""
    return [str(number).encode() for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    assert root(LEAVES[:size], digest=sha256).hex() == ROOTS[size]


def test_a_known_path() -> None:
    path = audit_path(LEAVES, index=0, size=8, digest=sha256)
    assert [node.hex() for node in path] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


@pytest.mark.parametrize("digest", [sha256, sm3])
@given(size=st.integers(0, 70))
def test_the_stream_agrees_with_the_definition(digest: Digest, size: int) -> None:
    assert root(iter(numbered(size)), digest=digest) == naive(numbered(size), digest)


def test_a_root_may_be_asked_for_in_between() -> None:
    tree = Tree(sha256)
    for size, leaf in enumerate(LEAVES):
        assert tree.root().hex() == ROOTS[size]
        tree.add(leaf)


def test_memory_grows_with_the_height_only() -> None:
    tree = Tree(sha256)
    for leaf in numbered(5000):
        tree.add(leaf)
    assert len(tree._peaks) <= 13


@pytest.mark.parametrize("digest", [sha256, sm3])
@given(size=SIZES, data=st.data())
def test_every_leaf_is_proven(digest: Digest, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    path = audit_path(iter(leaves), index=index, size=size, digest=digest)
    assert implied_root(leaves[index], index=index, size=size, path=path, digest=digest) == naive(leaves, digest)


@given(size=SIZES, data=st.data())
def test_nothing_else_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    whole = root(leaves, digest=sha256)
    path = audit_path(leaves, index=index, size=size, digest=sha256)
    other = data.draw(st.integers(0, size - 1))
    for wrong in (
        implied_root(b"another", index=index, size=size, path=path, digest=sha256),
        implied_root(leaves[index], index=index, size=size, path=[*path, bytes(32)], digest=sha256),
        implied_root(leaves[index], index=index, size=size, path=path[1:] + path[:1], digest=sha256)
        if len(set(path)) > 1
        else None,
        implied_root(leaves[index], index=other, size=size, path=path, digest=sha256) if other != index else None,
        implied_root(leaves[index], index=index, size=size, path=path[:-1], digest=sha256) if path else None,
    ):
        assert wrong != whole


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree(index: int, size: int) -> None:
    assert implied_root(b"", index=index, size=size, path=[], digest=sha256) is None
    with pytest.raises(ValueError, match="no leaf"):
        list(path_ranges(index=index, size=size))


@given(size=SIZES, data=st.data())
def test_a_path_covers_every_other_leaf_once(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    covered = [leaf for start, end in path_ranges(index=index, size=size) for leaf in range(start, end)]
    assert sorted([*covered, index]) == list(range(size))
