"""A small ledger that a test tells fact by fact."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dunwell.batch import snapshot
from dunwell.ledger.actions import Origin, load_batch
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


class Book:
    """Facts waiting to be loaded; `tell` needs only what matters to the test."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._numbers = count(1)

    def tell(self, target: str, **fields: Any) -> str:
        """Adds a fact with its usual values and returns its external id."""
        fields = DEFAULTS.get(target, {}) | fields
        fields.setdefault("external_id", f"{target}-{next(self._numbers)}")
        if target == "party":
            fields["subject"] = self._subject(fields["external_id"])
        self._waiting[target].append(fields)
        return str(fields["external_id"])

    def _subject(self, external_id: str) -> str:
        subject = rules.subject_of(keyring.lookup_key(), source="t", external_id=external_id)
        ensure_keys([subject], at=AT)
        return str(subject)

    def customer(self, name: str = "C1", *, account: str = "A1", **account_fields: Any) -> None:
        """Adds a person with one account, of which he is the primary party."""
        self.tell("party", external_id=name)
        self.tell("party_detail", external_id=name)
        self.tell("account", external_id=account, **account_fields)
        self.tell("party_role", external_id=f"{name}-{account}", party=name, account=account)

    def load(self, name: str = "book") -> list[Any]:
        """Loads what waits as one batch; returns what the ledger refused."""
        tables = {target: _table(rows) for target, rows in self._waiting.items()}
        self._waiting.clear()
        origin = Origin(
            source="t", source_kind="billing", mapping="book", mapping_digest="0", origin=name,
            origin_digest=f"{name}-{next(self._numbers)}",
        )  # fmt: skip
        return load_batch(tables, origin=origin, by="test", at=AT)[1]

    def snapshot(self, folder: Path, as_of: date) -> dict[str, list[dict[str, Any]]]:
        """Loads what waits, writes the snapshot of the day, and reads its tables back."""
        assert self.load() == []
        folder.mkdir(exist_ok=True)
        snapshot.write(folder, as_of=as_of)
        return {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in snapshot.TABLES}


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    text = {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names}
    return pa.table({name: pa.array(values, pa.string()) for name, values in text.items()})


DEFAULTS: dict[str, dict[str, Any]] = {
    "party": {"kind": "person"},
    "party_detail": {"valid_from": "2020-01-01", "time_zone": "Asia/Shanghai", "language": "zh"},
    "account": {"product_line": "mobile", "creditor": "acme", "currency": "CNY", "opened_on": "2020-01-01"},
    "account_terms": {"valid_from": "2020-01-01"},
    "party_role": {"role": "primary", "valid_from": "2020-01-01"},
    "charge": {
        "account": "A1", "booked_on": "2026-09-01", "due_on": "2026-10-01", "component": "principal", "amount": "100",
    },
    "payment": {"account": "A1", "paid_on": "2026-10-05", "amount": "10"},
    "adjustment": {"account": "A1", "effective_on": "2026-10-06", "kind": "waiver", "amount": "1"},
    "hold": {"party": "C1", "kind": "dispute", "from_on": "2026-10-10"},
    "contact_point": {
        "party": "C1", "channel": "sms", "quality": "verified", "valid_from": "2020-01-01",
        "value_sealed": "\\x00", "value_digest": "\\x00",
    },
    "consent": {
        "party": "C1", "stance": "granted", "granted_to": "acme", "purpose": "collection", "valid_from": "2020-01-01",
    },
    "wish": {"party": "C1", "stance": "barred", "valid_from": "2020-01-01"},
    "contact": {
        "party": "C1", "direction": "outbound", "channel": "sms", "purpose": "collection", "actor": "robot",
        "happened_at": "2026-11-01 04:00:00+00",
    },
    "signal": {"party": "C1", "source_kind": "crm", "kind": "login", "happened_on": "2026-11-01"},
}  # fmt: skip


@pytest.fixture
def book(transactional_db: None) -> Book:
    return Book()
