"""What the gate gave and refused: permits, what became of them, and refusals; nothing of it is ever changed."""

from __future__ import annotations

from django.db import models

from dunwell.ledger.kinds import Channel, ContactActor
from dunwell.ledger.models import Contact, Party, one_of, ordered


class Permit(models.Model):
    """The leave to make one contact within seconds; it commits together with the attempt that it allows."""

    contact = models.OneToOneField(Contact, primary_key=True, on_delete=models.PROTECT, related_name="permit")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # The version of the rulebooks that were asked.
    rulebook = models.TextField()
    # Ids of the rules that warned or asked for a person, joined by `;`, and the person who answered for the latter.
    warned_rules = models.TextField()
    review_rules = models.TextField()
    reviewed_by = models.TextField(null=True)

    class Meta:
        constraints = [
            ordered("issued_at", "expires_at"),
            models.CheckConstraint(
                condition=models.Q(review_rules="") | models.Q(reviewed_by__isnull=False),
                name="compliance_permit_review_has_a_person",
            ),
        ]


class PermitUse(models.Model):
    """The one time a permit was used: after it, nothing may be sent under that permit again."""

    permit = models.OneToOneField(Permit, primary_key=True, on_delete=models.PROTECT, related_name="use")
    used_at = models.DateTimeField()
    by = models.TextField()


class GateRefusal(models.Model):
    """A contact that the gate refused: which rules, and when the earliest lawful moment is, if anybody can know."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    creditor = models.TextField()
    channel = models.TextField(choices=Channel.choices)
    actor = models.TextField(choices=ContactActor.choices)
    agency = models.TextField(null=True)
    staff = models.TextField(null=True)
    refused_at = models.DateTimeField(db_index=True)
    # Ids of the rules that refused, joined by `;` in the order of the rulebooks.
    rules = models.TextField()
    earliest = models.DateTimeField(null=True)
    rulebook = models.TextField()

    class Meta:
        constraints = [one_of("channel", Channel), one_of("actor", ContactActor)]
