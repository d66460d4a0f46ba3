"""The first page, and the lists behind each step of its funnel."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from dunwell.access.kinds import Capability as Can
from dunwell.access.queries import requests
from dunwell.access.rules import Person
from dunwell.batch.models import PlanRun
from dunwell.compliance.supervision import counters, sampling
from dunwell.compliance.supervision.queries import switches
from dunwell.desk import plans
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.names import names
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.parties import party_ids
from dunwell.desk.queue.queries import Filter
from dunwell.desk.queue.queries import count as queued
from dunwell.desk.today import queries
from dunwell.ledger.models import Party
from dunwell.ledger.zones import house_zone
from dunwell.work.queries import held_by


@page()
def today(request: DeskRequest) -> HttpResponse:
    """This page will show what waits for whoever asks, and what the plan of the day has come to."""
    who, run = signed_in(request), plans.latest()
    seen: dict[str, Any] = {"run": run, "nothing": not any(who.can(each) for each in Can)}
    if run is not None and (who.can(Can.SEE_CUSTOMERS) or who.can(Can.SEE_REPORTS)):
        seen["steps"] = queries.funnel(run)
        seen["most"] = seen["steps"][0].count
    if who.can(Can.SEE_REPORTS):
        seen |= _watched(request.at)
    if who.can(Can.STOP_CONTACTS) or who.can(Can.SEE_REPORTS) or who.can(Can.CONTACT_CUSTOMERS):
        seen["stops"] = list(switches())
    return render(request, "desk/today.html", seen | _waits(who, run, at=request.at))


def _watched(at: datetime) -> dict[str, Any]:
    """This function will count what the gate did today, and who stands close to a cap."""
    zone = house_zone()
    span = sampling.day(at.astimezone(ZoneInfo(zone)).date(), zone=zone)
    book = plans.rulebook()
    watch = counters.watch(book, on=span.first, since=span.since, until=span.until)
    near = [(cap, book.sentence(cap.rule, language=language())) for cap in watch.caps if cap.near + cap.reached]
    return {"watch": watch, "attempts": watch.total("attempts"), "refusals": watch.total("refusals"), "caps": near}


def _waits(who: Person, run: PlanRun | None, *, at: datetime) -> dict[str, Any]:
    """This function will gather what waits for somebody, by what he can do about it."""
    waits: dict[str, Any] = {}
    if who.can(Can.CONTACT_CUSTOMERS):
        mine = held_by(who.code, at=at)
        known = Party.objects.in_bulk([held.party_id for held in mine])
        waits["mine"] = [(held, f"{known[held.party_id].source}/{known[held.party_id].external_id}") for held in mine]
        waits["queued"] = queued(run, told=Filter(free="1"), at=at) if run else 0
    if who.can(Can.SEE_CUSTOMERS):
        waits["alarms"] = queries.alarms(at=at)
    if who.can(Can.APPROVE_RIGHTS) or who.can(Can.APPROVE_STRATEGY):
        waits["requests"] = len(requests(at=at, open_only=True))
    return waits


@page(Can.SEE_CUSTOMERS)
def step(request: DeskRequest, step: str) -> HttpResponse:
    """This page will list the customers of one step of the plan, with the reasons of those who were left out."""
    run = plans.latest()
    if run is None or step not in queries.LISTS:
        raise Http404
    told = plans.Words(run, language())
    shown = Paginator(queries.at_step(run, step=step), queries.PAGE).get_page(request.GET.get("page"))
    parties = party_ids(plan.customer for plan in shown)
    known = names(parties.values(), roles=signed_in(request).roles())
    rows = [
        {
            "plan": plan,
            "party": parties.get(plan.customer),
            "name": known.get(parties.get(plan.customer, 0), ""),
            "treatment": told.treatment(plan.treatment),
            "grade": told.of("grade", plan.grade),
            "refused": told.refused(plan),
        }
        for plan in shown
    ]
    return render(request, "desk/step.html", {"run": run, "step": step, "rows": rows, "shown": shown})
