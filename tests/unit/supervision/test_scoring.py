"""The compliance score: its formula by examples, its bounds, and the page that states it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.supervision.rules import CODES, SEVERITIES
from dunwell.compliance.supervision.scoring import (
    DAYS,
    GRAVE_SCORE_MAX,
    REVIEWED_ENOUGH,
    TAKES_OFF,
    Finding,
    first_day,
    mark,
    score,
)

ON = date(2026, 11, 30)
MINOR, SERIOUS = Finding(severity="minor"), Finding(severity="serious")
GRAVE = Finding(severity="grave", confirmed=True)
AWAITED, DENIED = Finding(severity="grave"), Finding(severity="grave", confirmed=False)
FINDINGS = st.sampled_from([MINOR, SERIOUS, GRAVE, AWAITED, DENIED])
REVIEWED = st.lists(st.lists(FINDINGS, max_size=4), max_size=15)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], 100),
        ([MINOR], 90),
        ([MINOR, MINOR], 80),
        ([SERIOUS], 60),
        ([SERIOUS, MINOR], 50),
        ([SERIOUS, SERIOUS, SERIOUS], 0),
        ([GRAVE], 0),
        ([AWAITED], 60),
        ([DENIED], 100),
        ([DENIED, MINOR], 90),
    ],
)
def test_the_mark_of_one_contact(findings: list[Finding], expected: int) -> None:
    assert mark(findings) == expected


@pytest.mark.parametrize(
    ("reviewed", "expected"),
    [
        ([[]], "100.0"),
        ([[], [MINOR]], "95.0"),
        ([[], [], [MINOR]], "96.7"),
        ([[SERIOUS], [], []], "86.7"),
        ([[GRAVE]], "0.0"),
        ([[GRAVE], *[[]] * 99], "50.0"),
        ([[AWAITED], *[[]] * 99], "99.6"),
        ([[DENIED], []], "100.0"),
    ],
)
def test_the_score_is_the_mean_mark(reviewed: list[list[Finding]], expected: str) -> None:
    assert score(reviewed, on=ON).value == Decimal(expected)


def test_without_a_review_nobody_can_say() -> None:
    found = score([], on=ON)
    assert (found.value, found.reviewed, found.says_little) == (None, 0, True)


@given(reviewed=REVIEWED)
def test_a_score_is_between_0_and_100(reviewed: list[list[Finding]]) -> None:
    found = score(reviewed, on=ON)
    assert (found.value is None) == (not reviewed)
    assert found.value is None or 0 <= found.value <= 100
    assert found.reviewed == len(reviewed)
    assert 0 <= found.clean <= found.reviewed


@given(reviewed=REVIEWED, more=st.sampled_from([MINOR, SERIOUS, GRAVE, AWAITED]))
def test_one_finding_more_never_raises_it(reviewed: list[list[Finding]], more: Finding) -> None:
    before, after = score([*reviewed, []], on=ON).value, score([*reviewed, [more]], on=ON).value
    assert before is not None
    assert after is not None
    assert after <= before


@given(reviewed=REVIEWED)
def test_a_confirmed_grave_finding_is_not_washed_out(reviewed: list[list[Finding]]) -> None:
    found = score([*reviewed, [GRAVE]], on=ON)
    assert found.value is not None
    assert found.value <= GRAVE_SCORE_MAX
    assert found.grave >= 1


@given(reviewed=REVIEWED)
def test_the_order_of_the_reviews_says_nothing(reviewed: list[list[Finding]]) -> None:
    assert score(reviewed, on=ON) == score(reviewed[::-1], on=ON)


def test_few_reviews_say_little() -> None:
    assert score([[]] * (REVIEWED_ENOUGH - 1), on=ON).says_little
    assert not score([[]] * REVIEWED_ENOUGH, on=ON).says_little


def test_the_year_ends_with_the_day() -> None:
    assert first_day(date(2026, 11, 30)) == date(2025, 12, 1)


# ---- the page --------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[3] / "docs/reference/compliance-score.md").read_text()


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_page_states_what_a_finding_takes_off(severity: str) -> None:
    row = re.search(rf"^\| `{severity}` \|.*\| (\d+) \|$", PAGE, re.MULTILINE)
    assert row is not None
    assert Decimal(row.group(1)) == TAKES_OFF[severity]


def test_the_page_states_the_other_numbers() -> None:
    assert f"at most {GRAVE_SCORE_MAX}" in PAGE
    assert f"{DAYS} days" in PAGE
    assert f"fewer than {REVIEWED_ENOUGH}" in PAGE


def test_the_page_names_every_code() -> None:
    assert [code for code in CODES if f"`{code}`" not in PAGE] == []
