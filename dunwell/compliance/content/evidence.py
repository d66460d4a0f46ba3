"""Whether a recording, note or message proves what it should: identity confirmed, debt stated, deadline given [G4].

A transcript tells at the start of each line who speaks (催收员：, Customer:); a text without that is a note of ours.
What the other side says confirms or denies who he is, and states no debt and no deadline for us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dunwell.compliance.content.elements import Missing, missing
from dunwell.compliance.content.forbidden import Searcher, searcher
from dunwell.compliance.content.pattern import Passage
from dunwell.compliance.content.wording import Words

_LABEL = re.compile(r"^\s*([^:：\n]{1,20})[:：]\s*(.*)$")
GAP = 20


class Demand(StrEnum):
    """Whether a demand by the creditor is proved, which starts the limitation period afresh (CN-L4, CN-L5)."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    FOR_A_PERSON = "for_a_person"


class Line(NamedTuple):
    """What somebody said; a note is ours."""

    ours: bool
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a recording or a message proves. `told_too_early`: the debt was named before anybody knew who listened."""

    identity: bool
    debt: bool
    deadline: bool
    demand: Demand
    told_too_early: bool = False

    @property
    def counts(self) -> bool:
        return self.identity and self.debt and self.deadline

    def lacks(self) -> tuple[Missing, ...]:
        """This function will name each of the three elements that is not there, with its cure."""
        told = (
            (
                self.identity,
                "identity",
                "the identity was not confirmed: ask, and note the answer",
                "身份未经确认：须询问并记录答复",
            ),
            (self.debt, "debt", "the debt was not stated: say that and what is owed", "未陈述欠款事实：须说明欠款"),
            (self.deadline, "deadline", "no deadline was given: name a day", "未给出还款期限：须说明日期"),
        )
        return tuple(Missing(name, name, en, zh) for there, name, en, zh in told if not there)


def judge_recording(text: str) -> Evidence:
    """This function will judge a transcript or a note."""
    made = searcher()
    lines = _lines(text, made=made)
    told_on = next((number for number, line in enumerate(lines) if line.ours and _holds(line.text, "debt")), None)
    confirmed_on = _confirmed_on(lines, made=made)
    said = ours(text)
    identity, debt = confirmed_on is not None, told_on is not None
    deadline = _holds(said, "deadline")
    asked = deadline or _says(made, said, made.wording.evidence.demands)
    return Evidence(
        identity=identity,
        debt=debt,
        deadline=deadline,
        demand=Demand.PROVED if identity and debt and asked else Demand.NOT_PROVED,
        told_too_early=told_on is not None and (confirmed_on is None or told_on < confirmed_on),
    )


def ours(text: str) -> str:
    """This function will return what our side says in a transcript; all of a note."""
    return "\n".join(line.text for line in _lines(text, made=searcher()) if line.ours)


def judge_message(text: str, *, arrived: bool | None) -> Evidence:
    """This function will judge a message; whether one that may have arrived should have is for a person (CN-L5)."""
    made = searcher()
    debt, deadline = _holds(text, "debt"), _holds(text, "deadline")
    asked = debt and (deadline or _says(made, text, made.wording.evidence.demands))
    arrival = {True: Demand.PROVED, False: Demand.NOT_PROVED, None: Demand.FOR_A_PERSON}[arrived]
    return Evidence(
        identity=_holds(text, "identity"),
        debt=debt,
        deadline=deadline,
        demand=arrival if asked else Demand.NOT_PROVED,
    )


def _holds(text: str, element: str) -> bool:
    return not missing(text, elements=[element])


def _says(made: Searcher, text: str, words: Words) -> bool:
    passage: Passage = made.passage(text)
    return any(True for told in words for _ in made.pattern(told, gap=GAP).find(passage))


def _lines(text: str, *, made: Searcher) -> list[Line]:
    """This function will tell our lines from theirs; a line without a label goes on with what was said before."""
    lines: list[Line] = []
    for told in text.splitlines():
        found = _LABEL.match(told)
        ours = _voice(found.group(1), made=made) if found else None
        if found and ours is not None:
            lines.append(Line(ours, found.group(2)))
        else:
            lines.append(Line(lines[-1].ours if lines else True, told))
    return lines


def _voice(label: str, *, made: Searcher) -> bool | None:
    """This function will tell whether the label is ours (True) or theirs (False); None if it is no label."""
    words = made.wording.evidence
    if any(word in label.lower() for word in words.ours):
        return True
    return False if any(word in label.lower() for word in words.theirs) else None


def _confirmed_on(lines: list[Line], *, made: Searcher) -> int | None:
    """This function will find the line on which it was last confirmed, and not denied since, who speaks with us."""
    words = made.wording.evidence
    asked, confirmed = False, None
    for number, line in enumerate(lines):
        if line.ours:
            asked = asked or _says(made, line.text, words.asks)
            if _says(made, line.text, words.verified) and not _says(made, line.text, words.unverified):
                confirmed = number
        elif asked and _says(made, line.text, words.denies):
            asked, confirmed = False, None
        elif asked and _says(made, line.text, words.confirms):
            asked, confirmed = False, number
    return confirmed
