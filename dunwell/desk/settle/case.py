"""What all forms of agreements share: the customer, his accounts, who asks, and where one goes on afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import language, signed_in
from dunwell.desk.settle import typed
from dunwell.ledger.models import Party
from dunwell.portrait.queries import Owed, owed
from dunwell.settle.agreements.actions import Asked
from dunwell.settle.refusals import NotAgreedError
from dunwell.work import actions as work


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A customer before whom a form is filled in, and the account that it is about."""

    party: Party
    rows: list[Owed]
    row: Owed | None
    contact: int | None
    stay: bool

    @property
    def account(self) -> int | None:
        return self.row.account.pk if self.row else None


def case(request: DeskRequest, party: int) -> Case:
    """This function will read the customer of a form within the reader's reach: GET names the account, or the form."""
    found = reach.customer(request, party, capability=Can.AGREE_PLANS)
    told = {**request.GET.dict(), **request.POST.dict()}
    rows = owed(found.pk, on=today(request))
    wanted = typed.whole(told, "account")
    chosen = next((row for row in rows if row.account.pk == wanted), None)
    named = "account" in request.POST
    row = chosen if chosen or named else next(iter(rows), None)
    return Case(party=found, rows=rows, row=row, contact=typed.whole(told, "contact"), stay=bool(told.get("stay")))


def asked(request: DeskRequest, here: Case) -> Asked:
    by = f"staff:{signed_in(request).code}"
    key = typed.key(request.POST.dict())
    return Asked(party=here.party.pk, account=here.account, key=key, by=by, at=request.at, contact=here.contact)


def shown(
    request: DeskRequest, template: str, here: Case, *, refused: NotAgreedError | None = None, **seen: Any
) -> HttpResponse:
    """This function will show a form with what was typed and, field by field, what is wrong with it."""
    faults = refused.by_field(language()) if refused else {}
    told = {
        "here": here,
        "name": names([here.party.pk], roles=signed_in(request).roles()).get(here.party.pk, ""),
        "customer": f"{here.party.source}/{here.party.external_id}",
        "on": today(request),
        "faults": faults,
        "fault": faults.get("", ""),
        "key": request.POST.get("key") or uuid4().hex,
        **seen,
    }
    return render(request, f"desk/settle/{template}.html", told, status=400 if refused else 200)


def onwards(request: DeskRequest, here: Case) -> HttpResponse:
    """This function will go on after an agreement: to the queue if it came out of a conversation, else back."""
    if here.contact is None or here.stay:
        return redirect("customer", party=here.party.pk)
    work.give_back(here.party.pk, by=signed_in(request).code, at=request.at)
    return redirect("queue")
