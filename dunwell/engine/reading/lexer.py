"""The words of S-FEEL: cuts an entry into tokens, knowing the names in scope, which may hold spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dunwell.engine.model import Expression, ModelError, Place, Value
from dunwell.engine.reading import literals

LENGTH_MAX = 4000
NAME_LENGTH_MAX = 200
# 18 digits before the point and 9 after it fit, together with any DECIMAL(29, …) column, into the 38 that engines have.
DIGITS_MAX, PLACES_MAX = 18, 9
ZERO = Decimal(0)
KEYWORDS = frozenset({"not", "if", "then", "else", "and", "or", "in", "between"})
CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "null": None}
RESERVED = KEYWORDS | CONSTANTS.keys()
ESCAPES = {'"': '"', "\\": "\\", "'": "'", "n": "\n", "t": "\t", "r": "\r"}

# Comments are passed over like spaces: `// to the end of the line` and `/* … */`.
SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
WORD = re.compile(r"[^\W\d]\w*")
SYMBOL = re.compile(r"\.\.?|<=|>=|!=|\*\*|[<>=+\-*/(),\[\]]")
# A name may hold spaces and signs, as FEEL's may; a quote or a comma in it could hide where a text or a list ends.
NAME = re.compile(r'[^\W\d](?:[^"\\,\n\t]*[^"\\,\s])?')
LABEL = re.compile(r"([^\W\d]\w*(?:\s+[^\W\d]\w*)*)\s*:")
AT = re.compile(r'@"([^"]*)"')
# What a Chinese keyboard writes where S-FEEL wants ASCII.
FULL_WIDTH = dict(zip("，（）【】“”＜＞＝≤≥≠－＋", [*",()[]", '"', '"', *"<>=", "<=", ">=", "!=", *"-+"], strict=True))


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its meaning: a symbol, a constant's value, what a name stands for, or what is called."""

    kind: Literal["symbol", "constant", "name", "function", "label", "property", "end"]
    value: Value | Expression
    shown: str
    position: int


def refusal(text: str, position: int, message: str, *, cure: str, place: Place) -> ModelError:
    """This function will return the error for one spot of an entry, counted from 1 as editors do."""
    shown = text if len(text) <= 80 else f"{text[:77]}…"
    return place.refuse(f"«{shown}» at character {position + 1}: {message}", cure=cure)


def check_name(name: str, what: str, place: Place) -> str:
    """This function will return the name, or refuse one that S-FEEL could take for something else."""
    if len(name) > NAME_LENGTH_MAX:
        raise place.refuse(f"{what} has a name of {len(name)} characters", cure=f"use at most {NAME_LENGTH_MAX}")
    if not NAME.fullmatch(name) or name in RESERVED:
        raise place.refuse(f"{what} is called '{name}'", cure="begin it with a letter, use no quotes or FEEL keyword")
    return name


def tokens(text: str, *, scope: Mapping[str, Expression], functions: Iterable[str], place: Place) -> tuple[Token, ...]:
    """This function will cut the text into tokens, the last of which is the end."""
    if len(text) > LENGTH_MAX:
        raise refusal(text, LENGTH_MAX, f"longer than {LENGTH_MAX} characters", cure="split it into rules", place=place)
    lexer = _Lexer(text, scope=scope, functions=functions, place=place)
    found = []
    while (token := lexer.next()).kind != "end":
        found.append(token)
    return (*found, token)


