"""Whether the rulebooks are fit to be worked by: all load, all cases come true, and every rule is tried by some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dunwell.compliance.frequency.reading import FREQUENCY_FILE, load_frequency
from dunwell.compliance.rulebook.cases import Outcome, outcomes
from dunwell.compliance.rulebook.model import GUARD, Rule, RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, RULES_FILE, load, load_library
from dunwell.facts.errors import DunwellError


class Checked(NamedTuple):
    """How much was looked at, and everything that is wrong."""

    rules: int
    cases: int
    faults: tuple[DunwellError, ...]


def check(root: Path = RULEBOOKS) -> Checked:
    """This function will look at all rulebooks of a folder, those that are not in force too.

    What does not load (two entries of one rule on one day among it) ends the check with that one fault.
    """
    try:
        load((root,))
        rules = [rule for rule in load_library((root,)).rules if rule is not GUARD]
        tried = list(outcomes(root))
        for file in sorted(root.rglob(FREQUENCY_FILE)):
            load_frequency(file.parent.relative_to(root).as_posix(), root=root)
    except RulebookError as fault:
        return Checked(0, 0, (fault,))
    faults = (*_failed(tried), *_untried(rules, tried=tried, root=root), *_untranslated(rules, root=root))
    return Checked(len(rules), len(tried), faults)


def _failed(tried: list[Outcome]) -> Iterator[DunwellError]:
    for outcome in tried:
        for difference in outcome.differences:
            yield RulebookError(difference, place=outcome.case.place, cure="mend the rule or what the case expects")


def _untried(rules: list[Rule], *, tried: list[Outcome], root: Path) -> Iterator[DunwellError]:
    """This function will find entries that speak in no case, and rules that are silent in none."""
    for rule in rules:
        own = root / rule.layer
        about = [outcome for outcome in tried if outcome.case.file.parent == own or not own.is_dir()]
        place = f"{own / RULES_FILE}, rule {rule.id}"
        if not any(rule.id in _spoken(outcome) and rule.valid(_day(outcome)) for outcome in about):
            message = f"no case beside it shows the entry of {rule.valid_from} at work"
            yield RulebookError(message, place=place, cure="add a case in which it speaks, on a day it is valid")
        if all(rule.id in _spoken(outcome) for outcome in about) and about:
            yield RulebookError("it speaks in every case", place=place, cure="add a case in which it is silent")


def _spoken(outcome: Outcome) -> set[str]:
    said = (*outcome.verdict.refusals, *outcome.verdict.warnings, *outcome.verdict.reviews)
    return {refusal.rule for refusal in said}


def _day(outcome: Outcome) -> date:
    case = outcome.case
    return case.at.date() if case.at else case.on or date.min


def _untranslated(rules: list[Rule], *, root: Path) -> Iterator[DunwellError]:
    """This function will find sentences that stand there in the wrong language: both are demanded by the reading."""
    for rule in rules:
        for name, text, chinese in (("en", rule.en, False), ("zh", rule.zh, True)):
            if any("\u4e00" <= letter <= "\u9fff" for letter in text) is not chinese:
                place = f"{root / rule.layer / RULES_FILE}, rule {rule.id}, key {name}"
                yield RulebookError("the sentence is not in its language", place=place, cure="translate it")
