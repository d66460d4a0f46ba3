from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_others_decide'),
        ('ledger', '0004_agreement_holds'),
        ('work', '0006_care_of'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='item',
            index=models.Index(models.F('team'), models.OrderBy(models.F('expected_value'), descending=True, nulls_last=True), models.F('party'), name='work_item_team_value'),
        ),
    ]
