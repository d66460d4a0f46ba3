"""What each expression of the S-FEEL profile means, as a table of examples; both engines must say the same."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import engine_models as build
import feel_texts
import pytest
from feel_texts import at

from dunwell.engine import bulk, evaluation, single
from dunwell.engine.columnar import columns
from dunwell.engine.model import Months, Value

D = Decimal
# An expression, its type, and its value where x = 5, y = 0.1, s = "A", t = true, d = a day; z, u and w are null.
FACTS: dict[str, Value] = {
    "x": D(5),
    "y": D("0.1"),
    "z": None,
    "s": "A",
    "u": None,
    "t": True,
    "w": None,
    "d": date(2024, 2, 29),
    "e": None,
    "clock": time(9, 30),
    "m": at("2024-02-29T09:30:00"),
    "span": timedelta(1, 3600),
    "term": Months(13),
    "no span": None,
}
TYPES = {"x": "number", "y": "number", "z": "number", "s": "string", "u": "string", "t": "boolean", "w": "boolean"}
TYPES |= {"d": "date", "e": "date", "clock": "time", "m": "date and time", "span": "days and time duration"}
TYPES |= {"term": "years and months duration", "no span": "days and time duration"}
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
    # computing with a ratio
    ("x / 2 * 100", "number", 250.0),
    ("x / 2 + y", "number", 2.6),
    ("-(x / 2)", "number", -2.5),
    ("1 / 3 * 3 = 1", "boolean", True),
    ("x ** 2", "number", 25.0),
    ("2 ** 3 ** 2", "number", 64.0),
    ("-3 ** 2", "number", 9.0),
    ("2 ** -x", "number", 0.03125),
    ("x ** 0.5 > 2.2", "boolean", True),
    ("(0 - x) ** 0.5", "number", None),
    ("0 ** -x", "number", None),
    ("x ** 1000", "number", None),
    ("(x ** 400) ** 2", "number", None),
    ("z ** 2", "number", None),
    ("sqrt(x * x)", "number", 5.0),
    # in and between
    ("x in (1, 5)", "boolean", True),
    ("x in [1, 2, 3]", "boolean", False),
    ("x in [1..5]", "boolean", True),
    ("x in [1..5)", "boolean", False),
    ("x in (> 3)", "boolean", True),
    ("x in > 5", "boolean", False),
    ("x in (< 3, [5..9])", "boolean", True),
    ("x in ([1..2], [4..x])", "boolean", True),
    ("x in (null)", "boolean", False),
    ("z in (null)", "boolean", True),
    ("z in (1, null)", "boolean", True),
    ("z in (1, 2)", "boolean", False),
    ("z in (> 1)", "boolean", None),
    ("z in (1, > 1)", "boolean", None),
    ("z in (> 1, null)", "boolean", True),
    ('s in ("A", "B")', "boolean", True),
    ("not(x in (1, 2))", "boolean", True),
    ("not(z in (> 1))", "boolean", None),
    ("x in (1, 2) or t", "boolean", True),
    ("x + 1 in (6)", "boolean", True),
    ('d in [@"2024-01-01"..@"2024-12-31"]', "boolean", True),
    ("x between 1 and 5", "boolean", True),
    ("x between 6 and 9", "boolean", False),
    ("x between y and x", "boolean", True),
    ("z between 1 and 5", "boolean", None),
    ("x between 1 and z", "boolean", None),
    ("x between 6 and z", "boolean", False),
    ("x between 1 and 5 and t", "boolean", True),
    ("if x between 1 and 5 then 1 else 2", "number", D(1)),
    # days, times and durations
    ("d + span", "date", date(2024, 3, 1)),
    ("d - span", "date", date(2024, 2, 27)),
    ("span + d", "date", date(2024, 3, 1)),
    ("d + term", "date", date(2025, 3, 29)),
    ("d - term", "date", date(2023, 1, 29)),
    ('d + @"P1Y"', "date", date(2025, 2, 28)),
    ('@"2024-01-31" + @"P1M"', "date", date(2024, 2, 29)),
    ('@"2023-03-31" - @"P1M"', "date", date(2023, 2, 28)),
    ('d - @"PT1H"', "date", date(2024, 2, 28)),
    ('d + @"PT23H"', "date", date(2024, 2, 29)),
    ('d + @"-P1D"', "date", date(2024, 2, 28)),
    ("m + span", "date and time", at("2024-03-01T10:30:00")),
    ("m - term", "date and time", at("2023-01-29T09:30:00")),
    ('d - @"2024-02-01"', "days and time duration", timedelta(28)),
    ('(d - @"2024-02-01").days', "number", D(28)),
    ('m - @"2024-02-29T00:00:00"', "days and time duration", timedelta(hours=9, minutes=30)),
    ("span + span", "days and time duration", timedelta(2, 7200)),
    ('span - @"P2D"', "days and time duration", timedelta(-1, 3600)),
    ('term - @"P1Y"', "years and months duration", Months(1)),
    ('@"9999-12-31" + span', "date", None),
    ('@"0001-01-01" - term', "date", None),
    ('@"9999-12-31T23:59:59" + @"PT1S"', "date and time", None),
    ("e + span", "date", None),
    ("d + no span", "date", None),
    ("d - e", "days and time duration", None),
    ("no span + span", "days and time duration", None),
    ("date(m) = d", "boolean", True),
    ("time(m) = clock", "boolean", True),
    ("date and time(d, clock) = m", "boolean", True),
    ("date(2024, x, 31)", "date", date(2024, 5, 31)),
    ("date(2024, x + 1, 31)", "date", None),
    ('clock < @"10:00:00"', "boolean", True),
    ('term > @"P1Y"', "boolean", True),
    ("e.year", "number", None),
    ("d.year * 100 + d.month", "number", D(202402)),
    ("day of week(d)", "string", "Thursday"),
    # null
    ('if u = null then "none" else u', "string", "none"),
    ("null = null", "boolean", True),
    ("null != null", "boolean", False),
    ("x + 1 = null", "boolean", False),
    ("z + 1 = null", "boolean", True),
    ("z != null", "boolean", False),
    ("z = z", "boolean", True),
    ("z <= z", "boolean", None),
    ('u < "B"', "boolean", None),
]


@pytest.fixture(scope="module", name="formulas")
def decided_formulas(tmp_path_factory: pytest.TempPathFactory):
    parts = [
        build.formula(f"f{n}", expression, needs=list(TYPES), type_ref=kind)
        for n, (expression, kind, _) in enumerate(EXPRESSIONS)
    ]
    model = build.load(tmp_path_factory.mktemp("formulas"), *parts, inputs=TYPES)
    wide = build.answers(bulk.decide(build.as_table(model, [FACTS]), model))[0]
    kinds = build.kinds(model)
    return single.decide(model, FACTS), {name: columns.restored(wide[name], kind) for name, kind in kinds.items()}


@pytest.mark.parametrize("n", range(len(EXPRESSIONS)), ids=[example[0] for example in EXPRESSIONS])
def test_expression_has_the_expected_value_in_both_engines(n: int, formulas) -> None:
    judged, wide = formulas
    want = EXPRESSIONS[n][2]
    got = judged[f"f{n}"].outputs[f"f{n}"]
    assert (got, type(got)) == (want, type(want))
    assert evaluation.same(wide[f"f{n}"], want)


# Three-valued logic, whole

TRUTH: list[Value] = [True, False, None]
PAIRS = list(product(TRUTH, TRUTH))
TABLES = {
    "a and b": [True, False, None, False, False, False, None, False, None],
    "a or b": [True, True, True, True, False, None, True, None, None],
    "a = b": [True, False, False, False, True, False, False, False, True],
    "a != b": [False, True, True, True, False, True, True, True, False],
    "not(a)": [False, False, False, True, True, True, None, None, None],
    "not(a and b)": [False, True, None, True, True, True, None, True, None],
    "if a then b else not(b)": [True, False, None, False, True, None, False, True, None],
    "a in (= b)": [True, False, False, False, True, False, False, False, True],
}


@pytest.mark.parametrize("text", TABLES)
def test_truth_tables(text: str, tmp_path: Path) -> None:
    """Rows: a and b both over true, false, null."""
    judged, wide = feel_texts.calculated(tmp_path, text, "boolean, boolean", PAIRS)
    assert judged == wide == TABLES[text]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("kind", ["number", "string", "date", "time", "date and time", "days and time duration"])
def test_an_ordering_on_null_is_null(sign: str, kind: str, tmp_path: Path) -> None:
    value = {
        "number": D(1),
        "string": "a",
        "date": date(2024, 1, 1),
        "time": time(1),
        "date and time": at("2024-01-01T00:00:00"),
        "days and time duration": timedelta(1),
    }[kind]
    rows = [(None, value), (value, None), (None, None), (value, value)]
    judged, wide = feel_texts.calculated(tmp_path, f"a {sign} b", f"{kind}, {kind}", rows)
    assert judged == wide == [None, None, None, "=" in sign]
