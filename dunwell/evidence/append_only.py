"""How the database itself refuses to change what was told: triggers for every table of facts."""

from __future__ import annotations

from django.db.migrations import RunSQL

# Error class 23: Django shows it as an IntegrityError.
FUNCTION = RunSQL(
    sql="""
        CREATE FUNCTION dunwell_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % is refused, add a correcting fact', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
    """,
    reverse_sql="DROP FUNCTION dunwell_append_only()",
)

# Tables are named by migrations only, and quoted; nothing of a user ever comes here.
_GUARD = """
    CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON "{table}"
        FOR EACH ROW EXECUTE FUNCTION dunwell_append_only();
    CREATE TRIGGER append_only_table BEFORE TRUNCATE ON "{table}"
        FOR EACH STATEMENT EXECUTE FUNCTION dunwell_append_only();
"""
_UNGUARD = """
    DROP TRIGGER append_only_rows ON "{table}";
    DROP TRIGGER append_only_table ON "{table}";
"""


def guard(*tables: str) -> list[RunSQL]:
    """This function will give the migration operations that make tables append-only, and free them when undone."""
    return [RunSQL(sql=_GUARD.format(table=table), reverse_sql=_UNGUARD.format(table=table)) for table in tables]
