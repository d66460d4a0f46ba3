"""Whatever is altered behind Dunwell's back, the digests name it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection

from dunwell.intake.actions import Report
from dunwell.ledger.queries import verify_batches
from tests.integration.intake.conftest import BILL_HEAD, Bring

Tampering = Callable[[], AbstractContextManager[None]]
BILLS = BILL_HEAD + "B1,A1,2026-01-01,2026-02-01,100.50,CNY,\nB2,A1,2026-02-01,2026-03-01,70,,\n"
NOTES = "id,customer,at,note\nN1,C1,2026-02-01 10:00,下周付\n"


@pytest.fixture
def loaded(customers: Report, bring: Bring) -> None:
    """This fixture will bring in customers, two bills and a note."""
    bring("bills", BILLS)
    bring("notes", NOTES)


def alter(tampering: Tampering, statement: str) -> None:
    with tampering(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1


def test_what_came_in_is_sound(loaded: None) -> None:
    verified = verify_batches()
    assert verified.sound
    assert (verified.batches, verified.facts) == (3, 13)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE ledger_charge SET amount = 1 WHERE external_id = 'B1'", "ledger_charge acme/B1"),
        ("UPDATE ledger_charge SET due_on = due_on + 1 WHERE external_id = 'B2'", "ledger_charge acme/B2"),
        ("UPDATE ledger_charge SET external_id = 'B9' WHERE external_id = 'B2'", "ledger_charge acme/B9"),
        (
            "UPDATE ledger_charge SET account_id = (SELECT id FROM ledger_account WHERE external_id = 'A2') "
            "WHERE external_id = 'B2'",
            "ledger_charge acme/B2",
        ),
        ("UPDATE ledger_partydetail SET tier = 'x' WHERE external_id = 'C1'", "ledger_partydetail acme/C1"),
        ("UPDATE ledger_partydetail SET name_digest = NULL WHERE external_id = 'C1'", "ledger_partydetail acme/C1"),
        ("UPDATE ledger_contact SET happened_at = now()", "ledger_contact acme/N1"),
        ("UPDATE ledger_party SET subject = gen_random_uuid() WHERE external_id = 'C1'", "ledger_party acme/C1"),
        ("DELETE FROM ledger_charge WHERE external_id = 'B2'", "ledger_charge"),
        (
            "INSERT INTO ledger_charge (batch_id, source, external_id, content_digest, account_id, booked_on, "
            "due_on, component, amount) SELECT batch_id, source, 'B8', content_digest, account_id, booked_on, "
            "due_on, component, amount FROM ledger_charge WHERE external_id = 'B1'",
            "ledger_charge acme/B8",
        ),
        ("UPDATE ledger_batch SET rows_read = 7 WHERE mapping = 'bills'", "ledger_batch"),
        ("DELETE FROM evidence_row WHERE detail->>'mapping' = 'bills'", "ledger_batch"),
    ],
)
def test_what_is_altered_is_named(loaded: None, tampering: Tampering, statement: str, place: str) -> None:
    alter(tampering, statement)
    verified = verify_batches()
    assert not verified.sound
    assert any(fault.place.startswith(place) for fault in verified.faults), verified.faults


def test_a_fact_altered_together_with_its_digest_still_breaks_the_batch(loaded: None, tampering: Tampering) -> None:
    alter(
        tampering,
        """UPDATE ledger_charge SET amount = 1.000, content_digest = sha256(convert_to(json_build_array('charge',
        'acme', 'B1', NULL, 'acme/A1', booked_on, due_on, component, 1.000::numeric(18,3))::text, 'UTF8'))
        WHERE external_id = 'B1'""",
    )
    [fault] = verify_batches().faults
    assert (fault.place, fault.problem) == (
        "ledger_charge",
        "holds as many facts as the batch brought, but not the same ones",
    )


def test_a_batch_altered_with_its_facts_differs_from_its_evidence(loaded: None, tampering: Tampering) -> None:
    alter(tampering, "DELETE FROM ledger_contact")
    alter(tampering, "UPDATE ledger_batch SET content = '{}' WHERE mapping = 'notes'")
    [fault] = verify_batches().faults
    assert fault.problem == "differs from its evidence"
