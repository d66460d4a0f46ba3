"""Boxes over axes, and the one question all checks come down to: is there a point of a box outside some others?

A box has, for each axis, the bits of the pieces that it takes. The search goes axis by axis and carries, as the bits of
one number, the boxes that still cover what was chosen; it closes a region as soon as one box covers all of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import and_, or_

Box = tuple[int, ...]
Point = tuple[int, ...]
# Of one axis: which boxes take a piece, and one piece that exactly these take.
Classes = Mapping[int, int]


class TooMuchError(Exception):
    """The search was given up; raised and caught inside the checks, which then say so."""


class Work:
    """How many steps may still be made."""

    def __init__(self, steps_max: int) -> None:
        self.left = steps_max

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuchError


class Space:
    """Numbered boxes: `taking[axis][piece]` holds as bits those that take the piece."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self.taking = [[0] * size for size in sizes]
        self.whole: Box = tuple((1 << len(pieces)) - 1 for pieces in self.taking)
        self.count = 0

    def add(self, box: Box) -> int:
        """This function will take in a box and return its bit; an empty box has none."""
        if not all(box):
            return 0
        bit = 1 << self.count
        self.count += 1
        for pieces, bits in zip(self.taking, box, strict=True):
            for piece in indices(bits):
                pieces[piece] |= bit
        return bit

    def meeting(self, box: Box, *, among: int) -> int:
        """This function will return which of the boxes share a point with this one."""
        for pieces, bits, whole in zip(self.taking, box, self.whole, strict=True):
            if bits != whole:
                among &= reduce(or_, (pieces[piece] for piece in indices(bits)), 0)
        return among

    def holding(self, box: Box, *, among: int) -> int:
        """This function will return which of the boxes hold all of this one."""
        for pieces, bits in zip(self.taking, box, strict=True):
            for piece in indices(bits):
                among &= pieces[piece]
        return among

    def at(self, point: Point, *, among: int) -> int:
        """This function will return which of the boxes hold a point."""
        return reduce(and_, (pieces[piece] for pieces, piece in zip(self.taking, point, strict=True)), among)

    def view(self, box: Box, *, covers: int, work: Work) -> View:
        """This function will make a box ready to be searched: its pieces merged where the same covers take them."""
        live = self.meeting(box, among=covers)
        found: list[tuple[int, Classes]] = []
        for axis, bits in enumerate(box):
            classes: dict[int, int] = {}
            for piece in indices(bits):
                classes.setdefault(self.taking[axis][piece] & live, piece)
            work.spend(bits.bit_count())
            found.append((axis, classes))
        return View(found, live)

    def hole(self, box: Box, *, covers: int, work: Work) -> Point | None:
        """This function will return a point of the box that none of the covers holds, None if there is none.

        It raises TooMuchError when the work is used up.
        """
        return self.view(box, covers=covers, work=work).hole(covers=covers, work=work)

    def widened(self, point: Point, *, covers: int, within: Box, first: Sequence[int] = ()) -> Box:
        """This function will return a box around the point, as wide as can be, that still meets none of the covers.

        It stays within a box, and is widened along the axes that come `first` before the others.
        """
        masks = [pieces[piece] & covers for pieces, piece in zip(self.taking, point, strict=True)]
        box = [1 << piece for piece in point]
        for axis in (*first, *(axis for axis in range(len(box)) if axis not in first)):
            rest = reduce(and_, (mask for other, mask in enumerate(masks) if other != axis), covers)
            free = [piece for piece in indices(within[axis]) if not self.taking[axis][piece] & rest]
            box[axis] = sum(1 << piece for piece in free)
            masks[axis] = reduce(or_, (self.taking[axis][piece] for piece in free), 0) & covers
        return tuple(box)


@dataclass(frozen=True, slots=True)
class View:
    """A box as the covers see it that it was made for."""

    axes: list[tuple[int, Classes]]
    live: int

    def hole(self, *, covers: int, work: Work) -> Point | None:
        """This function will return a point outside the covers, which are some of those that the view was made for."""
        if not all(classes for _, classes in self.axes):
            return None
        chosen = _Search(work).find(self.axes, self.live & covers)
        return None if chosen is None else tuple(chosen[axis] for axis in range(len(self.axes)))


class _Search:
    """One search; it remembers what it has closed."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.closed: set[tuple[tuple[int, ...], ...]] = set()

    def find(self, axes: list[tuple[int, Classes]], live: int) -> dict[int, int] | None:
        """This function will return a piece for each axis, so that none of the live boxes takes them all."""
        chosen: dict[int, int] = {}
        while True:
            axes = [(axis, self.fewest(classes, live)) for axis, classes in axes]
            # A box that is needed nowhere on some axis covers nothing that counts.
            reach = reduce(and_, (reduce(or_, classes, 0) for _, classes in axes), live)
            if not reach:
                return chosen | {axis: next(iter(classes.values())) for axis, classes in axes}
            if reduce(and_, (mask for _, classes in axes for mask in classes), reach):
                return None
            settled = {axis: piece for axis, classes in axes for piece in classes.values() if len(classes) == 1}
            if reach == live and not settled:
                found = self.split(axes, live)
                return None if found is None else chosen | found
            chosen |= settled
            axes, live = [(axis, classes) for axis, classes in axes if axis not in settled], reach

    def split(self, axes: list[tuple[int, Classes]], live: int) -> dict[int, int] | None:
        """This function will search the two sides of the cut that leaves each side the fewest boxes."""
        key = tuple(tuple(classes) for _, classes in axes)
        if key in self.closed:
            return None
        _, at, cut, sides = min(
            (cost, at, cut, sides)
            for at, (_, classes) in enumerate(axes)
            for cut, (cost, sides) in enumerate(self.cuts(list(classes)), 1)
        )
        axis, classes = axes[at]
        pieces = list(classes.items())
        parts = sorted(zip(sides, (pieces[:cut], pieces[cut:]), strict=True), key=lambda part: part[0].bit_count())
        for side, part in parts:
            rest = [*axes[:at], (axis, dict(part)), *axes[at + 1 :]]
            if (found := self.find(rest, live & side)) is not None:
                return found
        self.closed.add(key)
        return None

    def cuts(self, masks: list[int]) -> Iterator[tuple[int, tuple[int, int]]]:
        """This function will weigh each cut between neighbours by the boxes that reach to either side of it."""
        self.work.spend(len(masks))
        below = accumulate(masks[:-1], or_)
        above = list(accumulate(reversed(masks[1:]), or_))[::-1]
        for left, right in zip(below, above, strict=True):
            yield left.bit_count() ** 2 + right.bit_count() ** 2, (left, right)

    def fewest(self, classes: Classes, live: int) -> Classes:
        """This function will keep the pieces that the fewest boxes take: if they are covered, so are the others."""
        merged: dict[int, int] = {}
        for mask, piece in classes.items():
            merged.setdefault(mask & live, piece)
        self.work.spend(len(classes) + 4)
        if 0 in merged:
            return {0: merged[0]}
        kept: list[int] = []
        for mask in sorted(merged, key=int.bit_count):
            self.work.spend(len(kept) // 4)
            if not any(mask & other == other for other in kept):
                kept.append(mask)
        least = set(kept)
        return {mask: piece for mask, piece in merged.items() if mask in least}


def indices(bits: int) -> Iterator[int]:
    """This function will yield the places of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
