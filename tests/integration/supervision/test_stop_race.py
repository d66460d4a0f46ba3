"""A stop against attempts of other processes: none that commits after the stop has missed it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from dunwell.compliance.supervision.actions import stop
from dunwell.compliance.supervision.queries import STOP_LOCK, in_force
from tests.integration.conftest import database_url

AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
WORKERS = 3
SECONDS_MAX = 60

pytestmark = pytest.mark.django_db(transaction=True)

# A worker stands for the gate: it asks, and if nothing is stopped, records an attempt; its commit is made slow, so that
# the stop meets attempts that were answered and have not committed yet.
WORKER = textwrap.dedent("""
    import os, random, sys, time
    os.environ["DJANGO_SETTINGS_MODULE"] = "dunwell.settings"
    import django
    django.setup()
    from datetime import UTC, datetime
    from django.db import connection, transaction
    from dunwell.compliance.supervision.queries import STOP_LOCK, in_force

    AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
    pause = random.Random(int(sys.argv[1]))
    refused = 0
    print("ready", flush=True)
    while refused < 20:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STOP_LOCK])
            if not in_force(at=AT):
                time.sleep(pause.random() / 100)
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO race_attempt (worker) VALUES (%s)", [sys.argv[1]])
            else:
                refused += 1
""")


@pytest.fixture
def attempts() -> Iterator[None]:
    """This fixture will give a table in which the workers record their attempts."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE race_attempt (id bigserial PRIMARY KEY, worker text)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE race_attempt")


def made() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM race_attempt")
        return int(cursor.fetchone()[0])


@contextmanager
def running(script: str, *, how_many: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """This function will start processes on the test database, wait until they are ready, and leave none behind."""
    environment = os.environ | {"DATABASE_URL": database_url()}
    with ExitStack() as stack:
        workers = []
        for number in range(how_many):
            command = [sys.executable, "-c", script, str(number)]
            worker = stack.enter_context(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
            stack.callback(worker.kill)
            workers.append(worker)
        for worker in workers:
            assert said(worker) == "ready"
        yield workers


def said(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().rstrip()


def test_no_attempt_commits_after_a_stop(attempts: None) -> None:
    with running(WORKER, how_many=WORKERS) as workers:
        _wait_for_attempts(20)
        stop("channel", target="sms", reason="a race", by="S-1", department="compliance", at=AT)
        # The stop has committed: whatever is going to be recorded is recorded by now.
        at_the_stop = made()
        assert [worker.wait(SECONDS_MAX) for worker in workers] == [0] * WORKERS
    assert at_the_stop >= 20
    assert made() == at_the_stop, "an attempt that was answered before the stop committed after it"


def _wait_for_attempts(enough: int) -> None:
    for _ in range(SECONDS_MAX * 100):
        if made() >= enough:
            return
        time.sleep(0.01)
    raise AssertionError("the workers make no attempts")


def test_a_stop_waits_for_an_attempt_that_was_answered(attempts: None) -> None:
    """While the attempt is open the stop cannot commit, and who asks meanwhile waits and then sees the stop."""
    with running(STOPPER) as [worker]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STOP_LOCK])
            answered = in_force(at=AT)
            _release_stopper()
            _wait_until_it_waits()
            assert not answered
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO race_attempt (worker) VALUES ('self')")
        assert said(worker) == "stopped after 1"
        assert worker.wait(SECONDS_MAX) == 0
    assert [found.scope for found in in_force(at=AT)] == ["everything"]


STOPPER = textwrap.dedent("""
    import os
    os.environ["DJANGO_SETTINGS_MODULE"] = "dunwell.settings"
    import django
    django.setup()
    import time
    from datetime import UTC, datetime
    from django.db import connection
    from dunwell.compliance.supervision.actions import stop

    def asked(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    print("ready", flush=True)
    while asked("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'answered'") == 0:
        time.sleep(0.01)
    stop("everything", reason="a race", by="S-1", department="compliance", at=datetime(2026, 11, 3, 8, 30, tzinfo=UTC))
    print("stopped after", asked("SELECT count(*) FROM race_attempt"), flush=True)
""")


def _release_stopper() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL application_name = 'answered'")


def _wait_until_it_waits() -> None:
    """This function will wait until another session waits for the lock of stops."""
    for _ in range(SECONDS_MAX * 100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE locktype = 'advisory' AND objid = %s AND NOT granted AND datname = current_database()",
                [STOP_LOCK],
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("the stop does not wait")
