"""Waivers and settlements: proposing, deciding, answering a counter-offer, and the addendum to print."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.access.rules import Person
from dunwell.desk import reach
from dunwell.desk.cases.showing import key, listed, opened, shown
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import page, signed_in
from dunwell.desk.settle import typed
from dunwell.facts.money import plain
from dunwell.ledger.kinds import Component
from dunwell.ledger.models import Account, Party
from dunwell.portrait.queries import accounts
from dunwell.settle.case_facts import opened_notes
from dunwell.settle.models import Relief
from dunwell.settle.refusals import NotAgreedError, refused
from dunwell.settle.relief import actions, addendum, owing, queries, rules
from dunwell.settle.relief.judging import Ask
from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefReason, ReliefState
from dunwell.settle.relief.policy import table


@require_safe
@page(Can.AGREE_PLANS, Can.APPROVE_WAIVERS)
def reliefs(request: DeskRequest) -> HttpResponse:
    """This page will list proposals that are not ended, and first those on which the reader's word is waited for."""
    who = signed_in(request)
    can = Can.AGREE_PLANS if who.can_somewhere(Can.AGREE_PLANS) else Can.APPROVE_WAIVERS
    lies, told = reach.condition(who, can, on=today(request))
    found = queries.running(lies=lies, told=told, at=request.at)
    rows = sorted(({"one": one, "mine": _waits_for(one, who)} for one in found), key=lambda row: not row["mine"])
    parties = [one.relief.party_id for one in found]
    return listed(request, "reliefs", here="reliefs", parties=parties, can=can, rows=rows)


def _waits_for(one: queries.Standing, who: Person) -> bool:
    """This function will tell whether somebody's word is waited for."""
    if one.waits_for:
        return one.waits_for == who.code
    if one.state is not ReliefState.OPEN or who.code in (one.proposal.proposed_by, one.proposal.answers):
        return False
    return rules.seat_of([held.role for held in who.held], level=one.level) in one.proposal.missing


# ---- proposing -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page(Can.AGREE_PLANS)
def relief_new(request: DeskRequest, party: int) -> HttpResponse:
    """This page will propose a waiver or a settlement; within one's own authority it is decided at once."""
    found = opened(request, party, can=Can.AGREE_PLANS)
    if request.method != "POST":
        return _form(request, found)
    try:
        by = signed_in(request)
        made = actions.propose(found, ask=_ask(request), key=key(request), by=by, at=request.at)
    except NotAgreedError as fault:
        return _form(request, found, fault=fault)
    return redirect("relief", relief=made.pk)


def _ask(request: DeskRequest) -> Ask:
    """This function will read what is proposed; a sum that cannot be read is refused at its field."""
    form = request.POST.dict()
    settlement = form.get("kind") == ReliefKind.SETTLEMENT
    amounts: dict[Component, Decimal] = {}
    for component in Component:
        if not settlement and not typed.empty(form, component.value):
            amounts[component] = _amount(form, component.value)
    return Ask(
        kind=ReliefKind.SETTLEMENT if settlement else ReliefKind.WAIVER,
        accounts=tuple(int(one) for one in request.POST.getlist("account") if one.isdecimal() and len(one) < 18),
        reason=form.get("reason", ""),
        amounts=amounts,
        pay_amount=_amount(form, "pay_amount") if settlement else None,
        pay_by=typed.day(form, "pay_by"),
        note=form.get("note", ""),
    )


def _amount(form: dict[str, str], name: str) -> Decimal:
    amount = typed.amount(form, name)
    if amount is None:
        raise refused("ST-AMOUNT", place="form", field=name, example="100.00")
    return amount


def _form(request: DeskRequest, party: Party, *, fault: NotAgreedError | None = None) -> HttpResponse:
    on = today(request)
    found = accounts(party.pk, on=on)
    rows = _owed(found, on=on)
    chosen = request.POST.getlist("account") or [str(row["account"].pk) for row in rows[:1]]
    own = rules.own_level(signed_in(request).roles())
    return shown(
        request,
        "relief_new",
        party,
        fault=fault,
        rows=rows,
        chosen=chosen,
        components=_fields(request),
        reasons=list(ReliefReason),
        kind=request.POST.get("kind", request.GET.get("kind", "waiver")),
        kinds=list(ReliefKind),
        own=own,
        limits=_limits(own),
        last=on + timedelta(days=table().settlement.days_max),
        open_now=queries.open_for(party.pk, at=request.at),
    )


def _owed(found: list[Account], *, on: Any) -> list[dict[str, Any]]:
    """This function will say what is owed on each account, component by component in the order of the policy."""
    sums: dict[int, dict[Component, Decimal]] = defaultdict(lambda: dict.fromkeys(table().order, Decimal(0)))
    for one in owing.unpaid(found, on=on):
        sums[one.account][one.component] += one.amount
    rows = [
        {"account": account, "owed": sums[account.pk], "total": sum(sums[account.pk].values())} for account in found
    ]
    return sorted((row for row in rows if row["total"]), key=lambda row: -row["total"])


def _fields(request: DeskRequest) -> list[tuple[str, str]]:
    return [(component.value, request.POST.get(component.value, "")) for component in table().order]


def _limits(own: Level | None) -> list[dict[str, Any]]:
    """This function will lay out how far one's own authority reaches."""
    if own is None:
        return []
    authority = table().levels[own]
    parts = [{"component": name.value, "limit": limit} for name, limit in authority.components.items()]
    return [*parts, {"component": "", "limit": authority.total}]


# ---- one proposal ----------------------------------------------------------------------------------------------------


