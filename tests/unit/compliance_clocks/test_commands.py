"""`dunwell clocks check`, `clocks show` and `dunwell risks` from a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dunwell.cli import clocks, risks
from dunwell.compliance.rulebook.reading import RULEBOOKS
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner(env={"COLUMNS": "200"})
ASKED = {
    "clocks": [
        {"id": "A1", "clock": "limitation", "on": "2026-03-10", "given": {
            "due": ["2023-03-10"], "events": [{"kind": "demand", "on": "2024-05-20", "arrived": True}]}},
        {"id": "A2", "clock": "limitation", "on": "2026-09-01", "given": {
            "due": ["2023-03-10"], "debtors": ["x", "y"], "events": [{"kind": "demand", "on": "2024-05-20"}]}},
        {"id": "G1", "clock": "guarantee", "on": "2025-07-16", "given": {
            "signed_on": "2024-01-15", "due_on": "2025-01-15", "kind": "joint"}},
        {"id": "V1", "clock": "validation", "place": "us", "on": "2026-02-22", "given": {
            "notices": [{"sent_on": "2026-01-15"}]}},
        {"id": "B1", "clock": "reporting", "place": "us", "on": "2026-05-14", "given": {
            "told": [{"how": "message", "on": "2026-05-01"}]}},
    ]
}  # fmt: skip


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks.console, "width", 240)


@pytest.fixture
def asked(tmp_path: Path) -> str:
    file = tmp_path / "clocks.json"
    file.write_text(json.dumps(ASKED), encoding="utf-8")
    return str(file)


def run(app: typer.Typer, *words: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_check_counts_what_it_looked_at() -> None:
    assert ", 0 faults" in run(clocks.app, "check")


def test_check_names_what_is_wrong_and_ends_with_1(tmp_path: Path) -> None:
    shutil.copytree(RULEBOOKS / "uk/clocks", tmp_path / "uk/clocks")
    file = tmp_path / "uk/clocks/limitation.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("years: 6", "years: 5"), encoding="utf-8")
    text = run(clocks.app, "check", "--rulebooks", str(tmp_path), code=1)
    assert "expires_on: expected 2027-05-20, got 2026-05-20" in text


def test_show_prints_one_line_of_json_for_each_clock_and_debtor(asked: str) -> None:
    lines = [json.loads(line) for line in run(clocks.app, "show", asked).splitlines()]
    assert [line["id"] for line in lines] == ["A1", "A2", "A2", "G1", "V1", "B1"]
    assert (lines[0]["expires_on"], lines[0]["certain"]) == ("2027-05-20", True)
    assert (lines[1]["debtor"], lines[1]["possibly_until"], lines[1]["certain"]) == ("x", "2027-05-20", False)
    assert (lines[3]["state"], lines[3]["alive"]) == ("released", False)
    assert lines[4]["ends_on"] == "2026-02-22"
    assert (lines[5]["allowed"], lines[5]["earliest"]) == (False, "2026-05-15")


def test_show_prints_a_table_in_both_languages(asked: str) -> None:
    text = run(clocks.app, "show", asked, "--table")
    for word in ("A1: limitation", "expires_on 2027-05-20", "starts afresh (CN-L5)", "A2 y: limitation", "released"):
        assert word in text
    assert "保证人免责" in run(clocks.app, "show", asked, "--table", "--lang", "zh")


def test_show_of_a_fault_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="no such file"):
        run(clocks.app, "show", str(tmp_path / "none.json"))


@pytest.mark.parametrize("words", [("--as-of", "soon"), ("--as-of", "2026-02-30")])
def test_due_refuses_what_is_no_day_before_it_opens_anything(words: tuple[str, ...]) -> None:
    with pytest.raises(DunwellError, match="is not a day"):
        run(clocks.app, "due", *words)


def test_risks_list_shows_matrix_measures_and_the_next_review() -> None:
    text = run(risks.app, "list", "--on", "2026-12-01")
    for word in ("probability x impact", "5 grave", "R01", "3 x 5 = 15", "head of compliance", "2026-12-20"):
        assert word in text
    assert "特别严重" in run(risks.app, "list", "--on", "2026-12-01", "--lang", "zh")


def test_risks_check_is_quiet_until_a_review_is_overdue() -> None:
    assert "20 risks, 0 faults on 2026-12-20" in run(risks.app, "check", "--on", "2026-12-20")
    text = run(risks.app, "check", "--on", "2026-12-21", code=1)
    assert "its review was due on 2026-12-20" in text
    assert "writes the new day as reviewed_on" in text
