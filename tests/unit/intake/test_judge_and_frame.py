"""One mapping, two converters: whatever stands in the cells, the fast one says what the judge says."""

from __future__ import annotations

from collections.abc import Mapping as Cells
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dunwell.intake.conversion.converter import Converter
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.reading import Mapping, read
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.refusals import RULES
from dunwell.intake.rules import Judged, judge

ON = date(2026, 3, 1)
MAPPING = """
name: everything
source: demo
kind: billing
about: {en: Every kind of column and expression, zh: 全部列型}
columns:
  id: {type: text, required: true}
  word: {type: text, values: {"1": verified, "0": unverified, "": invalid}}
  kept: {type: text, values: {a: alpha}, otherwise: keep}
  nulled: {type: text, values: {a: alpha}, otherwise: "null"}
  day: {type: date, formats: ["%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y", "%Y%m%d", "%y.%m.%d"]}
  moment: {type: time, formats: ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S"], zone: America/New_York}
  amount: {type: money}
  cents: {type: money, unit: "0.01", at_most: "1000000"}
  noisy: {type: money, round_to: 2, unit: "1.5"}
  count: {type: integer}
  rate: {type: number}
  ok: {type: bool, values: {"Y": true, "N": false}}
  groups: {type: text}
  zones: {type: text}
  channel: {type: text}
  currency: {type: text}
derived:
  sum: {sum: [amount, -cents, {const: "0.5"}]}
  part: {share: [sum, "0.035"], places: 1}
  least_of: {least: [amount, noisy, {negate: cents}]}
  most_of: {greatest: [part, {const: "0"}]}
facts:
  - target: charge
    when: {column: amount, present: true}
    fields:
      external_id: {template: "{id}/{day}/{count}"}
      account: {column: id}
      booked_on: {column: day, shift_days: -30}
      due_on: {column: day}
      component: {const: principal}
      amount: {column: amount}
      currency: {column: currency}
  - target: payment
    when:
      - {column: most_of, above: "1.5"}
      - {column: day, below: 2030-01-01}
      - {column: word, not_equals: verified}
    fields:
      external_id: {template: "{id}-{moment}-{ok}-{rate}-{sum}"}
      account: {column: id, source: other}
      paid_on: {column: day}
      amount: {column: most_of}
      method: {column: kept}
  - target: adjustment
    when: {column: ok, equals: "true"}
    fields:
      external_id: {column: id}
      account: {column: id}
      effective_on: {const: 2026-02-01}
      kind: {const: waiver}
      amount: {column: least_of}
  - target: party_detail
    when: {column: count, above: "2"}
    fields:
      external_id: {column: id}
      customer_since: {column: day}
      special_groups: {column: groups}
      special_groups_consent: {column: ok}
      time_zone: {column: zones}
      tier: {column: nulled}
  - target: account_terms
    when: {column: rate, below: "10"}
    fields:
      external_id: {column: id}
      valid_from: {column: day}
      credit_limit: {column: cents}
      grace_days: {column: count}
  - target: contact
    fields:
      external_id: {column: id}
      party: {column: id}
      happened_at: {column: moment}
      time_zones: {column: zones}
      direction: {const: outbound}
      channel: {column: channel}
      purpose: {const: test}
      actor: {const: robot}
      connected: {column: ok}
      duration_seconds: {column: count}
  - target: signal
    when: {column: rate, present: true}
    fields:
      external_id: {column: id}
      party: {column: id}
      kind: {column: word}
      happened_on: {column: day}
      number: {column: rate}
      code: {column: amount}
  - target: hold
    when: {column: nulled, present: false}
    fields:
      external_id: {column: id}
      party: {column: id}
      kind: {const: dispute}
      from_on: {const: 2026-01-01}
      until_on: {column: day}
"""
COLUMNS = ("id", "word", "kept", "nulled", "day", "moment", "amount", "cents", "noisy", "count", "rate", "ok", "groups")
SOUND = dict(
    zip(
        (*COLUMNS, "zones", "channel", "currency"),
        (
            "A1",
            "0",
            "x",
            "a",
            "2026-02-01",
            "2026-02-01 10:00",
            "12.50",
            "1250",
            "3.14159",
            "7",
            "0.5",
            "N",
            "",
            "",
            "sms",
            "CNY",
        ),
        strict=True,
    )
)

