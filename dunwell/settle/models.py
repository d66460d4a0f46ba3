"""What was agreed with a customer, and what became of it: rows that are only ever added.

No row says how an agreement stands: that is computed from the row, the payments of the ledger and its end.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q

from dunwell.access.kinds import Worded
from dunwell.compliance import models as guarded
from dunwell.ledger.columns import AmountField, ordered, positive
from dunwell.ledger.models import Account, Charge, Contact, Hold, Party, Signal
from dunwell.settle.agreements.kinds import DeferralReason, Ending, Interval, Means
from dunwell.settle.complaints.kinds import ComplaintStep, Finding, Topic
from dunwell.settle.disputes.kinds import DisputeReason, Ground, PauseReason, Proof, Verdict
from dunwell.settle.hardship import kinds as hardship
from dunwell.settle.hardship.kinds import Band, Cause, Duration
from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefReason, ReliefStep, Seat


def among(field: str, kinds: type[Worded]) -> models.CheckConstraint:
    """This function will build the database's own check that a column holds a member of a closed list (or null)."""
    return guarded.among(field, [one.value for one in kinds])


def not_negative(*fields: str) -> Iterable[models.CheckConstraint]:
    """This function will build the database's own checks that amounts are not below zero."""
    for field in fields:
        yield models.CheckConstraint(
            condition=Q(**{f"{field}__gte": 0}), name=f"%(app_label)s_%(class)s_{field}_not_negative"
        )


class Told(models.Model):
    """What every row carries: whom it is about, who told it, when, and the key of the form that made it."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    by = models.TextField()
    # The same form sent twice makes one row.
    form_key = models.TextField(unique=True)

    class Meta:
        abstract = True


class Agreement(Told):
    """What every agreement carries: its account, its first day, and the hold that keeps contacts away meanwhile."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField()
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="+")
    # The conversation in which it was agreed, where there was one.
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Promise(Agreement):
    """A promise to pay a sum by a day; the tolerances are those of the policy of the day on which it was made."""

    amount = AmountField()
    due_on = models.DateField(db_index=True)
    means = models.TextField()
    tolerance_days = models.PositiveSmallIntegerField()
    tolerance_amount = AmountField()

    class Meta:
        constraints = [
            positive(),
            *not_negative("tolerance_amount"),
            among("means", Means),
            ordered("agreed_on", "due_on"),
        ]


class Statement(Told):
    """Income and expenditure of a month as somebody told them: sealed, with only a band in the clear."""

    on = models.DateField()
    sealed = models.BinaryField()
    band = models.TextField()

    class Meta:
        constraints = [among("band", Band)]


class Plan(Agreement):
    """An instalment plan without interest; `replaces` names the plan that was changed into this one."""

    total = AmountField()
    interval = models.TextField()
    tolerance_days = models.PositiveSmallIntegerField()
    tolerance_amount = AmountField()
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [positive("total"), *not_negative("tolerance_amount"), among("interval", Interval)]


