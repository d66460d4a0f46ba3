"""Keeping a filter of the queue under a name, for oneself or for one's team; a convenience, not a fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from dunwell.facts.errors import DunwellError
from dunwell.work.models import SavedView

NAME_MOST = 40
VIEWS_MOST = 30


def views(staff: str, *, teams: Sequence[str]) -> list[SavedView]:
    """This function will list somebody's own views and those that his team shares, by name."""
    shared = Q(shared=True, team__in=[team for team in teams if team])
    return list(SavedView.objects.filter(Q(staff=staff) | shared).order_by("name", "id"))


@transaction.atomic
def keep(*, staff: str, name: str, told: str, team: str, shared: bool, at: datetime) -> SavedView:
    """This function will keep a filter; under a name that one has already it takes the place of the earlier one.

    Raises DunwellError, the place of which is the field, for no name, a long one, or too many views.
    """
    if not name:
        raise DunwellError("a view needs a name", place="name", cure="write a short name")
    if len(name) > NAME_MOST:
        raise DunwellError(f"the name has {len(name)} signs", place="name", cure=f"keep it within {NAME_MOST}")
    if shared and not team:
        raise DunwellError("you belong to no team", place="shared", cure="keep the view for yourself")
    own = SavedView.objects.filter(staff=staff)
    if own.exclude(name=name).count() >= VIEWS_MOST:
        raise DunwellError(f"you have {VIEWS_MOST} views", place="name", cure="delete one first")
    row, _ = SavedView.objects.update_or_create(
        staff_id=staff, name=name, defaults={"told": told, "team": team, "shared": shared, "made_at": at}
    )
    return row


def forget(view: int, *, staff: str) -> bool:
    """This function will delete one's own view; False if one has none of this number."""
    return SavedView.objects.filter(pk=view, staff=staff).delete()[0] > 0
