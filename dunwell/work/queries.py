"""Reading who has which customer in his hands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dunwell.work.models import Reservation


def holders(parties: Iterable[int], *, at: datetime) -> dict[int, Reservation]:
    """This function will tell which of the parties are in somebody's hands at a moment."""
    found = Reservation.objects.filter(party__in=list(parties), until_at__gt=at)
    return {reservation.party_id: reservation for reservation in found}


def holder(party: int, *, at: datetime) -> Reservation | None:
    return holders([party], at=at).get(party)


def held_by(staff: str, *, at: datetime) -> list[Reservation]:
    """This function will list what somebody has in his hands, the latest first."""
    return list(Reservation.objects.filter(staff=staff, until_at__gt=at).order_by("-taken_at", "party"))
