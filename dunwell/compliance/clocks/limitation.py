"""The limitation of action: what happened to a claim in, the last day to sue out, with the reason for every restart.

The law itself is data (`terms.Limitation`). What nobody knows (did the demand arrive? was the promise clear?) does not
count; if it would change the last day, the result says so and gives the day that would then be the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Literal

from pydantic import ConfigDict

from dunwell.compliance.clocks.days import Calendar, months_after, rolled, years_after
from dunwell.compliance.clocks.reasons import Reason, because, unsure
from dunwell.compliance.clocks.terms import EVENTS, Entry, Law
from dunwell.compliance.clocks.terms import Limitation as Terms

State = Literal["not_started", "running", "suspended", "expired", "waived", "unknown"]
# An end that nobody can know yet, later than any other.
OPEN = date.max
_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to a claim. A message is dated by its arrival, if that is not known by its sending."""

    kind: str
    on: date
    # The end of what lasts: an obstacle, proceedings; None while it goes on.
    until: date | None = None
    arrived: bool | None = None
    # Whether it is clear that this was meant; a person decides what is unclear (None).
    clear: bool | None = True
    # The debtor it concerns; None means whoever is asked about.
    debtor: str | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One debt: the days on which its instalments (or the whole) came due, who owes it, and what happened."""

    due: tuple[date, ...]
    events: tuple[Event, ...] = ()
    debtors: tuple[str, ...] = ()
    joint: bool = True

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """The clock of one claim against one debtor. `expires_on` is the last day on which the claim may be sued for."""

    debtor: str | None
    state: State
    runs_from: date | None
    expires_on: date | None
    # The last day if everything that is not known were so; None where that is no other day.
    possibly_until: date | None = None
    waived_on: date | None = None
    restarts: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()
    certain: bool = True

    def alive(self, on: date) -> bool | None:
        """This function will tell whether the claim may be sued for on the day, as the facts stand now."""
        if self.state == "unknown":
            return None
        return self.expires_on is None or on <= self.expires_on


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The way from the first day to the last: `nominal` is the period's own end, `last` what became of it."""

    nominal: date
    last: date
    # The last day before rest days move it, obstacles included.
    unrolled: date = OPEN
    restarts: list[Reason] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    suspended: bool = False

    @property
    def end(self) -> date | None:
        """The last day, None while nobody can know it."""
        return None if self.suspended or self.last == OPEN else self.last


def limitations(claim: Claim, *, law: Law[Terms], on: date) -> tuple[Limited, ...]:
    """This function will give the clock against each debtor, as it stood on the day with what had happened by then."""
    debtors: tuple[str | None, ...] = claim.debtors or (None,)
    return tuple(limitation(claim, law=law, on=on, debtor=debtor) for debtor in debtors)


def limitation(claim: Claim, *, law: Law[Terms], on: date, debtor: str | None = None) -> Limited:
    """This function will give the clock of a claim against one of its debtors."""
    if not claim.due:
        return _unknown(debtor, why=because("", en="no due date is known", zh="不知道到期日"))
    first = min(claim.due)
    entry, start = _basis_of(claim, law=law)
    if entry is None:
        en = f"no law is written down for a claim that came due on {first}"
        return _unknown(debtor, why=because("", en=en, zh=f"未载明{first}到期之债所适用的时效规定"))
    events = [told(event, on=on) for event in claim.events if event.on <= on]
    binding = [event for event in events if _binds(event, claim=claim, terms=entry.parameters, debtor=debtor)]
    own = [event for event in events if _own(event, claim=claim, debtor=debtor)]
    return _judged(start, binding, own=own, entry=entry, calendar=law.calendar, on=on, debtor=debtor, claim=claim)


def _basis_of(claim: Claim, *, law: Law[Terms]) -> tuple[Entry[Terms] | None, date]:
    """This function will find the law and the day from which the period runs: the last instalment's, or the first's."""
    for day, which in ((max(claim.due), "last"), (min(claim.due), "first")):
        entry = law.on(day)
        if entry is not None and entry.parameters.instalments == which:
            return entry, day
    return None, min(claim.due)


def _unknown(debtor: str | None, *, why: Reason) -> Limited:
    return Limited(debtor=debtor, state="unknown", runs_from=None, expires_on=None, reasons=(why,), certain=False)


def told(event: Event, *, on: date) -> Event:
    """This function will give the event as it was known that day: what had not ended by then was going on."""
    return replace(event, until=None) if event.until is not None and event.until > on else event


def _binds(event: Event, *, claim: Claim, terms: Terms, debtor: str | None) -> bool:
    """This function will tell whether an event counts against the debtor; a joint debtor's does where law says so."""
    joint = claim.joint and terms.joint_debtors is not None
    return joint or event.debtor is None or debtor is None or event.debtor == debtor