blanks = st.sampled_from(["", " ", "\u3000", "\u00a0", "\t"])
nothings = st.sampled_from(["", "NaN", "NULL", "None", "N/A", "\\N", "null", " ", "Null", "NA", "-"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
days = st.one_of(
    st.dates().map(str),
    st.dates(date(1890, 1, 1), date(2210, 1, 1)).map(lambda day: day.strftime("%d/%m/%Y")),
    st.dates(date(1999, 1, 1), date(2040, 1, 1)).map(lambda day: day.strftime("%d-%b-%Y")),
    st.dates(date(1999, 1, 1), date(2040, 1, 1)).map(lambda day: day.strftime("%Y%m%d")),
    st.from_regex(r"\A[0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}( 00:00:00(\.0)?)?\Z"),
)
moments = st.one_of(
    st.datetimes().map(str),
    st.from_regex(r"\A20[0-2][0-9]-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,7})?)?\Z"),
    st.from_regex(
        r"\A20[0-2][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-][01][0-9](:?[0-5][0-9])?)\Z"
    ),
    st.from_regex(r"\A[0-3][0-9]/[01][0-9]/20[0-9]{2} [0-9]{1,2}:[0-9]{2}:[0-9]{2}\Z"),
    # The nights in which New York's clocks change.
    st.integers(0, 59).map(lambda minute: f"2024-03-10 02:{minute:02d}"),
    st.integers(0, 59).map(lambda minute: f"2024-11-03 01:{minute:02d}"),
)
amounts = st.one_of(
    st.decimals(-(10**16), 10**16, places=3, allow_nan=False).map(str),
    st.integers(-(10**7), 10**7).map(lambda cents: f"{cents / 100:.2f}"),
    st.floats(allow_nan=True).map(repr),
    st.from_regex(r"\A[￥$]?-?[0-9]{1,3}(,[0-9]{2,3}){0,3}(\.[0-9]{0,8})?([eE][+-]?[0-9]{1,2})?\Z"),
    st.from_regex(r"\A[+-]?[0-9]{0,14}\.?[0-9]{0,9}\Z"),
)
numbers = st.one_of(
    st.integers(-(10**11), 10**11).map(str), st.from_regex(r"\A-?[0-9]{1,4}(\.[0-9]{0,9})?(e-?[0-9]{1,2})?\Z")
)
currencies = st.sampled_from(["CNY", "USD", "XQX", "usd", "x" * 501])
channels = st.sampled_from(["sms", "voice", "fax", "SMS"])
flags = st.sampled_from(["Y", "N", "y", "1"])
groups = st.sampled_from(["ill", "student; ill,elderly", "b、a a", "，", "x"])
zones = st.sampled_from(
    ["Asia/Shanghai", "Asia/Shanghai, Europe/Berlin", "Mars/Base", "UTC,,UTC", "Asia/Shanghai ,UTC"]
)


def mostly(strategy: st.SearchStrategy[str], column: str) -> st.SearchStrategy[str]:
    """This function will draw mostly from the strategy, now and then a sound value, nothing, or any text."""
    return st.one_of(strategy, strategy, st.just(SOUND[column]), st.just(SOUND[column]), nothings, texts, blanks)


BY_COLUMN = {
    "id": st.one_of(st.just("A1"), texts, st.just("y" * 201)),
    "word": st.sampled_from(["1", "0", "2", "invalid"]),
    "kept": st.sampled_from(["a", "b"]),
    "nulled": st.sampled_from(["a", "b"]),
    "day": days,
    "moment": moments,
    "amount": amounts,
    "cents": amounts,
    "noisy": amounts,
    "count": numbers,
    "rate": numbers,
    "ok": flags,
    "groups": groups,
    "zones": zones,
    "channel": channels,
    "currency": currencies,
}
rows = st.fixed_dictionaries({name: mostly(strategy, name) for name, strategy in BY_COLUMN.items()})
# Rows in which few cells are strange get as far as the facts.
nearly_sound = (
    st.dictionaries(st.sampled_from(sorted(SOUND)), st.none(), max_size=3)
    .flatmap(lambda strange: st.fixed_dictionaries({name: mostly(BY_COLUMN[name], name) for name in strange}))
    .map(lambda changed: {**SOUND, **changed})
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping, Converter]:
    """This fixture will read the mapping and compile it once."""
    path: Path = tmp_path_factory.mktemp("mapping") / "everything.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    mapping = read(path)
    return mapping, Converter(mapping.recipe, on=ON)


def fast(convert: Converter, cells: list[Cells[str, str | None]]) -> list[Judged]:
    """This function will convert rows the fast way and tell the result in the judge's form."""
    columns = list(cells[0])
    arrays = [pa.array([row[name] for row in cells], pa.string()) for name in columns]
    table = pa.table([pa.array(range(len(cells)), pa.int64()), *arrays], names=[LINE, *columns])
    converted = convert(Chunk(table))
    facts: dict[int, list[tuple[int, dict[str, Any]]]] = {line: [] for line in range(len(cells))}
    for each in converted.facts:
        for row in each.rows.to_pylist():
            line = row.pop("line")
            row.pop("entry")
            row.pop("account_source", None)
            facts[line].append((each.turn, row))
    return [Judged(tuple(converted.faults.get(line, ())), tuple(facts[line])) for line in range(len(cells))]


def numbered(cells: list[Cells[str, str]]) -> list[dict[str, str]]:
    """This function will give every row an id of its own, so that no two tell the same thing."""
    return [{**row, "id": f"{row['id']}{turn}" if row["id"] == "A1" else row["id"]} for turn, row in enumerate(cells)]


@settings(max_examples=15, deadline=None)
@given(cells=st.lists(st.one_of(rows, nearly_sound, nearly_sound), min_size=1, max_size=60).map(numbered))
@example(cells=[SOUND])
@example(cells=[{**SOUND, "id": "a\0b"}])
@example(cells=[{**SOUND, "amount": "5e+05", "noisy": "0.30000000000000004"}])
@example(cells=[{**SOUND, "amount": "1,5"}, {**SOUND, "amount": "1,00,000.00"}, {**SOUND, "amount": "￥1,234.5元"}])
@example(cells=[{**SOUND, "moment": "2024-11-03 01:30"}, {**SOUND, "moment": "2024-03-10 02:30"}])
@example(cells=numbered([{**SOUND, "count": count} for count in ("-1", "32768", "3.0", "3.5", "2147483648")]))
@example(cells=[{**SOUND, "ok": "Y", "groups": "ill"}, {**SOUND, "ok": "N", "groups": "ill"}])
@example(cells=[{**SOUND, "cents": cents} for cents in ("999999999999", "-100000001", "1000000000000", "0.5")])
@example(cells=[{**SOUND, "noisy": "999999999999.99"}, {**SOUND, "rate": "1e-7"}, {**SOUND, "rate": "1e12"}])
def test_the_fast_converter_says_what_the_judge_says(
    both: tuple[Mapping, Converter], cells: list[dict[str, str]]
) -> None:
    mapping, convert = both
    for row, found in zip(cells, fast(convert, list(cells)), strict=True):
        expected = judge(mapping.recipe, cells=row, on=ON)
        assert found.faults == expected.faults, row
        if len({each["id"] for each in cells}) == len(cells):
            assert [(turn, dict(fact)) for turn, fact in found.facts] == [
                (turn, dict(fact)) for turn, fact in expected.facts
            ], row


def test_a_sound_row_becomes_its_facts(both: tuple[Mapping, Converter]) -> None:
    mapping, _ = both
    judged = judge(mapping.recipe, cells=SOUND, on=ON)
    assert judged.faults == ()
    targets = [mapping.recipe.entries[turn].target.name for turn, _ in judged.facts]
    assert targets == ["charge", "party_detail", "account_terms", "contact", "signal"]
    charge = dict(judged.facts[0][1])
    assert charge["external_id"] == "A1/2026-02-01/7"
    assert (charge["booked_on"], charge["amount"]) == (date(2026, 1, 2), Decimal("12.500"))


@given(row=rows)
@settings(max_examples=200, deadline=None)
def test_every_fault_has_a_rule_with_words(both: tuple[Mapping, Converter], row: dict[str, str]) -> None:
    mapping, _ = both
    assert all(fault.rule in RULES for fault in judge(mapping.recipe, cells=row, on=ON).faults)


def test_equal_standing_facts_are_told_once(both: tuple[Mapping, Converter]) -> None:
    _, convert = both
    rows_of_one_party = [{**SOUND, "amount": f"{turn}.00"} for turn in range(1, 6)]
    found = fast(convert, rows_of_one_party)
    assert [len([turn for turn, _ in row.facts if turn == 3]) for row in found] == [1, 0, 0, 0, 0]
