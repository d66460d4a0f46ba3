"""Who may let a customer off how much, and what became of a proposal: pure, from the authority table and the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from dunwell.access.kinds import Role
from dunwell.facts.definitions import Definition
from dunwell.facts.money import currencies
from dunwell.ledger.kinds import Component
from dunwell.settle.relief.kinds import Level, ReliefState, ReliefStep, Seat

NOTHING = Decimal(0)
LADDER = tuple(Level)


# ---- the table -------------------------------------------------------------------------------------------------------


class Limit(Definition):
    """The most that may be let go: a sum of all relief together, and a share of what is owed on one account."""

    sum: Decimal = Field(ge=0)
    share: Decimal = Field(ge=0, le=1)

    def holds(self, other: Limit) -> bool:
        return other.sum <= self.sum and other.share <= self.share


class Authority(Definition):
    """The limits of one level."""

    total: Limit
    components: dict[Component, Limit]


class Lump(Definition):
    """Within how many days a lump sum must come, and how many days its money may be on the way."""

    days_max: int = Field(ge=1, le=366)
    tolerance_days: int = Field(ge=0, le=31)


class Table(Definition):
    """The authority table of strategies/authority.yaml."""

    currency: str
    worth: dict[str, Decimal]
    order: tuple[Component, ...]
    months: int = Field(ge=1, le=120)
    open_days: int = Field(ge=1, le=366)
    levels: dict[Level, Authority]
    settlement: Lump

    @model_validator(mode="after")
    def _money_is_known(self) -> Self:
        if unknown := sorted({self.currency, *self.worth} - currencies()):
            raise ValueError(f"no currencies of ISO 4217: {', '.join(unknown)}")
        if any(worth <= 0 for worth in self.worth.values()):
            raise ValueError("what a currency is worth must be above zero")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sorted(self.order) != sorted(Component):
            raise ValueError("the order must name every component once")
        if missing := [level.value for level in LADDER if level not in self.levels]:
            raise ValueError(f"no limits for {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if sorted(self.order) != sorted(Component) or len(self.levels) < len(LADDER):
            return self
        for lower, higher in pairwise(LADDER):
            below, above = self.levels[lower], self.levels[higher]
            pairs = [(above.components.get(name), limit) for name, limit in below.components.items()]
            if not all(more and more.holds(less) for more, less in [(above.total, below.total), *pairs]):
                raise ValueError(f"{higher.value} may less than {lower.value}: a higher level may never less")
        return self

    def rate(self, currency: str) -> Decimal | None:
        """This function will tell what one unit counts for; None: nobody may give relief in this currency."""
        return Decimal(1) if currency == self.currency else self.worth.get(currency)


# ---- judging an amount -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One component of one account: what is asked for, what is owed, and what was let go before in the period.

    All in the table's own currency.
    """

    account: int
    component: Component
    asked: Decimal = NOTHING
    owed: Decimal = NOTHING
    before: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One limit that an amount goes beyond: of which component (None: all together), and which of the two numbers."""

    component: Component | None
    measure: str
    limit: Decimal
    asked: Decimal


def exceeded(lines: Sequence[Line], *, authority: Authority) -> list[Exceeded]:
    """This function will list every limit of a level that is exceeded; none: it lies within the authority.

    Earlier relief counts with what is asked for, the sum over all accounts of the customer, the share on each account:
    so no way of splitting an amount needs a lower level than the whole.
    """
    found: list[Exceeded] = []
    asked_for = {line.component for line in lines if line.asked}
    for component in (name for name in Component if name in asked_for):
        limit = authority.components.get(component)
        own = [line for line in lines if line.component == component]
        if limit is None:
            found.append(Exceeded(component, "sum", NOTHING, _sum(own)))
        else:
            found += _beyond(own, limit=limit, component=component)
    return found + _beyond(lines, limit=authority.total, component=None)


def _beyond(lines: Sequence[Line], *, limit: Limit, component: Component | None) -> list[Exceeded]:
    total, found = _sum(lines), []
    if total > limit.sum:
        found.append(Exceeded(component, "sum", limit.sum, total))
    shares = [_share([line for line in lines if line.account == account]) for account in _asked_accounts(lines)]
    if shares and max(shares) > limit.share:
        found.append(Exceeded(component, "share", limit.share, max(shares)))
    return found


def _asked_accounts(lines: Iterable[Line]) -> list[int]:
    return list(dict.fromkeys(line.account for line in lines if line.asked))


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((line.asked + line.before for line in lines), NOTHING)


def _share(lines: Sequence[Line]) -> Decimal:
    """This function will give the share of what would be owed without relief that is let go with this."""
    gone = sum((line.asked + line.before for line in lines), NOTHING)
    whole = sum((line.owed + line.before for line in lines), NOTHING)
    return gone / whole if whole else NOTHING


def lowest(lines: Sequence[Line], *, table: Table) -> Level | None:
    """This function will name the lowest level that may give this; None: it is above policy, nobody may."""
    within = (level for level in LADDER if not exceeded(lines, authority=table.levels[level]))
    return next(within, None)


def out_of_order(lines: Sequence[Line], *, table: Table) -> Component | None:
    """This function will name an earlier component of which something would be left while a later one is let go."""
    for account in _asked_accounts(lines):
        own = [line for line in lines if line.account == account]
        last = max(table.order.index(line.component) for line in own if line.asked)
        for line in sorted(own, key=lambda line: table.order.index(line.component)):
            if table.order.index(line.component) < last and line.asked < line.owed:
                return line.component
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """What is left of one charge."""

    charge: int
    account: int
    component: Component
    due_on: date
    amount: Decimal


def spread(unpaid: Iterable[Unpaid], *, component: Component, amount: Decimal) -> list[tuple[int, Decimal]]:
    """This function will lay an amount on the charges of a component, the oldest first."""
    parts = []
    for one in sorted(unpaid, key=lambda one: (one.due_on, one.charge)):
        part = min(one.amount, amount) if one.component == component else NOTHING
        amount -= part
        if part:
            parts.append((one.charge, part))
    return parts


def remainder(unpaid: Sequence[Unpaid], *, amount: Decimal, table: Table) -> list[tuple[int, Decimal]]:
    """This function will choose which charges are let go so that in all just the amount is, in the table's order."""
    parts: list[tuple[int, Decimal]] = []
    for component in table.order:
        found = spread(unpaid, component=component, amount=amount)
        amount -= sum((part for _, part in found), NOTHING)
        parts += found
    return parts


