"""A text as it is compared with words: one form for what is written in many, without the tricks that hide a word.

Full-width letters, capitals and traditional characters become plain ones; marks put between the characters of a word
(黑·名·单, p.o.l.i.c.e) go; digits that stand for letters (p0lice) become letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import category, normalize

HAN = "\u3400-\u9fff"
# Marks that people put into a word to hide it; none of them ends a clause.
JOINERS = r" \t·•・.*\-_~|/\\+=^#&"
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])[{JOINERS}]{{1,3}}(?=[{HAN}])")
# A single character between two marks: 黑，名，单. An enumeration of single characters reads the same without them.
_SINGLE_HAN = re.compile(rf"(?<=[{HAN}])[,、;:{JOINERS}]([{HAN}])[,、;:{JOINERS}](?=[{HAN}])")
_SINGLE_LETTERS = re.compile(rf"(?<![a-z0-9])[a-z](?:[{JOINERS}][a-z]){{3,}}(?![a-z0-9])")
_DISGUISED = re.compile(r"(?<![a-z0-9@$])[a-z]+[0134570@$][a-z0134570@$]*[a-z](?![a-z0-9@$])")
_LETTER_OF = str.maketrans("013457@$", "oleastas")
_MARKS = {"’": "'", "‘": "'", "ʼ": "'", "“": "「", "”": "」", "«": "「", "»": "」", "『": "「", "』": "」"}
_SPACES = re.compile(r"[ \t\r\f\v\u3000]+")
PLACEHOLDER = re.compile(r"\{[a-z_]{1,40}\}")


def normal(text: str, *, traditional: Mapping[int, str]) -> str:
    """This function will write the text in its plain form; `traditional` maps characters to simplified ones."""
    plain = "".join(_plain(character) for character in text).translate(traditional)
    plain = _SPACES.sub(" ", plain)
    plain = _SINGLE_HAN.sub(r"\1", plain)
    plain = _BETWEEN_HAN.sub("", plain)
    plain = _SINGLE_LETTERS.sub(lambda found: re.sub(r"[^a-z]", "", found.group()), plain)
    return _DISGUISED.sub(_undisguised, plain)


@lru_cache(maxsize=10_000)
def _plain(character: str) -> str:
    """This function will fold one character: width and case; invisible marks and strokes laid over letters go."""
    if category(character) in ("Cf", "Mn", "Me"):
        return ""
    folded = normalize("NFKC", character).lower()
    return _MARKS.get(folded, folded)


def _undisguised(found: re.Match[str]) -> str:
    # An account number like a1b2 is no word; a disguise keeps more letters than digits.
    text = found.group()
    letters = sum(character.isalpha() for character in text)
    return text.translate(_LETTER_OF) if letters > 2 * (len(text) - letters) - 1 and letters >= 3 else text
