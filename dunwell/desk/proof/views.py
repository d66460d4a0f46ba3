"""The page that answers «why do I owe this?»: it can be printed for the customer, and says who told what, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dunwell.access.kinds import Capability as Can
from dunwell.desk import reach
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.names import names
from dunwell.desk.page import page, signed_in
from dunwell.ledger.models import Batch, Fact
from dunwell.portrait.queries import Statement, statements

# What is paid in full is shown for so many charges; what is open is always shown.
PAID_MOST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the account: a charge, a payment or an adjustment, and the number of the source that told it."""

    on: Any
    kind: str
    code: str | None
    amount: Any
    left: Any
    source: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An arrival of facts: what it was, when it came, who brought it, and its SHA-256."""

    number: int
    batch: Batch
    facts: int


@require_GET
@page(Can.SEE_CUSTOMERS)
def proof(request: DeskRequest, party: int) -> HttpResponse:
    """This page will itemise what a customer owes, and name the source of every line."""
    found, on = reach.customer(request, party, capability=Can.SEE_CUSTOMERS), today(request)
    told = statements(party, on=on)
    sources = _sources(told)
    seen = {
        "party": found,
        "on": on,
        "customer": f"{found.source}/{found.external_id}",
        "name": names([found.pk], roles=signed_in(request).roles()).get(found.pk, ""),
        "accounts": [_account(one, sources) for one in told],
        "sources": sorted(sources.values(), key=lambda source: source.number),
    }
    return render(request, "desk/proof/proof.html", seen)


def _facts(told: Statement) -> Iterable[Fact]:
    yield told.account
    yield from (charge for charge, _left in told.charges)
    yield from told.payments
    yield from told.adjustments


def _sources(told: Iterable[Statement]) -> dict[int, Source]:
    """This function will number the arrivals that told of these accounts, the earliest first; one statement."""
    counts = Counter(fact.batch_id for one in told for fact in _facts(one))
    batches = Batch.objects.filter(pk__in=counts).order_by("recorded_at", "id")
    return {
        batch.pk: Source(number=number, batch=batch, facts=counts[batch.pk])
        for number, batch in enumerate(batches, start=1)
    }


def _account(told: Statement, sources: dict[int, Source]) -> dict[str, Any]:
    closed = [pair for pair in told.charges if not pair[1]]
    left_out = {charge.pk for charge, _left in closed[:-PAID_MOST]}
    shown = [pair for pair in told.charges if pair[0].pk not in left_out]
    since = min((charge.booked_on for charge, _left in shown), default=None)
    items = [
        *(_item(row, sources, on=row.due_on, kind="charge", code=row.component, left=left) for row, left in shown),
        *(_item(row, sources, on=row.paid_on, kind="payment", code=row.method) for row in told.payments),
        *(_item(row, sources, on=row.effective_on, kind="adjustment", code=row.kind) for row in told.adjustments),
    ]
    return {
        "told": told,
        "account": told.account,
        "outstanding": sum(told.position.outstanding.values()),
        "items": sorted((one for one in items if not left_out or one.on >= since), key=lambda one: one.on),
        "left_out": len(left_out),
        "source": sources[told.account.batch_id],
    }


def _item(row: Any, sources: dict[int, Source], *, on: Any, kind: str, code: str | None, left: Any = None) -> Item:
    return Item(
        on=on,
        kind=kind,
        code=code,
        amount=row.amount,
        left=left,
        source=sources[row.batch_id].number,
        digest=bytes(row.content_digest).hex(),
    )
