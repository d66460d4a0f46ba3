"""`dunwell settle` as people type it: promise, plan, list, review, and what they are told when it cannot be."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from dunwell.ledger.models import Hold
from dunwell.settle.models import Instalment, Promise
from tests.integration.contact.conftest import bring, people

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def debtor(dunwell: Run) -> str:
    """This fixture will give the name of somebody who owes 600 by the clock of today."""
    people(1)
    late = datetime.now(UTC).date() - timedelta(days=20)
    charge = {
        "external_id": ["C1"],
        "account": ["A-P0"],
        "booked_on": [late - timedelta(days=9)],
        "due_on": [late],
        "component": ["principal"],
        "amount": ["600.00"],
    }
    bring({"charge": pa.table(charge)}, name="charges")
    from dunwell.ledger.models import Party

    party = Party.objects.get()
    return f"{party.source}/{party.external_id}"


def test_a_promise_is_made_once_listed_and_reviewed(dunwell: Run, debtor: str) -> None:
    for _ in range(2):
        made = dunwell("settle", "promise", debtor, "--amount", "120.50", "--key", "one")
        assert made.returncode == 0, made.stderr
        assert "120.50 by" in made.stdout
    assert (Promise.objects.count(), Hold.objects.count()) == (1, 1)
    assert "120.50" in dunwell("settle", "list").stdout
    assert "承诺还款" in dunwell("settle", "list", debtor, "--lang", "zh").stdout
    assert "1 agreements: 0 kept, 0 broken" in dunwell("settle", "review").stdout


def test_a_plan_is_shown_before_it_is_agreed(dunwell: Run, debtor: str) -> None:
    shown = dunwell("settle", "plan", debtor, "--show")
    assert shown.stdout.count("200.00") == 3
    assert not Instalment.objects.exists()
    assert "in 3 instalments" in dunwell("settle", "plan", debtor).stdout
    assert Instalment.objects.count() == 3


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("promise", "--amount", "much"), "'much' is not a sum"),
        (("promise", "--amount", "99999"), "AG-TOO-MUCH"),
        (("promise", "--due", "2020-01-01"), "AG-PAST"),
        (("promise", "--account", "B-9"), "no such account"),
        (("plan", "--every", "year"), "AG-"),
    ],
)
def test_what_cannot_be_agreed_is_said_with_its_rule(
    dunwell: Run, debtor: str, typed: tuple[str, ...], told: str
) -> None:
    answer = dunwell("settle", typed[0], debtor, *typed[1:])
    assert answer.returncode != 0
    assert told in answer.stderr
    assert not Hold.objects.exists()


def test_strangers_and_the_future_are_refused(dunwell: Run, debtor: str) -> None:
    assert "nobody is known as x/y" in dunwell("settle", "promise", "x/y").stderr
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    assert "nobody knows yet" in dunwell("settle", "review", "--as-of", tomorrow.isoformat()).stderr
