"""Forbidden words and claims in a text, unless the text denies them, quotes them from others or warns of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache

from dunwell.compliance.content.index import Index
from dunwell.compliance.content.normal import normal
from dunwell.compliance.content.pattern import Match, Passage, Pattern, pattern
from dunwell.compliance.content.wording import Entry, ForbiddenList, Frames, Wording, load_wording

# So few texts are kept that nobody's letter stays in memory for long.
TEXTS_KEPT = 4
_QUOTED = re.compile(r"「[^「」]{0,400}」|\"[^\"]{0,400}\"|(?<![a-z0-9])'[^']{0,400}'(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A forbidden claim that was found: which one, by which words, in which list, from where to where."""

    group: str
    entry: str
    words: str
    en: str
    zh: str
    start: int
    end: int

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
    def _entries(self) -> list[tuple[ForbiddenList, Entry, Pattern]]:
        """This property is every pattern with its entry, in the order of the lists."""
        sets = self.wording.frames.sets
        entries = [(each, entry) for each in self.wording.lists for entry in each.entries]
        return [(each, entry, made) for each, entry in entries for made in entry.patterns(sets)]

    @cached_property
    def _index(self) -> Index:
        return Index([made for _, _, made in self._entries])

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
    def claims(self) -> Callable[[str], tuple[tuple[Entry, Forbidden], ...]]:
        """This property is the function that finds the claims of every group, with the entries they come from."""
        return lru_cache(TEXTS_KEPT)(lambda text: tuple(self._claims(text)))

    def _passage(self, text: str) -> Passage:
        return Passage(normal(text, traditional=self.traditional))

    def _claims(self, text: str) -> Iterator[tuple[Entry, Forbidden]]:
        """This function will find the claims, each entry once."""
        passage, told = self.passage(text), ""
        for number, matches in self._index.find(passage):
            each, entry, _ = self._entries[number]
            found = self._first(entry, matches, passage=passage) if entry.id != told else None
            if found:
                told = entry.id
                words = found.words(passage.text)
                yield entry, Forbidden(each.group, entry.id, words, entry.en, entry.zh, found.start, found.end)

    def _first(self, entry: Entry, matches: Iterable[Match], *, passage: Passage) -> Match | None:
        lawful = _any(entry.unless) if entry.unless else None
        return next((m for m in matches if not self._excused(entry, m, passage=passage, lawful=lawful)), None)

    def _excused(self, entry: Entry, match: Match, *, passage: Passage, lawful: re.Pattern[str] | None) -> bool:
        start, end = passage.sentence(match.start)
        if lawful is not None and _search(lawful, text=passage.text, start=start, end=end):
            return True
        return entry.excused and self.frames.excuse(match, passage=passage)


class Surroundings:
    """What stands around a word and changes its sense."""

    def __init__(self, frames: Frames) -> None:
        self._denials = _any(frames.denials)
        self._no_denials = _any(frames.no_denials)
        self._conditions = _any(frames.conditions)
        self._turns = _any(frames.turns)
        self._disbelief = _any(frames.disbelief)
        self._attributions = _any(frames.attributions)
        self._apologies = _any(frames.apologies)
        self._undone = _any(frames.undone)
        self._impostors = _any(frames.impostors)
        self._rejections = _any(frames.rejections)

    def excuse(self, match: Match, *, passage: Passage) -> bool:
        return (
            self._denied(match, passage=passage)
            or self._told_by_others(match, passage=passage)
            or self._warned_of(match, passage=passage)
            or self._regretted(match, passage=passage)
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

    def _regretted(self, match: Match, *, passage: Passage) -> bool:
        """This function will tell whether the sentence is sorry for what was done: «sorry that we rang your mother»."""
        start, end = passage.sentence(match.start)
        return all(_search(told, text=passage.text, start=start, end=end) for told in (self._apologies, self._undone))


@cache
def _any(words: tuple[str, ...]) -> re.Pattern[str]:
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
    return [claim for entry, claim in made.claims(text) if claim.group in chosen and entry.valid(on)]


def told_once(claims: Iterable[Forbidden]) -> list[Forbidden]:
    """This function will keep, of the claims of one group that several entries find in the same words, the first."""
    kept: list[Forbidden] = []
    for claim in claims:
        if not any(each.group == claim.group and each.start < claim.end and claim.start < each.end for each in kept):
            kept.append(claim)
    return kept
