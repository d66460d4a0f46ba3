"""The quarantine: refused rows wait sealed, are exported, mended and come back; an erased person's row does not."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from django.db import IntegrityError

from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from dunwell.intake import queries
from dunwell.intake.actions import Report, export_quarantine, retry_quarantine
from dunwell.intake.mapping.reading import read
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Batch, Charge, Contact, Party, PartyDetail
from dunwell.ledger.persons import erase_person
from dunwell.ledger.queries import verify_batches
from dunwell.vault import keyring, rules
from dunwell.vault.actions import destroy_key
from tests.integration.intake.conftest import (
    AT,
    BILL_HEAD,
    CUSTOMER_HEAD,
    ON,
    TWO_CUSTOMERS,
    Bring,
    added,
    quarantined,
)

GOOD = "B0,A1,2026-01-01,2026-02-01,100,CNY,\n"


def export(report: Report, path: Path, *, language: str = "en") -> list[dict[str, str]]:
    """This function will export the refused rows of a batch and read the file again."""
    assert report.batch_id is not None
    export_quarantine(report.batch_id, path=path, language=language, by="test", at=AT)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mend(path: Path, **cells: str) -> None:
    """This function will correct cells of all rows of an exported file, as a person would in a spreadsheet."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows({**row, **cells} for row in rows)


def test_export_mend_import(customers: Report, bring: Bring, tmp_path: Path) -> None:
    first = bring("bills", BILL_HEAD + GOOD + 'B1,A1,2026-01-01,"soon, or never",12 张,CNY,\n')
    [row] = export(first, tmp_path / "refused.csv")
    assert {name: row[name] for name in BILL_HEAD.strip().split(",")} == {
        "bill": "B1",
        "account": "A1",
        "booked": "2026-01-01",
        "due": "soon, or never",
        "amount": "12 张",
        "currency": "CNY",
        "corrects": "",
    }
    assert (row["_batch"], row["_line"], row["_column"]) == (str(first.batch_id), "3", "due; amount")
    assert row["_rule"] == "not-a-date; not-a-number"
    assert "this is no number -> write digits" in row["_reason"]
    mend(tmp_path / "refused.csv", due="2026-02-01", amount="12")
    again = bring("bills", tmp_path / "refused.csv")
    assert (added(again), again.rows_refused) == ({"charge": 1}, 0)
    assert Charge.objects.get(external_id="B1").amount == 12
    mended = QuarantinedRow.objects.get(batch=first.batch_id)
    assert (mended.mended_at, mended.mended_in_id) == (AT, again.batch_id)
    assert queries.summary() == []


def test_a_row_mended_badly_waits_in_the_new_batch(customers: Report, bring: Bring, tmp_path: Path) -> None:
    first = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,soon,-1,CNY,\n")
    export(first, tmp_path / "refused.csv")
    mend(tmp_path / "refused.csv", due="2026-02-01")
    again = bring("bills", tmp_path / "refused.csv")
    assert quarantined(again) == [(2, "amount", "amount-not-positive")]
    [waiting] = queries.summary()
    assert (waiting.batch, waiting.rule, waiting.rows) == (again.batch_id, "amount-not-positive", 1)


@pytest.mark.parametrize(
    ("mapping", "file", "content"),
    [
        ("bills", "bills.csv", BILL_HEAD + "B1,A1,2026-01-01\nB2,A1,2026-01-01,2026-02-01,5,CNY,,more\n"),
        ("bills", "bills.jsonl", '{"bill": "B1", "account": "A1", "booked": "2026-01-01", "due": "x", "amount": 5}\n'),
    ],
)
def test_rows_of_a_wrong_shape_and_of_other_formats_come_back_as_csv(
    customers: Report, bring: Bring, tmp_path: Path, mapping: str, file: str, content: str
) -> None:
    first = bring(mapping, content, file=file)
    rows = export(first, tmp_path / "refused.csv")
    assert [row["bill"] for row in rows] == ["B1", "B2"][: len(rows)]
    mend(tmp_path / "refused.csv", due="2026-02-01", amount="5", currency="CNY", corrects="")
    assert added(bring(mapping, tmp_path / "refused.csv")) == {"charge": len(rows)}


def test_the_export_of_a_gb18030_source_is_read_as_what_it_is(customers: Report, bring: Bring, mappings: Path) -> None:
    text = (
        (mappings / "bills.yaml").read_text().replace("columns:", "format: {encoding: gb18030, delimiter: ;}\ncolumns:")
    )
    (mappings / "bills.yaml").write_text(text)
    content = (BILL_HEAD + "账1,A1,2026-01-01,soon,5,CNY,\n").replace(",", ";").encode("gb18030")
    first = bring("bills", content)
    [row] = export(first, mappings / "refused.csv")
    assert row["bill"] == "账1"
    mend(mappings / "refused.csv", due="2026-02-01")
    assert added(bring("bills", mappings / "refused.csv")) == {"charge": 1}


