"""A customer who owes on two accounts, in the ledger of the test database, and the whole of the rulebooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import load
from dunwell.database import ROOT
from dunwell.ledger.models import Account, Party
from dunwell.settle.agreements.actions import Asked
from dunwell.vault.actions import ensure_keys
from tests.integration.contact.conftest import AT, bring, people

ON = AT.date()
OVERDUE = Decimal("600.00")
Ask = Callable[..., Asked]


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load((ROOT / "rulebooks",))


@pytest.fixture
def party(db: None) -> int:
    """This fixture will give somebody who owes 600 since the first of February, and 300 more that is not due yet."""
    [found] = people(1)
    bring(
        {
            "charge": pa.table(
                {
                    "external_id": ["C1", "C2"],
                    "account": ["A-P0", "A-P0"],
                    "booked_on": [date(2026, 1, 15)] * 2,
                    "due_on": [date(2026, 2, 1), date(2026, 4, 1)],
                    "component": ["principal"] * 2,
                    "amount": ["600.00", "300.00"],
                }
            )
        },
        name="charges",
    )
    ensure_keys([Party.objects.get(pk=found).subject], at=AT)
    return found


@pytest.fixture
def account(party: int) -> int:
    return int(Account.objects.get(external_id="A-P0").pk)


@pytest.fixture
def ask(party: int, account: int) -> Ask:
    """This fixture will ask for an agreement with the customer; each call is a form of its own."""
    count = iter(range(1000))

    def asked(at: datetime = AT, **more: Any) -> Asked:
        told: dict[str, Any] = {"party": party, "account": account, "by": "staff:COL-1", "key": f"form-{next(count)}"}
        return Asked(**(told | more), at=at)

    return asked


def pay(amount: str, *, on: date, name: str = "", account: str = "A-P0", corrects: str | None = None) -> None:
    """This function will tell a payment; a day in the past is a payment that comes to light later."""
    name = name or f"Z{on}-{amount}"
    told: dict[str, Any] = {
        "external_id": [name], "account": [account], "paid_on": [on], "amount": [amount],
    }  # fmt: skip
    bring({"payment": pa.table(told | ({"corrects": [corrects]} if corrects else {}))}, name=f"pay/{name}")


def day(number: int) -> date:
    return ON + timedelta(days=number)


def moment(number: int) -> datetime:
    return AT + timedelta(days=number)
