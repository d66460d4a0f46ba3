"""Recall and precision of the lists, group by group, on sentences that were labelled by hand.

Four sets, by how much they can say. `afterwards` was written after the last change to the lists, in images and hints
that avoid them on purpose: it shows that a list knows the words it holds and does not understand a threat. `fresh` was
written by another hand than the one that widened the lists, who had seen its first three groups; `held_out` was written
before the first lists by the hand that wrote them, so it is kinder than customers' reality. By `development` the lists
were mended. The sealed half of a fifth set, far larger, is measured in test_blind.py.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import yaml

from dunwell.compliance.content.forbidden import forbidden

SHARED = Path(os.environ.get("DUNWELL_SHARED", Path(__file__).parents[4] / "shared")) / "data"
HERE = Path(__file__).parent
DAY = date(2026, 3, 10)
NONE = "none"


@dataclass
class Measured:
    """Of each group: sentences found and missed, and false alarms on sentences that break nothing."""

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    harmless: int = 0
    alarmed: int = 0

    @property
    def groups(self) -> list[str]:
        return sorted(set(self.found) | set(self.missed))

    def recall(self, group: str | None = None) -> float:
        found, missed = self._of(self.found, group), self._of(self.missed, group)
        return found / (found + missed)

    def precision(self, group: str | None = None) -> float:
        """This function will tell which share of the alarms was right; 1 where there was none."""
        found, alarms = self._of(self.found, group), self._of(self.alarms, group)
        return found / (found + alarms) if found + alarms else 1.0

    def _of(self, counts: Counter[str], group: str | None) -> int:
        return counts[group] if group else counts.total()

    def table(self) -> str:
        """This function will write the figures, a line for each group."""
        rows = [*((group, group) for group in self.groups), ("all", None)]
        lines = [f"{name:16} recall {self.recall(of):6.1%}  precision {self.precision(of):6.1%}" for name, of in rows]
        return "\n".join([*lines, f"{self.alarmed} of {self.harmless} harmless sentences raised an alarm"])


def say(figures: str) -> None:
    """This function will write figures to the test's output: `pytest -s` shows them."""
    sys.stdout.write(f"\n{figures}\n")


def read(name: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return told


def measure(name: str) -> Measured:
    """This function will run the lists over a set of sentences; further groups in a bad sentence count as nothing."""
    measured = Measured()
    for label, sentences in read(name).items():
        for sentence in sentences:
            groups = {claim.group for claim in forbidden(sentence, on=DAY)}
            measured.sentences += 1
            if label == NONE:
                measured.harmless += 1
                measured.alarmed += bool(groups)
                measured.alarms.update(groups)
            else:
                (measured.found if label in groups else measured.missed)[label] += 1
    return measured


SETS = ("held_out", "development", "fresh", "afterwards")


@pytest.mark.parametrize(
    ("name", "recall", "precision"),
    [("held_out", 0.98, 1.0), ("development", 1.0, 0.98), ("fresh", 0.60, 1.0)],
)
def test_recall_and_precision(name: str, recall: float, precision: float) -> None:
    measured = measure(name)
    say(f"{name}: {measured.sentences} sentences\n{measured.table()}")
    assert measured.recall() >= recall
    assert measured.precision() >= precision


def test_what_was_not_seen_by_who_widened_the_lists() -> None:
    measured = measure("fresh")
    unseen = [group for group in measured.groups if group not in ("violence", "abuse", "false_authority")]
    found = sum(measured.found[group] for group in unseen)
    missed = sum(measured.missed[group] for group in unseen)
    say(f"fresh, groups nobody had seen: {found} of {found + missed}")
    assert found >= 0.4 * (found + missed)


def test_hints_and_images_are_not_understood() -> None:
    """Nearly nothing is found: who reads this figure does not take the lists for a promise that nobody is harassed."""
    measured = measure("afterwards")
    say(f"afterwards: {measured.sentences} sentences\n{measured.table()}")
    assert measured.recall() >= 0.01
    assert measured.alarmed <= 0.05 * measured.harmless


@pytest.mark.parametrize(
    ("group", "recall"),
    [
        ("violence", 1.0),
        ("abuse", 1.0),
        ("false_authority", 1.0),
        ("third_party", 1.0),
        ("exaggeration", 0.91),
        ("shaming", 1.0),
        ("fees_and_loans", 1.0),
        ("false_urgency", 1.0),
    ],
)
def test_recall_of_each_group_on_what_was_held_out(group: str, recall: float) -> None:
    assert measure("held_out").recall(group) >= recall


def test_there_are_enough_sentences_in_both_languages() -> None:
    sentences = [sentence for name in SETS for told in read(name).values() for sentence in told]
    assert len(sentences) == len(set(sentences)) >= 300
    chinese = [sentence for sentence in sentences if not sentence.isascii()]
    assert len(chinese) > 140
    assert len(sentences) - len(chinese) > 140
    assert sum(len(read(name)["none"]) for name in SETS) > 90


# ---- sentences of others: what is found there is a false alarm, or a customer's own strong word ----------------------


def told_by_customers() -> Iterator[str]:
    folder = SHARED / "zh_collections_intents"
    with (folder / "thano_intents.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["text"] for row in csv.DictReader(file))
    for line in (folder / "nlu_expired.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("- "):
            yield line.removeprefix("- ")


def test_alarms_on_what_customers_say_to_collectors() -> None:
    if not (SHARED / "zh_collections_intents").is_dir():
        pytest.skip("the shared data are not there")
    texts = list(told_by_customers())
    alarms = {text for text in texts if forbidden(text, on=DAY)}
    say(f"{len(texts)} utterances of customers, alarms on {sorted(alarms)}")
    assert len(alarms) <= 0.01 * len(texts)


def test_alarms_on_what_people_write_of_their_day() -> None:
    """Abuse is left out of the bound: people do write obscenities there, and those are rightly found."""
    if not (SHARED / "zh_emotion").is_dir():
        pytest.skip("the shared data are not there")
    told = json.loads((SHARED / "zh_emotion" / "usual_eval_labeled.txt").read_text(encoding="utf-8"))
    alarms = Counter(claim.group for each in told for claim in forbidden(each["content"], on=DAY))
    say(f"{len(told)} posts, alarms {dict(alarms)}")
    assert sum(count for group, count in alarms.items() if group != "abuse") <= 0.02 * len(told)
