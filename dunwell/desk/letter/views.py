"""The page on which a letter is chosen, seen and asked a permit for; with the permit it is there to be printed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.actions import reveal
from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import Field, RevealReason
from dunwell.access.objections import AccessRefusedError
from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Refused
from dunwell.contact import actions as gate
from dunwell.desk import plans, reach
from dunwell.desk.customer.chance import Case, answered, case, proposal
from dunwell.desk.letter.writing import Draft, choices, written
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.outcome.views import KEY
from dunwell.desk.page import VIA, language, page, signed_in
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import ContactPoint, Party
from dunwell.work import actions

LETTER = Channel.LETTER.value


@require_GET
@page(Can.CONTACT_CUSTOMERS)
def letter(request: DeskRequest, party: int) -> HttpResponse:
    """This page will show a letter as it would be sent, the name masked, and let the writer change what is his."""
    here = case(reach.customer(request, party, capability=Can.CONTACT_CUSTOMERS), on=today(request))
    draft = Draft.read(request.GET.dict(), case=here, tongue=language()[:2])
    return _desk(request, here, draft, silent=not request.GET)


def _desk(
    request: DeskRequest, here: Case, draft: Draft, *, status: int = 200, silent: bool = False, **seen: Any
) -> HttpResponse:
    """This function will show the draft; what is wrong with it is not said before anything was typed."""
    known = choices(here)
    faults = draft.faults(choices=known, on=here.on)
    name = names([here.party.pk], roles=signed_in(request).roles()).get(here.party.pk, "")
    good = "script" not in faults and "tongue" not in faults
    text = written(draft, known[draft.script], case=here, name=name or here.customer) if good else ""
    told = [(code, script.title[language()[:2]]) for code, script in known.items()]
    shown = {} if silent else faults
    seen |= {"case": here, "name": name, "draft": draft, "faults": shown, "text": text, "choices": told}
    return render(request, "desk/letter/desk.html", {"key": uuid4().hex, **seen}, status=status)


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def send(request: DeskRequest, party: int) -> HttpResponse:
    """This page will ask the gate for the letter, word by word; with a permit the letter is shown once, to print."""
    found = reach.customer(request, party, capability=Can.CONTACT_CUSTOMERS)
    by, here = signed_in(request).code, case(found, on=today(request))
    draft, key = Draft.read(request.POST.dict(), case=here, tongue=language()[:2]), request.POST.get("key", "")
    known = choices(here)
    if not KEY.fullmatch(key) or draft.faults(choices=known, on=here.on):
        return _desk(request, here, draft, status=400)
    if not actions.take(found.pk, by=by, at=request.at):
        return _desk(request, here, draft, status=409, fault=_("Somebody else has this customer in hand."))
    name = _opened(request, found, field=Field.NAME)
    text = written(draft, known[draft.script], case=here, name=name or here.customer)
    looked = by if request.POST.get("looked") else None
    wanted = proposal(
        here, LETTER, staff=by, recorded=False, key=f"desk/{key}", reviewed_by=looked, text=text, script=draft.script
    )
    answer = gate.attempt(wanted, rulebook=plans.rulebook(), by=f"staff:{by}", at=request.at)
    if isinstance(answer, Refused):
        light = answered(LETTER, answer, language=language())
        return _desk(request, here, draft, status=409, light=light, key=key)
    return _sheet(request, found, answer, text=text, name=name, tongue=draft.tongue)


def _sheet(request: DeskRequest, party: Party, permit: Permit, *, text: str, name: str, tongue: str) -> HttpResponse:
    point = ContactPoint.objects.filter(contact=permit.contact_id, party=party).first()
    address = _opened(request, party, field=Field.ADDRESS, point=point) if point else ""
    seen = {"permit": permit, "party": party, "name": name, "address": address, "text": text, "tongue": tongue}
    return render(request, "desk/letter/sheet.html", seen)


def _opened(request: DeskRequest, party: Party, *, field: Field, point: ContactPoint | None = None) -> str:
    """This function will open what a letter must carry, with its evidence; nothing where there is nothing to open."""
    by: dict[str, Any] = {"by": signed_in(request).code, "via": VIA, "at": request.at, "within": request.within}
    try:
        return reveal(party, field=field, reason=RevealReason.CONTACT_BY_HAND, point=point, **by)
    except AccessRefusedError as refused:
        if refused.objection.rule == "AC-CAPABILITY":
            raise
        return ""
