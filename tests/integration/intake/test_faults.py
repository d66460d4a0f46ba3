"""Bad rows: each is refused by its rule, with line and column, while the good ones come in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dunwell.facts.errors import DunwellError
from dunwell.intake.actions import Report
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Batch, Charge
from tests.integration.intake.conftest import BILL_HEAD, CUSTOMER_HEAD, Bring, added, all_facts, quarantined

GOOD = "B0,A1,2026-01-01,2026-02-01,100,CNY,\n"
# A bill with one fault: the column that is named, and the rule.
BAD_BILLS = [
    (",A1,2026-01-01,2026-02-01,1,CNY,", "bill", "required"),
    ("B1,,2026-01-01,2026-02-01,1,CNY,", "account", "required"),
    ("B1,A1,2026-01-01,2026-02-01,,CNY,", "amount", "required"),
    ("B1,A1,2026-01-01,2026-02-01,NaN,CNY,", "amount", "required"),
    ("B1,A1,2026-01-01,2026-02-01,-5,CNY,", "amount", "amount-not-positive"),
    ("B1,A1,2026-01-01,2026-02-01,0.00,CNY,", "amount", "amount-not-positive"),
    ("B1,A1,2026-01-01,2026-02-01,9999999999999999,CNY,", "amount", "amount-absurd"),
    ("B1,A1,2026-01-01,2026-02-01,1.2345,CNY,", "amount", "too-many-places"),
    ("B1,A1,2026-01-01,2026-02-01,1.234,CNY,", "amount", "too-many-places"),  # Three places suit dinars, not yuan.
    ("B1,A2,2026-01-01,2026-02-01,1.5,JPY,", "amount", "too-many-places"),
    ("B1,A1,2026-01-01,2026-02-01,12 apples,CNY,", "amount", "not-a-number"),
    ("B1,A1,2026-01-01,2026-02-01,1,XQX,", "currency", "unknown-currency"),
    ("B1,A1,2026-01-01,2026-02-01,1,JPY,", "currency", "currency-differs"),
    ("B1,A1,2026-02-30,2026-03-01,1,CNY,", "booked", "not-a-date"),
    ("B1,A1,2026-01-01,soon,1,CNY,", "due", "not-a-date"),
    ("B1,A1,2026-03-02,2026-04-01,1,CNY,", "booked", "date-in-future"),
    ("B1,A1,1026-01-01,2026-02-01,1,CNY,", "booked", "date-out-of-range"),
    ("B1,A1,2026-01-01,2926-02-01,1,CNY,", "due", "date-out-of-range"),
    ("B1,A9,2026-01-01,2026-02-01,1,CNY,", "account", "unknown-account"),
    ("B0,A1,2026-01-01,2026-02-01,99,CNY,", "bill", "external-id-reused"),
    ("B0,A1,2026-01-01,2026-02-01,100,CNY,", "bill", "repeated-in-file"),
    ("B1,A1,2026-01-01,2026-02-01,1,CNY,B9", "corrects", "unknown-corrected"),
    ("B1,A1,2026-01-01", "", "wrong-cells"),
    ("B1,A1,2026-01-01,2026-02-01,1,CNY,,more", "", "wrong-cells"),
    (f"{'B' * 201},A1,2026-01-01,2026-02-01,1,CNY,", "bill", "too-long"),
]


@pytest.mark.parametrize(("row", "column", "rule"), BAD_BILLS, ids=[f"{rule}:{row[:40]}" for row, _, rule in BAD_BILLS])
def test_a_bad_bill_is_refused_and_the_good_ones_come_in(
    customers: Report, bring: Bring, row: str, column: str, rule: str
) -> None:
    report = bring("bills", BILL_HEAD + GOOD + row + "\nB7,A2,2026-01-01,2026-02-01,700,JPY,\n")
    assert quarantined(report) == [(3, column, rule)]
    assert (report.rows_read, report.rows_refused, report.refused) == (3, 1, {rule: 1})
    assert set(Charge.objects.values_list("external_id", flat=True)) == {"B0", "B7"}
    assert Batch.objects.get(id=report.batch_id).rows_refused == 1


def test_all_faults_of_a_row_are_told_at_once(customers: Report, bring: Bring) -> None:
    report = bring("bills", BILL_HEAD + "B1,A1,soon,never,1.2.3,CNY,\n")
    faults = QuarantinedRow.objects.get(batch=report.batch_id).faults
    assert [(fault["column"], fault["rule"]) for fault in faults] == [
        ("booked", "not-a-date"),
        ("due", "not-a-date"),
        ("amount", "not-a-number"),
    ]


def test_a_row_is_taken_whole_or_not_at_all_as_far_as_its_own_cells_go(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD + "C1,张伟,,,A1,XQX\n")
    assert (added(report), quarantined(report)) == ({}, [(2, "currency", "unknown-currency")])
    assert all_facts() == 0


def test_an_account_without_its_customer_is_refused(bring: Bring, mappings: Path) -> None:
    (mappings / "roles.yaml").write_text(
        (mappings / "customers.yaml").read_text().replace("name: customers", "name: roles").split("facts:")[0]
        + "facts:\n  - target: party_role\n    fields: {external_id: {column: account}, party: {column: customer}, "
        "account: {column: account}, role: {const: primary}, valid_from: {const: 2026-01-01}}\n"
    )
    bring("customers", CUSTOMER_HEAD + "C1,张伟,,,A1,CNY\n")
    report = bring("roles", CUSTOMER_HEAD + "C9,,,,A1,\n,,,,A1,\nC1,,,,A9,\n")
    assert quarantined(report) == [
        (2, "customer", "unknown-party"),
        (3, "customer", "required"),
        (4, "account", "unknown-account"),
    ]


def test_the_same_id_with_other_content_across_files_is_refused(customers: Report, bring: Bring) -> None:
    bring("bills", BILL_HEAD + GOOD)
    report = bring("bills", BILL_HEAD + GOOD.replace("100", "200"))
    assert quarantined(report) == [(2, "bill", "external-id-reused")]
    assert Charge.objects.get().amount == 100


def test_of_two_contents_in_one_file_the_first_stands(customers: Report, bring: Bring) -> None:
    report = bring("bills", BILL_HEAD + GOOD + GOOD.replace("100", "200") + GOOD)
    assert quarantined(report) == [(3, "bill", "external-id-reused"), (4, "bill", "repeated-in-file")]
    assert Charge.objects.get().amount == 100


def test_a_payment_for_a_charge_of_another_account_is_refused(customers: Report, bring: Bring) -> None:
    bring("bills", BILL_HEAD + GOOD)
    head = "payment,account,bill,paid,amount\n"
    report = bring("payments", head + "P1,A1,B0,2026-02-01,5\nP2,A2,B0,2026-02-01,5\nP3,A1,B9,2026-02-01,5\n")
    assert quarantined(report) == [(3, "bill", "other-account"), (4, "bill", "unknown-charge")]


def test_a_payment_in_the_future_is_refused_until_its_day(customers: Report, bring: Bring) -> None:
    content = "payment,account,bill,paid,amount\nP1,A1,,2026-03-02,5\n"
    assert quarantined(bring("payments", content)) == [(2, "paid", "date-in-future")]
    assert added(bring("payments", content + "\n", on=date(2026, 3, 2))) == {"payment": 1}


def test_values_are_masked_and_those_of_sealed_columns_hidden(bring: Bring) -> None:
    long_name = "欧阳" * 20_000
    report = bring("customers", CUSTOMER_HEAD + f"C1,{long_name},,,A1,CNY\nC2,李四,,,A2,CNYX\n")
    shown = {row.rule: row.value_masked for row in QuarantinedRow.objects.filter(batch=report.batch_id)}
    assert shown == {"too-long": "…", "unknown-currency": "…"}
    bills = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,31-31-2026,1,CNY,\n")
    assert bills.examples["not-a-date"][0].value == "3…6"


def test_many_refused_rows_are_all_kept(customers: Report, bring: Bring) -> None:
    rows = "".join(f"B{n},{'A1' if n % 2 else 'A9'},2026-01-01,2026-02-01,{n},CNY,\n" for n in range(1, 4001))
    report = bring("bills", BILL_HEAD + rows)
    assert report.refused == {"unknown-account": 2000}
    assert len(report.examples["unknown-account"]) == 3
    assert QuarantinedRow.objects.filter(batch=report.batch_id).count() == 2000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"bill,account\n1,2\n", "missing column"),
        ((BILL_HEAD + GOOD + "B1,A1,2026").encode(), "truncated"),
        ((BILL_HEAD + GOOD * 10_000 + 'B1,"A1').encode(), "truncated"),
        ((BILL_HEAD + GOOD + "张,A1,2026-01-01,2026-02-01,1,CNY,\n").encode("gb18030"), "wrong encoding"),
    ],
)
def test_a_file_that_is_not_whole_leaves_nothing(customers: Report, bring: Bring, content: bytes, said: str) -> None:
    facts, batches = all_facts(), Batch.objects.count()
    with pytest.raises(DunwellError, match=said):
        bring("bills", content)
    assert (all_facts(), Batch.objects.count(), QuarantinedRow.objects.count()) == (facts, batches, 0)
    assert added(bring("bills", BILL_HEAD + GOOD)) == {"charge": 1}