def trimmed(parts: Sequence[tuple[int, Decimal]], *, most: Decimal) -> list[tuple[int, Decimal]]:
    """This function will leave what is beyond an amount out, from the end: what goes first is let go first."""
    kept = []
    for charge, part in parts:
        taken = min(part, most)
        most -= taken
        if taken:
            kept.append((charge, taken))
    return kept


# ---- people ----------------------------------------------------------------------------------------------------------

_LEVEL_OF: Mapping[Role, Level] = {
    Role.COLLECTOR: Level.COLLECTOR,
    Role.TEAM_LEAD: Level.TEAM_LEAD,
    Role.MANAGER: Level.MANAGER,
}


def own_level(roles: Iterable[Role]) -> Level | None:
    """This function will tell how far somebody's own authority reaches; None: he may only propose."""
    levels = [_LEVEL_OF[role] for role in roles if role in _LEVEL_OF]
    return max(levels, key=LADDER.index, default=None)


def seats_needed(level: Level) -> tuple[Seat, ...]:
    return (Seat.LINE, Seat.FINANCE) if level is Level.JOINT else (Seat.LINE,)


def seat_of(roles: Iterable[Role], *, level: Level) -> Seat | None:
    """This function will give the side for which somebody with these roles may approve at a level, if any."""
    held = tuple(roles)
    own = own_level(held)
    if level is Level.JOINT:
        if own is Level.MANAGER:
            return Seat.LINE
        return Seat.FINANCE if Role.FINANCE in held else None
    return Seat.LINE if own is not None and LADDER.index(own) >= LADDER.index(level) else None


