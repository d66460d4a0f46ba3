"""Columns and the database's own checks, as the tables of every chapter declare them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


def one_of(field: str, kinds: type[models.TextChoices]) -> models.CheckConstraint:
    """This function will build the database's own check that a column holds one of the kinds (or null)."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": kinds.values}), name=f"%(app_label)s_%(class)s_{field}_known"
    )


def positive(field: str = "amount") -> models.CheckConstraint:
    """This function will build the database's own check that an amount is above zero."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gt": 0}), name=f"%(app_label)s_%(class)s_{field}_positive")


def at_most(field: str, most: int) -> models.CheckConstraint:
    """This function will build the database's own check that a number is not above another (or null)."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": most}),
        name=f"%(app_label)s_%(class)s_{field}_at_most_{most}",
    )


def ordered(start: str, end: str) -> models.CheckConstraint:
    """This function will build the database's own check that a period does not end before it starts."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}),
        name=f"%(app_label)s_%(class)s_{end}_after_{start}",
    )


class AmountField(models.DecimalField):  # type: ignore[type-arg]
    """Money in the currency of the account: 18 digits, three places (room for KWD, BHD …)."""

    def __init__(self, **options: object) -> None:
        options.setdefault("max_digits", 18)
        options.setdefault("decimal_places", 3)
        super().__init__(**options)  # type: ignore[arg-type]
