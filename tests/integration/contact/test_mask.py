"""The gate reads the ledger, the plan reads a snapshot: of one day and the same customers both must say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis
import pytest

from dunwell.batch import definitions, snapshot
from dunwell.batch.cycle import connect, read_snapshot
from dunwell.compliance.frame import mask
from dunwell.compliance.kinds.question import CHANNELS, Candidate
from dunwell.compliance.queries import case_files
from dunwell.compliance.rules import judge
from dunwell.intake.actions import import_source
from dunwell.intake.mapping.reading import find
from dunwell.lab.sample.write import SOURCES, write_sample
from dunwell.portrait.frame import portrait, positions

AS_OF = date(2026, 3, 16)
# Late in the day of the customers, so that all that was told of the day has happened.
AT = datetime(2026, 3, 16, 15, 59, tzinfo=UTC)
ACTORS = ("robot", "human")


def _import_sample(folder: Path) -> None:
    manifest = write_sample(folder, accounts=500, seed=11, as_of=AS_OF)
    for file in manifest["files"]:
        source = next(source for source in SOURCES if source.kind == file["kind"])
        import_source(str(folder / source.file), mapping=find(source.mapping), on=AS_OF, by="test", at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_gate_and_the_mask_say_the_same_of_a_whole_portfolio(tmp_path: Path) -> None:
    _import_sample(tmp_path)
    snapshot.write(tmp_path, as_of=AS_OF)
    chosen, engine = definitions.load(), connect()
    tables = read_snapshot(engine, tmp_path)
    owed = positions(tables, as_of=AS_OF, terms=chosen.terms)
    known = engine.create_table("known", portrait(tables, owed, as_of=AS_OF, terms=chosen.terms), temp=True)
    rows = _masked(tables, known, rulebook=chosen.rulebook)
    cases = case_files({row["party_id"] for row in rows}, at=AT, looks_back=chosen.rulebook.looks_back)
    assert len(rows) == len(cases) * len(CHANNELS) * len(ACTORS)
    differing = [pair for row in rows if (pair := _compared(row, case=cases[row["party_id"]], chosen=chosen))]
    assert not differing, differing[:3]
    refused = {rule for row in rows for rule in row["refused_rules"].split(";") if rule}
    assert len(refused) >= 4, f"too little was refused to compare: {refused}"


def _masked(tables: Any, known: ibis.Table, *, rulebook: Any) -> list[dict[str, Any]]:
    """This function will let the mask judge every channel and actor for every customer of the portrait."""
    ways = ibis.memtable([{"channel": channel, "actor": actor} for channel in CHANNELS for actor in ACTORS])
    candidates = known.select("party_id", "customer", "creditor").cross_join(ways)
    masked = mask(candidates, tables=tables, portrait=known, rulebook=rulebook, on=AS_OF)
    told = known.select("party_id", "product_line", "contacted_since_overdue", "first_overdue_on")
    joined = masked.join(told, "party_id")
    rows: list[dict[str, Any]] = joined.to_pyarrow().to_pylist()
    return rows


def _compared(row: dict[str, Any], *, case: Any, chosen: Any) -> dict[str, Any] | None:
    """This function will judge the same contact from the ledger, and return both answers where they differ."""
    since, tried = row["first_overdue_on"], case.last_tried_on
    contacted = since is not None and tried is not None and tried >= since
    assert contacted == row["contacted_since_overdue"]
    customer = replace(case.customer, product_line=row["product_line"], contacted_since_overdue=contacted)
    candidate = Candidate(channel=row["channel"], creditor=row["creditor"], actor=row["actor"])
    verdict = judge(chosen.rulebook, customer=customer, candidate=candidate, on=AS_OF)
    single = (";".join(verdict.refused_rules), verdict.earliest)
    whole = (row["refused_rules"], row["earliest_on"])
    return None if single == whole else {"customer": row["customer"], "single": single, "mask": whole}
