from django.db import migrations

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0003_supervision"),
        ("evidence", "0002_append_only"),
    ]

    operations = guard(
        "compliance_stopswitch",
        "compliance_stoplift",
        "compliance_standing",
        "compliance_reviewdraw",
        "compliance_reviewstratum",
        "compliance_reviewitem",
        "compliance_review",
        "compliance_reviewfinding",
        "compliance_findingsecond",
        "compliance_blacklistdecision",
    )