def test_what_the_ledger_refused_comes_back_whole(customers: Report, bring: Bring, tmp_path: Path) -> None:
    content = BILL_HEAD + "".join(f"B{n},A{n % 3},2026-01-01,2026-02-01,{n + 1},,\n" for n in range(9))
    first = bring("bills", content)
    rows = export(first, tmp_path / "refused.csv", language="zh")
    assert [row["bill"] for row in rows] == ["B0", "B3", "B6"]
    assert rows[0]["_reason"] == "没有该账户 -> 先导入账户，或更正编号"


def test_the_file_is_its_owners_and_never_overwrites(customers: Report, bring: Bring, tmp_path: Path) -> None:
    first = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,soon,5,CNY,\n")
    export(first, tmp_path / "refused.csv")
    assert stat.S_IMODE((tmp_path / "refused.csv").stat().st_mode) == 0o600
    with pytest.raises(DunwellError, match="there is such a file already"):
        export(first, tmp_path / "refused.csv")
    with pytest.raises(DunwellError, match="cannot be written"):
        export(first, tmp_path / "nowhere" / "refused.csv")


def test_who_exported_is_evidence(customers: Report, bring: Bring, tmp_path: Path) -> None:
    first = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,soon,5,CNY,\n")
    export(first, tmp_path / "refused.csv")
    row = Row.objects.get(action="quarantine.exported")
    assert (row.by, row.subject, row.detail) == ("test", f"batch/{first.batch_id}", {"rows": 1})


def test_a_batch_with_nothing_to_mend_says_so(customers: Report, tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="nothing waits"):
        export(customers, tmp_path / "refused.csv")
    with pytest.raises(DunwellError, match="no such batch"):
        export_quarantine(99, path=tmp_path / "refused.csv", language="en", by="test", at=AT)


def test_a_mended_row_names_when_and_where(customers: Report, bring: Bring) -> None:
    first = bring("bills", BILL_HEAD + "B1,A1,2026-01-01,soon,5,CNY,\n")
    with pytest.raises(IntegrityError):
        QuarantinedRow.objects.filter(batch=first.batch_id).update(mended_at=AT)


# ---- once more ----------------------------------------------------------------------------------------------------


def retry(report: Report, mappings: Path, mapping: str = "bills") -> Report:
    assert report.batch_id is not None
    found = read(mappings / f"{mapping}.yaml")
    return retry_quarantine(report.batch_id, mapping=found, on=ON, by="test", at=AT)


def test_rows_that_came_too_early_come_in_when_what_they_lacked_is_there(bring: Bring, mappings: Path) -> None:
    """Bills before their accounts: the file itself is known, but its refused rows can be tried again."""
    rows = GOOD + "B1,A1,2026-01-01,soon,5,CNY,\nB2,A2,2026-01-01,2026-02-01,7,JPY,\nshort,A1\n"
    first = bring("bills", BILL_HEAD + rows)
    assert first.rows_refused == 4
    bring("customers", TWO_CUSTOMERS)
    assert bring("bills", BILL_HEAD + rows).already == first.batch_id
    second = retry(first, mappings)
    assert (added(second), second.rows_read) == ({"charge": 2}, 3)
    assert quarantined(second) == [(3, "due", "not-a-date")]
    waiting = {(each.batch, each.rule): each.rows for each in queries.summary()}
    assert waiting == {(first.batch_id, "wrong-cells"): 1, (second.batch_id, "not-a-date"): 1}
    assert verify_batches().sound


def test_where_all_are_refused_again_nothing_changes(bring: Bring, mappings: Path) -> None:
    first = bring("bills", BILL_HEAD + GOOD)
    again = retry(first, mappings)
    assert (again.already, again.rows_read, again.rows_refused) == (first.batch_id, 1, 0)
    assert (Batch.objects.count(), QuarantinedRow.objects.count()) == (1, 1)


def test_rows_are_tried_again_by_a_mapping_of_their_source(bring: Bring, mappings: Path) -> None:
    first = bring("bills", BILL_HEAD + GOOD)
    text = (mappings / "bills.yaml").read_text().replace("source: acme", "source: other")
    (mappings / "bills.yaml").write_text(text)
    with pytest.raises(DunwellError, match="the batch is of the source acme"):
        retry(first, mappings)


# ---- persons ------------------------------------------------------------------------------------------------------