class Instalment(models.Model):
    """One payment of a plan: how much by which day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField(db_index=True)
    amount = AmountField()

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            positive(),
            models.UniqueConstraint(fields=["plan", "number"], name="settle_instalment_once"),
            models.UniqueConstraint(fields=["plan", "due_on"], name="settle_instalment_one_a_day"),
        ]


class Deferral(Agreement):
    """What is overdue on an account moved to a later due day; the days until then do not count as late."""

    amount = AmountField()
    until_on = models.DateField(db_index=True)
    reason = models.TextField()
    tolerance_days = models.PositiveSmallIntegerField()
    tolerance_amount = AmountField()

    class Meta:
        constraints = [
            positive(),
            *not_negative("tolerance_amount"),
            among("reason", DeferralReason),
            ordered("agreed_on", "until_on"),
        ]


class AgreementEnd(models.Model):
    """The end of an agreement before its time: it was cancelled, or another one took its place."""

    promise = models.OneToOneField(Promise, null=True, on_delete=models.PROTECT, related_name="end")
    plan = models.OneToOneField(Plan, null=True, on_delete=models.PROTECT, related_name="end")
    deferral = models.OneToOneField(Deferral, null=True, on_delete=models.PROTECT, related_name="end")
    kind = models.TextField()
    ended_on = models.DateField()
    made_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            among("kind", Ending),
            models.CheckConstraint(
                condition=Q(promise__isnull=False, plan__isnull=True, deferral__isnull=True)
                | Q(promise__isnull=True, plan__isnull=False, deferral__isnull=True)
                | Q(promise__isnull=True, plan__isnull=True, deferral__isnull=False),
                name="settle_agreementend_of_one",
            ),
        ]


class Hardship(Told):
    """An application for relief: the statement, the cause, and what the table of outcomes gave."""

    applied_on = models.DateField()
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="hardship")
    cause = models.TextField()
    duration = models.TextField()
    relief = models.TextField()
    # The rule of the table that decided.
    rule = models.TextField()
    rest_until = models.DateField(null=True)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            among("cause", Cause),
            among("duration", Duration),
            among("relief", hardship.Relief),
            models.CheckConstraint(
                condition=Q(rest_until__isnull=True) | Q(rest_until__gt=F("applied_on")),
                name="settle_hardship_rest_after_application",
            ),
        ]


# ---- cases: relief, disputes, complaints, and the rest after distress ------------------------------------------------


class Relief(Told):
    """A waiver or a settlement as it was proposed; a counter-offer is a proposal that answers another one."""

    kind = models.TextField()
    reason = models.TextField()
    currency = models.CharField(max_length=3)
    # The lowest level that may give it, by the authority table of that moment.
    level = models.TextField()
    expires_at = models.DateTimeField()
    counters = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="countered_by")
    # The lump sum of a settlement and its last day.
    pay_amount = AmountField(null=True)
    pay_by = models.DateField(null=True)
    tolerance_days = models.PositiveSmallIntegerField(null=True)
    note_sealed = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["party", "made_at"], name="settle_relief_by_party")]
        constraints = [
            among("kind", ReliefKind),
            among("reason", ReliefReason),
            among("level", Level),
            ordered("made_at", "expires_at"),
            models.CheckConstraint(
                condition=Q(kind="waiver", pay_amount__isnull=True, pay_by__isnull=True, tolerance_days__isnull=True)
                | Q(kind="settlement", pay_amount__gt=0, pay_by__isnull=False, tolerance_days__isnull=False),
                name="settle_relief_settlement_has_its_sum",
            ),
        ]


class ReliefLine(models.Model):
    """How much of one charge is let go."""

    relief = models.ForeignKey(Relief, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+")
    amount = AmountField()

    class Meta:
        constraints = [
            positive(),
            models.UniqueConstraint(fields=["relief", "charge"], name="settle_reliefline_once"),
        ]


class ReliefAct(models.Model):
    """One step of a proposal: approved for a side, refused, countered, accepted, granted; each happens once."""

    relief = models.ForeignKey(Relief, on_delete=models.PROTECT, related_name="acts")
    step = models.TextField()
    # The side of an approval; empty for every other step.
    seat = models.TextField(default="")
    made_at = models.DateTimeField()
    by = models.TextField()
    # SHA-256 of the contract addendum that took effect.
    addendum = models.TextField(null=True)
    note_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            among("step", ReliefStep),
            models.UniqueConstraint(fields=["relief", "step", "seat"], name="settle_reliefact_once"),
            models.CheckConstraint(
                condition=Q(step="approved", seat__in=[seat.value for seat in Seat])
                | (~Q(step="approved") & Q(seat="")),
                name="settle_reliefact_approval_has_its_seat",
            ),
        ]


class Dispute(Told):
    """What the desk knows of a dispute beside the hold that it is; one from an import has no such row."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="dispute")
    reason = models.TextField()
    amount = AmountField(null=True)
    currency = models.CharField(max_length=3, default="")
    proof = models.TextField()
    note_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [among("reason", DisputeReason), among("proof", Proof)]


class DisputeLine(models.Model):
    """A charge that is disputed."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "charge"], name="settle_disputeline_once")]


class DisputeDecision(models.Model):
    """What finance decided on a dispute: the one way in which its hold ends."""

    hold = models.OneToOneField(Hold, primary_key=True, on_delete=models.PROTECT, related_name="decision")
    verdict = models.TextField()
    ground = models.TextField()
    note_sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [among("verdict", Verdict), among("ground", Ground)]


class PauseReview(Told):
    """What a specialist decided on the rest after distress: it ends, or it goes on."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="pause_reviews")
    reason = models.TextField()
    released = models.BooleanField()
    note_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            among("reason", PauseReason),
            models.UniqueConstraint(
                fields=["hold"], condition=Q(released=True), name="settle_pausereview_released_once"
            ),
        ]


class Complaint(Told):
    """What the desk knows of a complaint beside the signal that it is."""

    signal = models.OneToOneField(Signal, on_delete=models.PROTECT, related_name="complaint")
    topic = models.TextField()
    # The collector it is about, where it is about one.
    staff = models.TextField(null=True)
    note_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [among("topic", Topic)]


class ComplaintAct(models.Model):
    """One step in the dossier of a complaint; each happens once."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="complaint_acts")
    step = models.TextField()
    finding = models.TextField(null=True)
    note_sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            among("step", ComplaintStep),
            among("finding", Finding),
            models.UniqueConstraint(fields=["signal", "step"], name="settle_complaintact_once"),
        ]
