"""The specialist queue: customers in distress, before those with special care and compliance alone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.actions import deciding, refuse
from dunwell.access.kinds import Capability as Can
from dunwell.access.objections import Objection
from dunwell.access.rules import Person
from dunwell.desk import reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import VIA, page, signed_in
from dunwell.desk.queue import clocks
from dunwell.desk.queue.filters import Filter, viewer
from dunwell.desk.queue.views import around
from dunwell.work import actions, policy
from dunwell.work.specialist import queries

MOST = 100


@require_GET
@page(Can.CONTACT_CUSTOMERS, Can.REVIEW_CONTACTS)
def specialist(request: DeskRequest) -> HttpResponse:
    """This page will list who waits for a specialist, who waits longest first."""
    who, on = signed_in(request), today(request)
    _admit(request, who)
    within, chosen = reach.condition(who, _as(who), on=on), policy.load()
    found = queries.waiting(on=on, at=request.at, reach=within, most=MOST)
    known = names((row.party for row in found), roles=reach.listed(who, _as(who)))
    rows = [
        {
            "row": row,
            "name": known.get(row.party, ""),
            "clock": clocks.care(row.told_at, at=request.at, policy=chosen),
        }
        for row in found
    ]
    seen = around(request, Filter(), viewer(who, on=on)) | {"rows": rows, "here": "specialist"}
    return render(request, "desk/queue_specialist.html", seen)


@require_POST
@page(Can.CONTACT_CUSTOMERS, Can.REVIEW_CONTACTS)
def take(request: DeskRequest, party: int) -> HttpResponse:
    """This page will take somebody who waits for a specialist into one's hands."""
    who = signed_in(request)
    _admit(request, who)
    found = reach.customer(request, party, capability=_as(who))
    actions.take(found.pk, by=who.code, at=request.at)
    return redirect("customer", party=party)


def _as(who: Person) -> Can:
    return Can.CONTACT_CUSTOMERS if who.can_somewhere(Can.CONTACT_CUSTOMERS) else Can.REVIEW_CONTACTS


def _admit(request: DeskRequest, who: Person) -> None:
    """This function will refuse aloud whoever lacks the skill of special care."""
    if viewer(who, on=today(request)).cares:
        return
    lacking = Objection(
        rule="AC-CARE",
        en=f"{who.code} does not have the skill of special care",
        zh=f"{who.code}不具备专项关怀技能",
        cure_en="leave these customers to those who have it; a team lead can tell the skill after the training",
        cure_zh="请由具备该技能的人员处理；培训后可由组长登记该技能",
    )
    with deciding(by=who.code, via=VIA, at=request.at):
        refuse(lacking, place="specialist queue")