def _own(event: Event, *, claim: Claim, debtor: str | None) -> bool:
    """This function will tell whether a debtor himself did it: to waive a defence binds nobody else."""
    return event.debtor == debtor or debtor is None or (event.debtor is None and len(claim.debtors) < 2)


def _judged(
    start: date,
    events: list[Event],
    *,
    own: list[Event],
    entry: Entry[Terms],
    calendar: Calendar | None,
    on: date,
    debtor: str | None,
    claim: Claim,
) -> Limited:
    """This function will walk with what is known, then with all that may be, and put the two together."""
    verdicts = [(event, counts(event, entry.parameters)) for event in events]
    walk = _walk(start, [event for event, sure in verdicts if sure], entry=entry, calendar=calendar)
    unknown = [event for event, sure in verdicts if sure is None]
    widest = walk
    if unknown:
        widest = _walk(start, [event for event, sure in verdicts if sure is not False], entry=entry, calendar=calendar)
    state, waived_on, after = _state(walk, start=start, own=own, entry=entry, on=on)
    doubts = [
        *_questions(unknown if widest.end != walk.end else [], entry=entry),
        *_doubts(walk, entry=entry, calendar=calendar),
    ]
    notes = [*_basis(start, entry=entry, claim=claim), *walk.notes, *after, *doubts]
    return Limited(
        debtor=debtor,
        state=state,
        runs_from=start,
        expires_on=walk.end,
        possibly_until=None if widest.end == walk.end else widest.end,
        waived_on=waived_on,
        restarts=tuple(walk.restarts),
        reasons=tuple(notes),
        certain=not doubts and not any(reason.person for reason in notes),
    )


def counts(event: Event, terms: Terms) -> bool | None:
    """This function will tell whether an event counts; None: nobody knows what it depends on."""
    effect = terms.restarts.get(event.kind)
    if effect is not None and effect.needs == "arrival":
        known = (event.arrived, event.clear)
        return False if False in known else None if None in known else True
    return event.clear


def _walk(start: date, events: Iterable[Event], *, entry: Entry[Terms], calendar: Calendar | None) -> _Walk:
    """This function will go from event to event in the order of their days; none ever makes the period shorter."""
    terms, told = entry.parameters, list(events)
    obstacles = [event for event in told if event.kind == "obstacle"] if terms.suspension else []
    walk = _Walk(nominal=years_after(start, years=terms.years), last=start)
    ceiling = years_after(start, years=terms.absolute_years) if terms.absolute_years else OPEN
    _stretch(walk, obstacles=obstacles, terms=terms, ceiling=ceiling, calendar=calendar)
    for event in sorted(told, key=_order):
        effect = terms.restarts.get(event.kind)
        afresh = (event.until or OPEN) if effect and effect.lasts else event.on
        if effect is None or afresh <= start or event.on > walk.last:
            continue
        walk.nominal = max(walk.nominal, OPEN if afresh == OPEN else years_after(afresh, years=terms.years))
        walk.restarts.append(_restart(event, rule=effect.rule, afresh=afresh))
        _stretch(walk, obstacles=obstacles, terms=terms, ceiling=ceiling, calendar=calendar)
    if walk.last < OPEN and walk.nominal > ceiling:
        said = because("", on=walk.last, en="the longest period of all is over then", zh="届时最长保护期间届满")
        walk.notes.append(replace(said, rule=terms.period))
    return walk


def _order(event: Event) -> tuple[date, date, str]:
    return event.on, event.until or OPEN, event.kind


def _stretch(walk: _Walk, *, obstacles: list[Event], terms: Terms, ceiling: date, calendar: Calendar | None) -> None:
    """This function will work out the last day: obstacles put it off, the longest period ends it, rest days move it.

    An obstacle that nobody knows the end of, or proceedings that go on, leave no last day below that ceiling.
    """
    nominal, walk.notes = walk.nominal, []
    waiting = sorted(obstacles, key=_order)
    while hit := next((event for event in waiting if nominal < OPEN and _stops(event, nominal, terms, calendar)), None):
        waiting.remove(hit)
        assert terms.suspension is not None  # noqa: S101 - obstacles are gathered only under such terms
        gone = OPEN if hit.until is None else months_after(hit.until, months=terms.suspension.months_after)
        nominal = max(nominal, gone)
        walk.notes.append(_suspended(hit, rule=terms.suspension.rule))
    walk.suspended = nominal == OPEN
    walk.unrolled = min(nominal, ceiling)
    walk.last = rolled(walk.unrolled, calendar=calendar if terms.rolls else None)


def _stops(obstacle: Event, nominal: date, terms: Terms, calendar: Calendar | None) -> bool:
    """This function will tell whether an obstacle stood in the last months of the period."""
    assert terms.suspension is not None  # noqa: S101 - obstacles are gathered only under such terms
    window = months_after(nominal, months=-terms.suspension.last_months)
    last = rolled(nominal, calendar=calendar) if terms.rolls else nominal
    return obstacle.on <= last and (obstacle.until is None or obstacle.until >= window)


