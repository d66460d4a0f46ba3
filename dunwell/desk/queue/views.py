"""The queue, and taking the next customer out of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.desk import plans
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.names import names
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.queue import queries
from dunwell.desk.queue.queries import Filter, Waiting
from dunwell.ledger.models import Party
from dunwell.work import actions


@require_GET
@page(Can.CONTACT_CUSTOMERS)
def queue(request: DeskRequest) -> HttpResponse:
    """This page will list who waits for a person, by the reader's own filter and order."""
    run, told = plans.latest(), Filter.read(request.GET.dict())
    if run is None:
        return render(request, "desk/queue.html", {"run": None, "told": told})
    paginator = Paginator(range(queries.count(run, told=told, at=request.at)), queries.PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    start = (shown.number - 1) * queries.PAGE
    rows = queries.waiting(run, told=told, at=request.at, start=start)
    words = plans.Words(run, language())
    known = names((row.party for row in rows), roles=signed_in(request).roles())
    seen: dict[str, Any] = {
        "run": run,
        "told": told,
        "shown": shown,
        "rows": [_line(row, words, name=known.get(row.party, "")) for row in rows],
        "choices": _choices(queries.choices(run), words),
        "address": urlencode(told.parameters()),
        "mine": signed_in(request).code,
    }
    return render(request, "desk/queue.html", seen)


def _line(row: Waiting, words: plans.Words, *, name: str) -> dict[str, Any]:
    return {
        "row": row,
        "name": name,
        "treatment": words.treatment(row.treatment),
        "grade": words.of("grade", row.grade),
        "reason": words.reason(row.rules),
    }


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
    """This page will take the first customer of the filter that nobody else is quicker to take, and open him."""
    run, told = plans.latest(), Filter.read(request.POST.dict() | {"free": "1"})
    by = signed_in(request).code
    for row in queries.waiting(run, told=told, at=request.at, most=queries.TRIES) if run else ():
        if actions.take(row.party, by=by, at=request.at):
            return redirect("customer", party=row.party)
    kept = {name: value for name, value in told.parameters().items() if name != "free"}
    return redirect(f"{reverse('queue')}?{urlencode(kept | {'empty': '1'})}")


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def take(request: DeskRequest, party: int) -> HttpResponse:
    """This page will take one customer into one's hands; if somebody else has him, his page says so."""
    found = get_object_or_404(Party, pk=party)
    actions.take(found.pk, by=signed_in(request).code, at=request.at)
    return redirect("customer", party=party)


@require_POST
@page(Can.CONTACT_CUSTOMERS)
def give_back(request: DeskRequest, party: int) -> HttpResponse:
    """This page will let a customer go and show the queue again."""
    actions.give_back(party, by=signed_in(request).code, at=request.at)
    return redirect("queue")
