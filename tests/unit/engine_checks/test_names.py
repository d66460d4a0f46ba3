"""Cells that compare with names: nobody knows these before the run, so findings about them are doubts, never misses."""

from __future__ import annotations

from itertools import product

import checked_tables as build
import pytest
from checked_tables import D, cell_test, column, table, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.engine import policies
from dunwell.engine.model import AnyOf, Decision, DecisionTable, InputData, Name, Value

LIMIT = InputData("limit", "number")
DAYS = column("days", "number", "[0..365]")


def declared(name: str, domain: str) -> InputData:
    test = cell_test(domain)
    assert isinstance(test, AnyOf)
    return InputData(name, "number", test)


def test_below_and_from_a_limit_on_leave_only_its_null() -> None:
    rows = [["< limit", '"a"'], [">= limit", '"b"']]
    (gap,) = build.found(table("UNIQUE", [DAYS], rows), extra=[LIMIT])
    assert (gap.severity, gap.example) == ("warning", {"days": D(0), "limit": None})
    assert gap.words.en == "No rule covers days or limit is null (it depends on limit, known only at run time)."
    assert gap.words.zh == "没有规则覆盖 days 或 limit 为空（取决于运行时才知道的 limit）。"


def test_a_limit_that_cannot_be_null_leaves_nothing() -> None:
    rows = [["< limit", '"a"'], [">= limit", '"b"']]
    assert build.found(table("UNIQUE", [DAYS], rows), extra=[declared("limit", "[0..100]")]) == []


def test_a_row_names_a_limit_that_shows_the_gap() -> None:
    decision = table("UNIQUE", [DAYS], [["< limit", '"a"'], ["> limit", '"b"']])
    gaps = build.found(decision, extra=[declared("limit", "[0..100]")])
    assert [gap.words.en for gap in gaps] == [
        "No rule covers days = limit (it depends on limit, known only at run time)."
    ]
    assert gaps[0].example["days"] == gaps[0].example["limit"]


def test_rules_that_meet_only_by_a_limit_may_overlap() -> None:
    decision = table("UNIQUE", [DAYS], [["< limit", '"a"'], [">= 30", '"b"'], ["[0..30)", '"c"']])
    overlaps = build.found(decision, extra=[LIMIT], kind="overlap")
    assert told(overlaps) == [("warning", "overlap", (1, 2)), ("warning", "overlap", (1, 3))]
    for overlap in overlaps:
        assert set(overlap.places) <= set(build.matching(decision, overlap.example))


def test_a_rule_is_masked_whatever_the_limit_is() -> None:
    rows = [["<= limit", '"a"'], ["> limit", '"b"'], ["-", '"c"'], ["> 5", '"d"']]
    found = build.found(table("FIRST", [DAYS], rows), extra=[LIMIT])
    assert told(found) == [("error", "subsumed", (4, 3))]
    known = build.found(table("FIRST", [DAYS], rows), extra=[declared("limit", "[0..9]")])
    assert [(one.kind, one.places[0]) for one in known] == [("masked", 3), ("subsumed", 4)]


def test_what_is_neither_less_nor_equal_is_different_even_from_a_null() -> None:
    found = build.found(table("FIRST", [DAYS], [["<= limit", '"a"'], ["!= limit", '"b"'], ["-", '"c"']]), extra=[LIMIT])
    assert [(one.kind, set(one.places)) for one in found] == [("masked", {1, 2, 3})]


def test_cells_that_contradict_each_other_by_the_same_limit() -> None:
    twice = [DAYS, column("again", "number", expression=Name("days", "number"))]
    found = build.found(table("FIRST", twice, [["< limit", ">= limit", '"a"'], ["-", "-", '"b"']]), extra=[LIMIT])
    assert told(found) == [("error", "impossible", (1,))]


def test_a_null_is_never_below_a_limit() -> None:
    days = column("days", "number", "[0..365], null")
    found = build.found(table("FIRST", [days], [["null", '"a"'], ["< limit, >= limit, = limit", '"b"']]), extra=[LIMIT])
    assert [one.example for one in found] == [{"days": D(0), "limit": None}]


@pytest.mark.parametrize("cell", ["[5..limit]", "not([limit..10])", "limit, 5", "not(limit, < 3)", "!= limit"])
def test_every_form_of_a_cell_may_name_a_limit(cell: str) -> None:
    decision = table("UNIQUE", [DAYS], [[cell, '"a"']])
    gaps = build.found(decision, extra=[LIMIT], kind="gap")
    assert gaps
    for gap in gaps:
        assert build.matching(decision, {"limit": None, **gap.example}) == []


# Random tables: the check may doubt too much, but misses nothing.

NAMES = ["p", "q", "c1"]
POINTS: list[Value] = [None, *(D(number) / 2 for number in range(-1, 6))]
ends = st.sampled_from(["0", "1", "2", *NAMES])


@st.composite
def positives(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        return draw(st.sampled_from(["", "= ", "!= ", "< ", "<= ", "> ", ">= "])) + draw(ends)
    low, high = draw(ends), draw(ends)
    if low.isdigit() and high.isdigit():
        low, high = sorted((low, high))
    return f"{draw(st.sampled_from('[('))}{low}..{high}{draw(st.sampled_from('])'))}"


listed = st.lists(positives(), min_size=1, max_size=2).map(", ".join)
cells = st.just("-") | listed | listed.map("not({})".format)


@st.composite
def tables(draw: st.DrawFn) -> Decision:
    columns = [column("c0", "number", "[0..2], null"), column("c1", "number")]
    policy = draw(st.sampled_from(["UNIQUE", "ANY", "PRIORITY", "FIRST", "COLLECT"]))
    rows = [[draw(cells), draw(cells), draw(st.sampled_from(['"x"', '"y"']))] for _ in range(draw(st.integers(1, 4)))]
    return table(policy, columns, rows, values='"x", "y"')


def every_row() -> list[dict[str, Value]]:
    inside = [point for point in POINTS if point is None or 0 <= point <= 2]  # type: ignore[operator]
    return [dict(zip(("c0", "c1", "p", "q"), row, strict=True)) for row in product(inside, POINTS, POINTS, POINTS)]


ROWS = every_row()[::3]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_nothing_is_missed(decision: Decision) -> None:
    findings = build.found(decision, extra=[InputData("p", "number"), InputData("q", "number")])
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    kinds = [one.kind for one in findings]
    idle = {one.places[0] for one in findings if one.kind in ("masked", "subsumed")}
    never = {one.places[0] for one in findings if one.kind == "impossible"}
    overlaps = {one.places for one in findings if one.kind == "overlap"}
    ranks, classes = policies.ranks(logic), policies.classes(logic)
    for row in ROWS:
        matched = build.matching(decision, row)
        assert matched or "gap" in kinds, row
        assert not never & set(matched), row
        best = [place for place in matched if ranks[place - 1] == min(ranks[other - 1] for other in matched)]
        if logic.hit_policy != "COLLECT":
            rivals = {(a, b) for a in best for b in best if a < b and classes[a - 1] != classes[b - 1]}
            assert rivals <= overlaps, row
            assert not matched or rivals or best[0] not in idle, row
