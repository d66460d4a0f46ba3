"""The gate from inside: what it grants, records, refuses and proves."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from dunwell.compliance.actions import obtain, use
from dunwell.compliance.models import GateRefusal, Permit, PermitUse
from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.contact.actions import Outcome, ask, attempt, attempt_many, record_outcome
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from dunwell.ledger.kinds import Answerer
from dunwell.ledger.models import Account, Contact
from dunwell.ledger.queries import verify_batches
from tests.integration.conftest import database_url
from tests.integration.contact.conftest import AT, TEXT, bring, people, point_of, proposal

pytestmark = pytest.mark.django_db(transaction=True)


def granted(answer: Permit | Refused) -> Permit:
    assert isinstance(answer, Permit), answer
    return answer


def refused(answer: Permit | Refused) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def test_a_permit_commits_with_its_attempt_and_its_evidence(rulebook: Rulebook) -> None:
    [party] = people(1)
    account = Account.objects.get()
    told = proposal(party, account=account.id, said={"debts": ("A-P0",)})
    permit = granted(attempt(told, rulebook=rulebook, by="robot", at=AT))
    made = Contact.objects.get()
    assert (permit.contact_id, permit.expires_at - permit.issued_at) == (made.id, timedelta(seconds=60))
    assert (made.party_id, made.account_id, made.channel, made.actor) == (party, account.id, "sms", "robot")
    assert (made.happened_at, made.direction, made.debts_intended) == (AT, "outbound", "A-P0")
    assert (made.contact_point_id, made.connected) == (point_of(party, "sms"), None)
    row = Row.objects.get(action="contact.attempt")
    assert row.detail["rulebook"] == permit.rulebook == rulebook.version
    assert [(told["contact"], told["party"]) for told in row.detail["permits"]] == [(made.id, "acme/P0")]
    assert verify_batches().sound


def test_the_evidence_holds_the_digest_of_the_words_and_never_the_words(rulebook: Rulebook) -> None:
    [party] = people(1)
    said = {"text": TEXT, "script": "reminder"}
    granted(attempt(proposal(party, said=said), rulebook=rulebook, by="robot", at=AT))
    [told] = Row.objects.get(action="contact.attempt").detail["permits"]
    assert (told["script"], told["text_digest"]) == ("reminder", sha256(TEXT.encode()).hexdigest())
    assert TEXT not in str(told)


def test_a_transaction_that_is_undone_takes_no_plan_along(rulebook: Rulebook) -> None:
    """Kept plans fit whatever is asked: with a plan for each question an attempt took three times as long."""
    parties = people(3)
    connection.close()
    with transaction.atomic():
        obtain([proposal(parties[0])], rulebook=rulebook, by="robot", at=AT)
        transaction.set_rollback(True)
    for party in parties[1:]:
        granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(custom_plans) FROM pg_prepared_statements WHERE generic_plans > 0")
        kept, anew = cursor.fetchone()
    assert kept >= 5
    assert anew == 0


def test_who_only_asks_waits_for_nobody(rulebook: Rulebook) -> None:
    [party] = people(1)
    held = psycopg.connect(database_url())
    with held, held.transaction():
        held.execute("SELECT id FROM ledger_party WHERE id = %s FOR UPDATE", (party,))
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        granted(ask(proposal(party), rulebook=rulebook, at=AT))


def rows_read(cursor: Any) -> Counter[str]:
    """This function will count what this connection has read of each table of the ledger by now."""
    cursor.execute(
        "SELECT relname, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname LIKE 'ledger\\_%'"
    )
    return Counter(dict(cursor.fetchall()))


def test_what_it_reads_does_not_grow_with_the_house(rulebook: Rulebook) -> None:
    parties = people(300)
    # Plans are kept for a connection: a fresh one plans without reading tables whole, as it would if they were large.
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        before = rows_read(cursor)
        granted(obtain([proposal(parties[0])], rulebook=rulebook, by="robot", at=AT)[0])
        assert max((rows_read(cursor) - before).values()) < 50


def test_without_a_transaction_there_is_no_permit(rulebook: Rulebook) -> None:
    [party] = people(1)
    with pytest.raises(RuntimeError, match="in the transaction that records the attempt"):
        obtain([proposal(party)], rulebook=rulebook, by="robot", at=AT)


def test_what_is_undone_leaves_neither_permit_nor_attempt(rulebook: Rulebook) -> None:
    [party] = people(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        obtain([proposal(party)], rulebook=rulebook, by="robot", at=AT)
        _ = 1 / 0
    assert not Contact.objects.exists()
    assert not Permit.objects.exists()
    assert not Row.objects.filter(action="contact.attempt").exists()


def test_the_cap_is_kept_and_the_refusal_says_why_and_until_when(rulebook: Rulebook) -> None:
    [party] = people(1)
    for minutes in (0, 120):
        granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT + timedelta(minutes=minutes)))
    no = refused(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT + timedelta(minutes=240)))
    assert "G1-cap" in no.rules
    assert no.earliest == AT.replace(day=11, hour=8)
    assert not no.needs_person
    assert all(no.reasons("en"))
    assert all(no.reasons("zh"))
    kept = GateRefusal.objects.get()
    assert (kept.party_id, kept.rules, kept.earliest) == (party, ";".join(no.rules), no.earliest)
    [told] = Row.objects.get(action="contact.refused").detail["refused"]
    assert (told["party"], told["rules"]) == ("acme/P0", list(no.rules))
    assert Contact.objects.count() == 2


def test_the_moment_it_names_is_granted_and_the_second_before_is_not(rulebook: Rulebook) -> None:
    [party] = people(1)
    night = AT.replace(hour=23)
    earliest = refused(attempt(proposal(party), rulebook=rulebook, by="robot", at=night)).earliest
    assert earliest is not None
    refused(attempt(proposal(party), rulebook=rulebook, by="robot", at=earliest - timedelta(seconds=1)))
    granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=earliest))


def test_the_first_contact_is_gentle_and_a_call_follows(rulebook: Rulebook) -> None:
    [party] = people(1)
    assert "G2" in refused(attempt(proposal(party, "voice"), rulebook=rulebook, by="robot", at=AT)).rules
    granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    later = AT + timedelta(days=40)
    assert "G2" not in _rules(attempt(proposal(party, "voice"), rulebook=rulebook, by="robot", at=later))


def test_what_nobody_knows_of_the_arrears_counts_against_the_contact(rulebook: Rulebook) -> None:
    [party] = people(1)
    granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    later = AT + timedelta(days=1)
    assert "G2" in _rules(
        attempt(proposal(party, "voice", overdue_since=None), rulebook=rulebook, by="robot", at=later)
    )


def _rules(answer: Permit | Refused) -> tuple[str, ...]:
    return answer.rules if isinstance(answer, Refused) else ()


def test_a_dispute_stops_contact_at_once_and_its_end_frees_it(rulebook: Rulebook) -> None:
    [party] = people(1)
    hold = {"external_id": ["H1"], "party": ["P0"], "kind": ["dispute"], "from_on": [date(2026, 3, 10)]}
    bring({"hold": pa.table(hold)}, name="hold")
    no = refused(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    assert "G7" in no.rules
    assert no.needs_person
    ended = {"external_id": ["E1"], "hold": ["H1"], "released_on": [date(2026, 3, 10)]}
    bring({"hold_release": pa.table(ended)}, name="release")
    granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))


def test_a_batch_counts_its_own_contacts(rulebook: Rulebook) -> None:
    first, second = people(2)
    told = [proposal(first), proposal(second), proposal(first, "email"), proposal(first, "sms"), proposal(second)]
    answers = attempt_many(told, rulebook=rulebook, by="robot", at=AT)
    assert [isinstance(answer, Permit) for answer in answers] == [True, True, True, False, True]
    assert "G1-cap" in refused(answers[3]).rules
    assert [granted(answers[place]).contact.party_id for place in (0, 1, 2, 4)] == [first, second, first, second]
    assert verify_batches().sound


def test_one_key_is_one_contact(rulebook: Rulebook) -> None:
    [party] = people(1)
    granted(attempt(proposal(party, key="plan/7/P0"), rulebook=rulebook, by="robot", at=AT))
    again = refused(attempt(proposal(party, key="plan/7/P0"), rulebook=rulebook, by="robot", at=AT))
    assert again.rules == ("ONCE",)
    assert "2026-03-10 04:00:00 UTC" in again.reasons()[0]
    both = [proposal(party, key="k"), proposal(party, key="k")]
    answers = attempt_many(both, rulebook=rulebook, by="robot", at=AT)
    assert [isinstance(answer, Permit) for answer in answers] == [True, False]


def test_the_address_is_one_that_can_be_used(rulebook: Rulebook) -> None:
    first, second = people(2, channels=("sms", "voice"))
    strange = proposal(first, contact_point=point_of(second, "sms"))
    with pytest.raises(DunwellError, match="cannot be used for sms with this person"):
        attempt(strange, rulebook=rulebook, by="robot", at=AT)
    named = granted(
        attempt(proposal(first, contact_point=point_of(first, "sms")), rulebook=rulebook, by="robot", at=AT)
    )
    assert named.contact.contact_point_id == point_of(first, "sms")
    assert refused(attempt(proposal(second, "email"), rulebook=rulebook, by="robot", at=AT)).rules


def test_nobody_unknown_is_contacted(rulebook: Rulebook) -> None:
    with pytest.raises(DunwellError, match="there is no party 999999"):
        attempt(proposal(999_999), rulebook=rulebook, by="robot", at=AT)


# ---- using a permit --------------------------------------------------------------------------------------------------


def test_a_permit_is_used_once(rulebook: Rulebook) -> None:
    [party] = people(1)
    permit = granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    use(permit, by="robot", at=AT)
    with pytest.raises(DunwellError, match="was used already"):
        use(permit, by="robot", at=AT)
    assert PermitUse.objects.count() == Row.objects.filter(action="permit.used").count() == 1


@pytest.mark.parametrize("seconds", [-1, 60, 3_600])
def test_a_permit_lasts_for_seconds(rulebook: Rulebook, seconds: int) -> None:
    [party] = people(1)
    permit = granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    with pytest.raises(DunwellError, match="is not valid now"):
        use(permit, by="robot", at=AT + timedelta(seconds=seconds))
    use(permit, by="robot", at=AT + timedelta(seconds=59))


def test_a_permit_that_nobody_gave_opens_nothing() -> None:
    forged = Permit(contact_id=1, issued_at=AT, expires_at=AT + timedelta(days=1), rulebook="mine")
    with pytest.raises(DunwellError, match="is not valid now"):
        use(forged, by="robot", at=AT)


def test_permits_are_never_changed(rulebook: Rulebook) -> None:
    [party] = people(1)
    permit = granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    with pytest.raises(IntegrityError, match="append-only"):
        Permit.objects.filter(contact=permit.contact_id).update(expires_at=AT + timedelta(days=9))
    with pytest.raises(IntegrityError, match="append-only"):
        permit.delete()


# ---- what came of it -------------------------------------------------------------------------------------------------


def test_an_outcome_takes_the_place_of_its_attempt(rulebook: Rulebook) -> None:
    [party] = people(1)
    permit = granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    told = Outcome(connected=True, answered_by=Answerer.DEBTOR, conversation=True, debts_discussed=("A-P0", "A-P9"))
    later = record_outcome(permit.contact_id, outcome=told, by="ann", at=AT + timedelta(minutes=3))
    after = Contact.objects.get(id=later)
    assert (after.corrects_id, after.happened_at, after.party_id) == (permit.contact_id, AT, party)
    assert (after.connected, after.answered_by, after.debts_discussed) == (True, "debtor", "A-P0,A-P9")
    assert Row.objects.get(action="contact.outcome").by == "ann"
    assert verify_batches().sound
    granted(attempt(proposal(party, "email"), rulebook=rulebook, by="robot", at=AT))
    assert "G1-cap" in _rules(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT)), "still two, not three"


def test_an_attempt_has_one_outcome_and_that_one_may_be_corrected(rulebook: Rulebook) -> None:
    [party] = people(1)
    permit = granted(attempt(proposal(party), rulebook=rulebook, by="robot", at=AT))
    first = record_outcome(permit.contact_id, outcome=Outcome(connected=True), by="ann", at=AT)
    with pytest.raises(DunwellError, match="has its outcome already"):
        record_outcome(permit.contact_id, outcome=Outcome(connected=False), by="ann", at=AT)
    record_outcome(first, outcome=Outcome(connected=False), by="ann", at=AT)
    assert verify_batches().sound


def test_an_outcome_belongs_to_an_attempt() -> None:
    with pytest.raises(DunwellError, match="contact 5 is not on record"):
        record_outcome(5, outcome=Outcome(), by="ann", at=AT)
