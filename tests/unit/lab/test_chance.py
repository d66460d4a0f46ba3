"""Repeatable chance: the same stream for the same name, independent of all others, in the stated proportions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.lab.sample.chance import SPREAD_STEPS, Dice, _spread, ordinal, repeat

N = 20_000


def dice(*, seed: int = 3, block: int = 0, name: str = "test") -> Dice:
    return Dice(seed=seed, block=block, name=name)


def test_one_name_gives_one_stream() -> None:
    assert np.array_equal(dice().chance(50), dice().chance(50))


@pytest.mark.parametrize("other", [{"seed": 4}, {"block": 1}, {"name": "other"}])
def test_another_seed_block_or_name_gives_another_stream(other: dict[str, int | str]) -> None:
    assert not np.array_equal(dice().chance(50), dice(**other).chance(50))  # type: ignore[arg-type]


def test_a_stream_does_not_move_when_another_is_drawn_from() -> None:
    quiet = dice(name="a").chance(10)
    talkative, other = dice(name="a"), dice(name="b")
    other.chance(1_000)
    assert np.array_equal(talkative.chance(10), quiet)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_yes_holds_its_share(share: float) -> None:
    assert abs(dice().yes(share, N).mean() - share) < 0.015


def test_yes_takes_a_share_for_every_element() -> None:
    shares = np.array([0.0, 1.0] * (N // 2))
    assert np.array_equal(dice().yes(shares, N), shares == 1)


def test_between_leaves_its_upper_end_out() -> None:
    drawn = dice().between(3, 6, N)
    assert set(drawn.tolist()) == {3, 4, 5}


@pytest.mark.parametrize("weights", [(1, 1), (0.2, 0.5, 0.3), (7, 0, 3), (5,)])
def test_pick_follows_its_weights(weights: tuple[float, ...]) -> None:
    drawn = np.bincount(dice().pick(weights, N), minlength=len(weights)) / N
    assert np.allclose(drawn, np.array(weights) / sum(weights), atol=0.015)


def test_what_has_no_weight_is_never_picked() -> None:
    drawn = dice().pick((0.0, 1.0, 0.0, 2.0, 0.0), N)
    assert set(drawn.tolist()) == {1, 3}


def test_pick_by_uses_the_row_of_each_class() -> None:
    classes = np.array([0, 1, 2] * 3_000)
    drawn = dice().pick_by(classes, ((1, 0, 0), (0, 0, 1), (1, 1, 0)))
    assert set(drawn[classes == 0].tolist()) == {0}
    assert set(drawn[classes == 1].tolist()) == {2}
    assert set(drawn[classes == 2].tolist()) == {0, 1}


def test_within_includes_both_ends_of_the_band() -> None:
    drawn = dice().within(np.array([0, 1] * 2_000), ((1, 3), (10, 10)))
    assert set(drawn[::2].tolist()) == {1, 2, 3}
    assert set(drawn[1::2].tolist()) == {10}


def test_the_spread_has_mean_one_and_few_large_factors() -> None:
    factors = _spread()
    assert len(factors) == SPREAD_STEPS
    assert abs(factors.mean() - 1_000) < 1
    assert np.median(factors) < 850
    assert np.all(np.diff(factors) >= 0)
    assert 5_000 < factors.max() < 20_000
    assert factors.min() > 0


def test_nothing_drawn_is_nothing() -> None:
    empty = dice()
    drawn = (empty.chance(0), empty.pick((1, 2), 0), empty.spread(0), empty.between(0, 5, 0))
    assert [len(part) for part in drawn] == [0, 0, 0, 0]


@given(st.lists(st.integers(0, 9), max_size=30))
def test_owners_and_places_are_those_of_nested_loops(counts: list[int]) -> None:
    array = np.array(counts, dtype=np.int64)
    assert repeat(array).tolist() == [owner for owner, count in enumerate(counts) for _ in range(count)]
    assert ordinal(array).tolist() == [place for count in counts for place in range(count)]
