"""Whether a voicemail says no more than a limited-content message may (Regulation F, 12 CFR 1006.2(j))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dunwell.compliance.content.elements import found
from dunwell.compliance.content.forbidden import searcher
from dunwell.compliance.content.normal import PLACEHOLDER
from dunwell.compliance.content.wording import Wording

_WORD = re.compile(r"[A-Za-z][A-Za-z.'’-]*")


@dataclass(frozen=True, slots=True)
class Excess:
    """Why a message is more, or less, than limited content."""

    en: str
    zh: str

    def sentence(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def limited_content(text: str, *, wording: Wording | None = None) -> list[Excess]:
    """This function will say what keeps the message from being limited-content; nothing if it is."""
    return [*_lacks(text, wording=wording), *_reveals(text, wording=wording), *_beyond(text, wording=wording)]


def _lacks(text: str, *, wording: Wording | None) -> Iterator[Excess]:
    made = searcher(wording)
    passage = made.passage(text)
    for part in made.wording.limited.parts:
        named = any(each in text for each in part.placeholders)
        if not named and found(made, passage, words=part.words) is None:
            yield Excess(f"it lacks {part.name.en}", f"缺少{part.name.zh}")


def _reveals(text: str, *, wording: Wording | None) -> Iterator[Excess]:
    made = searcher(wording)
    words = made.wording.limited.reveals
    told = found(made, made.passage(PLACEHOLDER.sub(" ", text)), words=words)
    if told is not None:
        yield Excess(f"«{told}» shows what it is about", f"“{told}”透露了来意")


def _beyond(text: str, *, wording: Wording | None) -> Iterator[Excess]:
    """This function will find the first word that is neither a name (with a capital) nor of the vocabulary."""
    allowed = set(searcher(wording).wording.limited.vocabulary["en"])
    for word in _WORD.findall(PLACEHOLDER.sub(" ", text)):
        plain = word.lower().replace("’", "'").strip(".-'")
        if not word[0].isupper() and plain not in allowed:
            yield Excess(f"«{plain}» goes beyond what such a message may say", f"“{plain}”超出有限内容留言的范围")
            return
