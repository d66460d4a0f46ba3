"""Money is exact, keeps its currency, and is written with the currency's own places."""

from decimal import Decimal

import pytest

from dunwell.facts.money import Money, currencies, places, plain


@pytest.mark.parametrize(("currency", "expected"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("USD", 2)])
def test_places_are_the_currencys_own(currency: str, expected: int) -> None:
    assert places(currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("250", "CNY", "250.00"), ("1200", "JPY", "1200"), ("0.5", "KWD", "0.500"), ("-3.10", "USD", "-3.10")],
)
def test_plain_writes_all_places_and_no_grouping(amount: str, currency: str, expected: str) -> None:
    assert plain(Decimal(amount), currency) == expected


def test_two_currencies_never_add_up() -> None:
    with pytest.raises(ValueError, match="CNY and USD do not add up"):
        Money(Decimal(1), "CNY") + Money(Decimal(1), "USD")


def test_one_currency_adds_up_exactly() -> None:
    assert Money(Decimal("0.10"), "CNY") + Money(Decimal("0.20"), "CNY") == Money(Decimal("0.30"), "CNY")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="'XQQ' is not a currency"):
        Money(Decimal(1), "XQQ")


def test_known_currencies_hold_the_usual_ones() -> None:
    assert {"CNY", "USD", "HKD", "TWD", "JPY"} <= currencies()


@pytest.mark.parametrize(("language", "expected"), [("en", "CN¥1,234.50"), ("zh_Hans_CN", "¥1,234.50")])
def test_money_is_written_in_the_readers_form(language: str, expected: str) -> None:
    assert Money(Decimal("1234.5"), "CNY").read(language) == expected
