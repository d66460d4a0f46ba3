"""The register of risks [G13]: how probable, how bad, what is done about each, who answers for it, reviewed when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from dunwell.compliance.clocks.days import months_after
from dunwell.compliance.kinds.kind import PlainDate
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import read_yaml, wrong
from dunwell.database import ROOT
from dunwell.facts.definitions import Definition
from dunwell.facts.errors import DunwellError

RISKS = ROOT / "rulebooks/risks.yaml"
PAGE = "docs/reference/risks.md"
SCALE = range(1, 6)
PROBABILITIES: Mapping[int, tuple[str, str]] = {
    1: ("rare", "罕见"),
    2: ("unlikely", "较少"),
    3: ("possible", "可能"),
    4: ("likely", "很可能"),
    5: ("certain", "几乎必然"),
}
IMPACTS: Mapping[int, tuple[str, str]] = {
    1: ("slight", "轻微"),
    2: ("minor", "较小"),
    3: ("serious", "较大"),
    4: ("severe", "严重"),
    5: ("grave", "特别严重"),
}
Level = Literal["low", "medium", "high"]
LEVELS: Mapping[Level, str] = {"high": "高", "medium": "中", "low": "低"}
HEAD = """# Risks

The register of risks of collections: what can go wrong, how probable and how bad it is, what is done about it, and who
answers for it. This page is written from `rulebooks/risks.yaml` by `make docs`. The numbers are judgements, not
measurements; the owner reviews each risk every month, and `dunwell risks check` fails when a review is overdue.
"""


class Measure(Definition):
    """One thing that is done about a risk."""

    en: Annotated[str, Field(min_length=5)]
    zh: Annotated[str, Field(min_length=2)]


class Risk(Definition):
    """One risk: a sentence in both languages, its two factors, measures, and the role that answers for it."""

    id: Annotated[str, Field(pattern=r"^R\d{2,3}$")]
    en: Annotated[str, Field(min_length=10)]
    zh: Annotated[str, Field(min_length=4)]
    probability: Annotated[int, Field(ge=1, le=5, strict=True)]
    impact: Annotated[int, Field(ge=1, le=5, strict=True)]
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    owner: Annotated[str, Field(min_length=3)]
    status: Literal["open", "mitigated", "accepted", "closed"]
    reviewed_on: PlainDate

    @property
    def score(self) -> int:
        return self.probability * self.impact

    def next_review(self, *, months: int) -> date:
        return months_after(self.reviewed_on, months=months)

    def overdue(self, *, on: date, months: int) -> bool:
        """This function will tell whether the review should have been; on the day it is due it may still be made."""
        return self.status != "closed" and on > self.next_review(months=months)


class Thresholds(Definition):
    """From which product of the two factors on a risk is medium, or high."""

    medium: Annotated[int, Field(ge=2, le=25)]
    high: Annotated[int, Field(ge=2, le=25)]


class Register(Definition):
    """All risks; `review_months` is how often each is looked at."""

    about: Measure
    review_months: Annotated[int, Field(ge=1, le=12)]
    levels: Thresholds
    risks: Annotated[tuple[Risk, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [risk.id for risk in self.risks]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"the id {twice[0]} stands there twice")
        if self.levels.medium >= self.levels.high:
            raise ValueError("levels: medium begins below high")
        return self

    def level(self, score: int) -> Level:
        if score >= self.levels.high:
            return "high"
        return "medium" if score >= self.levels.medium else "low"

    def cells(self) -> dict[tuple[int, int], list[Risk]]:
        """This function will sort the risks that are not closed into the matrix, by probability and impact."""
        found: dict[tuple[int, int], list[Risk]] = {}
        for risk in self.risks:
            if risk.status != "closed":
                found.setdefault((risk.probability, risk.impact), []).append(risk)
        return found


def read_register(file: Path = RISKS) -> Register:
    """This function will read the register; a fault names the file, the key and the cure."""
    told = read_yaml(file)
    try:
        return Register.model_validate(told)
    except ValidationError as error:
        raise wrong(error, place=str(file)) from None


def worst_first(register: Register) -> list[Risk]:
    return sorted(register.risks, key=lambda risk: (risk.status == "closed", -risk.score, -risk.impact, risk.id))


def faults(register: Register, *, on: date, place: str) -> Iterator[DunwellError]:
    """This function will find reviews that are overdue, or dated ahead, and sentences in the wrong language."""
    for risk in register.risks:
        spot = f"{place}, risk {risk.id}"
        if risk.reviewed_on > on:
            cure = "write the day on which it was reviewed"
            yield RulebookError(f"it was reviewed on {risk.reviewed_on}, after {on}", place=spot, cure=cure)
        if risk.overdue(on=on, months=register.review_months):
            due = risk.next_review(months=register.review_months)
            cure = f"{risk.owner} looks at it again and writes the new day as reviewed_on"
            yield RulebookError(f"its review was due on {due}", place=spot, cure=cure)
        for text, chinese in _texts(risk):
            if any("\u4e00" <= letter <= "\u9fff" for letter in text) is not chinese:
                yield RulebookError("a sentence is not in its language", place=spot, cure="translate it")


def _texts(risk: Risk) -> Iterator[tuple[str, bool]]:
    for en, zh in ((risk.en, risk.zh), *((measure.en, measure.zh) for measure in risk.measures)):
        yield en, False
        yield zh, True


def markdown(register: Register | None = None) -> str:
    """This function will write the page of risks, in Markdown."""
    register = register or read_register()
    return "\n".join([HEAD, _matrix(register), _levels(register), *map(_section, worst_first(register))])


def _matrix(register: Register) -> str:
    head = ["probability ↑ impact →", *(f"{impact} {IMPACTS[impact][0]} {IMPACTS[impact][1]}" for impact in SCALE)]
    cells = register.cells()
    rows = [head, ["---"] * len(head)]
    for probability in reversed(SCALE):
        row = [f"{probability} {PROBABILITIES[probability][0]} {PROBABILITIES[probability][1]}"]
        for impact in SCALE:
            named = " ".join(f"[{risk.id}](#{risk.id.lower()})" for risk in cells.get((probability, impact), ()))
            row.append(f"{register.level(probability * impact)} {named}".strip())
        rows.append(row)
    return "## The matrix\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _levels(register: Register) -> str:
    counts = {level: sum(1 for risk in register.risks if register.level(risk.score) == level) for level in LEVELS}
    told = ", ".join(f"{count} {level} {LEVELS[level]}" for level, count in counts.items())
    return (
        f"{len(register.risks)} risks: {told}. A product of {register.levels.high} or more is high, "
        f"of {register.levels.medium} or more medium.\n"
    )


def _section(risk: Risk) -> str:
    factors = f"{risk.probability} × {risk.impact} = {risk.score}"
    measures = "".join(f"- {measure.en}\n  {measure.zh}\n" for measure in risk.measures)
    return (
        f"## {risk.id}\n\n{risk.en}\n\n{risk.zh}\n\n"
        f"{factors} · {risk.owner} · {risk.status} · reviewed {risk.reviewed_on}\n\n{measures}"
    )
