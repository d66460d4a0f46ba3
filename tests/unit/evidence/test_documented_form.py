"""The page about the form of evidence is true: its worked example is recomputed from its own words."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dunwell.evidence.rules import BLOCK_FORM, NOTHING, ROW_FORM, BlockContent, RowContent, sha256, sm3
from dunwell.evidence.tree import root

PAGE = (Path(__file__).parents[3] / "docs/reference/evidence-format.md").read_text(encoding="utf-8")
SEALED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def fences(language: str) -> list[str]:
    """This function will return the page's blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.fixture
def row() -> RowContent:
    """This fixture will read the row of the worked example."""
    [text] = fences("json")
    columns: dict[str, Any] = json.loads(text)
    return RowContent(**columns | {"at": datetime.fromisoformat(columns["at"])})


def test_the_bytes_of_the_row(row: RowContent) -> None:
    assert row.canonical() == bytes.fromhex(fences("hex")[0])


def test_the_digests_of_the_row(row: RowContent) -> None:
    canonical = row.canonical()
    assert fences("digests")[0].split() == [sha256(canonical).hex(), sm3(canonical).hex()]


def test_the_block(row: RowContent) -> None:
    canonical = row.canonical()
    block = BlockContent(
        number=1,
        sealed_at=SEALED_AT,
        rows=1,
        merkle_root_sha256=root([sha256(canonical)], digest=sha256),
        merkle_root_sm3=root([sm3(canonical)], digest=sm3),
        previous_hash=NOTHING,
    )
    roots = [block.merkle_root_sha256.hex(), block.merkle_root_sm3.hex()]
    assert fences("digests")[1].split() == [*roots, block.hash().hex()]
    assert hashlib.sha256(bytes.fromhex(fences("hex")[1])).hexdigest() == block.hash().hex()


def test_the_example_by_another_hand() -> None:
    """Written a second time from the page alone, without the code that it describes."""

    def value(tag: str, payload: bytes) -> bytes:
        return tag.encode() + len(payload).to_bytes(4, "big") + payload

    def text(content: str) -> bytes:
        return value("S", content.encode())

    files = value("L", text("计划.csv") + value("N", b""))
    detail = value("D", text("files") + files + text("fresh") + value("T", b"") + text("rows") + value("I", b"3"))
    at = str(int(datetime(2026, 3, 1, 8, 30, tzinfo=UTC).timestamp()) * 1_000_000 + 250_000).encode()
    told = [text("dunwell/evidence/row/1"), value("I", b"7"), value("I", at), text("cli:li"), text("plan.made")]
    assert value("L", b"".join([*told, text("2026-03-01"), detail])) == bytes.fromhex(fences("hex")[0])


def test_the_page_names_both_forms() -> None:
    assert ROW_FORM in PAGE
    assert BLOCK_FORM in PAGE
