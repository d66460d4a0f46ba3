"""The page of a customer, the lights of each channel, and the opening of a masked value."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dunwell.access import actions
from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import Field, RevealReason
from dunwell.access.matrix import CLASS_OF
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Person, level
from dunwell.contact.queries import Tried, history
from dunwell.desk import plans, reach
from dunwell.desk.cases.card import card as cases
from dunwell.desk.customer.chance import BY_HAND, Case, case, light
from dunwell.desk.customer.portraits import portrait
from dunwell.desk.customer.saying import saying
from dunwell.desk.customer.stream import stream
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import known
from dunwell.desk.page import VIA, forbidden, language, page, signed_in
from dunwell.desk.queue.about import about
from dunwell.desk.settle import agreements
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import ContactPoint, Party
from dunwell.ledger.zones import house_zone
from dunwell.work.queries import holder
from dunwell.work.rules import RESULTS

# What the portrait's own segments are called, in the order in which they are told.
SEGMENTS = ("grade", "cause", "arrears_type", "value_class", "care", "layer", "tone", "person", "legal_track")


@require_GET
@page(Can.SEE_CUSTOMERS)
def customer(request: DeskRequest, party: int) -> HttpResponse:
    """This page will show one customer: who, what is owed and why, what is next and what stands against it."""
    found = reach.customer(request, party, capability=Can.SEE_CUSTOMERS)
    who, here = signed_in(request), case(found, on=today(request))
    held = holder(party, at=request.at)
    seen: dict[str, Any] = {
        "case": here,
        "held": held,
        "mine": held is not None and held.staff_id == who.code,
        "stream": stream(party, on=here.on, zone=house_zone()),
        "history": [_tried(one, here) for one in history(party, most=12)],
        "key": uuid4().hex,
        **about(party, at=request.at),
    }
    agreed = agreements.card(found, on=here.on) | cases(request, found)
    return render(request, "desk/customer.html", seen | agreed | _who(found, who) | _next(here, who, request))


def _who(found: Party, who: Person) -> dict[str, Any]:
    """This function will tell who a customer is as far as the reader may see."""
    roles = who.roles()
    here = known(found, roles=roles)
    fields = [(field, _openable(who, field)) for field in (Field.NAME, Field.IDENTITY)]
    return {
        "name": here.name,
        "detail": here.detail,
        "addresses": here.addresses,
        "openable": [field for field, able in fields if able],
        "can_open": _openable(who, Field.PHONE),
        "reasons": list(RevealReason),
        "masking": level(roles, data_class=CLASS_OF[Field.NAME]),
    }


def _openable(who: Person, field: Field) -> bool:
    grave = field is Field.IDENTITY
    return who.can(Can.REVEAL_HIGH_RISK if grave else Can.REVEAL_GENERAL)


def _next(here: Case, who: Person, request: DeskRequest) -> dict[str, Any]:
    """This function will tell the next best action, why it and why not the others, and the lights of the channels."""
    channels = [channel for channel in BY_HAND if channel != Channel.VISIT.value]
    seen: dict[str, Any] = {"channels": channels, "results": RESULTS, "tongue": language()}
    plan = here.plan
    if plan is None:
        return seen
    words = plans.Words(plan.run, language())
    file = plans.folder(plan.run) / "portrait.parquet"
    seen |= {
        "plan": plan,
        "treatment": words.treatment(plan.treatment),
        "why": words.why(plan),
        "refused": words.refused(plan),
        "fell_back": words.treatment(plan.fell_back_from) if plan.fell_back_from else "",
        "segments": [(words.title(name), words.of(name, getattr(plan, name))) for name in SEGMENTS],
        "portrait": portrait(file, customer=here.customer, chinese=language() != "en"),
    }
    seen["say"] = saying(here, who=who, language=language())
    return seen


def _tried(one: Tried, here: Case) -> dict[str, Any]:
    """This function will put a line of the gate's history into words."""
    book, told = plans.rulebook(), []
    for rule in one.rules.split(";") if one.rules else ():
        try:
            told.append((rule, book.sentence(rule, language=language())))
        except (KeyError, IndexError):
            told.append((rule, HOUSE_RULES.get(rule, (rule, rule))[language() != "en"]))
    return {"tried": one, "told": told}


# The house's own reasons, which stand in no rulebook.
HOUSE_RULES = {
    "ONCE": ("This contact was made already: one order, one contact.", "该联系已执行：一单一次。"),
    "STOP": ("A stop switch was pulled.", "停催开关已启用。"),
    "APPROVED": ("The strategy is not approved.", "策略尚未获批。"),
}


@require_GET
@page(Can.SEE_CUSTOMERS)
def lights(request: DeskRequest, party: int, channel: str) -> HttpResponse:
    """This piece of the page will say what the rules answer on one channel at this moment."""
    if channel not in Channel.values:
        raise Http404
    here = case(reach.customer(request, party, capability=Can.SEE_CUSTOMERS), on=today(request))
    found = light(here, channel, staff=signed_in(request).code, at=request.at, language=language())
    return render(request, "desk/light.html", {"light": found})


@require_POST
@page(Can.SEE_CUSTOMERS)
def reveal(request: DeskRequest, party: int) -> HttpResponse:
    """This piece of the page will open one masked value for a reason, after the evidence of it is committed."""
    found = reach.customer(request, party, capability=Can.SEE_CUSTOMERS)
    field, reason = request.POST.get("field", ""), request.POST.get("reason", "")
    if field not in set(Field) or reason not in set(RevealReason):
        return render(request, "desk/opened.html", {"fault": _("Choose a reason first.")}, status=400)
    point = None
    if request.POST.get("point", "").isdecimal():
        point = get_object_or_404(ContactPoint, pk=int(request.POST["point"]), party=found)
    try:
        by: dict[str, Any] = {"by": signed_in(request).code, "via": VIA, "at": request.at, "within": request.within}
        value = actions.reveal(found, field=Field(field), reason=RevealReason(reason), point=point, **by)
    except AccessRefusedError as refused:
        if not request.htmx:  # type: ignore[attr-defined]
            return forbidden(request, refused)
        return render(request, "desk/opened.html", {"fault": refused.told(language()).message}, status=403)
    return render(request, "desk/opened.html", {"value": value})
