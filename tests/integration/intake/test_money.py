"""Amounts are exact: each currency has its own places, and no import ever rounds in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from dunwell.facts.money import PLACES_MAX, currencies, places
from dunwell.intake.actions import Report
from dunwell.ledger.actions import Origin, Refusal, load_batch
from dunwell.ledger.models import AccountTerms, Charge
from dunwell.ledger.queries import verify_batches
from tests.integration.intake.conftest import AT, BILL_HEAD, Bring, quarantined

CODES = sorted(currencies())
SMALLEST = [Decimal(1).scaleb(-count) for count in range(PLACES_MAX + 1)]


def origin(name: str) -> Origin:
    return Origin(
        source="acme", source_kind="billing", mapping=name, mapping_digest=name, origin=name, origin_digest=name
    )


def test_every_currency_takes_its_own_places_and_no_more(db: None) -> None:
    """An account in each currency of the world, and on each a charge of 1, 1.1, 1.01 and 1.001."""
    accounts = pa.table(
        {
            "external_id": CODES,
            "product_line": ["invoice"] * len(CODES),
            "creditor": ["acme"] * len(CODES),
            "currency": CODES,
        }
    )
    told = [(code, 1 + least if least < 1 else Decimal(1)) for code in CODES for least in SMALLEST]
    charges = pa.table(
        {
            "external_id": [f"{code}/{amount}" for code, amount in told],
            "account": [code for code, _ in told],
            "booked_on": [date(2026, 1, 1)] * len(told),
            "due_on": [date(2026, 2, 1)] * len(told),
            "component": ["principal"] * len(told),
            "amount": pa.array([amount for _, amount in told], pa.decimal128(18, 3)),
        }
    )
    _, refused = load_batch({"account": accounts, "charge": charges}, origin=origin("all"), by="test", at=AT)
    fits = [amount == round(amount, min(places(code), PLACES_MAX)) for code, amount in told]
    assert refused == [
        Refusal(line, 0, "amount", "too-many-places") for line, fit in enumerate(fits, start=1) if not fit
    ]
    assert Charge.objects.count() == sum(fits)


def test_the_limit_of_an_account_has_its_places_too(customers: Report, db: None) -> None:
    limits = pa.table(
        {
            "external_id": ["A1", "A2"],
            "valid_from": [date(2026, 1, 1)] * 2,
            "credit_limit": pa.array([Decimal("1.5"), Decimal("1.5")], pa.decimal128(18, 3)),
        }
    )
    _, refused = load_batch({"account_terms": limits}, origin=origin("limits"), by="test", at=AT)
    assert refused == [Refusal(2, 0, "credit_limit", "too-many-places")]  # A2 is in yen.
    assert AccountTerms.objects.get().credit_limit == Decimal("1.5")


@pytest.mark.parametrize(
    ("unit", "cell", "amount"),
    [("1", "0.1", "0.1"), ("0.01", "1", "0.01"), ("1000", "2.5", "2500"), ("0.01", "99999999999", "999999999.99")],
)
def test_units_are_exact(customers: Report, bring: Bring, mappings: Path, unit: str, cell: str, amount: str) -> None:
    path = mappings / "bills.yaml"
    path.write_text(path.read_text().replace("amount: {type: money}", f'amount: {{type: money, unit: "{unit}"}}'))
    assert bring("bills", BILL_HEAD + f"B1,A1,2026-01-01,2026-02-01,{cell},CNY,\n").rows_refused == 0
    assert Charge.objects.get().amount == Decimal(amount)


def test_a_sum_of_tenths_is_a_sum_of_tenths(customers: Report, bring: Bring, mappings: Path) -> None:
    """0.1 + 0.2 is 0.3, not 0.30000000000000004."""
    path = mappings / "bills.yaml"
    text = path.read_text().replace("currency: {type: text}", "currency: {type: text}\n  more: {type: money}")
    path.write_text(text.replace("amount: {column: amount}", "amount: {sum: [amount, more]}"))
    head = BILL_HEAD.replace("\n", ",more\n")
    bring("bills", head + "B1,A1,2026-01-01,2026-02-01,0.1,CNY,,0.2\n")
    assert Charge.objects.get().amount == Decimal("0.3")
    assert verify_batches().sound


def test_noise_of_floats_is_refused_unless_the_mapping_rounds(customers: Report, bring: Bring, mappings: Path) -> None:
    content = BILL_HEAD + "B1,A1,2026-01-01,2026-02-01,0.30000000000000004,CNY,\n"
    assert quarantined(bring("bills", content)) == [(2, "amount", "too-many-places")]
    path = mappings / "bills.yaml"
    path.write_text(path.read_text().replace("amount: {type: money}", "amount: {type: money, round_to: 2}"))
    assert bring("bills", content).rows_refused == 0
    assert Charge.objects.get().amount == Decimal("0.3")
