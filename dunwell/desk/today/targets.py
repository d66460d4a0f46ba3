"""What the house wants to reach, as strategies/targets.yaml says it: hypotheses, shown beside what was measured."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from dunwell.database import ROOT
from dunwell.facts.definitions import Definition, read

FILE = ROOT / "strategies" / "targets.yaml"


class HouseTargets(Definition):
    """Of the whole house; the shares and rates stand at the head of the file."""

    cash_month: Decimal = Field(gt=0)
    attempts_day: int = Field(gt=0)
    complaints_per_1000: Decimal = Field(gt=0)
    cost_per_100: Decimal = Field(gt=0)
    kept_share: float = Field(gt=0, le=1)


class CollectorTargets(Definition):
    """Of one collector."""

    attempts_day: int = Field(gt=0)
    conversations_day: int = Field(gt=0)
    promises_day: int = Field(gt=0)
    cash_month: Decimal = Field(gt=0)


class Targets(Definition):
    """All targets, and the currency in which cash is held against them."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    house: HouseTargets
    collector: CollectorTargets


def targets(file: Path = FILE) -> Targets:
    """This function will read the targets as they stand on disk now."""
    return _targets(file, file.stat().st_mtime_ns if file.exists() else 0)


@lru_cache(maxsize=2)
def _targets(file: Path, changed: int) -> Targets:
    return read(file, Targets)
