"""The snapshot shows the ledger as of a day: what had taken effect, what was corrected, which version was valid."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError

if TYPE_CHECKING:
    from conftest import Book

DAY = date(2026, 11, 20)


def test_an_empty_ledger_gives_empty_tables(book: "Book", tmp_path: Path) -> None:
    assert all(rows == [] for rows in book.snapshot(tmp_path, DAY).values())


def test_customers_and_accounts_are_named_with_their_source(book: "Book", tmp_path: Path) -> None:
    book.customer("C1", account="A1")
    tables = book.snapshot(tmp_path, DAY)
    assert [row["customer"] for row in tables["parties"]] == ["t/C1"]
    assert [row["account"] for row in tables["accounts"]] == ["t/A1"]
    assert tables["accounts"][0]["party_id"] == tables["parties"][0]["party_id"]


@pytest.mark.parametrize(("as_of", "seen"), [(date(2026, 8, 31), 0), (date(2026, 9, 1), 1)])
def test_a_charge_is_there_from_the_day_it_is_booked(book: "Book", tmp_path: Path, as_of: date, seen: int) -> None:
    book.customer()
    book.tell("charge", booked_on="2026-09-01", due_on="2027-01-01")
    assert len(book.snapshot(tmp_path, as_of)["charges"]) == seen


def test_a_corrected_charge_counts_for_no_day_at_all(book: "Book", tmp_path: Path) -> None:
    book.customer()
    wrong = book.tell("charge", amount="1000")
    book.load()
    book.tell("charge", amount="100", corrects=wrong)
    assert [row["amount"] for row in book.snapshot(tmp_path, DAY)["charges"]] == [Decimal("100.000")]


def test_a_correction_may_itself_be_corrected(book: "Book", tmp_path: Path) -> None:
    book.customer()
    first = book.tell("payment", amount="1")
    second = book.tell("payment", amount="2", corrects=first)
    book.tell("payment", amount="3", corrects=second)
    assert [row["amount"] for row in book.snapshot(tmp_path, DAY)["payments"]] == [Decimal("3.000")]


def test_a_chargeback_of_a_directed_payment_leads_to_its_charge(book: "Book", tmp_path: Path) -> None:
    book.customer()
    charge = book.tell("charge")
    payment = book.tell("payment", charge=charge)
    book.tell("adjustment", kind="chargeback", payment=payment, amount="10")
    tables = book.snapshot(tmp_path, DAY)
    assert tables["adjustments"][0]["charge_id"] == tables["charges"][0]["charge_id"]


def test_a_chargeback_of_a_payment_that_was_corrected_away_is_gone_with_it(book: "Book", tmp_path: Path) -> None:
    book.customer()
    payment = book.tell("payment")
    book.tell("adjustment", kind="chargeback", payment=payment, amount="10")
    book.load()
    book.tell("payment", amount="5", corrects=payment)
    assert book.snapshot(tmp_path, DAY)["adjustments"] == []


@pytest.mark.parametrize(
    ("as_of", "region"), [(date(2019, 1, 1), "north"), (date(2021, 1, 1), "north"), (date(2025, 1, 1), "south")]
)
def test_the_version_valid_on_the_day_counts_else_the_earliest(
    book: "Book", tmp_path: Path, as_of: date, region: str
) -> None:
    book.tell("party", external_id="C1")
    book.tell("party_detail", external_id="C1", valid_from="2020-01-01", region="north")
    book.tell("party_detail", external_id="C1", valid_from="2024-01-01", region="south")
    assert [row["region"] for row in book.snapshot(tmp_path, as_of)["parties"]] == [region]


def test_terms_follow_the_day_too(book: "Book", tmp_path: Path) -> None:
    book.customer()
    book.tell("account_terms", external_id="A1", valid_from="2020-01-01", grace_days="3")
    book.tell("account_terms", external_id="A1", valid_from="2026-12-01", grace_days="9")
    assert book.snapshot(tmp_path, DAY)["accounts"][0]["grace_days"] == 3


@pytest.mark.parametrize(
    ("released", "as_of", "until"),
    [
        (None, DAY, date(2026, 12, 31)),
        ("2026-11-01", DAY, date(2026, 11, 1)),
        ("2026-11-25", DAY, date(2026, 12, 31)),
    ],
)
def test_a_hold_ends_at_its_release_once_that_has_come(
    book: "Book", tmp_path: Path, released: str | None, as_of: date, until: date
) -> None:
    book.customer()
    hold = book.tell("hold", until_on="2026-12-31")
    if released:
        book.tell("hold_release", hold=hold, released_on=released)
    assert [row["until_on"] for row in book.snapshot(tmp_path, as_of)["holds"]] == [until]


def test_a_revoked_consent_ends_on_that_day(book: "Book", tmp_path: Path) -> None:
    book.customer()
    consent = book.tell("consent")
    book.tell("consent_revocation", consent=consent, revoked_on="2026-11-02")
    assert book.snapshot(tmp_path, DAY)["consents"][0]["valid_until"] == date(2026, 11, 2)


def test_a_wish_is_told_with_its_end_and_those_of_days_to_come_too(book: "Book", tmp_path: Path) -> None:
    book.customer()
    lifted = book.tell("wish", days="tue", from_minute="900", until_minute="1020", place="home")
    book.tell("wish_revocation", wish=lifted, revoked_on="2026-11-02")
    book.tell("wish", stance="convenient", days="weekend", valid_from="2026-12-01", valid_until="2027-01-01")
    mistaken = book.tell("wish", channel="voice")
    book.load()
    book.tell("wish", channel="sms", corrects=mistaken)
    rows = sorted(book.snapshot(tmp_path, DAY)["wishes"], key=lambda row: (row["valid_from"], row["channel"] or ""))
    told = [(row["stance"], row["days"], row["channel"], row["valid_until"]) for row in rows]
    assert told == [
        ("barred", "tue", None, date(2026, 11, 2)),
        ("barred", None, "sms", None),
        ("convenient", "weekend", None, date(2027, 1, 1)),
    ]
    assert (rows[0]["from_minute"], rows[0]["until_minute"], rows[0]["place"]) == (900, 1020, "home")


def test_a_wish_and_a_refusal_about_an_address_are_about_its_channel(book: "Book", tmp_path: Path) -> None:
    book.customer()
    address = book.tell("contact_point", channel="email")
    book.tell("wish", contact_point=address)
    book.tell("consent", stance="refused", contact_point=address)
    tables = book.snapshot(tmp_path, DAY)
    (known,) = [row["contact_point_id"] for row in tables["contact_points"]]
    for name in ("wishes", "consents"):
        assert [(row["channel"], row["contact_point_id"]) for row in tables[name]] == [("email", known)]


@pytest.mark.parametrize(("stance", "minute"), [("perhaps", "900"), ("barred", "1441")])
def test_the_database_itself_refuses_a_wish_that_makes_no_sense(book: "Book", stance: str, minute: str) -> None:
    book.customer()
    book.tell("wish", stance=stance, until_minute=minute)
    with pytest.raises(IntegrityError, match="ledger_wish_"):
        book.load()


@pytest.mark.parametrize(
    ("zones", "local", "hour"),
    [
        (None, date(2026, 11, 2), 1),
        ("America/New_York", date(2026, 11, 1), 12),
        ("UTC,Asia/Tokyo", date(2026, 11, 1), 17),
    ],
)
def test_a_contact_has_the_customers_own_day_and_hour(
    book: "Book", tmp_path: Path, zones: str | None, local: date, hour: int
) -> None:
    book.customer()
    book.tell("contact", happened_at="2026-11-01 17:00:00+00", time_zones=zones, account="A1")
    row = book.snapshot(tmp_path, DAY)["contacts"][0]
    assert (row["local_date"], row["local_hour"], row["creditor"]) == (local, hour, "acme")


def test_an_account_belongs_to_its_primary_party_only(book: "Book", tmp_path: Path) -> None:
    book.customer("C1", account="A1")
    book.tell("party", external_id="G1")
    book.tell("party_role", party="G1", account="A1", role="guarantor")
    assert len(book.snapshot(tmp_path, DAY)["accounts"]) == 1


def test_an_account_without_a_customer_is_left_out(book: "Book", tmp_path: Path) -> None:
    book.tell("account", external_id="lonely")
    book.tell("charge", account="lonely")
    tables = book.snapshot(tmp_path, DAY)
    assert tables["accounts"] == []
    assert len(tables["charges"]) == 1


def test_a_role_that_has_ended_passes_the_account_on(book: "Book", tmp_path: Path) -> None:
    book.customer("C1", account="A1")
    book.tell("party", external_id="C2")
    book.tell("account", external_id="A2")
    book.tell("party_role", party="C1", account="A2", valid_until="2026-06-01")
    book.tell("party_role", party="C2", account="A2", valid_from="2026-06-01")
    tables = book.snapshot(tmp_path, DAY)
    names = {row["party_id"]: row["customer"] for row in tables["parties"]}
    assert {row["account"]: names[row["party_id"]] for row in tables["accounts"]} == {"t/A1": "t/C1", "t/A2": "t/C2"}


def test_no_sealed_value_is_in_a_snapshot(book: "Book", tmp_path: Path) -> None:
    book.customer()
    book.tell("contact_point")
    tables = book.snapshot(tmp_path, DAY)
    columns = {name for rows in tables.values() for row in rows for name in row}
    assert not [name for name in columns if "sealed" in name or "digest" in name]
