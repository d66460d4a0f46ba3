"""Complaints: the list with its clocks, a dossier with its timeline, and the next step."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.cases.showing import key, listed, opened, shown, timed
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import page, signed_in
from dunwell.ledger.models import Party, Signal
from dunwell.settle.case_facts import opened_notes
from dunwell.settle.complaints import actions, queries, rules
from dunwell.settle.complaints.actions import Grievance
from dunwell.settle.complaints.kinds import ComplaintStep, Finding, Topic
from dunwell.settle.refusals import NotAgreedError, refused

# So far back the list goes; older ones stand on the customer's page.
BACK = timedelta(days=366)


@require_safe
@page(Can.HANDLE_COMPLAINTS)
def complaints(request: DeskRequest) -> HttpResponse:
    """This page will list complaints, the most urgent first; those that are closed on a tab of their own."""
    on, closed = today(request), request.GET.get("show") == "closed"
    lies, told = reach.condition(signed_in(request), Can.HANDLE_COMPLAINTS, on=on)
    found = queries.listed(lies=lies, told=told, since=on - BACK, at=request.at, closed=closed)
    rows = [{"one": one, "clock": timed(one.clock)} for one in found]
    parties = [one.signal.party_id for one in found]
    seen = {"rows": rows, "closed": closed}
    return listed(request, "complaints", here="complaints", parties=parties, can=Can.HANDLE_COMPLAINTS, **seen)


@require_http_methods(["GET", "POST"])
@page(Can.CONTACT_CUSTOMERS)
def complaint_new(request: DeskRequest, party: int) -> HttpResponse:
    """This page will record a complaint, about a collector or not."""
    found = opened(request, party, can=Can.CONTACT_CUSTOMERS)
    if request.method != "POST":
        return _form(request, found)
    told = Grievance(
        topic=request.POST.get("topic", ""),
        staff=request.POST.get("staff", "").strip().upper() or None,
        note=request.POST.get("note", ""),
    )
    try:
        actions.open_complaint(found, grievance=told, key=key(request), by=signed_in(request), at=request.at)
    except NotAgreedError as fault:
        return _form(request, found, fault=fault)
    return redirect("customer", party=found.pk)


def _form(request: DeskRequest, party: Party, *, fault: NotAgreedError | None = None) -> HttpResponse:
    return shown(request, "complaint_new", party, fault=fault, topics=list(Topic))


def _dossier(request: DeskRequest, complaint: int) -> queries.Dossier:
    party = Signal.objects.filter(pk=complaint, kind=queries.KIND).values_list("party_id", flat=True).first()
    opened(request, party, can=Can.HANDLE_COMPLAINTS)
    if party is None:
        raise Http404
    return queries.of([complaint], at=request.at)[0]


@require_safe
@page(Can.HANDLE_COMPLAINTS)
def complaint(request: DeskRequest, complaint: int) -> HttpResponse:
    """This page will show a dossier: what came, what was done, and what may follow."""
    return _one(request, _dossier(request, complaint))


def _one(request: DeskRequest, one: queries.Dossier, *, fault: NotAgreedError | None = None) -> HttpResponse:
    party, who = one.signal.party, signed_in(request)
    sealed = [one.told.note_sealed if one.told else None, *(act.note_sealed for act in one.acts)]
    first, *notes = opened_notes(party, sealed)
    found = [Finding(act.finding) if act.finding else None for act in one.acts]
    lines = zip((ComplaintStep(act.step) for act in one.acts), one.acts, found, notes, strict=True)
    return shown(
        request,
        "complaint",
        party,
        fault=fault,
        one=one,
        clock=timed(one.clock),
        received=one.told.made_at if one.told else one.signal.recorded_at,
        note=first,
        lines=list(lines),
        about_me=one.about == who.code,
        following=[(step, rules.findings(step)) for step in one.following],
    )


@require_POST
@page(Can.HANDLE_COMPLAINTS)
def complaint_step(request: DeskRequest, complaint: int) -> HttpResponse:
    """This page will write the next step of a dossier."""
    one = _dossier(request, complaint)
    try:
        said = request.POST.get("step", "")
        if said not in set(ComplaintStep):
            raise refused("ST-KEY", place=f"complaint/{complaint}")
        told = {"finding": request.POST.get("finding", ""), "note": request.POST.get("note", "")}
        actions.go_on(complaint, step=ComplaintStep(said), by=signed_in(request), at=request.at, **told)
    except NotAgreedError as fault:
        return _one(request, one, fault=fault)
    return redirect("complaint", complaint=complaint)
