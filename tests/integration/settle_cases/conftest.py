"""A customer with two accounts and charges of every component, and the people who decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pytest

from dunwell.access.kinds import Role
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.rules import Held, Person
from dunwell.ledger.models import Account, Party
from dunwell.settle.relief import owing
from tests.integration.contact.conftest import AT, bring, people, rulebook

__all__ = ["rulebook"]

DAY = timedelta(days=1)
# component: amount; all were due on the first of February.
FIRST = {"penalty": "150.00", "fee": "100.00", "interest": "60.00", "principal": "1000.00"}
SECOND = {"penalty": "80.00", "principal": "900.00"}


def person(role: Role, code: str = "") -> Person:
    return Person(code=code or f"{role.value.upper()}-1", department=DEPARTMENT_OF[role], held=(Held(role=role),))


COLLECTOR, LEAD, MANAGER, FINANCE = map(person, (Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER, Role.FINANCE))
COMPLIANCE, AGENCY = person(Role.COMPLIANCE), person(Role.AGENCY_USER)


def charges(account: str, amounts: dict[str, str]) -> pa.Table:
    count = len(amounts)
    return pa.table(
        {
            "external_id": [f"{account}-{component}" for component in amounts],
            "account": [account] * count,
            "booked_on": [date(2026, 1, 10)] * count,
            "due_on": [date(2026, 2, 1)] * count,
            "component": list(amounts),
            "amount": pa.array(map(Decimal, amounts.values()), pa.decimal128(18, 3)),
            "currency": ["CNY"] * count,
        }
    )


@pytest.fixture
def customer(db: None) -> Party:
    """This fixture will give somebody with two accounts, who owes 1,310 and 980."""
    [found] = people(1)
    bring(
        {
            "account": pa.table(
                {"external_id": ["A-2"], "product_line": ["mobile"], "creditor": ["telco"], "currency": ["CNY"]}
            ),
            "party_role": pa.table(
                {
                    "external_id": ["R-2"], "party": ["P0"], "account": ["A-2"], "role": ["primary"],
                    "valid_from": [date(2020, 1, 1)],
                }
            ),
            "charge": pa.concat_tables([charges("A-P0", FIRST), charges("A-2", SECOND)]),
        },
        name="debts",
    )  # fmt: skip
    return Party.objects.get(pk=found)


def account(name: str = "A-P0") -> int:
    return Account.objects.get(external_id=name).pk


def owed(customer: Party, *, at: datetime = AT, name: str = "A-P0") -> Decimal:
    left = owing.unpaid([Account.objects.get(external_id=name)], on=at.date())
    return sum((one.amount for one in left), Decimal(0))


def pay(amount: str, *, on: date, name: str = "A-P0") -> None:
    row = {"external_id": [uuid4().hex], "account": [name], "paid_on": [on], "amount": [Decimal(amount)]}
    bring({"payment": pa.table({**row, "currency": ["CNY"]})}, name=uuid4().hex)


def key() -> str:
    return f"desk/{uuid4().hex}"
