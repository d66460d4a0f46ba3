"""Making, changing and cancelling agreements: each one transaction with its hold, its signal and its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Model

from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Account, Contact, Party
from dunwell.ledger.zones import house_zone
from dunwell.portrait.queries import owed
from dunwell.settle import models
from dunwell.settle.agreements import checks, queries, telling
from dunwell.settle.agreements.checks import Owing, PlanAsked
from dunwell.settle.agreements.kinds import Agreed, DeferralReason, Ending, Means
from dunwell.settle.agreements.policy import Tolerant, policy
from dunwell.settle.agreements.queries import Agreement
from dunwell.settle.agreements.rules import NOTHING, Step, Terms
from dunwell.settle.agreements.schedule import tolerance
from dunwell.settle.refusals import NotAgreedError, Objection, objection

Row = TypeVar("Row", bound=Model)
KEY_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, about whom, when: what every agreement is made with. `key` makes a form count once."""

    party: int
    account: int | None
    key: str
    by: str
    at: datetime
    contact: int | None = None

    @property
    def on(self) -> date:
        return self.at.astimezone(ZoneInfo(house_zone())).date()


# ---- what is known before anything is agreed -------------------------------------------------------------------------


def owing(party: int, *, account: int | None, on: date) -> Owing | None:
    """This function will say what is owed on a customer's account, None where he has no such account."""
    row = next((row for row in owed(party, on=on) if row.account.pk == account), None)
    if row is None:
        return None
    open_ones = queries.running(row.account.pk, on=on)
    return Owing(
        currency=row.account.currency,
        overdue=row.position.overdue,
        outstanding=row.outstanding,
        running=open_ones[0].kind if open_ones else None,
    )


def _opened(asked: Asked, *, place: str) -> tuple[Account, Owing]:
    """This function will lock an account, so that two who agree at once come one after the other."""
    if not asked.key or len(asked.key) > KEY_MAX:
        raise NotAgreedError([objection("ST-KEY")], place=place)
    found = Account.objects.select_for_update(no_key=True, of=("self",)).filter(pk=asked.account or 0).first()
    known = owing(asked.party, account=asked.account, on=asked.on) if found else None
    if found is None or known is None:
        raise NotAgreedError([objection("ST-ACCOUNT")], place=place)
    return found, known


def _refuse(faults: Sequence[Objection], *, place: str) -> None:
    if faults:
        raise NotAgreedError(faults, place=place)


def _made(model: type[Row], asked: Asked) -> Row | None:
    """This function will find what the same form has made already."""
    return model._default_manager.filter(form_key=asked.key, party=asked.party).first()


def _told(asked: Asked, kind: Agreed, terms: Terms, account: Account) -> dict[str, Any]:
    """This function will tell the hold and the signal of an agreement, and give the columns that all rows share."""
    name, days = f"{kind.value}/{asked.key}", (terms.agreed_on, terms.held_until)
    hold = telling.hold(
        name, HoldKind(kind.value), party=asked.party, account=account.pk, days=days, by=asked.by, at=asked.at
    )
    word = "promise_made" if kind is Agreed.PROMISE else f"{kind.value}_agreed"
    said = telling.signal(name, word, party=asked.party, account=account.pk, on=terms.agreed_on, number=terms.total)
    telling.told("signal", [said], by=asked.by, at=asked.at, action="settle.signal")
    return {
        "party": Party(pk=asked.party),
        "account": account,
        "agreed_on": terms.agreed_on,
        "hold_id": hold,
        "contact_id": _contact(asked),
        "made_at": asked.at,
        "by": asked.by,
        "form_key": asked.key,
        "tolerance_days": terms.tolerance_days,
        "tolerance_amount": terms.tolerance_amount,
    }


def _contact(asked: Asked) -> int | None:
    """This function will give the conversation in which it was agreed, if it was one with this customer."""
    if asked.contact is None:
        return None
    return Contact.objects.filter(pk=asked.contact, party=asked.party).values_list("pk", flat=True).first()


def _terms(asked: Asked, steps: Sequence[Step], rules: Tolerant, currency: str) -> Terms:
    total = sum((step.amount for step in steps), NOTHING)
    allowed = tolerance(total, share=rules.tolerance_share, currency=currency)
    return Terms(agreed_on=asked.on, steps=steps, tolerance_days=rules.tolerance_days, tolerance_amount=allowed)


def _recorded(kind: Agreed, number: int, asked: Asked, terms: Terms, currency: str, **more: Detail) -> None:
    detail: dict[str, Detail] = {
        "account": asked.account,
        "currency": currency,
        "total": str(terms.total),
        "steps": [[step.due_on.isoformat(), str(step.amount)] for step in terms.steps],
        "held_until": terms.held_until.isoformat(),
        "contact": asked.contact,
        **more,
    }
    subject = f"{kind.value}/{number}"
    record(action=f"settle.{kind.value}", subject=subject, by=asked.by, at=asked.at, detail=detail)


# ---- promise ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def promise(asked: Asked, *, amount: Decimal | None, due_on: date | None, means: Means | None) -> models.Promise:
    """This function will write down a promise to pay; contact rests until the day after its tolerance.

    Raises NotAgreedError with every field that is wrong. The same form twice gives the same promise.
    """
    if made := _made(models.Promise, asked):
        return made
    account, known = _opened(asked, place="promise")
    if made := _made(models.Promise, asked):
        return made
    rules = policy()
    _refuse(checks.promise(amount, due_on=due_on, means=means, owing=known, on=asked.on, policy=rules), place="promise")
    if amount is None or due_on is None or means is None:
        raise AssertionError("the checks let an empty field pass")
    terms = _terms(asked, [Step(due_on, amount)], rules.promise, account.currency)
    shared = _told(asked, Agreed.PROMISE, terms, account)
    row = models.Promise.objects.create(amount=amount, due_on=due_on, means=means.value, **shared)
    _recorded(Agreed.PROMISE, row.pk, asked, terms, account.currency, means=means.value)
    return row


