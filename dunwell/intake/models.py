"""The quarantine: rows that were refused, sealed until somebody mends them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.ledger.models import Batch


class QuarantinedRow(models.Model):
    """One refused row: where it stood, what is wrong with it, and itself, sealed for the persons whom it names."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="quarantined")
    line = models.BigIntegerField()
    # The first fault; all of them are in `faults`, each as column, rule and masked value.
    column = models.TextField()
    rule = models.TextField()
    value_masked = models.TextField()
    faults = models.JSONField()
    # Whose keys are around the row, innermost first; the batch's own where it names nobody.
    subjects = ArrayField(models.UUIDField())
    # Null where a person was erased before: then nothing of the row is kept but its line and rule.
    raw_sealed = models.BinaryField(null=True)
    # When the row came back mended, and in which batch.
    mended_at = models.DateTimeField(null=True)
    mended_in = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="intake_quarantinedrow_once"),
            models.CheckConstraint(
                condition=models.Q(mended_at__isnull=True, mended_in__isnull=True)
                | models.Q(mended_at__isnull=False, mended_in__isnull=False),
                name="intake_quarantinedrow_mended_in_a_batch",
            ),
        ]
