"""Staff, their rights and the requests for them: rows that are only ever added; what holds today is computed.

A log-in (password, second factor) belongs to a `Staff` row one to one and stands in a table of its own, because
passwords change and these rows do not.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from dunwell.access.kinds import Answer, Department, RequestKind, Role, ScopeKind
from dunwell.ledger.columns import ordered


def one_of(field: str, kinds: type[StrEnum]) -> models.CheckConstraint:
    """This function will build the database's own check that a column holds one of the kinds (or null)."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": [kind.value for kind in kinds]}), name=f"%(app_label)s_%(class)s_{field}_known"
    )


def scoped() -> models.CheckConstraint:
    """This function will build the check that a scope has a value, and the whole house has none."""
    house = Q(scope_kind=ScopeKind.HOUSE.value, scope_value="")
    return models.CheckConstraint(
        condition=Q(scope_kind__isnull=True) | house | (~Q(scope_kind=ScopeKind.HOUSE.value) & ~Q(scope_value="")),
        name="%(app_label)s_%(class)s_scope_has_its_value",
    )


class Staff(models.Model):
    """Somebody who works with the house, known by a code; the name is sealed under a key of his own."""

    code = models.TextField(primary_key=True)
    subject = models.UUIDField(unique=True)
    name_sealed = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    added_by = models.TextField()


class Request(models.Model):
    """What somebody asks for; it takes effect with the vote that completes its approval."""

    kind = models.TextField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Whose rights it is about; null where it is about a strategy.
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.TextField(null=True)
    scope_kind = models.TextField(null=True)
    scope_value = models.TextField(null=True)
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    grant = models.ForeignKey("Grant", null=True, on_delete=models.PROTECT, related_name="+")
    department = models.TextField(null=True)
    # The version of the strategy, and what the machine's own checks counted when it was submitted.
    digest = models.TextField(null=True)
    checks = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "digest"], name="access_request_by_digest")]
        constraints = [
            one_of("kind", RequestKind),
            one_of("role", Role),
            one_of("scope_kind", ScopeKind),
            one_of("department", Department),
            ordered("asked_at", "expires_at"),
            scoped(),
            models.CheckConstraint(
                condition=Q(kind="grant", staff__isnull=False, role__isnull=False, scope_kind__isnull=False)
                | Q(kind="revoke", staff__isnull=False, grant__isnull=False)
                | Q(kind="move", staff__isnull=False, department__isnull=False)
                | Q(kind="strategy", staff__isnull=True, digest__isnull=False, checks__isnull=False),
                name="access_request_says_what_it_wants",
            ),
        ]


class Vote(models.Model):
    """One person's answer to a request; nobody votes twice, and a side approves once."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField()
    # The side it was given for: the voter's department, or for a strategy his role.
    seat = models.TextField()
    voted_at = models.DateTimeField()
    # Free text, sealed under the voter's own key.
    note_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            one_of("answer", Answer),
            models.UniqueConstraint(fields=["request", "voter"], name="access_vote_once"),
            models.UniqueConstraint(
                fields=["request", "seat"], name="access_vote_a_side_approves_once", condition=Q(answer="approve")
            ),
        ]


class Posting(models.Model):
    """The department of somebody from a moment on; the latest counts."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="postings")
    department = models.TextField()
    from_at = models.DateTimeField()
    # Null for the department in which somebody began.
    request = models.OneToOneField(Request, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [one_of("department", Department)]


class Grant(models.Model):
    """A role of somebody, where it holds, and from one moment up to, not including, another."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="grants")
    role = models.TextField()
    scope_kind = models.TextField()
    scope_value = models.TextField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    # Null for the first three of a house, whom nobody could approve.
    request = models.OneToOneField(Request, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("role", Role),
            one_of("scope_kind", ScopeKind),
            scoped(),
            ordered("from_at", "until_at"),
        ]


class Revocation(models.Model):
    """The end of a grant before its time."""

    grant = models.OneToOneField(Grant, primary_key=True, on_delete=models.PROTECT, related_name="revocation")
    revoked_at = models.DateTimeField()
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="+")
