"""Plans are facts about what was recommended: the database refuses to change them."""

from django.db import migrations

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("batch", "0001_initial"), ("evidence", "0002_append_only")]
    operations = guard("plan_run", "plan")