def _restart(event: Event, *, rule: str, afresh: date) -> Reason:
    english, chinese = EVENTS[event.kind]
    if afresh == OPEN:
        return because(
            rule, on=event.on, en=f"{english}: nothing runs until it ends", zh=f"{chinese}：终结前时效不计算"
        )
    since = "" if afresh == event.on else f" from its end on {afresh}"
    ended = "" if afresh == event.on else f"自{afresh}程序终结起"
    return because(
        rule, on=event.on, en=f"{english}: the period starts afresh{since}", zh=f"{chinese}：时效{ended}重新计算"
    )


def _suspended(event: Event, *, rule: str) -> Reason:
    english, chinese = EVENTS["obstacle"]
    ended = f"gone on {event.until}" if event.until else "still there"
    removed = f"于{event.until}消除" if event.until else "尚未消除"
    return because(
        rule, on=event.on, en=f"{english}, {ended}: the period is suspended", zh=f"{chinese}{removed}：时效中止"
    )


def _state(
    walk: _Walk, *, start: date, own: list[Event], entry: Entry[Terms], on: date
) -> tuple[State, date | None, list[Reason]]:
    """This function will say how the clock stands that day, and what happened after its last day."""
    if on <= start:
        return "not_started", None, []
    if walk.suspended:
        return "suspended", None, []
    if on <= walk.last:
        return "running", None, []
    late = {event.kind: event for event in sorted(own, key=_order, reverse=True) if event.on > walk.last}
    after = [reason for event in sorted(late.values(), key=_order) for reason in _afterwards(event, entry=entry)]
    waived = next((reason for reason in after if reason.effect == "waives"), None)
    return ("waived", waived.on, after) if waived else ("expired", None, after)


def _afterwards(event: Event, *, entry: Entry[Terms]) -> Iterator[Reason]:
    english, chinese = EVENTS[event.kind]
    told = entry.parameters.after_expiry.get(event.kind)
    if told is None:
        effect = entry.parameters.restarts.get(event.kind)
        if effect is not None:
            en = f"{english} after the last day: starts nothing"
            yield because(effect.rule, on=event.on, en=en, zh=f"{chinese}在时效届满之后：不产生新的时效")
    elif told.does == "waives" and event.clear:
        en = f"{english} after the last day: the defence is waived; whether a new period runs is for a person"
        zh = f"{chinese}在时效届满之后：放弃时效抗辩；是否重新起算由人工判断"
        yield because(told.rule, on=event.on, en=en, zh=zh, effect="waives")
    elif event.clear is not False:
        en = f"{english} after the last day: whether the defence is waived is for a person"
        zh = f"{chinese}在时效届满之后：是否放弃时效抗辩由人工判断"
        yield because(told.rule, on=event.on, en=en, zh=zh, effect="person")


def _basis(start: date, *, entry: Entry[Terms], claim: Claim) -> Iterator[Reason]:
    """This function will say from what the period runs and how long it is."""
    terms = entry.parameters
    en, zh = f"{terms.years} years, the first day not counted", f"期间{terms.years}年，首日不计入"
    yield because(terms.period, on=start, en=en, zh=zh)
    if len(claim.due) > 1:
        which, named = ("last", "最后一期") if terms.instalments == "last" else ("first", "首期")
        en, zh = f"counted from the {which} of {len(claim.due)} instalments", f"自{len(claim.due)}期中的{named}起算"
        yield because(terms.instalment, on=start, en=en, zh=zh)


def _doubts(walk: _Walk, *, entry: Entry[Terms], calendar: Calendar | None) -> Iterator[Reason]:
    """This function will say why the last day may be another one although all events are known."""
    terms = entry.parameters
    if walk.end is not None and terms.rolls:
        yield from unsure(walk.last, before=walk.unrolled, rule=terms.counting, calendar=calendar)
    if entry.rule(terms.period).certainty == "M":
        en = "the law itself was written down from memory: look it up before relying on the day"
        yield because(terms.period, en=en, zh="该规定凭记忆录入，使用前须核对原文")


def _questions(events: list[Event], *, entry: Entry[Terms]) -> Iterator[Reason]:
    """This function will ask about what is not known and would change the last day."""
    for kind in sorted({event.kind for event in events}):
        yield _open_question(kind, days=[event.on for event in events if event.kind == kind], entry=entry)


def _open_question(kind: str, *, days: list[date], entry: Entry[Terms]) -> Reason:
    english, chinese = EVENTS[kind]
    effect = entry.parameters.restarts.get(kind)
    arrival = effect is not None and effect.needs == "arrival"
    en = f"{len(days)} of kind «{english}», the last then: not known whether {'it arrived' if arrival else 'it counts'}"
    zh = f"{chinese}共{len(days)}次，最近一次如所示日期：不知是否{'到达' if arrival else '成立'}"
    return because(effect.rule if effect else entry.parameters.period, on=max(days), en=en, zh=zh)
