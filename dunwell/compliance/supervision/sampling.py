"""Which contacts of a month are reviewed: a random tenth of each collector's, which nobody can choose or foresee.

The order of drawing is that of SHA-256 over a seed and the contact's id; the seed is made from the month, the
collector and an anchor, the hash of the first block of evidence that was sealed after the month and after the last of
the contacts was written down. Until then nobody knows it, afterwards nobody can change it, and whoever has the list of
contacts can draw again and get the same.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dunwell.compliance.supervision.rules import Collector

# One contact in ten of each collector and month [G9], and at least one.
ONE_IN = 10
_DOMAIN = b"dunwell/review/1"


class Span(NamedTuple):
    """A month or a day of the house's own calendar, as moments: from the first up to, not including, the other."""

    first: date
    since: datetime
    until: datetime


def month(first: date, *, zone: str) -> Span:
    if first.day != 1:
        raise ValueError("a month is named by its first day")
    return _span(first, days=monthrange(first.year, first.month)[1], zone=zone)


def day(on: date, *, zone: str) -> Span:
    return _span(on, days=1, zone=zone)


def _span(first: date, *, days: int, zone: str) -> Span:
    place = ZoneInfo(zone)
    since, until = (datetime.combine(day, time(), place) for day in (first, first + timedelta(days=days)))
    return Span(first, since, until)


def seed_of(period: str, *, collector: Collector | None, anchor: bytes) -> bytes:
    """This function will make the seed of a period (`2026-11`, or a day) for a collector, None for all together."""
    parts = (_DOMAIN, period.encode(), (collector.name if collector else "*").encode(), anchor)
    # Each part with its length, so that no two lists of parts give the same bytes.
    return sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()


def size_of(contacts: int) -> int:
    """This function will return how many of so many contacts are reviewed: a tenth, rounded up."""
    return -(-contacts // ONE_IN)


def draw(contacts: Iterable[int], *, seed: bytes, size: int) -> list[int]:
    """This function will draw so many of the contacts (ids), in the order of their lots; all if there are fewer."""
    lots = sorted((sha256(seed + contact.to_bytes(8)).digest(), contact) for contact in set(contacts))
    return [contact for _, contact in lots[:size]]


def digest_of(contacts: Iterable[int]) -> str:
    """This function will name a set of contacts by a digest over their ids."""
    return sha256(b"".join(contact.to_bytes(8) for contact in sorted(contacts))).hexdigest()


def digest_of_texts(texts: Iterable[str]) -> str:
    """This function will name a list of digests by one digest, their order part of it."""
    return sha256("\n".join(texts).encode()).hexdigest()
