"""Opening a dispute, which stops contact at once, and deciding it, which is the only way in which its hold ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from dunwell.access.kinds import Capability
from dunwell.access.rules import Person
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.facts.money import Money
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Account, Hold, HoldRelease, Party
from dunwell.portrait.queries import accounts
from dunwell.settle.case_facts import hold, hold_still, house_day, sealed_note, signal, told
from dunwell.settle.disputes import queries
from dunwell.settle.disputes.kinds import DisputeReason, Ground, Proof, Verdict
from dunwell.settle.models import Dispute, DisputeDecision, DisputeLine
from dunwell.settle.refusals import refused
from dunwell.settle.relief import owing
from dunwell.settle.relief.rules import Unpaid

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a customer does not accept: an account (None: everything), charges or a sum of it, and why."""

    reason: str
    account: int | None = None
    charges: tuple[int, ...] = ()
    amount: Decimal | None = None
    proof: str = Proof.NONE.value
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What finance decides: the verdict, why, and how much of which charge is credited."""

    verdict: str
    ground: str
    credits: Mapping[int, Decimal] = field(default_factory=dict)
    note: str = ""


@transaction.atomic
def open_dispute(party: Party, *, claim: Claim, key: str, by: Person, at: datetime) -> Dispute:
    """This function will open a dispute: from this moment on nobody contacts the customer to collect.

    The same form sent twice gives the dispute that it opened. Raises NotAgreedError.
    """
    place, on = f"party/{party.pk}", house_day(at)
    hold_still(party.pk)
    if known := Dispute.objects.filter(form_key=key).select_related("hold").first():
        return known
    _check(claim, place=place)
    account = _account(party, claim, at=at, place=place)
    left = owing.unpaid([account], on=on) if account else []
    _disputable(claim, left, account, place=place)
    made = hold(HoldKind.DISPUTE.value, party=party, on=on, account=account.pk if account else None)
    name, actor = f"dispute/{key}", f"staff:{by.code}"
    [opened] = told("hold", [made], party=party, name=name, action="settle.dispute_opened", by=actor, at=at).values()
    fact = signal("dispute_opened", party=party, on=on, number=claim.amount, code=claim.reason)
    told("signal", [fact], party=party, name=name, action="settle.dispute_signal", by=actor, at=at)
    dispute = Dispute.objects.create(
        party=party,
        made_at=at,
        by=actor,
        form_key=key,
        hold_id=opened,
        reason=claim.reason,
        amount=claim.amount,
        currency=account.currency if account else "",
        proof=claim.proof,
        note_sealed=sealed_note(party, claim.note, place=place),
    )
    DisputeLine.objects.bulk_create(DisputeLine(dispute=dispute, charge_id=charge) for charge in claim.charges)
    detail: dict[str, Detail] = {
        "reason": claim.reason,
        "proof": claim.proof,
        "charges": len(claim.charges),
        "hold": opened,
    }
    record(action="settle.dispute_told", subject=f"dispute/{dispute.pk}", by=actor, at=at, detail=detail)
    return dispute


def _check(claim: Claim, *, place: str) -> None:
    if claim.reason not in set(DisputeReason):
        raise refused("ST-REASON", place=place)
    if claim.proof not in set(Proof):
        raise refused("CS-PROOF", place=place)
    if claim.amount is not None and claim.amount <= 0:
        raise refused("ST-AMOUNT", place=place, field="amount", example="100")


def _account(party: Party, claim: Claim, *, at: datetime, place: str) -> Account | None:
    if claim.account is None:
        return None
    found = [one for one in accounts(party.pk, on=house_day(at)) if one.pk == claim.account]
    if not found:
        raise refused("ST-ACCOUNT", place=place)
    return found[0]


def _disputable(claim: Claim, left: list[Unpaid], account: Account | None, *, place: str) -> None:
    """This function will refuse charges that are not owed on the account, and a sum beyond what is."""
    if claim.charges and not set(claim.charges) <= {one.charge for one in left}:
        raise refused("CS-CHARGES", place=place)
    owed = sum((one.amount for one in left), NOTHING)
    if account and claim.amount is not None and claim.amount > owed:
        raise refused("CS-TOO-MUCH", place=place, field="amount", owed=Money(owed, account.currency))


@transaction.atomic
def decide(hold_id: int, *, judgement: Judgement, by: Person, at: datetime) -> DisputeDecision:
    """This function will decide a dispute: credit what was wrong and end its hold, in one transaction.

    Only who may decide disputes does. A dispute that is decided stays so: another decision is refused.
    """
    place = f"hold/{hold_id}"
    found = Hold.objects.select_related("party").get(pk=hold_id, kind=HoldKind.DISPUTE.value)
    hold_still(found.party_id)
    _may(by, Capability.DECIDE_DISPUTES, place=place)
    if known := queries.decided(hold_id):
        raise refused("CS-DECIDED", place=place, state_en=known.verdict.en, state_zh=known.verdict.zh)
    if HoldRelease.objects.filter(hold=found, released_on__lte=house_day(at)).exists():
        raise refused("CS-DECIDED", place=place, state_en="released by an import", state_zh="已由导入数据解除")
    verdict = _verdict(judgement, place=place)
    credits = _credits(found, judgement, verdict, at=at, place=place)
    made = DisputeDecision.objects.create(
        hold=found,
        verdict=verdict.value,
        ground=judgement.ground,
        note_sealed=sealed_note(found.party, judgement.note, place=place),
        made_at=at,
        by=f"staff:{by.code}",
    )
    _end(found, credits, verdict, by=f"staff:{by.code}", at=at)
    total = sum((Decimal(str(one["amount"])) for one in credits), NOTHING)
    detail: dict[str, Detail] = {
        "verdict": verdict.value,
        "ground": judgement.ground,
        "credited": f"{total}",
        "charges": len(credits),
    }
    record(action="settle.dispute_decided", subject=place, by=f"staff:{by.code}", at=at, detail=detail)
    return made


def _may(by: Person, capability: Capability, *, place: str) -> None:
    if not by.can(capability):
        raise refused("CS-RIGHT", place=place, right_en=capability.en, right_zh=capability.zh)


def _verdict(judgement: Judgement, *, place: str) -> Verdict:
    if judgement.verdict not in set(Verdict):
        raise refused("CS-VERDICT", place=place)
    if judgement.ground not in set(Ground):
        raise refused("CS-GROUND", place=place)
    credited, verdict = any(judgement.credits.values()), Verdict(judgement.verdict)
    if credited is (verdict is Verdict.REJECTED):
        raise refused("CS-CREDIT", place=place)
    return verdict


def _credits(
    found: Hold, judgement: Judgement, verdict: Verdict, *, at: datetime, place: str
) -> list[dict[str, object]]:
    """This function will write the credit notes: never more than is left of a charge."""
    on = house_day(at)
    own = {one.pk: one for one in accounts(found.party_id, on=on)}
    left = {one.charge: one for one in owing.unpaid(own.values(), on=on)}
    facts: list[dict[str, object]] = []
    for charge, amount in judgement.credits.items():
        if not amount:
            continue
        if charge not in left:
            raise refused("CS-CHARGES", place=place)
        one = left[charge]
        if amount < 0:
            raise refused("ST-AMOUNT", place=place, field=f"credit-{charge}", example="100")
        if amount > one.amount:
            owed = Money(one.amount, own[one.account].currency)
            raise refused("CS-TOO-MUCH", place=place, field=f"credit-{charge}", owed=owed)
        columns = {"account_id": one.account, "charge_id": charge, "effective_on": on.isoformat()}
        facts.append({**columns, "kind": "credit_note", "amount": str(amount)})
    return facts


def _end(found: Hold, credits: list[dict[str, object]], verdict: Verdict, *, by: str, at: datetime) -> None:
    party, name, on = found.party, f"dispute/{found.pk}/decision", house_day(at)
    told("adjustment", credits, party=party, name=name, action="settle.dispute_credited", by=by, at=at)
    fact = {"hold_id": found.pk, "released_on": on.isoformat()}
    told("hold_release", [fact], party=party, name=name, action="settle.dispute_released", by=by, at=at)
    closed = signal("dispute_closed", party=party, on=on, code=verdict.value)
    told("signal", [closed], party=party, name=name, action="settle.dispute_closed", by=by, at=at)
