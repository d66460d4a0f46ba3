"""What changed between two rulebooks, or between two days of one: in words, rule by rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from dunwell.compliance.frequency.reading import FREQUENCY_FILE, load_frequency
from dunwell.compliance.frequency.terms import CallFrequency
from dunwell.compliance.rulebook.model import Rule, Rulebook

Key = TypeVar("Key", bound=Hashable)
# What a rule says of itself, in the order in which a change is told.
TOLD = ("kind", "channels", "actors", "valid_from", "valid_until", "enforcement", "certainty", "unless", "applies")
TEXTS = ("source", "en", "zh")


@dataclass(frozen=True, slots=True)
class Change:
    """One rule, or one dated entry of it, that came, went or became another."""

    what: Literal["new", "gone", "changed"]
    rule: Rule
    words: tuple[str, ...] = ()


def between_days(rulebook: Rulebook, *, before: date, after: date) -> Iterator[Change]:
    """This function will tell what is in force on the later day that was not, or was otherwise, on the earlier one."""
    old, new = ({rule.id: rule for rule in rulebook.on(day).rules} for day in (before, after))
    # That one entry follows another on its day says nothing: what they demand is compared.
    yield from _changes(old, new, passing=("valid_from", "valid_until"))


def between_rulebooks(before: Rulebook, after: Rulebook) -> Iterator[Change]:
    """This function will compare entry with entry: the same rule from the same day on."""
    old, new = ({(rule.id, rule.valid_from): rule for rule in book.rules} for book in (before, after))
    yield from _changes(old, new, passing=())


def between_frequencies(before: Path, after: Path) -> Iterator[str]:
    """This function will compare the numbers that calls are judged by, entry by entry, each line naming its file."""
    old, new = (dict(_entries(root)) for root in (before, after))
    for (layer, day), entry in old.items():
        if (layer, day) not in new:
            yield f"- {layer}/{FREQUENCY_FILE}, from {day}: {entry.source}"
    for (layer, day), entry in new.items():
        earlier = old.get((layer, day))
        if earlier is None:
            yield f"+ {layer}/{FREQUENCY_FILE}, from {day}: {entry.source}"
            continue
        for name, other in entry.model_dump().items():
            one = earlier.model_dump()[name]
            if one != other:
                yield f"~ {layer}/{FREQUENCY_FILE}, from {day}: {name} {_text(one)} -> {_text(other)}"


def _entries(root: Path) -> Iterator[tuple[tuple[str, date], CallFrequency]]:
    for file in sorted(root.rglob(FREQUENCY_FILE)):
        layer = file.parent.relative_to(root).as_posix()
        for entry in load_frequency(layer, root=root):
            yield (layer, entry.valid_from), entry


def _changes(old: Mapping[Key, Rule], new: Mapping[Key, Rule], *, passing: tuple[str, ...]) -> Iterator[Change]:
    for key, rule in old.items():
        if key not in new:
            yield Change("gone", rule)
    for key, rule in new.items():
        if key not in old:
            yield Change("new", rule)
        elif words := tuple(_words(old[key], rule, passing=passing)):
            yield Change("changed", rule, words)


def _words(before: Rule, after: Rule, *, passing: tuple[str, ...]) -> Iterator[str]:
    for name in TOLD:
        one, other = getattr(before, name), getattr(after, name)
        if one != other and name not in passing:
            yield f"{name} {_text(one)} -> {_text(other)}"
    yield from _terms(before, after)
    for name in TEXTS:
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            yield f"{name} «{one}» -> «{other}»"


def _terms(before: Rule, after: Rule) -> Iterator[str]:
    one, other = before.terms.model_dump(), after.terms.model_dump()
    for name in dict.fromkeys((*one, *other)):
        if one.get(name) != other.get(name):
            yield f"{name} {_text(one.get(name))} -> {_text(other.get(name))}"


def _text(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if hasattr(value, "model_dump"):
        return "; ".join(f"{name} {_text(part)}" for name, part in value.model_dump().items() if part)
    return str(value)
