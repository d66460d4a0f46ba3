"""Random small tables: what the sweep says is what trying every row says; an injected fault must be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import checked_tables as build
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from dunwell.engine import policies
from dunwell.engine.checks import axes, idle, pieces, search
from dunwell.engine.checks.check import Finding
from dunwell.engine.model import Decision, DecisionTable, Value

LITERALS = {
    "number": ["0", "1", "1.5", "3"],
    "string": ['"A"', '"B"', '"BA"'],
    "boolean": ["true", "false"],
    "date": ["2026-03-01", "2026-03-02", "2026-03-05"],
}
DOMAINS = {
    "number": ["", "[0..3]", "(0..3), null", "0, 1, 3"],
    "string": ["", '"A", "B", "C"', '"A", "B", null', '< "B"'],
    "boolean": ["", "true, false", "true, false, null"],
    "date": ["", ">= 2026-03-01", "[2026-03-01..2026-03-05], null"],
}
POLICIES = ["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
ONCE = ("UNIQUE", "ANY", "PRIORITY", "FIRST")


@st.composite
def positives(draw: st.DrawFn, kind: str) -> str:
    one = st.sampled_from(LITERALS[kind])
    if kind == "boolean" or draw(st.booleans()):
        return draw(st.sampled_from(["", "= ", "!= "])) + draw(one | st.just("null"))
    if draw(st.booleans()):
        return f"{draw(st.sampled_from(['<', '<=', '>', '>=']))} {draw(one)}"
    low, high = sorted(draw(st.tuples(one, one)), key=LITERALS[kind].index)
    return f"{draw(st.sampled_from('[('))}{low}..{high}{draw(st.sampled_from('])'))}"


def cells(kind: str) -> st.SearchStrategy[str]:
    listed = st.lists(positives(kind), min_size=1, max_size=2).map(", ".join)
    return st.just("-") | listed | listed.map("not({})".format)


@st.composite
def tables(draw: st.DrawFn) -> Decision:
    """This function will draw a table of up to three columns, of which two may look at the same fact."""
    kinds = draw(st.lists(st.sampled_from(list(LITERALS)), min_size=1, max_size=3))
    columns = [build.column(f"c{at}", kind, draw(st.sampled_from(DOMAINS[kind]))) for at, kind in enumerate(kinds)]
    if draw(st.integers(0, 4)) == 0:
        columns, kinds = [*columns, columns[0]], [*kinds, kinds[0]]
    outputs = st.sampled_from(['"x"', '"y"', '"z"'])
    rows = [[*(draw(cells(kind)) for kind in kinds), draw(outputs)] for _ in range(draw(st.integers(1, 5)))]
    policy = draw(st.sampled_from(POLICIES))
    default = draw(st.sampled_from(["null", "null", '"x"'])) if policy in ONCE else "null"
    return build.table(policy, columns, rows, values='"x", "y", "z"', default=default)


# What trying every row says


class Tried:
    """All rows of a table, each with the rules that match it, from 0."""

    def __init__(self, decision: Decision) -> None:
        assert isinstance(decision.logic, DecisionTable)
        self.table = decision.logic
        self.rows = [(row, [place - 1 for place in build.matching(decision, row)]) for row in build.every_row(decision)]
        self.ranks, self.classes = policies.ranks(self.table), policies.classes(self.table)

    def has_gap(self, *, declared: bool) -> bool:
        """Whether some row is matched by no rule, all rows counted or only those without a null nobody declared."""
        undeclared = [clause.label for clause in self.table.inputs if clause.domain is None]
        return any(
            not matched and not (declared and any(row[label] is None for label in undeclared))
            for row, matched in self.rows
        )

    def conflicts(self) -> set[tuple[int, int]]:
        pairs = set()
        for _, matched in self.rows:
            best = [at for at in matched if self.ranks[at] == min(self.ranks[other] for other in matched)]
            pairs |= {(a + 1, b + 1) for a in best for b in best if a < b and self.classes[a] != self.classes[b]}
        return pairs

    def never(self) -> set[int]:
        return {at + 1 for at in range(len(self.table.rules)) if not any(at in matched for _, matched in self.rows)}

    def idle(self) -> set[int]:
        """The rules that match something, but never where no other answers for them."""
        own = {at for _, matched in self.rows for at in matched if not any(self.before(o, at) for o in matched)}
        return {at + 1 for at in range(len(self.table.rules))} - {at + 1 for at in own} - self.never()

    def before(self, other: int, at: int) -> bool:
        same = self.classes[other] == self.classes[at] and other < at
        if self.table.hit_policy in ("FIRST", "PRIORITY"):
            ranks = self.ranks
            return ranks[other] < ranks[at] or (ranks[other] == ranks[at] and same)
        return self.table.hit_policy != "UNIQUE" and same


def disagreements(decision: Decision) -> list[str]:
    """This function will list where the findings and the rows tried one by one do not say the same."""
    findings, tried = build.found(decision), Tried(decision)
    assert ("incomplete", "warning") not in {(one.kind, one.severity) for one in findings}
    by_kind = lambda *kinds: [one for one in findings if one.kind in kinds]  # noqa: E731 - four words, used below
    faults = [f"a wrong example: {one}" for one in findings if not shows(decision, tried, one)]
    faults += gap_faults(tried, by_kind("gap"))
    expected = tried.conflicts() if tried.table.hit_policy in ONCE[:3] else set()
    for what, said, true in (
        ("overlaps", {one.places for one in by_kind("overlap")}, expected),
        ("impossible", {one.places[0] for one in by_kind("impossible")}, tried.never()),
        ("idle", {one.places[0] for one in by_kind("masked", "subsumed", "duplicate")}, tried.idle()),
    ):
        faults += [f"{what}: {said} found, {true} true"] if said != true else []
    return faults


def gap_faults(tried: Tried, gaps: Sequence[Finding]) -> list[str]:
    asked = all(output.default == build.NULL for output in tried.table.outputs)
    said, true = bool(gaps), asked and tried.has_gap(declared=False)
    faults = [f"gaps: {said} found, {true} true"] if said != true else []
    if tried.table.hit_policy in ONCE:
        said, true = any(one.severity == "error" for one in gaps), asked and tried.has_gap(declared=True)
        faults += [f"gaps among declared values: {said} found, {true} true"] if said != true else []
    return faults


def shows(decision: Decision, tried: Tried, finding: Finding) -> bool:
    """This function will say whether the example row shows what the finding says, by the judge."""
    places, row = finding.places, finding.example
    if finding.kind in ("unproduced", "untested", "outside", "incomplete"):
        return True
    matched = build.matching(decision, row)
    allowed = all(
        clause.domain is None or axes.allows(clause.domain, row[clause.label]) for clause in tried.table.inputs
    )
    match finding.kind:
        case "gap":
            return allowed and not matched
        case "overlap":
            return allowed and set(places) <= set(matched) and build.judged(decision, row).status == "conflict"
        case "impossible":
            return places[0] not in matched
    return allowed and {places[0], places[1]} <= set(matched) and takes_all(tried, places)


def takes_all(tried: Tried, places: Sequence[int]) -> bool:
    """This function will say whether the others take all cases of the first, and none of them can be left out."""
    own, *takers = (place - 1 for place in places)
    cases = [set(matched) & set(takers) for _, matched in tried.rows if own in matched]
    return all(cases) and all(any(case == {taker} for case in cases) for taker in takers)


quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(tables())
def test_the_sweep_says_what_trying_every_row_says(decision: Decision) -> None:
    assert disagreements(decision) == []


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_the_sweep_says_what_trying_every_row_says_at_length(decision: Decision) -> None:
    assert disagreements(decision) == []


# The test of the test


def closed(low: Value, high: Value) -> bool:
    return low is not None and high is not None


BETWEEN, FEWEST = pieces.between, search._Search.fewest
FAULTS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "nothing between two constants": (
        pieces, "between", lambda kind, low, high: None if closed(low, high) else BETWEEN(kind, low, high),
    ),
    "pieces merged that differ": (
        search._Search, "fewest", lambda self, classes, live: dict(list(FEWEST(self, classes, live).items())[:1]),
    ),
    "ranks forgotten": (idle, "_goes_before", lambda sheet, at, rule: at < rule),
    "null let in": (axes, "allows", lambda domain, value: True),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_an_injected_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, wrong = FAULTS[fault]
    monkeypatch.setattr(owner, name, wrong)
    looking = settings(max_examples=500, deadline=None, phases=[Phase.generate], database=None, derandomize=True)
    try:
        find(tables(), lambda decision: bool(disagreements(decision)), settings=looking)
    except NoSuchExample:
        pytest.fail(f"no random table showed the fault: {fault}")
