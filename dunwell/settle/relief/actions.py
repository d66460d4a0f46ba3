"""Proposing relief and deciding on it: one transaction for each step, with what takes effect and its evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from dunwell.access.rules import Person
from dunwell.evidence.actions import record
from dunwell.facts.money import plain
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Account, Hold, HoldRelease, Party
from dunwell.settle.case_facts import hold, hold_still, house_day, sealed_note, signal, told
from dunwell.settle.models import Relief, ReliefAct, ReliefLine
from dunwell.settle.refusals import refused
from dunwell.settle.relief import addendum, owing, queries, rules
from dunwell.settle.relief.judging import NOTHING, Ask, Draft, draft
from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefState, ReliefStep, Seat
from dunwell.settle.relief.policy import table

DAY = timedelta(days=1)


# ---- proposing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def propose(party: Party, *, ask: Ask, key: str, by: Person, at: datetime) -> Relief:
    """This function will write a proposal; within the proposer's own authority it takes effect at once.

    The same form sent twice gives the proposal that it made. Raises NotAgreedError.
    """
    hold_still(party.pk)
    if known := Relief.objects.filter(form_key=key).first():
        return known
    if queries.open_for(party.pk, at=at):
        raise refused("CS-OPEN", place=f"party/{party.pk}")
    found = draft(party, ask, at=at)
    made = _write(party, ask, found, key=key, by=by, at=at)
    own = rules.own_level(by.roles())
    if own is not None and found.level is not Level.JOINT and _within(found.level, own):
        act(made, step=ReliefStep.APPROVED, seat=Seat.ALONE, by=by.code, at=at)
        _take_effect(made, by=by.code, at=at)
    return made


def _within(level: Level, own: Level) -> bool:
    return rules.LADDER.index(level) <= rules.LADDER.index(own)


def _write(
    party: Party, ask: Ask, found: Draft, *, key: str, by: Person, at: datetime, counters: Relief | None = None
) -> Relief:
    lump = ask.kind is ReliefKind.SETTLEMENT
    made = Relief.objects.create(
        party=party,
        made_at=at,
        by=f"staff:{by.code}",
        form_key=key,
        kind=ask.kind.value,
        reason=ask.reason,
        currency=found.currency,
        level=found.level.value,
        expires_at=at + timedelta(days=table().open_days),
        counters=counters,
        pay_amount=ask.pay_amount if lump else None,
        pay_by=ask.pay_by if lump else None,
        tolerance_days=table().settlement.tolerance_days if lump else None,
        note_sealed=sealed_note(party, ask.note, place=f"party/{party.pk}"),
    )
    ReliefLine.objects.bulk_create(ReliefLine(relief=made, charge_id=one, amount=amount) for one, amount in found.parts)
    detail = {
        "kind": made.kind,
        "reason": made.reason,
        "level": made.level,
        "waived": plain(found.waived, found.currency),
        "currency": found.currency,
        "pay_amount": plain(ask.pay_amount, found.currency) if ask.pay_amount else None,
        "pay_by": made.pay_by.isoformat() if made.pay_by else None,
        "counters": counters.pk if counters else None,
    }
    record(action="settle.relief_proposed", subject=f"relief/{made.pk}", by=made.by, at=at, detail=detail)
    code = "counter_offer" if counters else made.kind
    _signal(made, "relief_proposed", number=found.waived, code=code, by=by.code, at=at)
    return made


def _signal(
    relief: Relief, kind: str, *, by: str, at: datetime, number: object = None, code: str | None = None
) -> None:
    fact = signal(kind, party=relief.party, on=house_day(at), number=number, code=code)
    _told("signal", [fact], relief, name=kind, action="settle.relief_signal", by=by, at=at)


def _told(
    target: str, facts: list[dict[str, object]], relief: Relief, *, name: str, action: str, by: str, at: datetime
) -> None:
    case = f"relief/{relief.pk}/{name}"
    told(target, facts, party=relief.party, name=case, action=action, by=_actor(by), at=at)


def _actor(by: str) -> str:
    return by if ":" in by else f"staff:{by}"


def act(
    relief: Relief,
    *,
    step: ReliefStep,
    by: str,
    at: datetime,
    seat: Seat | None = None,
    note: bytes | None = None,
    paper: str | None = None,
) -> None:
    """This function will write one step with its evidence."""
    side = seat.value if seat else ""
    ReliefAct.objects.create(
        relief=relief, step=step.value, seat=side, made_at=at, by=_actor(by), addendum=paper, note_sealed=note
    )
    detail = {"step": step.value, "seat": side, "addendum_sha256": paper}
    record(action="settle.relief_step", subject=f"relief/{relief.pk}", by=_actor(by), at=at, detail=detail)


# ---- deciding --------------------------------------------------------------------------------------------------------


def _held(relief: int, *, at: datetime, wanted: tuple[ReliefState, ...]) -> queries.Standing:
    """This function will read a proposal while nobody else can change it, and refuse one that is past deciding."""
    [party] = Relief.objects.filter(pk=relief).values_list("party_id", flat=True)
    hold_still(party)
    [found] = queries.of([relief], at=at)
    if found.state not in wanted:
        en, zh = found.state.en, found.state.zh
        raise refused("CS-STATE", place=f"relief/{relief}", state_en=en, state_zh=zh)
    return found


def _seat(found: queries.Standing, *, by: Person) -> Seat:
    """This function will give the side for which somebody decides, or say why he may not."""
    place = f"relief/{found.relief.pk}"
    if by.code in (found.proposal.proposed_by, found.proposal.answers):
        raise refused("CS-OWN", place=place)
    seat = rules.seat_of(by.roles(), level=found.level)
    if seat is None:
        raise refused("CS-SEAT", place=place, level_en=found.level.en, level_zh=found.level.zh)
    if seat not in found.proposal.missing:
        raise refused("CS-VOTED", place=place)
    return seat


@transaction.atomic
def approve(relief: int, *, by: Person, at: datetime) -> queries.Standing:
    """This function will approve a proposal for one's side; with the last side it takes effect. NotAgreedError."""
    found = _held(relief, at=at, wanted=(ReliefState.OPEN,))
    seat = _seat(found, by=by)
    _still_owed(found, at=at)
    act(found.relief, step=ReliefStep.APPROVED, seat=seat, by=by.code, at=at)
    return _go_on(relief, by=by, at=at)