# ---- deferral --------------------------------------------------------------------------------------------------------


@transaction.atomic
def defer(asked: Asked, *, until_on: date | None, reason: DeferralReason | None) -> models.Deferral:
    """This function will move the due day of what is overdue on an account; the days until then do not count as late.

    Raises NotAgreedError with every field that is wrong. The same form twice gives the same deferral.
    """
    if made := _made(models.Deferral, asked):
        return made
    account, known = _opened(asked, place="deferral")
    if made := _made(models.Deferral, asked):
        return made
    rules, before = policy(), queries.deferrals(account.pk, on=asked.on)
    faults = checks.deferral(until_on, reason=reason, owing=known, before=before, on=asked.on, policy=rules)
    _refuse(faults, place="deferral")
    if until_on is None or reason is None:
        raise AssertionError("the checks let an empty field pass")
    terms = _terms(asked, [Step(until_on, known.overdue)], rules.deferral, account.currency)
    shared = _told(asked, Agreed.DEFERRAL, terms, account)
    row = models.Deferral.objects.create(amount=known.overdue, until_on=until_on, reason=reason.value, **shared)
    _recorded(Agreed.DEFERRAL, row.pk, asked, terms, account.currency, reason=reason.value)
    return row


# ---- plan ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def agree_plan(
    asked: Asked,
    *,
    plan: PlanAsked,
    affordable: Decimal | None = None,
    statement: int | None = None,
    replaces: int | None = None,
) -> models.Plan:
    """This function will agree an instalment plan, in the place of the promise, deferral or plan that runs.

    `affordable`: what a month may cost by the `statement`. `replaces` names the plan that is changed before it breaks;
    its rest is what the new one is about. Raises NotAgreedError with every field that is wrong.
    """
    if made := _made(models.Plan, asked):
        return made
    account, known = _opened(asked, place="plan")
    if made := _made(models.Plan, asked):
        return made
    rules = policy()
    _refuse(_again(replaces, account=account.pk, on=asked.on), place="plan")
    again = replaces is not None
    faults = checks.plan(plan, owing=known, affordable=affordable, on=asked.on, policy=rules, again=again)
    _refuse(faults, place="plan")
    for before in queries.running(account.pk, on=asked.on):
        _end(before, kind=Ending.REPLACED, by=asked.by, at=asked.at, on=asked.on)
    terms = _terms(asked, checks.drawn(plan, currency=account.currency), rules.plan, account.currency)
    row = models.Plan.objects.create(
        total=terms.total,
        interval=str(plan.interval.value if plan.interval else ""),
        statement_id=statement,
        replaces_id=replaces,
        **_told(asked, Agreed.PLAN, terms, account),
    )
    models.Instalment.objects.bulk_create(
        models.Instalment(plan=row, number=number, due_on=step.due_on, amount=step.amount)
        for number, step in enumerate(terms.steps, start=1)
    )
    _recorded(
        Agreed.PLAN, row.pk, asked, terms, account.currency, statement=statement, replaces=replaces,
        interval=row.interval,
    )  # fmt: skip
    return row


def _again(replaces: int | None, *, account: int, on: date) -> list[Objection]:
    """This function will say what stands against changing a plan: it is over, or was changed often enough."""
    if replaces is None:
        return []
    before = queries.one(Agreed.PLAN, number=replaces, on=on)
    if before is None or before.account != account:
        return [objection("ST-ACCOUNT")]
    if before.standing.over:
        state = before.standing.state
        return [objection("AG-NOT-OPEN", state=(state.en, state.zh))]
    most = policy().plan.replans_max
    return [objection("AG-REPLANS", most=most)] if changes(replaces) >= most else []


def changes(plan: int) -> int:
    """This function will count how often a plan was changed before it became what it is."""
    count, found = 0, models.Plan.objects.filter(pk=plan).first()
    while found is not None and found.replaces_id is not None:
        count, found = count + 1, models.Plan.objects.filter(pk=found.replaces_id).first()
    return count


# ---- the end before its time -----------------------------------------------------------------------------------------


@transaction.atomic
def cancel(kind: Agreed, *, number: int, by: str, at: datetime) -> bool:
    """This function will cancel an agreement that runs: contact is lawful again from today. False if it is over."""
    on = at.astimezone(ZoneInfo(house_zone())).date()
    found = queries.one(kind, number=number, on=on)
    if found is None:
        raise NotAgreedError([objection("ST-ACCOUNT")], place=kind.value)
    Account.objects.select_for_update(no_key=True).get(pk=found.account)
    found = queries.one(kind, number=number, on=on)
    if found is None or found.standing.over:
        return False
    _end(found, kind=Ending.CANCELLED, by=by, at=at, on=on)
    return True


def _end(agreement: Agreement, *, kind: Ending, by: str, at: datetime, on: date) -> None:
    name = f"{agreement.kind.value}/{agreement.id}/{kind.value}"
    telling.told("hold_release", [telling.release(name, agreement.hold, on=on)], by=by, at=at, action="settle.release")
    models.AgreementEnd.objects.create(
        **{f"{agreement.kind.value}_id": agreement.id}, kind=kind.value, ended_on=on, made_at=at, by=by
    )
    detail: dict[str, Detail] = {"kind": kind.value, "on": on.isoformat(), "paid": str(agreement.standing.paid)}
    record(action="settle.end", subject=f"{agreement.kind.value}/{agreement.id}", by=by, at=at, detail=detail)
