"""The compliance score of a collector: the mean mark of his reviewed contacts, with its formula in one place.

docs/reference/compliance-score.md states the formula; a test holds the page to these numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dunwell.compliance.supervision.rules import GRAVE

MARK_BEST = Decimal(100)
# What one finding takes off the mark of its contact.
TAKES_OFF = {"minor": Decimal(10), "serious": Decimal(40), GRAVE: Decimal(100)}
# A grave finding that nobody has seconded yet weighs no more than a serious one.
AWAITING = "serious"
# One confirmed grave finding is not washed out by many clean contacts.
GRAVE_SCORE_MAX = Decimal(50)
DAYS = 365
# Fewer reviewed contacts than this say little about a collector: the score is shown with a remark.
REVIEWED_ENOUGH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`confirmed`: what the second reviewer said of a grave finding, None before he did."""

    severity: str
    confirmed: bool | None = None

    @property
    def takes_off(self) -> Decimal:
        if self.severity != GRAVE:
            return TAKES_OFF[self.severity]
        if self.confirmed is None:
            return TAKES_OFF[AWAITING]
        return TAKES_OFF[GRAVE] if self.confirmed else Decimal(0)

    @property
    def stands_as_grave(self) -> bool:
        return self.severity == GRAVE and self.confirmed is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`value` is None where nothing was reviewed: then nobody can say."""

    on: date
    value: Decimal | None
    reviewed: int
    clean: int
    grave: int

    @property
    def says_little(self) -> bool:
        return self.reviewed < REVIEWED_ENOUGH


def mark(findings: Iterable[Finding]) -> Decimal:
    """This function will mark one reviewed contact from 0 to 100."""
    return max(Decimal(0), MARK_BEST - sum((finding.takes_off for finding in findings), Decimal(0)))


def score(reviewed: Sequence[Sequence[Finding]], *, on: date) -> Score:
    """This function will score the reviewed contacts, each with its findings, to one decimal place."""
    marks = [mark(findings) for findings in reviewed]
    grave = sum(finding.stands_as_grave for findings in reviewed for finding in findings)
    value = None
    if marks:
        mean = sum(marks, Decimal(0)) / len(marks)
        value = min(mean, GRAVE_SCORE_MAX if grave else MARK_BEST).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Score(on=on, value=value, reviewed=len(marks), clean=marks.count(MARK_BEST), grave=grave)


def first_day(on: date) -> date:
    """This function will return the first of the days whose reviews count on a day."""
    return on - timedelta(days=DAYS - 1)
