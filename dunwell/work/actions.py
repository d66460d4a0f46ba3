"""Taking a customer into one's hands, and telling what came of a contact with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from dunwell.access.kinds import Capability
from dunwell.access.queries import person
from dunwell.contact.actions import Outcome, record_outcome
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.facts.errors import DunwellError
from dunwell.ledger.actions import Origin, tell
from dunwell.ledger.kinds import ConsentStance, HoldKind, Quality, SourceKind
from dunwell.ledger.loading.telling import told_columns
from dunwell.ledger.models import Contact
from dunwell.ledger.targets import TARGETS
from dunwell.ledger.zones import house_zone
from dunwell.vault import keyring
from dunwell.vault import rules as sealing
from dunwell.vault.queries import keys
from dunwell.work.assigning.queries import assigned
from dunwell.work.models import Reservation
from dunwell.work.rules import Follow, Result
from dunwell.work.specialist.queries import waits_for_specialist
from dunwell.work.staffing.queries import specialist

# Long enough for a call and its outcome; whoever goes home lets nobody wait until tomorrow.
HELD_FOR = timedelta(minutes=30)
NOTE_MAX = 2_000

# One statement: of two who come at once the second waits for the first one's row and then finds it taken.
_TAKE = """
    INSERT INTO work_reservation AS held (party_id, staff_id, taken_at, until_at)
    VALUES (%(party)s, %(staff)s, %(at)s, %(until)s)
    ON CONFLICT (party_id) DO UPDATE SET
        staff_id = excluded.staff_id, until_at = excluded.until_at,
        taken_at = CASE WHEN held.staff_id = excluded.staff_id AND held.until_at > excluded.taken_at
                        THEN held.taken_at ELSE excluded.taken_at END
    WHERE held.until_at <= excluded.taken_at OR held.staff_id = excluded.staff_id
    RETURNING taken_at
"""


@transaction.atomic
def take(party: int, *, by: str, at: datetime) -> bool:
    """This function will take a customer into one's hands, or hold him longer; False while somebody else has him.

    Nor does anybody take whom he must leave to others, see `barred`.
    """
    if barred(party, by=by, at=at) is not None:
        return False
    until = at + HELD_FOR
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"party": party, "staff": by, "at": at, "until": until})
        taken = cursor.fetchone()
    if taken is None:
        return False
    detail = {"until": until.isoformat(), "again": taken[0] != at}
    record(action="work.taken", subject=f"party/{party}", by=f"staff:{by}", at=at, detail=detail)
    return True


class Barred(StrEnum):
    """Why somebody leaves a customer to others."""

    SPECIALIST = "specialist"
    COLLEAGUE = "colleague"


def barred(party: int, *, by: str, at: datetime) -> Barred | None:
    """This function will say why somebody may not take a customer: he needs a specialist, or has a collector.

    Whoever assigns work may stand in for a collector; nobody stands in for special care.
    """
    on = at.astimezone(ZoneInfo(house_zone())).date()
    if waits_for_specialist(party, on=on):
        return None if specialist(by, on=on, at=at) else Barred.SPECIALIST
    kept = assigned(party)
    if kept is None or kept.staff_id == by:
        return None
    who = person(by, at=at)
    stands_in = who is not None and who.can_somewhere(Capability.ASSIGN_WORK)
    return None if stands_in else Barred.COLLEAGUE


@transaction.atomic
def give_back(party: int, *, by: str, at: datetime) -> bool:
    """This function will let a customer go, so that others may take him; False if one did not have him."""
    held = Reservation.objects.filter(party=party, staff=by, until_at__gt=at)
    if not held.update(until_at=at, taken_at=at):
        return False
    record(action="work.given_back", subject=f"party/{party}", by=f"staff:{by}", at=at, detail={})
    return True


# ---- outcomes --------------------------------------------------------------------------------------------------------


@transaction.atomic
def finish(
    contact: int, *, result: Result, by: str, at: datetime, note: str = "", seconds: int | None = None,
    said: tuple[str, ...] = (),
) -> int:  # fmt: skip
    """This function will tell what came of one's own attempt, and in the same transaction all that follows from it.

    `said` names the elements that the collector ticked off while speaking; they stand in the evidence. The note is
    sealed under the customer's key. Raises DunwellError for somebody else's attempt, one that has its
    outcome already, or a note that is too long.
    """
    attempted = Contact.objects.select_related("party", "account").filter(pk=contact, staff=by).first()
    if attempted is None:
        raise _refused(contact, "is not an attempt of yours", "open the customer and begin anew")
    if len(note) > NOTE_MAX:
        raise _refused(contact, f"has a note of {len(note):,} characters", f"keep it within {NOTE_MAX:,}")
    outcome = Outcome(
        connected=result.connected,
        answered_by=result.answered_by,
        conversation=result.conversation,
        outcome=result.code,
        debts_discussed=_debts(attempted) if result.conversation else (),
        duration_seconds=seconds,
        **_sealed(attempted, note),
    )
    told = record_outcome(contact, outcome=outcome, by=f"staff:{by}", at=at)
    if said:
        detail: dict[str, Detail] = {"elements": list(said), "outcome": result.code}
        record(action="work.said", subject=f"contact/{contact}", by=f"staff:{by}", at=at, detail=detail)
    if result.follow is not None:
        for number, (target, fact) in enumerate(_FOLLOWS[result.follow](attempted, _today(at))):
            _tell(target, fact, about=attempted, number=number, by=by, at=at)
    return told


def _debts(attempted: Contact) -> tuple[str, ...]:
    return tuple(filter(None, (attempted.debts_intended or "").split(",")))


def _today(at: datetime) -> str:
    return at.astimezone(ZoneInfo(house_zone())).date().isoformat()


def _sealed(attempted: Contact, note: str) -> dict[str, Any]:
    """This function will seal a note under the customer's key; of somebody who was erased nothing is kept."""
    subject = attempted.party.subject
    key = keys([subject]).get(subject) if note else None
    if key is None:
        return {}
    sealed = sealing.seal(key, subject=subject, field=sealing.NOTE, text=note)
    return {
        "note_sealed": sealed,
        "note_digest": sealing.digest(keyring.lookup_key(), field=sealing.NOTE, text=note),
    }


