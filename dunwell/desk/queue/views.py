"""The queue, and taking the next customer out of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.batch.models import PlanRun
from dunwell.desk import plans, reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.queue import clocks, queries
from dunwell.desk.queue.filters import FREE, MINE, TEAM, Filter, Viewer, viewer
from dunwell.desk.queue.queries import Waiting
from dunwell.work import actions, policy
from dunwell.work.assigning.by_hand import MOST, Why
from dunwell.work.clock.rules import Light
from dunwell.work.models import Item
from dunwell.work.staffing.queries import teams
from dunwell.work.viewing import views

# Whom the next one is looked for among, in this order.
NEXT = (MINE, FREE)
NAMED_MOST = 100


@require_GET
@page(Can.CONTACT_CUSTOMERS)
def queue(request: DeskRequest) -> HttpResponse:
    """This page will list who waits for a person, by the reader's own filter and order."""
    return listed(request, Filter.read(request.GET.dict()))


def listed(request: DeskRequest, told: Filter, *, status: int = 200, **more: Any) -> HttpResponse:
    """This function will show the list of a filter, with what somebody typed into a form of the page."""
    run, who = plans.latest(), viewer(signed_in(request), on=today(request))
    if run is None:
        return render(request, "desk/queue.html", {"run": None, "told": told})
    told = told if told.tab else Filter(**_fields(told) | {"tab": _first_tab(who)})
    total = queries.count(run, told=told, at=request.at, seen_by=who)
    shown = Paginator(range(total), queries.PAGE).get_page(request.GET.get("page"))
    start = (shown.number - 1) * queries.PAGE
    rows = queries.waiting(run, told=told, at=request.at, start=start, seen_by=who)
    seen: dict[str, Any] = {
        **around(request, told, who),
        "run": run,
        "shown": shown,
        "at_least": total >= queries.COUNTED_MOST,
        "rows": _lines(request, run, rows, chosen=frozenset(more.get("chosen", ()))),
        "lights": list(Light),
        "forward_most": policy.load().clock.forward_minutes_most // 60,
        "choices": _choices(queries.choices(run), plans.Words(run, language())),
        "bulk_most": MOST,
        "reasons": list(Why),
        **more,
    }
    return render(request, "desk/queue.html", seen, status=status)


def _fields(told: Filter) -> dict[str, str]:
    return {**told.parameters(), "sort": told.sort}


def _first_tab(who: Viewer) -> str:
    """This function will open the tab of one's own customers; whoever has none sees the team's or the free ones."""
    if who.assigns:
        return TEAM
    return MINE if Item.objects.filter(staff=who.code).exists() else FREE


def around(request: DeskRequest, told: Filter, who: Viewer) -> dict[str, Any]:
    """This function will gather what stands around the list: the tabs, the views, and who can be given customers."""
    on = today(request)
    people = teams(on=on) if who.assigns else {}
    offered = [code for code, team in people.items() if not who.teams or team in who.teams]
    kept = views(who.code, teams=who.teams)
    return {
        "told": told,
        "tabs": list(who.tabs),
        "cares": who.cares,
        "assigns": who.assigns,
        "people": offered,
        # Of more than anybody would search through the code is typed.
        "named": len(offered) <= NAMED_MOST,
        "views": [{"view": one, "address": one.told, "mine": one.staff_id == who.code} for one in kept],
        "team": who.teams[0] if who.teams else "",
        "address": urlencode(told.parameters()),
        "mine": who.code,
    }


def _lines(request: DeskRequest, run: PlanRun, rows: list[Waiting], *, chosen: frozenset[str]) -> list[dict[str, Any]]:
    words, terms = plans.Words(run, language()), policy.load()
    roles = reach.listed(signed_in(request), Can.CONTACT_CUSTOMERS)
    known = names((row.party for row in rows), roles=roles)
    return [
        {
            "row": row,
            "chosen": str(row.party) in chosen,
            "name": known.get(row.party, ""),
            "treatment": words.treatment(row.treatment),
            "grade": words.of("grade", row.grade),
            "reason": words.reason(row.rules),
            "clock": clocks.shown(
                entered=row.entered_at, until=row.due_at, worth=row.expected_value, at=request.at, policy=terms
            ),
        }
        for row in rows
    ]


def _choices(found: dict[str, list[str]], words: plans.Words) -> dict[str, list[tuple[str, str]]]:
    """This function will name what can be chosen; channels are named by the page itself."""
    return {
        "treatment": [(code, words.treatment(code)) for code in found["treatment"]],
        "channel": [(code, code) for code in found["channel"]],
        "grade": [(code, words.of("grade", code)) for code in found["grade"]],
    }


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def take_next(request: DeskRequest) -> HttpResponse:
    """This page will take the first customer that nobody else is quicker to take, one's own first, and open him."""
    run, told = plans.latest(), Filter.read(request.POST.dict() | {"free": "1"})
    who = viewer(signed_in(request), on=today(request))
    for tab in NEXT if told.tab not in (FREE, TEAM) else (told.tab,):
        narrowed = Filter(**_fields(told) | {"tab": tab})
        for row in queries.waiting(run, told=narrowed, at=request.at, most=queries.TRIES, seen_by=who) if run else ():
            if actions.take(row.party, by=who.code, at=request.at):
                return redirect("customer", party=row.party)
    kept = {name: value for name, value in told.parameters().items() if name != "free"}
    return redirect(f"{reverse('queue')}?{urlencode(kept | {'empty': '1'})}")


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def take(request: DeskRequest, party: int) -> HttpResponse:
    """This page will take one customer into one's hands; if somebody else has him, his page says so."""
    found = reach.customer(request, party, capability=Can.CONTACT_CUSTOMERS)
    actions.take(found.pk, by=signed_in(request).code, at=request.at)
    return redirect("customer", party=party)


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def give_back(request: DeskRequest, party: int) -> HttpResponse:
    """This page will let a customer go and show the queue again."""
    reach.customer(request, party, capability=Can.CONTACT_CUSTOMERS)
    actions.give_back(party, by=signed_in(request).code, at=request.at)
    return redirect("queue")
