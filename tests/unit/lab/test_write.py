"""The nine files and their manifest: the same bytes for the same arguments, and no word in the manifest untrue."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from dunwell.facts.errors import DunwellError
from dunwell.lab.sample.write import ACCOUNTS_MAX, MANIFEST, SOURCES, write_sample
from dunwell.ledger.kinds import SourceKind

from .conftest import AS_OF, SEED, Sample

SMALL: dict[str, Any] = {"accounts": 300, "seed": 5, "as_of": AS_OF}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def written(folder: Path, **changes: Any) -> dict[str, bytes]:
    write_sample(folder, **{**SMALL, **changes})
    return contents(folder)


# ---- determinism ----------------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a") == written(tmp_path / "b")


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import datetime, pathlib, sys\n"
        "from dunwell.lab.sample.write import write_sample\n"
        "write_sample(pathlib.Path(sys.argv[1]), accounts=300, seed=5, as_of=datetime.date(2026, 3, 16))\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "b")], check=True, env={"PYTHONHASHSEED": "77"})
    assert written(tmp_path / "a") == contents(tmp_path / "b")


def test_writing_again_over_a_sample_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path)
    assert written(tmp_path) == first


@pytest.mark.parametrize("change", [{"seed": 6}, {"as_of": date(2026, 3, 17)}, {"accounts": 301}])
def test_another_argument_gives_another_sample(tmp_path: Path, change: dict[str, Any]) -> None:
    first, second = written(tmp_path / "a"), written(tmp_path / "b", **change)
    assert [name for name in first if first[name] == second[name]] == []


def test_full_blocks_do_not_depend_on_what_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 200)
    short, long = written(tmp_path / "a", accounts=400), written(tmp_path / "b", accounts=700)
    for source in SOURCES:
        if source.file.endswith((".csv", ".jsonl", ".tsv")):
            assert long[source.file].startswith(short[source.file]), source.file
    assert len(long["billing.csv"]) > len(short["billing.csv"])


def test_blocks_repeat_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 100)
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": 1_000})
    sample = Sample(tmp_path, manifest)
    for source in SOURCES:
        seen = Counter(row[source.identity] for _, row in rows(sample, source.kind) if row.get(source.identity))
        twins = dict.fromkeys(name for name, count in seen.items() if count > 1)
        faults = {fault["fault"]: len(fault["lines"]) for fault in sample.file(source.kind)["dirty"]}
        assert len(twins) <= faults.get("repeated id", 0), source.kind


# ---- nine kinds -----------------------------------------------------------------------------------------------------


def test_the_nine_kinds_of_source_have_a_file_each(sample: Sample) -> None:
    assert sorted(file["kind"] for file in sample.manifest["files"]) == sorted(SourceKind.values)
    assert len({file["file"] for file in sample.manifest["files"]}) == 9


def test_nothing_else_is_left_in_the_folder(sample: Sample) -> None:
    assert sorted(path.name for path in sample.folder.iterdir()) == sorted([MANIFEST, *(s.file for s in SOURCES)])


def test_people_come_first_then_contracts(sample: Sample) -> None:
    assert [file["kind"] for file in sample.manifest["files"]][:3] == ["crm", "billing", "payments"]


def test_the_manifest_says_how_it_was_made(sample: Sample) -> None:
    manifest = json.loads((sample.folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest == json.loads(json.dumps(sample.manifest))
    assert (manifest["accounts"], manifest["seed"], manifest["as_of"]) == (4_000, SEED, AS_OF.isoformat())
    assert manifest["source"] == "sample"


# ---- the manifest is true -------------------------------------------------------------------------------------------

Row = dict[str, Any]
PARTS = ("principal", "interest", "fee", "penalty")
DIALECTS: dict[str, dict[str, str]] = {
    "crm": {"encoding": "utf-8-sig"},
    "tickets": {"delimiter": ";"},
    "court": {"encoding": "gb18030", "delimiter": "\t"},
}


def delimited(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    """This function will read the rows of a CSV or TSV with their line numbers."""
    dialect = dict(DIALECTS.get(kind, {}))
    lines = sample.lines(kind, encoding=dialect.pop("encoding", "utf-8"))
    yield from enumerate(csv.DictReader(lines, restkey="surplus", restval=None, **dialect), start=2)  # type: ignore[call-overload]


def jsonl(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(sample.lines(kind), start=1):
        try:
            if line:
                yield number, json.loads(line)
        except json.JSONDecodeError:
            yield number, {"broken": True}


def workbook(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    book = openpyxl.load_workbook(sample.folder / sample.file(kind)["file"], read_only=True)
    head, *body = book["report"].iter_rows(values_only=True)
    book.close()
    yield from enumerate((dict(zip(head, cells, strict=True)) for cells in body), start=2)


def parquet(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    yield from enumerate(pq.read_table(sample.folder / sample.file(kind)["file"]).to_pylist(), start=1)


def rows(sample: Sample, kind: str) -> Iterator[tuple[int, Row]]:
    """This function will read a file of any format as rows with their line numbers."""
    ending = Path(sample.file(kind)["file"]).suffix
    yield from {".jsonl": jsonl, ".xlsx": workbook, ".parquet": parquet}.get(ending, delimited)(sample, kind)


KINDS = [source.kind for source in SOURCES]


def lines_of(sample: Sample, kind: str, fault: str) -> set[int]:
    return {line for entry in sample.file(kind)["dirty"] if entry["fault"] == fault for line in entry["lines"]}


def dirty_lines(sample: Sample, kind: str) -> set[int]:
    return {line for entry in sample.file(kind)["dirty"] for line in entry["lines"]}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_counted(sample: Sample, kind: str) -> None:
    assert sum(1 for _ in rows(sample, kind)) == sample.file(kind)["rows"]


@pytest.mark.parametrize("kind", KINDS)
def test_dirty_rows_are_about_a_half_per_cent(sample: Sample, kind: str) -> None:
    entry = sample.file(kind)
    assert entry["dirty_rows"] == len(dirty_lines(sample, kind))
    sorts = len(next(source for source in SOURCES if source.kind == kind).dirt)
    assert max(sorts - 2, 0.004 * entry["rows"]) <= entry["dirty_rows"] <= max(sorts, 0.006 * entry["rows"])


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_number_stands_exactly_on_the_lines_named(sample: Sample, kind: str) -> None:
    source = next(source for source in SOURCES if source.kind == kind)
    faults = lines_of(sample, kind, "missing id")
    assert faults
    for number, row in rows(sample, kind):
        if number in faults:
            assert not row.get(source.identity)
        elif "broken" not in row and row.get("row_type", "BILL") == "BILL":
            assert row.get(source.identity), number


@pytest.mark.parametrize("kind", ["crm", "billing", "payments", "court", "tickets"])
def test_wrong_cell_counts_stand_exactly_on_the_lines_named(sample: Sample, kind: str) -> None:
    long = {number for number, row in rows(sample, kind) if "surplus" in row}
    short = {number for number, row in rows(sample, kind) if None in row.values()}
    assert long == lines_of(sample, kind, "cells too many") != set()
    assert short == lines_of(sample, kind, "cells missing") != set()


@pytest.mark.parametrize("kind", ["contact_events", "device_identity"])
def test_broken_lines_stand_exactly_on_the_lines_named(sample: Sample, kind: str) -> None:
    broken = {number for number, row in rows(sample, kind) if "broken" in row}
    assert broken == lines_of(sample, kind, "broken line") != set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_number_comes_after_the_row_it_repeats(sample: Sample, kind: str) -> None:
    source = next(source for source in SOURCES if source.kind == kind)
    twins = lines_of(sample, kind, "repeated id")
    first: dict[str, int] = {}
    repeated = set()
    for number, row in rows(sample, kind):
        name = row.get(source.identity)
        if name and first.setdefault(name, number) != number:
            repeated.add(number)
    assert repeated == twins != set()


def test_references_lead_to_rows_except_where_the_manifest_says_so(sample: Sample) -> None:
    parties = {row["customer_no"] for line, row in rows(sample, "crm") if line not in dirty_lines(sample, "crm")}
    accounts = {row["account_no"] for _, row in rows(sample, "billing") if row["row_type"] == "ACCOUNT"}
    for kind in KINDS[1:]:
        names = {"court": "客户编号"}.get(kind, "customer_no")
        for line, row in rows(sample, kind):
            if line in dirty_lines(sample, kind):
                continue
            assert not row.get(names) or row[names] in parties, (kind, line)
            assert not row.get("account_no") or row["account_no"] in accounts, (kind, line)


def test_roles_lead_to_parties(sample: Sample) -> None:
    parties = {row["customer_no"] for _, row in rows(sample, "crm")}
    held = Counter()
    for line, row in rows(sample, "billing"):
        for role in ("co_debtor", "guarantor", "contact_person", "representative"):
            if line not in dirty_lines(sample, "billing") and row[f"{role}_no"]:
                held[role] += 1
                assert row[f"{role}_no"] in parties
    facts = sample.file("billing")["facts"]
    assert facts["party_role"] == facts["account"] + held.total()
    assert len(held) == 4


def good(sample: Sample, kind: str) -> Iterator[Row]:
    dirty = dirty_lines(sample, kind)
    return (row for line, row in rows(sample, kind) if line not in dirty)


def test_charges_add_up_to_what_the_manifest_says(sample: Sample) -> None:
    currency: dict[str, str] = {}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    count = 0
    for row in good(sample, "billing"):
        if row["row_type"] == "ACCOUNT":
            currency[row["account_no"]] = row["currency"]
        for part in PARTS:
            if row[part]:
                count += 1
                sums[currency[row["account_no"]]] += Decimal(row[part])
    entry = sample.file("billing")
    assert {code: str(amount) for code, amount in sums.items()} == entry["sums"]["charge"]
    assert count == entry["facts"]["charge"]


def test_receipts_add_up_to_what_the_manifest_says(sample: Sample) -> None:
    entries = list(good(sample, "payments"))
    replaced = {row["replaces_txn"] for row in entries} - {""}
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in entries:
        if row["class"] != "fail" and row["txn_no"] not in replaced:
            sums[row["reason"] or "payment"][row["currency"]] += Decimal(row["amount_fen"]) / 100
    told = sample.file("payments")["sums"]
    assert {what: {code: f"{amount:.2f}" for code, amount in by.items()} for what, by in sums.items()} == told


def test_facts_are_counted(sample: Sample) -> None:
    payments = Counter(row["class"] for row in good(sample, "payments"))
    assert sample.file("payments")["facts"] == {
        "payment": payments["pay"], "adjustment": payments["adjust"], "signal": payments["fail"],
    }  # fmt: skip
    crm = list(good(sample, "crm"))
    points = sum(2 * bool(r["mobile"]) + 2 * bool(r["old_mobile"]) for r in crm)
    points += sum(bool(r[name]) for r in crm for name in ("email", "app_id", "social_id", "address"))
    assert sample.file("crm")["facts"]["contact_point"] == points
    assert sample.file("crm")["facts"]["party"] == len(crm)
    events = list(good(sample, "contact_events"))
    assert sample.file("contact_events")["facts"]["contact"] == sum(row["event"] == "contact" for row in events)
    tickets = list(good(sample, "tickets"))
    assert sample.file("tickets")["facts"]["hold"] == sum(bool(row["pause"]) for row in tickets)
    assert sample.file("tickets")["facts"]["hold_release"] == sum(bool(row["pause_ended_on"]) for row in tickets)


def overdue(sample: Sample) -> dict[str, Decimal]:
    """This function will work out from the files alone what each account has overdue, the slow and plain way."""
    debt: dict[str, Decimal] = defaultdict(Decimal)
    for row in good(sample, "billing"):
        if row["row_type"] == "BILL" and row["due_on"] < AS_OF.isoformat():
            debt[row["account_no"]] += sum(Decimal(row[part] or 0) for part in PARTS)
    entries = list(good(sample, "payments"))
    replaced = {row["replaces_txn"] for row in entries} - {""}
    signs = {"": -1, "waiver": -1, "credit_note": -1, "reversal": 1, "chargeback": 1, "write_off": 0}
    for row in entries:
        if row["class"] != "fail" and row["txn_no"] not in replaced:
            debt[row["account_no"]] += signs[row["reason"]] * Decimal(row["amount_fen"]) / 100
    return {account: amount for account, amount in debt.items() if amount > 0}


def test_what_the_files_say_is_overdue_is_what_the_manifest_says(sample: Sample) -> None:
    currency = {row["account_no"]: row["currency"] for row in good(sample, "billing") if row["row_type"] == "ACCOUNT"}
    found: dict[str, list[Decimal]] = defaultdict(list)
    for account, amount in overdue(sample).items():
        found[currency[account]].append(amount)
    types = sample.manifest["portfolio"]["overdue"].values()
    for code, amounts in found.items():
        told = [by[code] for by in types if code in by]
        assert len(amounts) == sum(entry["accounts"] for entry in told)
        assert sum(amounts) == sum(Decimal(entry["amount"]) for entry in told)


def test_signals_are_those_of_the_contract(sample: Sample) -> None:
    app = {row["action"] for row in good(sample, "app_behaviour")}
    assert app == {"usage", "login", "app_session", "plan_viewed", "bankruptcy_search", "rival_service_asked"}
    device = {row["kind"] for row in good(sample, "device_identity")}
    assert device == {"device_new", "virtual_number", "identity_many_cards", "contact_detail_changed"}
    results = Counter(row.get("result") for row in good(sample, "contact_events"))
    assert results["promise_kept"] > 20
    assert results["promise_broken"] > 20
    causes = {row.get("cause") for row in good(sample, "contact_events")} - {None}
    assert causes == {"forgot", "cash_flow", "dispute", "failed_debit", "lost_contact", "evasion"}


def test_tickets_of_every_topic_occur(sample: Sample) -> None:
    topics = {row["topic"] for row in good(sample, "tickets")}
    assert topics >= {"complaint", "dispute", "hardship", "bereavement", "breathing_space", "represented", "pause"}


def test_pauses_do_not_end_before_they_start(sample: Sample) -> None:
    def day(text: str) -> tuple[int, ...]:
        return tuple(map(int, reversed(text.split("."))))

    for row in good(sample, "tickets"):
        for end in ("pause_until", "pause_ended_on"):
            assert not row[end] or day(row[end]) > day(row["opened_on"])
        assert not row["pause_ended_on"] or day(row["pause_ended_on"]) <= (AS_OF.year, AS_OF.month, AS_OF.day)


# ---- sizes and faults -----------------------------------------------------------------------------------------------


def test_an_empty_portfolio_is_nine_files_without_rows(tmp_path: Path) -> None:
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": 0})
    assert [(file["rows"], file["dirty_rows"]) for file in manifest["files"]] == [(0, 0)] * 9
    empty = Sample(tmp_path, manifest)
    assert all(list(rows(empty, kind)) == [] for kind in KINDS)


@pytest.mark.parametrize("accounts", [1, 2, 5])
def test_the_smallest_portfolios_can_be_written(tmp_path: Path, accounts: int) -> None:
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": accounts})
    assert sum(file["facts"].get("account", 0) for file in manifest["files"]) == accounts


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"accounts": -1}, "--accounts"),
        ({"accounts": ACCOUNTS_MAX + 1}, "--accounts"),
        ({"seed": -5}, "--seed"),
        ({"as_of": date(1989, 1, 1)}, "--as-of"),
        ({"as_of": date(2100, 1, 1)}, "--as-of"),
    ],
)
def test_what_cannot_be_written_is_refused_aloud(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises(DunwellError) as refused:
        write_sample(tmp_path / "out", **{**SMALL, **change})
    assert refused.value.place == place
    assert refused.value.cure
    assert not (tmp_path / "out").exists()


def test_progress_tells_of_every_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 120)
    steps: list[int] = []
    write_sample(tmp_path, **SMALL, progress=steps.append)
    assert steps == [120, 120, 60]


def test_an_unfinished_sample_has_no_manifest(tmp_path: Path) -> None:
    write_sample(tmp_path, **SMALL)

    def stop(step: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, **SMALL, progress=stop)
    assert not (tmp_path / MANIFEST).exists()
    assert list(tmp_path.glob("*.part")) == []