class _Lexer:
    def __init__(self, text: str, *, scope: Mapping[str, Expression], functions: Iterable[str], place: Place) -> None:
        self.text = text
        self.scope = scope
        self.place = place
        self.position = 0
        self.after_dot = False
        self.names = sorted(scope, key=len, reverse=True)
        # `date and time (` too: a word is a function where a parenthesis follows it.
        called = "|".join(re.escape(name) for name in sorted(functions, key=len, reverse=True))
        self.functions = re.compile(rf"({called})\s*(?=\()".replace(r"\ ", r"\s+"))

    def next(self) -> Token:
        self.match(SPACE)
        start = self.position
        if start == len(self.text):
            return Token("end", None, "the end", start)
        if self.after_dot and (found := self.match(WORD)):
            self.after_dot = False
            return Token("property", found[0], found[0], start)
        return (
            self.label(start) or self.function(start) or self.name(start) or self.constant(start) or self.symbol(start)
        )

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if found := pattern.match(self.text, self.position):
            self.position = found.end()
        return found

    def fail(self, start: int, message: str, cure: str) -> ModelError:
        return refusal(self.text, start, message, cure=cure, place=self.place)

    def label(self, start: int) -> Token | None:
        """This function will read the name of an argument: `year` in `date(year: 2024, month: 1, day: 31)`."""
        if self.text[:start].rstrip().endswith(("(", ",")) and (found := self.match(LABEL)):
            return Token("label", found[1], found[1], start)
        return None

    def function(self, start: int) -> Token | None:
        if found := self.match(self.functions):
            return Token("function", " ".join(found[1].split()), found[1], start)
        return None

    def name(self, start: int) -> Token | None:
        """This function will prefer the longest name in scope, as FEEL does: `loan rate` before `loan`."""
        for name in self.names:
            end = start + len(name)
            if self.text.startswith(name, start) and not _continues(self.text, end):
                self.position = end
                return Token("name", self.scope[name], name, start)
        return None

    def constant(self, start: int) -> Token | None:
        if found := self.match(STRING):
            return Token("constant", self.unescape(found[1], start), found[0], start)
        if found := self.match(NUMBER):
            return Token("constant", self.number(found[0], start), found[0], start)
        if found := self.match(AT):
            return Token("constant", self.at(found[1], start), found[0], start)
        return self.word(start)

    def word(self, start: int) -> Token | None:
        found = self.match(WORD)
        if not found:
            return None
        word = found[0]
        if word in CONSTANTS:
            return Token("constant", CONSTANTS[word], word, start)
        if word in KEYWORDS:
            return Token("symbol", word, word, start)
        known = ", ".join(sorted(self.scope)) or "none"
        raise self.fail(start, f"'{word}' is not known", f"put texts in quotes, or require one of the names: {known}")

    def symbol(self, start: int) -> Token:
        found = self.match(SYMBOL)
        if found:
            self.after_dot = found[0] == "."
            return Token("symbol", found[0], found[0], start)
        wrong = self.text[start]
        ascii_form = FULL_WIDTH.get(wrong)
        cure = f"write {ascii_form}" if ascii_form else "write only what the S-FEEL profile has"
        raise self.fail(start, f"{wrong} is outside the profile", cure)

    def unescape(self, text: str, start: int) -> str:
        def plain(found: re.Match[str]) -> str:
            if code := found[1] or found[2]:
                return self.character(int(code, 16), start)
            if found[3] not in ESCAPES:
                raise self.fail(start, f"\\{found[3]} means nothing in a string", "write \\\\ for one backslash")
            return ESCAPES[found[3]]

        return ESCAPE.sub(plain, text)

    def character(self, code: int, start: int) -> str:
        if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise self.fail(start, f"U+{code:04X} is no character", "write the character itself")
        return chr(code)

    def number(self, text: str, start: int) -> Decimal:
        number = Decimal(text)
        _, digits, exponent = number.normalize().as_tuple()
        if len(digits) + int(exponent) > DIGITS_MAX or -int(exponent) > PLACES_MAX:
            limit = f"{DIGITS_MAX} digits before the point and {PLACES_MAX} after it"
            raise self.fail(start, f"a number has at most {limit}", "round it")
        return Decimal(f"{number:f}")

    def at(self, text: str, start: int) -> Value:
        try:
            return literals.any_of(text)
        except literals.LiteralError as error:
            raise self.fail(start, str(error), error.cure) from error


def _continues(text: str, end: int) -> bool:
    return end < len(text) and (text[end].isalnum() or text[end] == "_")
