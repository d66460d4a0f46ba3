"""What the gate asks beside the counters: stops, standing, third parties, a customer's wishes, approved strategies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from dunwell.compliance.kinds.daily_cap import DailyCap
from dunwell.compliance.kinds.question import CHANNELS
from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.supervision.actions import Told, resume, state, stop
from dunwell.contact.actions import Outcome, ask, attempt, record_outcome
from dunwell.ledger.models import Account, Contact, Party
from tests.integration.contact.conftest import AT, bring, people, proposal

pytestmark = pytest.mark.django_db(transaction=True)

VOICE = {"actor": "human", "staff": "ann", "recorded": True, "text": None, "script": None}


def _certify(code: str) -> None:
    for kind in ("certified", "trained"):
        state("staff", code=code, told=Told(kind=kind, from_on=date(2026, 1, 1), reason="exam"), by="hr", at=AT)


def rules(answer: Permit | Refused) -> tuple[str, ...]:
    return answer.rules if isinstance(answer, Refused) else ()


@pytest.mark.parametrize(
    ("scope", "target", "hit", "spared"),
    [
        ("everything", "", ("sms", {}), None),
        ("channel", "sms", ("sms", {}), ("email", {})),
        ("creditor", "telco", ("sms", {}), None),
        ("treatment", "gentle", ("sms", {"treatment": "gentle"}), ("sms", {"treatment": "firm"})),
        ("agency", "acme-law", ("sms", {"said": {"agency": "acme-law"}}), ("sms", {})),
    ],
)
def test_a_stop_stops_what_it_names_and_nothing_else(
    rulebook: Rulebook, scope: str, target: str, hit: tuple[str, Any], spared: tuple[str, Any] | None
) -> None:
    [party] = people(1)
    switch = stop(scope, target=target, reason="complaints", by="eve", department="compliance", at=AT)
    no = attempt(proposal(party, hit[0], **hit[1]), rulebook=rulebook, by="robot", at=AT)
    assert rules(no) == ("STOP",)
    assert isinstance(no, Refused)
    assert no.needs_person
    assert "complaints" in no.reasons()[0]
    if spared:
        assert "STOP" not in rules(ask(proposal(party, spared[0], **spared[1]), rulebook=rulebook, at=AT))
    resume(switch.id, reason="looked into", by="eve", department="compliance", at=AT)
    assert "STOP" not in rules(ask(proposal(party, hit[0], **hit[1]), rulebook=rulebook, at=AT))


def test_a_collector_needs_his_certificates_and_is_barred_for_good(rulebook: Rulebook) -> None:
    [party] = people(1)
    attempt(proposal(party), rulebook=rulebook, by="robot", at=AT)
    call, later = proposal(party, "voice", said=VOICE), AT + timedelta(days=1)
    assert any("not certified" in reason for reason in _reasons(ask(call, rulebook=rulebook, at=later)))
    _certify("ann")
    assert not rules(ask(call, rulebook=rulebook, at=later))
    state("staff", code="ann", told=Told(kind="blacklisted", from_on=later.date(), reason="threats"), by="eve", at=AT)
    assert any("blacklisted" in reason for reason in _reasons(ask(call, rulebook=rulebook, at=later)))


def _reasons(answer: Permit | Refused) -> tuple[str, ...]:
    return answer.reasons() if isinstance(answer, Refused) else ()


def test_a_call_that_is_not_recorded_is_not_made(rulebook: Rulebook) -> None:
    [party] = people(1)
    attempt(proposal(party), rulebook=rulebook, by="robot", at=AT)
    _certify("ann")
    silent = proposal(party, "voice", said={**VOICE, "recorded": None})
    no = ask(silent, rulebook=rulebook, at=AT + timedelta(days=1))
    assert any("recorded" in reason for reason in _reasons(no))


# ---- others than the debtor ------------------------------------------------------------------------------------------


def _friend(role: str = "contact_person") -> tuple[int, int, int]:
    """This function will add a friend of the debtor's to his account; gives the debtor, the friend, the account."""
    debtor, friend = people(2, channels=("sms", "voice"))
    told = {
        "external_id": ["F1"],
        "party": ["P1"],
        "account": ["A-P0"],
        "role": [role],
        "valid_from": [date(2020, 1, 1)],
    }
    bring({"party_role": pa.table(told)}, name="friend")
    return debtor, friend, Account.objects.get(external_id="A-P0").id


LOCATION = {"purpose": "location", "discloses_debt": False, "actor": "human", "staff": "ann", "recorded": True}