def _go_on(relief: int, *, by: Person, at: datetime) -> queries.Standing:
    [found] = queries.of([relief], at=at)
    if found.proposal.complete:
        _take_effect(found.relief, by=by.code, at=at)
    return queries.of([relief], at=at)[0]


def _still_owed(found: queries.Standing, *, at: datetime) -> None:
    """This function will refuse what is no longer owed so, or what needs a higher level by now."""
    relief, on = found.relief, house_day(at)
    place, parts = f"relief/{relief.pk}", {line.charge_id: line.amount for line in relief.lines.all()}
    left = owing.unpaid(_accounts(relief), on=on)
    rest = {one.charge: one.amount for one in left}
    if any(amount > rest.get(charge, NOTHING) for charge, amount in parts.items()):
        raise refused("CS-CHANGED", place=place)
    told_ = {"left": left, "asked": parts, "currency": relief.currency, "table": table(), "on": on, "but": relief.pk}
    level = rules.lowest(owing.lines(relief.party_id, **told_), table=table())  # type: ignore[arg-type]
    if level is None or not _within(level, found.level):
        needed = level or Level.JOINT
        raise refused("CS-RISEN", place=place, level_en=needed.en, level_zh=needed.zh)


def _accounts(relief: Relief) -> list[Account]:
    return list(dict.fromkeys(line.charge.account for line in relief.lines.select_related("charge__account")))


@transaction.atomic
def refuse(relief: int, *, by: Person, at: datetime, note: str = "") -> None:
    """This function will refuse a proposal: one refusal of a side that may approve ends it."""
    found = _held(relief, at=at, wanted=(ReliefState.OPEN,))
    _seat(found, by=by)
    sealed = sealed_note(found.relief.party, note, place=f"relief/{relief}")
    act(found.relief, step=ReliefStep.REFUSED, by=by.code, at=at, note=sealed)
    _signal(found.relief, "relief_refused", by=by.code, at=at)


@transaction.atomic
def counter(relief: int, *, ask: Ask, key: str, by: Person, at: datetime) -> Relief:
    """This function will answer a proposal with a smaller one inside the policy, which its proposer may accept."""
    [party] = Relief.objects.filter(pk=relief).values_list("party_id", flat=True)
    hold_still(party)
    if known := Relief.objects.filter(form_key=key).first():
        return known
    found = _held(relief, at=at, wanted=(ReliefState.OPEN,))
    if found.relief.counters_id is not None:
        raise refused("CS-STATE", place=f"relief/{relief}", state_en="a counter-offer itself", state_zh="本身为反报价")
    _seat(found, by=by)
    less = draft(found.relief.party, ask, at=at, but=relief)
    if less.waived >= found.waived:
        raise refused("CS-LESS", place=f"relief/{relief}")
    act(found.relief, step=ReliefStep.COUNTERED, by=by.code, at=at)
    made = _write(found.relief.party, ask, less, key=key, by=by, at=at, counters=found.relief)
    seat = rules.seat_of(by.roles(), level=less.level)
    if seat is not None:
        act(made, step=ReliefStep.APPROVED, seat=seat, by=by.code, at=at)
    return made


