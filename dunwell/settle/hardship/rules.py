"""Income and expenditure of a month, what can be afforded, and the relief that follows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Protocol

from dunwell.access.kinds import Worded
from dunwell.settle.hardship.kinds import Band, Cause, Duration, Relief

NOTHING = Decimal(0)


class Income(Worded):
    """The lines of income of the standard statement, for a month."""

    SALARY = "salary", "salary or wage", "工资收入"
    BUSINESS = "business", "business or self-employment", "经营收入"
    PENSION = "pension", "pension", "养老金"
    BENEFITS = "benefits", "benefits and allowances", "补贴救助"
    FAMILY = "family", "from family", "家人资助"
    OTHER_INCOME = "other_income", "other income", "其他收入"


class Expense(Worded):
    """The lines of expenditure of the standard statement, for a month."""

    HOUSING = "housing", "rent or mortgage", "房租或房贷"
    UTILITIES = "utilities", "water, power, heating, telephone", "水电燃气通讯"
    FOOD = "food", "food and household", "伙食日用"
    TRANSPORT = "transport", "transport", "交通"
    HEALTH = "health", "health and care", "医疗护理"
    CHILDREN = "children", "children and school", "子女教育"
    DEBTS = "debts", "other debts", "其他债务"
    OTHER_EXPENSE = "other_expense", "other expenditure", "其他支出"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A month as somebody told it, in the currency of his account."""

    income: Mapping[str, Decimal]
    expenses: Mapping[str, Decimal]
    dependants: int
    currency: str

    @property
    def comes_in(self) -> Decimal:
        return sum(self.income.values(), NOTHING)

    @property
    def goes_out(self) -> Decimal:
        return sum(self.expenses.values(), NOTHING)

    @property
    def left(self) -> Decimal:
        """What is left of a month; below zero where more goes out than comes in."""
        return self.comes_in - self.goes_out

    def affordable(self, *, buffer_share: Decimal) -> Decimal:
        """This function will give the most that a month may cost, after what has to stay with the customer."""
        free = max(self.left, NOTHING) * (1 - buffer_share)
        return free.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def band(budget: Budget, *, owed: Decimal, nothing_share: Decimal) -> Band:
    """This function will say how much is left of a month against what is owed, as evidence may know it."""
    if budget.left < 0:
        return Band.NEGATIVE
    if budget.left <= budget.comes_in * nothing_share:
        return Band.NOTHING
    return Band.ENOUGH if budget.left >= owed else Band.SOME


@dataclass(frozen=True, slots=True)
class Decided:
    """The relief, and the line of the table that gave it."""

    relief: Relief
    rule: str

    @property
    def rests(self) -> bool:
        return self.relief in (Relief.REST, Relief.WAIVER)


class Line(Protocol):
    """A line of the policy's table."""

    @property
    def id(self) -> str: ...

    @property
    def relief(self) -> Relief: ...

    def fits(self, band: Band, cause: Cause, duration: Duration) -> bool: ...


def decide(table: Iterable[Line], *, band: Band, cause: Cause, duration: Duration) -> Decided:
    """This function will look up what follows from an application: the first line that fits."""
    row = next(row for row in table if row.fits(band, cause, duration))
    return Decided(row.relief, row.id)
