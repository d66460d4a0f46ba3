"""Repeatable chance: a stream of its own for every part of every block, so that no file shifts another.

Only uniform draws, integer arithmetic and tables are used. Functions such as `exp` may differ in the last digit from
one processor to the next, and a sample must be the same, byte for byte, on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp
from statistics import NormalDist
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

SPREAD_STEPS = 2_000
# Widely scattered, as debts are: the middle debt is about four fifths of the mean, one in fifty is four times it.
SPREAD_SIGMA = 0.7


@cache
def _spread() -> Ints:
    """This function will build equally likely factors of a log-normal law, in thousandths, with mean 1,000."""
    normal = NormalDist(sigma=SPREAD_SIGMA)
    raw = [exp(normal.inv_cdf((step + 0.5) / SPREAD_STEPS)) for step in range(SPREAD_STEPS)]
    mean = sum(raw) / SPREAD_STEPS
    return np.array([round(1000 * value / mean) for value in raw], dtype=np.int64)


class Dice:
    """One independent stream of draws, named by seed, block and purpose."""

    def __init__(self, *, seed: int, block: int, name: str) -> None:
        sequence = np.random.SeedSequence(seed, spawn_key=(block, crc32(name.encode())))
        self.generator = np.random.Generator(np.random.PCG64(sequence))

    def chance(self, n: int) -> Floats:
        """This function will draw n numbers from 0 up to, not including, 1."""
        return self.generator.random(n)

    def yes(self, share: float | Floats, n: int) -> Flags:
        """This function will draw n answers, true in the given share of cases."""
        return np.asarray(self.chance(n) < share, dtype=np.bool_)

    def between(self, low: int | Ints, high: int | Ints, n: int) -> Ints:
        """This function will draw n whole numbers from low up to, not including, high."""
        return np.asarray(self.generator.integers(low, high, n), dtype=np.int64)

    def pick(self, weights: Sequence[float], n: int) -> Ints:
        """This function will draw n indices into the weights, each in proportion to its weight."""
        return self.pick_by(np.zeros(n, dtype=np.int64), [weights])

    def pick_by(self, classes: Ints, weights: Sequence[Sequence[float]]) -> Ints:
        """This function will draw an index for every element, by the row of weights that its class names."""
        limits = np.cumsum(np.asarray(weights, dtype=np.float64), axis=1)
        limits /= limits[:, -1:]
        drawn = self.chance(len(classes))
        return np.asarray((drawn[:, None] >= limits[classes][:, :-1]).sum(axis=1), dtype=np.int64)

    def within(self, classes: Ints, bands: Sequence[tuple[int, int]]) -> Ints:
        """This function will draw a whole number for every element, inside the band its class names, ends included."""
        edges = np.asarray(bands, dtype=np.int64)
        return self.between(edges[classes, 0], edges[classes, 1] + 1, len(classes))

    def spread(self, n: int) -> Ints:
        """This function will draw n factors in thousandths, mean 1,000, few of them large."""
        return _spread()[self.between(0, SPREAD_STEPS, n)]


def repeat(counts: Ints) -> Ints:
    """This function will name the owner of every element, given how many elements each owner has."""
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def ordinal(counts: Ints) -> Ints:
    """This function will number the elements of each owner 0, 1, 2 …"""
    starts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts)
