"""Deciding about many customers of the queue at once: give, recall, put off; and keeping views."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.desk import plans, reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import VIA, page, signed_in
from dunwell.desk.parties import names_of
from dunwell.desk.queue import queries
from dunwell.desk.queue.filters import Filter, viewer
from dunwell.desk.queue.views import listed
from dunwell.facts.errors import DunwellError
from dunwell.ledger.zones import house_zone
from dunwell.work import policy, viewing
from dunwell.work.assigning import by_hand
from dunwell.work.assigning.by_hand import Decided, Why

GIVE, RECALL, LATER = "give", "recall", "later"
SHOWN = 20


@require_POST
@page(Can.ASSIGN_WORK)
def decide(request: DeskRequest) -> HttpResponse:
    """This page will give, recall or put off the chosen customers, and tell who was left as he is and why."""
    told, typed = Filter.read(request.POST.dict()), request.POST
    wrong = _wrong(request)
    if wrong:
        return listed(request, told, status=400, typed=typed, chosen=typed.getlist("party"), wrong=wrong)
    wanted = _chosen(request, told)
    try:
        decided = _ACTS[typed["what"]](request, wanted)
    except DunwellError as error:
        where = error.place if error.place in ("to", "until") else "party"
        wrong = {where: _mended(where)}
        return listed(request, told, status=400, typed=typed, chosen=typed.getlist("party"), wrong=wrong)
    return render(request, "desk/queue_decided.html", _outcome(request, told, decided))


def _mended(where: str) -> str:
    """This function will say in the reader's language how to mend what the action refused."""
    if where == "to":
        return _("This person takes nobody today or is of another team: choose somebody else.")
    if where == "until":
        return _("Write a day after today, as 2026-12-31.")
    return _("Choose at least one customer and at most 5,000, within your own reach.")


def _wrong(request: DeskRequest) -> dict[str, str]:
    """This function will say of each field what is missing."""
    typed, wrong = request.POST, {}
    if typed.get("what") not in _ACTS:
        wrong["what"] = _("Choose what is to be done.")
    if typed.get("why") not in set(Why):
        wrong["why"] = _("Choose why.")
    if typed.get("what") == GIVE and not typed.get("to"):
        wrong["to"] = _("Choose who is to have them.")
    if typed.get("what") == LATER and (_until(request) or date.min) <= today(request):
        wrong["until"] = _("Write a day after today, as 2026-12-31.")
    if not typed.get("all") and not any(one.isdecimal() for one in typed.getlist("party")):
        wrong["party"] = _("Choose at least one customer, or all of the filter.")
    return wrong


def _until(request: DeskRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        return None


def _chosen(request: DeskRequest, told: Filter) -> list[int]:
    """This function will find the customers that are meant, as far as the reader's right to assign reaches."""
    who, run = signed_in(request), plans.latest()
    if request.POST.get("all"):
        seen_by = viewer(who, on=today(request))
        found = queries.parties(run, told=told, at=request.at, most=by_hand.MOST, seen_by=seen_by) if run else []
    else:
        ticked = (one for one in request.POST.getlist("party")[: by_hand.MOST] if one.isdecimal())
        found = [int(one) for one in ticked if len(one) < 19]
    return sorted(reach.within(found, who=who, capability=Can.ASSIGN_WORK, on=today(request)))


def _give(request: DeskRequest, parties: list[int]) -> Decided:
    give = partial(by_hand.reassign, parties, to=request.POST["to"], policy=policy.load(), on=today(request))
    return give(**_by(request))


def _recall(request: DeskRequest, parties: list[int]) -> Decided:
    return by_hand.recall_by_hand(parties, policy=policy.load(), on=today(request), **_by(request))


def _later(request: DeskRequest, parties: list[int]) -> Decided:
    """This function will put customers off until the house opens on the day that was told."""
    opens = policy.load().clock.opens
    until = datetime.combine(_until(request) or today(request), opens or time(), tzinfo=ZoneInfo(house_zone()))
    return by_hand.hold_back(parties, until=until, **_by(request))


_ACTS = {GIVE: _give, RECALL: _recall, LATER: _later}


def _by(request: DeskRequest) -> dict[str, Any]:
    why = Why(request.POST["why"])
    return {"why": why, "by": signed_in(request).code, "via": VIA, "at": request.at}


def _outcome(request: DeskRequest, told: Filter, decided: Decided) -> dict[str, Any]:
    shown = {why: some[:SHOWN] for why, some in decided.refused.items()}
    known = names_of(one for some in shown.values() for one in some)
    return {
        "done": len(decided.done),
        "left": decided.left,
        "refused": [
            (why, len(decided.refused[why]), [(one, known.get(one, "")) for one in some]) for why, some in shown.items()
        ],
        "what": request.POST["what"],
        "to": request.POST.get("to", ""),
        "address": urlencode(told.parameters()),
    }


# ---- views -----------------------------------------------------------------------------------------------------------


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def keep_view(request: DeskRequest) -> HttpResponse:
    """This page will keep the filter that is shown under a name, and show it again."""
    told, who = Filter.read(request.POST.dict()), viewer(signed_in(request), on=today(request))
    team = who.teams[0] if who.teams else ""
    name, shared = request.POST.get("name", "").strip(), bool(request.POST.get("shared"))
    address = urlencode(told.parameters())
    try:
        viewing.keep(staff=who.code, name=name, told=address, team=team, shared=shared, at=request.at)
    except DunwellError as error:
        wrong = {error.place or "name": _view_wrong(error.place or "name", name)}
        return listed(request, told, status=400, typed=request.POST, wrong={f"view_{k}": v for k, v in wrong.items()})
    return redirect(f"{reverse('queue')}?{address}")


def _view_wrong(place: str, name: str) -> str:
    if place == "shared":
        return _("You belong to no team: keep the view for yourself.")
    if len(name) > viewing.NAME_MOST or not name:
        return _("Write a name of at most 40 signs.")
    return _("You have 30 views: delete one first.")


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def forget_view(request: DeskRequest, view: int) -> HttpResponse:
    """This page will delete one of one's own views."""
    viewing.forget(view, staff=signed_in(request).code)
    return redirect("queue")
