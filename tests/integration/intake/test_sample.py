"""The sample's nine files: exactly the planted rows are refused, and exactly the promised facts come in."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from psycopg import sql

from dunwell.intake import queries
from dunwell.intake.actions import Report, import_source, retry_quarantine
from dunwell.intake.mapping.reading import find
from dunwell.intake.models import QuarantinedRow
from dunwell.lab.sample.write import write_sample
from dunwell.ledger.models import Charge, Party
from dunwell.ledger.queries import accounts_without_customer, verify_batches
from dunwell.ledger.targets import TARGETS
from tests.integration.intake.conftest import added

AS_OF = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
# Which rule each sort of planted fault must be refused by.
RULES = {
    "NaN": {"required"},
    "absurd amount": {"amount-absurd"},
    "bad date": {"not-a-date"},
    "bad time": {"not-a-time"},
    "broken line": {"not-a-row"},
    "cells missing": {"wrong-cells"},
    "cells too many": {"wrong-cells"},
    "date in the future": {"date-in-future"},
    "date out of range": {"date-out-of-range"},
    "end before start": {"ends-before-start"},
    "negative amount": {"amount-not-positive"},
    "not a number": {"not-a-number"},
    "other currency than the account's": {"currency-differs"},
    "repeated id": {"external-id-reused", "repeated-in-file"},
    "special group without consent": {"consent-missing"},
    "too many places": {"too-many-places"},
    "unknown account": {"unknown-account"},
    "unknown charge": {"unknown-charge"},
    "unknown contact point": {"unknown-contact-point"},
    "unknown currency": {"unknown-currency"},
    "unknown party": {"unknown-party"},
    "unknown payment": {"unknown-payment"},
}


def rules_for(fault: str) -> set[str]:
    if fault.startswith("missing"):
        return {"required"}
    return RULES.get(fault, {"unknown-value"})


@pytest.fixture
def sample(tmp_path: Path) -> dict[str, Any]:
    """This fixture will write a small sample and give its manifest."""
    write_sample(tmp_path / "sample", accounts=400, seed=7, as_of=AS_OF)
    manifest: dict[str, Any] = json.loads((tmp_path / "sample" / "MANIFEST.json").read_text())
    return manifest


def bring(manifest: dict[str, Any], folder: Path) -> dict[str, Report]:
    return {
        file["file"]: import_source(
            str(folder / "sample" / file["file"]), mapping=find(file["mapping"]), on=AS_OF, by="test", at=AT
        )
        for file in manifest["files"]
    }


def test_the_nine_files_give_what_the_manifest_promises(db: None, sample: dict[str, Any], tmp_path: Path) -> None:
    reports = bring(sample, tmp_path)
    assert len(reports) == 9
    for file in sample["files"]:
        report = reports[file["file"]]
        planted = {line: fault["fault"] for fault in file["dirty"] for line in fault["lines"]}
        refused = dict(QuarantinedRow.objects.filter(batch=report.batch_id).values_list("line", "rule"))
        assert report.rows_read == file["rows"], file["file"]
        assert refused.keys() == planted.keys(), file["file"]
        for line, fault in planted.items():
            assert refused[line] in rules_for(fault), (file["file"], line, fault)
        assert {name: count for name, count in added(report).items() if count} == file["facts"], file["file"]
    assert accounts_without_customer("sample") == 0
    assert verify_batches().sound


def test_sums_agree_to_the_cent(db: None, sample: dict[str, Any], tmp_path: Path) -> None:
    bring(sample, tmp_path)
    promised: Counter[str] = Counter()
    for file in sample["files"]:
        promised.update({currency: Decimal(total) for currency, total in file["sums"].get("charge", {}).items()})
    kept = Charge.objects.values_list("account__currency").annotate(total=Sum("amount"))
    assert {currency: total.quantize(Decimal("0.01")) for currency, total in kept} == promised


def test_a_second_time_nothing_changes(db: None, sample: dict[str, Any], tmp_path: Path) -> None:
    first = bring(sample, tmp_path)
    parties = Party.objects.count()
    waiting = queries.summary()
    again = bring(sample, tmp_path)
    assert {name: report.already for name, report in again.items()} == {
        name: report.batch_id for name, report in first.items()
    }
    assert (Party.objects.count(), queries.summary()) == (parties, waiting)


# ---- the order of arrival -----------------------------------------------------------------------------------------


def contents() -> dict[str, set[bytes]]:
    """This function will collect what every table says, without ids and batches."""
    with connection.cursor() as cursor:
        said = {}
        for target in TARGETS.values():
            cursor.execute(sql.SQL("SELECT content_digest FROM {}").format(sql.Identifier(target.table)))
            said[target.name] = {bytes(digest) for (digest,) in cursor.fetchall()}
    return said


def try_again(tries: int = 20) -> int:
    """This function will try what waits until nothing more comes in, and count the tries."""
    for turn in range(tries):
        waiting = {each.batch: each.mapping for each in queries.summary()}
        if not sum(retry(batch, mapping) for batch, mapping in waiting.items()):
            return turn
    raise AssertionError("it never came to rest")


def retry(batch: int, mapping: str) -> bool:
    report = retry_quarantine(batch, mapping=find(mapping), on=AS_OF, by="test", at=AT)
    return report.already is None


def test_whatever_the_order_of_arrival_the_ledger_says_the_same_in_the_end(
    db: None, sample: dict[str, Any], tmp_path: Path
) -> None:
    with transaction.atomic():
        bring(sample, tmp_path)
        expected = contents()
        transaction.set_rollback(True)
    sample["files"].reverse()
    bring(sample, tmp_path)
    assert contents() != expected
    assert try_again() > 0
    assert contents() == expected
    # What still waits is what was planted.
    assert sum(each.rows for each in queries.summary()) == sum(file["dirty_rows"] for file in sample["files"])
    assert verify_batches().sound
