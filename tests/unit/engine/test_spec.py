"""What each cell of the S-FEEL profile means, as tables of examples; both engines must say the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal

import engine_models as build
import pytest
from feel_texts import at

from dunwell.engine import bulk, single
from dunwell.engine.model import Months, Value

D = Decimal
NUMBERS = [None, D("-1"), D(0), D("0.1"), D(5), D("5.5"), D(10), D(11)]
TEXTS = [None, "", "A", "B", "a", 'say "hi"', "back\\slash", "善收", "line\nbreak", "it's"]
DAYS = [None, date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
FLAGS = [None, True, False]
CLOCKS = [None, time(0), time(9), time(17, 30), time(23, 59, 59)]
MOMENTS = [None, at("2024-02-28T23:59:59"), at("2024-02-29T00:00:00"), at("2024-02-29T12:00:00")]
SPANS = [None, timedelta(-1), timedelta(0), timedelta(hours=23), timedelta(1), timedelta(30)]
TERMS = [None, Months(-1), Months(0), Months(11), Months(12), Months(18)]
CLOCK, MOMENT, SPAN, TERM = "time", "date and time", "days and time duration", "years and months duration"
PROBES: Mapping[str, list[Value]] = {
    "number": NUMBERS,
    "string": TEXTS,
    "date": DAYS,
    "boolean": FLAGS,
    CLOCK: CLOCKS,
    MOMENT: MOMENTS,
    SPAN: SPANS,
    TERM: TERMS,
}

# Type of the column, the cell, and which probes match. `other` is a second input of the same type; see OTHER.
OTHER: Mapping[str, Value] = {
    "number": D(5),
    "string": "A",
    "date": date(2024, 2, 29),
    "boolean": True,
    CLOCK: time(9),
    MOMENT: at("2024-02-29T00:00:00"),
    SPAN: timedelta(1),
    TERM: Months(12),
}
# `not(…)` of an ordering is allowed only where the author says what the column can be, and that it is not null.
WITHOUT_NULL = "<inputValues><text>&gt;= -1000000</text></inputValues>"
CELLS = [
    ("number", "-", NUMBERS),
    ("number", "", NUMBERS),
    ("number", "5", [D(5)]),
    ("number", "5.0", [D(5)]),
    ("number", "0.1", [D("0.1")]),
    ("number", ".1", [D("0.1")]),
    ("number", "-1", [D(-1)]),
    ("number", "- -5", [D(5)]),
    ("number", "= 5", [D(5)]),
    ("number", "!= 5", [None, D(-1), D(0), D("0.1"), D("5.5"), D(10), D(11)]),
    ("number", "< 5", [D(-1), D(0), D("0.1")]),
    ("number", "<= 5", [D(-1), D(0), D("0.1"), D(5)]),
    ("number", "> 5", [D("5.5"), D(10), D(11)]),
    ("number", ">=5", [D(5), D("5.5"), D(10), D(11)]),
    ("number", "[5..10]", [D(5), D("5.5"), D(10)]),
    ("number", "(5..10]", [D("5.5"), D(10)]),
    ("number", "[5..10)", [D(5), D("5.5")]),
    ("number", "]5..10[", [D("5.5")]),
    ("number", "[ -1 .. 0.1 ]", [D(-1), D(0), D("0.1")]),
    ("number", "[5..5]", [D(5)]),
    ("number", "(5..5)", []),
    ("number", "1, 5, 11", [D(5), D(11)]),
    ("number", "< 0, [10..11)", [D(-1), D(10)]),
    ("number", "null", [None]),
    ("number", "!= null", [value for value in NUMBERS if value is not None]),
    ("number", "null, 5, 0.1", [None, D("0.1"), D(5)]),
    ("number", "not(5)", [None, D(-1), D(0), D("0.1"), D("5.5"), D(10), D(11)]),
    ("number", "not(5, 10)", [None, D(-1), D(0), D("0.1"), D("5.5"), D(11)]),
    ("number", "not(null)", [value for value in NUMBERS if value is not None]),
    ("number", "not(< 5)", [D(5), D("5.5"), D(10), D(11)]),
    ("number", "not([0..10])", [D(-1), D(11)]),
    ("number", "not(5, < 1)", [D("5.5"), D(10), D(11)]),
    ("number", "not(null, < 5)", [D(5), D("5.5"), D(10), D(11)]),
    ("number", "other", [D(5)]),
    ("number", "> other", [D("5.5"), D(10), D(11)]),
    ("number", "[other..10]", [D(5), D("5.5"), D(10)]),
    ("number", "not(other)", [None, D(-1), D(0), D("0.1"), D("5.5"), D(10), D(11)]),
    ("number", "unknown", [None]),
    ("number", "!= unknown", [value for value in NUMBERS if value is not None]),
    ("number", "< unknown", []),
    ("number", "not(< unknown)", []),
    ("number", "[0..unknown]", []),
    ("number", "not([0..unknown])", [D(-1)]),
    ("string", "-", TEXTS),
    ("string", '"A"', ["A"]),
    ("string", '""', [""]),
    ("string", '"A", "B"', ["A", "B"]),
    ("string", '"A","B",null', [None, "A", "B"]),
    ("string", 'not("A")', [None, "", "B", "a", 'say "hi"', "back\\slash", "善收", "line\nbreak", "it's"]),
    ("string", 'not("A", "B")', [None, "", "a", 'say "hi"', "back\\slash", "善收", "line\nbreak", "it's"]),
    ("string", '"say \\"hi\\""', ['say "hi"']),
    ("string", '"back\\\\slash"', ["back\\slash"]),
    ("string", '"line\\nbreak"', ["line\nbreak"]),
    ("string", '"it\'s", "善收"', ["善收", "it's"]),
    ("string", '"\\u5584\\U006536"', ["善收"]),
    ("string", "other", ["A"]),
    ("string", '< "B"', ["", "A"]),
    ("string", '["A".."B"]', ["A", "B"]),
    ("date", 'date("2024-02-29")', [date(2024, 2, 29)]),
    ("date", '< date("2024-02-29")', [date(2024, 2, 28)]),
    ("date", '>= date( "2024-02-29" )', [date(2024, 2, 29), date(2024, 3, 1)]),
    ("date", '[date("2024-02-28")..date("2024-03-01")[', [date(2024, 2, 28), date(2024, 2, 29)]),
    ("date", 'date("2024-02-28"), date("2024-03-01")', [date(2024, 2, 28), date(2024, 3, 1)]),
    ("date", 'not(date("2024-02-29"))', [None, date(2024, 2, 28), date(2024, 3, 1)]),
    ("date", "> other", [date(2024, 3, 1)]),
    ("boolean", "-", FLAGS),
    ("boolean", "true", [True]),
    ("boolean", "false", [False]),
    ("boolean", "null", [None]),
    ("boolean", "true, false", [True, False]),
    ("boolean", "not(true)", [None, False]),
    ("boolean", "= other", [True]),
    ("boolean", "!= other", [None, False]),
    ("number", "-other", []),
    ("number", "- -other", [D(5)]),
    ("number", "abs(other)", [D(5)]),
    ("number", "> min(other, 10)", [D("5.5"), D(10), D(11)]),
    ("number", "[floor(5.5)..max(other, 10)]", [D(5), D("5.5"), D(10)]),
    ("number", "1e1", [D(10)]),
    ("number", "<= -1e0, 5.50", [D(-1), D("5.5")]),
    ("number", "abs(unknown)", [None]),
    ("string", "substring(other, 1, 1)", ["A"]),
    ("string", 'not(other, "B")', [None, "", "a", 'say "hi"', "back\\slash", "善收", "line\nbreak", "it's"]),
    ("date", '@"2024-02-29"', [date(2024, 2, 29)]),
    ("date", "date(2024, 3, 1)", [date(2024, 3, 1)]),
    ("date", '[@"2024-02-28"..other]', [date(2024, 2, 28), date(2024, 2, 29)]),
    ("date", 'not(date(other), @"2024-03-01")', [None, date(2024, 2, 28)]),
    ("boolean", "not(true, null)", [False]),
    ("boolean", "not(false)", [None, True]),
    (CLOCK, "-", CLOCKS),
    (CLOCK, "null", [None]),
    (CLOCK, 'time("09:00:00")', [time(9)]),
    (CLOCK, '[@"09:00:00"..@"17:30:00")', [time(9)]),
    (CLOCK, '> other, @"00:00:00"', [time(0), time(17, 30), time(23, 59, 59)]),
    (CLOCK, "not(other)", [None, time(0), time(17, 30), time(23, 59, 59)]),
    (MOMENT, 'date and time("2024-02-29T00:00:00")', [at("2024-02-29T00:00:00")]),
    (MOMENT, '< @"2024-02-29T00:00:00"', [at("2024-02-28T23:59:59")]),
    (MOMENT, ">= other", [at("2024-02-29T00:00:00"), at("2024-02-29T12:00:00")]),
    (MOMENT, "!= null", MOMENTS[1:]),
    (SPAN, 'duration("PT24H")', [timedelta(1)]),
    (SPAN, '[duration("P0D")..duration("P1D"))', [timedelta(0), timedelta(hours=23)]),
    (SPAN, '< @"-PT23H"', [timedelta(-1)]),
    (SPAN, "> other", [timedelta(30)]),
    (TERM, 'duration("P1Y")', [Months(12)]),
    (TERM, '> @"P11M"', [Months(12), Months(18)]),
    (TERM, '@"P1Y6M", < @"P0M"', [Months(-1), Months(18)]),
    (TERM, "[other..other]", [Months(12)]),
]


@pytest.fixture(scope="module", params=list(PROBES), name="cells")
def decided_cells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """All cells of one type, decided at once by both engines for all probes: {cell: (single, bulk, expected)}."""
    kind = request.param
    examples = [(cell, expected) for of, cell, expected in CELLS if of == kind]
    inputs = {"probe": kind, "other": kind, "unknown": kind}
    tables = [
        build.table(f"t{n}", rules=[[cell, '"yes"']], inputs={"probe": kind}, needs=list(inputs))
        for n, (cell, _) in enumerate(examples)
    ]
    for n, (cell, _) in enumerate(examples):
        if cell.startswith("not(") and set(cell) & set("<>["):
            tables[n] = tables[n].replace("</inputExpression>", f"</inputExpression>{WITHOUT_NULL}")
    model = build.load(tmp_path_factory.mktemp("cells"), *tables, inputs=inputs)
    rows = [{"probe": probe, "other": OTHER[kind], "unknown": None} for probe in PROBES[kind]]
    wide = build.answers(bulk.decide(build.as_table(model, rows), model))
    judged = [single.decide(model, row) for row in rows]
    return kind, {
        cell: (
            [row["probe"] for row, outcome in zip(rows, judged, strict=True) if outcome[f"t{n}"].status == "ok"],
            [row["probe"] for row, found in zip(rows, wide, strict=True) if found[f"t{n}_rule"] == "r1"],
            expected,
        )
        for n, (cell, expected) in enumerate(examples)
    }


def test_single_matches_exactly_the_expected_probes(cells) -> None:
    kind, examples = cells
    wrong = {cell: (got, want) for cell, (got, _, want) in examples.items() if got != want}
    assert not wrong, f"{kind} cells (got, expected): {wrong}"


def test_bulk_matches_exactly_the_expected_probes(cells) -> None:
    kind, examples = cells
    wrong = {cell: (got, want) for cell, (_, got, want) in examples.items() if got != want}
    assert not wrong, f"{kind} cells (got, expected): {wrong}"
