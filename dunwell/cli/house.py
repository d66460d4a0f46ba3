"""What every command shares: opening the database, the console, the clock."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from getpass import getuser

from rich.console import Console

console = Console()
errors = Console(stderr=True)


def open_house() -> None:
    """This function will start Django and the database, and bring the tables up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def now() -> datetime:
    """This function will read the clock; nothing below the doors does."""
    return datetime.now(UTC)


def today() -> date:
    """This function will give today's date where the command is run."""
    return datetime.now().astimezone().date()


def operator() -> str:
    """This function will name who runs the command, for the evidence."""
    return f"cli:{getuser()}"


def seal_evidence() -> None:
    """This function will link what was just recorded into a block, so that a later change shows."""
    from dunwell.evidence.actions import seal

    seal(at=now())
