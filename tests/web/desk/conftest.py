"""A small house as the demo makes it: the sample, its plan, one person of each role, all with log-ins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_databases, teardown_databases
from pytest_django.live_server_helper import LiveServer

from tests.integration.conftest import _flush_may_truncate, _own_master_key  # noqa: F401 - used by name

DAY = date(2026, 11, 20)
IMPORTED, PLANNED = datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC)
# Noon in Shanghai: an hour at which calls are lawful.
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
ACCOUNTS = 220
BACKEND = "dunwell.desk.signing_in.backend.TwoFactors"
PLAIN = {
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


@dataclass(frozen=True)
class House:
    """The house, the address of its desk, and the first log-ins of its people."""

    address: str
    logins: dict[str, Any]

    def client(self, code: str, *, language: str = "en") -> Client:
        """This method will give somebody who has signed in already."""
        from dunwell.desk.models import Login

        client = Client(headers={"accept-language": language})
        client.force_login(Login.objects.get(staff=code), backend=BACKEND)
        return client


@pytest.fixture(scope="package")
def house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, _own_master_key: None,  # noqa: F811
    _flush_may_truncate: None,  # noqa: F811
) -> Iterator[House]:  # fmt: skip
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), database(), override_settings(**PLAIN):
        patch.setenv("DUNWELL_HOME", str(folder))
        patch.setattr("dunwell.desk.clock.now", lambda: NOON)
        logins = build(folder)
        server = LiveServer("localhost")
        try:
            yield House(server.url, logins)
        finally:
            server.stop()
            _disconnect_others()
            call_command("flush", interactive=False, verbosity=0)


def _disconnect_others() -> None:
    """This function will end the connections of the server's threads: a database in use cannot be emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def database() -> Iterator[None]:
    """This function will make the test database where no other test of the run wants one; never is another used."""
    if connection.settings_dict["NAME"].startswith("test_"):
        yield
        return
    config = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(config, verbosity=0)


def build(folder: Path) -> dict[str, Any]:
    """This function will import a sample, bring everybody to his role, and make the plan."""
    from dunwell.batch.actions import make_plan
    from dunwell.cli import demo_staff
    from dunwell.compliance.supervision.actions import Told, state
    from dunwell.desk.signing_in.logins import give_login
    from dunwell.intake.actions import import_source
    from dunwell.intake.mapping.reading import find
    from dunwell.lab.sample.write import write_sample

    told = write_sample(folder / "sample", accounts=ACCOUNTS, seed=7, as_of=DAY, progress=lambda step: None)
    for file in told["files"]:
        where = str(folder / "sample" / file["file"])
        import_source(where, mapping=find(file["mapping"]), on=DAY, by="test", at=IMPORTED)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("dunwell.cli.demo_staff", "dunwell.cli.strategy_checks"):
            patch.setattr(f"{module}.now", lambda: IMPORTED, raising=False)
        demo_staff.bring_in()
        demo_staff.approve_strategies()
    codes = list(demo_staff.CODES.values())
    certified = Told(kind="certified", from_on=date(2026, 1, 1), until_on=None, reason="exam")
    for code in codes:
        state("staff", code=code, told=certified, by="test", at=IMPORTED)
    make_plan(as_of=DAY, by="test", at=PLANNED)
    return {code: give_login(code, by="test", at=IMPORTED) for code in codes}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """This fixture will list every statement that any cursor sends, Django's or the gate's own."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    return sent


@pytest.fixture
def party(house: House) -> int:
    """This fixture will give the most valuable customer who waits for a call."""
    from dunwell.desk import plans
    from dunwell.desk.queue.queries import Filter, waiting

    run = plans.latest()
    assert run is not None
    return waiting(run, told=Filter(channel="voice"), at=NOON)[0].party
