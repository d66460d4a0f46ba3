"""What the policy says to a promise, a plan and a deferral before they are made. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dunwell.facts.money import Money, places
from dunwell.settle.agreements.kinds import Agreed, DeferralReason, Interval, Means
from dunwell.settle.agreements.policy import PlanPolicy, Policy
from dunwell.settle.agreements.rules import Step
from dunwell.settle.agreements.schedule import A_MONTH, schedule
from dunwell.settle.refusals import Objection, objection

CHINESE = "zh_Hans_CN"
# Stands for a sum that could not be read.
NO_SUM = Decimal("NaN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """What is owed on an account on the day, and which agreement runs on it."""

    currency: str
    overdue: Decimal
    outstanding: Decimal
    running: Agreed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsked:
    """An instalment plan as it is asked for; `first` is a first payment of another size."""

    total: Decimal | None
    count: int | None
    interval: Interval | None
    first_on: date | None
    first: Decimal | None = None


def money(amount: Decimal, currency: str) -> tuple[str, str]:
    """This function will write an amount for an English and for a Chinese reader."""
    told = Money(amount, currency)
    return told.read("en"), told.read(CHINESE)


def _amount(amount: Decimal | None, owing: Owing) -> Iterator[Objection]:
    if owing.outstanding <= 0:
        yield objection("AG-NOTHING")
    elif amount is None or not amount.is_finite() or amount <= 0:
        yield objection("ST-AMOUNT", example=f"{max(owing.overdue, Decimal(1)):.{places(owing.currency)}f}")
    elif amount != round(amount, places(owing.currency)):
        yield objection("ST-PLACES", currency=owing.currency, places=places(owing.currency))
    elif amount > owing.outstanding:
        yield objection("AG-TOO-MUCH", owed=money(owing.outstanding, owing.currency))


def _day(day: date | None, *, on: date, most: int) -> Iterator[Objection]:
    if day is None:
        yield objection("AG-DAY")
    elif day < on:
        yield objection("AG-PAST", first=on)
    elif day > on + timedelta(days=most):
        yield objection("AG-FAR", days=most, last=on + timedelta(days=most))


def _running(owing: Owing, *against: Agreed) -> Iterator[Objection]:
    if owing.running in against and owing.running is not None:
        yield objection("AG-OPEN", kind=(owing.running.en, owing.running.zh))


def promise(
    amount: Decimal | None, *, due_on: date | None, means: Means | None, owing: Owing, on: date, policy: Policy
) -> list[Objection]:
    """This function will say what stands against a promise."""
    return [
        *_running(owing, *Agreed),
        *_amount(amount, owing),
        *_day(due_on, on=on, most=policy.promise.days_ahead_max),
        *([objection("AG-MEANS")] if means is None else []),
    ]


def deferral(
    until_on: date | None, *, reason: DeferralReason | None, owing: Owing, before: int, on: date, policy: Policy
) -> list[Objection]:
    """This function will say what stands against moving a due day; `before`: how often it was done within a year."""
    most = policy.deferral.per_year
    tomorrow = on + timedelta(days=1)
    return [
        *_running(owing, *Agreed),
        *([objection("AG-NOTHING-LATE")] if owing.overdue <= 0 else []),
        *([objection("AG-PER-YEAR", most=most)] if before >= most else []),
        *_day(until_on, on=tomorrow, most=policy.deferral.days_max - 1),
        *([objection("ST-REASON")] if reason is None else []),
    ]


def plan(
    asked: PlanAsked, *, owing: Owing, affordable: Decimal | None, on: date, policy: Policy, again: bool = False
) -> list[Objection]:
    """This function will say what stands against a plan.

    `affordable`: what a month may cost by the income and expenditure statement; None without a statement. A plan
    that is changed (`again`) may take the place of the one that runs.
    """
    rules = policy.plan
    faults = [
        *_running(owing, *([] if again else [Agreed.PLAN])),
        *_amount(asked.total, owing),
        *_count(asked.count, rules),
        *([] if asked.interval in rules.intervals else [objection("AG-INTERVAL")]),
        *_day(asked.first_on, on=on, most=rules.first_days_max),
    ]
    return faults or [*_first(asked, owing, rules)] or [*_affordable(asked, owing, affordable, rules)]


def _count(count: int | None, rules: PlanPolicy) -> Iterator[Objection]:
    if count is None or not 2 <= count <= rules.count_max:
        yield objection("AG-COUNT", most=rules.count_max)


def _first(asked: PlanAsked, owing: Owing, rules: PlanPolicy) -> Iterator[Objection]:
    if asked.first is None or asked.total is None:
        return
    least, most = (asked.total * share for share in (rules.first_share_min, rules.first_share_max))
    exact = asked.first.is_finite() and asked.first == round(asked.first, places(owing.currency))
    if not exact or not least <= asked.first <= most:
        yield objection("AG-FIRST-SHARE", least=money(least, owing.currency), most=money(most, owing.currency))


def drawn(asked: PlanAsked, *, currency: str) -> list[Step]:
    """This function will draw up the plan that is asked for; it is complete by now."""
    if asked.total is None or asked.count is None or asked.interval is None or asked.first_on is None:
        raise ValueError("a plan is drawn up from a complete form")
    return schedule(
        asked.total,
        count=asked.count,
        interval=asked.interval,
        first_on=asked.first_on,
        currency=currency,
        first=asked.first,
    )


def _affordable(asked: PlanAsked, owing: Owing, affordable: Decimal | None, rules: PlanPolicy) -> Iterator[Objection]:
    steps = drawn(asked, currency=owing.currency)
    if steps[-1].amount <= 0:
        yield objection("AG-SMALL", count=asked.count)
    elif affordable is None:
        if len(steps) > rules.without_statement_max:
            yield objection("AG-STATEMENT", most=rules.without_statement_max)
    elif (usual := max(step.amount for step in steps[1:])) * A_MONTH[asked.interval or Interval.MONTH] > affordable:
        yield _proposed(asked, owing, affordable, rules, usual=usual)


def lowest(total: Decimal, *, affordable: Decimal, currency: str, policy: PlanPolicy) -> tuple[int, Decimal] | None:
    """This function will find the shortest monthly plan within the policy that can be afforded."""
    for count in range(2, policy.count_max + 1):
        amount = max(step.amount for step in schedule(
            total, count=count, interval=Interval.MONTH, first_on=date(2000, 1, 1), currency=currency
        ))  # fmt: skip
        if amount <= affordable:
            return count, amount
    return None


def _proposed(asked: PlanAsked, owing: Owing, affordable: Decimal, rules: PlanPolicy, *, usual: Decimal) -> Objection:
    """This function will propose the plan that can be afforded, or hardship where there is none."""
    found = lowest(asked.total or Decimal(0), affordable=affordable, currency=owing.currency, policy=rules)
    if found is None:
        return objection("AG-HARDSHIP-FIRST")
    count, amount = found
    currency = owing.currency
    return objection("AG-AFFORD", amount=money(usual, currency), count=count, lowest=money(amount, currency))
