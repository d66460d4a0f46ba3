from django.db import migrations

# What the first page asks of one day or month must not read the years before it. Each index is as narrow as its
# question: the tables that are written with every contact get none that the question does not need.
INDEXES = {
    "desk_payment_by_day": "ledger_payment (paid_on)",
    "desk_taken_back_by_day": "ledger_adjustment (effective_on) WHERE kind IN ('chargeback', 'reversal')",
    "desk_signal_by_day": "ledger_signal (kind, happened_on)",
    "desk_dispute_by_day": "ledger_hold (from_on) WHERE kind = 'dispute'",
    "desk_contact_of_staff": "ledger_contact (staff, happened_at) WHERE staff IS NOT NULL",
    "desk_import_by_time": "ledger_batch (id) WHERE mapping <> ''",
    "desk_opened_by_time": "evidence_row (action, at) WHERE action IN "
    "('access.revealed', 'access.refused', 'person.erased')",
}


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
        ("ledger", "0003_wishes"),
        ("evidence", "0002_append_only"),
    ]

    operations = [
        migrations.RunSQL(  # noqa: S608 - of constants of this file alone.
            f"CREATE INDEX IF NOT EXISTS {name} ON {table}", f"DROP INDEX IF EXISTS {name}"
        )
        for name, table in INDEXES.items()
    ]
