"""Who has a customer in his hands; the row is a lock with an end, its history stands in the evidence."""

from __future__ import annotations

from django.db import models

from dunwell.access.models import Staff
from dunwell.ledger.models import Party, ordered


class Reservation(models.Model):
    """The one person who works on a customer until a moment; whoever comes later takes the same row over."""

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.PROTECT, related_name="reservation")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [ordered("taken_at", "until_at")]
