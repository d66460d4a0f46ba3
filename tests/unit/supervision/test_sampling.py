"""Drawing: exactly a tenth, the same every time, and nobody more likely than another."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.supervision.rules import Collector
from dunwell.compliance.supervision.sampling import day, digest_of, draw, month, seed_of, size_of

IDS = st.sets(st.integers(1, 2**40), max_size=60)
SEEDS = st.binary(min_size=32, max_size=32)
CODES = st.none() | st.text(min_size=1, max_size=6)
# The 99.9 % point of chi-square with 39 degrees of freedom: a fair drawing stays below it, and the seeds are fixed.
CHI_SQUARE_MAX = 72.06


@pytest.mark.parametrize(
    ("contacts", "size"), [(0, 0), (1, 1), (9, 1), (10, 1), (11, 2), (20, 2), (21, 3), (99, 10), (100, 10), (101, 11)]
)
def test_a_tenth_is_rounded_up(contacts: int, size: int) -> None:
    assert size_of(contacts) == size


@given(ids=IDS, seed=SEEDS, size=st.integers(0, 70))
def test_so_many_are_drawn_of_those_there_are(ids: set[int], seed: bytes, size: int) -> None:
    drawn = draw(ids, seed=seed, size=size)
    assert len(drawn) == min(size, len(ids))
    assert set(drawn) <= ids
    assert len(set(drawn)) == len(drawn)


@given(ids=IDS, seed=SEEDS, size=st.integers(0, 70))
def test_the_order_of_the_contacts_says_nothing(ids: set[int], seed: bytes, size: int) -> None:
    assert draw(sorted(ids), seed=seed, size=size) == draw(sorted(ids, reverse=True), seed=seed, size=size)


@given(ids=IDS, seed=SEEDS, size=st.integers(0, 69))
def test_a_larger_drawing_begins_with_the_smaller(ids: set[int], seed: bytes, size: int) -> None:
    assert draw(ids, seed=seed, size=size + 1)[:size] == draw(ids, seed=seed, size=size)


def seeds(count: int) -> list[bytes]:
    return [sha256(f"seed {number}".encode()).digest() for number in range(count)]


def chi_square(counts: list[int], *, expected: float) -> float:
    return sum((count - expected) ** 2 / expected for count in counts)


def test_every_contact_is_drawn_equally_often() -> None:
    """Of 40 contacts 4 are drawn, 5,000 times: each is expected 500 times."""
    ids = list(range(1_000, 1_040))
    often = Counter(contact for seed in seeds(5_000) for contact in draw(ids, seed=seed, size=size_of(len(ids))))
    assert sum(often.values()) == 20_000
    # Drawn without putting back, counts vary by 36/39 of what the statistic supposes; so the limit is a strict one.
    assert chi_square([often[contact] for contact in ids], expected=500) < CHI_SQUARE_MAX


def test_every_place_of_the_drawing_is_equally_likely_too() -> None:
    ids = list(range(40))
    first = Counter(draw(ids, seed=seed, size=1)[0] for seed in seeds(4_000))
    assert chi_square([first[contact] for contact in ids], expected=100) < CHI_SQUARE_MAX


def test_the_statistic_convicts_a_drawing_that_favours() -> None:
    """The test of the test: where one contact is left out now and then, the limit is passed."""
    often = [500] * 38 + [400, 600]
    assert chi_square(often, expected=500) < CHI_SQUARE_MAX
    assert chi_square([500] * 38 + [350, 650], expected=500) > CHI_SQUARE_MAX


def test_contacts_are_drawn_independently_of_their_neighbours() -> None:
    """Two given contacts of 20, of which 10 are drawn, are both drawn in 10/20 · 9/19 of all drawings."""
    together = sum({3, 4} <= set(draw(range(20), seed=seed, size=10)) for seed in seeds(4_000))
    assert together / 4_000 == pytest.approx(10 / 20 * 9 / 19, abs=0.02)


ANCHOR = bytes(32)


@given(
    first=st.tuples(st.sampled_from(["2026-11/1", "2026-11/2", "2026-12/1"]), CODES, CODES, SEEDS),
    other=st.tuples(st.sampled_from(["2026-11/1", "2026-11/2", "2026-12/1"]), CODES, CODES, SEEDS),
)
def test_whatever_differs_makes_another_seed(
    first: tuple[str, str | None, str | None, bytes], other: tuple[str, str | None, str | None, bytes]
) -> None:
    one, two = (seed_of(told[0], collector=Collector(told[1], told[2]), anchor=told[3]) for told in (first, other))
    assert (one == two) == (first == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Collector("a", None), Collector(None, "a")),
        (Collector("a/b", None), Collector("a", "b")),
        (Collector(None, None), Collector(None, "null")),
        (Collector(None, None), None),
        (Collector('a", "b', None), Collector("a", "b")),
    ],
)
def test_no_two_collectors_share_a_seed(one: Collector, other: Collector | None) -> None:
    seeds_of = [seed_of("2026-11/1", collector=collector, anchor=ANCHOR) for collector in (one, other)]
    assert seeds_of[0] != seeds_of[1]


def test_the_seed_is_the_one_the_page_describes() -> None:
    """The bytes written out by hand: each part with its length of four bytes in front."""
    parts = (b"dunwell/review/1", b"2026-11/1", b'["A-01", "S-1"]', b"\x07" * 32)
    told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert seed_of("2026-11/1", collector=Collector("A-01", "S-1"), anchor=b"\x07" * 32) == sha256(told).digest()


def test_the_lot_of_a_contact_is_a_plain_digest() -> None:
    seed = b"\x01" * 32
    lots = {contact: sha256(seed + contact.to_bytes(8, "big")).digest() for contact in (5, 6, 7)}
    assert draw([5, 6, 7], seed=seed, size=3) == sorted(lots, key=lambda contact: lots[contact])


def test_a_digest_of_contacts_forgets_their_order_and_nothing_else() -> None:
    assert digest_of([1, 2]) == digest_of([2, 1])
    assert digest_of([1, 2]) != digest_of([1, 3])


# ---- the calendar ----------------------------------------------------------------------------------------------------


def test_a_month_is_that_of_the_house() -> None:
    span = month(date(2026, 11, 1), zone="Asia/Shanghai")
    assert span.since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert span.until == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_the_month_after_begins_when_this_one_ends() -> None:
    for zone in ("Asia/Shanghai", "America/New_York", "Europe/London"):
        for number in range(1, 12):
            one, after = (month(date(2026, first, 1), zone=zone) for first in (number, number + 1))
            assert one.until == after.since


def test_a_day_may_have_23_hours() -> None:
    span = day(date(2026, 3, 8), zone="America/New_York")
    assert (span.until.astimezone(UTC) - span.since.astimezone(UTC)).total_seconds() == 23 * 3600


def test_a_month_is_named_by_its_first_day() -> None:
    with pytest.raises(ValueError, match="first day"):
        month(date(2026, 11, 2), zone="UTC")
