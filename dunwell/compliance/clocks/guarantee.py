"""The period of a guarantee: until when the guarantor must be asked (or the debtor sued), and whether that was done.

Nothing stops, interrupts or extends this period. What keeps a guarantee alive is done to the guarantor where he is
liable jointly, to the debtor by suit where the guarantee is general; from then on limitation runs instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pydantic import ConfigDict

from dunwell.compliance.clocks.days import Calendar, months_after, rolled
from dunwell.compliance.clocks.limitation import Claim, Event, Limited, limitation
from dunwell.compliance.clocks.reasons import Reason, because, unsure
from dunwell.compliance.clocks.terms import EVENTS, Entry, Law
from dunwell.compliance.clocks.terms import Guarantee as Terms
from dunwell.compliance.clocks.terms import Limitation as LimitationTerms

Kind = Literal["general", "joint"]
State = Literal["not_due", "running", "kept", "released", "unknown"]
_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something done: a demand on the guarantor, a suit, a notice; dated by its arrival where it is a message."""

    kind: Literal[
        "demand", "suit_against_debtor", "enforcement_failed", "new_contract", "signed_notice", "assignment_notice",
        "payment", "promise",
    ]  # fmt: skip
    on: date
    arrived: bool | None = None
    # Who demanded: one to whom the claim was assigned counts only once the guarantor was told of that.
    by: Literal["creditor", "assignee"] = "creditor"

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    @property
    def counts(self) -> bool | None:
        return self.arrived if self.kind in ("demand", "assignment_notice") else True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """A day on which the debt came to be due instead; `consented` means by the guarantor, in writing."""

    agreed_on: date
    due_on: date
    consented: bool | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What was agreed; `grace_ends_on` is the end of the grace after a demand where no due day was agreed."""

    signed_on: date | None
    due_on: date | None = None
    grace_ends_on: date | None = None
    kind: Kind | None = None
    agreed_until: date | None = None
    agreed_months: int | None = None
    new_terms: tuple[NewTerm, ...] = ()
    acts: tuple[Act, ...] = ()
    # False: the papers are not at hand, so that what is not told here may have been agreed all the same.
    papers: bool = True
    # False: suits are not known here, so that one may have been brought.
    suits_known: bool = True

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The clock of one guarantee: alive on the day or not (None: nobody knows), and whether he may be asked to pay."""

    kind: Kind | None
    state: State
    last_day: date | None
    alive: bool | None
    may_be_asked: bool | None
    kept_on: date | None = None
    limitation: Limited | None = None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True


def standing(guarantee: Guarantee, *, law: Law[Terms], limits: Law[LimitationTerms], on: date) -> Standing:
    """This function will say how a guarantee stands on the day, by what had happened until then."""
    signed, due = guarantee.signed_on, _due(guarantee)
    entry = law.on(signed) if signed else None
    if entry is None or due is None:
        return _unknown(guarantee, signed=signed, due=due)
    kind = guarantee.kind or entry.parameters.unstated_kind
    acts = tuple(sorted((act for act in guarantee.acts if act.on <= on), key=lambda act: (act.on, act.kind)))
    ends, reasons = _period(guarantee, due=due, entry=entry, calendar=law.calendar)
    if guarantee.kind is None:
        reasons.append(_kind_reason(kind, entry=entry))
    reasons.extend(_unheeded(guarantee, entry=entry))
    keeps = [act for act in _keeping(acts, kind=kind) if due < act.on <= ends]
    kept = next((act for act in keeps if act.counts and _by_the_creditor(act, acts=acts)), None)
    maybe = kept or next((act for act in keeps if act.counts is None or not _by_the_creditor(act, acts=acts)), None)
    state, said = _state(kept, maybe=maybe, due=due, ends=ends, on=on, entry=entry, acts=acts, guarantee=guarantee)
    reasons.extend(said)
    doubts = list(_doubts(guarantee, ends=ends, state=state, kind=kind, entry=entry))
    alive = {"released": False, "unknown": None}.get(state, True)
    return Standing(
        kind=kind,
        state=state,
        last_day=ends,
        alive=alive,
        may_be_asked=_may_be_asked(kind, alive=alive, due=due, on=on, acts=acts, guarantee=guarantee),
        kept_on=kept.on if kept else None,
        limitation=_limitation(kept, kind=kind, acts=acts, limits=limits, on=on),
        reasons=(*reasons, *doubts),
        certain=not doubts and state != "unknown",
    )


