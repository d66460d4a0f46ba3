"""The words of all patterns together, found in one walk over a text, so that many lists cost little more than few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dunwell.compliance.content.pattern import BEGINS, Match, Passage, Pattern, Slot, Span

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class _Word(NamedTuple):
    """A word of some slots; `bound` asks for a border after it."""

    slot: int
    bound: bool


class Index:
    """Patterns made ready to be searched all at once; they are found by their numbers."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        numbers: dict[tuple[str, bool], int] = {}
        self._slots: list[Slot] = []
        self._made = tuple(tuple(self._number(slot, numbers=numbers) for slot in each.slots) for each in patterns)
        self._words = self._spelt()
        self._lengths = _lengths(self._words)
        self._led_by: dict[int, list[int]] = defaultdict(list)
        for number, slots in enumerate(self._made):
            self._led_by[slots[0]].append(number)
        self._shapes = tuple(number for number, slot in enumerate(self._slots) if not slot.plain)

    def _number(self, slot: Slot, *, numbers: dict[tuple[str, bool], int]) -> int:
        """This function will number a slot; those with the same words have one number."""
        key = slot.words.pattern, bool(slot.plain)
        if key not in numbers:
            numbers[key] = len(self._slots)
            self._slots.append(slot)
        return numbers[key]

    def _spelt(self) -> dict[str, tuple[_Word, ...]]:
        words: dict[str, list[_Word]] = defaultdict(list)
        for number, slot in enumerate(self._slots):
            for word, bound in zip(slot.plain, slot.bound, strict=True):
                words[word].append(_Word(number, bound))
        return {word: tuple(told) for word, told in words.items()}

    def places(self, text: str) -> dict[int, list[Span]]:
        """This function will find where the words of each slot stand, the longest first of those that begin alike."""
        places: dict[int, list[Span]] = defaultdict(list)
        for start, end, told in self._seen(text):
            follows = text[end : end + 1] in _LETTERS
            for slot, bound in told:
                if not (bound and follows):
                    places[slot].append((start, end))
        for slot in self._shapes:
            if spans := self._slots[slot].places(text):
                places[slot] = spans
        return places

    def _seen(self, text: str) -> Iterator[tuple[int, int, tuple[_Word, ...]]]:
        lengths, words, inside = self._lengths, self._words, False
        for start, letter in enumerate(text):
            within, inside = inside, letter in _LETTERS
            if within and inside:
                continue
            for length in lengths.get(text[start : start + BEGINS], lengths.get(letter, ())):
                told = words.get(text[start : start + length])
                if told is not None and start + length <= len(text):
                    yield start, start + length, told

    def find(self, passage: Passage) -> Iterator[tuple[int, Iterable[Match]]]:
        """This function will name the patterns that may stand in the passage, each with where it does."""
        places = self.places(passage.text)
        likely = [
            number
            for slot in places
            for number in self._led_by[slot]
            if all(each in places for each in self._made[number])
        ]
        for number in sorted(likely):
            spans = [places[slot] for slot in self._made[number]]
            yield number, self._patterns[number].among(passage, places=spans)


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """This function will say how long the words are that begin alike, the longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for word in words:
        lengths[word[:BEGINS]].add(len(word))
    for begin, known in lengths.items():
        if len(begin) == BEGINS:
            known.update(lengths.get(begin[:1], ()))
    return {begin: tuple(sorted(known, reverse=True)) for begin, known in lengths.items()}
