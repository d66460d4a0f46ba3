"""The search behind all checks: a point of a box that none of the covers holds, or the proof that there is none."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine.checks.search import Box, Point, Space, TooMuchError, Work, indices

SIZES = (3, 2, 4)
boxes = st.tuples(*(st.integers(0, (1 << size) - 1) for size in SIZES))
ENOUGH = 10**9


def points(box: Box) -> list[Point]:
    return list(product(*(indices(bits) for bits in box)))


def spaced(covers: list[Box]) -> tuple[Space, int]:
    space = Space(SIZES)
    return space, reduce(or_, (space.add(box) for box in covers), 0)


@given(boxes, st.lists(boxes, max_size=8))
def test_a_hole_is_found_where_there_is_one_and_only_there(box: Box, covers: list[Box]) -> None:
    space, bits = spaced(covers)
    outside = set(points(box)) - {point for cover in covers for point in points(cover)}
    hole = space.hole(box, covers=bits, work=Work(ENOUGH))
    assert (hole is not None) == bool(outside)
    assert hole is None or hole in outside


@given(boxes, st.lists(boxes, max_size=8))
def test_a_widened_hole_meets_no_cover_and_stays_within(box: Box, covers: list[Box]) -> None:
    space, bits = spaced(covers)
    if (hole := space.hole(box, covers=bits, work=Work(ENOUGH))) is not None:
        region = space.widened(hole, covers=bits, within=box, first=[2])
        assert hole in points(region)
        assert set(points(region)) <= set(points(box)) - {point for cover in covers for point in points(cover)}


@given(boxes, boxes, st.lists(boxes, max_size=8))
def test_meeting_holding_and_at(box: Box, other: Box, covers: list[Box]) -> None:
    space, bits = spaced(covers)
    own = space.add(other)
    inside = set(points(box))
    if inside:
        assert bool(space.meeting(box, among=bits | own) & own) == bool(inside & set(points(other)))
        assert bool(space.holding(box, among=bits | own) & own) == (inside <= set(points(other)))
        point = min(inside)
        assert bool(space.at(point, among=bits | own) & own) == (point in points(other))


@given(boxes, st.lists(boxes, min_size=1, max_size=8), st.data())
def test_a_view_may_be_asked_about_some_of_its_covers(box: Box, covers: list[Box], data: st.DataObject) -> None:
    space, bits = spaced(covers)
    some = bits & data.draw(st.integers(0, bits))
    view = space.view(box, covers=bits, work=Work(ENOUGH))
    found = view.hole(covers=some, work=Work(ENOUGH))
    assert (found is None) == (space.hole(box, covers=some, work=Work(ENOUGH)) is None)
    assert found is None or not space.at(found, among=some)


def test_a_space_without_axes_has_one_point() -> None:
    space = Space(())
    assert space.hole((), covers=0, work=Work(9)) == ()
    assert space.hole((), covers=space.add(()), work=Work(9)) is None


def test_the_work_is_limited() -> None:
    space, bits = spaced([(1, 3, 15), (6, 1, 15)])
    with pytest.raises(TooMuchError):
        space.hole(space.whole, covers=bits, work=Work(3))
