"""From the facts of an account to a claim and its guarantees: what counts, what does not, what nobody knows.

A contact that reached the debtor himself, or a message that was delivered, is a demand that arrived; one that reached
nobody is none; of the rest it is not known. Free money pays what came due first (CN-X12): only a payment that reached
the charge in question is surely a part payment of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dunwell.compliance.clocks.guarantee import Act, Guarantee
from dunwell.compliance.clocks.limitation import Claim, Event
from dunwell.compliance.clocks.terms import Limitation
from dunwell.ledger.kinds import Answerer, Channel

NOTHING = Decimal(0)
SPOKEN = frozenset({Channel.VOICE.value, Channel.VISIT.value})
PROMISES = frozenset({"promise_made"})
SUITS = frozenset({"court_case", "court_enforcement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    id: int
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """Money that lowers the debt: a payment less what was taken back of it, a credit note, a waiver."""

    charge: int | None
    on: date
    amount: Decimal
    payment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted:
    """A contact made to collect; `accounts` are the external ids it was about, none if nobody wrote it down."""

    party: int
    on: date
    channel: str
    connected: bool | None
    answered_by: str | None
    conversation: bool | None
    accounts: frozenset[str]

    @property
    def arrived(self) -> bool | None:
        """Whether the demand reached the one contacted; None where the facts do not say."""
        if self.channel not in SPOKEN:
            return self.connected
        if self.answered_by == Answerer.DEBTOR.value:
            return True if self.conversation else None if self.conversation is None else False
        if self.answered_by in (Answerer.NOBODY.value, Answerer.THIRD_PARTY.value) or self.connected is False:
            return False
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled:
    kind: str
    on: date
    # False: told of the party, not of this account.
    of_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantor:
    party: int
    name: str
    since: date


@dataclass(slots=True, kw_only=True)
class Facts:
    """All that the ledger knows of one account and that a clock may ask for."""

    account: str
    external_id: str
    product_line: str
    closed_on: date | None = None
    charges: list[Charged] = field(default_factory=list)
    credits: list[Credited] = field(default_factory=list)
    debtors: set[int] = field(default_factory=set)
    guarantors: list[Guarantor] = field(default_factory=list)
    contacts: list[Contacted] = field(default_factory=list)
    signals: list[Signalled] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The charge whose clock is read, and the days of the payments that surely reached it."""

    due: tuple[date, ...]
    paid_by: frozenset[date]


def opened(facts: Facts, *, terms: Limitation) -> Open | None:
    """This function will find what is still owed: all instalments of one debt, else the oldest unpaid charge."""
    shares = list(_allocated(facts))
    unpaid = [(charge, days) for charge, rest, days in shares if rest > 0]
    if not unpaid:
        return None
    if facts.product_line in terms.one_debt:
        days = frozenset(credit.on for credit in facts.credits if credit.payment)
        return Open(due=tuple(charge.due_on for charge, _, _ in shares), paid_by=days)
    oldest, reached = unpaid[0]
    return Open(due=(oldest.due_on,), paid_by=frozenset(reached))


def _allocated(facts: Facts) -> Iterator[tuple[Charged, Decimal, list[date]]]:
    """This function will let the credit pay: each charge with what is left of it and the days it was paid on."""
    named: dict[int, list[Credited]] = {}
    free: list[tuple[date, Decimal, bool]] = []
    known = {charge.id: charge for charge in facts.charges}
    for credit in sorted(facts.credits, key=lambda credit: credit.on):
        if credit.charge in known:
            named.setdefault(known[credit.charge].id, []).append(credit)
        else:
            free.append((credit.on, credit.amount, credit.payment))
    net, days = _directed(facts.charges, named=named, free=free)
    free.sort(key=lambda one: one[0])
    # What was taken back without naming its payment takes from the money that came first.
    pool = [[day, amount, paid] for day, amount, paid in free if amount > 0]
    back = -sum((amount for _, amount, _ in free if amount < 0), NOTHING)
    _take(pool, amount=back)
    for charge in sorted(facts.charges, key=lambda charge: (charge.due_on, charge.id)):
        used, reached = _take(pool, amount=net[charge.id])
        yield charge, net[charge.id] - used, [*days[charge.id], *reached]


