"""Importing: facts come in once, only what is new, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dunwell.evidence.models import Row
from dunwell.intake.actions import Report
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Account, Batch, Charge, ContactPoint, Party, PartyDetail, PartyRole, Payment
from dunwell.ledger.queries import accounts_without_customer, verify_batches
from dunwell.vault import keyring, rules
from dunwell.vault.queries import keys
from tests.integration.intake.conftest import (
    AT,
    BILL_HEAD,
    CUSTOMER_HEAD,
    TWO_CUSTOMERS,
    Bring,
    added,
    all_facts,
    quarantined,
    same,
)

BILLS = BILL_HEAD + "B1,A1,2026-01-01,2026-02-01,100.50,CNY,\nB2,A1,2026-02-01,2026-03-01,70,,\n"


def test_rows_become_facts_with_their_references(customers: Report, bring: Bring) -> None:
    assert added(customers) == {"party": 2, "account": 2, "party_detail": 2, "party_role": 2, "contact_point": 2}
    assert added(bring("bills", BILLS)) == {"charge": 2}
    charge = Charge.objects.get(external_id="B1")
    assert (charge.source, charge.account.external_id, charge.amount) == ("acme", "A1", Decimal("100.500"))
    assert (charge.booked_on, charge.due_on) == (date(2026, 1, 1), date(2026, 2, 1))
    role = PartyRole.objects.get(account=charge.account)
    assert (role.party.external_id, role.role) == ("C1", "primary")


def test_personal_data_is_sealed_for_its_person(customers: Report) -> None:
    party = Party.objects.get(external_id="C1")
    assert party.subject == rules.subject_of(keyring.lookup_key(), source="acme", external_id="C1")
    key = keys([party.subject])[party.subject]
    detail, point = PartyDetail.objects.get(party=party), ContactPoint.objects.get(party=party)
    assert rules.unseal(key, subject=party.subject, field=rules.NAME, sealed=bytes(detail.name_sealed or b"")) == "张伟"
    assert (
        rules.unseal(key, subject=party.subject, field=rules.CONTACT, sealed=bytes(point.value_sealed)) == "13800138000"
    )
    looked_up = rules.digest(keyring.lookup_key(), field=rules.CONTACT, text="+86 138 0013 8000")
    assert bytes(point.value_digest) == looked_up


def test_a_batch_tells_what_came_and_evidence_says_the_same(customers: Report) -> None:
    batch = Batch.objects.get(id=customers.batch_id)
    assert (batch.rows_read, batch.rows_refused, batch.origin, batch.by) == (2, 0, "customers.csv", "test")
    assert batch.recorded_at == AT
    evidence = Row.objects.get(subject=f"batch/{batch.id}")
    assert evidence.detail["content"] == batch.content
    assert evidence.detail["origin_digest"] == hashlib.sha256(TWO_CUSTOMERS.encode()).hexdigest()


def test_the_digests_can_be_made_by_hand(customers: Report, bring: Bring) -> None:
    """The content digest is SHA-256 over a JSON array of texts, so that anybody can compute it again."""
    report = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,2026-02-01,100.50,CNY,\n")
    said = '["charge", "acme", "B1", null, "acme/A1", "2026-01-01", "2026-02-01", "principal", 100.500]'
    assert json.loads(said)
    digest = hashlib.sha256(said.encode()).digest()
    assert bytes(Charge.objects.get().content_digest) == digest
    in_bucket = hashlib.sha256(digest).digest()
    assert report.content["charge"]["digest"] == hashlib.sha256(in_bucket).hexdigest()


def test_the_digest_of_a_batch_does_not_know_the_order(customers: Report, bring: Bring) -> None:
    rows = [f"B{n},A1,2026-01-01,2026-02-01,{n}.00,,\n" for n in range(1, 400)]
    first = bring("bills", BILL_HEAD + "".join(rows), dry_run=True)
    second = bring("bills", BILL_HEAD + "".join(reversed(rows)), dry_run=True)
    assert first.content["charge"]["digest"] == second.content["charge"]["digest"] != ""


def test_the_same_file_again_changes_nothing(customers: Report, bring: Bring) -> None:
    facts, batches = all_facts(), Batch.objects.count()
    again = bring("customers", TWO_CUSTOMERS, file="renamed.csv")
    assert (again.already, again.batch_id) == (customers.batch_id, None)
    assert (all_facts(), Batch.objects.count()) == (facts, batches)


def test_the_same_file_on_another_day_tells_only_what_changed_meanwhile(bring: Bring) -> None:
    """A list of customers told whole every day: that it says today what it said long ago can be news."""
    first = bring("customers", one("gold"), on=date(2026, 1, 1))
    assert bring("customers", one("gold"), on=date(2026, 1, 2)).already == first.batch_id
    bring("customers", one("silver"), on=date(2026, 1, 3))
    back = bring("customers", one("gold"), on=date(2026, 1, 4))
    assert added(back)["party_detail"] == 1
    assert [tier for _, tier in tiers()] == ["gold", "silver", "gold"]
    assert bring("customers", one("gold"), on=date(2026, 1, 5)).already == back.batch_id


def test_of_a_changed_file_only_the_difference_comes_in(customers: Report, bring: Bring) -> None:
    bring("bills", BILLS)
    more = bring("bills", BILLS + "B3,A2,2026-02-01,2026-03-01,7000,JPY,\n")
    assert (added(more), same(more), more.rows_refused) == ({"charge": 1}, {"charge": 2}, 0)
    rewritten = bring("bills", BILLS.replace("2026-01-01", " 2026-01-01 ").replace("100.50", "100.500"))
    assert (added(rewritten), same(rewritten)) == ({"charge": 0}, {"charge": 2})


def test_a_dry_run_tells_everything_and_keeps_nothing(customers: Report, bring: Bring) -> None:
    facts = all_facts()
    report = bring("bills", BILLS + "B3,A9,2026-02-01,2026-03-01,1,,\n", dry_run=True)
    assert (report.dry_run, report.batch_id, added(report)) == (True, None, {"charge": 2})
    assert report.refused == {"unknown-account": 1}
    assert (all_facts(), Batch.objects.count(), QuarantinedRow.objects.count()) == (facts, 1, 0)
    assert added(bring("bills", BILLS)) == {"charge": 2}


def test_a_header_without_rows_is_a_batch_of_nothing(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD)
    assert (report.rows_read, report.content, report.refused) == (0, {}, {})
    assert Batch.objects.get(id=report.batch_id).rows_read == 0


def test_progress_ends_at_the_end(customers: Report, bring: Bring) -> None:
    seen: list[tuple[int, int | None]] = []
    bring("bills", BILLS, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(BILLS), len(BILLS))


# ---- what stands --------------------------------------------------------------------------------------------------


def test_a_customer_told_on_every_row_is_one(bring: Bring) -> None:
    rows = "".join(f"C1,张伟,,gold,A{n},CNY\n" for n in range(1, 6))
    report = bring("customers", CUSTOMER_HEAD + rows)
    assert added(report) == {"party": 1, "party_detail": 1, "account": 5, "party_role": 5}
    assert report.rows_refused == 0


def test_two_currencies_on_one_customer_are_accepted(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD + "C1,张伟,,,A1,CNY\nC1,张伟,,,A2,USD\n")
    assert report.rows_refused == 0
    assert set(Account.objects.values_list("currency", flat=True)) == {"CNY", "USD"}
    assert PartyRole.objects.filter(party__external_id="C1").count() == 2


def test_a_customer_without_accounts_and_an_account_without_charges_are_accepted(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD + "C1,张伟,,,,\nC2,李四,,,A2,CNY\n")
    assert added(report) == {"party": 2, "party_detail": 2, "account": 1, "party_role": 1}
    assert report.rows_refused == 0


def test_accounts_without_a_customer_are_counted(customers: Report, bring: Bring, mappings: Path) -> None:
    only_accounts = (
        (mappings / "customers.yaml").read_text().split("facts:")[0].replace("name: customers", "name: bare")
    )
    entry = "facts:\n  - target: account\n    fields: {external_id: {column: account}, product_line: {const: mobile}, "
    (mappings / "bare.yaml").write_text(only_accounts + entry + "creditor: {const: x}, currency: {column: currency}}\n")
    bring("bare", CUSTOMER_HEAD + "C9,,,,A9,CNY\n")
    assert accounts_without_customer("acme") == 1
    assert accounts_without_customer("other") == 0


# ---- versions -----------------------------------------------------------------------------------------------------


def tiers() -> list[tuple[date, str | None]]:
    details = PartyDetail.objects.filter(external_id="C1").order_by("valid_from", "id")
    return list(details.values_list("valid_from", "tier"))


def one(tier: str) -> str:
    return CUSTOMER_HEAD + f"C1,张伟,,{tier},,\n"


def test_a_version_comes_in_only_when_something_changed(bring: Bring) -> None:
    bring("customers", one("gold"), on=date(2026, 1, 1))
    unchanged = bring("customers", one("gold") + "\n", on=date(2026, 1, 2))
    assert same(unchanged) == {"party": 1, "party_detail": 1}
    bring("customers", one("silver"), on=date(2026, 1, 3))
    bring("customers", one("gold") + "\n\n", on=date(2026, 1, 4))
    assert tiers() == [(date(2026, 1, 1), "gold"), (date(2026, 1, 3), "silver"), (date(2026, 1, 4), "gold")]


def test_a_later_word_on_the_same_day_replaces_and_the_first_does_not_come_back(bring: Bring) -> None:
    bring("customers", one("gold"))
    bring("customers", one("silver"))
    assert [tier for _, tier in tiers()] == ["gold", "silver"]
    back = bring("customers", one("gold") + "\n")
    assert quarantined(back) == [(2, "valid_from", "version-told-before")]


def test_two_words_in_one_file_for_one_day_are_refused(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD + "C1,张伟,,gold,,\nC1,张伟,,silver,,\n")
    assert quarantined(report) == [(3, "customer", "external-id-reused")]
    assert tiers() == [(date(2026, 3, 1), "gold")]


def test_history_told_at_once_keeps_its_order(bring: Bring, mappings: Path) -> None:
    text = (mappings / "customers.yaml").read_text()
    text = text.replace("currency: {type: text}", "currency: {type: text}\n  since: {type: date}")
    text = text.replace("tier: {column: tier}}", "tier: {column: tier}, valid_from: {column: since}}")
    (mappings / "customers.yaml").write_text(text)
    head = CUSTOMER_HEAD.replace("\n", ",since\n")
    rows = "C1,,,gold,,,2025-09-01\nC1,,,gold,,,2025-01-01\nC1,,,silver,,,2025-06-01\nC1,,,gold,,,2025-02-01\n"
    report = bring("customers", head + rows)
    assert added(report)["party_detail"] == 3
    assert tiers() == [(date(2025, 1, 1), "gold"), (date(2025, 6, 1), "silver"), (date(2025, 9, 1), "gold")]
    assert added(bring("customers", head + rows + "\n"))["party_detail"] == 0


# ---- corrections --------------------------------------------------------------------------------------------------


def test_a_correction_names_what_it_corrects(customers: Report, bring: Bring) -> None:
    bring("bills", BILLS)
    report = bring("bills", BILL_HEAD + "B1x,A1,2026-01-01,2026-02-01,90,,B1\n")
    assert added(report) == {"charge": 1}
    corrected = Charge.objects.get(external_id="B1x").corrects
    assert corrected is not None
    assert corrected.external_id == "B1"


def test_corrections_of_corrections_in_one_file_and_out_of_order(customers: Report, bring: Bring) -> None:
    rows = "B3,A1,2026-01-01,2026-02-01,3,,B2\nB2,A1,2026-01-01,2026-02-01,2,,B1\nB1,A1,2026-01-01,2026-02-01,1,,\n"
    report = bring("bills", BILL_HEAD + rows)
    assert (added(report), report.rows_refused) == ({"charge": 3}, 0)
    assert Charge.objects.get(external_id="B3").corrects == Charge.objects.get(external_id="B2")
    assert verify_batches().sound
    assert same(bring("bills", BILL_HEAD + rows + "\n")) == {"charge": 3}


def test_a_fact_is_corrected_once(customers: Report, bring: Bring) -> None:
    rows = "X1,A1,2026-01-01,2026-02-01,3,,B1\nX2,A1,2026-01-01,2026-02-01,2,,B1\nX3,A1,2026-01-01,2026-02-01,2,,B9\n"
    report = bring("bills", BILLS + rows)
    assert quarantined(report) == [(5, "corrects", "already-corrected"), (6, "corrects", "unknown-corrected")]
    later = bring("bills", BILL_HEAD + "X4,A1,2026-01-01,2026-02-01,3,,B1\n")
    assert quarantined(later) == [(2, "corrects", "already-corrected")]


# ---- references across sources ------------------------------------------------------------------------------------


def test_a_reference_may_lead_to_another_source(customers: Report, bring: Bring, mappings: Path) -> None:
    foreign = (mappings / "payments.yaml").read_text().replace("name: payments", "name: bank")
    foreign = foreign.replace("source: acme", "source: bank")
    for column in ("account", "bill"):
        foreign = foreign.replace(f"{{column: {column}}}", f"{{column: {column}, source: acme}}")
    (mappings / "bank.yaml").write_text(foreign)
    bring("bills", BILLS)
    report = bring("bank", "payment,account,bill,paid,amount\nP1,A1,B1,2026-02-01,5\nP2,A1,,2026-02-01,6\n")
    assert added(report) == {"payment": 2}
    payment = Payment.objects.get(external_id="P1")
    assert payment.charge is not None
    assert (payment.source, payment.account.source, payment.charge.external_id) == ("bank", "acme", "B1")
    assert verify_batches().sound


@pytest.mark.parametrize("mapping", ["bills", "payments"])
def test_two_sources_may_use_the_same_id(customers: Report, bring: Bring, mappings: Path, mapping: str) -> None:
    for source in ("acme", "other"):
        text = (mappings / f"{mapping}.yaml").read_text().replace("source: acme", f"source: {source}", 1)
        text = text.replace("{column: account}", "{column: account, source: acme}")
        (mappings / f"{mapping}.yaml").write_text(text)
        content = BILL_HEAD + "X,A1,2026-01-01,2026-02-01,1,,\n"
        if mapping == "payments":
            content = "payment,account,bill,paid,amount\nX,A1,,2026-02-01,5\n"
        assert list(added(bring(mapping, content)).values()) == [1]
