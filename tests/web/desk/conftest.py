"""A small house as the demo makes it: the sample, its plan, one person of each role, all with log-ins."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from dunwell.database import ROOT

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

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


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


@dataclass(frozen=True)
class Built:
    """The house as it was built: its folder and its database, both to be copied."""

    folder: Path
    logins: dict[str, Any]
    database: str


@pytest.fixture(scope="session")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, own_master_key: None
) -> Iterator[Built]:
    """This fixture will build the house once; nobody works in it afterwards, whichever tests come between."""
    folder = tmp_path_factory.mktemp("house")
    with django_db_blocker.unblock(), empty_database() as empty, copy_of(empty, suffix="house") as database:
        with pytest.MonkeyPatch.context() as patch, working_on(database), override_settings(**PLAIN):
            patch.setenv("DUNWELL_HOME", str(folder))
            logins = build(folder)
        yield Built(folder, logins, database)


@pytest.fixture(scope="module")
def house(built: Built, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """This fixture will give each file a house of its own, a copy of the one that was built."""
    folder = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(built.folder, folder)
    with (
        django_db_blocker.unblock(),
        copy_of(built.database, suffix="copy") as database,
        working_on(database),
        pytest.MonkeyPatch.context() as patch,
        override_settings(**PLAIN),
    ):
        patch.setenv("DUNWELL_HOME", str(folder))
        patch.setattr("dunwell.desk.clock.now", lambda: NOON)
        server = LiveServer("localhost")
        try:
            yield House(server.url, built.logins)
        finally:
            server.stop()


@contextmanager
def empty_database() -> Iterator[str]:
    """This function will make the test database where no other test of the run wants one; never is another used."""
    name = connection.settings_dict["NAME"]
    if name.startswith("test_"):
        yield name
        return
    config = setup_databases(verbosity=0, interactive=False)
    try:
        yield connection.settings_dict["NAME"]
    finally:
        teardown_databases(config, verbosity=0)


@contextmanager
def working_on(database: str) -> Iterator[None]:
    """This function will let the connection, and what is started meanwhile, work on another database."""
    settings = connection.settings_dict
    before = settings["NAME"]
    connection.close()
    settings["NAME"] = database
    try:
        yield
    finally:
        _disconnect_others()
        connection.close()
        settings["NAME"] = before


@contextmanager
def copy_of(database: str, *, suffix: str) -> Iterator[str]:
    """This function will have PostgreSQL copy a database that nobody works on, give the copy's name, and drop it."""
    with working_on(database):
        connection.close()
        connection.creation.clone_test_db(suffix, verbosity=0)
        copy = connection.creation.get_test_db_clone_settings(suffix)["NAME"]
    try:
        yield copy
    finally:
        with working_on(database):
            connection.creation.destroy_test_db(suffix=suffix, verbosity=0)


def _disconnect_others() -> None:
    """This function will end the connections of the server's threads: a database in use cannot be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


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


# ---- a real browser --------------------------------------------------------------------------------------------------

# The browser's own words for an answer that says no on purpose.
REFUSED = re.compile(r"status of (403|409)")

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Debian's chromium is missing: run `make packages`")
    # Playwright's loop runs in this thread; the database is asked between its steps, never inside one.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        connection.close()  # Within the loop Django has a connection of its own, and the house is about to go.
        opened.close()


@pytest.fixture
def open_as(house: House, browser: Browser) -> Iterator[Open]:
    """This fixture will open the desk for somebody who has signed in; what goes wrong in it fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(code: str | None, address: str = "/", *, width: int = 1440) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US")
        contexts.append(context)
        if code is not None:
            cookie = house.client(code).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": house.address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda told: faults.append(told.text))
        page.on("pageerror", lambda told: faults.append(str(told)))
        page.on("request", lambda asked: None if asked.url.startswith(house.address) else faults.append(asked.url))
        page.goto(house.address + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not REFUSED.search(fault)] == []
