"""The cases beside the rulebooks come true, by the judge and by the frame, and they try every rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from compliance_population import Pair, as_row, masked

from dunwell.compliance.rulebook.cases import Outcome, outcomes, read_cases
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, load_library
from dunwell.database import ROOT

OUTCOMES = list(outcomes())


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.case.name)
def test_case(outcome: Outcome) -> None:
    assert outcome.differences == (), outcome.case.place


def together() -> dict[tuple[Path, date], list[Outcome]]:
    """This function will group the cases by file and day; a day with one case is left out, a frame takes its time."""
    groups: dict[tuple[Path, date], list[Outcome]] = {}
    for outcome in OUTCOMES:
        if outcome.case.on:
            groups.setdefault((outcome.case.file, outcome.case.on), []).append(outcome)
    return {key: group for key, group in groups.items() if len(group) > 1}


def test_the_frame_says_the_same_of_the_cases() -> None:
    groups = together()
    assert sum(len(group) for group in groups.values()) > 80
    for (file, day), group in groups.items():
        pairs = [Pair(outcome.case.given, outcome.case.contact) for outcome in group]
        rows = masked(pairs, rulebook=load((file.parent,)), on=day)
        for row, outcome in zip(rows, group, strict=True):
            expected = as_row(outcome.verdict)
            assert {key: row[key] for key in expected} == expected, outcome.case.place


def test_every_rule_has_a_case_in_which_it_speaks_and_one_in_which_it_does_not() -> None:
    for rule in load_library().rules:
        about = [outcome for outcome in OUTCOMES if outcome.case.file.parent in _folders_of(rule.layer)]
        spoken = [rule.id in _ids(outcome) for outcome in about]
        # That somebody's zone is unknown speaks in the company's cases; the guard speaks in any layer's.
        assert any(spoken), rule.id
        assert not all(spoken), rule.id


def _folders_of(layer: str) -> list[Path]:
    own = RULEBOOKS / layer
    return [own] if own.is_dir() else [outcome.case.file.parent for outcome in OUTCOMES]


def _ids(outcome: Outcome) -> set[str]:
    said = (*outcome.verdict.refusals, *outcome.verdict.warnings, *outcome.verdict.reviews)
    return {refusal.rule for refusal in said}


def test_case_names_are_distinct_within_their_file() -> None:
    named = [(case.file, case.name) for case in read_cases()]
    assert len(set(named)) == len(named)


def test_every_layer_has_cases() -> None:
    assert {file.parent for file in RULEBOOKS.rglob("rules.yaml")} <= {case.file.parent for case in read_cases()}


# ---- cases that do not come true, and broken ones --------------------------------------------------------------------

RULES = """
about: {en: test}
rules:
  - id: T-1
    kind: reachable
    parameters: {}
    valid_from: 2026-01-01
    source: a test
    certainty: D
    enforcement: block
    en: The customer can be reached.
    zh: 客户可触达。
