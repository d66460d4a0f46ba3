"""From the facts of an account to a claim: what is owed, what counted as a demand, what nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.clocks.live import claims
from dunwell.compliance.clocks.live.claims import Charged, Contacted, Credited, Facts, Guarantor, Signalled
from dunwell.compliance.clocks.reading import limitation_law

TERMS = limitation_law("cn").entries[-1].parameters
JANUARY, FEBRUARY, MARCH = date(2025, 1, 10), date(2025, 2, 10), date(2025, 3, 10)


def charges(*days: date) -> list[Charged]:
    return [Charged(id=place, due_on=day, amount=Decimal(100)) for place, day in enumerate(days, start=1)]


def paid(on: date, amount: int, *, charge: int | None = None, payment: bool = True) -> Credited:
    return Credited(charge=charge, on=on, amount=Decimal(amount), payment=payment)


def facts(*credits: Credited, line: str = "mobile", days: tuple[date, ...] = (JANUARY, FEBRUARY, MARCH)) -> Facts:
    return Facts(
        account="t/A1", external_id="A1", product_line=line, charges=charges(*days), credits=list(credits), debtors={1}
    )


def contact(**fields: Any) -> Contacted:
    usual: dict[str, Any] = {
        "party": 1, "on": date(2025, 5, 5), "channel": "sms", "connected": True, "answered_by": None,
        "conversation": None, "accounts": frozenset({"A1"}),
    }  # fmt: skip
    return Contacted(**usual | fields)


def test_free_money_pays_what_came_due_first() -> None:
    owed = claims.opened(facts(paid(date(2025, 4, 1), 150)), terms=TERMS)
    assert owed is not None
    assert owed.due == (FEBRUARY,)
    assert owed.paid_by == {date(2025, 4, 1)}


def test_a_payment_that_went_elsewhere_is_not_surely_consent() -> None:
    told = facts(paid(date(2025, 4, 1), 100), paid(date(2025, 6, 1), 30))
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    events = {event.on: event.clear for event in claims.claim(told, owed=owed).events}
    assert events == {date(2025, 4, 1): None, date(2025, 6, 1): True}


def test_a_payment_pays_the_charge_it_names() -> None:
    owed = claims.opened(
        facts(paid(date(2025, 4, 1), 100, charge=2), paid(date(2025, 4, 2), 40, charge=1)), terms=TERMS
    )
    assert owed is not None
    assert (owed.due, owed.paid_by) == ((JANUARY,), {date(2025, 4, 2)})


def test_what_is_too_much_for_a_charge_pays_the_next() -> None:
    owed = claims.opened(facts(paid(date(2025, 4, 1), 250, charge=1)), terms=TERMS)
    assert owed is not None
    assert owed.due == (MARCH,)


def test_nothing_owed_is_no_claim() -> None:
    assert claims.opened(facts(paid(date(2025, 4, 1), 300)), terms=TERMS) is None
    assert claims.opened(facts(days=()), terms=TERMS) is None


def test_a_waiver_lowers_the_debt_and_is_no_payment() -> None:
    told = facts(paid(date(2025, 4, 1), 130, payment=False))
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    assert (owed.due, owed.paid_by) == ((FEBRUARY,), frozenset())
    assert claims.claim(told, owed=owed).events == ()


def test_money_taken_back_without_a_name_is_owed_again() -> None:
    owed = claims.opened(facts(paid(date(2025, 4, 1), 150), paid(date(2025, 4, 9), -100, payment=False)), terms=TERMS)
    assert owed is not None
    assert owed.due == (JANUARY,)


def test_the_instalments_of_a_loan_are_one_debt() -> None:
    told = facts(paid(date(2025, 4, 1), 100), line="instalment_loan")
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    assert owed.due == (JANUARY, FEBRUARY, MARCH)
    assert [event.clear for event in claims.claim(told, owed=owed).events] == [True]
    assert claims.more_to_come(told, owed=owed, on=date(2025, 6, 1), one_debt=TERMS.one_debt)
    assert not claims.more_to_come(told, owed=owed, on=date(2025, 2, 1), one_debt=TERMS.one_debt)
    assert not claims.more_to_come(facts(), owed=owed, on=date(2025, 6, 1), one_debt=TERMS.one_debt)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 120)), max_size=8))
def test_money_is_neither_made_nor_lost(payments: list[tuple[int, int]]) -> None:
    total = sum(amount for _, amount in payments)
    told = facts(*(paid(date.fromordinal(JANUARY.toordinal() + day), amount) for day, amount in payments))
    owed = claims.opened(told, terms=TERMS)
    expected = None if total >= 300 else (JANUARY, FEBRUARY, MARCH)[total // 100]
    assert (owed.due[0] if owed else None) == expected


@pytest.mark.parametrize(
    ("fields", "arrived"),
    [
        ({"connected": True}, True),
        ({"connected": False}, False),
        ({"connected": None}, None),
        ({"channel": "letter", "connected": None}, None),
        ({"channel": "voice", "answered_by": "debtor", "conversation": True}, True),
        ({"channel": "voice", "answered_by": "debtor", "conversation": False}, False),
        ({"channel": "voice", "answered_by": "debtor"}, None),
        ({"channel": "voice", "answered_by": "third_party", "conversation": True}, False),
        ({"channel": "voice", "answered_by": "nobody"}, False),
        ({"channel": "voice", "connected": False}, False),
        ({"channel": "voice", "answered_by": "voicemail"}, None),
        ({"channel": "voice"}, None),
        ({"channel": "visit", "answered_by": "debtor", "conversation": True}, True),
    ],
)
def test_what_reached_the_debtor_is_a_demand(fields: dict[str, Any], arrived: bool | None) -> None:
    assert contact(**fields).arrived is arrived


def demands(*contacts: Contacted) -> list[tuple[date, bool | None]]:
    told = facts()
    told.contacts = list(contacts)
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    return [(event.on, event.arrived) for event in claims.claim(told, owed=owed).events]


def test_a_demand_is_about_the_account_and_made_to_its_debtor() -> None:
    assert demands(contact()) == [(date(2025, 5, 5), True)]
    assert demands(contact(accounts=frozenset({"A2"}))) == []
    assert demands(contact(party=2)) == []


def test_of_a_contact_about_nobody_knows_what_it_is_not_known_whether_it_counts() -> None:
    assert demands(contact(accounts=frozenset())) == [(date(2025, 5, 5), None)]
    assert demands(contact(accounts=frozenset(), connected=False)) == [(date(2025, 5, 5), False)]


def test_a_promise_or_suit_told_of_the_person_only_is_not_sure() -> None:
    told = facts()
    told.signals = [
        Signalled(kind="promise_made", on=MARCH, of_account=True),
        Signalled(kind="court_case", on=MARCH, of_account=False),
        Signalled(kind="login", on=MARCH, of_account=True),
    ]
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    events = claims.claim(told, owed=owed).events
    assert [(event.kind, event.clear) for event in events] == [("promise", True), ("proceedings", None)]


def test_a_guarantee_knows_what_was_said_to_the_guarantor() -> None:
    told = facts()
    told.contacts = [contact(), contact(party=2, connected=None)]
    guarantor = Guarantor(party=2, name="t/G", since=date(2024, 1, 1))
    owed = claims.opened(told, terms=TERMS)
    assert owed is not None
    found = claims.guarantee(told, guarantor=guarantor, owed=owed)
    assert [(act.kind, act.arrived) for act in found.acts] == [("demand", None)]
    assert (found.signed_on, found.due_on, found.papers, found.suits_known) == (date(2024, 1, 1), JANUARY, False, False)
    told.signals = [Signalled(kind="court_case", on=MARCH, of_account=True)]
    assert claims.guarantee(told, guarantor=guarantor, owed=owed).suits_known
