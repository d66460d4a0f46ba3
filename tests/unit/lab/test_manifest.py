"""No word in the manifest is untrue: counts, sums and lines, worked out again from the files alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from dunwell.lab.sample.write import SOURCES

from .conftest import AS_OF, Sample
from .reading import PARTS, dirty_lines, good, rows

KINDS = [source.kind for source in SOURCES]


def lines_of(sample: Sample, kind: str, fault: str) -> set[int]:
    return {line for entry in sample.file(kind)["dirty"] if entry["fault"] == fault for line in entry["lines"]}


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
    held: Counter[str] = Counter()
    for line, row in rows(sample, "billing"):
        for role in ("co_debtor", "guarantor", "contact_person", "representative"):
            if line not in dirty_lines(sample, "billing") and row[f"{role}_no"]:
                held[role] += 1
                assert row[f"{role}_no"] in parties
    facts = sample.file("billing")["facts"]
    assert facts["party_role"] == facts["account"] + held.total()
    assert len(held) == 4


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


def test_some_payments_are_back_dated(sample: Sample) -> None:
    pairs = [(row["value_date"], row["booked_date"]) for row in good(sample, "payments")]
    assert all(value <= booked <= AS_OF.strftime("%Y%m%d") for value, booked in pairs)
    assert 0.01 < sum(value < booked for value, booked in pairs) / len(pairs) < 0.03


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
