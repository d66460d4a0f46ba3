"""The one door to a contact: a permit and the attempt in one transaction, and afterwards what came of it.

Robots, collectors, letters, visits and agencies all pass here; a channel sends only what it has taken a permit for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from dunwell.compliance import actions as gate
from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Proposal, Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.facts.errors import DunwellError
from dunwell.ledger.actions import contact_origin, tell
from dunwell.ledger.kinds import Answerer
from dunwell.ledger.loading.telling import told_columns
from dunwell.ledger.models import Contact
from dunwell.ledger.targets import TARGETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt; what nobody knows stays None and counts against the next contact."""

    connected: bool | None = None
    answered_by: Answerer | None = None
    conversation: bool | None = None
    voicemail: str | None = None
    outcome: str | None = None
    debts_initiated: tuple[str, ...] = ()
    debts_discussed: tuple[str, ...] = ()
    duration_seconds: int | None = None
    recording: str | None = None
    # What was said, sealed under the customer's key, and its keyed digest.
    note_sealed: bytes | None = None
    note_digest: bytes | None = None


def attempt(proposal: Proposal, *, rulebook: Rulebook, by: str, at: datetime) -> Permit | Refused:
    """This function will obtain a permit for one contact: when it returns one, the attempt is on record for good."""
    [answer] = attempt_many([proposal], rulebook=rulebook, by=by, at=at)
    return answer


def ask(proposal: Proposal, *, rulebook: Rulebook, at: datetime) -> Permit | Refused:
    """This function will say what the gate would answer now, and leave nothing behind: its permit is worth nothing."""
    return gate.consider(proposal, rulebook=rulebook, at=at)


def attempt_many(proposals: Sequence[Proposal], *, rulebook: Rulebook, by: str, at: datetime) -> list[Permit | Refused]:
    """This function will obtain permits for many contacts, in portions that each commit by themselves."""
    answers: list[Permit | Refused] = []
    for start in range(0, len(proposals), gate.PROPOSALS_MAX):
        with transaction.atomic(durable=True):
            portion = proposals[start : start + gate.PROPOSALS_MAX]
            answers += gate.obtain(portion, rulebook=rulebook, by=by, at=at)
    return answers


@transaction.atomic
def record_outcome(contact: int, *, outcome: Outcome, by: str, at: datetime) -> int:
    """This function will tell what came of an attempt, as a fact that corrects it, and return the new fact's id.

    Raises DunwellError for a contact that is not there or has its outcome already; a mistake is mended by recording
    the outcome of the outcome.
    """
    attempted = Contact.objects.filter(id=contact).first()
    if attempted is None:
        raise _refused(contact, "is not on record", "take the id that came with the permit")
    known = {column: getattr(attempted, column) for column in told_columns(TARGETS["contact"])}
    fact = _plain({**known, **_columns(outcome), "corrects_id": contact})
    fact["external_id"] = f"{attempted.external_id}/outcome"
    origin = contact_origin(attempted.source, named="outcome", first=fact["external_id"])
    try:
        with transaction.atomic():
            ids = tell("contact", facts=[fact], origin=origin, by=by, at=at, action="contact.outcome")
    except IntegrityError:
        raise _refused(contact, "has its outcome already", "correct the outcome that was recorded") from None
    return ids[fact["external_id"]]


def _columns(outcome: Outcome) -> dict[str, Any]:
    columns = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    return {name: ",".join(value) or None if isinstance(value, tuple) else value for name, value in columns.items()}


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    """This function will write values as JSON has them: moments as ISO text, bytes as PostgreSQL's hexadecimal."""
    return {name: _one(value) for name, value in columns.items()}


def _one(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"\\x{bytes(value).hex()}" if isinstance(value, (bytes, memoryview)) else value


def _refused(contact: int, problem: str, cure: str) -> DunwellError:
    return DunwellError(f"contact {contact} {problem}", place="contact outcome", cure=cure)