"""
HEAD = """
given: {time_zone: Asia/Shanghai, reachable: {sms: true}}
contact: {creditor: a, channel: sms, actor: robot}
cases:
"""


def folder_with(folder: Path, cases: str, head: str = HEAD) -> Path:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    (folder / "cases.yaml").write_text(head + cases, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ("{verdict: refuse}", "verdict: expected refuse, got allow"),
        ("{verdict: allow, refused: [T-1]}", "refused: expected T-1, got none"),
        ("{verdict: allow, warned: [T-1]}", "warned: expected T-1, got none"),
        ("{verdict: allow, review: [T-1]}", "review: expected T-1, got none"),
        ("{verdict: allow, earliest: 2026-03-11}", "earliest: expected 2026-03-11, got None"),
        ('{verdict: allow, windows: [["08:00", "22:00"]]}', "windows: expected 08:00, 22:00, got 00:00, 24:00"),
    ],
)
def test_a_case_that_does_not_come_true_says_where(expected: str, difference: str, tmp_path: Path) -> None:
    folder_with(tmp_path, f"  - {{name: A case, on: 2026-03-10, expect: {expected}}}\n")
    assert [outcome.differences for outcome in outcomes(tmp_path)] == [(difference,)]


def test_a_case_may_expect_more_than_one_thing_and_is_told_each(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        "  - {name: Unreachable, on: 2026-03-10, given: {reachable: {}},"
        " expect: {verdict: allow, earliest: 2026-03-11}}\n",
    )
    (outcome,) = outcomes(tmp_path)
    assert outcome.differences == (
        "verdict: expected allow, got refuse",
        "refused: expected none, got T-1",
        "earliest: expected 2026-03-11, got None",
    )


BROKEN: dict[str, tuple[str, str]] = {
    "no time": ("{name: A case, expect: {verdict: allow}}", "about a day .on. or about a moment"),
    "both times": (
        "{name: A case, on: 2026-03-10, at: 2026-03-10T08:00:00+08:00, expect: {verdict: allow}}",
        "one of them",
    ),
    "a moment without a zone": ("{name: A case, at: 2026-03-10T08:00:00, expect: {verdict: allow}}", "with its zone"),
    "a moment for a day": ("{name: A case, on: 2026-03-10T08:00:00, expect: {verdict: allow}}", "write a date"),
    "nothing expected": ("{name: A case, on: 2026-03-10}", "key expect.*add the key"),
    "an expectation nobody knows": (
        "{name: A case, on: 2026-03-10, expect: {verdict: allow, refuse: [T-1]}}",
        "key expect.refuse.*mend its spelling",
    ),
    "a fact nobody knows": (
        "{name: A case, on: 2026-03-10, given: {height: 3}, expect: {verdict: allow}}",
        "key given.height",
    ),
    "a contact's key nobody knows": (
        "{name: A case, on: 2026-03-10, given: {contacts: [{channel: sms, day: 1}]}, expect: {verdict: allow}}",
        "key given.contacts.0.day",
    ),
    "no times": (
        "{name: A case, on: 2026-03-10, given: {contacts: [{channel: sms, times: 0}]}, expect: {verdict: allow}}",
        "0 times",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_case_is_told_with_its_file_and_name(fault: str, tmp_path: Path) -> None:
    case, said = BROKEN[fault]
    folder_with(tmp_path, f"  - {case}\n")
    with pytest.raises(RulebookError, match=said) as caught:
        list(outcomes(tmp_path))
    assert f"{tmp_path / 'cases.yaml'}, case «A case»" in str(caught.value)


@pytest.mark.parametrize("head", ["cases:\n", "given: {}\ncases:\n", "x: 1\ngiven: {}\ncontact: {}\ncases:\n"])
def test_a_file_of_cases_without_its_head_is_told(head: str, tmp_path: Path) -> None:
    folder_with(tmp_path, "  - {name: A case, on: 2026-03-10, expect: {verdict: allow}}\n", head=head)
    with pytest.raises(RulebookError, match="it must hold the keys given, contact"):
        read_cases(tmp_path)


def test_cases_are_judged_by_the_rulebooks_below_their_own_folder_only(tmp_path: Path) -> None:
    case = "  - {name: Unreachable, on: 2026-03-10, given: {reachable: {}}, expect: {verdict: refuse, refused: [%s]}}\n"
    upper, lower = tmp_path, tmp_path / "below"
    lower.mkdir()
    folder_with(upper, case % "T-1, T-2")
    folder_with(lower, case % "T-2")
    (lower / "rules.yaml").write_text(RULES.replace("T-1", "T-2"), "utf-8")
    found: list[Any] = [outcome.verdict.refused_rules for outcome in outcomes(tmp_path)]
    assert sorted(found) == [("T-1", "T-2"), ("T-2",)]
    assert all(not outcome.differences for outcome in outcomes(tmp_path))


def test_the_example_of_the_how_to_page_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-rulebook.md").read_text("utf-8")
    rules, cases = (block.split("```")[0] for block in page.split("```yaml\n")[1:])
    folder = tmp_path / "th" / "general"
    folder.mkdir(parents=True)
    (folder / "rules.yaml").write_text(rules, "utf-8")
    (folder / "cases.yaml").write_text(cases, "utf-8")
    (outcome,) = outcomes(tmp_path)
    assert outcome.differences == ()
    assert outcome.verdict.refused_rules == ("TH-F1",)
