"""The policy of agreements, as people write it in strategies/agreements.yaml."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from dunwell.database import ROOT
from dunwell.facts.definitions import Definition, read
from dunwell.settle.agreements.kinds import Interval
from dunwell.settle.hardship.kinds import Band, Cause, Duration, Relief

FILE = ROOT / "strategies" / "agreements.yaml"


class Tolerant(Definition):
    """How late and how short a payment may be and still keep an agreement."""

    tolerance_days: int = Field(ge=0, le=31)
    tolerance_share: Decimal = Field(ge=0, lt=1)


class PromisePolicy(Tolerant):
    days_ahead_max: int = Field(ge=0, le=366)
    # Days of the month on which people are paid, offered as dates of a promise.
    paydays: tuple[int, ...] = ()


class PlanPolicy(Tolerant):
    count: int = Field(ge=2)
    count_max: int = Field(ge=2, le=120)
    intervals: tuple[Interval, ...] = Field(min_length=1)
    first_days_max: int = Field(ge=0, le=92)
    first_share_min: Decimal = Field(ge=0, lt=1)
    first_share_max: Decimal = Field(gt=0, lt=1)
    replans_max: int = Field(ge=0)
    without_statement_max: int = Field(ge=0)
    statement_days: int = Field(ge=0)
    buffer_share: Decimal = Field(ge=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.count > self.count_max or self.first_share_min > self.first_share_max:
            raise ValueError("a least or proposed value lies above the most that is allowed")
        return self


class DeferralPolicy(Tolerant):
    days_max: int = Field(ge=1, le=366)
    per_year: int = Field(ge=0)


class Row(Definition):
    """One line of the hardship table; what it leaves out fits everything."""

    id: str = Field(min_length=1)
    band: tuple[Band, ...] = tuple(Band)
    cause: tuple[Cause, ...] = tuple(Cause)
    duration: tuple[Duration, ...] = tuple(Duration)
    relief: Relief

    def fits(self, band: Band, cause: Cause, duration: Duration) -> bool:
        return band in self.band and cause in self.cause and duration in self.duration


class HardshipPolicy(Definition):
    rest_days: int = Field(ge=1, le=366)
    nothing_share: Decimal = Field(ge=0, lt=1)
    table: tuple[Row, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len({row.id for row in self.table}) < len(self.table):
            raise ValueError("two lines of the hardship table have the same id")
        for asked in product(Band, Cause, Duration):
            if not any(row.fits(*asked) for row in self.table):
                raise ValueError(f"no line of the hardship table fits {', '.join(asked)}")
        return self


class Policy(Definition):
    """The whole of strategies/agreements.yaml."""

    promise: PromisePolicy
    plan: PlanPolicy
    deferral: DeferralPolicy
    looks_back_days: int = Field(ge=1)
    hardship: HardshipPolicy


def load(path: Path = FILE) -> Policy:
    """This function will read the policy; a fault names the file, the entry and the cure."""
    return read(path, Policy)


@lru_cache(maxsize=1)
def _loaded(changed: int) -> Policy:
    return load()


def policy() -> Policy:
    """This function will give the policy in force, read again whenever its file changes."""
    return _loaded(FILE.stat().st_mtime_ns)
