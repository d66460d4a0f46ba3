"""What several accounts say together: the portrait against plain loops over its own positions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portrait_tables import TERMS, TODAY, account, computed, day, party, snapshot

PRODUCTS = ("invoice", "mobile", "consumer_credit")
CURRENCIES = ("CNY", "USD", "EUR", "XTS")
Positions = Sequence[dict[str, Any]]


def charge(number: int, *, days_ago: int, amount: str) -> dict[str, Any]:
    named = {"charge_id": number, "account_id": number, "charge": f"B{number}", "component": "principal"}
    return named | {"booked_on": day(400), "due_on": day(days_ago), "amount": amount}


def payment(number: int, *, days_ago: int, amount: str) -> dict[str, Any]:
    return {"payment_id": number, "account_id": number, "paid_on": day(days_ago), "amount": amount}


def both(tables: Any) -> tuple[dict[str, Positions], dict[str, dict[str, Any]]]:
    """This function will give the positions of every customer, and his portrait."""
    of: dict[str, list[dict[str, Any]]] = {}
    for row in computed("positions", tables, as_of=TODAY, terms=TERMS):
        of.setdefault(row["customer"], []).append(row)
    drawn = computed("portrait", tables, as_of=TODAY, terms=TERMS)
    return {name: list(rows) for name, rows in of.items()}, {row["customer"]: row for row in drawn}


# ---- the judge -------------------------------------------------------------------------------------------------------


def cents(amount: Decimal, currency: str) -> float:
    rate = TERMS.reference.rates.get(currency, TERMS.reference.otherwise)
    return round(float(amount) * float(rate) * 100)


def judged(rows: Positions) -> dict[str, Any]:
    """This function will gather the positions of one customer, one step at a time."""
    worst = min(rows, key=lambda row: (-cents(row["overdue"], row["currency"]), row["account"]))
    limited = [row for row in rows if row["credit_limit"]]
    used = sum(cents(row["outstanding"], row["currency"]) for row in limited)
    room = sum(cents(row["credit_limit"], row["currency"]) for row in limited)
    due = sum(row["charges_due_12m"] for row in rows)
    paid = [row["last_paid_on"] for row in rows if row["last_paid_on"]]
    return {
        "accounts": len(rows),
        "overdue_accounts": sum(row["overdue"] > 0 for row in rows),
        "currencies": len({row["currency"] for row in rows}),
        "product_line": worst["product_line"],
        "creditor": worst["creditor"],
        "overdue_reference": sum(cents(row["overdue"], row["currency"]) for row in rows) / 100,
        "outstanding_reference": sum(cents(row["outstanding"], row["currency"]) for row in rows) / 100,
        "utilisation": used / room if limited else None,
        "past_due_days": max(row["past_due_days"] for row in rows),
        "delinquent_days": max(row["delinquent_days"] for row in rows),
        "peak_past_due_days_6m": max(row["peak_past_due_days_6m"] for row in rows),
        "peak_past_due_days_12m": max(row["peak_past_due_days_12m"] for row in rows),
        "payments_12m": sum(row["payments_12m"] for row in rows),
        "partial_payments_6m": sum(row["partial_payments_6m"] for row in rows),
        "paid_on_time_share_12m": sum(row["charges_on_time_12m"] for row in rows) / due if due else None,
        "days_since_payment": (TODAY - max(paid)).days if paid else None,
        "written_off": any(row["written_off"] for row in rows),
    }


@st.composite
def portfolios(draw: st.DrawFn) -> Any:
    """Some customers with one to four accounts each; few amounts, so that many are equal."""
    rows: dict[str, list[dict[str, Any]]] = {"parties": [], "accounts": [], "charges": [], "payments": []}
    rows["adjustments"] = []
    number = 0
    for customer in range(1, draw(st.integers(1, 9)) + 1):
        rows["parties"].append(party(customer))
        for _turn in range(draw(st.integers(1, 4))):
            number += 1
            rows["accounts"].append(
                account(
                    number,
                    party_id=customer,
                    product_line=draw(st.sampled_from(PRODUCTS)),
                    creditor=draw(st.sampled_from(("acme", "zenith"))),
                    currency=draw(st.sampled_from(CURRENCIES)),
                    credit_limit=draw(st.sampled_from((None, "0", "500", "12000"))),
                )
            )
            if draw(st.booleans()):
                amount = draw(st.sampled_from(("10", "99.99", "250")))
                rows["charges"].append(charge(number, days_ago=draw(st.integers(-20, 380)), amount=amount))
            if draw(st.booleans()):
                amount = draw(st.sampled_from(("10", "50", "250")))
                rows["payments"].append(payment(number, days_ago=draw(st.integers(0, 380)), amount=amount))
            if draw(st.integers(0, 5)) == 0:
                mark = {"account_id": number, "effective_on": day(3), "kind": "write_off", "amount": "1"}
                rows["adjustments"].append(mark)
    return snapshot(**rows)


@settings(max_examples=15, deadline=None)
@given(portfolios())
def test_property_the_portrait_gathers_the_positions_as_the_judge_does(tables: Any) -> None:
    of, drawn = both(tables)
    assert set(of) == set(drawn)
    for customer, rows in of.items():
        said = {name: drawn[customer][name] for name in judged(rows)}
        assert said == pytest.approx(judged(rows))


@settings(max_examples=15, deadline=None)
@given(portfolios())
def test_property_a_position_adds_up(tables: Any) -> None:
    """Parts make the whole, what is overdue is owed, and nobody both owes and has credit over from the queue."""
    for row in computed("positions", tables, as_of=TODAY, terms=TERMS):
        parts = sum(row[f"outstanding_{part}"] for part in ("principal", "interest", "fee", "penalty"))
        assert parts == row["outstanding"]
        assert 0 <= row["overdue"] <= row["outstanding"]
        assert not (row["outstanding"] and row["unapplied"])
        assert (row["open_charges"] > 0) == (row["outstanding"] > 0)
        assert (row["past_due_days"] > 0) == (row["overdue"] > 0)
        assert row["delinquent_days"] <= row["past_due_days"] <= row["peak_past_due_days_6m"]
        assert row["peak_past_due_days_6m"] <= row["peak_past_due_days_12m"]


# ---- examples --------------------------------------------------------------------------------------------------------


def of_one(*accounts: dict[str, Any], **rows: Any) -> dict[str, Any]:
    return both(snapshot(parties=[party()], accounts=accounts, **rows))[1]["t/C1"]


def test_the_product_line_is_that_of_the_largest_debt_in_the_reference_currency() -> None:
    """100 dollars are more than 500 yuan."""
    found = of_one(
        account(1, currency="CNY", product_line="mobile", creditor="acme"),
        account(2, currency="USD", product_line="invoice", creditor="zenith"),
        charges=[charge(1, days_ago=5, amount="500"), charge(2, days_ago=5, amount="100")],
    )
    assert (found["product_line"], found["creditor"], found["currencies"]) == ("invoice", "zenith", 2)


@pytest.mark.parametrize("amounts", [("250", "250"), (None, None)], ids=["equal debts", "no debts"])
def test_of_equals_the_first_by_name_counts(amounts: tuple[str | None, str | None]) -> None:
    charges = [charge(n, days_ago=9, amount=amount) for n, amount in enumerate(amounts, 1) if amount]
    found = of_one(
        account(1, account="t/Z", product_line="mobile"),
        account(2, account="t/A", product_line="invoice"),
        charges=charges,
    )
    assert found["product_line"] == "invoice"


def test_what_is_due_but_not_overdue_makes_no_account_the_worst() -> None:
    found = of_one(
        account(1, product_line="mobile"),
        account(2, product_line="invoice"),
        charges=[charge(1, days_ago=0, amount="9000"), charge(2, days_ago=1, amount="1")],
    )
    assert (found["product_line"], found["overdue_accounts"]) == ("invoice", 1)


def test_utilisation_counts_accounts_with_a_limit_only() -> None:
    found = of_one(
        account(1, credit_limit="1000"),
        account(2),
        charges=[charge(1, days_ago=5, amount="250"), charge(2, days_ago=5, amount="7000")],
    )
    assert found["utilisation"] == pytest.approx(0.25)
    assert of_one(account(1, credit_limit="0"))["utilisation"] is None


def test_one_account_more_changes_no_other_customer() -> None:
    """A customer of one account and one of several are gathered in two ways: both say the same of the same facts."""
    rows: dict[str, Any] = {"charges": [charge(1, days_ago=40, amount="120")]}
    rows["payments"] = [payment(1, days_ago=20, amount="20")]
    alone = of_one(account(1), **rows)
    beside = of_one(account(1), account(2, account="t/Z", product_line="mobile"), **rows)
    changed = {name for name in alone if alone[name] != beside[name]}
    assert changed == {"accounts"}
