"""The sample all the way to positions: files, ledger, snapshot, allocation give the figures of the manifest."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from dunwell.batch import snapshot
from dunwell.database import ROOT
from dunwell.intake.actions import import_source
from dunwell.intake.mapping.reading import find
from dunwell.lab.sample.write import write_sample
from dunwell.portrait.frame import positions
from dunwell.portrait.rules import load_terms

AS_OF = date(2026, 2, 28)
AT = datetime(2026, 2, 28, 9, 0, tzinfo=UTC)
# What positions are made of: people, contracts and bills, money, pauses.
NEEDED = ("crm", "billing", "payments", "tickets")


def test_positions_agree_with_the_manifest(transactional_db: None, tmp_path: Path) -> None:
    manifest = write_sample(tmp_path, accounts=300, seed=8, as_of=AS_OF)
    for file in manifest["files"]:
        if file["kind"] in NEEDED:
            path = str(tmp_path / file["file"])
            import_source(path, mapping=find(file["mapping"]), on=AS_OF, by="test", at=AT)
    rows = positioned(tmp_path / "snapshot")
    assert len(rows) == manifest["accounts"]
    assert overdue(rows) == {code: told(manifest, code) for code in ("CNY", "USD", "HKD")}
    assert any(row["held_days"] > 0 for row in rows), "some are paused"
    assert any(row["written_off"] for row in rows)
    assert max(row["past_due_days"] for row in rows) > 730


def positioned(folder: Path) -> list[dict[str, Any]]:
    """This function will take a snapshot and work the positions out, as the daily cycle does."""
    folder.mkdir()
    snapshot.write(folder, as_of=AS_OF)
    engine = ibis.duckdb.connect()
    try:
        tables = {path.stem: engine.read_parquet(str(path)) for path in folder.glob("*.parquet")}
        terms = load_terms(ROOT / "strategies/positions.yaml")
        rows: list[dict[str, Any]] = positions(tables, as_of=AS_OF, terms=terms).to_pyarrow().to_pylist()
        return rows
    finally:
        engine.disconnect()


def overdue(rows: list[dict[str, Any]]) -> dict[str, tuple[int, Decimal]]:
    """This function will count the overdue accounts of each currency and add up what is overdue on them."""
    found = {code: (0, Decimal(0)) for code in ("CNY", "USD", "HKD")}
    for row in rows:
        if row["overdue"] > 0:
            count, amount = found[row["currency"]]
            found[row["currency"]] = (count + 1, amount + row["overdue"])
    return found


def told(manifest: dict[str, Any], code: str) -> tuple[int, Decimal]:
    """This function will read the same from the manifest."""
    types = [by[code] for by in manifest["portfolio"]["overdue"].values() if code in by]
    return sum(each["accounts"] for each in types), sum((Decimal(each["amount"]) for each in types), Decimal(0))
