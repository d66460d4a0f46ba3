"""Hardship: income and expenditure go in, the relief that the policy gives comes out at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dunwell.access.kinds import Capability as Can
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.page import language, page
from dunwell.desk.settle import statement, typed
from dunwell.desk.settle.case import Case, asked, case, shown
from dunwell.settle.agreements.policy import policy
from dunwell.settle.hardship import actions
from dunwell.settle.hardship.kinds import Cause, Duration, Relief
from dunwell.settle.models import Hardship
from dunwell.settle.refusals import NotAgreedError, objection


@require_http_methods(["GET", "POST"])
@page(Can.AGREE_PLANS)
def hardship(request: DeskRequest, party: int) -> HttpResponse:
    """This page will take an application for relief and say what follows from it."""
    here = case(request, party)
    if request.method != "POST":
        return _decided(request, here) or _form(request, here)
    form = request.POST.dict()
    try:
        if here.row is None:
            raise NotAgreedError([objection("ST-ACCOUNT")], place="hardship")
        budget = statement.read(form, currency=here.row.account.currency)
        cause, duration = typed.chosen(form, "cause", Cause), typed.chosen(form, "duration", Duration)
        made = actions.apply(asked(request, here), budget=budget, cause=cause, duration=duration)
    except NotAgreedError as refused:
        return _form(request, here, refused=refused)
    return redirect(f"{reverse('hardship', kwargs={'party': party})}?done={made.pk}")


def _decided(request: DeskRequest, here: Case) -> HttpResponse | None:
    """This function will show what an application came to, if the address names one of this customer's."""
    number = typed.whole(request.GET.dict(), "done")
    found = Hardship.objects.filter(pk=number, party=here.party).first() if number else None
    if found is None:
        return None
    return shown(
        request, "hardship_decided", here, decided=found, relief=Relief(found.relief), cause=Cause(found.cause)
    )


def _form(request: DeskRequest, here: Case, *, refused: NotAgreedError | None = None) -> HttpResponse:
    form = request.POST.dict()
    faults = refused.by_field(language()) if refused else {}
    return shown(
        request,
        "hardship",
        here,
        refused=refused,
        causes=list(Cause),
        durations=list(Duration),
        rest_days=policy().hardship.rest_days,
        statement=statement.fields(form, faults),
        typed={"cause": form.get("cause", ""), "duration": form.get("duration", "")},
    )
