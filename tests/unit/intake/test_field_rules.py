"""Which values a field of the ledger takes: a table that the judge and the fast converter must both meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest

from dunwell.intake.conversion.converter import Converter
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.reading import Mapping
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.rules import judge
from dunwell.ledger.targets import TARGETS, Field, Target

ON = date(2026, 3, 1)
Write = Callable[[str], Mapping]
COLUMN_TYPES = {
    "money": "money",
    "number": "number",
    "integer": "integer",
    "bool": "bool",
    "date": "date",
    "time": "time",
}
# A sound value for every type of field.
SOUND = {
    "text": "x",
    "reference": "R1",
    "currency": "CNY",
    "zone": "Asia/Shanghai",
    "zones": "Asia/Shanghai,Europe/Berlin",
    "codes": "ill",
    "date": "2026-02-01",
    "time": "2026-02-01 08:00:00",
    "money": "12.50",
    "number": "0.5",
    "integer": "3",
    "bool": "Y",
    "sealed": "张伟",
}


def fillable(target: Target) -> list[Field]:
    return [field for field in target.by_name.values() if field.type != "subject" and field.name != "corrects"]


def sound(field: Field) -> str:
    return field.kinds[0] if field.kinds else SOUND[field.type]


def mapping_of(target: Target) -> str:
    """This function will write a mapping with one column for every field of the target."""
    fields = fillable(target)
    columns = "\n".join(f"  c_{field.name}: {{type: {COLUMN_TYPES.get(field.type, 'text')}}}" for field in fields)
    bound = "\n".join(f"      {field.name}: {{column: c_{field.name}}}" for field in fields)
    return (
        "name: bills\nsource: demo\nkind: billing\nabout: {en: All fields, zh: 全部字段}\n"
        f"columns:\n{columns}\nfacts:\n  - target: {target.name}\n    fields:\n{bound}\n"
    )


def rules_of(mapping: Mapping, row: dict[str, str]) -> list[tuple[str, str]]:
    """This function will convert a row both ways and give its faults, which must be the same."""
    judged = [(fault.column, fault.rule) for fault in judge(mapping.recipe, cells=row, on=ON).faults]
    table = pa.table([pa.array([1], pa.int64()), *(pa.array([cell]) for cell in row.values())], [LINE, *row])
    convert = Converter(mapping.recipe, on=ON)
    found = convert(Chunk(table)).faults
    convert.close()
    assert [(fault.column, fault.rule) for faults in found.values() for fault in faults] == judged
    return judged


def row_of(target: Target, **changed: str) -> dict[str, str]:
    told = {f"c_{field.name}": sound(field) for field in fillable(target)}
    return {**told, **{f"c_{name}": value for name, value in changed.items()}}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_sound_values_are_taken_and_missing_ones_refused_by_name(mapping: Write, target: Target) -> None:
    found = mapping(mapping_of(target))
    assert rules_of(found, row_of(target)) == []
    needed = [field.name for field in fillable(target) if field.required and not field.default]
    nothing = rules_of(found, dict.fromkeys(row_of(target), ""))
    assert nothing == [(f"c_{name}", "required") for name in needed]


CASES = [
    ("party", "kind", "robot", "unknown-value"),
    ("party", "external_id", "x" * 201, "too-long"),
    ("account", "currency", "RMB", "unknown-currency"),
    ("account", "currency", "cny", "unknown-currency"),
    ("account", "product_line", "teleport", "unknown-value"),
    ("account", "creditor", "x" * 501, "too-long"),
    ("account", "opened_on", "2026-03-02", "date-in-future"),
    ("party_detail", "time_zone", "Asia/Peking", "unknown-value"),
    ("party_detail", "customer_since", "2026-03-02", "date-in-future"),
    ("party_detail", "special_groups_consent", "N", "consent-missing"),
    ("party_detail", "special_groups_consent", "", "consent-missing"),
    ("party_detail", "name", "x" * 20_001, "too-long"),
    ("account_terms", "credit_limit", "-1", "amount-negative"),
    ("account_terms", "grace_days", "-1", "number-out-of-range"),
    ("account_terms", "grace_days", "32768", "number-out-of-range"),
    ("party_role", "role", "friend", "unknown-value"),
    ("party_role", "valid_until", "2026-01-31", "ends-before-start"),
    ("charge", "amount", "0", "amount-not-positive"),
    ("charge", "amount", "-0.01", "amount-not-positive"),
    ("charge", "amount", "9999999999999", "amount-absurd"),
    ("charge", "booked_on", "2026-03-02", "date-in-future"),
    ("charge", "component", "tax", "unknown-value"),
    ("charge", "currency", "¥", "unknown-currency"),
    ("payment", "paid_on", "2026-03-02", "date-in-future"),
    ("payment", "charge", "x" * 201, "too-long"),
    ("adjustment", "kind", "gift", "unknown-value"),
    ("adjustment", "effective_on", "2026-03-02", "date-in-future"),
    ("contact_point", "channel", "fax", "unknown-value"),
    ("contact_point", "quality", "perhaps", "unknown-value"),
    ("contact_point", "valid_until", "2025-01-01", "ends-before-start"),
    ("consent", "stance", "maybe", "unknown-value"),
    ("consent", "valid_until", "2025-01-01", "ends-before-start"),
    ("contact", "happened_at", "2026-03-03 00:00:00", "date-in-future"),
    ("contact", "time_zones", "Asia/Shanghai,Mars/Base", "unknown-value"),
    ("contact", "duration_seconds", "-1", "number-out-of-range"),
    ("contact", "answered_by", "dog", "unknown-value"),
    ("contact", "actor", "parrot", "unknown-value"),
    ("hold", "kind", "holiday", "unknown-value"),
    ("hold", "until_on", "2026-01-31", "ends-before-start"),
    ("signal", "source_kind", "gossip", "unknown-value"),
    ("signal", "happened_on", "2026-03-02", "date-in-future"),
    ("signal", "number", "1000000000000", "number-out-of-range"),
]


@pytest.mark.parametrize(("target", "field", "value", "rule"), CASES, ids=[f"{c[0]}.{c[1]}:{c[3]}" for c in CASES])
def test_an_unsound_value_is_refused(mapping: Write, target: str, field: str, value: str, rule: str) -> None:
    column = "c_special_groups" if rule == "consent-missing" else f"c_{field}"
    assert rules_of(mapping(mapping_of(TARGETS[target])), row_of(TARGETS[target], **{field: value})) == [(column, rule)]


TAKEN = [
    ("charge", "due_on", "2031-03-01"),  # An instalment of years to come.
    ("party_role", "valid_from", "2025-12-31"),
    ("hold", "until_on", "2026-02-01"),  # Half-open: it ends where it begins, and holds no day.
    ("contact", "happened_at", "2026-03-02 12:00:00"),  # It may be tomorrow already where it happened.
    ("account_terms", "credit_limit", "0"),
    ("account_terms", "closed_on", "2027-01-01"),
    ("signal", "number", "-5.5"),
    ("account", "currency", "XAU"),
]


@pytest.mark.parametrize(("target", "field", "value"), TAKEN)
def test_a_rare_but_sound_value_is_taken(mapping: Write, target: str, field: str, value: str) -> None:
    assert rules_of(mapping(mapping_of(TARGETS[target])), row_of(TARGETS[target], **{field: value})) == []


def test_several_faults_are_told_in_the_order_of_the_mapping(mapping: Write) -> None:
    row = row_of(TARGETS["charge"], amount="-1", component="tax", booked_on="2027-01-01")
    assert rules_of(mapping(mapping_of(TARGETS["charge"])), row) == [
        ("c_booked_on", "date-in-future"),
        ("c_component", "unknown-value"),
        ("c_amount", "amount-not-positive"),
    ]