def _due(guarantee: Guarantee) -> date | None:
    """This function will find the day from which the period runs: a new term counts if the guarantor agreed to it."""
    agreed = sorted((term for term in guarantee.new_terms if term.consented), key=lambda term: term.agreed_on)
    return agreed[-1].due_on if agreed else guarantee.due_on or guarantee.grace_ends_on


def _unknown(guarantee: Guarantee, *, signed: date | None, due: date | None) -> Standing:
    if due is None:
        why = because(
            "",
            en="no due day is known, and no end of a grace after a demand",
            zh="不知道到期日，也无催告后的宽限期届满日",
        )
    elif signed is None:
        why = because("", en="nobody knows when the guarantee was signed", zh="不知道保证合同的签订日期")
    else:
        en = f"no law is written down for a guarantee signed on {signed}"
        why = because("", en=en, zh=f"未载明{signed}所签保证适用的规定")
    return Standing(
        kind=guarantee.kind,
        state="unknown",
        last_day=None,
        alive=None,
        may_be_asked=None,
        reasons=(why,),
        certain=False,
    )


def _period(
    guarantee: Guarantee, *, due: date, entry: Entry[Terms], calendar: Calendar | None
) -> tuple[date, list[Reason]]:
    """This function will find the last day of the period: as agreed, else so many months from the due day."""
    terms = entry.parameters
    agreed = guarantee.agreed_until
    if agreed is None and guarantee.agreed_months is not None:
        agreed = rolled(months_after(due, months=guarantee.agreed_months), calendar=calendar if terms.rolls else None)
    if agreed is not None and agreed > due:
        return agreed, [because(terms.period, on=agreed, en="the period ends as agreed", zh="保证期间依约定届满")]
    plain = months_after(due, months=terms.months)
    ends = rolled(plain, calendar=calendar if terms.rolls else None)
    why = "no period was agreed" if agreed is None else f"it was agreed to end on {agreed}, not after the due day"
    because_of = "未约定保证期间" if agreed is None else f"约定的届满日{agreed}不晚于到期日"
    en, zh = f"{why}: {terms.months} months from {due}", f"{because_of}：自{due}起{terms.months}个月"
    reasons = [because(terms.period, on=ends, en=en, zh=zh)]
    if terms.rolls:
        reasons.extend(unsure(ends, before=plain, rule=terms.period, calendar=calendar))
    return ends, reasons


def _kind_reason(kind: Kind, *, entry: Entry[Terms]) -> Reason:
    named = {"general": "一般保证", "joint": "连带责任保证"}[kind]
    return because(
        entry.parameters.kind, en=f"the kind is not stated: a {kind} guarantee", zh=f"未约定保证方式：{named}"
    )


def _unheeded(guarantee: Guarantee, *, entry: Entry[Terms]) -> Iterator[Reason]:
    """This function will name new due days that do not bind the guarantor."""
    for term in guarantee.new_terms:
        if not term.consented:
            en = f"a new due day {term.due_on} without the guarantor's written consent: the period stays as it was"
            zh = f"未经保证人书面同意变更到期日为{term.due_on}：保证期间不受影响"
            yield because(entry.parameters.changes, on=term.agreed_on, en=en, zh=zh)


def _keeping(acts: tuple[Act, ...], *, kind: Kind) -> list[Act]:
    """This function will pick what keeps that kind of guarantee alive."""
    wanted = "demand" if kind == "joint" else "suit_against_debtor"
    return [act for act in acts if act.kind == wanted and act.counts is not False]


