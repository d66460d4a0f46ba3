"""The plans that were made: one run for a set of inputs, one row for every overdue customer."""

from __future__ import annotations

from django.db import models


class PlanRun(models.Model):
    """One run of the daily cycle; the same inputs never make a second one."""

    as_of = models.DateField()
    made_at = models.DateTimeField()
    by = models.TextField()
    # SHA-256 over the date, the data and the versions of every definition.
    inputs_digest = models.TextField(unique=True)
    # SHA-256 over the bytes of plan.csv.
    plan_digest = models.TextField()
    versions = models.JSONField()
    counts = models.JSONField()

    class Meta:
        db_table = "plan_run"


class Plan(models.Model):
    """Tier 3: what is recommended for one overdue customer on one day, and why."""

    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT)
    customer = models.TextField()
    status = models.TextField()
    treatment = models.TextField(null=True)
    channel = models.TextField(null=True)
    actor = models.TextField(null=True)
    script = models.TextField(null=True)
    tone = models.TextField(null=True)
    # The lawful window of the day, in the zone named beside it.
    window_from = models.TextField(null=True)
    window_until = models.TextField(null=True)
    window_zone = models.TextField(null=True)
    accounts = models.TextField()
    # What is overdue, currency by currency: "CNY 580.00; USD 20.00".
    amounts = models.TextField()
    past_due_days = models.IntegerField()
    delinquent_days = models.IntegerField()
    grade = models.TextField(null=True)
    cause = models.TextField(null=True)
    arrears_type = models.TextField(null=True)
    value_class = models.TextField(null=True)
    care = models.TextField(null=True)
    layer = models.TextField(null=True)
    # Whether a person must act within a day, or look at the decision; whether the law is open, barred or prepared.
    person = models.TextField(null=True)
    legal_track = models.TextField(null=True)
    pay_probability = models.FloatField(null=True)
    expected_value = models.FloatField(null=True)
    # The rules that decided, the main factors of the score, what was refused and by which rules.
    rules = models.TextField()
    factors = models.TextField(null=True)
    # Rules that only warn, and rules for which a person must look before anything goes out.
    warned = models.TextField(null=True)
    review = models.TextField(null=True)
    refused = models.TextField(null=True)
    earliest_on = models.DateField(null=True)
    fell_back_from = models.TextField(null=True)
    versions = models.TextField()

    class Meta:
        db_table = "plan"
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="plan_once_a_customer")]
