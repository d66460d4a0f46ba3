"""The page of the checks names every kind, in both languages, and says how to mend it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from checked_tables import column, found, table

from dunwell.engine.checks import conflicts, coverage
from dunwell.engine.checks.finding import Kind

PAGE = (Path(__file__).resolve().parents[3] / "docs/reference/strategy-checks.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
NAMES = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", PAGE, flags=re.MULTILINE))


def test_every_kind_is_in_the_list_in_the_order_of_the_findings() -> None:
    assert list(NAMES) == list(get_args(Kind))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_a_section_with_its_chinese_name_and_a_cure(kind: str) -> None:
    (section,) = [text for text in SECTIONS if f"{kind} ({NAMES[kind]})" in text.splitlines()[0]]
    assert "*Mend it:*" in section


def test_the_limits_that_the_page_tells_are_the_limits() -> None:
    assert f"({coverage.GAPS_MAX} gaps, {conflicts.OVERLAPS_MAX} overlaps)" in PAGE


def test_the_example_of_a_gap_is_one() -> None:
    rows = re.findall(r"^\| `(. 30)` \| (\S+) \|", PAGE, flags=re.MULTILINE)
    (gap,) = found(table("UNIQUE", [column("days", "number", ">= 0")], rows))
    assert str(gap.example["days"]) == "30"