@transaction.atomic
def accept(relief: int, *, by: Person, at: datetime) -> queries.Standing:
    """This function will accept a counter-offer to one's own proposal; it takes effect if nobody else must approve."""
    found = _held(relief, at=at, wanted=(ReliefState.OFFERED,))
    if by.code != found.proposal.answers:
        raise refused("CS-PROPOSER", place=f"relief/{relief}")
    _still_owed(found, at=at)
    act(found.relief, step=ReliefStep.ACCEPTED, by=by.code, at=at)
    return _go_on(relief, by=by, at=at)


@transaction.atomic
def drop(relief: int, *, by: Person, at: datetime) -> None:
    """This function will drop one's own proposal, or the counter-offer to it."""
    found = _held(relief, at=at, wanted=(ReliefState.OPEN, ReliefState.OFFERED))
    if by.code != (found.proposal.answers or found.proposal.proposed_by):
        raise refused("CS-PROPOSER", place=f"relief/{relief}")
    act(found.relief, step=ReliefStep.DROPPED, by=by.code, at=at)


# ---- taking effect ---------------------------------------------------------------------------------------------------


def _take_effect(relief: Relief, *, by: str, at: datetime) -> None:
    """This function will let a waiver go at once, or begin to wait for the lump sum of a settlement."""
    whole = queries.whole().get(pk=relief.pk)
    if whole.kind == ReliefKind.WAIVER:
        parts = [(line.charge_id, line.amount) for line in whole.lines.order_by("pk")]
        grant(whole, parts=parts, by=by, at=at)
        return
    paper = addendum.digest(queries.terms(whole, agreed_at=at))
    until = (whole.pay_by or house_day(at)) + timedelta(days=whole.tolerance_days or 0) + DAY
    facts = [
        hold(HoldKind.PLAN.value, party=whole.party, on=house_day(at), account=account.pk, until=until)
        for account in _accounts(whole)
    ]
    _told("hold", facts, whole, name="hold", action="settle.relief_agreed", by=by, at=at)
    act(whole, step=ReliefStep.AGREED, by=by, at=at, paper=paper)
    _signal(whole, "settlement_agreed", number=whole.pay_amount, by=by, at=at)


def grant(relief: Relief, *, parts: list[tuple[int, Decimal]], by: str, at: datetime) -> None:
    """This function will tell the ledger what is let go, charge by charge: what is owed falls at once."""
    accounts = {line.charge_id: line.charge.account_id for line in relief.lines.all()}
    on = house_day(at).isoformat()
    facts: list[dict[str, object]] = [
        {
            "account_id": accounts[charge],
            "charge_id": charge,
            "effective_on": on,
            "kind": "waiver",
            "amount": str(amount),
        }
        for charge, amount in parts
    ]
    _told("adjustment", facts, relief, name="waiver", action="settle.relief_granted", by=by, at=at)
    paper = None
    if relief.kind == ReliefKind.WAIVER:
        paper = addendum.digest(queries.terms(relief, agreed_at=at))
    act(relief, step=ReliefStep.GRANTED, by=by, at=at, paper=paper)
    total = sum((amount for _, amount in parts), NOTHING)
    _signal(relief, "relief_granted", number=total, code=relief.kind, by=by, at=at)


def end_hold(relief: Relief, *, by: str, at: datetime) -> None:
    """This function will let the accounts of a settlement go before the day on which their hold would end."""
    on = house_day(at)
    holds = Hold.objects.filter(source=relief.party.source, external_id__startswith=f"desk/relief/{relief.pk}/hold/")
    over = set(HoldRelease.objects.filter(hold__in=holds).values_list("hold_id", flat=True))
    facts: list[dict[str, object]] = [
        {"hold_id": one.pk, "released_on": on.isoformat()}
        for one in holds
        if one.pk not in over and (one.until_on is None or one.until_on > on)
    ]
    _told("hold_release", facts, relief, name="release", action="settle.relief_hold_ended", by=by, at=at)
