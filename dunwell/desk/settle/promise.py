"""The promise to pay: a sum, a day, a way; filled in beforehand, so that a key or two and Enter are enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dunwell.access.kinds import Capability as Can
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import page
from dunwell.desk.settle import typed
from dunwell.desk.settle.case import Case, asked, case, onwards, shown
from dunwell.facts.money import plain
from dunwell.settle.agreements import actions
from dunwell.settle.agreements.kinds import Means
from dunwell.settle.agreements.policy import PromisePolicy, policy
from dunwell.settle.refusals import NotAgreedError


@require_http_methods(["GET", "POST"])
@page(Can.AGREE_PLANS)
def promise(request: DeskRequest, party: int) -> HttpResponse:
    """This page will write down what a customer promises to pay."""
    here = case(request, party)
    if request.method != "POST":
        return _form(request, here)
    form = request.POST.dict()
    when = form.get("when", "other")
    due_on = typed.day(form, "due_on") if when == "other" else typed.day(form, "when")
    amount, means = typed.amount(form, "amount"), typed.chosen(form, "means", Means)
    try:
        actions.promise(asked(request, here), amount=amount, due_on=due_on, means=means)
    except NotAgreedError as refused:
        return _form(request, here, refused=refused)
    return onwards(request, here)


def _form(request: DeskRequest, here: Case, *, refused: NotAgreedError | None = None) -> HttpResponse:
    on, rules = today(request), policy().promise
    row = here.row
    proposed = (row.position.overdue or row.outstanding) if row else None
    days = list(_days(on, rules))
    typed_when = request.POST.get("when", "other" if request.method == "POST" else days[0][0].isoformat())
    return shown(
        request,
        "promise",
        here,
        refused=refused,
        days=days,
        when=typed_when,
        last=on + timedelta(days=rules.days_ahead_max),
        tolerance=rules.tolerance_days,
        means=[(str(number), way) for number, way in enumerate(Means, start=1)],
        typed={
            "amount": request.POST.get("amount", plain(proposed, row.account.currency) if row and proposed else ""),
            "due_on": request.POST.get("due_on", ""),
            "means": request.POST.get("means", Means.ONLINE.value),
        },
    )


def _days(on: date, rules: PromisePolicy) -> Iterator[tuple[date, str, str]]:
    """This function will offer days with a key and a name for each: those within the policy, each once."""
    known = [(on, "t", _("today")), (on + timedelta(days=1), "m", _("tomorrow")), (on + timedelta(days=3), "d", "")]
    payday = _payday(on, rules)
    offered = [*known, *([(payday, "p", _("next payday"))] if payday else [])]
    seen: set[date] = set()
    for day, key, name in offered:
        if day not in seen and day <= on + timedelta(days=rules.days_ahead_max):
            seen.add(day)
            yield day, key, name


def _payday(on: date, rules: PromisePolicy) -> date | None:
    """This function will find the next day on which people are paid, after today."""
    days = (on + timedelta(days=ahead) for ahead in range(1, rules.days_ahead_max + 1))
    return next((day for day in days if day.day in rules.paydays), None)
