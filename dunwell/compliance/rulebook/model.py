"""The rulebook: dated rules in layers, frozen; changing one is a new dated entry, never an edit of the past."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, model_validator

from dunwell.compliance import kinds
from dunwell.compliance.kinds.kind import Actors, Channels, Kind, PlainDate
from dunwell.compliance.kinds.known_contact import KnownContact
from dunwell.compliance.kinds.question import ACTORS, CHANNELS, Question
from dunwell.compliance.rulebook.scope import Scope
from dunwell.compliance.rulebook.unless import Unless
from dunwell.facts.errors import DunwellError

# How sure we are that the rule says this: see the page of rules for each code in words.
Certainty = Literal["Q1", "Q2", "S2", "S1+", "S1", "M", "D", "SEED"]
CERTAINTIES: dict[Certainty, tuple[str, str]] = {
    "Q1": ("text of the law itself read", "已读法律原文"),
    "Q2": ("regulator's page read", "已读监管机构网页"),
    "S2": ("two or more secondary sources agree", "两个以上二手来源一致"),
    "S1+": ("one secondary text in several prints", "同一二手文本多处刊载"),
    "S1": ("one secondary source", "单一二手来源"),
    "M": ("from memory, unchecked", "凭记忆，未核实"),
    "D": ("derived by the writer", "编写者推导"),
    "SEED": ("given by the company", "公司给定"),
}
Enforcement = Literal["block", "warn", "review"]


def _all_kinds() -> dict[str, type[Kind]]:
    """This function will find every kind in the folder of kinds: a new file there is all it takes."""
    for module in iter_modules(kinds.__path__):
        import_module(f"{kinds.__name__}.{module.name}")
    return {kind.name: kind for kind in sorted(Kind.__subclasses__(), key=lambda kind: kind.name)}


KINDS = _all_kinds()


class RulebookError(DunwellError):
    """A rulebook that Dunwell refuses to load or to judge by."""


Day = PlainDate
Sentence = Annotated[str, Field(min_length=10)]


class Rule(BaseModel):
    """One dated entry of a rulebook; `terms` are the parameters of its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")]
    kind: str
    terms: Annotated[SerializeAsAny[Kind], Field(alias="parameters")]
    channels: Channels = CHANNELS
    actors: Actors = ACTORS
    valid_from: Day
    valid_until: Day | None = None
    source: Annotated[str, Field(min_length=3)]
    certainty: Certainty
    enforcement: Enforcement
    unless: Unless | None = None
    applies: Scope | None = None
    en: Sentence
    zh: Annotated[str, Field(min_length=4)]
    layer: str

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until is not after valid_from (the last day does not belong to the entry)")
        if self.certainty == "M" and self.enforcement == "block":
            raise ValueError("a rule from memory (certainty M) may not block: find its text, or make it warn or review")
        return self

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def binds(self, question: Question) -> bool:
        """This function will tell whether the rule is about this contact; an unknown channel or actor is bound."""
        by_channel = question.channel is None or question.channel in self.channels
        by_actor = question.actor is None or question.actor in self.actors
        here = self.applies is None or self.applies.binds(question)
        return here and by_channel and by_actor and not (self.unless and self.unless.opens(question, terms=self.terms))

    def openings(self, question: Question) -> Iterator[date]:
        """This function will give the known times after the question's at which something may open the rule."""
        return iter(()) if self.unless is None else self.unless.openings(question)

    @property
    def narrows(self) -> bool:
        """This function will tell whether the rule takes hours from the day."""
        return self.enforcement == "block" and self.terms.about_hours

    @property
    def looks_back(self) -> int:
        """This function will return on how many days before a day contacts still weigh."""
        return max(self.terms.looks_back(), self.unless.looks_back if self.unless else 0)

    def sentence(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


# Stands first in every rulebook, so that no contact nobody knows anything about is allowed in silence.
GUARD = Rule(
    id="KNOWN",
    kind=KnownContact.name,
    terms=KnownContact(),
    valid_from=date.min,
    source="Dunwell",
    certainty="D",
    enforcement="block",
    en="A contact is judged only if its channel, its actor and its customer are known; else it is refused.",
    zh="仅当渠道、执行者和客户均已知时方可判断，否则一律拒绝。",
    layer="dunwell",
)


@dataclass(frozen=True)
class Rulebook:
    """The rules in their order: layers as they were given, rules as they stand in them. `version` names the whole."""

    rules: tuple[Rule, ...]
    version: str

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Rulebook:
        """This function will build a rulebook, headed by the guard, whose version is the digest of what it says."""
        entries = (GUARD, *rules)
        for earlier, later in _overlaps(entries):
            raise RulebookError(
                f"two entries are valid from {later.valid_from} on, the other since {earlier.valid_from}",
                place=f"{later.layer}, rule {later.id}, key valid_from",
                cure="end the earlier entry with valid_until, or give the rule an id of its own",
            )
        said = [entry.model_dump(mode="json") for entry in entries]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return cls(entries, sha256(text.encode()).hexdigest())

    def on(self, day: date) -> Rulebook:
        """This function will return the rules in force that day, under the version of the whole."""
        rules = tuple(rule for rule in self.rules if rule.valid(day))
        if rules == (GUARD,):
            raise RulebookError(
                f"no rule is in force on {day}, so nothing can be said to be lawful",
                place="rulebooks",
                cure="add dated entries that cover the day, or load the layer that has them",
            )
        return replace(self, rules=rules)

    def entries(self, identifier: str) -> tuple[Rule, ...]:
        """This function will return every dated entry of a rule, the oldest first."""
        found = sorted((rule for rule in self.rules if rule.id == identifier), key=lambda rule: rule.valid_from)
        if found:
            return tuple(found)
        raise RulebookError(
            f"there is no rule {identifier}", place="rulebooks", cure="`dunwell rules list` names them all"
        )

    def sentence(self, identifier: str, *, language: str = "en") -> str:
        """This function will say in words what the newest entry of the rule demands."""
        return self.entries(identifier)[-1].sentence(language)

    @cached_property
    def looks_back(self) -> int:
        """This function will return on how many days before a day contacts still weigh for any rule."""
        return max(rule.looks_back for rule in self.rules)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """This function will return every zone in which a customer without one may be, in rulebook order."""
        return tuple(dict.fromkeys(zone for rule in self.rules for zone in rule.terms.zones()))


def _overlaps(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule]]:
    ordered = sorted(rules, key=lambda rule: (rule.id, rule.valid_from))
    for earlier, later in pairwise(ordered):
        if earlier.id == later.id and (earlier.valid_until is None or earlier.valid_until > later.valid_from):
            yield earlier, later
