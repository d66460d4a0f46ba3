"""Facts and evidence are append-only: the database itself refuses, on every table there is and will be."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from dunwell.evidence.append_only import FUNCTION, guard
from dunwell.evidence.models import Row

TABLES = sorted(
    model._meta.db_table for app in ("ledger", "evidence", "batch") for model in apps.get_app_config(app).get_models()
)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# A value of each type that a column of facts may have.
VALUES = {
    "bigint": "1",
    "smallint": "1",
    "integer": "1",
    "numeric": "1",
    "boolean": "true",
    "text": "'x'",
    "character varying": "'CNY'",
    "bytea": "'x'",
    "jsonb": "'{}'",
    "uuid": "gen_random_uuid()",
    "date": "current_date",
    "timestamp with time zone": "now()",
}


@pytest.fixture
def filled(db: None) -> None:
    """This fixture will put one row into every table, of whatever columns: row triggers need a row to fire on."""
    execute("SET LOCAL session_replication_role = replica")
    for table in TABLES:
        _fill(table)
    execute("SET LOCAL session_replication_role = DEFAULT")


def _fill(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table])
        checks = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            """SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND attidentity = ''""",
            [table],
        )
        columns = cursor.fetchall()
        for name in checks:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        names = ", ".join(f'"{name}"' for name, _ in columns)
        values = ", ".join(VALUES[kind] for _, kind in columns)
        cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})')


def test_there_are_tables() -> None:
    assert {"ledger_batch", "ledger_payment", "evidence_row", "evidence_block", "evidence_leaf"} <= set(TABLES)
    assert len(TABLES) >= 19


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("operation", "statement"),
    [
        ("UPDATE", 'UPDATE "{table}" SET "{column}" = "{column}"'),
        ("DELETE", 'DELETE FROM "{table}"'),
        ("TRUNCATE", 'TRUNCATE "{table}" CASCADE'),
    ],
)
def test_every_table_refuses(filled: None, table: str, operation: str, statement: str) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        execute(statement.format(table=table, column=last_column(table)))
    said = str(caught.value)
    assert "is append-only" in said
    assert f"{operation} is refused" in said
    assert "add a correcting fact" in said
    if operation != "TRUNCATE":  # A cascade may be refused by the first table it comes to.
        assert table in said


def last_column(table: str) -> str:
    """This function will name a column to update: the last, since an identity may not be."""
    with connection.cursor() as cursor:
        return str(connection.introspection.get_table_description(cursor, table)[-1].name)


def test_an_upsert_is_an_update(filled: None) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        execute(
            """INSERT INTO evidence_row (id, at, by, action, subject, detail, sha256, sm3)
               SELECT id, at, 'x', action, subject, detail, sha256, sm3 FROM evidence_row
               ON CONFLICT (id) DO UPDATE SET by = 'x'"""
        )


def test_the_orm_is_refused_as_well(filled: None) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Row.objects.update(by="x")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Row.objects.all()._raw_delete("default")


def test_adding_is_allowed(filled: None) -> None:
    assert Row.objects.count() == 1


def test_a_new_table_can_be_guarded_and_freed(db: None) -> None:
    execute("CREATE TABLE newcomer (id int)")
    execute("INSERT INTO newcomer VALUES (1)")
    [operation] = guard("newcomer")
    assert FUNCTION.reversible
    assert operation.reversible
    execute(str(operation.sql))
    with pytest.raises(IntegrityError, match="newcomer is append-only: DELETE is refused"), transaction.atomic():
        execute("DELETE FROM newcomer")
    execute(str(operation.reverse_sql))
    execute("DELETE FROM newcomer")
