"""What every visitor looks for first is there, and says what the package says."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PARTS = sorted(path.parent.name for path in (ROOT / "dunwell").glob("*/__init__.py"))


def glossary() -> list[list[str]]:
    """This function will give the rows of the glossary's tables without their heads."""
    rows = []
    for line in (ROOT / "GLOSSARY.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("English", "Not this") and not cells[0].startswith("--"):
            rows.append(cells)
    return rows


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "GLOSSARY.md", "docs/index.md", "Makefile"]
)
def test_a_visitor_finds_it(name: str) -> None:
    assert (ROOT / name).stat().st_size > 100


def test_the_licence_is_the_one_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "LICENSE").read_text()
    assert project["license"] == "Apache-2.0"
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", text)
    assert "END OF TERMS AND CONDITIONS" in text
    assert "9. Accepting Warranty or Additional Liability." in text


def test_every_released_version_is_in_the_changelog() -> None:
    heads = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in heads[1:])


@pytest.mark.parametrize("part", PARTS)
def test_every_part_says_in_one_sentence_what_it_is_for(part: str) -> None:
    tree = ast.parse((ROOT / "dunwell" / part / "__init__.py").read_text())
    said = ast.get_docstring(tree) or ""
    assert said.endswith((".", "?"))
    assert len(tree.body) == 1


def test_the_glossary_has_all_its_terms_in_both_languages() -> None:
    terms = [row for row in glossary() if len(row) == 3]
    assert len(terms) >= 160
    assert [row for row in terms if not row[0] or not row[1]] == []
    words = [row[0] for row in terms]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_the_glossary_writes_chinese_in_the_second_column() -> None:
    """A term that stays Latin in Chinese (IVR) still has its Chinese reading beside it."""
    table = (ROOT / "GLOSSARY.md").read_text().partition("## Avoid")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ") and "| 中文 |" not in line]
    assert [row[1] for row in rows if not re.search(r"[\u4e00-\u9fff]", row[2])] == []


def test_what_is_avoided_has_its_better_word() -> None:
    avoided = (ROOT / "GLOSSARY.md").read_text().partition("## Avoid")[2]
    rows = [line.split("|") for line in avoided.splitlines() if line.startswith("| ") and "Not this" not in line]
    assert len(rows) >= 8
    assert all(row[1].strip() and row[2].strip() for row in rows)
