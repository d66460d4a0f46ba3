"""Opening a complaint and going on with its dossier, step by step; nobody handles a complaint about himself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dunwell.access.kinds import Capability
from dunwell.access.models import Staff
from dunwell.access.rules import Person
from dunwell.evidence.actions import record
from dunwell.ledger.models import Party
from dunwell.settle.case_facts import hold_still, house_day, sealed_note, signal, told
from dunwell.settle.complaints import queries, rules
from dunwell.settle.complaints.kinds import ComplaintState, ComplaintStep, Topic
from dunwell.settle.models import Complaint, ComplaintAct
from dunwell.settle.refusals import refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """What somebody complains of, and about which collector, if about one."""

    topic: str
    staff: str | None = None
    note: str = ""


@transaction.atomic
def open_complaint(party: Party, *, grievance: Grievance, key: str, by: Person, at: datetime) -> Complaint:
    """This function will record a complaint and open its dossier. The same form sent twice is one complaint."""
    place, actor = f"party/{party.pk}", f"staff:{by.code}"
    hold_still(party.pk)
    if known := Complaint.objects.filter(form_key=key).first():
        return known
    if grievance.topic not in set(Topic):
        raise refused("CS-TOPIC", place=place)
    if grievance.staff and not Staff.objects.filter(pk=grievance.staff).exists():
        raise refused("CS-STAFF", place=place)
    fact = signal(queries.KIND, party=party, on=house_day(at), code=grievance.topic)
    name = f"complaint/{key}"
    [made] = told(
        "signal", [fact], party=party, name=name, action="settle.complaint_received", by=actor, at=at
    ).values()
    complaint = Complaint.objects.create(
        party=party,
        made_at=at,
        by=actor,
        form_key=key,
        signal_id=made,
        topic=grievance.topic,
        staff=grievance.staff or None,
        note_sealed=sealed_note(party, grievance.note, place=place),
    )
    detail = {"topic": grievance.topic, "about_staff": grievance.staff or None}
    record(action="settle.complaint_told", subject=f"complaint/{made}", by=actor, at=at, detail=detail)
    return complaint


@transaction.atomic
def go_on(
    complaint: int, *, step: ComplaintStep, by: Person, at: datetime, finding: str = "", note: str = ""
) -> queries.Dossier:
    """This function will write the next step of a dossier, and tell it to the customer's timeline. NotAgreedError."""
    place = f"complaint/{complaint}"
    [found] = queries.of([complaint], at=at)
    hold_still(found.signal.party_id)
    [found] = queries.of([complaint], at=at)
    _check(found, step, finding=finding, by=by, place=place)
    party, actor = found.signal.party, f"staff:{by.code}"
    ComplaintAct.objects.create(
        signal=found.signal,
        step=step.value,
        finding=finding or None,
        note_sealed=sealed_note(party, note, place=place),
        made_at=at,
        by=actor,
    )
    detail = {"step": step.value, "finding": finding or None}
    record(action="settle.complaint_step", subject=place, by=actor, at=at, detail=detail)
    fact = signal(f"complaint_{step.value}", party=party, on=house_day(at), code=finding or None)
    told("signal", [fact], party=party, name=f"{place}/{step.value}", action="settle.complaint_signal", by=actor, at=at)
    return queries.of([complaint], at=at)[0]


def _check(found: queries.Dossier, step: ComplaintStep, *, finding: str, by: Person, place: str) -> None:
    if not by.can(Capability.HANDLE_COMPLAINTS):
        right = Capability.HANDLE_COMPLAINTS
        raise refused("CS-RIGHT", place=place, right_en=right.en, right_zh=right.zh)
    if found.about == by.code:
        raise refused("CS-ABOUT", place=place)
    if step not in rules.FOLLOWING[found.state]:
        raise refused("CS-STEP", place=place, state_en=found.state.en, state_zh=found.state.zh)
    if finding not in (rules.findings(step) or ("",)):
        raise refused("CS-FINDING", place=place)


def closed(dossier: queries.Dossier) -> bool:
    return dossier.state is ComplaintState.CLOSED
