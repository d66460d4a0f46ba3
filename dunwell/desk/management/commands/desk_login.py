"""What `dunwell desk` asks of the desk: log-ins, and the six digits of a demonstration's second factor."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dunwell.desk.clock import now
from dunwell.desk.signing_in.logins import digits, give_login


class Command(BaseCommand):
    help = "Give log-ins to staff, or show the digits of a second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="+")
        parser.add_argument("--by", required=True)
        parser.add_argument("--digits", action="store_true")

    def handle(self, *arguments: Any, **options: Any) -> None:
        """This command will print a JSON list, one object a code."""
        told = [self._one(code, **options) for code in options["codes"]]
        self.stdout.write(json.dumps(told))

    def _one(self, code: str, *, by: str, digits: bool, **_options: Any) -> dict[str, str]:
        if digits:
            return {"code": code, "digits": _digits(code)}
        given = give_login(code, by=by, at=now())
        return {"code": given.code, "password": given.password, "secret": given.secret}


_digits = digits
