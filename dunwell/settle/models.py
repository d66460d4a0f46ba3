"""What was agreed with a customer, and what became of it: rows that are only ever added.

No row says how an agreement stands: that is computed from the row, the payments of the ledger and its end.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q

from dunwell.compliance.models import among
from dunwell.ledger.models import Account, AmountField, Contact, Hold, Party, ordered, positive
from dunwell.settle.agreements.kinds import DeferralReason, Ending, Interval, Means
from dunwell.settle.hardship.kinds import Band, Cause, Duration, Relief


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
    """The due day of an account moved to a later one; the days until then do not count as overdue."""

    until_on = models.DateField(db_index=True)
    reason = models.TextField()

    class Meta:
        constraints = [among("reason", DeferralReason), ordered("agreed_on", "until_on")]


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
            among("relief", Relief),
            models.CheckConstraint(
                condition=Q(rest_until__isnull=True) | Q(rest_until__gt=F("applied_on")),
                name="settle_hardship_rest_after_application",
            ),
        ]
