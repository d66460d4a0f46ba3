"""The benchmark runs; how fast is no matter of tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dunwell.database import ROOT
from tests.integration.conftest import database_url

pytestmark = pytest.mark.slow


def test_the_benchmark_measures_both_sides(transactional_db: None, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.intake", "--rows", "3000", "--rounds", "1", "--work", str(tmp_path)]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        check=False,
    )
    small, large, summary = run.stdout.splitlines()
    assert small.split()[0] == "300", run.stderr
    assert "bare COPY" in large
    assert "asked 0.33" in summary
    # Nothing of it is left: neither files nor databases.
    assert list(tmp_path.iterdir()) == []
