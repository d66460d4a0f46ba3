"""A promise from the form to its end: the hold, the gate, the review, and everything twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.contact.actions import ask as ask_gate
from dunwell.evidence.models import Row
from dunwell.ledger.models import Hold, HoldRelease, Signal
from dunwell.ledger.queries import verify_batches
from dunwell.portrait.queries import owed
from dunwell.settle import models
from dunwell.settle.agreements import actions, queries
from dunwell.settle.agreements.kinds import Agreed, DeferralReason, Means, State
from dunwell.settle.agreements.reviewing import review
from dunwell.settle.refusals import NotAgreedError
from tests.integration.contact.conftest import proposal
from tests.integration.settle.conftest import ON, OVERDUE, Ask, day, moment, pay

DUE = 5
# Two days of tolerance: contact is lawful again on the eighth.
FREE = DUE + 3


def promised(ask: Ask, amount: Decimal = OVERDUE, **more: Any) -> models.Promise:
    return actions.promise(ask(**more), amount=amount, due_on=day(DUE), means=Means.ONLINE)


def rules_on(party: int, rulebook: Rulebook, number: int) -> tuple[str, ...]:
    answer = ask_gate(proposal(party), rulebook=rulebook, at=moment(number))
    return answer.rules if isinstance(answer, Refused) else ()


def signals(party: int) -> list[tuple[str, str | None]]:
    corrected = set(Signal.objects.filter(party=party).values_list("corrects", flat=True))
    living = Signal.objects.filter(party=party).exclude(pk__in=[one for one in corrected if one]).order_by("id")
    return [(one.kind, one.code) for one in living]


def reviewed(number: int) -> Any:
    return review(as_of=day(number), by="test", at=moment(number))


def state(party: int, number: int) -> State:
    return queries.of_customer(party, on=day(number))[0].standing.state


def test_a_promise_is_told_with_its_hold_its_signal_and_its_evidence(party: int, ask: Ask) -> None:
    made = promised(ask)
    hold = Hold.objects.get(party=party)
    assert (hold.kind, hold.from_on, hold.until_on) == ("promise", ON, day(FREE))
    assert made.hold_id == hold.pk
    assert (made.tolerance_days, made.tolerance_amount) == (2, Decimal("6.00"))
    assert signals(party) == [("promise_made", None)]
    assert Signal.objects.get(party=party).number == 600
    row = Row.objects.get(action="settle.promise")
    assert (row.by, row.detail["total"], row.detail["means"]) == ("staff:COL-1", "600.00", "online")
    assert verify_batches().sound


def test_a_promise_stops_contact_until_its_tolerance_is_over(party: int, ask: Ask, rulebook: Rulebook) -> None:
    assert rules_on(party, rulebook, 0) == ()
    promised(ask)
    for number in (0, DUE, FREE - 1):
        assert rules_on(party, rulebook, number) == ("G7-agreed",)
    assert rules_on(party, rulebook, FREE) == ()
    answer = ask_gate(proposal(party), rulebook=rulebook, at=moment(1))
    assert isinstance(answer, Refused)
    assert answer.earliest is not None
    assert answer.earliest.date() == day(FREE)


def test_the_same_form_twice_makes_one_promise(party: int, ask: Ask) -> None:
    first = promised(ask, key="same")
    assert promised(ask, key="same").pk == first.pk
    assert (models.Promise.objects.count(), Hold.objects.count(), Signal.objects.count()) == (1, 1, 1)
    with pytest.raises(NotAgreedError) as error:
        promised(ask)
    assert [one.rule for one in error.value.objections] == ["AG-OPEN"]
    assert Row.objects.filter(action="settle.promise").count() == 1


def test_what_is_refused_leaves_nothing_behind(party: int, ask: Ask) -> None:
    with pytest.raises(NotAgreedError) as error:
        actions.promise(ask(), amount=Decimal("900.01"), due_on=day(-1), means=None)
    assert {one.rule for one in error.value.objections} == {"AG-TOO-MUCH", "AG-PAST", "AG-MEANS"}
    for wrong in ({"account": None}, {"account": 10**9}, {"key": ""}, {"party": 10**9}):
        with pytest.raises(NotAgreedError):
            promised(ask, **wrong)
    assert (Hold.objects.count(), Signal.objects.count(), models.Promise.objects.count()) == (0, 0, 0)


def test_a_broken_promise_is_told_once_and_the_customer_may_be_called(party: int, ask: Ask, rulebook: Rulebook) -> None:
    promised(ask)
    assert reviewed(FREE - 1).told == 0
    found = reviewed(FREE)
    assert (found.broken, found.kept, found.released) == (1, 0, 0)
    assert signals(party) == [("promise_made", None), ("promise_broken", None)]
    assert Signal.objects.get(kind="promise_broken").happened_on == day(FREE)
    before = Row.objects.count()
    assert reviewed(FREE).told == reviewed(FREE + 1).told == 0
    assert Row.objects.count() == before
    assert rules_on(party, rulebook, FREE) == ()


def test_a_kept_promise_ends_its_hold_at_once(party: int, ask: Ask, rulebook: Rulebook) -> None:
    promised(ask)
    pay("594.00", on=day(2))
    assert state(party, 1) is State.OPEN
    found = reviewed(2)
    assert (found.kept, found.released) == (1, 1)
    assert signals(party) == [("promise_made", None), ("promise_kept", None)]
    assert "G7-agreed" not in rules_on(party, rulebook, 2)
    assert reviewed(2).released == reviewed(3).released == 0
    assert HoldRelease.objects.count() == 1


def test_partly_paid_counts_as_broken_and_says_so(party: int, ask: Ask) -> None:
    promised(ask)
    pay("100.00", on=day(2))
    reviewed(FREE)
    assert state(party, FREE) is State.PARTIAL
    assert signals(party)[-1] == ("promise_broken", "partial")
    assert Signal.objects.get(kind="promise_broken").number == 100


def test_a_payment_that_comes_to_light_corrects_what_was_told(party: int, ask: Ask) -> None:
    promised(ask)
    reviewed(FREE)
    pay("600.00", on=day(3))
    assert state(party, FREE) is State.KEPT
    assert reviewed(FREE + 1).kept == 1
    assert signals(party) == [("promise_made", None), ("promise_kept", None)]
    pay("10.00", on=day(3), name="corrected", corrects="Z2026-03-13-600.00")
    assert reviewed(FREE + 2).broken == 1
    assert signals(party)[-1] == ("promise_broken", "partial")


def test_a_review_of_an_earlier_day_takes_nothing_back(party: int, ask: Ask) -> None:
    promised(ask)
    reviewed(FREE)
    assert reviewed(2).told == 0
    assert signals(party)[-1] == ("promise_broken", None)


def test_a_cancelled_promise_sets_the_customer_free(party: int, ask: Ask, rulebook: Rulebook) -> None:
    made = promised(ask)
    assert actions.cancel(Agreed.PROMISE, number=made.pk, by="staff:COL-1", at=moment(1))
    assert not actions.cancel(Agreed.PROMISE, number=made.pk, by="staff:COL-1", at=moment(1)), "once"
    assert rules_on(party, rulebook, 1) == ()
    assert state(party, 1) is State.CANCELLED
    assert reviewed(FREE).told == 0
    assert models.AgreementEnd.objects.get().kind == "cancelled"
    promised(ask, at=moment(1))
    with pytest.raises(NotAgreedError):
        actions.cancel(Agreed.PROMISE, number=10**9, by="test", at=moment(1))


def test_nothing_that_was_agreed_is_ever_changed(party: int, ask: Ask) -> None:
    made = promised(ask)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        models.Promise.objects.filter(pk=made.pk).update(amount=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        models.Promise.objects.filter(pk=made.pk).delete()


def test_days_late_go_on_under_a_promise_and_rest_under_a_deferral(party: int, ask: Ask) -> None:
    def late(number: int) -> tuple[int, int]:
        [row] = owed(party, on=day(number))
        return row.position.past_due_days, row.position.delinquent_days

    made = promised(ask)
    assert late(4) == (41, 41)
    actions.cancel(Agreed.PROMISE, number=made.pk, by="test", at=moment(0))
    actions.defer(ask(), until_on=day(10), reason=DeferralReason.ILLNESS)
    assert late(0) == (37, 37)
    assert late(10) == (47, 37)


def test_a_deferral_moves_what_is_overdue_and_only_so_often(party: int, ask: Ask, rulebook: Rulebook) -> None:
    made = actions.defer(ask(), until_on=day(10), reason=DeferralReason.SALARY_LATE)
    assert made.amount == OVERDUE
    assert rules_on(party, rulebook, 10) == ("G7-agreed",)
    assert rules_on(party, rulebook, 11) == ()
    reviewed(11)
    assert signals(party) == [("deferral_agreed", None), ("deferral_broken", None)]
    actions.defer(ask(at=moment(20)), until_on=day(22), reason=DeferralReason.ILLNESS)
    with pytest.raises(NotAgreedError) as error:
        actions.defer(ask(at=moment(40)), until_on=day(42), reason=DeferralReason.ILLNESS)
    assert [one.rule for one in error.value.objections] == ["AG-PER-YEAR"]
    assert actions.defer(ask(at=moment(366)), until_on=day(370), reason=DeferralReason.ILLNESS)
