"""Recall and precision on sentences written before the lists were widened, half of them sealed until that was done.

The halves are split by a hash of the sentence. By `development` the lists were mended; the sealed half was run once,
after the last change, and the floors are what was found then, less two or three points. The same hand wrote the
sentences and the lists, so its figures are an upper bound: `fresh` and `afterwards` (test_labelled.py) are the sober
ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from dunwell.compliance.content.forbidden import forbidden
from dunwell.compliance.content.wording import load_wording

HERE = Path(__file__).parent
DAY = date(2026, 3, 10)
LANGUAGES = ("zh", "en")
Told = dict[str, dict[str, list[str]]]


@cache
def read(name: str) -> Told:
    told: Told = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return told


def part(sentence: str) -> str:
    return "sealed" if sha256(sentence.encode()).digest()[0] % 2 else "development"


def groups(sentence: str) -> set[str]:
    return {claim.group for claim in forbidden(sentence, on=DAY)}


@dataclass
class Half:
    """What was found and missed by group and language, and which alarms lawful sentences raised."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    alarms: Counter[tuple[str, str]] = field(default_factory=Counter)
    lawful: Counter[str] = field(default_factory=Counter)
    alarmed: Counter[str] = field(default_factory=Counter)

    def recall(self, language: str, group: str | None = None) -> float:
        found, missed = (_sum(told, language, group) for told in (self.found, self.missed))
        return found / (found + missed)

    def precision(self, language: str, group: str | None = None) -> float:
        found, alarms = (_sum(told, language, group) for told in (self.found, self.alarms))
        return found / (found + alarms) if found + alarms else 1.0


def _sum(told: Counter[tuple[str, str]], language: str, group: str | None) -> int:
    return sum(count for (of, spoken), count in told.items() if spoken == language and group in (None, of))


@cache
def measure(name: str) -> Half:
    """This function will run the lists over one half; a sentence counts as found if its own group is."""
    half = Half()
    for group, told in read("blind_forbidden").items():
        for language, sentence in _of(told, name):
            (half.found if group in groups(sentence) else half.missed)[group, language] += 1
    for told in read("blind_lawful").values():
        for language, sentence in _of(told, name):
            raised = groups(sentence)
            half.lawful[language] += 1
            half.alarmed[language] += bool(raised)
            half.alarms.update((group, language) for group in raised)
    return half


def _of(told: dict[str, list[str]], name: str) -> list[tuple[str, str]]:
    return [(language, each) for language, sentences in told.items() for each in sentences if part(each) == name]


def test_the_set_is_large_and_no_sentence_stands_in_it_twice() -> None:
    bad = [each for told in read("blind_forbidden").values() for sentences in told.values() for each in sentences]
    good = [each for told in read("blind_lawful").values() for sentences in told.values() for each in sentences]
    assert len(bad) >= 300
    assert len(good) >= 300
    assert len({*bad, *good}) == len(bad) + len(good)
    assert set(read("blind_forbidden")) == set(load_wording().groups)


@pytest.mark.parametrize("name", ["development", "sealed"])
def test_the_halves_are_halves(name: str) -> None:
    half = measure(name)
    for language in LANGUAGES:
        assert 80 <= _sum(half.found, language, None) + _sum(half.missed, language, None) <= 90
        assert half.lawful[language] > 60


@pytest.mark.parametrize(
    ("name", "language", "recall", "precision", "alarms"),
    [
        ("development", "zh", 0.96, 1.0, 0),
        ("development", "en", 0.97, 1.0, 0),
        ("sealed", "zh", 0.90, 0.97, 0.02),
        ("sealed", "en", 0.90, 0.94, 0.05),
    ],
)
def test_recall_and_precision(name: str, language: str, recall: float, precision: float, alarms: float) -> None:
    half = measure(name)
    assert half.recall(language) >= recall
    assert half.precision(language) >= precision
    assert half.alarmed[language] <= alarms * half.lawful[language]


# A group of the sealed half has three to eleven sentences in a language: one sentence is worth ten points and more.
@pytest.mark.parametrize(
    ("group", "chinese", "english"),
    [
        ("violence", 0.80, 0.97),
        ("abuse", 0.97, 0.97),
        ("false_authority", 0.97, 0.97),
        ("third_party", 0.97, 0.86),
        ("exaggeration", 0.80, 0.97),
        ("shaming", 0.97, 0.77),
        ("fees_and_loans", 0.80, 0.85),
        ("false_urgency", 0.97, 0.85),
        ("harassment", 0.97, 0.69),
        ("credentials", 0.97, 0.97),
        ("vulnerable", 0.55, 0.97),
        ("rights", 0.97, 0.97),
    ],
)
def test_recall_of_each_group_on_the_sealed_half(group: str, chinese: float, english: float) -> None:
    assert measure("sealed").recall("zh", group) >= chinese
    assert measure("sealed").recall("en", group) >= english
    assert measure("sealed").precision("zh", group) >= 0.97
    assert measure("sealed").precision("en", group) >= 0.83


def test_every_finding_names_its_entry_and_words_that_stand_in_the_text() -> None:
    entries = {entry.id for each in load_wording().lists for entry in each.entries}
    for told in read("blind_forbidden").values():
        for sentence in told["en"]:
            for claim in forbidden(sentence, on=DAY):
                assert claim.entry in entries
                assert claim.words
