"""Promise 1 under pressure: real processes, real PostgreSQL; a cap is never exceeded and nobody waits for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from dunwell.compliance.models import GateRefusal, Permit, PermitUse
from dunwell.evidence.models import Row
from dunwell.ledger.models import Contact
from dunwell.ledger.queries import verify_batches
from tests.integration.conftest import database_url
from tests.integration.contact.conftest import AT, people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

# The company's cap on chasing contacts a day (rule G1-cap).
CAP = 2


def begin(**order: Any) -> subprocess.Popen[str]:
    """This function will start one process of the crowd."""
    told = {"threads": 1, "batch": 1, "at": AT.isoformat(), **order}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.contact.crowd", json.dumps(told)],
        env=os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "dunwell.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def permits(crowd: list[subprocess.Popen[str]]) -> int:
    """This function will wait for the processes, demand that each went well, and add up their permits."""
    told = [process.communicate() for process in crowd]
    assert [process.returncode for process in crowd] == [0] * len(crowd), told
    return sum(int(output) for output, _ in told)


def contacts_of_each() -> Counter[int]:
    return Counter(dict(Contact.objects.values_list("party").annotate(Count("id")).order_by()))


def test_64_workers_on_one_customer_keep_the_cap() -> None:
    [party] = people(1)
    crowd = [begin(threads=8, parties=[party], draws=3, seed=number) for number in range(8)]
    assert permits(crowd) == CAP
    assert contacts_of_each() == {party: CAP}
    assert Permit.objects.count() == Row.objects.filter(action="contact.attempt").count() == CAP
    assert verify_batches().sound


def test_64_workers_on_10_000_customers_keep_every_cap() -> None:
    """Half of them take batches in orders of their own, half single permits: none waits for another for ever."""
    parties = people(10_000, channels=("sms",))
    hot = parties[::40]
    crowd = [begin(threads=8, parties=parties, draws=600, batch=60, seed=number) for number in range(4)]
    crowd += [begin(threads=8, parties=hot, draws=25, seed=number) for number in range(4, 8)]
    given = permits(crowd)
    each = contacts_of_each()
    assert max(each.values()) == CAP
    assert sum(each.values()) == given == Permit.objects.count()
    assert sum(each[party] == CAP for party in hot) > len(hot) / 2, "so few that nothing was in doubt"
    assert GateRefusal.objects.count() == 32 * 600 + 32 * 25 - given
    assert verify_batches().sound


def test_kill_9_leaves_no_contact_without_its_record(tmp_path: Path) -> None:
    """Whatever moment the process dies at, what the world outside has seen is on record, and once only."""
    parties = people(400, channels=("sms",))
    log = tmp_path / "sent"
    chance = Random(2)
    for turn in range(6):
        process = begin(threads=2, parties=parties, draws=800, batch=chance.choice((1, 5)), seed=turn, log=str(log))
        _wait_until_it_sends(log, more=chance.randint(1, 25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _let_go()
    sent = [int(line) for line in log.read_text().split()]
    assert len(sent) > 20
    assert len(set(sent)) == len(sent), "something was sent twice"
    recorded = set(Permit.objects.values_list("contact", flat=True))
    assert set(sent) <= set(PermitUse.objects.values_list("permit", flat=True)) <= recorded
    assert recorded == set(Contact.objects.values_list("id", flat=True)), "an attempt without its permit"
    assert max(contacts_of_each().values()) <= CAP
    assert verify_batches().sound


def _wait_until_it_sends(log: Path, *, more: int) -> None:
    begun = len(log.read_text().split()) if log.exists() else 0
    for _ in range(6_000):
        if log.exists() and len(log.read_text().split()) >= begun + more:
            return
        time.sleep(0.01)
    raise AssertionError("nothing was sent within a minute")


def _let_go() -> None:
    """This function will wait until PostgreSQL has noticed that the killed process is gone."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
    raise AssertionError("PostgreSQL still serves the process that was killed")