Facts = list[tuple[str, dict[str, Any]]]


def _signal(attempted: Contact, kind: str, today: str) -> tuple[str, dict[str, Any]]:
    return "signal", {
        "party_id": attempted.party_id,
        "account_id": attempted.account_id,
        "source_kind": SourceKind.CONTACT_EVENTS.value,
        "kind": kind,
        "happened_on": today,
    }


def _hold(attempted: Contact, kind: HoldKind, today: str) -> tuple[str, dict[str, Any]]:
    return "hold", {"party_id": attempted.party_id, "kind": kind.value, "from_on": today}


def _bad_address(attempted: Contact, today: str) -> Facts:
    point = attempted.contact_point
    if point is None:
        return []
    known = {column: _plain(getattr(point, column)) for column in told_columns(TARGETS["contact_point"])}
    return [("contact_point", {**known, "quality": Quality.INVALID.value, "corrects_id": point.pk})]


def _stop(attempted: Contact, today: str) -> Facts:
    creditor = attempted.account.creditor if attempted.account else "*"
    refusal = {"stance": ConsentStance.REFUSED.value, "granted_to": creditor, "purpose": "collection"}
    return [("consent", {"party_id": attempted.party_id, **refusal, "valid_from": today})]


def _dispute(attempted: Contact, today: str) -> Facts:
    return [_hold(attempted, HoldKind.DISPUTE, today), _signal(attempted, "dispute_opened", today)]


def _hardship(attempted: Contact, today: str) -> Facts:
    return [_signal(attempted, "hardship_asked", today)]


def _complaint(attempted: Contact, today: str) -> Facts:
    return [_signal(attempted, "complaint", today)]


def _pause(attempted: Contact, today: str) -> Facts:
    return [_hold(attempted, HoldKind.PAUSE, today), _signal(attempted, "distress", today)]


_FOLLOWS: Mapping[Follow, Callable[[Contact, str], Facts]] = {
    Follow.BAD_ADDRESS: _bad_address,
    Follow.STOP: _stop,
    Follow.DISPUTE: _dispute,
    Follow.HARDSHIP: _hardship,
    Follow.COMPLAINT: _complaint,
    Follow.PAUSE: _pause,
}


def _tell(target: str, fact: Mapping[str, Any], *, about: Contact, number: int, by: str, at: datetime) -> None:
    """This function will add one fact that follows from an attempt, under an id of its own."""
    name = f"{about.external_id}/follows/{number}"
    origin = Origin(
        source=about.source,
        source_kind=SourceKind.CONTACT_EVENTS.value,
        mapping="",
        mapping_digest="",
        origin="desk",
        origin_digest=f"{target}/{name}",
    )
    told = [{"external_id": name, **fact}]
    tell(target, facts=told, origin=origin, by=f"staff:{by}", at=at, action="contact.follow_up")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"\\x{bytes(value).hex()}" if isinstance(value, (bytes, memoryview)) else value


def _refused(contact: int, problem: str, cure: str) -> DunwellError:
    return DunwellError(f"contact {contact} {problem}", place="outcome", cure=cure)
