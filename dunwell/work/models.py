"""Who has which customer: in his hands now, and in his care until further notice; with the list of what waits.

An assignment is told once and ended once: the database refuses every other change. What stands in the work list is
derived from the plan and from the assignments, and is written anew with each; its history stands in the evidence.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dunwell.access.models import Staff
from dunwell.ledger.columns import ordered
from dunwell.ledger.models import Party


class Reservation(models.Model):
    """The one person who works on a customer until a moment; whoever comes later takes the same row over."""

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.PROTECT, related_name="reservation")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [ordered("taken_at", "until_at")]


class Ability(models.Model):
    """What somebody can be given, from a day on; the latest row of the latest day counts."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="abilities")
    from_on = models.DateField()
    # Codes, sorted, separated by commas.
    skills = models.TextField()
    languages = models.TextField()
    # Empty: every region, no team.
    regions = models.TextField()
    team = models.TextField()
    # The agency whose cases alone somebody outside takes; empty for the house's own people.
    agency = models.TextField()
    capacity = models.PositiveIntegerField()
    told_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["staff", "from_on"], name="work_ability_of_staff")]


class Absence(models.Model):
    """Days on which somebody takes nothing: from one day up to, not including, another; told again, the latest counts.

    An absence that ends on the day it begins was withdrawn.
    """

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="absences")
    from_on = models.DateField()
    until_on = models.DateField()
    told_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [ordered("from_on", "until_on")]


class Distribution(models.Model):
    """One run of the assignment, or one decision of a person about some customers: who, when, by which policy."""

    kind = models.TextField()
    at = models.DateTimeField()
    as_of = models.DateField()
    by = models.TextField()
    policy = models.TextField()
    inputs_digest = models.TextField()
    # How many were kept, given, recalled, and left without anybody and why.
    counts = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["assigned", "recalled", "by_hand"]), name="work_distribution_kind_known"
            )
        ]


OPEN = Q(until_at__isnull=True)


class Assignment(models.Model):
    """One customer in the care of one person, across all accounts; open as long as `until_at` is null."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    # As the person's ability said when it was told; empty for none.
    team = models.TextField()
    agency = models.TextField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    why = models.TextField()
    ended_why = models.TextField(null=True)
    batch = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_by = models.ForeignKey(Distribution, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["staff", "party"], name="work_assignment_open_of", condition=OPEN),
            models.Index(fields=["party", "from_at"], name="work_assignment_history"),
            models.Index(fields=["team", "party"], name="work_assignment_of_team", condition=OPEN & ~Q(team="")),
            models.Index(fields=["agency", "party"], name="work_assignment_of_agency", condition=OPEN & ~Q(agency="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["party"], name="work_assignment_one_open", condition=OPEN),
            ordered("from_at", "until_at"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True, ended_why__isnull=True, ended_by__isnull=True)
                | Q(until_at__isnull=False, ended_why__isnull=False, ended_by__isnull=False),
                name="work_assignment_end_says_why",
            ),
        ]


class Item(models.Model):
    """A customer of the work list: what the latest plan wants of a person, since when, until when, and whose it is."""

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.PROTECT, related_name="+")
    # The row and the run of the plan; the plan lies above this chapter, so these are numbers and no references.
    plan = models.BigIntegerField()
    run = models.BigIntegerField()
    customer = models.TextField()
    treatment = models.TextField(null=True)
    channel = models.TextField(null=True)
    amounts = models.TextField()
    past_due_days = models.IntegerField()
    grade = models.TextField(null=True)
    value_class = models.TextField(null=True)
    expected_value = models.FloatField(null=True)
    rules = models.TextField()
    # What it needs of whoever takes it: codes, sorted, separated by commas; and its money in hundredths of the
    # reference currency, for the balance of loads only.
    skills = models.TextField(default="")
    money = models.BigIntegerField(default=0)
    window_from = models.TextField(null=True)
    window_until = models.TextField(null=True)
    # The SLA clock, and the moment that orders the list: see work.clock.rules.
    entered_at = models.DateTimeField()
    target_minutes = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    turn_at = models.DateTimeField()
    # Whose it is: the open assignment, kept here for the order of the list; null and empty are nobody's.
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.TextField(default="")
    agency = models.TextField(default="")
    # Put off by a person: not before this moment.
    later_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["turn_at", "party"], name="work_item_turn"),
            models.Index(fields=["turn_at", "party"], name="work_item_free", condition=Q(staff__isnull=True)),
            models.Index(fields=["staff", "turn_at", "party"], name="work_item_of_staff"),
            models.Index(fields=["team", "turn_at", "party"], name="work_item_of_team"),
            models.Index(F("expected_value").desc(nulls_last=True), "party", name="work_item_value"),
            models.Index(F("past_due_days").desc(), "party", name="work_item_late"),
            models.Index("team", F("expected_value").desc(nulls_last=True), "party", name="work_item_team_value"),
            models.Index(fields=["customer"], name="work_item_customer", opclasses=["text_pattern_ops"]),
        ]


class SavedView(models.Model):
    """A filter of the queue that somebody keeps under a name, for himself or for his team."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    # The filter as an address writes it.
    told = models.TextField()
    # Empty: nobody else sees it.
    team = models.TextField(default="")
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "name"], name="work_view_once_a_name")]