# ---- what became of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, as it was told."""

    step: ReliefStep
    by: str
    at: datetime
    seat: Seat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as it is judged. `answers`: it is a counter-offer, which this person has to accept first."""

    proposed_by: str
    expires_at: datetime
    level: Level
    # A settlement waits for its sum; a waiver takes effect with its last approval.
    settlement: bool = False
    answers: str | None = None
    steps: tuple[Step, ...] = field(default=())

    def has(self, step: ReliefStep) -> bool:
        return any(one.step is step for one in self.steps)

    @property
    def approvers(self) -> dict[Seat, str]:
        """This property will tell who approved for which side; whose own proposal it is never counts."""
        mine = self.answers or self.proposed_by
        told = (one for one in self.steps if one.step is ReliefStep.APPROVED and one.at < self.expires_at)
        return {one.seat: one.by for one in told if one.seat and (one.by != mine or one.seat is Seat.ALONE)}

    @property
    def missing(self) -> tuple[Seat, ...]:
        given = self.approvers
        if Seat.ALONE in given:
            return ()
        if len(set(given.values())) < len(given):
            return tuple(list(seats_needed(self.level))[1:])
        return tuple(seat for seat in seats_needed(self.level) if seat not in given)

    @property
    def complete(self) -> bool:
        """This property will tell whether all who must agree have agreed."""
        return not self.missing and (self.answers is None or self.has(ReliefStep.ACCEPTED))


_DECIDED = (
    (ReliefStep.GRANTED, ReliefState.GRANTED),
    (ReliefStep.LAPSED, ReliefState.LAPSED),
    (ReliefStep.REFUSED, ReliefState.REFUSED),
    (ReliefStep.DROPPED, ReliefState.DROPPED),
    (ReliefStep.COUNTERED, ReliefState.COUNTERED),
    (ReliefStep.AGREED, ReliefState.AWAITED),
)


def state(proposal: Proposal, *, at: datetime) -> ReliefState:
    """This function will say where a proposal stands at a moment, from its steps alone."""
    for step, reached in _DECIDED:
        if proposal.has(step):
            return reached
    if at >= proposal.expires_at:
        return ReliefState.EXPIRED
    waiting = proposal.answers is not None and not proposal.has(ReliefStep.ACCEPTED)
    return ReliefState.OFFERED if waiting else ReliefState.OPEN


# ---- whether the lump sum has come -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money that came on a day, less what was taken back of it by now."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargain:
    """A settlement that was agreed: the sum, from which day its money counts, and by which day it has to be there."""

    agreed_on: date
    amount: Decimal
    pay_by: date
    tolerance_days: int

    @property
    def last_day(self) -> date:
        return self.pay_by + timedelta(days=self.tolerance_days)


def arrived(bargain: Bargain, *, payments: Iterable[Paid]) -> Decimal:
    """This function will add up the money that counts for a settlement."""
    return sum((one.amount for one in payments if bargain.agreed_on <= one.on <= bargain.last_day), NOTHING)


def outcome(bargain: Bargain, *, payments: Iterable[Paid], as_of: date) -> ReliefState:
    """This function will say how a settlement stands on a day: granted, lapsed, or still awaited.

    Only the day of a payment counts, not when it was told: money that was paid in time makes a lapsed one whole again.
    """
    known = [one for one in payments if one.on <= as_of]
    if arrived(bargain, payments=known) >= bargain.amount:
        return ReliefState.GRANTED
    return ReliefState.LAPSED if as_of > bargain.last_day else ReliefState.AWAITED
