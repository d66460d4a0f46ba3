"""Sums over many rows, kept for some minutes, so that a hundred readers ask the database once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

Told = TypeVar("Told")

# What earlier days brought changes only when something is told late.
EARLIER_SECONDS = 600
# A run of the plan never changes: what was counted in it holds as long as anybody asks.
RUN_SECONDS = 86_400


def kept(key: str, *, seconds: int, ask: Callable[[], Told]) -> Told:
    """This function will give what was asked not longer ago than that, or ask."""
    known = cache.get(key)
    if known is None:
        known = (ask(),)
        cache.set(key, known, seconds)
    return known[0]  # type: ignore[no-any-return]
