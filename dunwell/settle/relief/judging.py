"""What is proposed, and judging it against what is owed and the authority table; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from dunwell.facts.money import Money, places
from dunwell.ledger.kinds import Component
from dunwell.ledger.models import Party
from dunwell.portrait.queries import accounts
from dunwell.settle.case_facts import house_day
from dunwell.settle.refusals import refused
from dunwell.settle.relief import owing, rules
from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefReason
from dunwell.settle.relief.policy import table

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody proposes: sums by component for a waiver, or the lump sum and its last day for a settlement."""

    kind: ReliefKind
    accounts: tuple[int, ...]
    reason: str
    amounts: Mapping[Component, Decimal] = field(default_factory=dict)
    pay_amount: Decimal | None = None
    pay_by: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A proposal as it would be written: which charges it lets go, and the lowest level that may give it."""

    currency: str
    parts: tuple[tuple[int, Decimal], ...]
    level: Level

    @property
    def waived(self) -> Decimal:
        return sum((amount for _, amount in self.parts), NOTHING)


def draft(party: Party, ask: Ask, *, at: datetime, but: int = 0) -> Draft:
    """This function will judge a proposal against what is owed and the authority table; it changes nothing.

    Raises NotAgreedError, which names the field that is wrong.
    """
    place, on, policy = f"party/{party.pk}", house_day(at), table()
    if ask.reason not in set(ReliefReason):
        raise refused("ST-REASON", place=place)
    own = {account.pk: account for account in accounts(party.pk, on=on)}
    chosen = [own[key] for key in dict.fromkeys(ask.accounts) if key in own]
    if not chosen or len(chosen) < len(set(ask.accounts)):
        raise refused("ST-ACCOUNT", place=place)
    if len({(account.currency, account.creditor) for account in chosen}) > 1:
        raise refused("CS-CURRENCIES", place=place)
    currency = chosen[0].currency
    if policy.rate(currency) is None:
        raise refused("CS-CURRENCY", place=place, currency=currency)
    left = owing.unpaid(chosen, on=on)
    parts = (_lump if ask.kind is ReliefKind.SETTLEMENT else _parts)(ask, left, currency=currency, on=on, place=place)
    lines = owing.lines(party.pk, left=left, asked=dict(parts), currency=currency, table=policy, on=on, but=but)
    if ask.kind is ReliefKind.WAIVER:
        _in_order(lines, left=left, currency=currency, place=place)
    level = rules.lowest(lines, table=policy)
    if level is None:
        raise _above_policy(lines, ask, place=place)
    return Draft(currency=currency, parts=tuple(parts), level=level)


def _sound(amount: Decimal | None, *, field: str, currency: str, place: str) -> Decimal:
    """This function will refuse what is no sum of money in a currency."""
    if amount is None or amount <= 0:
        raise refused("ST-AMOUNT", place=place, field=field, example="100")
    if -int(amount.normalize().as_tuple().exponent) > places(currency):
        raise refused("ST-PLACES", place=place, field=field, currency=currency, places=places(currency))
    return amount


def _parts(ask: Ask, left: list[rules.Unpaid], *, currency: str, on: date, place: str) -> list[tuple[int, Decimal]]:
    """This function will lay the sums of a waiver on the charges, the oldest of each component first."""
    parts: list[tuple[int, Decimal]] = []
    for component in table().order:
        amount = ask.amounts.get(component, NOTHING)
        if not amount:
            continue
        _sound(amount, field=component, currency=currency, place=place)
        owed = sum((one.amount for one in left if one.component == component), NOTHING)
        if amount > owed:
            raise refused("CS-TOO-MUCH", place=place, field=component, owed=Money(owed, currency))
        parts += rules.spread(left, component=component, amount=amount)
    if not parts:
        raise refused("CS-NOTHING", place=place)
    return parts


def _lump(ask: Ask, left: list[rules.Unpaid], *, currency: str, on: date, place: str) -> list[tuple[int, Decimal]]:
    """This function will choose what is let go once the lump sum has come: all the rest, in the table's order."""
    policy = table().settlement
    paying = _sound(ask.pay_amount, field="pay_amount", currency=currency, place=place)
    owed = sum((one.amount for one in left), NOTHING)
    if paying >= owed:
        raise refused("CS-LUMP", place=place, owed=Money(owed, currency))
    last = on + timedelta(days=policy.days_max)
    if ask.pay_by is None or not on <= ask.pay_by <= last:
        raise refused("CS-DAY", place=place, first=on, last=last)
    return rules.remainder(left, amount=owed - paying, table=table())


def _in_order(lines: list[rules.Line], *, left: list[rules.Unpaid], currency: str, place: str) -> None:
    """This function will refuse a later component while something of an earlier one is left."""
    earlier = rules.out_of_order(lines, table=table())
    if earlier is not None:
        owed = Money(sum((one.amount for one in left if one.component == earlier), NOTHING), currency)
        en, zh = _NAMES[earlier]
        raise refused("CS-ORDER", place=place, field=earlier, name_en=en, name_zh=zh, owed=owed)


_NAMES = {
    Component.PENALTY: ("the penalty", "违约金"),
    Component.FEE: ("the fees", "费用"),
    Component.INTEREST: ("the interest", "利息"),
    Component.PRINCIPAL: ("the principal", "本金"),
}


def _above_policy(lines: list[rules.Line], ask: Ask, *, place: str) -> Exception:
    """This function will say which limit of the highest level is exceeded, at the field in question."""
    first = rules.exceeded(lines, authority=table().levels[Level.JOINT])[0]
    en, zh = _NAMES[first.component] if first.component else ("all together", "合计")
    most = f"{first.limit:.0%}" if first.measure == "share" else str(Money(first.limit, table().currency))
    field_ = "pay_amount" if ask.kind is ReliefKind.SETTLEMENT else str(first.component or "amounts")
    return refused(
        "CS-POLICY",
        place=place,
        field=field_,
        limit_en=f"The most is {most} ({en}).",
        limit_zh=f"上限：{most}（{zh}）。",
    )
