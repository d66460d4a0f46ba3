"""The rest after distress: who rests, since when, and the specialist's word on it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.cases.showing import key, listed, opened, shown
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import page, signed_in
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Hold, HoldRelease
from dunwell.settle.disputes import queries
from dunwell.settle.disputes.kinds import KEEPING, PauseReason
from dunwell.settle.disputes.rests import release
from dunwell.settle.refusals import NotAgreedError


@require_safe
@page(Can.RELEASE_RESTS)
def rests(request: DeskRequest) -> HttpResponse:
    """This page will list the customers who are left in peace after distress."""
    on = today(request)
    lies, told = reach.condition(signed_in(request), Can.RELEASE_RESTS, on=on)
    found = queries.running(HoldKind.PAUSE, lies=lies, told=told, on=on, at=request.at)
    rows = [{"one": one, "last": PauseReason(one.reviews[-1].reason) if one.reviews else None} for one in found]
    parties = [one.hold.party_id for one in found]
    return listed(request, "rests", here="rests", parties=parties, can=Can.RELEASE_RESTS, rows=rows)


@require_http_methods(["GET", "POST"])
@page(Can.RELEASE_RESTS)
def rest(request: DeskRequest, hold: int) -> HttpResponse:
    """This page will let contact go on after distress for a reason, or write down why it does not yet."""
    found = Hold.objects.filter(pk=hold, kind=HoldKind.PAUSE.value).select_related("party").first()
    opened(request, found.party_id if found else None, can=Can.RELEASE_RESTS)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _form(request, found)
    try:
        release(
            hold,
            reason=request.POST.get("reason", ""),
            keep=request.POST.get("answer") != "release",
            key=key(request),
            by=signed_in(request),
            at=request.at,
            note=request.POST.get("note", ""),
        )
    except NotAgreedError as fault:
        return _form(request, found, fault=fault)
    return redirect("rests")


def _form(request: DeskRequest, found: Hold, *, fault: NotAgreedError | None = None) -> HttpResponse:
    [one] = queries.of([found.pk], at=request.at)
    return shown(
        request,
        "rest",
        found.party,
        fault=fault,
        one=one,
        reviews=[(review, PauseReason(review.reason)) for review in one.reviews],
        releasing=[reason for reason in PauseReason if reason not in KEEPING],
        keeping=list(KEEPING),
        over=HoldRelease.objects.filter(hold=found).exists(),
    )
