"""What all pages of cases share: the tabs one may open, a form with its faults, clocks in words."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.access.rules import Person
from dunwell.desk import reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.settle import typed
from dunwell.ledger.models import Party
from dunwell.settle.clocks import Clock, Colour
from dunwell.settle.refusals import NotAgreedError, refused

# Each tab of the cases: the address, and the capabilities of which one is enough.
TABS = (
    ("reliefs", (Can.AGREE_PLANS, Can.APPROVE_WAIVERS)),
    ("disputes", (Can.DECIDE_DISPUTES,)),
    ("complaints", (Can.HANDLE_COMPLAINTS,)),
    ("rests", (Can.RELEASE_RESTS,)),
)
ANY = tuple(dict.fromkeys(can for _name, cans in TABS for can in cans))
_COLOURS = {Colour.GREEN: "bg-green-lt", Colour.AMBER: "bg-yellow-lt", Colour.RED: "bg-red-lt"}


def tabs(who: Person) -> list[tuple[str, str]]:
    """This function will name the tabs that somebody may open."""
    titles = {
        "reliefs": _("Relief"),
        "disputes": _("Disputes"),
        "complaints": _("Complaints"),
        "rests": _("Rests after distress"),
    }
    return [(name, titles[name]) for name, cans in TABS if any(who.can_somewhere(can) for can in cans)]


@require_safe
@page(*ANY)
def cases(request: DeskRequest) -> HttpResponse:
    """This page will open the first tab of cases that somebody may open."""
    return redirect(tabs(signed_in(request))[0][0])


def listed(
    request: DeskRequest, template: str, *, here: str, parties: list[int], can: Can, **seen: Any
) -> HttpResponse:
    """This function will show a list of cases beneath its tabs, with the names as the reader may see them."""
    who = signed_in(request)
    known = names(parties, roles=reach.listed(who, can))
    return render(request, f"desk/cases/{template}.html", {"tabs": tabs(who), "here": here, "names": known, **seen})


def opened(request: DeskRequest, party: int | None, *, can: Can) -> Party:
    """This function will open the customer of a case within the reader's reach; no case is nobody's."""
    return reach.customer(request, party or 0, capability=can)


def shown(
    request: DeskRequest,
    template: str,
    party: Party,
    *,
    fault: NotAgreedError | None = None,
    status: int = 400,
    **seen: Any,
) -> HttpResponse:
    """This function will show a page about a customer; a form keeps what was typed and says what is wrong where."""
    faults = fault.by_field(language()) if fault else {}
    told = {
        "party": party,
        "customer": f"{party.source}/{party.external_id}",
        "name": names([party.pk], roles=signed_in(request).roles()).get(party.pk, ""),
        "on": today(request),
        "faults": faults,
        "fault": faults.get("", ""),
        "key": request.POST.get("key") or uuid4().hex,
        "typed": request.POST,
        **seen,
    }
    return render(request, f"desk/cases/{template}.html", told, status=status if fault else 200)


def key(request: DeskRequest) -> str:
    """This function will read the key that makes a form count once, or refuse the form."""
    told = typed.key(request.POST.dict())
    if not told:
        raise refused("ST-KEY", place="form")
    return told


def timed(clock: Clock | None) -> dict[str, Any] | None:
    """This function will say how much time is left, or by how much it is too late, with its colour."""
    if clock is None:
        return None
    return {"colour": _COLOURS[clock.colour], "text": _left(clock), "due": clock.due}


def _left(clock: Clock) -> str:
    hours = clock.hours_left
    late, span = hours < 0, abs(hours) if hours >= 0 else -hours
    if span >= 48:
        days = span // 24
        text = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    else:
        text = ngettext("%(n)s hour", "%(n)s hours", span) % {"n": span}
    return _("%(time)s too late") % {"time": text} if late else _("%(time)s left") % {"time": text}
