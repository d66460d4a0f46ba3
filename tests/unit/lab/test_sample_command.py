"""`dunwell sample`: what it prints, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dunwell.cli.sample import sample
from dunwell.facts.errors import DunwellError

app = typer.Typer()
app.command()(sample)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0
    return " ".join(result.output.split())


def test_it_writes_and_tells_what_it_planted(tmp_path: Path) -> None:
    said = run("--accounts", "200", "--seed", "3", "--out", str(tmp_path), "--as-of", "2026-03-16")
    manifest = json.loads((tmp_path / "MANIFEST.json").read_text(encoding="utf-8"))
    assert (manifest["accounts"], manifest["seed"], manifest["as_of"]) == (200, 3, "2026-03-16")
    total = sum(file["dirty_rows"] for file in manifest["files"])
    assert f"{total} dirty rows planted" in said
    for file in manifest["files"]:
        assert file["file"] in said
        assert all(fault["fault"] in said for fault in file["dirty"])


def test_it_says_how_to_go_on(tmp_path: Path) -> None:
    said = run("--accounts", "20", "--out", str(tmp_path), "--as-of", "2026-03-16")
    assert f"dunwell import {tmp_path / 'crm_customers.csv'} --mapping sample_crm" in said


def test_an_empty_sample_has_no_dirt(tmp_path: Path) -> None:
    assert "0 dirty rows planted: none" in run("--accounts", "0", "--out", str(tmp_path), "--as-of", "2026-03-16")


@pytest.mark.parametrize(
    ("arguments", "place"),
    [(("--accounts", "-1"), "--accounts"), (("--as-of", "tomorrow"), "--as-of"), (("--seed", "-1"), "--seed")],
)
def test_it_refuses_aloud(tmp_path: Path, arguments: tuple[str, ...], place: str) -> None:
    with pytest.raises(DunwellError) as refused:
        run("--out", str(tmp_path), *arguments)
    assert refused.value.place == place
