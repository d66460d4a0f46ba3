"""What strategies/assignment.yaml says: who gets whom, and how soon a person must act. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from dunwell.facts.definitions import Definition, Words, read

FILE = Path(__file__).resolve().parents[2] / "strategies" / "assignment.yaml"
# The columns of the plan that a line may ask about.
Column = Literal["grade", "care", "value_class", "treatment", "channel", "person"]
COLUMNS: tuple[Column, ...] = ("grade", "care", "value_class", "treatment", "channel", "person")
When = dict[Column, tuple[str, ...]]


class Need(Definition):
    """A skill that cases need of which some columns of the plan say so."""

    skill: str
    when: When = Field(min_length=1)

    def fits(self, case: Mapping[str, str | None]) -> bool:
        return fits(self.when, case=case)


class Target(Definition):
    """The time within which a person acts: hours by day and night, or hours of work."""

    hours: int | None = Field(default=None, ge=1, le=24 * 60)
    working_hours: int | None = Field(default=None, ge=1, le=24 * 60)
    when: When = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.hours is None) == (self.working_hours is None):
            raise ValueError("give hours or working_hours, one of the two")
        return self


class Clock(Definition):
    """The SLA clock: the hours of work, the targets, and how far worth draws a case forward."""

    opens: time
    closes: time
    days: frozenset[int] = Field(min_length=1)
    amber: float = Field(gt=0, lt=1)
    targets: tuple[Target, ...]
    otherwise: Target
    specialist: Target
    doubling_minutes: int = Field(ge=0, le=24 * 60)
    forward_minutes_most: int = Field(ge=0, le=7 * 24 * 60)

    @model_validator(mode="after")
    def _a_day_has_hours(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("the house opens before it closes")
        if not self.days <= set(range(1, 8)):
            raise ValueError("the days of the week are 1 Monday … 7 Sunday")
        return self

    def target(self, case: Mapping[str, str | None]) -> Target:
        """This function will find the first target that fits a case."""
        return next((target for target in self.targets if fits(target.when, case=case)), self.otherwise)


class Policy(Definition):
    """The whole file."""

    seed: str = Field(min_length=1)
    balance: Literal["count", "money"]
    capacity: int = Field(ge=1)
    capacity_most: int = Field(ge=1, le=5_000)
    idle_days: int = Field(ge=1, le=90)
    keep_days: int = Field(ge=1, le=366)
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    skills: dict[str, Words]
    needs: tuple[Need, ...]
    clock: Clock

    @model_validator(mode="after")
    def _skills_are_known(self) -> Self:
        if unknown := sorted({need.skill for need in self.needs} - set(self.skills)):
            raise ValueError(f"needs name skills that are not listed: {', '.join(unknown)}")
        if self.capacity > self.capacity_most:
            raise ValueError("the usual capacity is above the limit")
        return self

    def skills_for(self, case: Mapping[str, str | None]) -> frozenset[str]:
        """This function will tell every skill that a case needs."""
        return frozenset(need.skill for need in self.needs if need.fits(case))


# Who may see and take the customers of the specialist queue.
CARE = "care"


def fits(when: When, *, case: Mapping[str, str | None]) -> bool:
    return all((case.get(column) or "") in values for column, values in when.items())


def load(path: Path = FILE) -> Policy:
    """This function will read the policy, anew when the file changes; a fault names the file, entry and cure."""
    return _load(path, path.stat().st_mtime_ns) if path.exists() else read(path, Policy)


@lru_cache(maxsize=2)
def _load(path: Path, changed: int) -> Policy:
    return read(path, Policy)
