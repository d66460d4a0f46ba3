from django.db import migrations

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("evidence", "0002_append_only"),
    ]

    operations = guard(
        "access_staff",
        "access_request",
        "access_vote",
        "access_posting",
        "access_grant",
        "access_revocation",
    )
