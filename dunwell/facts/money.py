"""Exact money: a Decimal amount and the currency it is in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

# Room for the currencies of three places (KWD, BHD …); tables use DECIMAL(18, 3) throughout.
PLACES_MAX = 3
AMOUNT_MAX = Decimal("999999999999.999")


@cache
def currencies() -> frozenset[str]:
    """This function will return the ISO 4217 codes that are known, from CLDR."""
    return frozenset(get_global("all_currencies"))


def places(currency: str) -> int:
    """This function will return how many decimal places the currency has (JPY 0, CNY 2, KWD 3)."""
    return int(get_currency_precision(currency))


def plain(amount: Decimal, currency: str = "CNY") -> str:
    """This function will write the amount with exactly the currency's own places, without grouping: '250.00'."""
    return f"{amount.quantize(Decimal(1).scaleb(-places(currency)))}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency; two currencies never add up."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in currencies():
            raise ValueError(f"{self.currency!r} is not a currency of ISO 4217")

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {plain(self.amount, self.currency)}"

    def read(self, language: str = "en") -> str:
        """This function will write the money in the reader's own form, with grouping."""
        return str(format_currency(self.amount, self.currency, locale=language))
