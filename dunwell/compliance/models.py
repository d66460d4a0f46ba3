"""What the gate gave and refused, and what supervision stopped, reviewed and found; nothing of it is ever changed."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.compliance.supervision import rules
from dunwell.evidence.models import Block
from dunwell.ledger.columns import one_of, ordered
from dunwell.ledger.kinds import Channel, ContactActor
from dunwell.ledger.models import Contact, Party


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


# ---- supervision: what stops contacts, who stands how, what was reviewed and found ----------------------------------


def among(field: str, names: Iterable[str]) -> models.CheckConstraint:
    """This function will build the database's own check that a column holds one of the names (or null)."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": sorted(names)}), name=f"%(app_label)s_%(class)s_{field}_known"
    )


def different(field: str, other: str) -> models.CheckConstraint:
    """This function will build the database's own check that two people are not one."""
    return models.CheckConstraint(
        condition=~models.Q(**{field: models.F(other)}), name=f"%(app_label)s_%(class)s_{field}_not_{other}"
    )


class StopSwitch(models.Model):
    """No contact of this scope from now on, until somebody lifts the stop; each stop is lifted by itself."""

    scope = models.TextField()
    target = models.TextField()
    reason = models.TextField()
    by = models.TextField()
    department = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            among("scope", rules.SCOPES),
            models.CheckConstraint(
                condition=models.Q(scope=rules.EVERYTHING, target="")
                | (~models.Q(scope=rules.EVERYTHING) & ~models.Q(target="")),
                name="compliance_stopswitch_target_fits",
            ),
        ]


class StopLift(models.Model):
    """The end of a stop."""

    stop = models.OneToOneField(StopSwitch, primary_key=True, on_delete=models.PROTECT, related_name="lift")
    reason = models.TextField()
    by = models.TextField()
    department = models.TextField()
    at = models.DateTimeField()


class Standing(models.Model):
    """What a collector or an agency is, from a day up to, not including, another; blacklisting has no other day.

    `corrects` names the earlier fact that this one replaces; two approvers stand by the correction of a blacklisting.
    """

    holder = models.TextField()
    code = models.TextField()
    kind = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="correction")
    reason = models.TextField()
    by = models.TextField()
    approved_by = models.TextField(null=True)
    approved_also_by = models.TextField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            among("holder", rules.HOLDERS),
            among("kind", rules.STANDINGS),
            ordered("from_on", "until_on"),
            models.CheckConstraint(
                condition=~models.Q(kind=rules.BLACKLISTED) | models.Q(until_on__isnull=True),
                name="compliance_standing_blacklisted_for_good",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=rules.WITHDRAWN) | models.Q(corrects__isnull=False),
                name="compliance_standing_withdrawn_corrects",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_also_by__isnull=True)
                | models.Q(approved_by__isnull=False, approved_also_by__isnull=False),
                name="compliance_standing_two_approvers_or_none",
            ),
            different("approved_by", "approved_also_by"),
            different("approved_by", "by"),
            different("approved_also_by", "by"),
        ]
        indexes = [models.Index(fields=["code", "holder"], name="compliance_standing_whose")]


class ReviewDraw(models.Model):
    """One drawing of contacts to review, and the block of evidence that decided it.

    A month may be drawn again for what was recorded late (`number` 2, 3 …); a day's spot check is drawn once.
    """

    kind = models.TextField()
    first_on = models.DateField()
    number = models.PositiveSmallIntegerField()
    time_zone = models.TextField()
    anchor = models.ForeignKey(Block, on_delete=models.PROTECT, db_index=False)
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            among("kind", rules.DRAWS),
            models.UniqueConstraint(fields=["kind", "first_on", "number"], name="compliance_reviewdraw_once"),
            models.CheckConstraint(
                condition=~models.Q(kind=rules.SPOT) | models.Q(number=1), name="compliance_reviewdraw_one_spot_check"
            ),
        ]


class ReviewStratum(models.Model):
    """The contacts of one collector among which was drawn; for a spot check, those of all.

    A contact is named by its first event, which a later outcome corrects. `contacts` lists those ids in order, so
    that the drawing can be done again; a spot check keeps their digest alone.
    """

    draw = models.ForeignKey(ReviewDraw, on_delete=models.PROTECT, related_name="strata")
    agency = models.TextField(null=True)
    staff = models.TextField(null=True)
    contacts = ArrayField(models.BigIntegerField(), null=True)
    contacts_digest = models.TextField()
    population = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()


class ReviewItem(models.Model):
    """One contact to review."""

    draw = models.ForeignKey(ReviewDraw, on_delete=models.PROTECT, related_name="items")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT)
    agency = models.TextField(null=True)
    staff = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "contact"], name="compliance_reviewitem_once")]


class Review(models.Model):
    """A person has reviewed the contact: with findings, or without any."""

    item = models.OneToOneField(ReviewItem, primary_key=True, on_delete=models.PROTECT, related_name="review")
    by = models.TextField()
    at = models.DateTimeField(db_index=True)


class ReviewFinding(models.Model):
    """What a reviewer found: how bad, which code of the closed list, and which rule of the rulebooks it breaks."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="findings")
    severity = models.TextField()
    code = models.TextField()
    rule = models.TextField(null=True)

    class Meta:
        constraints = [
            among("severity", rules.SEVERITIES),
            among("code", rules.CODES),
            models.UniqueConstraint(fields=["review", "code"], name="compliance_reviewfinding_once"),
        ]


class FindingSecond(models.Model):
    """What the second reviewer says of a grave finding."""

    finding = models.OneToOneField(ReviewFinding, primary_key=True, on_delete=models.PROTECT, related_name="second")
    confirmed = models.BooleanField()
    by = models.TextField()
    at = models.DateTimeField()


class BlacklistDecision(models.Model):
    """What a person decided where a confirmed grave finding proposed a blacklisting; `standing` if he agreed."""

    finding = models.OneToOneField(ReviewFinding, primary_key=True, on_delete=models.PROTECT, related_name="decision")
    standing = models.OneToOneField(Standing, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()