def _directed(
    charges: list[Charged], *, named: dict[int, list[Credited]], free: list[tuple[date, Decimal, bool]]
) -> tuple[dict[int, Decimal], dict[int, list[date]]]:
    """This function will let credit pay the charge it names; what is too much becomes free money."""
    net: dict[int, Decimal] = {}
    days: dict[int, list[date]] = {}
    for charge in charges:
        rest, days[charge.id] = charge.amount, []
        for credit in named.get(charge.id, ()):
            used = min(rest, credit.amount)
            rest -= used
            if credit.payment and used > 0:
                days[charge.id].append(credit.on)
            if credit.amount > used:
                free.append((credit.on, credit.amount - used, credit.payment))
        net[charge.id] = rest
    return net, days


def _take(pool: list[list], *, amount: Decimal) -> tuple[Decimal, list[date]]:  # type: ignore[type-arg]
    """This function will take money from the pool, the oldest first; it tells how much, and the days it was paid on."""
    taken, days = NOTHING, []
    while pool and taken < amount:
        day, left, paid = pool[0]
        used = min(left, amount - taken)
        taken += used
        if paid:
            days.append(day)
        if used == left:
            pool.pop(0)
        else:
            pool[0][1] = left - used
    return taken, days


def claim(facts: Facts, *, owed: Open) -> Claim:
    """This function will tell the clock what happened to the claim; joint debtors are one."""
    return Claim(due=owed.due, events=(*_demands(facts), *_payments(facts, owed=owed), *_signals(facts)))


def _demands(facts: Facts) -> Iterator[Event]:
    for contact in facts.contacts:
        if contact.party in facts.debtors and _about(contact, facts=facts):
            arrived = contact.arrived if contact.accounts else contact.arrived and None
            yield Event(kind="demand", on=contact.on, arrived=arrived)


def _about(contact: Contacted, *, facts: Facts) -> bool:
    return not contact.accounts or facts.external_id in contact.accounts


def _payments(facts: Facts, *, owed: Open) -> Iterator[Event]:
    """This function will tell of payments: those that went to other charges may be consent, which a person decides."""
    for on in sorted({credit.on for credit in facts.credits if credit.payment and credit.amount > 0}):
        yield Event(kind="payment", on=on, clear=True if on in owed.paid_by else None)


def _signals(facts: Facts) -> Iterator[Event]:
    for signal in facts.signals:
        kind = "promise" if signal.kind in PROMISES else "proceedings" if signal.kind in SUITS else None
        if kind:
            yield Event(kind=kind, on=signal.on, clear=True if signal.of_account else None)


def guarantee(facts: Facts, *, guarantor: Guarantor, owed: Open) -> Guarantee:
    """This function will tell the clock of a guarantee what the ledger knows: no contract, few suits."""
    suits = [signal.on for signal in facts.signals if signal.kind in SUITS and signal.of_account]
    acts = [Act(kind="suit_against_debtor", on=on) for on in suits]
    for contact in facts.contacts:
        if contact.party == guarantor.party and _about(contact, facts=facts):
            arrived = contact.arrived if contact.accounts else contact.arrived and None
            acts.append(Act(kind="demand", on=contact.on, arrived=arrived))
    return Guarantee(
        signed_on=guarantor.since, due_on=max(owed.due), acts=tuple(acts), papers=False, suits_known=bool(suits)
    )


def more_to_come(facts: Facts, *, owed: Open, on: date, one_debt: Iterable[str]) -> bool:
    """This function will tell whether later instalments may exist that nobody has told yet."""
    return facts.product_line in one_debt and facts.closed_on is None and max(owed.due) <= on
