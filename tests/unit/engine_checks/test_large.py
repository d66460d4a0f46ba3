"""Large tables are answered in seconds, or not at all and then aloud."""

from __future__ import annotations

import random
from dataclasses import replace

import checked_tables as build
import pytest
from checked_tables import column, table, told

from dunwell.engine.checks import conflicts, coverage, idle
from dunwell.engine.model import Anything, Cell, Decision

TOP = 1000
Leaf = list[tuple[int, int]]


def partition(*, rules: int, columns: int, seed: int, missing: int = 0) -> Decision:
    """This function will cut the whole domain into so many boxes at random, one for each rule of a UNIQUE table."""
    dice = random.Random(seed)
    leaves: list[Leaf] = [[(0, TOP)] * columns]
    while len(leaves) < rules + missing:
        leaf = leaves.pop(dice.randrange(len(leaves)))
        at = dice.randrange(columns)
        low, high = leaf[at]
        middle = dice.randrange(low + 1, high) if high - low > 1 else high
        parts = [(low, middle), (middle, high)] if middle < high else [(low, high)]
        leaves += [[*leaf[:at], part, *leaf[at + 1 :]] for part in parts]
    dice.shuffle(leaves)
    rows = [[*(cell(ends) for ends in leaf), '"a"'] for leaf in leaves[:rules]]
    return table("UNIQUE", [column(f"c{at}", "number", f"[0..{TOP})") for at in range(columns)], rows)


def cell(ends: tuple[int, int]) -> str:
    return "-" if ends == (0, TOP) else f"[{ends[0]}..{ends[1]})"


def test_three_hundred_rules_over_ten_columns_without_a_fault() -> None:
    assert build.found(partition(rules=300, columns=10, seed=1)) == []


def test_the_one_missing_box_among_three_hundred_is_found() -> None:
    decision = partition(rules=300, columns=10, seed=2, missing=1)
    (gap,) = build.found(decision)
    assert (gap.severity, gap.kind) == ("error", "gap")
    assert build.matching(decision, gap.example) == []


def test_a_catch_all_behind_three_hundred_rules_that_leave_nothing() -> None:
    decision = partition(rules=300, columns=10, seed=3)
    logic = replace(decision.logic, hit_policy="FIRST")  # type: ignore[type-var]
    last = replace(logic.rules[0], id="last", cells=tuple(Cell("-", Anything()) for _ in range(10)))
    (masked,) = build.found(replace(decision, logic=replace(logic, rules=(*logic.rules, last))))
    assert (masked.kind, masked.rules[0], len(masked.rules)) == ("masked", "last", 301)


@pytest.mark.parametrize(
    ("part", "limit", "kinds"),
    [
        (coverage, "WORK_MAX", [("warning", "incomplete", ())]),
        (conflicts, "WORK_MAX", [("warning", "incomplete", ())]),
        (idle, "WORK_MAX", [("warning", "incomplete", (1, 2, 3))]),
    ],
)
def test_what_is_given_up_is_told(part: object, limit: str, kinds: object, monkeypatch: pytest.MonkeyPatch) -> None:
    days = column("days", "number", "[0..365]")
    decision = table("UNIQUE", [days], [["< 30", '"a"'], ["[30..60)", '"b"'], [">= 30", '"c"']])
    monkeypatch.setattr(part, limit, 0)
    found = build.found(decision, kind="incomplete")
    assert told(found) == kinds
    assert "too intricate" in found[0].words.en


def test_a_table_whose_cells_list_too_many_names_is_not_checked_and_that_is_told() -> None:
    cell = ", ".join(f"< name{number}" for number in range(17))
    columns = [column("a", "number"), column("b", "number")]
    found = build.found(table("FIRST", columns, [[cell, cell, '"a"']]))
    assert told(found) == [("warning", "incomplete", ())]
