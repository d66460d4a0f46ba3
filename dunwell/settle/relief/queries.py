"""Reading relief: proposals with their steps, whose turn it is, and the terms of an addendum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from dunwell.facts.money import plain
from dunwell.ledger.models import Charge
from dunwell.settle.case_facts import house_day
from dunwell.settle.models import Relief
from dunwell.settle.relief import rules
from dunwell.settle.relief.addendum import Change, Terms
from dunwell.settle.relief.kinds import ENDED, Level, ReliefKind, ReliefReason, ReliefState, ReliefStep, Seat

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A proposal, how it is judged, and where it stands at the moment asked for."""

    relief: Relief
    proposal: rules.Proposal
    state: ReliefState

    @property
    def level(self) -> Level:
        return self.proposal.level

    @property
    def kind(self) -> ReliefKind:
        return ReliefKind(self.relief.kind)

    @property
    def reason(self) -> ReliefReason:
        return ReliefReason(self.relief.reason)

    @property
    def waived(self) -> Decimal:
        return sum((line.amount for line in self.relief.lines.all()), Decimal(0))

    @property
    def waits_for(self) -> str | None:
        """This property will name who has to answer a counter-offer, where one waits."""
        return self.proposal.answers if self.state is ReliefState.OFFERED else None

    @property
    def running(self) -> bool:
        return self.state not in ENDED and self.state is not ReliefState.LAPSED


def whole() -> QuerySet[Relief]:
    """This function will ask for proposals with all that is shown of them, in four statements."""
    related = Relief.objects.select_related("party", "counters", "countered_by")
    return related.prefetch_related("lines__charge__account", "acts")


def proposal(relief: Relief) -> rules.Proposal:
    acts = sorted(relief.acts.all(), key=lambda act: act.pk)
    return rules.Proposal(
        proposed_by=code(relief.by),
        expires_at=relief.expires_at,
        level=Level(relief.level),
        settlement=relief.kind == ReliefKind.SETTLEMENT,
        answers=code(relief.counters.by) if relief.counters else None,
        steps=tuple(
            rules.Step(
                step=ReliefStep(act.step), by=code(act.by), at=act.made_at, seat=Seat(act.seat) if act.seat else None
            )
            for act in acts
        ),
    )


def code(by: str) -> str:
    """This function will leave the person's code of who did something."""
    return by.removeprefix("staff:")


def standing(relief: Relief, *, at: datetime) -> Standing:
    told = proposal(relief)
    return Standing(relief=relief, proposal=told, state=rules.state(told, at=at))


# Proposals of which something may still come, within the reader's reach; the state itself is computed.
_RUNNING = """
    SELECT r.id FROM settle_relief r JOIN ledger_party p ON p.id = r.party_id
    WHERE {lies} AND NOT EXISTS (
        SELECT FROM settle_reliefact a
        WHERE a.relief_id = r.id AND a.step IN ('refused', 'dropped', 'countered', 'granted', 'lapsed')
    ) AND (r.expires_at > %(at)s OR EXISTS (
        SELECT FROM settle_reliefact a WHERE a.relief_id = r.id AND a.step = 'agreed'
    ))
    ORDER BY r.made_at, r.id LIMIT %(most)s
"""


def running(*, lies: sql.Composable, told: Mapping[str, Any], at: datetime, most: int = MOST) -> list[Standing]:
    """This function will list the proposals that are not ended, the oldest first; `lies` speaks of a party `p`."""
    statement = sql.SQL(_RUNNING).format(lies=lies)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**told, "at": at, "most": most})
        found = [row[0] for row in cursor.fetchall()]
    return of(found, at=at)


def of(reliefs: Iterable[int], *, at: datetime) -> list[Standing]:
    """This function will read these proposals, the oldest first."""
    return [standing(one, at=at) for one in whole().filter(pk__in=list(reliefs)).order_by("made_at", "pk")]


def open_for(party: int, *, at: datetime) -> list[Standing]:
    """This function will list a customer's proposals that are not ended."""
    ids = Relief.objects.filter(party=party).values_list("pk", flat=True)
    return [one for one in of(ids, at=at) if one.running]


def terms(relief: Relief, *, agreed_at: datetime) -> Terms:
    """This function will gather what the addendum of a proposal says."""
    charges: list[tuple[Charge, Decimal]] = [(line.charge, line.amount) for line in relief.lines.all()]
    accounts = dict.fromkeys(charge.account for charge, _ in charges)
    return Terms(
        number=relief.pk,
        kind=ReliefKind(relief.kind),
        creditor=next(iter(accounts)).creditor,
        accounts=tuple(sorted(account.external_id for account in accounts)),
        currency=relief.currency,
        agreed_on=house_day(agreed_at),
        changes=tuple(
            Change(
                account=charge.account.external_id,
                charge=charge.external_id,
                component=charge.component,
                due_on=charge.due_on,
                amount=Decimal(plain(amount, relief.currency)),
            )
            for charge, amount in sorted(charges, key=lambda pair: pair[0].pk)
        ),
        pay_amount=relief.pay_amount,
        pay_by=relief.pay_by,
    )
