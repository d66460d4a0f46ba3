"""Telling an income and expenditure statement, and applying for relief: decided at once within the policy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from dunwell.evidence.actions import record
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Account, Party
from dunwell.portrait.queries import owed
from dunwell.settle import models
from dunwell.settle.agreements import actions as agreements
from dunwell.settle.agreements import telling
from dunwell.settle.agreements.actions import KEY_MAX, Asked
from dunwell.settle.agreements.checks import PlanAsked
from dunwell.settle.agreements.policy import policy
from dunwell.settle.hardship import rules
from dunwell.settle.hardship.kinds import Band, Cause, Duration
from dunwell.settle.hardship.rules import Budget
from dunwell.settle.refusals import NotAgreedError, objection
from dunwell.vault import rules as sealing
from dunwell.vault.queries import keys

# The vault's name of the sealed field.
STATEMENT = "statement"


def _key(party: Party) -> bytes:
    key = keys([party.subject]).get(party.subject)
    if key is None:
        raise NotAgreedError([objection("AG-ERASED")], place="statement")
    return key


def _plain(lines: Mapping[str, Decimal]) -> dict[str, str]:
    return {str(name): str(amount) for name, amount in lines.items()}


def tell_statement(asked: Asked, *, budget: Budget) -> models.Statement:
    """This function will seal a statement under the customer's key; only a band of what is left stays in the clear."""
    if made := models.Statement.objects.filter(form_key=asked.key, party=asked.party).first():
        return made
    party = Party.objects.get(pk=asked.party)
    told = {
        "income": _plain(budget.income),
        "expenses": _plain(budget.expenses),
        "dependants": budget.dependants,
        "currency": budget.currency,
    }
    sealed = sealing.seal(_key(party), subject=party.subject, field=STATEMENT, text=json.dumps(told))
    due = sum((row.position.overdue for row in owed(party.pk, on=asked.on)), Decimal(0))
    band = rules.band(budget, owed=due, nothing_share=policy().hardship.nothing_share)
    row = models.Statement.objects.create(
        party=party, on=asked.on, sealed=sealed, band=band.value, made_at=asked.at, by=asked.by, form_key=asked.key
    )
    detail = {"band": band.value, "currency": budget.currency}
    record(action="settle.statement", subject=f"statement/{row.pk}", by=asked.by, at=asked.at, detail=detail)
    return row


def opened(statement: models.Statement) -> Budget:
    """This function will open a statement for a computation; SealError where its person was erased."""
    party = statement.party
    text = sealing.unseal(_key(party), subject=party.subject, field=STATEMENT, sealed=statement.sealed)
    told = json.loads(text)
    income, expenses = (
        {name: Decimal(amount) for name, amount in told[side].items()} for side in ("income", "expenses")
    )
    return Budget(income=income, expenses=expenses, dependants=told["dependants"], currency=told["currency"])


def latest(party: int, *, on: date) -> models.Statement | None:
    """This function will find the statement that may be used again."""
    since = on - timedelta(days=policy().plan.statement_days)
    found = models.Statement.objects.select_related("party").filter(party=party, on__gte=since, on__lte=on)
    return found.order_by("-on", "-id").first()


@transaction.atomic
def apply(asked: Asked, *, budget: Budget, cause: Cause | None, duration: Duration | None) -> models.Hardship:
    """This function will decide an application for relief by the table of the policy.

    Rest is a hold on all of the customer's accounts; other relief is offered, and agreed on its own page. The signal
    `hardship_asked` lets the next plan treat him with care. The same form twice gives the same decision.
    """
    if not asked.key or len(asked.key) > KEY_MAX:
        raise NotAgreedError([objection("ST-KEY")], place="hardship")
    Party.objects.select_for_update(no_key=True).get(pk=asked.party)
    if made := models.Hardship.objects.filter(form_key=asked.key, party=asked.party).first():
        return made
    if cause is None or duration is None:
        missing = [name for name, value in (("AG-CAUSE", cause), ("AG-DURATION", duration)) if value is None]
        raise NotAgreedError([objection(name) for name in missing], place="hardship")
    statement = tell_statement(asked, budget=budget)
    rules_ = policy().hardship
    decided = rules.decide(rules_.table, band=Band(statement.band), cause=cause, duration=duration)
    until = asked.on + timedelta(days=rules_.rest_days) if decided.rests else None
    row = models.Hardship.objects.create(
        party_id=asked.party,
        applied_on=asked.on,
        statement=statement,
        cause=cause.value,
        duration=duration.value,
        relief=decided.relief.value,
        rule=decided.rule,
        rest_until=until,
        hold_id=_rest(asked, until) if until else None,
        made_at=asked.at,
        by=asked.by,
        form_key=asked.key,
    )
    name = f"hardship/{row.pk}"
    asks = telling.signal(name, "hardship_asked", party=asked.party, account=None, on=asked.on, code=cause.value)
    telling.told("signal", [asks], by=asked.by, at=asked.at, action="settle.signal")
    detail = {"cause": cause.value, "duration": duration.value, "band": statement.band, "relief": row.relief}
    record(action="settle.hardship", subject=name, by=asked.by, at=asked.at, detail={**detail, "rule": row.rule})
    return row


def _rest(asked: Asked, until: date) -> int:
    name, days = f"hardship/{asked.key}", (asked.on, until)
    return telling.hold(name, HoldKind.HARDSHIP, party=asked.party, account=None, days=days, by=asked.by, at=asked.at)


@transaction.atomic
def agree_plan(asked: Asked, *, plan: PlanAsked, budget: Budget | None, replaces: int | None = None) -> models.Plan:
    """This function will agree a plan that can be afforded by the statement told with it, or by the latest one."""
    statement = tell_statement(asked, budget=budget) if budget else latest(asked.party, on=asked.on)
    free = affordable(statement, account=asked.account) if statement else None
    used = statement.pk if statement and free is not None else None
    return agreements.agree_plan(asked, plan=plan, affordable=free, statement=used, replaces=replaces)


def affordable(statement: models.Statement, *, account: int | None) -> Decimal | None:
    """This function will say what a month may cost; None where the statement is in another currency than the debt."""
    budget = opened(statement)
    if not Account.objects.filter(pk=account or 0, currency=budget.currency).exists():
        return None
    return budget.affordable(buffer_share=policy().plan.buffer_share)
