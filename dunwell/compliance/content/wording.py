"""The word lists as data: what is forbidden, what a text must hold, and what changes the sense of a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dunwell.compliance.content.pattern import Pattern, PatternError, orders, pattern
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

CONTENT = ROOT / "rulebooks" / "content"
FORBIDDEN = "forbidden"
CLASSES = "classes"
# In a Latin script words are longer than in Chinese, and so are the gaps between them.
GAPS = {"zh": 10, "en": 40, "es": 40}
# The same loader in C, where it was built: the lists are long.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Language = Literal["zh", "en", "es"]
Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
Certainty = Literal["Q1", "Q2", "S2", "S1+", "S1", "M", "D", "SEED"]


class Said(BaseModel):
    """A model of one piece of the lists, frozen and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Said)


class Both(Said):
    """Words for people, in both languages."""

    en: Annotated[str, Field(min_length=2)]
    zh: Annotated[str, Field(min_length=2)]

    def text(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class Entry(Said):
    """Words that must not be said. `excused` is false where no negation or quotation makes them better.

    With one of the words of `unless` in the same sentence the claim is a lawful one and is not counted.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    language: Literal["zh", "en"]
    words: Words
    gap: int | None = None
    unless: tuple[str, ...] = ()
    excused: bool = True
    valid_from: date = date.min
    valid_until: date | None = None
    source: str | None = None
    certainty: Certainty | None = None
    en: Annotated[str, Field(min_length=10)]
    zh: Annotated[str, Field(min_length=4)]
    good: Words
    bad: Words

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until is not after valid_from")
        return self

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def patterns(self, sets: Mapping[str, tuple[str, ...]]) -> tuple[Pattern, ...]:
        gap = GAPS[self.language] if self.gap is None else self.gap
        return tuple(pattern(order, gap=gap, sets=sets) for told in self.words for order in orders(told))


class ForbiddenList(Said):
    """One group of forbidden words and claims: a file of its own."""

    group: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]
    name: Both
    source: Annotated[str, Field(min_length=3)]
    certainty: Certainty
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]


class Part(Said):
    """A part of an element; a template must hold one of the placeholders, a finished text one of the words."""

    id: str
    name: Both
    placeholders: tuple[str, ...] = ()
    words: Mapping[Language, Words]


class Element(Said):
    id: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]
    name: Both
    cure: Both
    source: str
    certainty: Certainty
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    good: Words
    bad: Words


class Limited(Said):
    """The limited-content message: what it must hold, what shows the purpose, and every other word it may hold."""

    source: str
    certainty: Certainty
    name: Both
    parts: tuple[Part, ...]
    reveals: Mapping[Language, Words]
    vocabulary: Mapping[Literal["en"], Words]
    good: Words
    bad: Words


class Recording(Said):
    """By which words a recording or note proves who was told, and that he was asked to pay."""

    source: str
    certainty: Certainty
    ours: Words
    theirs: Words
    asks: Words
    confirms: Words
    denies: Words
    verified: Words
    unverified: Words
    demands: Words
    good: Words
    bad: Words


class Frames(Said):
    """The words around a word: what denies it, cancels the denial, quotes it or warns of it."""

    sets: Mapping[str, Words]
    denials: Words
    no_denials: Words
    conditions: Words
    turns: Words
    disbelief: Words
    attributions: Words
    apologies: Words
    undone: Words
    impostors: Words
    rejections: Words
    languages: Mapping[Language, Words]
    traditional: Words


class Classes(Said):
    """Words that stand for one part of a claim: who acts, the act, upon whom, and what follows."""

    classes: Mapping[Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")], Words]


@dataclass(frozen=True, eq=False)
class Wording:
    """All lists together; `version` names what they say."""

    lists: tuple[ForbiddenList, ...]
    elements: tuple[Element, ...]
    limited: Limited
    evidence: Recording
    frames: Frames
    version: str

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(each.group for each in self.lists)

    def element(self, name: str) -> Element:
        return next(element for element in self.elements if element.id == name)


@cache
def load_wording(folder: Path = CONTENT) -> Wording:
    """This function will read the lists of a folder; an error names the file, the entry and the cure."""
    lists = tuple(_read(file, ForbiddenList) for file in sorted((folder / FORBIDDEN).glob("*.yaml")))
    elements = tuple(_elements(folder / "elements.yaml"))
    limited = _read(folder / "limited_content.yaml", Limited)
    evidence = _read(folder / "evidence.yaml", Recording)
    frames = _framed(folder)
    version = _version((*lists, *elements, limited, evidence, frames))
    wording = Wording(lists, elements, limited, evidence, frames, version)
    _sound(wording, folder=folder)
    return wording


def _framed(folder: Path) -> Frames:
    """This function will read the frames, and to their sets of words the classes of `classes/`."""
    frames = _read(folder / "frames.yaml", Frames)
    told = [_read(file, Classes).classes for file in sorted((folder / CLASSES).glob("*.yaml"))]
    sets = [frames.sets, *told]
    known = [name for each in sets for name in each]
    if twice := sorted({name for name in known if known.count(name) > 1}):
        cure = "give each set of words a name of its own"
        raise DunwellError(f"the set {twice[0]} stands there twice", place=str(folder / CLASSES), cure=cure)
    return frames.model_copy(update={"sets": {name: words for each in sets for name, words in each.items()}})


def _elements(file: Path) -> Iterator[Element]:
    told = _yaml(file)
    if not isinstance(told, Mapping) or set(told) != {"elements"} or not isinstance(told["elements"], list):
        raise DunwellError("it must hold the key elements, with a list", place=str(file), cure="see another list")
    yield from (_model(each, Element, place=f"{file}, no. {number}") for number, each in enumerate(told["elements"], 1))


def _read(file: Path, model: type[Model]) -> Model:
    return _model(_yaml(file), model, place=str(file))


def _yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except FileNotFoundError:
        raise DunwellError("there is no such list of words", place=str(file), cure="add the file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place, cure = str(file), "mend the YAML, saved as UTF-8; quote texts with colons"
        raise DunwellError(" ".join(str(error).split()), place=place, cure=cure) from None


def _model(told: Any, model: type[Model], *, place: str) -> Model:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DunwellError(
            first["msg"].removeprefix("Value error, "), place=f"{place}, key {key}", cure="mend the value or the key"
        ) from None


def _version(said: tuple[Said, ...]) -> str:
    text = "\n".join(each.model_dump_json() for each in said)
    return sha256(text.encode()).hexdigest()[:16]


def _sound(wording: Wording, *, folder: Path) -> None:
    """This function will read every pattern once, so that a wrong one is told at its place and not at the gate."""
    known = [entry.id for each in wording.lists for entry in each.entries]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        cure = "give each entry an id of its own"
        raise DunwellError(f"the id {twice[0]} stands there twice", place=str(folder / FORBIDDEN), cure=cure)
    sets = wording.frames.sets
    for place, words in _all_words(wording):
        for told in words:
            try:
                for order in orders(told):
                    pattern(order, gap=0, sets=sets)
            except PatternError as error:
                cure = "see how a pattern is written in docs/how-to/add-a-forbidden-claim.md"
                raise DunwellError(str(error), place=f"{folder}, {place}", cure=cure) from None


def _all_words(wording: Wording) -> Iterator[tuple[str, Words]]:
    for each in wording.lists:
        yield from ((f"entry {entry.id}", entry.words) for entry in each.entries)
    parts = [part for element in wording.elements for part in element.parts]
    for part in (*parts, *wording.limited.parts):
        yield from ((f"part {part.id}", words) for words in part.words.values())
    yield from (("limited content", words) for words in wording.limited.reveals.values())
    told = wording.evidence
    yield from (("evidence", words) for words in (told.asks, told.confirms, told.denies, told.verified, told.demands))
