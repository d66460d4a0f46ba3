"""A crowd at the gate: many connections in processes of their own, all asking for contacts with the same persons.

    python -m tests.integration.contact.crowd JSON

The order (JSON): `threads` connections in this process, each proposing `draws` contacts with persons drawn from
`parties` by `seed`; `batch` of them at once, 1 for single permits. `log`: a file that stands for the world outside, to
which a line is added for every contact that is really made. It prints how many permits it got.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Barrier, Thread
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from dunwell.compliance.actions import use  # noqa: E402
from dunwell.compliance.models import Permit  # noqa: E402
from dunwell.compliance.rulebook.reading import load  # noqa: E402
from dunwell.contact.actions import attempt_many  # noqa: E402
from dunwell.database import ROOT  # noqa: E402
from tests.integration.contact.conftest import proposal  # noqa: E402

RULEBOOK = load((ROOT / "rulebooks",))


def _walk(order: dict[str, Any], *, turn: int, start: Barrier, told: list[int]) -> None:
    """This function will ask for contacts, person after person in an order of its own, and make what is allowed."""
    chance = Random(f"{order['seed']}/{turn}")
    at = datetime.fromisoformat(order["at"])
    parties = chance.choices(order["parties"], k=order["draws"])
    connection.ensure_connection()
    start.wait()
    for first in range(0, len(parties), order["batch"]):
        proposals = [proposal(party) for party in parties[first : first + order["batch"]]]
        for answer in attempt_many(proposals, rulebook=RULEBOOK, by="crowd", at=at):
            if isinstance(answer, Permit):
                told[turn] += 1
                if "log" in order:
                    use(answer, by="crowd", at=at)
                    _send(Path(order["log"]), answer.contact_id)
    connection.close()


def _send(log: Path, contact: int) -> None:
    """This function will tell the world outside, for good: one short line added at once is never torn."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{contact}\n".encode())
    os.fsync(file)
    os.close(file)


def main() -> None:
    order = json.loads(sys.argv[1])
    start, told = Barrier(order["threads"]), [0] * order["threads"]
    crowd = [
        Thread(target=_walk, kwargs={"order": order, "turn": turn, "start": start, "told": told})
        for turn in range(order["threads"])
    ]
    for walker in crowd:
        walker.start()
    for walker in crowd:
        walker.join()
    sys.stdout.write(str(sum(told)))


if __name__ == "__main__":
    main()
