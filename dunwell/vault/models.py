"""The keys of persons, wrapped by the master key; the one table whose rows are destroyed on purpose."""

from __future__ import annotations

from django.db import models


class PersonKey(models.Model):
    """The wrapped SM4 key of one subject; erasing the person destroys `wrapped_key`, the row stays as a grave."""

    subject = models.UUIDField(primary_key=True)
    wrapped_key = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped_key__isnull=False) ^ models.Q(erased_at__isnull=False),
                name="vault_personkey_erased_means_no_key",
            )
        ]


class MasterKeyCheck(models.Model):
    """The one row by which the installation's master key is recognised, written with the first person's key."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1)
    check_value = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(number=1), name="vault_masterkeycheck_only_one")]
