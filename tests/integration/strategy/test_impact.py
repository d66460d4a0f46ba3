"""`dunwell strategy impact` on a small portfolio: who changes, checked against the day's plan; and no side effects."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dunwell.batch.models import Plan, PlanRun
from dunwell.database import ROOT
from dunwell.evidence.models import Row
from dunwell.intake.actions import import_source
from dunwell.intake.mapping.reading import find
from dunwell.lab.sample.write import SOURCES, write_sample

DAY = "2026-11-20"
AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
Dunwell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def portfolio(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small portfolio in the ledger, a home of its own, and a folder in which a draft of the strategies lies."""
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path / "home"))
    manifest = write_sample(tmp_path / "sample", accounts=150, seed=5, as_of=date.fromisoformat(DAY))
    kinds = [file["kind"] for file in manifest["files"]]
    for source in sorted(SOURCES, key=lambda source: kinds.index(source.kind)):
        path = str(tmp_path / "sample" / source.file)
        import_source(path, mapping=find(source.mapping), on=date.fromisoformat(DAY), by="test", at=AT)
    shutil.copytree(ROOT / "strategies", tmp_path / "draft")
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_says_who_changes_and_by_how_much_and_leaves_nothing_behind(portfolio: Path, dunwell: Dunwell) -> None:
    house, draft = str(ROOT / "strategies"), portfolio / "draft"
    planned = dunwell("plan", "--as-of", DAY)
    assert planned.returncode == 0, planned.stderr
    before = (PlanRun.objects.count(), Plan.objects.count(), Row.objects.count(), set(portfolio.rglob("*")))
    grades = {row["customer"]: row for row in rows(portfolio / "out" / "plan.csv")}

    change(draft / "segment" / "segment.dmn", "[31..60]", "[31..45]")
    change(draft / "segment" / "segment.dmn", "[61..90]", "[46..90]")
    expected = {
        name for name, row in grades.items() if row["grade"] == "M1" and int(float(row["delinquent_days"])) > 45
    }
    assert expected
    found = dunwell("strategy", "impact", house, str(draft), "--as-of", DAY, "--csv", "changed.csv")
    assert found.returncode == 0, found.stderr
    changed = {row["customer"]: row for row in rows(portfolio / "changed.csv")}
    assert {name for name, row in changed.items() if row["grade_before"] != row["grade_after"]} == expected
    assert {(row["grade_before"], row["grade_after"]) for name, row in changed.items() if name in expected} == {
        ("M1", "M2")
    }
    assert re.search(rf"grade\s+M1\s+M2\s+{len(expected)}\b", found.stdout)

    planned_treatments = {name: row["treatment"] for name, row in grades.items() if row["status"] == "planned"}
    for name, row in changed.items():
        if row["planned_before"] == "1.0":
            assert row["treatment_before"] == planned_treatments[name]
    moved = Counter(row["treatment_before"] != row["treatment_after"] for row in changed.values())[True]
    assert f"{moved} change treatment" in found.stdout
    for word in ("expected value", "minutes of people", "harm", "For example"):
        assert word in found.stdout

    kept = dunwell("strategy", "diff", DAY, str(draft))
    assert "[31..60] → [31..45]" in kept.stdout
    single = dunwell("strategy", "impact", DAY, str(draft / "segment" / "segment.dmn"), "--as-of", DAY, "--lang", "zh")
    assert single.returncode == 0, single.stderr
    assert f"逾期客户{len(grades)}人" in single.stdout
    assert re.search(rf"grade\s+M1\s+M2\s+{len(expected)}\b", single.stdout)

    after = (PlanRun.objects.count(), Plan.objects.count(), Row.objects.count(), set(portfolio.rglob("*")))
    assert after[:3] == before[:3]
    assert {path.name for path in after[3] - before[3]} <= {"changed.csv"}

    (portfolio / "stranger.dmn").write_text((draft / "segment" / "segment.dmn").read_text())
    refused = dunwell("strategy", "impact", house, "stranger.dmn", "--as-of", DAY)
    assert refused.returncode == 2
    assert "0 tables of the strategies are called stranger.dmn" in refused.stderr
