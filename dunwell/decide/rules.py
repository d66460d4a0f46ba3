"""The treatment catalogue and the day's capacity, as frozen values."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from dunwell.facts.definitions import Definition, Words, read

Channel = Literal["sms", "app_push", "email", "voice", "social", "letter", "visit"]
# From the softest to the sternest.
Tone = Literal["caring", "friendly", "polite", "helpful", "offering", "factual", "firm", "formal"]


class Wording(Definition):
    """Other words for a treatment: the script, and the tone it is written in."""

    tone: Tone
    script: str


class Treatment(Definition):
    """One way to treat a customer; the meaning and unit of each figure stand at the head of treatments.yaml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Words
    channel: Channel
    actor: Literal["human", "robot"]
    tone: Tone
    script: str
    # Words of other script families than its own; a family that is not named gets `script`.
    families: dict[str, Wording] = Field(default_factory=dict)
    cost: Decimal = Field(ge=0)
    minutes: int = Field(ge=0, le=480)
    harm: float = Field(ge=0, le=1)
    uplift: float = Field(ge=0, le=1)
    pool: str | None
    priority: int = Field(ge=1)


class Catalogue(Definition):
    """All treatments, and the money that one full unit of harm weighs."""

    harm_price: Decimal = Field(ge=0)
    treatments: tuple[Treatment, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [treatment.id for treatment in self.treatments]
        if repeated := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"treatments named twice: {', '.join(sorted(repeated))}")
        return self

    def __getitem__(self, name: str) -> Treatment:
        return next(treatment for treatment in self.treatments if treatment.id == name)


class Segment(Words):
    """What a decision of the strategy is called, and what its values are called, where the code does not say it."""

    values: dict[str, Words] = Field(default_factory=dict)

    def value(self, code: str, *, language: str) -> str:
        return str(getattr(self.values[code], language)) if code in self.values else code


class Vocabulary(Definition):
    """The words of strategies/words.yaml, by decision."""

    decisions: dict[str, Segment]

    def __getitem__(self, decision: str) -> Segment:
        return self.decisions.get(decision) or Segment(en=decision, zh=decision)


class Pool(Definition):
    """The day's limit of one capacity pool: minutes of people, or a number of contacts."""

    minutes: int | None = Field(default=None, ge=0)
    contacts: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.minutes is None) == (self.contacts is None):
            raise ValueError("a pool is limited by minutes or by contacts: give exactly one")
        return self


class Capacity(Definition):
    """What can be done in one day; a pool that is not named is unlimited."""

    pools: dict[str, Pool]


def load_catalogue(path: Path) -> Catalogue:
    """This function will read the treatment catalogue."""
    return read(path, Catalogue)


def load_vocabulary(path: Path) -> Vocabulary:
    """This function will read what the decisions and their values are called."""
    return read(path, Vocabulary)


def load_capacity(path: Path) -> Capacity:
    """This function will read a capacity file."""
    return read(path, Capacity)
