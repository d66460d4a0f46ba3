"""An outcome and all that follows from it are one change: told once, by whoever made the attempt, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import load
from dunwell.compliance.supervision.actions import Told, state
from dunwell.contact.actions import ask, attempt
from dunwell.database import ROOT
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from dunwell.ledger.models import Account, Consent, Contact, ContactPoint, Hold, Party, Signal
from dunwell.ledger.queries import verify_batches
from dunwell.vault import rules as sealing
from dunwell.vault.actions import ensure_keys
from dunwell.vault.queries import keys
from dunwell.work.actions import NOTE_MAX, finish
from dunwell.work.rules import BY_CODE, RESULTS
from tests.integration.contact.conftest import AT, people, point_of, proposal

LATER = AT + timedelta(minutes=2)
TOMORROW = AT + timedelta(days=1)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load((ROOT / "rulebooks",))


@pytest.fixture
def party(db: None, rulebook: Rulebook) -> int:
    """This fixture will give somebody who was written to some days ago, so that a person may call now."""
    told = Told(kind="certified", from_on=AT.date() - timedelta(days=30), until_on=None, reason="exam")
    state("staff", code="COL-1", told=told, by="test", at=AT)
    [found] = people(1)
    written = attempt(proposal(found), rulebook=rulebook, by="test", at=AT - timedelta(days=4))
    assert isinstance(written, Permit), written
    return found


def called(party: int, rulebook: Rulebook) -> int:
    """This function will make one call by hand, with a permit."""
    permit = attempt(call(party), rulebook=rulebook, by="staff:COL-1", at=AT)
    assert isinstance(permit, Permit), permit
    return permit.contact_id


def call(party: int) -> Any:
    said = {"actor": "human", "staff": "COL-1", "recorded": True, "debts": ("A-P0",)}
    return proposal(party, "voice", said=said, account=Account.objects.get(partyrole__party=party).pk)


def rules_tomorrow(party: int, rulebook: Rulebook) -> tuple[str, ...]:
    answer = ask(call(party), rulebook=rulebook, at=TOMORROW)
    return answer.rules if isinstance(answer, Refused) else ()


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.code)
def test_every_outcome_corrects_its_attempt_with_evidence(party: int, rulebook: Rulebook, result: Any) -> None:
    contact = called(party, rulebook)
    before = Row.objects.count()
    told = Contact.objects.get(pk=finish(contact, result=result, by="COL-1", at=LATER))
    assert told.corrects_id == contact
    assert (told.outcome, told.connected, told.answered_by) == (result.code, result.connected, result.answered_by)
    assert told.happened_at == AT
    assert told.debts_discussed == ("A-P0" if result.conversation else None)
    followed = Row.objects.filter(action="contact.follow_up").count()
    assert Row.objects.count() == before + 1 + followed
    assert bool(followed) == (result.follow is not None)
    assert verify_batches().sound


def test_a_dispute_stops_every_contact(party: int, rulebook: Rulebook) -> None:
    assert rules_tomorrow(party, rulebook) == ()
    finish(called(party, rulebook), result=BY_CODE["disputed"], by="COL-1", at=LATER)
    assert Hold.objects.get(party=party).kind == "dispute"
    assert Signal.objects.get(party=party).kind == "dispute_opened"
    assert "G7" in rules_tomorrow(party, rulebook)


def test_a_stop_is_a_refusal_of_all_channels(party: int, rulebook: Rulebook) -> None:
    finish(called(party, rulebook), result=BY_CODE["stop"], by="COL-1", at=LATER)
    consent = Consent.objects.get(party=party)
    assert (consent.stance, consent.channel, consent.granted_to) == ("refused", None, "telco")
    assert rules_tomorrow(party, rulebook) != ()


def test_distress_stops_every_contact_until_somebody_lets_it_go_on(party: int, rulebook: Rulebook) -> None:
    finish(called(party, rulebook), result=BY_CODE["distress"], by="COL-1", at=LATER)
    hold = Hold.objects.get(party=party)
    assert (hold.kind, hold.until_on) == ("pause", None)
    assert rules_tomorrow(party, rulebook) != ()


def test_a_wrong_number_is_never_used_again(party: int, rulebook: Rulebook) -> None:
    point = point_of(party, "voice")
    finish(called(party, rulebook), result=BY_CODE["wrong_number"], by="COL-1", at=LATER)
    replaced = ContactPoint.objects.get(corrects=point)
    assert replaced.quality == "invalid"
    assert bytes(replaced.value_digest) == bytes(ContactPoint.objects.get(pk=point).value_digest)
    assert "G6-address" in rules_tomorrow(party, rulebook)


def test_a_note_is_sealed_under_the_customers_key(party: int, rulebook: Rulebook) -> None:
    subject = Party.objects.get(pk=party).subject
    ensure_keys([subject], at=AT)
    note = "客户称下周五发工资。"
    contact = finish(called(party, rulebook), result=BY_CODE["promised"], by="COL-1", at=LATER, note=note)
    told = Contact.objects.get(pk=contact)
    assert told.note_sealed is not None
    assert note.encode() not in bytes(told.note_sealed)
    key = keys([subject])[subject]
    assert sealing.unseal(key, subject=subject, field=sealing.NOTE, sealed=told.note_sealed) == note
    assert not any(note in str(row.detail) for row in Row.objects.all())


def test_of_somebody_without_a_key_no_note_is_kept(party: int, rulebook: Rulebook) -> None:
    contact = finish(called(party, rulebook), result=BY_CODE["promised"], by="COL-1", at=LATER, note="anything")
    assert Contact.objects.get(pk=contact).note_sealed is None


@pytest.mark.parametrize("case", ["another's", "twice", "unknown", "long"])
def test_what_cannot_be_told_changes_nothing(party: int, rulebook: Rulebook, case: str) -> None:
    contact, by, note = called(party, rulebook), "COL-1", ""
    if case == "another's":
        by = "COL-2"
    elif case == "twice":
        finish(contact, result=BY_CODE["busy"], by=by, at=LATER)
    elif case == "unknown":
        contact += 1_000
    else:
        note = "x" * (NOTE_MAX + 1)
    before = Contact.objects.count(), Hold.objects.count(), Row.objects.count()
    with pytest.raises(DunwellError) as refused:
        finish(contact, result=BY_CODE["disputed"], by=by, at=LATER, note=note)
    assert refused.value.cure
    assert (Contact.objects.count(), Hold.objects.count(), Row.objects.count()) == before
