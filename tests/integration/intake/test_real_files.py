"""The two real files, where they are at hand: `$DUNWELL_SHARED`, else the folder `shared` beside the repository."""

from __future__ import annotations

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from dunwell.database import ROOT
from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import find
from dunwell.ledger.queries import accounts_without_customer, verify_batches
from tests.integration.intake.conftest import AT, added

SHARED = Path(os.environ.get("DUNWELL_SHARED") or ROOT.parent / "shared") / "data"
HIGHRADIUS = SHARED / "highradius" / "closed_invoices_40000.csv"
TAIWAN = SHARED / "uci_taiwan" / "UCI_Credit_Card.csv"
TODAY = date(2026, 3, 1)

pytestmark = pytest.mark.slow


def import_real(path: Path, mapping: str) -> Report:
    if not path.is_file():
        pytest.skip(f"{path.name} is not at hand: let DUNWELL_SHARED name the folder that holds data/")
    return import_source(str(path), mapping=find(mapping), on=TODAY, by="test", at=AT)


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


def test_highradius_comes_in_whole(db: None) -> None:
    report = import_real(HIGHRADIUS, "highradius")
    assert (report.rows_read, report.rows_refused) == (40_000, 0)
    assert added(report) == {
        "party": 1_056,
        "account": 1_056,
        "party_detail": 1_056,
        "party_role": 1_056,
        "charge": 40_000,
        "payment": 40_000,
        "contact_point": 3 * 1_056,
    }
    with HIGHRADIUS.open() as file:
        rows = list(csv.DictReader(file))
    total = sum(Decimal(row["amount"]) for row in rows)
    assert ask("SELECT sum(amount) FROM ledger_charge") == ask("SELECT sum(amount) FROM ledger_payment") == [(total,)]
    late = sum(1 for row in rows if int(row["days_late"]) > 0)
    paid = "FROM ledger_payment p JOIN ledger_charge c ON c.id = p.charge_id"
    paid_late = ask(f"SELECT count(*) {paid} WHERE paid_on > due_on")
    assert paid_late == [(late,)]
    assert accounts_without_customer("highradius") == 0
    assert verify_batches().sound


# What is unpaid of what was due before 1 October 2005, account by account: the payments that name no charge go to the
# oldest due. (A second way to it than the portrait's, and simpler, because all due amounts are minimums.)
OVERDUE = """
    WITH due AS (
        SELECT account_id, sum(amount) AS amount FROM ledger_charge WHERE due_on < '2005-10-01' GROUP BY 1
    ), paid AS (
        SELECT account_id, sum(amount) AS amount FROM ledger_payment WHERE charge_id IS NULL GROUP BY 1
    )
    SELECT a.external_id, greatest(coalesce(due.amount, 0) - coalesce(paid.amount, 0), 0)
    FROM ledger_account a LEFT JOIN due ON due.account_id = a.id LEFT JOIN paid ON paid.account_id = a.id
"""
OWED = """
    SELECT a.external_id, coalesce((SELECT sum(amount) FROM ledger_charge WHERE account_id = a.id), 0)
                        - coalesce((SELECT sum(amount) FROM ledger_payment WHERE account_id = a.id), 0)
    FROM ledger_account a
"""


def test_the_taiwanese_cards_agree_with_the_bank_as_far_as_they_can(db: None) -> None:
    report = import_real(TAIWAN, "uci_credit_card")
    assert (report.rows_read, report.rows_refused) == (30_000, 0)
    with TAIWAN.open() as file:
        cards = {row["ID"]: row for row in csv.DictReader(file)}
    owed = {str(card): amount for card, amount in ask(OWED)}
    billed = {card: Decimal(row["BILL_AMT1"]) for card, row in cards.items()}
    # All charges less all payments give the last bill, wherever something is owed at all.
    assert all(owed[card] == bill for card, bill in billed.items() if bill > 0)
    overdue = {str(card): amount > 0 for card, amount in ask(OVERDUE)}  # type: ignore[operator]
    late = {card: int(row["PAY_0"]) >= 1 for card, row in cards.items()}
    agreement = sum(overdue[card] == late[card] for card in cards) / len(cards)
    # The figures of the mapping's `about`: a change there must change these.
    assert round(agreement, 3) == 0.835
    assert round(sum(overdue.values()) / len(cards), 3) == 0.109
    assert verify_batches().sound


@pytest.mark.parametrize(("path", "mapping"), [(HIGHRADIUS, "highradius"), (TAIWAN, "uci_credit_card")])
def test_a_second_time_changes_nothing(db: None, path: Path, mapping: str) -> None:
    first = import_real(path, mapping)
    assert import_real(path, mapping).already == first.batch_id


def test_no_trait_that_could_be_unfair_is_read() -> None:
    columns = {column.name for column in find("uci_credit_card").recipe.columns}
    assert columns.isdisjoint({"SEX", "EDUCATION", "MARRIAGE", "AGE", "default.payment.next.month", "PAY_0"})