def test_a_third_party_is_asked_for_the_debtor_only_after_he_was_not_found(rulebook: Rulebook) -> None:
    debtor, friend, account = _friend()
    _certify("ann")

    def tried(days: int, **said: Any) -> Permit | Refused:
        told = {**LOCATION, "text": None, "script": None, **said}
        one = proposal(debtor, "voice", person=friend, account=account, said=told)
        return ask(one, rulebook=rulebook, at=AT + timedelta(days=days))

    assert any("may still be reached" in reason for reason in _reasons(tried(1)))
    attempt(proposal(debtor, account=account), rulebook=rulebook, by="robot", at=AT)
    for days in (1, 2, 3):
        call = proposal(debtor, "voice", account=account, said=VOICE)
        made = attempt(call, rulebook=rulebook, by="ann", at=AT + timedelta(days=days))
        assert isinstance(made, Permit), made
        record_outcome(made.contact_id, outcome=Outcome(connected=False), by="ann", at=AT + timedelta(days=days))
    assert not rules(tried(4)), tried(4)
    assert any("for location" in reason for reason in _reasons(tried(4, purpose="collection")))
    assert any("detail of the debt" in reason for reason in _reasons(tried(4, discloses_debt=None)))
    told = {
        "external_id": ["STOP1"],
        "party": ["P1"],
        "stance": ["refused"],
        "granted_to": ["telco"],
        "purpose": ["all"],
        "valid_from": [date(2026, 3, 11)],
    }
    bring({"consent": pa.table(told)}, name="asked to stop")
    assert any("asked us to stop" in reason for reason in _reasons(tried(4)))


def test_what_a_third_party_is_told_counts_for_the_debtor_and_stands_under_the_person(rulebook: Rulebook) -> None:
    debtor, friend, account = _friend(role="co_debtor")
    for _ in range(2):
        one = proposal(debtor, person=friend, account=account)
        assert isinstance(attempt(one, rulebook=rulebook, by="robot", at=AT), Permit)
    assert set(Contact.objects.values_list("party", flat=True)) == {friend}
    assert "G1-cap" in rules(ask(proposal(debtor, account=account), rulebook=rulebook, at=AT))


def test_a_stranger_to_the_account_is_not_contacted(rulebook: Rulebook) -> None:
    debtor, stranger = people(2)
    account = Account.objects.get(external_id="A-P0").id
    no = ask(proposal(debtor, person=stranger, account=account), rulebook=rulebook, at=AT)
    assert any("what the person is to the debt" in reason for reason in _reasons(no))


# ---- wishes, wrong numbers, approval ---------------------------------------------------------------------------------


def test_a_wish_is_kept_and_the_earliest_moment_is_after_it(rulebook: Rulebook) -> None:
    [party] = people(1)
    told = {
        "external_id": ["W1"],
        "party": ["P0"],
        "stance": ["barred"],
        "days": ["tue"],
        "valid_from": [date(2026, 3, 1)],
    }
    bring({"wish": pa.table(told)}, name="wish")
    no = ask(proposal(party), rulebook=rulebook, at=AT)
    assert isinstance(no, Refused)
    assert no.earliest == AT.replace(day=11, hour=8)
    assert not rules(ask(proposal(party), rulebook=rulebook, at=no.earliest))


def test_calls_to_a_wrong_number_no_longer_count(rulebook: Rulebook) -> None:
    [party] = people(1)
    for _ in range(2):
        made = attempt(proposal(party), rulebook=rulebook, by="robot", at=AT)
        assert isinstance(made, Permit)
    assert "G1-cap" in rules(ask(proposal(party), rulebook=rulebook, at=AT))
    record_outcome(made.contact_id, outcome=Outcome(connected=True, outcome="wrong_number"), by="ann", at=AT)
    assert "G1-cap" not in rules(ask(proposal(party, "email"), rulebook=rulebook, at=AT))


def test_a_number_that_two_people_share_is_counted_once_for_both() -> None:
    first, second = people(2, channels=("sms",), sharing=True)
    rule = Rule(
        id="N",
        kind="daily_cap",
        terms=DailyCap(most=2, counts="attempts", count_channels=CHANNELS, per="number"),
        valid_from=date(2000, 1, 1),
        source="a test",
        certainty="D",
        enforcement="block",
        en="At most 2 contacts a day with one number.",
        zh="同一号码每日至多两次。",
        layer="test",
    )
    book = Rulebook.of([rule])
    for party in (first, second):
        assert isinstance(attempt(proposal(party), rulebook=book, by="robot", at=AT), Permit)
    for party in (first, second):
        assert rules(ask(proposal(party), rulebook=book, at=AT)) == ("N",)
    assert not rules(ask(proposal(first), rulebook=book, at=AT + timedelta(days=1)))


def test_strategies_that_nobody_approved_move_nobody(rulebook: Rulebook) -> None:
    [party] = people(1)
    no = attempt(proposal(party, strategy="f" * 64), rulebook=rulebook, by="robot", at=AT)
    assert rules(no) == ("APPROVED",)


def test_asking_leaves_nothing_behind(rulebook: Rulebook) -> None:
    [party] = people(1)
    assert isinstance(ask(proposal(party), rulebook=rulebook, at=AT), Permit)
    assert not Contact.objects.exists()
    assert not Permit.objects.exists()
    assert Party.objects.count() == 1
