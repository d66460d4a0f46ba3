"""Any SQL database by its address: read only, streamed, the password never shown. The line is the row's number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any

import pyarrow.csv
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from dunwell.facts.errors import DunwellError
from dunwell.intake.readers.chunk import ROWS, Chunk, Rows, as_text
from dunwell.intake.readers.heading import checked

_SECRET_WORDS = ("password", "passwd", "pwd", "token", "secret", "key")
_CURE = "check address, rights, and table or query in the mapping"


class DatabaseReader:
    """A table, or the rows of a query."""

    digest = ""
    total = None

    def __init__(self, address: str, *, table: str | None, query: str | None, needed: list[str]) -> None:
        self._url = _understood(address)
        self._needed = needed
        if not table and not query:
            raise DunwellError(
                "which table?", place=self._place, cure="write format: {type: sql, table: …} or query: …"
            )
        self._table, self._query = table, query
        self.origin = f"{self._place} {table or 'query'}"
        self.columns: list[str] = []

    @property
    def _place(self) -> str:
        return shown(self._url)

    def chunks(self) -> Iterator[Chunk]:
        """This function will yield the result in portions, inside one read-only transaction."""
        state, line = sha256(), 0
        with self._connected() as connection:
            result = connection.execution_options(stream_results=True, yield_per=ROWS).execute(
                text(self._statement(connection))
            )
            self.columns = checked(result.keys(), needed=self._needed, place=self.origin)
            for portion in result.partitions(ROWS):
                rows = Rows(self.columns)
                for row in portion:
                    line += 1
                    rows.add(line, [as_text(cell) for cell in row])
                chunk = rows.chunk(done=line)
                state.update(_content(chunk))
                yield chunk
            if line == 0:
                yield Rows(self.columns).chunk(done=0)
        state.update(repr(self.columns).encode())
        self.digest = state.hexdigest()

    def _statement(self, connection: Connection) -> str:
        if self._query:
            return self._query
        quote = connection.dialect.identifier_preparer.quote
        # The dialect itself quotes each part of the name.
        return "SELECT * FROM " + ".".join(quote(part) for part in str(self._table).split("."))  # noqa: S608

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            engine = create_engine(self._url, hide_parameters=True)
        except ModuleNotFoundError as error:
            raise DunwellError(
                f"the driver {error.name} is not installed", place=self._place, cure=f"pip install {error.name}"
            ) from None
        except NoSuchModuleError:
            raise DunwellError(
                "no such kind of database", place=self._place, cure="e.g. postgresql:// or sqlite:///"
            ) from None
        try:
            _only_reading(engine)
            with engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise DunwellError(self._masked(error), place=self._place, cure=_CURE) from None
        finally:
            engine.dispose()

    def _masked(self, error: SQLAlchemyError) -> str:
        """This function will keep the first line of what the driver says, without any secret of the address."""
        said = str(getattr(error, "orig", None) or error).strip().splitlines()
        message = said[0] if said else type(error).__name__
        for secret in _secrets(self._url):
            message = message.replace(secret, "***")
        return message


def _understood(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise DunwellError(
            "this is no database address",
            place="the address given",
            cure="e.g. postgresql://user@host/db or sqlite:///file.db",
        ) from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _secrets(url: URL) -> list[str]:
    hidden = [value for name, value in url.query.items() if _is_secret(name)]
    texts = [url.password, *(text for value in hidden for text in ((value,) if isinstance(value, str) else value))]
    return [str(text) for text in texts if text]


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


def shown(url: URL) -> str:
    """This function will write the address without its secrets."""
    query = {name: "***" if _is_secret(name) else value for name, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True)


def _only_reading(engine: Engine) -> None:
    """This function will ask the database to refuse any write in our transaction, each kind in its own words."""
    words = {
        "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ",
        "sqlite": "PRAGMA query_only = ON",
        "mysql": "SET SESSION TRANSACTION READ ONLY",
        "mariadb": "SET SESSION TRANSACTION READ ONLY",
    }.get(engine.dialect.name)

    @event.listens_for(engine, "connect")
    def restrict(raw: Any, _: Any) -> None:
        if words:
            cursor = raw.cursor()
            cursor.execute(words)
            cursor.close()
            raw.commit()


def _content(chunk: Chunk) -> bytes:
    """This function will write the rows in one form, in which null and empty differ, to be digested."""
    buffer = BytesIO()
    pyarrow.csv.write_csv(chunk.rows, buffer)
    return buffer.getvalue()
