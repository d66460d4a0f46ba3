"""How a case speaks to the ledger: facts under an id of their own, notes sealed under the customer's key, one lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dunwell.database import run
from dunwell.ledger.actions import Origin, tell
from dunwell.ledger.kinds import SourceKind
from dunwell.ledger.models import Party
from dunwell.ledger.zones import house_zone
from dunwell.settle.refusals import refused
from dunwell.vault import rules as sealing
from dunwell.vault.queries import keys

NOTE_MAX = 2_000


def house_day(at: datetime) -> date:
    """This function will give the day of a moment by the house's clock."""
    return at.astimezone(ZoneInfo(house_zone())).date()


def hold_still(party: int) -> None:
    """This function will make whoever else settles something with this customer wait until the transaction ends."""
    run("SELECT pg_advisory_xact_lock(hashtextextended('dunwell/settle/' || %(party)s, 0))", {"party": str(party)})


def told(
    target: str, facts: Iterable[Mapping[str, Any]], *, party: Party, name: str, action: str, by: str, at: datetime
) -> dict[str, int]:
    """This function will add facts of one kind to the ledger, named after the case; nothing for no facts."""
    numbered = [{"external_id": f"desk/{name}/{number}", **fact} for number, fact in enumerate(facts)]
    if not numbered:
        return {}
    kind = SourceKind.BILLING.value if target == "adjustment" else SourceKind.TICKETS.value
    origin = Origin(
        source=party.source,
        source_kind=kind,
        mapping="",
        mapping_digest="",
        origin="desk",
        origin_digest=f"{target}/{name}",
    )
    return tell(target, facts=numbered, origin=origin, by=by, at=at, action=action)


def signal(kind: str, *, party: Party, on: date, number: object = None, code: str | None = None) -> dict[str, Any]:
    """This function will write the columns of a signal about a customer."""
    return {
        "party_id": party.pk,
        "source_kind": SourceKind.TICKETS.value,
        "kind": kind,
        "happened_on": on.isoformat(),
        "number": None if number is None else str(number),
        "code": code,
    }


def hold(kind: str, *, party: Party, on: date, account: int | None = None, until: date | None = None) -> dict[str, Any]:
    """This function will write the columns of a hold from a day on."""
    end = until.isoformat() if until else None
    return {"party_id": party.pk, "account_id": account, "kind": kind, "from_on": on.isoformat(), "until_on": end}


def sealed_note(party: Party, text: str, *, place: str) -> bytes | None:
    """This function will seal free text under the customer's key; of somebody who was erased nothing is kept."""
    text = text.strip()
    if len(text) > NOTE_MAX:
        raise refused("CS-NOTE", place=place, most=NOTE_MAX)
    key = keys([party.subject]).get(party.subject) if text else None
    return sealing.seal(key, subject=party.subject, field=sealing.NOTE, text=text) if key else None


def opened_notes(party: Party, sealed: Iterable[bytes | memoryview | None]) -> list[str]:
    """This function will open the notes of a customer, in their order; one that nobody can open is empty."""
    key = keys([party.subject]).get(party.subject)
    found = []
    for note in sealed:
        known = key is not None and note is not None
        found.append(sealing.unseal(key, subject=party.subject, field=sealing.NOTE, sealed=note) if known else "")  # type: ignore[arg-type]
    return found
