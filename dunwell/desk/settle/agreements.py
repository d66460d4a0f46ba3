"""The list of agreements, the card of one customer's, and the end of one before its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import page, signed_in
from dunwell.ledger.models import Party
from dunwell.settle.agreements import actions, queries
from dunwell.settle.agreements.kinds import Agreed, State
from dunwell.settle.agreements.queries import Agreement

# What was over so many days ago is still listed.
BACK_DAYS = 30
PAGE = 50
BROKEN = (State.BROKEN, State.PARTIAL)


def _due(one: Agreement, on: date) -> bool:
    return one.standing.next is not None and one.standing.next.due_on <= on


FILTERS: dict[str, Callable[[Agreement, date], bool]] = {
    "due": _due,
    "running": lambda one, on: not one.standing.over,
    "broken": lambda one, on: one.standing.state in BROKEN,
    "kept": lambda one, on: one.standing.state is State.KEPT,
    "all": lambda one, on: True,
}


@require_GET
@page(Can.AGREE_PLANS)
def agreements(request: DeskRequest) -> HttpResponse:
    """This page will list what is due, runs, was broken or kept, within the reader's reach."""
    on, who = today(request), signed_in(request)
    chosen = request.GET.get("show", "due")
    chosen = chosen if chosen in FILTERS else "due"
    condition, parameters = reach.condition(who, Can.AGREE_PLANS)
    found = queries.around(on=on, back=BACK_DAYS, reach=condition, parameters=parameters)
    tabs = [(name, sum(fits(one, on) for one in found)) for name, fits in FILTERS.items()]
    rows = [one for one in found if FILTERS[chosen](one, on)]
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    seen = {"on": on, "shown": shown, "rows": _lines(shown, who), "chosen": chosen, "tabs": tabs}
    return render(request, "desk/settle/agreements.html", seen | {"address": f"show={chosen}", "back": BACK_DAYS})


def _lines(found: Iterable[Agreement], who: Any) -> list[dict[str, Any]]:
    """This function will name the customers of a page."""
    listed = list(found)
    parties = {one.party for one in listed}
    known = names(parties, roles=reach.listed(who, Can.AGREE_PLANS))
    codes = {row.pk: f"{row.source}/{row.external_id}" for row in Party.objects.filter(pk__in=parties)}
    return [{"one": one, "name": known.get(one.party, ""), "customer": codes[one.party]} for one in listed]


def card(party: Party, *, on: date) -> dict[str, Any]:
    """This function will give what the customer's page says of his agreements."""
    return {"agreements": queries.of_customer(party.pk, on=on, most=10)}


@require_POST
@page(Can.AGREE_PLANS)
def cancel(request: DeskRequest, kind: str, number: int) -> HttpResponse:
    """This page will cancel an agreement that runs; contact is lawful again from today."""
    if kind not in set(Agreed):
        raise Http404
    found = queries.one(Agreed(kind), number=number, on=today(request))
    # Nobody has the number 0: whoever sees a part of the house is told no more of an agreement than of a customer.
    party = reach.customer(request, found.party if found else 0, capability=Can.AGREE_PLANS)
    if found is None:
        raise Http404
    if not actions.cancel(found.kind, number=number, by=f"staff:{signed_in(request).code}", at=request.at):
        fault = _("This agreement is over already; nothing was changed.")
        return render(request, "desk/settle/over.html", {"party": party, "fault": fault, "one": found}, status=409)
    return redirect("customer", party=party.pk)
