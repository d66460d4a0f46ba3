"""A plan of strategies that nobody approved can be made, and says so: in the terminal, on its page, in its funnel."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunwell.batch.models import PlanRun
from dunwell.cli import demo_staff
from dunwell.evidence.models import Row

Dunwell = Callable[..., subprocess.CompletedProcess[str]]
ENGLISH, CHINESE = "a draft: nothing of it may be sent", "草案：在合规、法务、数据保护三方同意"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs are files under DUNWELL_HOME: the test has its own."""
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"


def planned(dunwell: Dunwell, *more: str) -> str:
    done = dunwell("plan", "--as-of", "2026-11-20", *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_draft_says_so_until_it_is_approved_and_stays_the_same_plan(
    dunwell: Dunwell, home: Path, tmp_path: Path
) -> None:
    assert ENGLISH in planned(dunwell)
    [funnel] = home.glob("runs/*/funnel.json")
    page = tmp_path / "out" / "plan.html"
    assert json.loads(funnel.read_text())["approved"] is False
    assert "A draft: nothing of it" in page.read_text(encoding="utf-8") and CHINESE in page.read_text(encoding="utf-8")
    assert CHINESE in planned(dunwell, "--lang", "zh")
    before, plan = PlanRun.objects.get(), (tmp_path / "out" / "plan.csv").read_bytes()
    demo_staff.bring_in()
    demo_staff.approve_strategies()
    told = planned(dunwell)
    assert ENGLISH not in told and "unchanged" in told
    assert json.loads(funnel.read_text())["approved"] is True
    assert "A draft" not in page.read_text(encoding="utf-8")
    assert PlanRun.objects.get().plan_digest == before.plan_digest
    assert (tmp_path / "out" / "plan.csv").read_bytes() == plan
    assert "approved" not in before.counts
    assert Row.objects.filter(action="plan.made").count() == 1
    assert not list(funnel.parent.glob(".draft-*"))
