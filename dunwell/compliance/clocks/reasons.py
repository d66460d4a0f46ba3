"""Why a clock stands as it does: a rule, a day and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dunwell.compliance.clocks.days import DAY, Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that decided a clock; `rule` is empty where no law but a missing fact speaks."""

    rule: str
    on: date | None
    en: str
    zh: str
    # What it does beyond the day itself: it waives a defence, or leaves the question to a person.
    effect: Literal["", "waives", "person"] = ""

    @property
    def person(self) -> bool:
        return self.effect == "person"

    def sentence(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


def because(
    rule: str, *, en: str, zh: str, on: date | None = None, effect: Literal["", "waives", "person"] = ""
) -> Reason:
    return Reason(rule=rule, on=on, en=en, zh=zh, effect=effect)


def unsure(last: date, *, before: date, rule: str, calendar: Calendar | None) -> Iterator[Reason]:
    """This function will say that a last day may still move because the holidays around it are not published."""
    day = before
    while calendar is not None and day < date.max and day <= last:
        if not calendar.sure(day):
            en = f"the days of rest of {day.year} are not published yet: the last day may move by some days"
            yield because(rule, on=last, en=en, zh=f"{day.year}年放假安排尚未公布：最后一日可能变动数日")
            return
        day += DAY
