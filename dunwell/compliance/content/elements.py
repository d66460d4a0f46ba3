"""Which elements a text holds, as a template and filled in, and in which languages it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dunwell.compliance.content.forbidden import Searcher, searcher
from dunwell.compliance.content.normal import PLACEHOLDER
from dunwell.compliance.content.pattern import Passage
from dunwell.compliance.content.wording import Element, Language, Part, Wording, Words

# What stands between the words of an element is often the name of a company, in full.
GAPS = {"zh": 30, "en": 60, "es": 60}

# So many of a language's small words show that a text is written in it; fewer may be a name or a brand.
SMALL_WORDS_LEAST = 3


_AMONG: dict[Language, tuple[str, str]] = {
    "zh": (" in Chinese", "（中文）"),
    "en": (" in English", "（英文）"),
    "es": (" in Spanish", "（西班牙文）"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of an element that the text does not hold, and what to do about it."""

    element: str
    part: str
    en: str
    zh: str

    def sentence(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def placeholders(text: str) -> tuple[str, ...]:
    """This function will name the placeholders of a template, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def languages(text: str, *, wording: Wording | None = None) -> tuple[Language, ...]:
    """This function will name the languages the text is written in, by their small words."""
    made = searcher(wording)
    passage = made.passage(PLACEHOLDER.sub(" ", text))
    told = made.wording.frames.languages
    return tuple(name for name, words in told.items() if _count(made, passage, words) >= SMALL_WORDS_LEAST)


def _count(made: Searcher, passage: Passage, words: Words) -> int:
    return sum(1 for _ in made.pattern("/".join(words), gap=0).find(passage))


def missing(
    text: str,
    *,
    elements: Iterable[str],
    template: bool = False,
    each_language: bool = False,
    wording: Wording | None = None,
) -> list[Missing]:
    """This function will name the parts that the text lacks.

    A template is asked for placeholders where a part has some. With `each_language` every language in which the text
    is written must hold them, and a text in none that we know lacks them all.
    """
    made = searcher(wording)
    passage = made.passage(text)
    spoken: tuple[Language | None, ...] = languages(text, wording=wording) or ("en",) if each_language else (None,)
    return [
        _missing(element, part, language=language)
        for element in map(made.wording.element, elements)
        for part in element.parts
        for language in spoken
        if not _holds(made, passage, part=part, text=text if template else None, language=language)
    ]


def present(text: str, *, elements: Iterable[str], wording: Wording | None = None) -> list[Element]:
    """This function will return the elements of which the text holds any part."""
    made = searcher(wording)
    passage = made.passage(text)
    told = [made.wording.element(name) for name in elements]
    return [e for e in told if any(_holds(made, passage, part=p, text=None, language=None) for p in e.parts)]


def _holds(made: Searcher, passage: Passage, *, part: Part, text: str | None, language: Language | None) -> bool:
    if text is not None and part.placeholders:
        return any(each in text for each in part.placeholders)
    return found(made, passage, words=part.words, language=language) is not None


def found(
    made: Searcher, passage: Passage, *, words: Mapping[Language, Words], language: Language | None = None
) -> str | None:
    """This function will return the first of the words that the text holds, in one language or in any."""
    for name, told in words.items():
        for each in told if language in (None, name) else ():
            for match in made.pattern(each, gap=GAPS[name]).find(passage):
                return match.words(passage.text)
    return None


def _missing(element: Element, part: Part, *, language: Language | None) -> Missing:
    among = {
        "zh": (" in Chinese", "（中文）"),
        "en": (" in English", "（英文）"),
        "es": (" in Spanish", "（西班牙文）"),
    }
    where = among[language] if language else ("", "")
    whole = len(element.parts) == 1
    en = element.name.en if whole else f"{element.name.en} ({part.name.en})"
    zh = element.name.zh if whole else f"{element.name.zh}（{part.name.zh}）"
    return Missing(
        element.id,
        part.id,
        f"{en} is missing{where[0]}: {element.cure.en}",
        f"缺少{zh}{where[1]}：{element.cure.zh}",
    )
