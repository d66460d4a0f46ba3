from django.db import migrations

from dunwell.evidence.append_only import FUNCTION, guard


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]

    operations = [FUNCTION, *guard("evidence_row", "evidence_block", "evidence_leaf")]
