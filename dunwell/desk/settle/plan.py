"""The instalment plan: its schedule is seen before it is agreed, and changes while one types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from dunwell.access.kinds import Capability as Can
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import language, page
from dunwell.desk.settle import statement, typed
from dunwell.desk.settle.case import Case, asked, case, onwards, shown
from dunwell.facts.money import plain
from dunwell.settle.agreements import actions, checks, queries
from dunwell.settle.agreements.checks import PlanAsked
from dunwell.settle.agreements.kinds import Agreed, Interval
from dunwell.settle.agreements.policy import policy
from dunwell.settle.agreements.queries import Agreement
from dunwell.settle.hardship import actions as hardship
from dunwell.settle.refusals import NotAgreedError


@require_http_methods(["GET", "POST"])
@page(Can.AGREE_PLANS)
def plan(request: DeskRequest, party: int) -> HttpResponse:
    """This page will agree an instalment plan, or change one before it breaks."""
    here = case(request, party)
    before = _before(request, here)
    if request.method != "POST" or request.POST.get("preview"):
        return _form(request, here, before)
    form = request.POST.dict()
    try:
        budget = _budget(form, here)
        replaces = before.id if before else None
        hardship.agree_plan(asked(request, here), plan=_wanted(form), budget=budget, replaces=replaces)
    except NotAgreedError as refused:
        return _form(request, here, before, refused=refused)
    return onwards(request, here)


@require_POST
@page(Can.AGREE_PLANS)
def preview(request: DeskRequest, party: int) -> HttpResponse:
    """This piece of the page will show the schedule that the form gives, or what stands against it."""
    here = case(request, party)
    return render(request, "desk/settle/schedule.html", _preview(request, here, _before(request, here)))


def _before(request: DeskRequest, here: Case) -> Agreement | None:
    """This function will find the plan that is to be changed, if one is named; it is this customer's."""
    number = typed.whole({**request.GET.dict(), **request.POST.dict()}, "replaces")
    if number is None:
        return None
    found = queries.one(Agreed.PLAN, number=number, on=today(request))
    if found is None or found.party != here.party.pk:
        raise Http404
    return found


def _wanted(form: dict[str, str]) -> PlanAsked:
    return PlanAsked(
        total=typed.amount(form, "amount"),
        count=typed.whole(form, "count"),
        interval=typed.chosen(form, "interval", Interval),
        first_on=typed.day(form, "due_on"),
        first=None if typed.empty(form, "first") else typed.amount(form, "first") or checks.NO_SUM,
    )


def _budget(form: dict[str, str], here: Case) -> Any:
    if not statement.told(form) or here.row is None:
        return None
    return statement.read(form, currency=here.row.account.currency)


def _form(
    request: DeskRequest, here: Case, before: Agreement | None, *, refused: NotAgreedError | None = None
) -> HttpResponse:
    rules, form = policy().plan, request.POST.dict()
    faults = refused.by_field(language()) if refused else {}
    latest = hardship.latest(here.party.pk, on=today(request))
    return shown(
        request,
        "plan",
        here,
        refused=refused,
        before=before,
        rules=rules,
        most=rules.without_statement_max,
        last=today(request) + timedelta(days=rules.first_days_max),
        intervals=list(rules.intervals),
        typed=_typed(request, here, before),
        latest=latest,
        statement=statement.fields(form, faults),
        statement_open=bool(faults.keys() - {"amount", "due_on", "first", "interval"}) or statement.told(form),
        **_preview(request, here, before),
    )


def _typed(request: DeskRequest, here: Case, before: Agreement | None) -> dict[str, str]:
    """This function will give what was typed, or what is proposed to begin with."""
    row, rules = here.row, policy().plan
    owed = before.rest if before else (row.position.overdue or row.outstanding) if row else None
    proposed = {
        "amount": plain(owed, row.account.currency) if row and owed else "",
        "count": str(rules.count),
        "interval": rules.intervals[0].value,
        "due_on": today(request).isoformat(),
        "first": "",
    }
    return {name: request.POST.get(name, value) for name, value in proposed.items()}


def _preview(request: DeskRequest, here: Case, before: Agreement | None) -> dict[str, Any]:
    """This function will draw up what the form asks for; where it cannot be, the reasons stand there instead."""
    row, on = here.row, today(request)
    if row is None:
        return {}
    wanted, known = _wanted(_typed(request, here, before)), actions.owing(here.party.pk, account=here.account, on=on)
    if known is None:
        return {}
    told = hardship.latest(here.party.pk, on=on)
    try:
        budget = _budget(request.POST.dict(), here)
        free = budget.affordable(buffer_share=policy().plan.buffer_share) if budget else None
    except NotAgreedError as wrong:
        return {"objections": [one.told(language()) for one in wrong.objections]}
    if free is None and told is not None:
        free = hardship.affordable(told, account=here.account)
    again = before is not None
    faults = checks.plan(wanted, owing=known, affordable=free, on=on, policy=policy(), again=again)
    if faults:
        return {"objections": [one.told(language()) for one in faults]}
    steps = checks.drawn(wanted, currency=known.currency)
    return {"steps": list(enumerate(steps, start=1)), "currency": known.currency, "total": wanted.total}
