"""`dunwell contact`: what a collector or an engineer sees of the gate in a terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dunwell.compliance.models import Permit
from dunwell.evidence.queries import verify
from dunwell.ledger.models import Contact
from tests.integration.contact.conftest import TEXT, people

Dunwell = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.django_db(transaction=True)
NOON = "2026-03-10T12:00+0800"


@pytest.fixture
def text(tmp_path: Path) -> str:
    file = tmp_path / "message.txt"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def test_from_leave_to_outcome(dunwell: Dunwell, text: str) -> None:
    people(1)
    order = ("contact", "attempt", "acme/P0", "--channel", "sms", "--text", text, "--at", NOON)
    tried = dunwell(*order, "--dry-run")
    assert (tried.returncode, tried.stderr) == (0, "")
    assert "nothing was recorded" in tried.stdout
    assert not Contact.objects.exists()
    made = dunwell(*order)
    assert made.returncode == 0, made.stderr
    permit = Permit.objects.get()
    assert f"permit {permit.contact_id} until 04:01:00 UTC" in made.stdout
    told = dunwell("contact", "outcome", str(permit.contact_id), "--connected", "--answered-by", "debtor",
                   "--conversation", "--outcome", "promise")  # fmt: skip
    assert told.returncode == 0, told.stderr
    shown = dunwell("contact", "history", "acme/P0")
    assert "promise" in shown.stdout
    assert "unused" in shown.stdout
    again = dunwell("contact", "outcome", str(permit.contact_id), "--connected")
    assert again.returncode == 2
    assert "has its outcome already" in again.stderr
    assert verify().whole
    assert not verify().unsealed


def test_a_refusal_says_why_until_when_and_ends_with_1(dunwell: Dunwell, text: str) -> None:
    people(1)
    order = ("contact", "attempt", "acme/P0", "--channel", "sms", "--text", text, "--at", "2026-03-10T23:00+0800")
    no = dunwell(*order)
    assert no.returncode == 1
    assert "2026-03-11 00:00:00 UTC" in no.stdout
    assert "22:00" in no.stdout
    assert "22:00" in dunwell(*order, "--lang", "zh").stdout
    assert "refused" not in no.stderr
    assert "G1-hours" in dunwell("contact", "history", "acme/P0").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("attempt", "acme/P9", "--channel", "sms"), "there is no customer 'acme/P9'"),
        (("attempt", "P0", "--channel", "sms"), "there is no customer 'P0'"),
        (("attempt", "acme/P0", "--channel", "sms", "--account", "X"), "has no account 'X'"),
        (("outcome", "77"), "contact 77 is not on record"),
        (("outcome", "77", "--answered-by", "the dog"), "'the dog' is nobody who answers"),
        (("history", "acme/P9"), "there is no customer"),
    ],
)
def test_errors_are_one_line_with_a_cure(dunwell: Dunwell, arguments: tuple[str, ...], said: str) -> None:
    people(1)
    result = dunwell("contact", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_channel_that_nobody_knows_is_refused(dunwell: Dunwell) -> None:
    people(1)
    no = dunwell("contact", "attempt", "acme/P0", "--channel", "pigeon", "--at", NOON)
    assert no.returncode in (1, 2)
    assert "channel" in no.stdout + no.stderr
    assert "Traceback" not in no.stderr
