"""What each construct of the S-FEEL profile means, as tables of examples; both engines must say the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import engine_models as build
import pytest

from dunwell.engine import bulk, single
from dunwell.engine.model import Value

D = Decimal
NUMBERS = [None, D("-1"), D(0), D("0.1"), D(5), D("5.5"), D(10), D(11)]
TEXTS = [None, "", "A", "B", "a", 'say "hi"', "back\\slash", "善收", "line\nbreak", "it's"]
DAYS = [None, date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
FLAGS = [None, True, False]
PROBES: Mapping[str, list[Value]] = {"number": NUMBERS, "string": TEXTS, "date": DAYS, "boolean": FLAGS}

# Type of the column, the cell, and which probes match. `other` is a second input of the same type; see OTHER.
OTHER: Mapping[str, Value] = {"number": D(5), "string": "A", "date": date(2024, 2, 29), "boolean": True}
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
]

# An expression, its type, and its value where x = 5, y = 0.1, z = null, s = "A", u = null, t = true, d = a day.
FACTS: dict[str, Value] = {
    "x": D(5),
    "y": D("0.1"),
    "z": None,
    "s": "A",
    "u": None,
    "t": True,
    "w": None,
    "d": date(2024, 2, 29),
}
TYPES = {"x": "number", "y": "number", "z": "number", "s": "string", "u": "string", "t": "boolean", "w": "boolean"}
TYPES["d"] = "date"
EXPRESSIONS = [
    ("7", "number", D(7)),
    ("-7", "number", D(-7)),
    ("123456789012345678.123456789", "number", D("123456789012345678.123456789")),
    ('"善收"', "string", "善收"),
    ("true", "boolean", True),
    ('date("2024-02-29")', "date", date(2024, 2, 29)),
    ("x", "number", D(5)),
    ("-x", "number", D(-5)),
    ("x + y", "number", D("5.1")),
    ("x - y - y", "number", D("4.8")),
    ("x - (y - y)", "number", D(5)),
    ("2 + 3 * x", "number", D(17)),
    ("(2 + 3) * x", "number", D(25)),
    ("x * y", "number", D("0.5")),
    ("y * y * y * y", "number", D("0.0001")),
    ("y * 0.001", "number", D("0.0001")),
    ("100000 * y", "number", D(10000)),
    ("2 * 3", "number", D(6)),
    ("x * -1", "number", D(-5)),
    ("x / 2", "number", 2.5),
    ("1 / 3", "number", 1 / 3),
    ("x * 100 / (x + 1)", "number", 500 / 6),
    ("x / 0", "number", None),
    ("x / (y - 0.1)", "number", None),
    ("z + 1", "number", None),
    ("z * x", "number", None),
    ("z / x", "number", None),
    ("x / z", "number", None),
    ('s + "B"', "string", "AB"),
    ('"a" + s + "b"', "string", "aAb"),
    ("s + u", "string", None),
    ("x = 5", "boolean", True),
    ("x != 5", "boolean", False),
    ("z = null", "boolean", True),
    ("x = null", "boolean", False),
    ("z != x", "boolean", True),
    ("z < x", "boolean", None),
    ("x > y and t", "boolean", True),
    ("w and t", "boolean", None),
    ("w and x < 1", "boolean", False),
    ("w or t", "boolean", True),
    ("w or x < 1", "boolean", None),
    ("x = 1 or x = 5 and t", "boolean", True),
    ("y / 1 = 0.1", "boolean", True),
    ('d >= date("2024-01-01")', "boolean", True),
    ('if t then "yes" else "no"', "string", "yes"),
    ('if w then "yes" else "no"', "string", "no"),
    ('if z > 1 then "yes" else "no"', "string", "no"),
    ("if x > 3 then y else 1", "number", D("0.1")),
    ("if x > 3 then 1 else y * y", "number", D(1)),
    ("if t then 1 / 4 else 2", "number", 0.25),
    ("if t then null else x", "number", None),
    ('if x < 1 then "a" else if x < 9 then "b" else "c"', "string", "b"),
    ("(if t then x else y) + 1", "number", D(6)),
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


@pytest.fixture(scope="module", name="formulas")
def decided_formulas(tmp_path_factory: pytest.TempPathFactory):
    parts = [
        build.formula(f"f{n}", expression, needs=list(TYPES), type_ref=kind)
        for n, (expression, kind, _) in enumerate(EXPRESSIONS)
    ]
    model = build.load(tmp_path_factory.mktemp("formulas"), *parts, inputs=TYPES)
    return single.decide(model, FACTS), build.answers(bulk.decide(build.as_table(model, [FACTS]), model))[0]


@pytest.mark.parametrize("n", range(len(EXPRESSIONS)), ids=[example[0] for example in EXPRESSIONS])
def test_expression_has_the_expected_value_in_both_engines(n: int, formulas) -> None:
    judged, wide = formulas
    want = EXPRESSIONS[n][2]
    got = judged[f"f{n}"].outputs[f"f{n}"]
    assert (got, type(got)) == (want, type(want))
    assert build.plain(wide[f"f{n}"]) == want
