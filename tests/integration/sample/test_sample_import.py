"""The sample through the importer: refused are the planted rows, line by line; all else stands in the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Sum

from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import find
from dunwell.intake.models import QuarantinedRow
from dunwell.lab.sample.write import SOURCES, write_sample
from dunwell.ledger.models import Account, Adjustment, Charge, Contact, Party, PartyDetail, PartyRole, Payment, Signal
from dunwell.ledger.targets import TARGETS

AS_OF = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
# Each test runs inside the transaction of the fixture, in a savepoint of its own.
pytestmark = pytest.mark.django_db
KINDS = [source.kind for source in SOURCES]


class Imported(NamedTuple):
    folder: Path
    manifest: dict[str, Any]
    reports: dict[str, Report]

    def file(self, kind: str) -> dict[str, Any]:
        return next(file for file in self.manifest["files"] if file["kind"] == kind)


def bring(folder: Path, kind: str) -> Report:
    source = next(source for source in SOURCES if source.kind == kind)
    return import_source(str(folder / source.file), mapping=find(source.mapping), on=AS_OF, by="test", at=AT)


@pytest.fixture(scope="module")
def imported(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    """This fixture will import the nine files once, in the manifest's order, and undo it after the last test."""
    folder = tmp_path_factory.mktemp("sample")
    manifest = write_sample(folder, accounts=600, seed=31, as_of=AS_OF)
    with django_db_blocker.unblock(), transaction.atomic():
        yield Imported(folder, manifest, {file["kind"]: bring(folder, file["kind"]) for file in manifest["files"]})
        transaction.set_rollback(True)


def planted(imported: Imported, kind: str) -> dict[int, str]:
    return {line: entry["rule"] for entry in imported.file(kind)["dirty"] for line in entry["lines"]}


# ---- quarantine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_refused_are_exactly_the_planted_rows(imported: Imported, kind: str) -> None:
    refused = QuarantinedRow.objects.filter(batch=imported.reports[kind].batch_id)
    assert set(refused.values_list("line", flat=True)) == set(planted(imported, kind))
    assert imported.reports[kind].rows_refused == imported.file(kind)["dirty_rows"]


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_refused_by_the_planted_rule(imported: Imported, kind: str) -> None:
    told = planted(imported, kind)
    for row in QuarantinedRow.objects.filter(batch=imported.reports[kind].batch_id):
        assert told[row.line] in {fault["rule"] for fault in row.faults}, (row.line, row.faults)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_was_read(imported: Imported, kind: str) -> None:
    assert imported.reports[kind].rows_read == imported.file(kind)["rows"]


# ---- ledger ---------------------------------------------------------------------------------------------------------


def test_the_ledger_holds_the_facts_of_the_manifest(imported: Imported) -> None:
    expected: Counter[str] = Counter()
    for file in imported.manifest["files"]:
        expected.update(file["facts"])
    models: dict[str, Any] = {model._meta.db_table: model for model in apps.get_app_config("ledger").get_models()}
    found = Counter({name: models[target.table].objects.count() for name, target in TARGETS.items()})
    assert found == expected


@pytest.mark.parametrize("kind", KINDS)
def test_each_batch_added_the_facts_of_its_file(imported: Imported, kind: str) -> None:
    added = {name: counts["added"] for name, counts in imported.reports[kind].content.items() if counts["added"]}
    assert added == imported.file(kind)["facts"]


def by_currency(rows: Any) -> dict[str, str]:
    """This function will add amounts up by the account's currency."""
    summed = rows.values_list("account__currency").annotate(total=Sum("amount"))
    return {currency: f"{total:.2f}" for currency, total in summed}


def test_charges_add_up_to_the_manifest(imported: Imported) -> None:
    assert by_currency(Charge.objects) == imported.file("billing")["sums"]["charge"]


def test_payments_that_count_add_up_to_the_manifest(imported: Imported) -> None:
    corrected = Exists(Payment.objects.filter(corrects=OuterRef("id")))
    assert Payment.objects.filter(corrected).count() > 0
    assert by_currency(Payment.objects.filter(~corrected)) == imported.file("payments")["sums"]["payment"]


