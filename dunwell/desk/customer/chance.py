"""What may be done with a customer now: the proposal that stands behind each channel, and the gate's answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dunwell.batch.models import Plan
from dunwell.compliance.kinds.question import Candidate
from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Proposal, Refused
from dunwell.contact import actions
from dunwell.desk import plans
from dunwell.desk.customer.owed import Owed, overdue_since, owed
from dunwell.desk.customer.scripts import PLAIN_LETTER, example
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import Party

# What people do by hand; messages are sent by channels of their own.
BY_HAND = (Channel.VOICE.value, Channel.LETTER.value, Channel.VISIT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A customer as the desk works on him: what he owes and what the latest plan says of him."""

    party: Party
    on: date
    owed: list[Owed]
    plan: Plan | None

    @property
    def customer(self) -> str:
        return f"{self.party.source}/{self.party.external_id}"

    @property
    def worst(self) -> Owed | None:
        """This property will take the account that is most overdue: contacts are about it."""
        return self.owed[0] if self.owed else None

    @property
    def days(self) -> int:
        """This property will give the days since the oldest unpaid due date, the most of all accounts."""
        return max((row.position.past_due_days for row in self.owed), default=0)

    @property
    def amounts(self) -> str:
        """This property will add up what is overdue, currency by currency, as the plan writes it."""
        sums: dict[str, object] = {}
        for row in self.owed:
            if row.position.overdue:
                sums[row.account.currency] = sums.get(row.account.currency, 0) + row.position.overdue  # type: ignore[operator]
        return "; ".join(f"{currency} {amount}" for currency, amount in sorted(sums.items()))


def case(party: Party, *, on: date) -> Case:
    """This function will read a customer's case on a day."""
    run = plans.latest()
    customer = f"{party.source}/{party.external_id}"
    plan = Plan.objects.filter(run=run, customer=customer).select_related("run").first() if run else None
    return Case(party=party, on=on, owed=owed(party.pk, on=on), plan=plan)


def proposal(
    case: Case, channel: str, *, staff: str, recorded: bool, key: str | None = None, reviewed_by: str | None = None,
    text: str | None = None, script: str | None = None,
) -> Proposal:  # fmt: skip
    """This function will propose a contact by hand about the account that is most overdue.

    What is written goes with its `text`, and the name of the `script` that it was made from. On the planned channel
    it is the plan's own contact: its treatment can be stopped, and must have been approved.
    """
    worst, plan = case.worst, case.plan
    planned = plan is not None and plan.channel == channel and plan.actor == "human"
    account = worst.account if worst else None
    debts = tuple(row.account.external_id for row in case.owed if account and row.account.creditor == account.creditor)
    candidate = Candidate(
        channel=channel,
        creditor=account.creditor if account else None,
        actor="human",
        debts=debts,
        staff=staff,
        recorded=recorded or None,
        text=text,
        script=script,
    )
    return Proposal(
        party=case.party.pk,
        candidate=candidate,
        account=account.pk if account else None,
        product_line=account.product_line if account else None,
        overdue_since=overdue_since(case.owed),
        treatment=plan.treatment if plan and planned else None,
        strategy=plan.run.versions.get("strategy") if plan and planned else None,
        key=key,
        reviewed_by=reviewed_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What the gate would answer on one channel at this moment."""

    channel: str
    refused: Refused | None
    # Each reason once, with the rules that give it.
    sentences: list[tuple[str, tuple[str, ...]]]

    @property
    def review_only(self) -> bool:
        """This property will tell whether nothing forbids it, but somebody must have looked."""
        return self.refused is not None and not self.refused.refusals


def light(case: Case, channel: str, *, staff: str, at: datetime, language: str) -> Light:
    """This function will ask the gate and leave nothing behind.

    A call is asked for as one that is recorded, a letter with the plain letter's words and an example's values.
    """
    text = example(PLAIN_LETTER, language=language) if channel == Channel.LETTER.value else None
    wanted = proposal(case, channel, staff=staff, recorded=channel == Channel.VOICE.value, text=text)
    found = actions.ask(wanted, rulebook=plans.rulebook(), at=at)
    return answered(channel, found, language=language)


def answered(channel: str, found: Permit | Refused, *, language: str) -> Light:
    """This function will put the gate's answer into words."""
    if not isinstance(found, Refused):
        return Light(channel=channel, refused=None, sentences=[])
    told: dict[str, tuple[str, ...]] = {}
    for rule, reason in zip(found.rules, found.reasons(language), strict=True):
        told[reason] = (*told.get(reason, ()), rule)
    return Light(channel=channel, refused=found, sentences=list(told.items()))
