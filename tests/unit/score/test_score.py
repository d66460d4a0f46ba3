"""The scorecard: bands, missing values, main factors; the expression says what the judge says."""

from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.facts.errors import DunwellError
from dunwell.score import frame, rules
from dunwell.score.rules import Scorecard, load_scorecard

CARD = load_scorecard(Path(__file__).parents[3] / "scorecards" / "expert_v1.yaml")
DIMENSIONS = [factor.dimension for factor in CARD.factors]
SCHEMA = ibis.schema(dict.fromkeys(DIMENSIONS, "float64"))


def told(portraits: list[dict[str, float | None]], card: Scorecard = CARD) -> list[dict[str, Any]]:
    table = ibis.memtable(portraits, schema=SCHEMA)
    return list(frame.probabilities(table, card).to_pyarrow().to_pylist())


def blank(**known: float) -> dict[str, float | None]:
    return dict.fromkeys(DIMENSIONS) | known


@pytest.mark.parametrize(
    ("days", "points"),
    [(0, 16), (7, 16), (8, 6), (30, 6), (31, -8), (60, -8), (61, -18), (90, -18), (91, -32), (366, -50), (None, 0)],
)
def test_bands_begin_where_the_one_before_ends(days: float | None, points: int) -> None:
    assert CARD.factors[0].points(days) == points


def test_later_is_less_likely() -> None:
    rows = told([blank(past_due_days=days) for days in (5.0, 20.0, 45.0, 75.0, 200.0, 900.0)])
    chances = [row["pay_probability"] for row in rows]
    assert chances == sorted(chances, reverse=True)


def test_the_heaviest_factors_are_named_first() -> None:
    row = told([blank(past_due_days=900.0, bureau_score=450.0, broken_promises_6m=1.0)])[0]
    assert row["main_factors"] == "lateness;bureau;broken_promises"


def test_factors_without_points_are_not_named() -> None:
    quiet = blank(past_due_days=5.0, days_since_payment=10.0)
    names = told([quiet])[0]["main_factors"].split(";")
    assert names == ["lateness", "recent_payment"]


def test_no_dimension_of_the_card_is_about_who_somebody_is() -> None:
    never = {"age", "sex", "gender", "education", "marriage", "region", "special_groups", "language", "tier"}
    assert not never & set(DIMENSIONS)


VALUES = st.one_of(
    st.none(), st.floats(-10, 2000, allow_nan=False), st.sampled_from([0, 1, 8, 31, 61, 91, 366, 0.2, 0.5])
)
PORTRAITS = st.fixed_dictionaries(dict.fromkeys(DIMENSIONS, VALUES))


@settings(max_examples=15, deadline=None)
@given(st.lists(PORTRAITS, min_size=1, max_size=20))
def test_property_the_expression_says_what_the_judge_says(portraits: list[dict[str, float | None]]) -> None:
    for row, portrait in zip(told(portraits), portraits, strict=True):
        assert row["pay_probability"] == pytest.approx(rules.probability(CARD, portrait=portrait), abs=1e-6)
        assert [code for code in row["main_factors"].split(";") if code] == rules.main_factors(CARD, portrait=portrait)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": 0}, "greater than 0"),
        ({"status": "true"}, "hypothesis"),
        ({"factors": []}, "at least 1"),
        ({"colour": 1}, "not permitted"),
    ],
)
def test_a_fault_in_a_card_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(str(CARD.model_dump(mode="json") | change))
    with pytest.raises(DunwellError, match=message):
        load_scorecard(path)


def test_bands_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    card = CARD.model_dump(mode="json")
    card["factors"][0]["bands"].reverse()
    path = tmp_path / "card.yaml"
    path.write_text(str(card))
    with pytest.raises(DunwellError, match="must rise"):
        load_scorecard(path)
