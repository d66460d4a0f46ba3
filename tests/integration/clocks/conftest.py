"""A small ledger that a test tells fact by fact."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pytest

from dunwell.ledger.actions import Origin, load_batch
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys

AT = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
USUAL: dict[str, dict[str, Any]] = {
    "party": {"kind": "person"},
    "account": {"product_line": "mobile", "creditor": "acme", "currency": "CNY", "opened_on": "2021-01-01"},
    "party_role": {"role": "primary", "valid_from": "2021-01-01"},
    "charge": {
        "account": "A1", "booked_on": "2023-02-20", "due_on": "2023-03-10", "component": "principal", "amount": "100",
    },
    "payment": {"account": "A1", "paid_on": "2024-02-29", "amount": "10"},
    "adjustment": {"account": "A1", "effective_on": "2024-03-01", "kind": "waiver", "amount": "1"},
    "contact": {
        "party": "C1", "account": "A1", "direction": "outbound", "channel": "sms", "purpose": "collection",
        "actor": "robot", "happened_at": "2024-05-20 04:00:00+00", "connected": "true",
    },
    "signal": {
        "party": "C1", "account": "A1", "source_kind": "crm", "kind": "promise_made", "happened_on": "2025-02-28",
    },
}  # fmt: skip


class Book:
    """Facts waiting to be loaded; `tell` needs only what matters to the test."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._numbers = count(1)

    def tell(self, target: str, **fields: Any) -> str:
        fields = USUAL.get(target, {}) | fields
        fields.setdefault("external_id", f"{target}-{next(self._numbers)}")
        if target == "party":
            subject = rules.subject_of(keyring.lookup_key(), source="t", external_id=fields["external_id"])
            ensure_keys([subject], at=AT)
            fields["subject"] = str(subject)
        self._waiting[target].append(fields)
        return str(fields["external_id"])

    def account(self, name: str = "A1", *, owner: str = "C1", **fields: Any) -> None:
        """Adds a person with one account that he owes."""
        self.tell("party", external_id=owner)
        self.tell("account", external_id=name, **fields)
        self.tell("party_role", external_id=f"{owner}-{name}", party=owner, account=name)

    def load(self) -> None:
        tables = {target: _table(rows) for target, rows in self._waiting.items()}
        self._waiting.clear()
        origin = Origin(
            source="t", source_kind="billing", mapping="book", mapping_digest="0", origin="book",
            origin_digest=f"book-{next(self._numbers)}",
        )  # fmt: skip
        _, refused = load_batch(tables, origin=origin, by="test", at=AT)
        assert refused == []


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    text = {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names}
    return pa.table({name: pa.array(values, pa.string()) for name, values in text.items()})


@pytest.fixture
def book(transactional_db: None) -> Book:
    return Book()
