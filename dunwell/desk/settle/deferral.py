"""The deferral: what is overdue gets a later due day, for a reason."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from dunwell.access.kinds import Capability as Can
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import page
from dunwell.desk.settle import typed
from dunwell.desk.settle.case import Case, asked, case, onwards, shown
from dunwell.settle.agreements import actions, queries
from dunwell.settle.agreements.kinds import DeferralReason
from dunwell.settle.agreements.policy import policy
from dunwell.settle.refusals import NotAgreedError


@require_http_methods(["GET", "POST"])
@page(Can.AGREE_PLANS)
def deferral(request: DeskRequest, party: int) -> HttpResponse:
    """This page will move the due day of what is overdue on an account."""
    here, form = case(request, party), request.POST.dict()
    if request.method != "POST":
        return _form(request, here)
    reason = typed.chosen(form, "reason", DeferralReason)
    try:
        actions.defer(asked(request, here), until_on=typed.day(form, "due_on"), reason=reason)
    except NotAgreedError as refused:
        return _form(request, here, refused=refused)
    return onwards(request, here)


def _form(request: DeskRequest, here: Case, *, refused: NotAgreedError | None = None) -> HttpResponse:
    on, rules = today(request), policy().deferral
    last = on + timedelta(days=rules.days_max)
    return shown(
        request,
        "deferral",
        here,
        refused=refused,
        rules=rules,
        last=last,
        used=queries.deferrals(here.account, on=on) if here.account else 0,
        reasons=[(str(number), reason) for number, reason in enumerate(DeferralReason, start=1)],
        typed={
            "due_on": request.POST.get("due_on", last.isoformat()),
            "reason": request.POST.get("reason", ""),
        },
    )
