"""`dunwell strategy …` as a user types it: what is printed, what is written, how it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from dunwell.cli import strategy
from dunwell.database import ROOT
from dunwell.engine.writing.canonical import canonical
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy.console, "width", 80)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the house's strategies, which a test may change."""
    shutil.copytree(ROOT / "strategies", tmp_path / "strategies")
    return tmp_path / "strategies"


def said(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(strategy.app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


# show


def test_show_prints_the_tree_and_every_table_within_80_columns(folder: Path) -> None:
    text = said("show", folder / "segment")
    assert max(len(line) for line in text.splitlines()) <= 80
    for word in ("grade ← delinquent_days", "grade · FIRST · 5 rules", "[31..60]", '"M3+"', "More than 90 days late"):
        assert word in text


def test_show_of_a_wide_table_tells_only_the_conditions_that_count(folder: Path) -> None:
    text = said("show", folder / "eligibility")
    assert "eligible · COLLECT" in text
    assert 'care: "hardship"' in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_show_of_one_decision_in_chinese(folder: Path) -> None:
    text = said("show", folder, "--decision", "grade", "--lang", "zh")
    assert "逾期超过90天" in text
    assert "care ·" not in text


def test_show_of_a_decision_nobody_knows_names_those_there_are(folder: Path) -> None:
    with pytest.raises(DunwellError, match="no decision is called 'colour'"):
        said("show", folder, "--decision", "colour")


def test_a_path_without_strategies_is_refused(tmp_path: Path) -> None:
    for words in (("show", tmp_path), ("format", tmp_path / "none.dmn"), ("diff", tmp_path, tmp_path)):
        with pytest.raises(DunwellError, match="there is no DMN file"):
            said(*words)


def test_diff_with_a_version_that_is_not_there_says_what_can_be_named(folder: Path) -> None:
    with pytest.raises(DunwellError, match="a day for which a plan was made"):
        said("diff", "1999-01-01", folder)


# check


def test_check_counts_its_findings_and_ends_with_1_on_an_error(folder: Path) -> None:
    change(folder / "segment" / "segment.dmn", "<text>&gt; 90</text>", "<text>-</text>")
    text = said("check", folder / "segment", code=1)
    assert "error subsumed segment.dmn, grade: Row 2 never answers" in text.replace("\n", " ")
    assert "for example: delinquent_days = " in text.replace("\n", " ")
    assert "1 file: " in text
    assert "错误" in said("check", folder / "segment", "--lang", "zh", code=1)


# diff


def test_diff_says_what_changed_file_by_file(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "new")
    assert "nothing has changed" in said("diff", folder, tmp_path / "new")
    change(tmp_path / "new" / "segment" / "segment.dmn", "[31..60]", "[31..45]")
    (tmp_path / "new" / "eligibility" / "eligibility.dmn").unlink()
    change(tmp_path / "new" / "treatments.yaml", "harm_price: 20.00", "harm_price: 30.00")
    text = said("diff", folder, tmp_path / "new")
    assert "the file is gone" in text
    assert "treatments.yaml: differs; it is no table: compare it as text" in text
    assert "column 'delinquent_days': [31..60] → [31..45]" in " ".join(text.split())
    assert "3 changes" in text
    one = said("diff", folder, tmp_path / "new" / "segment" / "segment.dmn", "--lang", "zh")
    assert "1 处变化" in one


# test


def test_the_house_cases_come_true_on_both_engines(folder: Path) -> None:
    text = said("test", folder)
    assert text.count("0 failed") == 2
    assert "no case reaches" not in text


def test_a_case_that_fails_is_told_with_what_the_rules_saw(folder: Path) -> None:
    change(folder / "segment" / "segment.dmn", "[31..60]", "[31..59]")
    text = said("test", folder / "segment", code=1)
    assert "grade: expected M1, found" in text
    assert "delinquent_days is 60, not [31..59]" in text
    assert "single" in text and "bulk" in text


def test_strategies_without_cases_are_named(folder: Path) -> None:
    (folder / "segment" / "cases.csv").unlink()
    assert "no cases" in said("test", folder)
    with pytest.raises(DunwellError, match=r"write cases\.csv beside"):
        said("test", folder / "segment")


# format


def test_format_writes_the_canonical_form_once(folder: Path) -> None:
    file = folder / "segment" / "segment.dmn"
    form = canonical(file)
    file.write_text(form.replace("><", ">\n<"), encoding="utf-8")
    assert "would change" in said("format", folder, "--check", code=1)
    assert file.read_text(encoding="utf-8") != form
    assert "formatted" in said("format", folder)
    assert file.read_text(encoding="utf-8") == form
    assert "all files are in canonical form" in said("format", folder, "--check")
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


# export and import


def test_a_workbook_goes_out_and_comes_back(folder: Path, tmp_path: Path) -> None:
    file, book = folder / "segment" / "segment.dmn", tmp_path / "segment.xlsx"
    assert "grade" in said("export", file, "--xlsx", book)
    assert "0 changes" in said("import", folder, "--xlsx", book)
    before = file.read_text(encoding="utf-8")
    workbook = openpyxl.load_workbook(book)
    row = next(row for row in workbook["grade"].iter_rows(min_row=10) if row[1].value == "[31..60]")
    row[1].value = "[31..45]"
    workbook.save(book)
    dry = said("import", folder, "--xlsx", book, "--dry-run")
    assert "would be written" in dry.replace("\n", " ")
    assert file.read_text(encoding="utf-8") == before
    wet = said("import", folder, "--xlsx", book)
    assert "[31..60] → [31..45]" in " ".join(wet.split())
    assert file.read_text(encoding="utf-8") == before.replace("<text>[31..60]</text>", "<text>[31..45]</text>", 1)


def test_several_strategies_need_a_folder(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="holds 2 strategies"):
        said("export", folder, "--xlsx", tmp_path / "all.xlsx")
    said("export", folder, "--xlsx", tmp_path / "books")
    assert sorted(path.name for path in (tmp_path / "books").iterdir()) == ["eligibility.xlsx", "segment.xlsx"]
    (tmp_path / "books" / "segment.xlsx").rename(tmp_path / "books" / "mine.xlsx")
    with pytest.raises(DunwellError, match="name the file: "):
        said("import", folder, "--xlsx", tmp_path / "books" / "mine.xlsx")


def test_every_command_gives_an_example() -> None:
    for command in ("show", "check", "diff", "test", "format", "export", "import", "impact"):
        assert f"Example: dunwell strategy {command} " in " ".join(said(command, "--help").replace("│", " ").split())
