"""Telling the ledger of agreements: a hold while one runs, its end, and signals; inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from dunwell.ledger.actions import Origin, tell
from dunwell.ledger.kinds import HoldKind, SourceKind

SOURCE = "settle"
Fact = Mapping[str, Any]


def told(target: str, facts: Sequence[Fact], *, by: str, at: datetime, action: str) -> dict[str, int]:
    """This function will tell facts of one kind as one batch; the same facts cannot be told twice."""
    if not facts:
        return {}
    names = "\n".join(fact["external_id"] for fact in facts)
    origin = Origin(
        source=SOURCE,
        source_kind=SourceKind.CRM.value,
        mapping="",
        mapping_digest="",
        origin="settle",
        origin_digest=f"{target}/{sha256(names.encode()).hexdigest()}",
    )
    return tell(target, facts=facts, origin=origin, by=by, at=at, action=action)


def hold(
    name: str, kind: HoldKind, *, party: int, account: int | None, days: tuple[date, date], by: str, at: datetime
) -> int:
    """This function will keep contacts away from one day until, not including, another, and return the hold's id."""
    fact = {
        "external_id": name,
        "party_id": party,
        "account_id": account,
        "kind": kind.value,
        "from_on": days[0].isoformat(),
        "until_on": days[1].isoformat(),
    }
    return told("hold", [fact], by=by, at=at, action="settle.hold")[name]


def release(name: str, hold: int, *, on: date) -> Fact:
    """This function will word the end of a hold."""
    return {"external_id": name, "hold_id": hold, "released_on": on.isoformat()}


def signal(
    name: str, kind: str, *, party: int, account: int | None, on: date, number: Any = None, code: str | None = None,
    corrects: int | None = None,
) -> Fact:  # fmt: skip
    """This function will word what happened with an agreement."""
    return {
        "external_id": name,
        "party_id": party,
        "account_id": account,
        "source_kind": SourceKind.CRM.value,
        "kind": kind,
        "happened_on": on.isoformat(),
        "number": None if number is None else str(number),
        "code": code,
        "corrects_id": corrects,
    }
