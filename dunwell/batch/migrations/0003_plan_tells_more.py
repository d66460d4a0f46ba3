"""A row of the plan also tells the cause, the layer, the tone, whether a person must look, and the legal track."""

from django.db import migrations, models

NEW = ("tone", "cause", "layer", "person", "legal_track")


class Migration(migrations.Migration):
    dependencies = [("batch", "0002_append_only")]
    operations = [
        migrations.AddField(model_name="plan", name=name, field=models.TextField(null=True)) for name in NEW
    ]
