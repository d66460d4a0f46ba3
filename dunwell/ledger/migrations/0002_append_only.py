from django.db import migrations

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("evidence", "0002_append_only"),
    ]

    operations = guard(
        "ledger_batch",
        "ledger_party",
        "ledger_partydetail",
        "ledger_account",
        "ledger_accountterms",
        "ledger_partyrole",
        "ledger_charge",
        "ledger_payment",
        "ledger_adjustment",
        "ledger_contactpoint",
        "ledger_consent",
        "ledger_consentrevocation",
        "ledger_contact",
        "ledger_hold",
        "ledger_holdrelease",
        "ledger_signal",
    )
