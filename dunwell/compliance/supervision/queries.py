"""What stops a contact now, which stops there are, and how a collector or an agency stands."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from dunwell.compliance.kinds import question
from dunwell.compliance.models import Standing, StopSwitch
from dunwell.compliance.supervision.rules import WITHDRAWN
from dunwell.database import run

# "stop" in ASCII: the advisory lock that every attempt shares until it commits, and that a stop takes alone.
STOP_LOCK = 0x73746F70

_FIELDS = ("id", "scope", "target", "reason", "by", "department", "at")
_IN_FORCE = """
    SELECT s.id, s.scope, s.target, s.reason, s.by, s.department, s.at FROM compliance_stopswitch s
    WHERE NOT EXISTS (SELECT FROM compliance_stoplift l WHERE l.stop_id = s.id AND l.at <= %(at)s)
    ORDER BY s.id
"""


def in_force(*, at: datetime) -> list[StopSwitch]:
    """This function will find every stop in force, for `rules.first_stop` to choose from.

    An attempt asks in its transaction after its last row lock and by a later statement than took `STOP_LOCK`: from
    there to the commit no stop can commit unseen. A stop counts once it is committed, whatever clock wrote its `at`; a
    resume counts from its `at`.
    """
    return [StopSwitch.from_db(None, _FIELDS, row) for row in run(_IN_FORCE, {"at": at})]


def switches(*, lifted: bool = False) -> QuerySet[StopSwitch]:
    """This function will list the stops in force, or those lifted too, the newest first; it locks nothing."""
    every = StopSwitch.objects.select_related("lift").order_by("-id")
    return every if lifted else every.filter(lift__isnull=True)


def standings(*, staff: str | None, agency: str | None, on: date) -> tuple[question.Standing, ...]:
    """This function will find what is known of a collector and an agency on a day or for later, the oldest first."""
    whose = Q(holder="staff", code=staff) if staff is not None else Q(pk__in=())
    if agency is not None:
        whose |= Q(holder="agency", code=agency)
    found = known_standings().filter(whose).filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    return tuple(
        question.Standing(holder=row.holder, code=row.code, kind=row.kind, from_on=row.from_on, until_on=row.until_on)  # type: ignore[arg-type]
        for row in found
    )


def known_standings() -> QuerySet[Standing]:
    """This function will leave out what was corrected or withdrawn."""
    return Standing.objects.filter(correction__isnull=True).exclude(kind=WITHDRAWN).order_by("id")
