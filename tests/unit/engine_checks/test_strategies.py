"""The strategies that Dunwell brings have no error, and a file read from disk is checked like any other."""

from __future__ import annotations

from pathlib import Path

import engine_models as build
import pytest

from dunwell.engine import dmn
from dunwell.engine.checks.check import check

ROOT = Path(__file__).resolve().parents[3]
STRATEGIES = sorted((ROOT / "strategies").rglob("*.dmn"))


def test_there_are_strategies_to_check() -> None:
    assert STRATEGIES


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_a_strategy_of_the_house_has_no_error_and_is_checked_wholly(path: Path) -> None:
    findings = check(dmn.load(path))
    assert [finding for finding in findings if finding.severity == "error" or finding.kind == "incomplete"] == []


def test_a_file_is_checked_with_its_ids_and_rows(tmp_path: Path) -> None:
    rules = [["< 30", '"remind"'], ["[20..60]", '"call"'], ["> 60", '"visit"']]
    inputs = {"days": "number"}
    found = check(build.load(tmp_path, build.table("T", rules=rules, inputs=inputs, policy="UNIQUE"), inputs=inputs))
    assert [(one.severity, one.kind, one.rules, one.places) for one in found] == [
        ("error", "overlap", ("r1", "r2"), (1, 2)),
        ("warning", "gap", (), ()),
    ]
