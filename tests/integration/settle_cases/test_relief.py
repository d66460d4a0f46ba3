"""Relief from the proposal to the ledger: who decides, what is owed then, and what the evidence holds."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dunwell.access.kinds import Role
from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.contact.actions import ask as gate
from dunwell.evidence.models import Row
from dunwell.ledger.kinds import Component
from dunwell.ledger.models import Adjustment, Hold, HoldRelease, Party, Signal
from dunwell.ledger.queries import verify_batches
from dunwell.settle.models import Relief, ReliefAct
from dunwell.settle.refusals import NotAgreedError
from dunwell.settle.relief import actions, addendum, queries
from dunwell.settle.relief.judging import Ask
from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefState
from dunwell.settle.relief.reviewing import review
from tests.integration.contact.conftest import AT, proposal
from tests.integration.settle_cases.conftest import (
    AGENCY,
    COLLECTOR,
    DAY,
    FINANCE,
    LEAD,
    MANAGER,
    account,
    key,
    owed,
    pay,
    person,
)

LATER = AT + timedelta(hours=1)
P, F, N, C = Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL


def waiver(amounts: dict[Component, str] | None = None, *, on: str = "A-P0", **told: Any) -> Ask:
    sums = {component: Decimal(amount) for component, amount in (amounts or {P: "150"}).items()}
    return Ask(kind=ReliefKind.WAIVER, accounts=(account(on),), reason="goodwill", amounts=sums, **told)


def lump(amount: str = "1000", *, days: int = 10, **told: Any) -> Ask:
    pay_by = AT.date() + timedelta(days=days)
    kind = {"kind": ReliefKind.SETTLEMENT, "reason": "lump_sum", "accounts": (account(),)}
    return Ask(**{**kind, "pay_amount": Decimal(amount), "pay_by": pay_by, **told})


def stands(relief: Relief, *, at: Any = LATER) -> ReliefState:
    return queries.of([relief.pk], at=at)[0].state


def fault(error: pytest.ExceptionInfo[NotAgreedError]) -> tuple[str, str]:
    return error.value.objections[0].rule, error.value.objections[0].field


# ---- within one's own authority --------------------------------------------------------------------------------------


def test_within_ones_authority_it_takes_effect_at_once(customer: Party) -> None:
    before = owed(customer)
    made = actions.propose(customer, ask=waiver(), key=key(), by=COLLECTOR, at=AT)
    assert stands(made) is ReliefState.GRANTED
    assert owed(customer) == before - 150
    told = Adjustment.objects.get()
    assert (told.kind, told.amount, told.charge.component) == ("waiver", 150, "penalty")
    assert {"relief_proposed", "relief_granted"} <= set(Signal.objects.values_list("kind", flat=True))
    assert verify_batches().sound


def test_the_evidence_holds_the_sum_the_reason_and_the_digest_of_the_addendum(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver(), key=key(), by=COLLECTOR, at=AT)
    proposed = Row.objects.get(action="settle.relief_proposed").detail
    assert (proposed["waived"], proposed["reason"], proposed["level"]) == ("150.00", "goodwill", "collector")
    paper = Row.objects.filter(action="settle.relief_step").order_by("-id")[0].detail["addendum_sha256"]
    terms = queries.terms(queries.whole().get(pk=made.pk), agreed_at=AT)
    assert paper == addendum.digest(terms)
    assert {text.language for text in addendum.texts(terms, name="王先生")} == {"en", "zh"}
    assert all("王先生" in text.body and "150" in text.body for text in addendum.texts(terms, name="王先生"))


def test_the_same_form_sent_twice_changes_nothing_twice(customer: Party) -> None:
    told = key()
    first = actions.propose(customer, ask=waiver(), key=told, by=COLLECTOR, at=AT)
    again = actions.propose(customer, ask=waiver(), key=told, by=COLLECTOR, at=LATER)
    assert first == again
    assert Adjustment.objects.count() == 1


def test_a_failing_ledger_undoes_the_whole_step(customer: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Row.objects.count()
    monkeypatch.setattr("dunwell.settle.case_facts.tell", _fails)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.propose(customer, ask=waiver(), key=key(), by=COLLECTOR, at=AT)
    assert (Relief.objects.count(), ReliefAct.objects.count(), Row.objects.count()) == (0, 0, rows)


def _fails(*_arguments: Any, **_named: Any) -> None:
    raise IntegrityError("the disk is full")


# ---- above it --------------------------------------------------------------------------------------------------------


def test_above_ones_authority_it_goes_up_and_is_approved(customer: Party) -> None:
    ask = waiver({P: "150", F: "100", N: "60", C: "50"})
    made = actions.propose(customer, ask=ask, key=key(), by=COLLECTOR, at=AT)
    assert (made.level, stands(made), Adjustment.objects.count()) == (Level.MANAGER, ReliefState.OPEN, 0)
    for nobody, rule in ((COLLECTOR, "CS-OWN"), (LEAD, "CS-SEAT"), (FINANCE, "CS-SEAT"), (AGENCY, "CS-SEAT")):
        with pytest.raises(NotAgreedError) as error:
            actions.approve(made.pk, by=nobody, at=LATER)
        assert fault(error)[0] == rule
    assert actions.approve(made.pk, by=MANAGER, at=LATER).state is ReliefState.GRANTED
    assert owed(customer) == 950
    with pytest.raises(NotAgreedError) as error:
        actions.approve(made.pk, by=MANAGER, at=LATER)
    assert fault(error)[0] == "CS-STATE"


def test_joint_needs_manager_and_finance(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "100", N: "60", C: "500"}), key=key(), by=LEAD, at=AT)
    assert made.level == Level.JOINT
    assert actions.approve(made.pk, by=FINANCE, at=LATER).state is ReliefState.OPEN
    with pytest.raises(NotAgreedError) as error:
        actions.approve(made.pk, by=person(Role.FINANCE, "FIN-2"), at=LATER)
    assert fault(error)[0] == "CS-VOTED"
    assert actions.approve(made.pk, by=MANAGER, at=LATER).state is ReliefState.GRANTED
    assert owed(customer) == 500


def test_a_manager_cannot_decide_a_joint_one_of_his_own(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "100", N: "60", C: "500"}), key=key(), by=MANAGER, at=AT)
    assert stands(made) is ReliefState.OPEN
    with pytest.raises(NotAgreedError):
        actions.approve(made.pk, by=MANAGER, at=LATER)


def test_one_refusal_ends_it(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "100"}), key=key(), by=COLLECTOR, at=AT)
    actions.refuse(made.pk, by=LEAD, at=LATER, note="not now")
    assert stands(made) is ReliefState.REFUSED
    assert owed(customer) == 1310


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        (lambda: waiver({P: "150.01"}), ("CS-TOO-MUCH", "penalty")),
        (lambda: waiver({F: "50"}), ("CS-ORDER", "penalty")),
        (lambda: waiver({P: "-5"}), ("ST-AMOUNT", "penalty")),
        (lambda: waiver({P: "5.001"}), ("ST-PLACES", "penalty")),
        (lambda: waiver({P: "0"}), ("CS-NOTHING", "amounts")),
        (lambda: waiver({P: "150", F: "100", N: "60", C: "900"}), ("CS-POLICY", "principal")),
        (lambda: Ask(kind=ReliefKind.WAIVER, accounts=(), reason="goodwill"), ("ST-ACCOUNT", "account")),
        (lambda: Ask(kind=ReliefKind.WAIVER, accounts=(1,), reason="because"), ("ST-REASON", "reason")),
        (lambda: lump("1310"), ("CS-LUMP", "pay_amount")),
        (lambda: lump(days=31), ("CS-DAY", "pay_by")),
        (lambda: lump(days=-1), ("CS-DAY", "pay_by")),
        (lambda: lump("100"), ("CS-POLICY", "pay_amount")),
        (lambda: waiver(note="x" * 2001), ("CS-NOTE", "note")),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(customer: Party, ask: Any, wrong: tuple[str, str]) -> None:
    with pytest.raises(NotAgreedError) as error:
        actions.propose(customer, ask=ask(), key=key(), by=COLLECTOR, at=AT)
    assert fault(error) == wrong
    objection = error.value.objections[0]
    assert objection.told("zh-hans") != objection.told("en")
    assert Relief.objects.count() == 0


def test_relief_cannot_be_split_over_time_and_accounts(customer: Party) -> None:
    actions.propose(customer, ask=waiver({P: "150"}), key=key(), by=COLLECTOR, at=AT)
    made = actions.propose(customer, ask=waiver({P: "80"}, on="A-2"), key=key(), by=COLLECTOR, at=AT + 90 * DAY)
    assert (made.level, stands(made, at=AT + 90 * DAY)) == (Level.TEAM_LEAD, ReliefState.OPEN)


def test_after_a_year_it_no_longer_counts(customer: Party) -> None:
    actions.propose(customer, ask=waiver({P: "150"}), key=key(), by=COLLECTOR, at=AT)
    made = actions.propose(customer, ask=waiver({P: "80"}, on="A-2"), key=key(), by=COLLECTOR, at=AT + 366 * DAY)
    assert made.level == Level.COLLECTOR


def test_a_second_proposal_waits_for_the_first(customer: Party) -> None:
    actions.propose(customer, ask=waiver({P: "150", F: "100"}), key=key(), by=COLLECTOR, at=AT)
    with pytest.raises(NotAgreedError) as error:
        actions.propose(customer, ask=waiver({P: "80"}, on="A-2"), key=key(), by=COLLECTOR, at=LATER)
    assert fault(error)[0] == "CS-OPEN"
    # It is void after fourteen days.
    late = AT + 15 * DAY
    actions.propose(customer, ask=waiver({P: "80"}, on="A-2"), key=key(), by=COLLECTOR, at=late)


def test_what_was_paid_meanwhile_is_not_let_go(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "100"}), key=key(), by=COLLECTOR, at=AT)
    pay("200", on=AT.date())
    with pytest.raises(NotAgreedError) as error:
        actions.approve(made.pk, by=LEAD, at=LATER)
    assert fault(error)[0] == "CS-CHANGED"


# ---- counter-offers --------------------------------------------------------------------------------------------------


def test_a_counter_offer_comes_back_and_is_accepted(customer: Party) -> None:
    asked = waiver({P: "150", F: "100", N: "60", C: "300"})
    made = actions.propose(customer, ask=asked, key=key(), by=COLLECTOR, at=AT)
    less = waiver({P: "150", F: "50"})
    offer = actions.counter(made.pk, ask=less, key=key(), by=MANAGER, at=LATER)
    assert (stands(made), stands(offer)) == (ReliefState.COUNTERED, ReliefState.OFFERED)
    for other in (LEAD, MANAGER):
        with pytest.raises(NotAgreedError) as error:
            actions.accept(offer.pk, by=other, at=LATER)
        assert fault(error)[0] == "CS-PROPOSER"
    assert actions.accept(offer.pk, by=COLLECTOR, at=LATER).state is ReliefState.GRANTED
    assert owed(customer) == 1110


def test_a_counter_offer_is_dropped_or_must_be_less(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "50"}), key=key(), by=COLLECTOR, at=AT)
    with pytest.raises(NotAgreedError) as error:
        actions.counter(made.pk, ask=waiver({P: "150", F: "100"}), key=key(), by=LEAD, at=LATER)
    assert fault(error)[0] == "CS-LESS"
    offer = actions.counter(made.pk, ask=waiver({P: "100"}), key=key(), by=LEAD, at=LATER)
    actions.drop(offer.pk, by=COLLECTOR, at=LATER)
    assert stands(offer) is ReliefState.DROPPED
    assert owed(customer) == 1310


def test_a_joint_counter_offer_still_needs_the_other_side(customer: Party) -> None:
    made = actions.propose(customer, ask=waiver({P: "150", F: "100", N: "60", C: "600"}), key=key(), by=LEAD, at=AT)
    offer = actions.counter(
        made.pk, ask=waiver({P: "150", F: "100", N: "60", C: "450"}), key=key(), by=FINANCE, at=LATER
    )
    assert actions.accept(offer.pk, by=LEAD, at=LATER).state is ReliefState.OPEN
    assert actions.approve(offer.pk, by=MANAGER, at=LATER).state is ReliefState.GRANTED


# ---- settlements -----------------------------------------------------------------------------------------------------


def agreed(customer: Party) -> Relief:
    made = actions.propose(customer, ask=lump(), key=key(), by=MANAGER, at=AT)
    assert stands(made) is ReliefState.AWAITED
    return made


def test_a_settlement_rests_until_the_sum_has_come_and_then_lets_the_rest_go(customer: Party) -> None:
    made = agreed(customer)
    hold = Hold.objects.get(kind="plan")
    assert (hold.from_on, hold.until_on) == (AT.date(), AT.date() + timedelta(days=13))
    assert owed(customer) == 1310
    pay("600", on=AT.date() + timedelta(days=3))
    day = AT.date() + timedelta(days=5)
    assert review(as_of=day, by="test", at=AT + 5 * DAY) == {"granted": 0, "lapsed": 0}
    pay("400", on=day)
    assert review(as_of=day, by="test", at=AT + 5 * DAY) == {"granted": 1, "lapsed": 0}
    assert stands(made) is ReliefState.GRANTED
    assert owed(customer, at=AT + 5 * DAY) == 0
    assert HoldRelease.objects.get(hold=hold).released_on == day
    assert review(as_of=day, by="test", at=AT + 5 * DAY) == {"granted": 0, "lapsed": 0}
    assert sum(Adjustment.objects.values_list("amount", flat=True)) == 310
    assert verify_batches().sound


def test_a_lapsed_settlement_lets_nothing_go(customer: Party) -> None:
    made = agreed(customer)
    pay("999", on=AT.date() + timedelta(days=12))
    last = AT.date() + timedelta(days=12)
    assert review(as_of=last, by="test", at=AT + 12 * DAY) == {"granted": 0, "lapsed": 0}
    after = last + timedelta(days=1)
    assert review(as_of=after, by="test", at=AT + 13 * DAY) == {"granted": 0, "lapsed": 1}
    assert review(as_of=after, by="test", at=AT + 13 * DAY) == {"granted": 0, "lapsed": 0}
    assert stands(made) is ReliefState.LAPSED
    assert (owed(customer, at=AT + 13 * DAY), Adjustment.objects.count()) == (311, 0)


def test_money_told_late_makes_a_lapsed_settlement_whole(customer: Party) -> None:
    made = agreed(customer)
    review(as_of=AT.date() + timedelta(days=20), by="test", at=AT + 20 * DAY)
    assert stands(made) is ReliefState.LAPSED
    pay("1000", on=AT.date() + timedelta(days=9))
    assert review(as_of=AT.date() + timedelta(days=21), by="test", at=AT + 21 * DAY) == {"granted": 1, "lapsed": 0}
    assert (stands(made), owed(customer, at=AT + 21 * DAY)) == (ReliefState.GRANTED, 0)


def test_whoever_pays_more_than_the_sum_is_let_off_less(customer: Party) -> None:
    agreed(customer)
    pay("1200", on=AT.date() + timedelta(days=1))
    review(as_of=AT.date() + timedelta(days=1), by="test", at=AT + DAY)
    assert sum(Adjustment.objects.values_list("amount", flat=True)) == 110
    assert owed(customer, at=AT + DAY) == 0


def test_money_from_before_the_agreement_does_not_count(customer: Party) -> None:
    pay("100", on=AT.date() - timedelta(days=1))
    made = actions.propose(customer, ask=lump("900"), key=key(), by=MANAGER, at=AT)
    pay("850", on=AT.date())
    review(as_of=AT.date(), by="test", at=LATER)
    assert stands(made) is ReliefState.AWAITED


def test_while_the_sum_is_awaited_nobody_collects(customer: Party, rulebook: Rulebook) -> None:
    agreed(customer)
    answer = gate(proposal(customer.pk, account=account()), rulebook=rulebook, at=LATER)
    assert isinstance(answer, Refused), answer


def test_a_settlement_that_is_awaited_counts_as_given(customer: Party) -> None:
    agreed(customer)
    late = AT + DAY
    with pytest.raises(NotAgreedError) as error:
        actions.propose(customer, ask=waiver({P: "80"}, on="A-2"), key=key(), by=COLLECTOR, at=late)
    assert fault(error)[0] == "CS-OPEN"


# ---- the database ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["settle_relief", "settle_reliefline", "settle_reliefact"])
def test_what_was_told_is_never_changed(customer: Party, table: str) -> None:
    actions.propose(customer, ask=waiver(), key=key(), by=COLLECTOR, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_never_give_more_than_one_may(customer: Party) -> None:
    """Each is within the collector's authority, both together are not: the second sees the first."""
    made: list[Relief | str] = []
    gate_ = threading.Barrier(2)

    def one(ask: Ask) -> None:
        try:
            gate_.wait()
            made.append(actions.propose(customer, ask=ask, key=key(), by=COLLECTOR, at=AT))
        except NotAgreedError as error:
            made.append(error.objections[0].rule)
        finally:
            connection.close()

    asks = [waiver({P: "150"}), waiver({P: "80"}, on="A-2")]
    threads = [threading.Thread(target=one, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [stands(one) for one in made if isinstance(one, Relief)]
    assert states.count(ReliefState.GRANTED) == 1
    assert sum(Adjustment.objects.values_list("amount", flat=True)) <= 200


def test_dates_are_the_houses(customer: Party) -> None:
    night = AT.replace(hour=0, minute=30)
    actions.propose(customer, ask=waiver(), key=key(), by=COLLECTOR, at=night)
    assert Adjustment.objects.get().effective_on == date(2026, 3, 10)
