"""`dunwell desk` beside the pages: log-ins for people, digits for the demo's people alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from dunwell.access import actions
from dunwell.desk.models import Login
from dunwell.evidence.models import Leaf, Row
from tests.integration.contact.conftest import AT

Dunwell = Callable[..., subprocess.CompletedProcess[str]]


def founded() -> None:
    codes = {"administrator": "ADM-1", "compliance": "CMP-1", "data_protection": "DPO-1"}
    actions.found_house(**codes, via="test", at=AT)


def test_a_log_in_is_shown_once_and_sealed(dunwell: Dunwell) -> None:
    founded()
    told = dunwell("desk", "login", "ADM-1", "CMP-1")
    assert told.returncode == 0, told.stderr
    lines = [line for line in told.stdout.splitlines() if "ADM-1" in line or "CMP-1" in line]
    assert len(lines) == 2
    password = lines[0].split("│")[2].strip()
    login = Login.objects.get(staff="ADM-1")
    assert login.check_password(password)
    row = Row.objects.get(action="desk.login_given", subject="staff ADM-1")
    assert password not in str(row.detail)
    assert Leaf.objects.filter(row=row).exists()


def test_who_is_nobody_of_the_staff_is_named_with_the_cure(dunwell: Dunwell) -> None:
    told = dunwell("desk", "login", "NOBODY-1")
    assert told.returncode == 2
    assert "NOBODY-1: nobody of the staff has this code" in told.stderr
    assert "dunwell staff list" in told.stderr


def test_digits_are_for_the_demos_people_only(dunwell: Dunwell) -> None:
    founded()
    dunwell("desk", "login", "ADM-1")
    told = dunwell("desk", "digits", "ADM-1")
    assert told.returncode == 2
    assert "nobody of the demo" in told.stderr
    assert told.stdout.strip() == ""
