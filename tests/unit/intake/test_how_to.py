"""docs/how-to/add-a-source.md says what is so: its examples can be read, and it names all that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from dunwell.database import ROOT
from dunwell.intake.mapping import columns, document
from dunwell.intake.mapping.patterns import DIRECTIVES, NULL_WORDS
from dunwell.intake.mapping.reading import read
from dunwell.intake.readers.export import ADDED
from dunwell.ledger.kinds import SourceKind
from dunwell.ledger.targets import TARGETS

PAGE = (ROOT / "docs/how-to/add-a-source.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_is_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "telco_bills.yaml").write_text(EXAMPLES[0], encoding="utf-8")
    found = read(tmp_path / "telco_bills.yaml")
    assert [entry.target.name for entry in found.recipe.entries] == ["charge"]


def test_the_example_of_derived_columns_fits_into_a_mapping(tmp_path: Path) -> None:
    assert EXAMPLES[1].startswith("derived:")
    whole = EXAMPLES[0].replace("facts:", f"  bill: {{type: money}}\n  paid: {{type: money}}\n{EXAMPLES[1]}facts:")
    (tmp_path / "telco_bills.yaml").write_text(whole, encoding="utf-8")
    assert [name for name, _ in read(tmp_path / "telco_bills.yaml").recipe.derived] == ["minimum", "unpaid"]


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_named(target: str) -> None:
    assert f"`{target}`" in PAGE


@pytest.mark.parametrize("word", [*document.EXPRESSIONS, *document.CONDITIONS, *document.FORMATS])
def test_every_word_of_the_format_is_named(word: str) -> None:
    assert f"`{word}`" in PAGE or f"{{{word}: " in PAGE or f"{word}: " in PAGE


def test_every_type_of_column_and_its_options_are_named() -> None:
    for model in get_args(get_args(columns.AnyColumn)[0]):
        [kind] = get_args(model.model_fields["type"].annotation)
        assert f"`{kind}`" in PAGE
        for option in model.model_fields.keys() - {"type", "required"}:
            assert f"`{option}`" in PAGE, (kind, option)


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_every_part_of_a_date_is_named(directive: str) -> None:
    assert directive in PAGE


@pytest.mark.parametrize("name", ADDED)
def test_every_added_column_of_an_export_is_named(name: str) -> None:
    assert name in PAGE


@pytest.mark.parametrize("word", sorted({word.upper() for word in NULL_WORDS if word}))
def test_every_word_for_nothing_is_named(word: str) -> None:
    assert word in PAGE.upper()


def test_the_kinds_of_source_can_be_found() -> None:
    assert "ledger/kinds.py" in PAGE
    assert len(SourceKind) == 9


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(dunwell/[a-z_/]+\.py|mappings/[a-z_]+\.yaml)`", PAGE))))
def test_every_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
