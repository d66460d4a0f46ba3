"""`dunwell rules` from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunwell.cli import rulebooks
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebooks.console, "width", 200)


def said(*words: str) -> str:
    result = RUNNER.invoke(rulebooks.app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_names_every_rule_by_layer() -> None:
    text = said("list")
    for word in ("cn/general", "CN-T1", "company/default", "G1-cap", "S2", "from 2025-02-28"):
        assert word in text
    assert text.count("CN-F2") == 2


def test_list_of_a_day_leaves_out_what_is_not_in_force() -> None:
    text = said("list", "--on", "2020-06-01", "--lang", "zh")
    assert "CN-T1" not in text
    assert "仅可在客户当地时间08:00至22:00联系" in text


def test_show_tells_every_entry_with_its_source() -> None:
    text = said("show", "CN-F2")
    assert text.count("CN-F2") == 2
    assert "中国互联网金融协会" in text
    assert "GB/T 45251-2025" in text
    assert "two or more secondary sources agree" in text


def test_show_in_chinese() -> None:
    text = said("show", "CN-T1", "--lang", "zh")
    assert "双方未另行约定的" in text
    assert "a consent for contact_at_night" in text


def test_show_of_a_rule_nobody_knows_is_an_error_for_people() -> None:
    with pytest.raises(DunwellError, match="there is no rule X-1"):
        said("show", "X-1")


def test_the_shipped_cases_come_true() -> None:
    assert "cases, 0 failed" in said("test")


def test_a_case_that_fails_is_named_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "about: {en: t}\nrules:\n  - {id: T-1, kind: reachable, parameters: {}, valid_from: 2026-01-01, source: test,"
        " certainty: D, enforcement: block, en: It can be reached., zh: 客户可触达。}\n",
        "utf-8",
    )
    (tmp_path / "cases.yaml").write_text(
        "given: {}\ncontact: {creditor: a, channel: sms}\n"
        "cases:\n  - {name: Nobody there, on: 2026-03-10, expect: {verdict: allow}}\n",
        "utf-8",
    )
    result = RUNNER.invoke(rulebooks.app, ["test", "--rulebooks", str(tmp_path)])
    assert result.exit_code == 1
    assert "case «Nobody there»: verdict: expected allow, got refuse" in result.output
    assert "1 cases, 1 failed" in result.output


def test_a_folder_without_cases_is_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=r"there are no cases -> write cases\.yaml"):
        said("test", "--rulebooks", str(tmp_path))


def test_a_folder_without_rulebooks_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"no rules\.yaml in it"):
        said("list", "--rulebooks", str(tmp_path))
