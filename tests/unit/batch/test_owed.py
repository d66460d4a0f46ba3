"""What the plan tells of a customer's debts: accounts and amounts, currency by currency."""

from decimal import Decimal
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from dunwell.batch import cycle

KINDS = {
    "party_id": pa.int64(), "account": pa.string(), "currency": pa.string(), "overdue": pa.decimal128(18, 3),
}  # fmt: skip


def owed(*rows: tuple[int, str, str, str]) -> dict[int, tuple[str, str]]:
    told = [dict(zip(KINDS, (*row[:3], Decimal(row[3])), strict=True)) for row in rows]
    with duckdb.connect() as engine:
        engine.register("positions", pa.Table.from_pylist(told, schema=pa.schema(KINDS.items())))
        table = cycle._owed(ibis.table(ibis.Schema.from_pyarrow(pa.schema(KINDS.items())), name="positions"))
        found: list[Any] = engine.execute(str(ibis.to_sql(table.select("party_id", "accounts", "amounts")))).fetchall()
    assert len({party for party, *_ in found}) == len(found)
    return {party: (accounts, amounts) for party, accounts, amounts in found}


def test_one_account_is_told_as_it_is() -> None:
    assert owed((1, "a/1", "CNY", "12.5")) == {1: ("a/1", "CNY 12.50")}


def test_accounts_of_one_currency_add_up_and_stand_in_the_order_of_their_names() -> None:
    assert owed((1, "a/9", "CNY", "0.1"), (1, "a/10", "CNY", "0.2")) == {1: ("a/10;a/9", "CNY 0.30")}


def test_two_currencies_never_add_up() -> None:
    found = owed((1, "a/1", "USD", "5"), (1, "a/2", "CNY", "7"), (1, "a/3", "USD", "1"))
    assert found == {1: ("a/1;a/2;a/3", "CNY 7.00; USD 6.00")}


def test_what_is_not_overdue_is_not_told() -> None:
    assert owed((1, "a/1", "CNY", "0"), (1, "a/2", "CNY", "3"), (2, "b/1", "CNY", "0")) == {1: ("a/2", "CNY 3.00")}


@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [("JPY", "1200", "JPY 1200"), ("KWD", "1.005", "KWD 1.005"), ("EUR", "1.01", "EUR 1.01")],
)
def test_an_amount_has_the_places_of_its_currency(currency: str, amount: str, written: str) -> None:
    assert owed((1, "a/1", currency, amount))[1] == ("a/1", written)
