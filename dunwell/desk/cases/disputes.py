"""Disputes: opening one stops contact at once; finance decides, which lets contact go on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.cases.showing import key, listed, opened, shown, timed
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.settle import typed
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Account, Hold, HoldRelease, Party
from dunwell.portrait.queries import accounts
from dunwell.settle.case_facts import opened_notes
from dunwell.settle.disputes import actions, queries
from dunwell.settle.disputes.actions import Claim, Judgement
from dunwell.settle.disputes.kinds import TELL, DisputeReason, Ground, Proof, Verdict
from dunwell.settle.refusals import NotAgreedError, refused
from dunwell.settle.relief import owing


@require_safe
@page(Can.DECIDE_DISPUTES)
def disputes(request: DeskRequest) -> HttpResponse:
    """This page will list the open disputes, the oldest first, each with its clock."""
    on = today(request)
    lies, told = reach.condition(signed_in(request), Can.DECIDE_DISPUTES, on=on)
    found = queries.running(HoldKind.DISPUTE, lies=lies, told=told, on=on, at=request.at)
    rows = [{"one": one, "clock": timed(one.clock)} for one in found]
    parties = [one.hold.party_id for one in found]
    return listed(request, "disputes", here="disputes", parties=parties, can=Can.DECIDE_DISPUTES, rows=rows)


# ---- opening ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page(Can.CONTACT_CUSTOMERS)
def dispute_new(request: DeskRequest, party: int) -> HttpResponse:
    """This page will open a dispute; what follows stands there before it is done."""
    found = opened(request, party, can=Can.CONTACT_CUSTOMERS)
    if request.method != "POST":
        return _form(request, found)
    try:
        actions.open_dispute(found, claim=_claim(request), key=key(request), by=signed_in(request), at=request.at)
    except NotAgreedError as fault:
        return _form(request, found, fault=fault)
    return redirect("customer", party=found.pk)


def _claim(request: DeskRequest) -> Claim:
    form = request.POST.dict()
    amount = None if typed.empty(form, "amount") else typed.amount(form, "amount")
    if amount is None and not typed.empty(form, "amount"):
        raise refused("ST-AMOUNT", place="form", field="amount", example="100.00")
    account = typed.whole(form, "account")
    chosen = (int(one) for one in request.POST.getlist("charge") if one.isdecimal() and len(one) < 18)
    return Claim(
        reason=form.get("reason", ""),
        account=account,
        charges=tuple(dict.fromkeys(chosen)) if account else (),
        amount=amount if account else None,
        proof=form.get("proof", ""),
        note=form.get("note", ""),
    )


def _form(request: DeskRequest, party: Party, *, fault: NotAgreedError | None = None) -> HttpResponse:
    on = today(request)
    found = accounts(party.pk, on=on)
    return shown(
        request,
        "dispute_new",
        party,
        fault=fault,
        accounts=found,
        charges=_charges(found, on=on),
        chosen=request.POST.getlist("charge"),
        reasons=list(DisputeReason),
        proofs=list(Proof),
    )


def _charges(found: list[Account], *, on: Any) -> list[dict[str, Any]]:
    """This function will list what is left of each charge, with its account, the oldest first."""
    by_id = {account.pk: account for account in found}
    return [{"left": one, "account": by_id[one.account]} for one in owing.unpaid(found, on=on)]


# ---- deciding --------------------------------------------------------------------------------------------------------


def _hold(request: DeskRequest, hold: int) -> Hold:
    """This function will open a dispute within the reach of whoever decides."""
    found = Hold.objects.filter(pk=hold, kind=HoldKind.DISPUTE.value).select_related("party", "account").first()
    opened(request, found.party_id if found else None, can=Can.DECIDE_DISPUTES)
    if found is None:
        raise Http404
    return found


@require_safe
@page(Can.DECIDE_DISPUTES)
def dispute(request: DeskRequest, hold: int) -> HttpResponse:
    """This page will show a dispute to finance: what is disputed, what is owed, the clock, and the decision."""
    return _one(request, _hold(request, hold))


def _one(request: DeskRequest, found: Hold, *, fault: NotAgreedError | None = None) -> HttpResponse:
    [one] = queries.of([found.pk], at=request.at)
    on, told = today(request), one.dispute
    every = accounts(found.party_id, on=on)
    about = [account for account in every if found.account_id in (None, account.pk)]
    disputed = set(told.lines.values_list("charge_id", flat=True)) if told else set()
    rows = [
        {
            **row,
            "disputed": row["left"].charge in disputed,
            "field": f"credit-{row['left'].charge}",
            "typed": request.POST.get(f"credit-{row['left'].charge}", ""),
            "fault": (fault.by_field(language()) if fault else {}).get(f"credit-{row['left'].charge}", ""),
        }
        for row in _charges(about, on=on)
    ]
    known = queries.decided(found.pk)
    return shown(
        request,
        "dispute",
        found.party,
        fault=fault,
        one=one,
        clock=timed(one.clock),
        proof=Proof(told.proof) if told else None,
        note=opened_notes(found.party, [told.note_sealed])[0] if told else "",
        rows=rows,
        verdicts=list(Verdict),
        grounds=list(Ground),
        decided=known,
        tell=TELL[known.verdict][language() != "en"] if known else "",
        over=known is not None or HoldRelease.objects.filter(hold=found).exists(),
    )


@require_POST
@page(Can.DECIDE_DISPUTES)
def dispute_decide(request: DeskRequest, hold: int) -> HttpResponse:
    """This page will decide a dispute; contact may go on from this moment."""
    found = _hold(request, hold)
    try:
        actions.decide(hold, judgement=_judgement(request), by=signed_in(request), at=request.at)
    except NotAgreedError as fault:
        return _one(request, found, fault=fault)
    return redirect("dispute", hold=hold)


def _judgement(request: DeskRequest) -> Judgement:
    form = request.POST.dict()
    credits: dict[int, Decimal] = {}
    for name, text in form.items():
        charge = name.removeprefix("credit-")
        if name == charge or not charge.isdecimal() or len(charge) >= 18 or not text.strip():
            continue
        amount = typed.amount(form, name)
        if amount is None:
            raise refused("ST-AMOUNT", place="form", field=name, example="100.00")
        credits[int(charge)] = amount
    return Judgement(
        verdict=form.get("verdict", ""), ground=form.get("ground", ""), credits=credits, note=form.get("note", "")
    )
