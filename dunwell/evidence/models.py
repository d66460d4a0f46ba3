"""The chain's three tables: rows as they were told, blocks that link them, leaves that say which row is in which."""

from __future__ import annotations

from django.db import models

from dunwell.evidence.rules import BlockContent, RowContent


class Row(models.Model):
    """One action: who did what to whom, when, with the two digests of its canonical bytes."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    by = models.TextField()
    action = models.TextField()
    # A pseudonym or a name of a thing, never personal data; so with everything in `detail`.
    subject = models.TextField()
    detail = models.JSONField()
    sha256 = models.BinaryField()
    sm3 = models.BinaryField()

    def content(self) -> RowContent:
        """This function will return what the digests were taken over."""
        return RowContent(
            id=self.id, at=self.at, by=self.by, action=self.action, subject=self.subject, detail=self.detail
        )


class Block(models.Model):
    """Rows linked together: the roots of their Merkle trees and the hash of the block before."""

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    rows = models.BigIntegerField()
    merkle_root_sha256 = models.BinaryField()
    merkle_root_sm3 = models.BinaryField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="evidence_block_number_from_one"),
            models.CheckConstraint(condition=models.Q(rows__gte=1), name="evidence_block_never_empty"),
        ]

    def content(self) -> BlockContent:
        """This function will return what the hash was taken over."""
        return BlockContent(
            number=self.number,
            sealed_at=self.sealed_at,
            rows=self.rows,
            merkle_root_sha256=bytes(self.merkle_root_sha256),
            merkle_root_sm3=bytes(self.merkle_root_sm3),
            previous_hash=bytes(self.previous_hash),
        )


class Leaf(models.Model):
    """The place of one row in one block; a row without a leaf is not yet sealed."""

    row = models.OneToOneField(Row, primary_key=True, on_delete=models.PROTECT, related_name="leaf")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, db_index=False, related_name="leaves")
    # Counted from 0 in the order of row ids.
    position = models.BigIntegerField()
    # The row's digest once more, so that a row whose digests were replaced as well is still found by name.
    sha256 = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "position"], name="evidence_leaf_once_a_place")]
