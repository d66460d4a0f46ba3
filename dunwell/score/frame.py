"""Portraits in, portraits with a chance and its main factors out: one Ibis expression."""

from __future__ import annotations

from typing import Any

import ibis

from dunwell.score.rules import FACTORS_MAX, MAIN_FACTORS, Factor, Scorecard

ROOM = FACTORS_MAX + 1


def probabilities(portrait: ibis.Table, card: Scorecard) -> ibis.Table:
    """This function will add `pay_probability` (0..1) and `main_factors` (up to three codes, joined by `;`)."""
    points = {f"_points_{factor.code}": _points(portrait[factor.dimension], factor) for factor in card.factors}
    given = portrait.mutate(**points)
    columns = [given[name] for name in points]
    total = sum(columns[1:], columns[0])
    log_odds = card.base + total / card.scale
    # Six places: more would only carry the noise of the last bits into the plan.
    scored = given.mutate(pay_probability=(1 / (1 + (-log_odds).exp())).round(6))
    return _with_main_factors(scored, list(points), card)


def _points(value: Any, factor: Factor) -> Any:
    bands = [(value < band.below, band.points) for band in factor.bands]
    points = ibis.cases((value.isnull(), factor.missing), *bands, else_=factor.otherwise)
    return points.cast("int32")


def _with_main_factors(scored: ibis.Table, points: list[str], card: Scorecard) -> ibis.Table:
    """This function will put the factors that weigh most, the heaviest first, in the place of all points.

    A factor's weight and its place in the card make one whole number, so that no two are equal and the next is the
    greatest below the last; a factor that weighs nothing has none. To sort a list in every row would take far longer.
    """
    others = [name for name in scored.columns if name not in points]
    weights = {name: _weight(scored[name], place) for place, name in enumerate(points)}
    ranked, nothing = scored.select(*others, **weights), ibis.null("int32")
    heaviest: list[str] = []
    for number in range(MAIN_FACTORS):
        left = [ranked[name] for name in points]
        if heaviest:
            last = ranked[heaviest[-1]]
            left = [(weight < last).ifelse(weight, nothing) for weight in left]
        heaviest.append(f"_heaviest_{number}")
        ranked = ranked.mutate(**{heaviest[-1]: ibis.greatest(nothing, *left)})
    codes = ibis.array([factor.code for factor in card.factors])
    named = [codes[ranked[name] % ROOM] for name in heaviest]
    return ranked.select(*others, main_factors=ibis.literal(";").join(named))


def _weight(points: Any, place: int) -> Any:
    return (points != 0).ifelse((points.abs() * ROOM + place).cast("int32"), ibis.null("int32"))
