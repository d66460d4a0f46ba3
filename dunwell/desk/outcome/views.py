"""From the attempt to its outcome: a permit first, then one key for what came of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.compliance.proposal import Refused
from dunwell.contact import actions as gate
from dunwell.desk import plans, reach
from dunwell.desk.customer.chance import BY_HAND, answered, case, proposal
from dunwell.desk.customer.saying import elements, saying
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import known
from dunwell.desk.page import language, page, signed_in
from dunwell.facts.errors import DunwellError
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import Contact, Party
from dunwell.work import actions
from dunwell.work.rules import BY_CODE, RESULTS

KEY = re.compile(r"[0-9a-f]{32}")
SECONDS_MAX = 4 * 3600


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def attempt(request: DeskRequest, party: int) -> HttpResponse:
    """This page will ask the gate for one contact by hand; with a permit it goes on to the outcome."""
    found = reach.customer(request, party, capability=Can.CONTACT_CUSTOMERS)
    by, key = signed_in(request).code, request.POST.get("key", "")
    channel = request.POST.get("channel", "")
    if channel not in BY_HAND or not KEY.fullmatch(key):
        return _refused(request, found, fault=_("Open the customer again: this form is not complete."), status=400)
    if channel == Channel.LETTER.value:
        return redirect("letter", party=party)
    if not actions.take(found.pk, by=by, at=request.at):
        return _refused(request, found, fault=_("Somebody else has this customer in hand."), status=409)
    looked = by if request.POST.get("looked") else None
    recorded = bool(request.POST.get("recorded"))
    here = case(found, on=today(request))
    wanted = proposal(here, channel, staff=by, recorded=recorded, key=f"desk/{key}", reviewed_by=looked)
    answer = gate.attempt(wanted, rulebook=plans.rulebook(), by=f"staff:{by}", at=request.at)
    if isinstance(answer, Refused):
        light = answered(channel, answer, language=language())
        again = {"channel": channel, "recorded": recorded, "key": key}
        return _refused(request, found, light=light, again=again, status=409)
    return redirect("outcome", contact=answer.contact_id)


def _refused(request: DeskRequest, party: Party, *, status: int, **seen: Any) -> HttpResponse:
    return render(request, "desk/refused.html", {"party": party, **seen}, status=status)


@require_GET
@page(Can.CONTACT_CUSTOMERS)
def outcome(request: DeskRequest, contact: int) -> HttpResponse:
    """This page will offer every outcome with its key, and what follows from the grave ones."""
    made = _own(request, contact)
    return _panel(request, made)


def _own(request: DeskRequest, contact: int) -> Contact:
    """This function will find one's own attempt; nobody tells the outcome of another's."""
    own = Contact.objects.select_related("party").filter(staff=signed_in(request).code)
    made = get_object_or_404(own, pk=contact)
    reach.customer(request, made.party_id, capability=Can.CONTACT_CUSTOMERS)
    return made


def _panel(request: DeskRequest, made: Contact, *, fault: str = "", status: int = 200) -> HttpResponse:
    party, roles = made.party, signed_in(request).roles()
    who = known(party, roles=roles)
    done = Contact.objects.filter(corrects=made.pk).first()
    seen = {
        "made": made,
        "customer": f"{party.source}/{party.external_id}",
        "name": who.name,
        "address": next((one for one in who.addresses if one.id == made.contact_point_id), None),
        "everyday": [_choice(result) for result in RESULTS if result.follow is None],
        "grave": [_choice(result) for result in RESULTS if result.follow is not None],
        "done": done,
        "fault": fault,
        "note": request.POST.get("note", ""),
        "say": saying(case(party, on=today(request)), who=signed_in(request), language=language()),
        "said": request.POST.getlist("said"),
    }
    return render(request, "desk/outcome.html", seen, status=status)


def _choice(result: Any) -> dict[str, str]:
    told = language()
    return {
        "code": result.code, "key": result.key, "word": result.word(told), "then": result.then(told),
        "note": result.note(told),
    }  # fmt: skip


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def finish(request: DeskRequest, contact: int) -> HttpResponse:
    """This page will tell the outcome and go on: to the next customer, or back to this one."""
    made, by = _own(request, contact), signed_in(request).code
    result = BY_CODE.get(request.POST.get("result", ""))
    if result is None:
        return _panel(request, made, fault=_("Choose what came of it."), status=400)
    try:
        said, note = elements(request.POST.getlist("said")), request.POST.get("note", "").strip()
        actions.finish(made.pk, result=result, by=by, at=request.at, note=note, said=said)
    except DunwellError as error:
        return _panel(request, made, fault=str(error), status=409)
    stay = bool(request.POST.get("stay"))
    if result.code == "promised" and signed_in(request).can(Can.AGREE_PLANS):
        told = urlencode({"contact": made.pk} | ({"stay": 1} if stay else {}))
        return redirect(f"{reverse('promise', kwargs={'party': made.party_id})}?{told}")
    if stay:
        return redirect("customer", party=made.party_id)
    actions.give_back(made.party_id, by=by, at=request.at)
    return redirect("queue")
