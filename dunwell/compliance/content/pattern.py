"""Patterns of literal words with gaps between them; there is nothing in them that could run away.

`告诉/通知 … 家人` is one of the first words and, in the same clause, one of the second within the gap; `……` lets the
gap go over the ends of clauses within the sentence, and so does `↔`, which lets either side come first. `arrest*`
stands for every word that begins so, `@family` for a set of words, `<money>` for a shape.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from dunwell.compliance.content.shapes import SHAPES

CLAUSE_ENDS = re.compile(r"[,;:!?。()\n]|\.(?=\s|$)")
SENTENCE_ENDS = re.compile(r"[;!?。\n]|\.(?=\s|$)")
SLOTS_MAX = 4
# By so many characters it is known which of the many patterns are worth a search in a text.
BEGINS = 2
GAP_MAX = 80
# So far from a word its clause and its sentence are looked at, so that one endless sentence takes no endless time.
REACH_MAX = 400
_GAP = re.compile(r"\s*(……|…)\s*")
_EITHER = "↔"
Span = tuple[int, int]
Spans = tuple[Span, ...]


class PatternError(ValueError):
    """A pattern that cannot be read."""


class Slot(NamedTuple):
    """One of several words; `far` lets it stand in a later clause than the slot before it.

    `plain` holds the words as they are written, `bound` whether a word must end where it does, and `begins` how they
    begin; all are empty where one is a shape, of which none is known.
    """

    words: re.Pattern[str]
    plain: tuple[str, ...]
    bound: tuple[bool, ...]
    begins: frozenset[str]
    far: bool

    def places(self, text: str) -> list[Span]:
        return [found.span() for found in self.words.finditer(text)]


class Match(NamedTuple):
    """Where a pattern was found: the span of each of its words."""

    spans: Spans

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    def words(self, text: str) -> str:
        """This function will write the words that were found, without what stands between them."""
        return " … ".join(text[start:end] for start, end in self.spans)


@dataclass(frozen=True)
class Passage:
    """A plain text with the ends of its clauses and sentences."""

    text: str

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """This property is every character and every pair of characters of the text."""
        pairs = {self.text[place : place + BEGINS] for place in range(len(self.text))}
        return frozenset(pairs | set(self.text))

    @cached_property
    def _clauses(self) -> list[tuple[int, int]]:
        return list(_between(CLAUSE_ENDS, text=self.text))

    @cached_property
    def _sentences(self) -> list[tuple[int, int]]:
        return list(_between(SENTENCE_ENDS, text=self.text))

    def clause(self, position: int) -> tuple[int, int]:
        return _around(self._clauses, position=position)

    def sentence(self, position: int) -> tuple[int, int]:
        return _around(self._sentences, position=position)


def _between(ends: re.Pattern[str], *, text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in ends.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def _around(spans: Sequence[tuple[int, int]], *, position: int) -> tuple[int, int]:
    """This function will return the span that holds the position, no farther than words around it can reach."""
    start, end = spans[bisect_right(spans, position, key=lambda span: span[0]) - 1]
    return max(start, position - REACH_MAX), max(position, min(end, position + REACH_MAX))


@dataclass(frozen=True)
class Pattern:
    slots: tuple[Slot, ...]
    gap: int

    def possible(self, passage: Passage) -> bool:
        """This function will tell, fast, whether the passage may hold the pattern: nearly always it does not."""
        for slot in self.slots:
            if slot.plain and slot.begins.isdisjoint(passage.beginnings):
                return False
        return all(not slot.plain or any(word in passage.text for word in slot.plain) for slot in self.slots)

    def find(self, passage: Passage) -> Iterator[Match]:
        """This function will find every place where the pattern begins, each once."""
        if self.possible(passage):
            yield from self.among(passage, places=[slot.places(passage.text) for slot in self.slots])

    def among(self, passage: Passage, *, places: Sequence[Sequence[Span]]) -> Iterator[Match]:
        """This function will find the pattern where it is known at which places each of its slots stands.

        The places of a slot are in order, the longest first of those that begin alike.
        """
        walk, last = _Walk(passage, self, places), -1
        for span in places[0]:
            if span[0] != last and (spans := walk.on((span,))):
                last = span[0]
                yield Match(spans)


class _Walk:
    """One search for a pattern; an end from which nothing follows is not tried twice, so no text takes long."""

    def __init__(self, passage: Passage, sought: Pattern, places: Sequence[Sequence[Span]]) -> None:
        self._passage, self._sought, self._places = passage, sought, places
        self._vain: set[tuple[int, int]] = set()

    def on(self, spans: Spans) -> Spans | None:
        if len(spans) == len(self._places):
            return spans
        state = len(spans), spans[-1][1]
        if state in self._vain:
            return None
        rest = next((rest for span in self._next(*state) if (rest := self.on((*spans, span)))), None)
        if rest is None:
            self._vain.add(state)
        return rest

    def _next(self, number: int, end: int) -> Iterator[Span]:
        slot, places = self._sought.slots[number], self._places[number]
        _, limit = self._passage.sentence(end) if slot.far else self._passage.clause(end)
        for place in range(bisect_left(places, (end, 0)), len(places)):
            span = places[place]
            if span[0] - end > self._sought.gap:
                return
            if span[1] <= limit:
                yield span


def orders(told: str) -> tuple[str, ...]:
    """This function will write a pattern with `↔` as one for each order of its sides."""
    return tuple(" …… ".join(order) for order in permutations(told.split(_EITHER)))


def pattern(told: str, *, gap: int, sets: Mapping[str, Sequence[str]]) -> Pattern:
    """This function will read a pattern as it is written."""
    parts = _GAP.split(told.strip())
    if not all(parts) or len(parts) > 2 * SLOTS_MAX - 1 or not 0 <= gap <= GAP_MAX:
        raise PatternError(f"{told!r} is no pattern: write up to {SLOTS_MAX} words or groups of words with … between")
    far = [False, *(mark == "……" for mark in parts[1::2])]
    slots = (_slot(part, sets=sets, far=farther) for part, farther in zip(parts[::2], far, strict=True))
    return Pattern(tuple(slots), gap)


def _slot(told: str, *, sets: Mapping[str, Sequence[str]], far: bool) -> Slot:
    # The longest first: of two words that begin alike, the one that says more is found.
    literals = sorted(set(_spelt(told, sets=sets)), key=lambda word: (-len(word), word))
    known = not any(word.startswith("<") for word in literals)
    plain = tuple(word.removesuffix("*").lower() for word in literals) if known else ()
    bound = tuple(_lettered(word[-1]) for word in literals) if known else ()
    begins = frozenset(word[:BEGINS] for word in plain)
    return Slot(re.compile("|".join(_literal(word) for word in literals)), plain, bound, begins, far)


def _spelt(told: str, *, sets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for word in (part.strip() for part in told.split("/")):
        if not word:
            raise PatternError(f"{told!r} names an empty word")
        yield from spelt(word, sets=sets)


def spelt(word: str, *, sets: Mapping[str, Sequence[str]], within: tuple[str, ...] = ()) -> Iterator[str]:
    """This function will name the words that a word stands for: itself, or those of its set and of the sets in it."""
    if not word.startswith("@"):
        yield word
        return
    if word[1:] not in sets:
        raise PatternError(f"there is no set of words {word}; known are {', '.join(sorted(sets))}")
    if word in within:
        raise PatternError(f"the set of words {word} holds itself")
    for each in sets[word[1:]]:
        yield from spelt(each, sets=sets, within=(*within, word))


def _literal(word: str) -> str:
    if word.startswith("<"):
        if word not in SHAPES:
            raise PatternError(f"there is no shape {word}; known are {', '.join(SHAPES)}")
        return f"(?:{SHAPES[word]})"
    open_end = word.endswith("*")
    word = word.removesuffix("*").lower()
    # A word of letters is found as a word, not inside another; Chinese has no such borders.
    before = r"(?<![a-z0-9_])" if _lettered(word[0]) else ""
    after = r"(?![a-z0-9_])" if _lettered(word[-1]) and not open_end else ""
    return f"{before}{re.escape(word)}{after}"


def _lettered(character: str) -> bool:
    return character.isascii() and character.isalnum()
