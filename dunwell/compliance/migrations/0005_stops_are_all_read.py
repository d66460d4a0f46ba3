from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0004_supervision_append_only'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='stopswitch',
            name='compliance_stopswitch_what',
        ),
    ]
