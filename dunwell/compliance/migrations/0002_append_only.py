from django.db import migrations

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0001_initial"),
        ("evidence", "0002_append_only"),
    ]

    operations = guard("compliance_permit", "compliance_permituse", "compliance_gaterefusal")
