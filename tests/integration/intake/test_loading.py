"""The ledger's one door, used directly: tables in, a batch and its refusals out."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from os import environ
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dunwell.intake.actions import Report
from dunwell.ledger.actions import Loading, Origin, Refusal, load_batch
from dunwell.ledger.models import Account, Batch, Charge
from dunwell.ledger.queries import verify_batches
from tests.integration.conftest import database_url
from tests.integration.intake.conftest import AT, BILL_HEAD, Bring, added


def origin(**changed: str) -> Origin:
    told = {"source": "acme", "source_kind": "billing", "mapping": "by hand", "mapping_digest": "m", "origin": "test"}
    return Origin(**{**told, "origin_digest": "o", **changed})


def accounts(**changed: Any) -> pa.Table:
    columns = {"external_id": ["A1"], "product_line": ["mobile"], "creditor": ["acme"], "currency": ["KWD"]}
    return pa.table({**columns, **changed})


def charges(**changed: Any) -> pa.Table:
    columns = {
        "external_id": ["B1", "B2"],
        "account": ["A1", "A9"],
        "booked_on": [date(2026, 1, 1)] * 2,
        "due_on": [date(2026, 2, 1)] * 2,
        "component": ["principal", "fee"],
        "amount": pa.array([Decimal("1.234"), Decimal(2)], pa.decimal128(18, 3)),
    }
    return pa.table({**columns, **changed})


def test_tables_become_a_batch(db: None) -> None:
    batch, refused = load_batch({"account": accounts(), "charge": charges()}, origin=origin(), by="test", at=AT)
    assert refused == [Refusal(2, 0, "account", "unknown-account")]
    assert (batch.rows_read, batch.rows_refused) == (3, 1)
    assert Charge.objects.get().amount == Decimal("1.234")  # Dinars have three places.
    assert verify_batches().sound


def test_the_order_of_tables_does_not_matter(db: None) -> None:
    batch, _ = load_batch({"charge": charges(), "account": accounts()}, origin=origin(), by="test", at=AT)
    assert batch.content["charge"]["added"] == 1


def test_an_empty_table_and_an_empty_text_are_what_they_are(db: None) -> None:
    batch, _ = load_batch(
        {"account": accounts(creditor=[""]), "charge": charges().slice(0, 0)}, origin=origin(), by="t", at=AT
    )
    assert list(batch.content) == ["account"]
    assert Account.objects.get().creditor == ""


def test_quotes_breaks_and_chinese_travel_unharmed(db: None) -> None:
    strange = 'a"b,c\nd\te\\N 张伟 \\x00'
    load_batch({"account": accounts(external_id=[strange])}, origin=origin(), by="test", at=AT)
    assert Account.objects.get().external_id == strange
    assert verify_batches().sound


def test_facts_are_loaded_inside_a_transaction_only(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        Loading("acme")


def test_a_batch_is_told_once(db: None) -> None:
    from django.db import IntegrityError, transaction

    load_batch({"account": accounts()}, origin=origin(), by="test", at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        load_batch({"account": accounts()}, origin=origin(), by="test", at=AT)
    assert Batch.objects.count() == 1


def test_two_imports_of_one_source_at_once_bring_everything_in_once(
    transactional_db: None, customers: Report, mappings: Path, tmp_path: Path
) -> None:
    """Two processes, two files with most rows in common: the second waits, and adds what the first had not."""
    rows = [f"B{n},A1,2026-01-01,2026-02-01,{n + 1}.00,CNY,\n" for n in range(20_000)]
    for name, told in (("one", rows[:15_000]), ("two", rows[5_000:])):
        (tmp_path / f"{name}.csv").write_text(BILL_HEAD + "".join(told))
    command = [sys.executable, "-c", "from dunwell.cli.main import main; main()", "import"]
    running = [
        subprocess.Popen(
            [*command, str(tmp_path / f"{name}.csv"), "--mapping", str(mappings / "bills.yaml"), "--on", "2026-03-01"],
            env=environ | {"DATABASE_URL": database_url()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in ("one", "two")
    ]
    ended = [(process.communicate()[1].decode(), process.returncode) for process in running]
    assert [code for _, code in ended] == [0, 0], ended
    assert Charge.objects.count() == 20_000
    assert verify_batches().sound


def test_a_batch_of_another_source_may_run_beside(customers: Report, bring: Bring) -> None:
    batch, _ = load_batch({"account": accounts()}, origin=origin(source="other"), by="test", at=AT)
    report = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,2026-02-01,5,CNY,\n")
    assert added(report) == {"charge": 1}
    assert Charge.objects.get().account.source == "acme"
    assert batch.source == "other"