@pytest.mark.parametrize("kind", ["reversal", "chargeback", "waiver", "credit_note", "write_off"])
def test_adjustments_add_up_to_the_manifest(imported: Imported, kind: str) -> None:
    found = by_currency(Adjustment.objects.filter(kind=kind))
    assert found == imported.file("payments")["sums"].get(kind, {}) != {}


def test_what_is_overdue_is_what_the_manifest_says(imported: Imported) -> None:
    """The plain sum, account by account: what came due before the day, less what was paid or lifted."""
    debt: dict[int, Decimal] = defaultdict(Decimal)
    for account, amount in Charge.objects.filter(due_on__lt=AS_OF).values_list("account").annotate(Sum("amount")):
        debt[account] += amount
    counted = Payment.objects.filter(~Exists(Payment.objects.filter(corrects=OuterRef("id"))))
    for account, amount in counted.values_list("account").annotate(Sum("amount")):
        debt[account] -= amount
    signs = {"waiver": -1, "credit_note": -1, "reversal": 1, "chargeback": 1, "write_off": 0}
    for account, kind, amount in Adjustment.objects.values_list("account", "kind", "amount"):
        debt[account] += signs[kind] * amount
    currency = dict(Account.objects.values_list("id", "currency"))
    found: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in debt.items():
        found[currency[account]] += max(amount, Decimal(0))
    assert found == {code: amount for code, (_, amount) in overdue_of(imported).items()}


def overdue_of(imported: Imported) -> dict[str, tuple[int, Decimal]]:
    """This function will read from the manifest how many accounts are overdue with how much, currency by currency."""
    types = imported.manifest["portfolio"]["overdue"].values()
    codes = {code for by in types for code in by}
    told = {code: [by[code] for by in types if code in by] for code in codes}
    return {
        code: (sum(each["accounts"] for each in among), sum((Decimal(each["amount"]) for each in among), Decimal(0)))
        for code, among in told.items()
    }


def test_every_account_has_one_customer(imported: Imported) -> None:
    owners = PartyRole.objects.filter(role="primary").values("account").annotate(n=Count("id"))
    assert set(owners.values_list("n", flat=True)) == {1}
    assert owners.count() == Account.objects.count() == imported.manifest["accounts"]


def test_some_customers_have_several_accounts_and_some_stand_for_others(imported: Imported) -> None:
    several = PartyRole.objects.filter(role="primary").values("party").annotate(n=Count("id")).filter(n__gt=1)
    assert several.count() > 50
    assert set(PartyRole.objects.values_list("role", flat=True)) == {
        "primary", "co_debtor", "guarantor", "contact_person", "representative",
    }  # fmt: skip


def test_names_are_sealed(imported: Imported) -> None:
    assert Party.objects.count() == PartyDetail.objects.filter(name_sealed__isnull=False).count()
    sealed = b"".join(bytes(value or b"") for value in PartyDetail.objects.values_list("name_sealed", flat=True))
    assert "示例".encode() not in sealed


def test_special_groups_come_only_with_consent(imported: Imported) -> None:
    grouped = PartyDetail.objects.exclude(special_groups=None)
    assert grouped.count() > 0
    assert set(grouped.values_list("special_groups_consent", flat=True)) == {True}


def test_contacts_lie_within_the_hours_of_the_customer(imported: Imported) -> None:
    zones = set()
    for at, zone in Contact.objects.values_list("happened_at", "time_zones"):
        zones.add(zone)
        assert 8 <= at.astimezone(ZoneInfo(str(zone))).hour < 21
    assert len(zones) > 1
    assert Contact.objects.filter(contact_point__party=F("party")).count() > 0


def test_signals_come_from_eight_of_the_nine_kinds(imported: Imported) -> None:
    """Customer records bring no events; all others do."""
    assert set(Signal.objects.values_list("source_kind", flat=True)) == set(KINDS) - {"crm"}


# ---- once more ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_import_changes_nothing(imported: Imported, kind: str) -> None:
    again = bring(imported.folder, kind)
    assert (again.batch_id, again.already) == (None, imported.reports[kind].batch_id)


def test_nothing_after_the_day(imported: Imported) -> None:
    assert not Payment.objects.filter(paid_on__gt=AS_OF).exists()
    assert not Charge.objects.filter(booked_on__gt=AS_OF).exists()
    assert not Signal.objects.filter(happened_on__gt=AS_OF).exists()
