"""What a mapping can work out: a table of examples that the judge and the fast converter must both meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from dunwell.intake.conversion.converter import Converter
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.reading import Mapping
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.rules import judge

ON = date(2026, 3, 1)
HEAD = """
name: bills
source: demo
kind: app_behaviour
about: {en: Examples, zh: 示例}
columns:
  id: {type: text}
  word: {type: text, values: {a: alpha, b: beta}}
  day: {type: date}
  at: {type: time, zone: Asia/Shanghai}
  bill: {type: money}
  paid: {type: money}
  cents: {type: money, unit: "0.01"}
  count: {type: integer}
  rate: {type: number}
  ok: {type: bool}
"""
ROW = {
    "id": "X1",
    "word": "a",
    "day": "2026-01-31",
    "at": "2026-01-31 23:30:00",
    "bill": "250.00",
    "paid": "100",
    "cents": "1999",
    "count": "3",
    "rate": "0.25",
    "ok": "Y",
}
SIGNAL = """
facts:
  - target: signal
    fields:
      external_id: {{const: x}}
      party: {{const: p}}
      kind: {{const: k}}
      happened_on: {{const: 2026-01-01}}
      {field}: {expression}
"""
CHARGE = """
facts:
  - target: charge
    fields:
      external_id: {{const: x}}
      account: {{const: a}}
      booked_on: {{const: 2026-01-01}}
      due_on: {{const: 2026-01-01}}
      component: {{const: fee}}
      amount: {expression}
"""
Write = Callable[[str], Mapping]

AMOUNTS = [
    ("{column: bill}", "250.000"),
    ("{column: count}", "3.000"),
    ("{column: cents}", "19.990"),
    ('{const: "7.5"}', "7.500"),
    ("{sum: [bill, -paid]}", "150.000"),
    ("{sum: [bill, -paid, cents, count]}", "172.990"),
    ('{sum: [bill, {const: "0.5"}]}', "250.500"),
    ("{negate: {sum: [paid, -bill]}}", "150.000"),
    ('{share: [bill, "0.03"]}', "7.500"),
    ('{share: [cents, "0.035"]}', "0.700"),  # 0.69965, rounded half up to two places.
    ('{share: [cents, "0.035"], places: 0}', "1.000"),
    ('{share: [cents, "0.035"], places: 3}', "0.700"),
    ('{share: [bill, "1.5"], places: 0}', "375.000"),
    ("{least: [bill, paid]}", "100.000"),
    ("{greatest: [bill, paid, cents]}", "250.000"),
    ('{least: [{sum: [bill, paid]}, {share: [bill, "0.1"]}, {const: "99"}]}', "25.000"),
    ("{greatest: [{negate: bill}, {sum: [paid, -cents]}]}", "80.010"),
]
TEXTS = [
    ("{column: id}", "X1"),
    ("{column: word}", "alpha"),
    ("{column: day}", "2026-01-31"),
    ("{column: at}", "2026-01-31T15:30:00.000000"),
    ("{column: bill}", "250.000"),
    ("{column: count}", "3"),
    ("{column: rate}", "0.250000"),
    ("{column: ok}", "true"),
    ("{const: plain}", "plain"),
    ("{column: day, shift_days: 30}", "2026-03-02"),
    ("{column: day, shift_days: -31}", "2025-12-31"),
    ('{template: "{id}"}', "X1"),
    ('{template: "{id}/{day}/{count}"}', "X1/2026-01-31/3"),
    ('{template: "账单 {word}: {bill} ({ok})"}', "账单 alpha: 250.000 (true)"),
]


def one(mapping: Mapping, row: dict[str, str | None]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """This function will convert a row both ways: the judge's facts, the fast ones, and the rules broken (by both)."""
    judged = judge(mapping.recipe, cells=row, on=ON)
    table = pa.table(
        [pa.array([1], pa.int64()), *(pa.array([cell], pa.string()) for cell in row.values())], [LINE, *row]
    )
    convert = Converter(mapping.recipe, on=ON)
    converted = convert(Chunk(table))
    convert.close()
    fast = [fact for facts in converted.facts for fact in facts.rows.drop_columns(["line", "entry"]).to_pylist()]
    broken = [fault.rule for fault in judged.faults]
    assert [fault.rule for faults in converted.faults.values() for fault in faults] == broken
    return [dict(fact) for _, fact in judged.facts], fast, broken


@pytest.mark.parametrize(("expression", "amount"), AMOUNTS)
def test_amounts(mapping: Write, expression: str, amount: str) -> None:
    judged, fast, _ = one(mapping(HEAD + CHARGE.format(expression=expression)), dict(ROW))
    assert judged == fast
    assert judged[0]["amount"] == Decimal(amount)


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_texts(mapping: Write, expression: str, text: str) -> None:
    judged, fast, _ = one(mapping(HEAD + SIGNAL.format(field="code", expression=expression)), dict(ROW))
    assert judged == fast
    assert judged[0]["code"] == text