def test_a_refused_row_is_sealed_for_the_person_it_names_even_before_they_are_known(bring: Bring) -> None:
    report = bring("customers", CUSTOMER_HEAD + "C7,张伟,13800138000,,A7,XQX\n")
    row = QuarantinedRow.objects.get(batch=report.batch_id)
    assert row.subjects == [rules.subject_of(keyring.lookup_key(), source="acme", external_id="C7")]
    assert not Party.objects.exists()
    [opened] = queries.opened(QuarantinedRow.objects.all())
    assert opened.cells["name"] == "张伟"


def test_a_row_that_names_nobody_lies_under_the_key_of_its_batch(customers: Report, bring: Bring) -> None:
    report = bring("bills", BILL_HEAD + "B1,A1,soon,2026-02-01,5,CNY,\n")
    [subject] = QuarantinedRow.objects.get(batch=report.batch_id).subjects
    own = rules.subject_of(keyring.lookup_key(), source="dunwell/batch", external_id=str(report.batch_id))
    assert subject == own


def test_erasing_a_person_erases_their_refused_rows(bring: Bring, tmp_path: Path) -> None:
    bring("customers", CUSTOMER_HEAD + "C1,张伟,13800138000,,A1,CNY\n")
    report = bring("customers", CUSTOMER_HEAD + "C1,张伟,13800138000,,A2,XQX\nC2,李四,,,A3,XQX\n")
    erase_person(source="acme", external_id="C1", by="test", at=AT)
    rows = export(report, tmp_path / "refused.csv")
    assert [(row["customer"], row["name"], row["_line"]) for row in rows] == [("", "", "2"), ("C2", "李四", "3")]


def test_a_row_of_two_persons_is_erased_with_either(bring: Bring, mappings: Path) -> None:
    text = (
        (mappings / "customers.yaml")
        .read_text()
        .replace("tier: {type: text}", "tier: {type: text}\n  backer: {type: text}")
    )
    entry = (
        "  - target: party_role\n    fields: {external_id: {template: '{account}/guarantor'}, party: {column: backer}, "
        "account: {column: account}, role: {const: guarantor}, valid_from: {const: 2026-01-01}}\n"
    )
    (mappings / "customers.yaml").write_text(text + entry)
    head = CUSTOMER_HEAD.replace("tier", "tier,backer")
    bring("customers", head + "C1,张伟,,,C2,A1,XQX\n")
    assert len(QuarantinedRow.objects.get().subjects) == 2
    [opened] = queries.opened(QuarantinedRow.objects.all())
    assert opened.cells["name"] == "张伟"
    destroy_key(rules.subject_of(keyring.lookup_key(), source="acme", external_id="C2"), at=AT)
    [opened] = queries.opened(QuarantinedRow.objects.all())
    assert opened.cells == {}


def test_nothing_personal_of_an_erased_person_comes_in_again(bring: Bring) -> None:
    content = CUSTOMER_HEAD + "C1,张伟,13800138000,,A1,CNY\nC2,李四,,,A2,CNY\n"
    bring("customers", content)
    erase_person(source="acme", external_id="C1", by="test", at=AT)
    report = bring("customers", content + "C3,王五,,,A3,CNY\n")
    assert quarantined(report) == [(2, "customer", "erased-person")]
    refused = QuarantinedRow.objects.get(batch=report.batch_id)
    assert (refused.raw_sealed, refused.value_masked) == (None, "")
    assert PartyDetail.objects.filter(external_id="C1").count() == 1
    assert Party.objects.filter(external_id="C3").exists()


def test_what_is_not_personal_of_an_erased_person_still_counts(bring: Bring) -> None:
    bring("customers", CUSTOMER_HEAD + "C1,张伟,,,A1,CNY\n")
    erase_person(source="acme", external_id="C1", by="test", at=AT)
    assert added(bring("bills", BILL_HEAD + GOOD)) == {"charge": 1}
    notes = "id,customer,at,note\nN1,C1,2026-02-01 10:00,他说下周付\nN2,C1,2026-02-02 10:00,\n"
    report = bring("notes", notes)
    assert quarantined(report) == [(2, "customer", "erased-person")]
    assert list(Contact.objects.values_list("external_id", flat=True)) == ["N2"]


def test_refused_rows_do_not_stop_a_batch_from_being_one(bring: Bring) -> None:
    bring("bills", BILL_HEAD + GOOD)
    assert Batch.objects.count() == 1
    assert QuarantinedRow.objects.count() == 1
    again = bring("bills", BILL_HEAD + GOOD)
    assert again.already is not None
    assert QuarantinedRow.objects.count() == 1
