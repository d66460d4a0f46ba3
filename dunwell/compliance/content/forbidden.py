"""Forbidden words and claims in a text, unless the text denies them, quotes them from others or warns of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from dunwell.compliance.content.normal import normal
from dunwell.compliance.content.pattern import Match, Passage, Pattern, pattern
from dunwell.compliance.content.wording import Entry, ForbiddenList, Frames, Wording, load_wording

# So few texts are kept that nobody's letter stays in memory for long.
TEXTS_KEPT = 4
_QUOTED = re.compile(r"「[^「」]{0,400}」|\"[^\"]{0,400}\"|(?<![a-z0-9])'[^']{0,400}'(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A forbidden claim that was found: which one, by which words, in which list."""

    group: str
    entry: str
    words: str
    en: str
    zh: str

    def sentence(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Searcher:
    """The lists made ready for searching."""

    wording: Wording

    @cached_property
    def traditional(self) -> dict[int, str]:
        pairs = "".join(self.wording.frames.traditional).replace(" ", "")
        return {ord(one): other for one, other in zip(pairs[::2], pairs[1::2], strict=True)}

    @cached_property
    def patterns(self) -> list[tuple[ForbiddenList, Entry, tuple[Pattern, ...]]]:
        sets = self.wording.frames.sets
        return [(each, entry, entry.patterns(sets)) for each in self.wording.lists for entry in each.entries]

    @cached_property
    def _compiled(self) -> dict[tuple[str, int], Pattern]:
        return {}

    def pattern(self, told: str, *, gap: int) -> Pattern:
        """This function will read a pattern, once."""
        if (told, gap) not in self._compiled:
            self._compiled[told, gap] = pattern(told, gap=gap, sets=self.wording.frames.sets)
        return self._compiled[told, gap]

    @cached_property
    def frames(self) -> Surroundings:
        return Surroundings(self.wording.frames)

    # The rules of a rulebook ask about the same text one after the other: it is read once.
    @cached_property
    def passage(self) -> Callable[[str], Passage]:
        return lru_cache(TEXTS_KEPT)(self._passage)

    @cached_property
    def claims(self) -> Callable[[str, date], tuple[Forbidden, ...]]:
        return lru_cache(TEXTS_KEPT)(self._claims)

    def _passage(self, text: str) -> Passage:
        return Passage(normal(text, traditional=self.traditional))

    def _claims(self, text: str, on: date) -> tuple[Forbidden, ...]:
        """This function will find the claims of every group."""
        passage = self.passage(text)
        searched = (
            (each, entry, self._first(entry, patterns, passage=passage))
            for each, entry, patterns in self.patterns
            if entry.valid(on)
        )
        return tuple(
            Forbidden(each.group, entry.id, found.words(passage.text), entry.en, entry.zh)
            for each, entry, found in searched
            if found
        )

    def _first(self, entry: Entry, patterns: tuple[Pattern, ...], *, passage: Passage) -> Match | None:
        likely = [each for each in patterns if each.possible(passage)]
        matches = (match for each in likely for match in each.find(passage))
        return next((m for m in matches if not (entry.excused and self.frames.excuse(m, passage=passage))), None)


class Surroundings:
    """What stands around a word and changes its sense."""

    def __init__(self, frames: Frames) -> None:
        self._denials = _any(frames.denials)
        self._no_denials = _any(frames.no_denials)
        self._conditions = _any(frames.conditions)
        self._turns = _any(frames.turns)
        self._disbelief = _any(frames.disbelief)
        self._attributions = _any(frames.attributions)
        self._impostors = _any(frames.impostors)
        self._rejections = _any(frames.rejections)

    def excuse(self, match: Match, *, passage: Passage) -> bool:
        return (
            self._denied(match, passage=passage)
            or self._told_by_others(match, passage=passage)
            or self._warned_of(match, passage=passage)
        )

    def _denied(self, match: Match, *, passage: Passage) -> bool:
        """This function will tell whether a denial governs the match: before it in its clause, with no turn between.

        «如不还款就联系家人» denies the payment and not the threat: the condition, or the turn after it, says so.
        """
        last = match.spans[-1][0]
        start, _ = passage.clause(last)
        sentence, _ = passage.sentence(last)
        text = passage.text
        if _search(self._disbelief, text=text, start=sentence, end=last):
            return False
        shams = [found.span() for found in self._no_denials.finditer(text, start, last)]
        for found in self._denials.finditer(text, start, last):
            own = any(a <= found.start() < b for a, b in (*shams, *match.spans))
            conditional = _search(self._conditions, text=text, start=start, end=found.start())
            turned = _search(self._turns, text=text, start=found.end(), end=max(match.start, found.end()))
            if not own and not conditional and not turned:
                return True
        return False

    def _told_by_others(self, match: Match, *, passage: Passage) -> bool:
        """This function will tell whether the words are another's: after «you told us that», or quoted as such."""
        start, _ = passage.clause(match.start)
        if _search(self._attributions, text=passage.text, start=start, end=match.start):
            return True
        first, last = passage.sentence(match.start)
        for quoted in _QUOTED.finditer(passage.text, first, last):
            if quoted.start() <= match.start and match.end <= quoted.end():
                outside = f"{passage.text[first : quoted.start()]} {passage.text[quoted.end() : last]}"
                return any(words.search(outside) for words in (self._attributions, self._rejections))
        return False

    def _warned_of(self, match: Match, *, passage: Passage) -> bool:
        """This function will tell whether the sentence warns of impostors: «if somebody claims to be …, do not pay»."""
        start, end = passage.sentence(match.start)
        before = _search(self._impostors, text=passage.text, start=start, end=match.end)
        return before and _search(self._rejections, text=passage.text, start=start, end=end)


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return pattern("/".join(words), gap=0, sets={}).slots[0].words


def _search(words: re.Pattern[str], *, text: str, start: int, end: int) -> bool:
    return words.search(text, start, end) is not None


@lru_cache(maxsize=4)
def searcher(wording: Wording | None = None) -> Searcher:
    return Searcher(wording or load_wording())


def forbidden(
    text: str, *, on: date, groups: Iterable[str] | None = None, wording: Wording | None = None
) -> list[Forbidden]:
    """This function will name the forbidden claims of the text, by the lists as they stood on that day."""
    made = searcher(wording)
    chosen = frozenset(made.wording.groups if groups is None else groups)
    return [claim for claim in made.claims(text, on) if claim.group in chosen]
