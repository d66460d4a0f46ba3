"""Which clocks run out soon: a table of last days in, warnings 90, 30 and 7 days ahead out, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

WITHIN_DAYS = (90, 30, 7)
NAMES: dict[str, tuple[str, str]] = {
    "limitation": ("the limitation of the claim", "诉讼时效"),
    "guarantee": ("the period of the guarantee", "保证期间"),
    "retention": ("the time the record is kept", "记录保存期"),
    "validation": ("the validation period", "债务确认期"),
    "answer": ("the time to answer the objection", "异议答复期限"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The last day of one clock of one thing (an account, a guarantor of it, a record); None: no end is known."""

    subject: str
    clock: Literal["limitation", "guarantee", "retention", "validation", "answer"]
    last_day: date | None
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A clock that runs out within `band` days; `fresh` if it came into this band since one looked last."""

    subject: str
    clock: str
    last_day: date
    days_left: int
    band: int
    fresh: bool
    certain: bool
    en: str
    zh: str

    def sentence(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


def due(
    clocks: Iterable[Clock], *, on: date, within: Iterable[int] = WITHIN_DAYS, seen_on: date | None = None
) -> list[Warned]:
    """This function will warn of the clocks whose last day is near, the nearest first.

    The last day itself still counts (0 days left). `seen_on` is the day of the last look: after a day that was missed
    a clock is still fresh in the band it came into meanwhile; without it all are.
    """
    bands = sorted(set(within))
    found = [_warned(clock, on=on, bands=bands, seen_on=seen_on) for clock in clocks]
    return sorted((one for one in found if one), key=lambda one: (one.last_day, one.clock, one.subject))


def _warned(clock: Clock, *, on: date, bands: list[int], seen_on: date | None) -> Warned | None:
    if clock.last_day is None or (now := band(clock.last_day, on=on, bands=bands)) is None:
        return None
    left = (clock.last_day - on).days
    english, chinese = NAMES[clock.clock]
    doubt, unsure = ("", "") if clock.certain else (" (not certain)", "（尚不确定）")
    return Warned(
        subject=clock.subject,
        clock=clock.clock,
        last_day=clock.last_day,
        days_left=left,
        band=now,
        fresh=seen_on is None or now != band(clock.last_day, on=seen_on, bands=bands),
        certain=clock.certain,
        en=f"{english} ends on {clock.last_day}, {_days_left(left)}{doubt}",
        zh=f"{chinese}将于{clock.last_day}届满，{f'剩余{left}日' if left else '今日为最后一日'}{unsure}",
    )


def _days_left(left: int) -> str:
    return {0: "which is today", 1: "in 1 day"}.get(left, f"in {left} days")


def band(last_day: date, *, on: date, bands: Iterable[int]) -> int | None:
    """This function will name the narrowest band that the day is in; None before the widest, and once it is over."""
    left = (last_day - on).days
    return min((days for days in bands if 0 <= left <= days), default=None)
