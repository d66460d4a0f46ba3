"""Portraits in, portraits with a chance and its main factors out: one Ibis expression."""

from __future__ import annotations

from typing import Any

import ibis

from dunwell.score.rules import FACTORS_MAX, MAIN_FACTORS, Factor, Scorecard


def probabilities(portrait: ibis.Table, card: Scorecard) -> ibis.Table:
    """This function will add `pay_probability` (0..1) and `main_factors` (up to three codes, joined by `;`)."""
    points = {f"_points_{factor.code}": _points(portrait[factor.dimension], factor) for factor in card.factors}
    given = portrait.mutate(**points)
    columns = [given[name] for name in points]
    total = sum(columns[1:], columns[0])
    log_odds = card.base + total / card.scale
    scored = given.mutate(
        # Six places: more would only carry the noise of the last bits into the plan.
        pay_probability=(1 / (1 + (-log_odds).exp())).round(6),
        main_factors=_main_factors(columns, card),
    )
    return scored.drop(*points)


def _points(value: Any, factor: Factor) -> Any:
    bands = [(value < band.below, band.points) for band in factor.bands]
    points = ibis.cases((value.isnull(), factor.missing), *bands, else_=factor.otherwise)
    return points.cast("int32")


def _main_factors(columns: list[Any], card: Scorecard) -> Any:
    """This function will name the factors that weigh most, the heaviest first.

    A factor's weight and its place in the card make one whole number, so that no two are equal; it is negative, so
    that sorting puts the heaviest first.
    """
    room = FACTORS_MAX + 1
    weights = ibis.array([-(column.abs() * room + place) for place, column in enumerate(columns)])
    codes = ibis.array([factor.code for factor in card.factors])
    heaviest = weights.filter(lambda weight: weight <= -room).sort()[:MAIN_FACTORS]
    return heaviest.map(lambda weight: codes[(-weight) % room]).join(";")
