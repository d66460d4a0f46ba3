"""`kill -9` at any moment of an import: nothing half imported, and running it again completes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from dunwell.evidence.models import Row
from dunwell.intake.actions import Report
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Batch, Charge
from dunwell.ledger.queries import verify_batches
from tests.integration.conftest import database_url
from tests.integration.intake.conftest import BILL_HEAD

ROWS, REFUSED = 30_000, 60
SECONDS_MAX = 120

# What the process is doing in the database when it is killed; `None`: it has only just begun to read.
MOMENTS = [None, "COPY ", "ANALYZE ", "WITH judged", 'INSERT INTO "intake_', "COMMIT"]


@pytest.fixture
def bills(customers: Report, tmp_path: Path) -> Path:
    """This fixture will write many bills, a few of which are to be refused."""
    every = ROWS // REFUSED
    lines = (f"B{n},{'A9' if n % every == 0 else 'A1'},2026-01-01,2026-02-01,{n + 1}.00,CNY,\n" for n in range(ROWS))
    path = tmp_path / "many.csv"
    path.write_text(BILL_HEAD + "".join(lines))
    return path


@pytest.fixture
def start(transactional_db: None, mappings: Path, bills: Path) -> Callable[[], subprocess.Popen[bytes]]:
    """This fixture will give a way to start the import as a process of its own, on the test database."""
    command = [sys.executable, "-c", "from dunwell.cli.main import main; main()"]
    arguments = ["import", str(bills), "--mapping", str(mappings / "bills.yaml"), "--on", "2026-03-01"]
    environment = os.environ | {"DATABASE_URL": database_url()}

    def run() -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return run


def others() -> list[str]:
    """This function will list what other sessions of the test database are doing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT query FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        )
        return [query for (query,) in cursor.fetchall()]


def until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """This function will wait until the condition holds or the process has ended."""
    end = time.monotonic() + SECONDS_MAX
    while not condition() and process.poll() is None:
        assert time.monotonic() < end, "the moment never came"
        time.sleep(0.002)


def at_moment(moment: str | None) -> bool:
    if moment is None:
        return bool(others())
    return any(query.lstrip().startswith(moment) for query in others())


def told() -> tuple[int, int, int, int]:
    """This function will count what an import leaves: batches, evidence, charges, refused rows."""
    batches = Batch.objects.filter(mapping="bills").count()
    evidence = Row.objects.filter(action="ledger.batch", detail__mapping="bills").count()
    return batches, evidence, Charge.objects.count(), QuarantinedRow.objects.count()


@pytest.mark.parametrize("moment", MOMENTS, ids=[str(moment) for moment in MOMENTS])
def test_killed_at_any_moment_an_import_is_whole_or_absent(
    start: Callable[[], subprocess.Popen[bytes]], moment: str | None
) -> None:
    process = start()
    until(lambda: at_moment(moment), process)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    end = time.monotonic() + SECONDS_MAX
    while others() and time.monotonic() < end:
        time.sleep(0.01)
    whole = (1, 1, ROWS - REFUSED, REFUSED)
    # Killed while it commits, the import may be whole already; at no moment is it anything between.
    assert told() in ((0, 0, 0, 0), whole)
    if moment in MOMENTS[:3]:
        assert running
        assert told() == (0, 0, 0, 0)
    again = start()
    output, errors = again.communicate()
    assert again.returncode == 0, errors.decode()
    assert told() == whole, output.decode()
    assert verify_batches().sound
