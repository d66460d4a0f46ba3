"""Until when a record must be kept, by which rule, and when it must go; what contradicts itself is for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pydantic import ConfigDict

from dunwell.compliance.clocks.days import DAY, months_after
from dunwell.compliance.clocks.reasons import Reason, because
from dunwell.compliance.clocks.terms import Entry, Floor, Law
from dunwell.compliance.clocks.terms import Retention as Terms

State = Literal["keep", "store_only", "delete", "review", "unknown"]
_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record, or one kind of record of one account, and the days that its keeping depends on."""

    kind: str
    made_on: date
    product: str | None = None
    last_action_on: date | None = None
    settled_on: date | None = None
    conduct_ended_on: date | None = None
    # The claim is open until it is settled; its limitation ends then (None: not known).
    claim_open: bool = False
    limitation_ends_on: date | None = None
    purpose_ended_on: date | None = None
    consent_withdrawn_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Keep it through `keep_until` (None: no end is known yet); from `delete_after` on, the day after, it must go."""

    state: State
    keep_until: date | None
    delete_after: date | None
    # The rule that gives the longest of all times; nothing where none binds.
    decided_by: str | None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    rule: str
    floor: Floor | None
    until: date | None
    known: bool = True


def retention(record: Record, *, law: Law[Terms], on: date) -> Kept:
    """This function will find the longest time that any rule demands, and hold it against the wish to delete."""
    entry = law.on(on)
    if entry is None:
        en = f"no law on records is written down for {on}"
        why = because("", en=en, zh=f"未载明{on}适用的保存规定")
        return Kept(state="unknown", keep_until=None, delete_after=None, decided_by=None, reasons=(why,), certain=False)
    bounds = list(_bounds(record, entry=entry))
    floors = [bound for bound in bounds if bound.floor is None or not bound.floor.most]
    longest = max(floors, key=lambda bound: (bound.until or date.max, bound.rule), default=None)
    keep_until = longest.until if longest else record.made_on
    wish = min((day for day in (record.purpose_ended_on, record.consent_withdrawn_on) if day), default=None)
    most = min((bound.until for bound in bounds if bound.floor and bound.floor.most and bound.until), default=None)
    conflicts = list(_conflicts(longest, wish=wish, most=most, entry=entry, floors=floors))
    delete = most
    if keep_until and entry.parameters.deletion and not _serves(record, bound=longest is not None, wish=wish):
        delete = _delete_after(keep_until, wish=wish, most=most)
    state = _state(keep_until, wish=wish, delete_after=delete, on=on, conflict=bool(conflicts))
    return Kept(
        state=state,
        keep_until=keep_until,
        delete_after=delete,
        decided_by=longest.rule if longest else None,
        reasons=(*map(_said, bounds), *_drafts(record, entry=entry), *conflicts),
        certain=not conflicts and all(bound.known for bound in bounds),
    )


def _serves(record: Record, *, bound: bool, wish: date | None) -> bool:
    """This function will tell whether a record still serves its purpose: the claim is open, or nothing ended it."""
    return wish is None and (record.claim_open or not bound)


def _bounds(record: Record, *, entry: Entry[Terms]) -> Iterator[_Bound]:
    """This function will give every time that binds the record; a draft binds nothing."""
    for rule, floor in entry.parameters.floors.items():
        if floor.rank != "draft" and _about(record, floor):
            begins = getattr(record, f"{floor.counts_from}_on")
            known = begins is not None or floor.counts_from == "settled"
            until = months_after(begins, months=floor.months) if begins else None
            yield _Bound(rule=rule, floor=floor, until=until, known=known)
    if entry.parameters.claim and record.claim_open:
        until = record.limitation_ends_on
        yield _Bound(rule=entry.parameters.claim, floor=None, until=until, known=until is not None)


def _about(record: Record, floor: Floor) -> bool:
    """This function will tell whether a floor is about the record; one of an unknown product is bound by all."""
    products = not floor.products or record.product is None or record.product in floor.products
    return record.kind in floor.records and products


def _drafts(record: Record, *, entry: Entry[Terms]) -> Iterator[Reason]:
    for rule, floor in entry.parameters.floors.items():
        if floor.rank == "draft" and _about(record, floor):
            yield because(rule, en="a draft that is not in force: binds nothing", zh="征求意见稿，尚未生效，不具约束力")


def _said(bound: _Bound) -> Reason:
    if bound.until is None and bound.known:
        return because(bound.rule, en="until the debt is settled", zh="至债务清偿为止")
    if bound.until is None:
        return because(bound.rule, en="the day it counts from is not known: no end", zh="起算日未知：无法确定届满日")
    if bound.floor is not None and bound.floor.most:
        return because(bound.rule, on=bound.until, en="no longer than this day", zh="不得晚于此日保存")
    return because(bound.rule, on=bound.until, en="at least through this day", zh="至少保存至此日")


def _conflicts(
    longest: _Bound | None, *, wish: date | None, most: date | None, entry: Entry[Terms], floors: list[_Bound]
) -> Iterator[Reason]:
    """This function will find times that contradict one another: only law may be stored by against a wish."""
    until = longest.until or date.max if longest else date.min
    binding = [bound.until or date.max for bound in floors if bound.floor is None or bound.floor.rank == "law"]
    lawful = max(binding, default=date.min)
    if longest and wish and until > max(wish, lawful) and entry.parameters.deletion:
        en = "it is to be deleted from then on, and what demands a longer time is not law: a person decides"
        zh = "自该日起应予删除，而要求更长保存期的并非法律、行政法规：由人工判断"
        yield because(entry.parameters.deletion, on=wish, en=en, zh=zh, effect="person")
    if longest and most and until > most:
        en = f"{longest.rule} demands a longer time than another rule allows: a person decides"
        yield because(
            longest.rule,
            on=most,
            en=en,
            zh=f"{longest.rule}要求的保存期超过另一规则的上限：由人工判断",
            effect="person",
        )


def _delete_after(keep_until: date, *, wish: date | None, most: date | None) -> date:
    """This function will give the day after which it must go: its time is over, and so is its purpose."""
    day = max(keep_until, wish) if wish else keep_until
    return min(day, most) if most else day


def _state(keep_until: date | None, *, wish: date | None, delete_after: date | None, on: date, conflict: bool) -> State:
    if conflict:
        return "review"
    if delete_after is not None and on >= delete_after + DAY:
        return "delete"
    over = wish is not None and on > wish
    return "store_only" if over and (keep_until is None or on <= keep_until) else "keep"