def _by_the_creditor(act: Act, *, acts: tuple[Act, ...]) -> bool:
    """This function will tell whether whoever demanded was the guarantor's creditor: he must have been told of that."""
    told = (other for other in acts if other.kind == "assignment_notice" and other.arrived and other.on <= act.on)
    return act.by == "creditor" or any(told)


def _state(
    kept: Act | None,
    *,
    maybe: Act | None,
    due: date,
    ends: date,
    on: date,
    entry: Entry[Terms],
    acts: tuple[Act, ...],
    guarantee: Guarantee,
) -> tuple[State, list[Reason]]:
    """This function will say how the guarantee stands, and by what."""
    terms = entry.parameters
    if on <= due:
        return "not_due", []
    if kept:
        english, chinese = EVENTS[kept.kind]
        return "kept", [
            because(terms.keeps, on=kept.on, en=f"{english} within the period", zh=f"保证期间内：{chinese}")
        ]
    if on <= ends:
        return "running", []
    renewed = next((act for act in acts if act.kind == "new_contract" and act.on > ends), None)
    if renewed:
        return "kept", [because(terms.revival, on=renewed.on, en="a new contract of guarantee", zh="订立新的保证合同")]
    if maybe or (guarantee.kind != "joint" and not guarantee.suits_known):
        english, chinese = EVENTS[maybe.kind if maybe else "suit_against_debtor"]
        en, zh = f"not known whether in time: {english}", f"不知是否及时：{chinese}"
        return "unknown", [because(terms.keeps, on=maybe.on if maybe else None, en=en, zh=zh)]
    en = f"the period ended on {ends} without what keeps it alive: the guarantor is released"
    signed = [act for act in acts if act.kind == "signed_notice" and act.on > ends]
    zh = "在催收通知上签字不使保证恢复"
    said = [because(terms.revival, on=act.on, en="a signature on a notice revives nothing", zh=zh) for act in signed]
    return "released", [because(terms.keeps, on=ends, en=en, zh=f"保证期间于{ends}届满且未依法主张：保证人免责"), *said]


def _may_be_asked(
    kind: Kind, *, alive: bool | None, due: date, on: date, acts: tuple[Act, ...], guarantee: Guarantee
) -> bool | None:
    """This function will tell whether he may be asked: a general guarantor may refuse until the debtor cannot pay."""
    if alive is False or on <= due:
        return False
    if kind == "joint":
        return alive
    failed = any(act.kind == "enforcement_failed" for act in acts)
    return alive if failed else None if not guarantee.suits_known else False


def _limitation(
    kept: Act | None, *, kind: Kind, acts: tuple[Act, ...], limits: Law[LimitationTerms], on: date
) -> Limited | None:
    """This function will start limitation: from the demand if joint, else from the loss of the right to refuse."""
    if kept is None:
        return None
    begins = kept.on if kind == "joint" else next((act.on for act in acts if act.kind == "enforcement_failed"), None)
    if begins is None:
        return None
    later = tuple(
        Event(kind=act.kind, on=act.on, arrived=act.arrived)
        for act in acts
        if act.on > begins and act.kind in ("demand", "payment", "promise")
    )
    return limitation(Claim(due=(begins,), events=later), law=limits, on=on)


def _doubts(guarantee: Guarantee, *, ends: date, state: State, kind: Kind, entry: Entry[Terms]) -> Iterator[Reason]:
    """This function will say what was not told and may make it another day."""
    if not guarantee.papers:
        en = "the contract is not at hand: kind and period are those that law puts where nothing was agreed"
        yield because(entry.parameters.period, on=ends, en=en, zh="未见保证合同：按法律对未约定情形的规定计算")
    if kind == "general" and not guarantee.suits_known and state in ("running", "not_due"):
        en = "suits against the debtor are not known here"
        yield because(entry.parameters.keeps, en=en, zh="此处不掌握对债务人的诉讼情况")