def _standing(request: DeskRequest, relief: int, *, can: Can) -> queries.Standing:
    """This function will open a proposal within the reader's reach."""
    found = Relief.objects.filter(pk=relief).values_list("party_id", flat=True).first()
    opened(request, found, can=can)
    standing = queries.of([relief], at=request.at)
    if not standing:
        raise Http404
    return standing[0]


@require_safe
@page(Can.SEE_CUSTOMERS)
def relief(request: DeskRequest, relief: int) -> HttpResponse:
    """This page will show one proposal: what is let go, who has said what, and what the reader may do."""
    return _one(request, _standing(request, relief, can=Can.SEE_CUSTOMERS))


def _one(request: DeskRequest, one: queries.Standing, *, fault: NotAgreedError | None = None) -> HttpResponse:
    who, party = signed_in(request), one.relief.party
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in one.relief.lines.all():
        sums[line.charge.component] += line.amount
    waited = _waits_for(one, who)
    return shown(
        request,
        "relief",
        party,
        fault=fault,
        status=400,
        one=one,
        steps=one.proposal.steps,
        lines=sorted(one.relief.lines.all(), key=lambda line: line.pk),
        sums=[(component.value, sums[component.value]) for component in table().order if sums[component.value]],
        may_decide=waited and not one.waits_for and who.can(Can.APPROVE_WAIVERS),
        may_answer=waited and bool(one.waits_for) and who.can(Can.AGREE_PLANS),
        may_drop=one.state is ReliefState.OPEN and who.code == (one.proposal.answers or one.proposal.proposed_by),
        has_addendum=one.state in (ReliefState.GRANTED, ReliefState.AWAITED),
        addendum_sha256=next((act.addendum for act in one.relief.acts.all() if act.addendum), ""),
        note=opened_notes(party, [one.relief.note_sealed])[0] if who.can(Can.APPROVE_WAIVERS) else "",
        components=_again(request, one, sums),
        pay_amount=request.POST.get("pay_amount") or _plain(one.relief.pay_amount, one),
        pay_by=request.POST.get("pay_by") or (one.relief.pay_by.isoformat() if one.relief.pay_by else ""),
        last=today(request) + timedelta(days=table().settlement.days_max),
    )


def _again(request: DeskRequest, one: queries.Standing, sums: dict[str, Decimal]) -> list[tuple[str, str]]:
    """This function will fill the form of a counter-offer: with what was typed, else with what is asked for."""
    names_ = [component.value for component in table().order if sums.get(component.value)]
    return [(name, request.POST.get(name, _plain(sums[name], one))) for name in names_]


def _plain(amount: Decimal | None, one: queries.Standing) -> str:
    return "" if amount is None else plain(amount, one.relief.currency)


@require_POST
@page(Can.APPROVE_WAIVERS)
def relief_decide(request: DeskRequest, relief: int) -> HttpResponse:
    """This page will approve or refuse a proposal, or answer it with a counter-offer."""
    one, by = _standing(request, relief, can=Can.APPROVE_WAIVERS), signed_in(request)
    said = request.POST.get("answer", "")
    try:
        if said == "approve":
            actions.approve(relief, by=by, at=request.at)
        elif said == "refuse":
            actions.refuse(relief, by=by, at=request.at, note=request.POST.get("note", ""))
        elif said == "counter":
            made = actions.counter(relief, ask=_less(request, one), key=key(request), by=by, at=request.at)
            return redirect("relief", relief=made.pk)
        else:
            raise refused("ST-KEY", place=f"relief/{relief}")
    except NotAgreedError as fault:
        return _one(request, one, fault=fault)
    return redirect("relief", relief=relief)


def _less(request: DeskRequest, one: queries.Standing) -> Ask:
    """This function will read a counter-offer: the same accounts and reason, other sums."""
    form = {**request.POST.dict(), "kind": one.kind.value}
    settlement = one.kind is ReliefKind.SETTLEMENT
    amounts = {
        component: _amount(form, component.value)
        for component in Component
        if not settlement
        and not typed.empty(form, component.value)
        and form[component.value].strip() not in ("0", "0.00")
    }
    return Ask(
        kind=one.kind,
        accounts=tuple(dict.fromkeys(line.charge.account_id for line in one.relief.lines.all())),
        reason=one.relief.reason,
        amounts=amounts,
        pay_amount=_amount(form, "pay_amount") if settlement else None,
        pay_by=typed.day(form, "pay_by") or one.relief.pay_by,
        note=form.get("note", ""),
    )


@require_POST
@page(Can.AGREE_PLANS)
def relief_answer(request: DeskRequest, relief: int) -> HttpResponse:
    """This page will accept a counter-offer to one's own proposal, or drop it."""
    one, by = _standing(request, relief, can=Can.AGREE_PLANS), signed_in(request)
    try:
        if request.POST.get("answer") == "accept":
            actions.accept(relief, by=by, at=request.at)
        else:
            actions.drop(relief, by=by, at=request.at)
    except NotAgreedError as fault:
        return _one(request, one, fault=fault)
    return redirect("relief", relief=relief)


@require_safe
@page(Can.SEE_CUSTOMERS)
def relief_addendum(request: DeskRequest, relief: int) -> HttpResponse:
    """This page will print the contract addendum in both languages, with places for both signatures."""
    one = _standing(request, relief, can=Can.SEE_CUSTOMERS)
    paper = next((act for act in one.relief.acts.all() if act.addendum), None)
    if paper is None:
        raise Http404
    party = one.relief.party
    terms = queries.terms(one.relief, agreed_at=paper.made_at)
    name = names([party.pk], roles=signed_in(request).roles()).get(party.pk, "")
    texts = addendum.texts(terms, name=name or None)
    return shown(request, "addendum", party, one=one, terms=terms, texts=texts, digest=paper.addendum)
