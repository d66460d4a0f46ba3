"""Reading complaints: the ledger's signals, the dossier of each, and the collector it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg import sql

from dunwell.ledger.models import Contact, Signal
from dunwell.ledger.zones import house_zone
from dunwell.settle.clocks import Clock
from dunwell.settle.complaints import rules
from dunwell.settle.complaints.kinds import ComplaintState, ComplaintStep, Finding, Topic
from dunwell.settle.models import Complaint, ComplaintAct
from dunwell.settle.relief.policy import terms

KIND = "complaint"
MOST = 200
# An outcome's complaint is named after its attempt: see work.actions.
_FOLLOWS = "/follows/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A complaint with its steps, where it stands, the clock that runs, and whom it is about."""

    signal: Signal
    told: Complaint | None
    acts: tuple[ComplaintAct, ...]
    state: ComplaintState
    clock: Clock | None
    about: str | None

    @property
    def topic(self) -> Topic | None:
        return Topic(self.told.topic) if self.told else None

    @property
    def following(self) -> tuple[ComplaintStep, ...]:
        return rules.FOLLOWING[self.state]

    @property
    def finding(self) -> Finding | None:
        """This property will give the latest thing that was found."""
        found = [act.finding for act in self.acts if act.finding]
        return Finding(found[-1]) if found else None


# Complaints within the reader's reach; those that are closed only where they are asked for.
_LISTED = """
    SELECT x.id FROM ledger_signal x JOIN ledger_party p ON p.id = x.party_id
    WHERE {lies} AND x.kind = 'complaint'
      AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = x.id)
      AND %(closed)s = EXISTS (
          SELECT FROM settle_complaintact a
          WHERE a.signal_id = x.id AND a.step IN ('closed', 'mediation_declined', 'mediation_result')
      ) AND x.happened_on >= %(since)s
    ORDER BY x.happened_on DESC, x.id DESC LIMIT %(most)s
"""


def listed(
    *, lies: sql.Composable, told: Mapping[str, Any], since: date, at: datetime, closed: bool = False, most: int = MOST
) -> list[Dossier]:
    """This function will list the complaints since a day, the most urgent clock first; `lies` speaks of a party `p`."""
    statement = sql.SQL(_LISTED).format(lies=lies)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**told, "since": since, "closed": closed, "most": most})
        found = [row[0] for row in cursor.fetchall()]
    last = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(of(found, at=at), key=lambda one: (one.clock.due if one.clock else last, one.signal.pk))


def of(signals: Iterable[int], *, at: datetime) -> list[Dossier]:
    """This function will read these complaints, in three statements."""
    rows = list(
        Signal.objects.filter(pk__in=list(signals), kind=KIND)
        .select_related("party", "complaint")
        .prefetch_related("complaint_acts")
        .order_by("pk")
    )
    about = _about(rows)
    return [_dossier(row, about=about.get(row.pk), at=at) for row in rows]


def _about(rows: list[Signal]) -> dict[int, str]:
    """This function will name the collectors in whose contacts somebody complained."""
    attempts = {row.pk: row.external_id.split(_FOLLOWS)[0] for row in rows if _FOLLOWS in row.external_id}
    made = Contact.objects.filter(external_id__in=attempts.values(), staff__isnull=False) if attempts else ()
    staff = {one.external_id: one.staff for one in made}
    return {key: str(staff[name]) for key, name in attempts.items() if staff.get(name)}


def _dossier(row: Signal, *, about: str | None, at: datetime) -> Dossier:
    told: Complaint | None = getattr(row, "complaint", None)
    acts = tuple(sorted(row.complaint_acts.all(), key=lambda act: act.pk))
    steps = [
        rules.Step(
            step=ComplaintStep(act.step),
            at=act.made_at,
            by=act.by,
            finding=Finding(act.finding) if act.finding else None,
        )
        for act in acts
    ]
    received = told.made_at if told else row.recorded_at
    clock = rules.clock(
        steps, received_at=received, received_on=row.happened_on, at=at, terms=terms(), zone=house_zone()
    )
    named = told.staff if told and told.staff else about
    return Dossier(signal=row, told=told, acts=acts, state=rules.state(steps), clock=clock, about=named)