@pytest.mark.parametrize("expression", [text for text, _ in AMOUNTS if "bill" in text and "least" not in text])
def test_what_lacks_a_part_is_missing(mapping: Write, expression: str) -> None:
    judged, fast, broken = one(mapping(HEAD + CHARGE.format(expression=expression)), {**ROW, "bill": None})
    assert (judged, fast, broken) == ([], [], ["required"])


@pytest.mark.parametrize("column", ["id", "day", "count"])
def test_a_template_lacking_a_part_is_nothing(mapping: Write, column: str) -> None:
    text = HEAD + SIGNAL.format(field="code", expression='{template: "{id}/{day}/{count}"}')
    judged, fast, _ = one(mapping(text), {**ROW, column: ""})
    assert judged == fast
    assert judged[0]["code"] is None


def test_derived_columns_build_on_one_another(mapping: Write) -> None:
    derived = (
        "derived:\n"
        '  minimum: {greatest: [{share: [bill, "0.03"], places: 0}, {const: "0"}]}\n'
        "  paid_of_it: {least: [paid, minimum]}\n"
        "  left: {sum: [minimum, -paid_of_it]}\n"
        "  beyond: {sum: [paid, -paid_of_it]}\n"
    )
    text = HEAD + derived + CHARGE.format(expression="{sum: [left, beyond]}")
    judged, fast, _ = one(mapping(text), {**ROW, "bill": "250"})
    assert judged == fast
    assert judged[0]["amount"] == Decimal("92.000")  # 8 to the minimum, 92 beyond it.


CONDITIONS = [
    ("{column: bill, above: 249.99}", True),
    ("{column: bill, above: 250}", False),
    ("{column: bill, below: 250.01}", True),
    ("{column: bill, equals: 250}", True),
    ("{column: bill, not_equals: 250}", False),
    ("{column: count, above: 2}", True),
    ("{column: rate, below: 0.25}", False),
    ("{column: day, above: 2026-01-30}", True),
    ("{column: day, equals: 2026-01-31}", True),
    ('{column: at, below: "2026-01-31 15:30:01"}', True),
    ('{column: at, below: "2026-01-31 15:30:00"}', False),
    ("{column: word, equals: alpha}", True),
    ("{column: word, equals: a}", False),
    ("{column: word, not_equals: beta}", True),
    ('{column: ok, equals: "true"}', True),
    ("{column: ok, not_equals: true}", False),
    ("{column: id, present: true}", True),
    ("{column: id, present: false}", False),
    ("[{column: id, present: true}, {column: bill, above: 1000}]", False),
    ("[{column: id, present: true}, {column: bill, below: 1000}]", True),
]


def with_condition(condition: str) -> str:
    return HEAD + CHARGE.format(expression="{column: bill}").replace(
        "    fields:", f"    when: {condition}\n    fields:"
    )


@pytest.mark.parametrize(("condition", "met"), CONDITIONS)
def test_conditions(mapping: Write, condition: str, met: bool) -> None:
    judged, fast, broken = one(mapping(with_condition(condition)), dict(ROW))
    assert judged == fast
    assert (len(judged), broken) == (int(met), [])


@pytest.mark.parametrize("condition", [text for text, _ in CONDITIONS if "present" not in text and "[" not in text])
def test_nothing_is_neither_above_nor_equal_nor_unequal(mapping: Write, condition: str) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(ROW)
    judged, fast, broken = one(mapping(with_condition(condition)), nothing)
    assert (judged, fast, broken) == ([], [], [])


def test_an_entry_that_is_not_made_is_not_asked(mapping: Write) -> None:
    """A bill without an amount is a fault only where a bill is made of the row."""
    text = with_condition("{column: word, equals: alpha}")
    assert one(mapping(text), {**ROW, "bill": ""})[2] == ["required"]
    assert one(mapping(text), {**ROW, "bill": "", "word": "b"})[2] == []


def test_dates_times_and_flags_keep_their_types(mapping: Write) -> None:
    text = HEAD + (
        "facts:\n  - target: contact\n    fields: {external_id: {column: id}, party: {column: id}, "
        "happened_at: {column: at}, direction: {const: outbound}, channel: {const: sms}, purpose: {const: p}, "
        "actor: {const: robot}, connected: {column: ok}, conversation: {const: false}, "
        "duration_seconds: {column: count}}\n"
    )
    [judged], [fast], _ = one(mapping(text), dict(ROW))
    assert judged == fast
    assert judged["happened_at"] == datetime.fromisoformat("2026-01-31T15:30")
    assert (judged["connected"], judged["conversation"], judged["duration_seconds"]) == (True, False, 3)
