"""The frozen scorecard, and the slow judge of one portrait."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from dunwell.facts.definitions import Definition, Words, read

FACTORS_MAX = 99
MAIN_FACTORS = 3


class Band(Definition):
    """Values below the bound, and not below the band before, give these points."""

    below: float
    points: int = Field(ge=-1000, le=1000)


class Factor(Definition):
    """How many points the value of one dimension gives; `missing` where it is not known."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    dimension: str
    name: Words
    bands: tuple[Band, ...] = Field(min_length=1)
    otherwise: int = Field(ge=-1000, le=1000)
    missing: int = Field(default=0, ge=-1000, le=1000)

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        bounds = [band.below for band in self.bands]
        if bounds != sorted(set(bounds)):
            raise ValueError("the bounds of the bands must rise")
        return self

    def points(self, value: float | None) -> int:
        if value is None:
            return self.missing
        return next((band.points for band in self.bands if value < band.below), self.otherwise)


class Scorecard(Definition):
    """A sum of points that a logistic curve turns into a chance."""

    id: str
    status: Literal["hypothesis", "fitted"]
    base: float
    scale: float = Field(gt=0)
    factors: tuple[Factor, ...] = Field(min_length=1, max_length=FACTORS_MAX)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [factor.code for factor in self.factors]
        if repeated := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"factors named twice: {', '.join(sorted(repeated))}")
        return self


def load_scorecard(path: Path) -> Scorecard:
    """This function will read a scorecard; a fault names the file, the entry and the cure."""
    return read(path, Scorecard)


def probability(card: Scorecard, *, portrait: Mapping[str, Any]) -> float:
    """This function will return the chance (0..1) for one portrait."""
    points = sum(factor.points(portrait[factor.dimension]) for factor in card.factors)
    return 1 / (1 + math.exp(-(card.base + points / card.scale)))


def main_factors(card: Scorecard, *, portrait: Mapping[str, Any]) -> list[str]:
    """This function will name the factors with the most points up or down; of equals the later in the card first."""
    weights = [(abs(f.points(portrait[f.dimension])), place, f.code) for place, f in enumerate(card.factors)]
    heaviest = sorted(weights, reverse=True)[:MAIN_FACTORS]
    return [code for points, _place, code in heaviest if points]
