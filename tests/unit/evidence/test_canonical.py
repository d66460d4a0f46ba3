"""The canonical bytes: one form for one content, two contents never the same form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.evidence.rules import (
    INTEGER_MAX,
    ROW_FORM,
    BlockContent,
    RowContent,
    encode,
    microseconds,
    sha256,
    sm3,
)

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | TEXT
DETAILS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


def decode(data: bytes) -> tuple[Any, bytes]:
    """This function will read one value and return what follows it: that it can be written is the proof of one form."""
    tag, length, rest = data[:1], int.from_bytes(data[1:5], "big"), data[5:]
    payload, after = rest[:length], rest[length:]
    if tag in b"LD":
        items = []
        while payload:
            item, payload = decode(payload)
            items.append(item)
        return (items if tag == b"L" else dict(zip(items[::2], items[1::2], strict=True))), after
    plain = {b"N": None, b"T": True, b"F": False}
    read: dict[bytes, Any] = {b"I": int, b"S": bytes.decode, b"B": bytes}
    return (plain[tag] if tag in plain else read[tag](payload)), after


def same(one: Any, other: Any) -> bool:
    """This function will compare with types: True is not 1, in JSON neither."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(DETAILS)
def test_every_form_has_one_content(value: Any) -> None:
    content, rest = decode(encode(value))
    assert same(content, value)
    assert rest == b""


@given(DETAILS, DETAILS)
def test_forms_are_equal_where_contents_are(one: Any, other: Any) -> None:
    assert (encode(one) == encode(other)) == same(one, other)


@given(st.dictionaries(TEXT, DETAILS, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_count(value: dict[str, Any], random: Any) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)
    assert encode(dict(pairs)) == encode(value)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=4, unique=True))
def test_the_order_of_a_list_does(value: list[int]) -> None:
    assert encode(value) != encode(value[::-1])


@given(DETAILS)
def test_a_trip_through_json_changes_nothing(value: Any) -> None:
    assert encode(json.loads(json.dumps(value))) == encode(value)


def test_what_looks_alike_differs() -> None:
    alike: list[Any] = [
        None,
        "",
        [],
        {},
        0,
        False,
        "0",
        "None",
        [None],
        [[]],
        {"": None},
        b"",
        1,
        True,
        "1",
        ["a", "b"],
        ["ab"],
    ]
    assert len({encode(value) for value in alike}) == len(alike)


def test_a_form_by_hand() -> None:
    assert encode({"b": [True, None], "a": -1}) == (
        b"D\x00\x00\x00\x22"
        b"S\x00\x00\x00\x01a"
        b"I\x00\x00\x00\x02-1"
        b"S\x00\x00\x00\x01b"
        b"L\x00\x00\x00\x0a"
        b"T\x00\x00\x00\x00"
        b"N\x00\x00\x00\x00"
    )


@pytest.mark.parametrize("value", [1.5, Decimal("1.50"), date(2026, 3, 1), AT, {1: "a"}, {"a": {2.5}}, object()])
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="evidence"):
        encode(value)


@pytest.mark.parametrize("value", ["a\0b", {"a\0": 1}, "\ud800", INTEGER_MAX + 1, -INTEGER_MAX - 1])
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        encode(value)


def test_a_time_is_one_in_every_zone() -> None:
    east = AT.astimezone(timezone(timedelta(hours=8)))
    assert microseconds(east) == microseconds(AT) == 1_772_353_800_000_000
    assert microseconds(AT + timedelta(microseconds=1)) == microseconds(AT) + 1
    with pytest.raises(ValueError, match="zone"):
        microseconds(AT.replace(tzinfo=None))


def row(**changes: Any) -> RowContent:
    """This function will make a row, different where the test says so."""
    columns: dict[str, Any] = {
        "id": 7,
        "at": AT,
        "by": "cli:li",
        "action": "plan.made",
        "subject": "2026-03-01",
        "detail": {"rows": 3},
    }
    return RowContent(**(columns | changes))


def test_the_bytes_of_a_row() -> None:
    content, rest = decode(row().canonical())
    assert content == [ROW_FORM, 7, microseconds(AT), "cli:li", "plan.made", "2026-03-01", {"rows": 3}]
    assert rest == b""


@pytest.mark.parametrize(
    "change",
    [{"id": 8}, {"at": AT + timedelta(microseconds=1)}, {"by": "x"}, {"action": "x"}, {"subject": ""}, {"detail": {}}],
    ids=lambda change: next(iter(change)),
)
def test_every_column_of_a_row_counts(change: dict[str, Any]) -> None:
    assert row(**change).canonical() != row().canonical()


@pytest.mark.parametrize("column", BlockContent.__dataclass_fields__)
def test_every_column_of_a_block_counts(column: str) -> None:
    columns: dict[str, Any] = {
        "number": 1,
        "sealed_at": AT,
        "rows": 2,
        "merkle_root_sha256": bytes(32),
        "merkle_root_sm3": bytes(32),
        "previous_hash": bytes(32),
    }
    other = {int: 9, datetime: AT + timedelta(days=1), bytes: b"\x01" * 32}[type(columns[column])]
    assert BlockContent(**columns).hash() != BlockContent(**(columns | {column: other})).hash()


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_of_the_standard(message: bytes, digest: str) -> None:
    """GB/T 32905-2016, appendix A."""
    assert sm3(message).hex() == digest


def test_sha256_of_the_standard() -> None:
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
