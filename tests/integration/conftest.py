"""What tests with a real database share: a master key of their own, a flush that may empty append-only tables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

# Ordinary triggers do not fire for a session in this role; only a superuser may take it.
UNGUARDED = "SET LOCAL session_replication_role = replica"


@pytest.fixture(scope="session", autouse=True)
def _own_master_key(own_master_key: None) -> None:
    """This fixture will have every test here seal with the key of the tests."""


@pytest.fixture(scope="session", autouse=True)
def _flush_may_truncate() -> Iterator[None]:
    """This fixture will let Django empty the test database between tests, which the triggers refuse to anybody else.

    Only the statements of the flush are unguarded, for its own transaction: what a test itself does is refused as ever.
    """
    flush = DatabaseOperations.sql_flush

    def unguarded(*arguments: Any, **options: Any) -> list[str]:
        statements = flush(*arguments, **options)
        return [UNGUARDED, *statements] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", unguarded)
        yield


@pytest.fixture
def tampering() -> Callable[[], AbstractContextManager[None]]:
    """This fixture will give a way to do what the triggers refuse, as a superuser with bad intentions could."""

    @contextmanager
    def unguarded() -> Iterator[None]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UNGUARDED)
            yield
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    return unguarded


# Our own warnings are errors; what libraries deprecate among themselves is theirs.
STRICT = ("-W", "error", "-W", "ignore::DeprecationWarning", "-W", "ignore::PendingDeprecationWarning")


@pytest.fixture
def dunwell(transactional_db: None, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """This fixture will give a way to run the command `dunwell` as a process of its own, on the test database."""
    environment = os.environ | {"DATABASE_URL": database_url(), "COLUMNS": "200"}

    def run(*arguments: str, answer: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *STRICT, "-c", "from dunwell.cli.main import main; main()", *arguments]
        return subprocess.run(
            command, input=answer, env=environment | more, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def database_url() -> str:
    """This function will write the address of the test database as `DATABASE_URL` takes it."""
    settings = connection.settings_dict
    login = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    host = settings["HOST"]
    place = f"?{urlencode({'host': host})}" if host.startswith("/") else ""
    return f"postgresql://{login}@{'' if place else host}{port}/{quote(settings['NAME'])}{place}"
