"""The nine mappings fit the nine files: every column they read is there, and every column there is read."""

from __future__ import annotations

import pytest

from dunwell.intake.mapping.reading import find
from dunwell.lab.sample.source import Source
from dunwell.lab.sample.write import NAMESPACE, SOURCES
from dunwell.ledger.targets import TARGETS

# Columns that a file brings along and the ledger has no use for.
UNREAD = {("court", "法院"), ("payments", "booked_date")}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_the_mapping_reads_the_columns_of_its_file(source: Source) -> None:
    mapping = find(source.mapping)
    read = {column.name for column in mapping.recipe.columns}
    assert read <= set(source.columns)
    assert {(source.kind, name) for name in set(source.columns) - read} <= UNREAD


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_the_mapping_names_source_and_kind(source: Source) -> None:
    recipe = find(source.mapping).recipe
    assert (recipe.source, recipe.kind) == (NAMESPACE, source.kind)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_personal_columns_are_sealed(source: Source) -> None:
    personal = {"name", "identity_no", "mobile", "old_mobile", "email", "app_id", "social_id", "address", "note"}
    assert find(source.mapping).recipe.secret_columns == personal & set(source.columns)


def test_together_they_fill_every_table_of_the_ledger() -> None:
    filled = {entry.target.name for source in SOURCES for entry in find(source.mapping).recipe.entries}
    assert filled == set(TARGETS)
