"""A dispute stops contact at once, and only finance ends it; a rest after distress only a specialist."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import sql

from dunwell.access.kinds import Role
from dunwell.compliance.models import Permit
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.contact.actions import ask as gate
from dunwell.evidence.models import Row
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Adjustment, Charge, Hold, HoldRelease, Party, Signal
from dunwell.ledger.queries import verify_batches
from dunwell.settle.clocks import Colour
from dunwell.settle.disputes import actions, queries
from dunwell.settle.disputes.actions import Claim, Judgement
from dunwell.settle.disputes.rests import release
from dunwell.settle.models import Dispute
from dunwell.settle.refusals import NotAgreedError
from dunwell.vault.actions import ensure_keys
from tests.integration.contact.conftest import AT, bring, proposal
from tests.integration.settle_cases.conftest import (
    COLLECTOR,
    COMPLIANCE,
    DAY,
    FINANCE,
    LEAD,
    MANAGER,
    account,
    key,
    owed,
    person,
)

LATER = AT + timedelta(hours=2)
TOMORROW = AT + DAY
HOUSE: Any = {"lies": sql.SQL("TRUE"), "told": {}}


def allowed(customer: Party, rulebook: Rulebook, *, at: Any = TOMORROW) -> bool:
    return isinstance(gate(proposal(customer.pk, account=account()), rulebook=rulebook, at=at), Permit)


def opened(customer: Party, **told: Any) -> Dispute:
    claim = Claim(**{"reason": "amount", "account": account(), **told})
    return actions.open_dispute(customer, claim=claim, key=key(), by=COLLECTOR, at=AT)


def charge(component: str = "fee") -> int:
    return Charge.objects.get(external_id=f"A-P0-{component}").pk


def rule(error: pytest.ExceptionInfo[NotAgreedError]) -> str:
    return error.value.objections[0].rule


def upheld(amount: str = "100", *, on: str = "fee", **told: Any) -> Judgement:
    credits = {charge(on): Decimal(amount)}
    return Judgement(**{"verdict": "upheld", "ground": "billing_error", "credits": credits, **told})


def test_contact_stops_at_once_and_goes_on_when_finance_has_decided(customer: Party, rulebook: Rulebook) -> None:
    assert allowed(customer, rulebook)
    dispute = opened(customer, charges=(charge(),), proof="bill")
    assert not allowed(customer, rulebook, at=AT)
    assert not allowed(customer, rulebook)
    actions.decide(dispute.hold_id, judgement=upheld(), by=FINANCE, at=LATER)
    assert allowed(customer, rulebook)
    assert owed(customer) == 1210
    assert [row.kind for row in Adjustment.objects.all()] == ["credit_note"]
    assert {"dispute_opened", "dispute_closed"} == set(Signal.objects.values_list("kind", flat=True))
    assert verify_batches().sound


def test_a_rejected_dispute_credits_nothing_and_lets_contact_go_on(customer: Party, rulebook: Rulebook) -> None:
    dispute = opened(customer)
    judgement = Judgement(verdict="rejected", ground="bill_correct")
    actions.decide(dispute.hold_id, judgement=judgement, by=FINANCE, at=LATER)
    assert allowed(customer, rulebook)
    assert (owed(customer), Adjustment.objects.count()) == (1310, 0)


@pytest.mark.parametrize("nobody", [COLLECTOR, LEAD, MANAGER, COMPLIANCE], ids=lambda one: one.code)
def test_nobody_but_finance_releases_it(customer: Party, nobody: Any) -> None:
    dispute = opened(customer)
    with pytest.raises(NotAgreedError) as error:
        actions.decide(dispute.hold_id, judgement=upheld(), by=nobody, at=LATER)
    assert rule(error) == "CS-RIGHT"
    assert HoldRelease.objects.count() == 0


def test_a_decision_is_made_once(customer: Party) -> None:
    dispute = opened(customer)
    actions.decide(dispute.hold_id, judgement=upheld(), by=FINANCE, at=LATER)
    with pytest.raises(NotAgreedError) as error:
        actions.decide(dispute.hold_id, judgement=upheld(), by=FINANCE, at=LATER)
    assert rule(error) == "CS-DECIDED"
    assert (Adjustment.objects.count(), HoldRelease.objects.count()) == (1, 1)


def test_a_dispute_out_of_an_import_is_decided_too(customer: Party, rulebook: Rulebook) -> None:
    import pyarrow as pa

    row = {"external_id": ["H-1"], "party": ["P0"], "kind": ["dispute"], "from_on": [AT.date()]}
    bring({"hold": pa.table(row)}, name="holds")
    hold = Hold.objects.get()
    [one] = queries.running(HoldKind.DISPUTE, on=AT.date(), at=AT, **HOUSE)
    assert (one.hold, one.dispute, one.clock.colour) == (hold, None, Colour.GREEN)
    actions.decide(hold.pk, judgement=Judgement(verdict="rejected", ground="bill_correct"), by=FINANCE, at=LATER)
    assert queries.running(HoldKind.DISPUTE, on=AT.date(), at=LATER, **HOUSE) == []
    assert allowed(customer, rulebook)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"verdict": "perhaps"}, "CS-VERDICT"),
        ({"ground": "mood"}, "CS-GROUND"),
        ({"verdict": "rejected"}, "CS-CREDIT"),
        ({"credits": {}}, "CS-CREDIT"),
        ({"amount": "100.01"}, "CS-TOO-MUCH"),
        ({"amount": "-1"}, "ST-AMOUNT"),
        ({"credits": {999_999: Decimal(1)}}, "CS-CHARGES"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_at_its_field(customer: Party, told: dict[str, Any], wrong: str) -> None:
    dispute = opened(customer)
    with pytest.raises(NotAgreedError) as error:
        actions.decide(dispute.hold_id, judgement=upheld(**told), by=FINANCE, at=LATER)
    assert rule(error) == wrong
    assert HoldRelease.objects.count() == 0


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"reason": "mood"}, "ST-REASON"),
        ({"proof": "blood"}, "CS-PROOF"),
        ({"account": 999_999}, "ST-ACCOUNT"),
        ({"amount": Decimal("99999")}, "CS-TOO-MUCH"),
        ({"amount": Decimal(0)}, "ST-AMOUNT"),
        ({"charges": (999_999,)}, "CS-CHARGES"),
        ({"note": "x" * 2001}, "CS-NOTE"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_at_its_field(customer: Party, told: dict[str, Any], wrong: str) -> None:
    with pytest.raises(NotAgreedError) as error:
        opened(customer, **told)
    assert rule(error) == wrong
    assert Hold.objects.count() == 0


def test_the_same_form_opens_one_dispute(customer: Party) -> None:
    told, claim = key(), Claim(reason="paid")
    first = actions.open_dispute(customer, claim=claim, key=told, by=COLLECTOR, at=AT)
    assert actions.open_dispute(customer, claim=claim, key=told, by=COLLECTOR, at=LATER) == first
    assert Hold.objects.count() == 1


def test_free_text_is_sealed_and_in_no_evidence(customer: Party) -> None:
    from dunwell.settle.case_facts import opened_notes

    ensure_keys([customer.subject], at=AT)
    dispute = opened(customer, note="says the line was dead for weeks")
    sealed = bytes(dispute.note_sealed or b"")
    assert sealed and b"dead" not in sealed
    assert opened_notes(customer, [sealed, None]) == ["says the line was dead for weeks", ""]
    assert all("dead" not in str(row.detail) for row in Row.objects.all())


def test_the_clock_of_a_dispute_turns_red(customer: Party) -> None:
    opened(customer)
    colours = []
    for days in range(0, 24, 2):
        at = AT + timedelta(days=days)
        [one] = queries.running(HoldKind.DISPUTE, on=at.date(), at=at, **HOUSE)
        colours.append(one.clock.colour)
    order = [Colour.GREEN, Colour.AMBER, Colour.RED]
    assert [order.index(one) for one in colours] == sorted(order.index(one) for one in colours)
    assert set(colours) == set(Colour)


# ---- the rest after distress -----------------------------------------------------------------------------------------


def rests(customer: Party) -> int:
    import pyarrow as pa

    row = {"external_id": ["H-9"], "party": ["P0"], "kind": ["pause"], "from_on": [AT.date()]}
    bring({"hold": pa.table(row)}, name="rests")
    return Hold.objects.get(kind="pause").pk


def test_a_specialist_keeps_the_rest_or_ends_it(customer: Party, rulebook: Rulebook) -> None:
    hold = rests(customer)
    assert not allowed(customer, rulebook)
    kept = release(hold, reason="still_in_distress", keep=True, key=key(), by=COMPLIANCE, at=LATER)
    assert not kept.released
    assert not allowed(customer, rulebook)
    told = key()
    first = release(hold, reason="spoken", keep=False, key=told, by=LEAD, at=LATER)
    assert release(hold, reason="spoken", keep=False, key=told, by=LEAD, at=LATER) == first
    assert allowed(customer, rulebook)
    with pytest.raises(NotAgreedError) as error:
        release(hold, reason="spoken", keep=False, key=key(), by=LEAD, at=LATER)
    assert rule(error) == "CS-RELEASED"
    assert Row.objects.filter(action="settle.rest_reviewed").count() == 2


@pytest.mark.parametrize("nobody", [COLLECTOR, MANAGER, FINANCE, person(Role.AUDITOR)], ids=lambda one: one.code)
def test_nobody_but_a_specialist_ends_a_rest(customer: Party, nobody: Any) -> None:
    hold = rests(customer)
    with pytest.raises(NotAgreedError) as error:
        release(hold, reason="spoken", keep=False, key=key(), by=nobody, at=LATER)
    assert rule(error) == "CS-RIGHT"


@pytest.mark.parametrize(("reason", "keep"), [("still_in_distress", False), ("spoken", True), ("", False)])
def test_the_reason_fits_what_is_done(customer: Party, reason: str, keep: bool) -> None:
    with pytest.raises(NotAgreedError) as error:
        release(rests(customer), reason=reason, keep=keep, key=key(), by=LEAD, at=LATER)
    assert rule(error) == "CS-SPECIALIST"
