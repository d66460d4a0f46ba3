"""Instalment plans: agreed, changed before they break, kept and broken; and hardship before them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dunwell.compliance.proposal import Refused
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.contact.actions import ask as ask_gate
from dunwell.evidence.models import Row
from dunwell.ledger.models import Hold, Signal
from dunwell.settle import models
from dunwell.settle.agreements import actions, queries
from dunwell.settle.agreements.checks import PlanAsked
from dunwell.settle.agreements.kinds import Agreed, Interval, Means, State
from dunwell.settle.agreements.reviewing import review
from dunwell.settle.hardship import actions as hardship
from dunwell.settle.hardship.kinds import Band, Cause, Duration, Relief
from dunwell.settle.hardship.rules import Budget
from dunwell.settle.refusals import NotAgreedError
from tests.integration.contact.conftest import proposal
from tests.integration.settle.conftest import OVERDUE, Ask, day, moment, pay


def wanted(**said: Any) -> PlanAsked:
    told = {"total": OVERDUE, "count": 3, "interval": Interval.MONTH, "first_on": day(0)}
    return PlanAsked(**(told | said))


def budget(comes_in: str, goes_out: str, currency: str = "CNY") -> Budget:
    income, expenses = {"salary": Decimal(comes_in)}, {"food": Decimal(goes_out)}
    return Budget(income=income, expenses=expenses, dependants=1, currency=currency)


def rules(faulty: pytest.ExceptionInfo[NotAgreedError]) -> list[str]:
    return [one.rule for one in faulty.value.objections]


def test_a_plan_holds_until_its_last_tolerance_is_over(party: int, ask: Ask, rulebook: Rulebook) -> None:
    made = actions.agree_plan(ask(), plan=wanted())
    assert [str(one.due_on) for one in made.instalments.all()] == ["2026-03-10", "2026-04-10", "2026-05-10"]
    assert {one.amount for one in made.instalments.all()} == {Decimal("200.000")}
    hold = Hold.objects.get(party=party)
    assert (hold.kind, str(hold.until_on)) == ("plan", "2026-05-14")
    answer = ask_gate(proposal(party), rulebook=rulebook, at=moment(30))
    assert isinstance(answer, Refused)
    assert "G7-agreed" in answer.rules
    assert Row.objects.get(action="settle.plan").detail["steps"][0] == ["2026-03-10", "200.00"]


def test_a_broken_plan_ends_its_hold(party: int, ask: Ask, rulebook: Rulebook) -> None:
    actions.agree_plan(ask(), plan=wanted())
    pay("200.00", on=day(2))
    assert review(as_of=day(34), by="test", at=moment(34)).told == 0
    found = review(as_of=day(35), by="test", at=moment(35))
    assert (found.broken, found.released) == (1, 1)
    assert Signal.objects.get(kind="plan_broken").number == 200
    assert ask_gate(proposal(party), rulebook=rulebook, at=moment(35)).__class__ is not Refused
    assert review(as_of=day(35), by="test", at=moment(35)).told == 0


def test_a_plan_takes_the_place_of_a_promise(party: int, ask: Ask) -> None:
    actions.promise(ask(), amount=OVERDUE, due_on=day(3), means=Means.ONLINE)
    actions.agree_plan(ask(), plan=wanted())
    told = {one.kind: one.standing.state for one in queries.of_customer(party, on=day(0))}
    assert told == {Agreed.PROMISE: State.REPLACED, Agreed.PLAN: State.OPEN}
    with pytest.raises(NotAgreedError) as error:
        actions.agree_plan(ask(), plan=wanted())
    assert rules(error) == ["AG-OPEN"]


def test_a_plan_may_be_changed_once_and_before_it_breaks(party: int, ask: Ask) -> None:
    first = actions.agree_plan(ask(), plan=wanted())
    pay("200.00", on=day(0))
    later = wanted(total=Decimal(400), first_on=day(20))
    second = actions.agree_plan(ask(at=moment(20)), plan=later, replaces=first.pk)
    told = {one.id: one.standing.state for one in queries.of_customer(party, on=day(20))}
    assert told == {first.pk: State.REPLACED, second.pk: State.OPEN}
    with pytest.raises(NotAgreedError) as error:
        actions.agree_plan(ask(at=moment(21)), plan=later, replaces=second.pk)
    assert "AG-REPLANS" in rules(error)
    with pytest.raises(NotAgreedError) as error:
        actions.agree_plan(ask(at=moment(21)), plan=later, replaces=first.pk)
    assert rules(error) == ["AG-NOT-OPEN"]
    with pytest.raises(NotAgreedError) as error:
        actions.agree_plan(ask(at=moment(60)), plan=wanted(first_on=day(60)), replaces=second.pk)
    assert rules(error) == ["AG-NOT-OPEN"], "broken meanwhile"


def test_a_plan_that_is_paid_is_kept(party: int, ask: Ask) -> None:
    actions.agree_plan(ask(), plan=wanted())
    for number in (0, 31, 62):
        pay("200.00", on=day(number))
    assert review(as_of=day(63), by="test", at=moment(63)).kept == 1
    assert queries.of_customer(party, on=day(63))[0].standing.state is State.KEPT
    assert queries.of_customer(party, on=day(61))[0].standing.state is State.OPEN


def test_a_long_plan_needs_a_statement_and_the_statement_must_carry_it(party: int, ask: Ask) -> None:
    with pytest.raises(NotAgreedError) as error:
        hardship.agree_plan(ask(), plan=wanted(count=6), budget=None)
    assert rules(error) == ["AG-STATEMENT"]
    with pytest.raises(NotAgreedError) as error:
        hardship.agree_plan(ask(), plan=wanted(count=6), budget=budget("1000", "900"))
    assert rules(error) == ["AG-AFFORD"], "85 a month is left, 100 is asked"
    assert models.Statement.objects.count() == 0, "a refused form tells nothing"
    made = hardship.agree_plan(ask(), plan=wanted(count=8), budget=budget("1000", "900"))
    assert made.statement_id == models.Statement.objects.get().pk
    actions.cancel(Agreed.PLAN, number=made.pk, by="test", at=moment(0))
    again = hardship.agree_plan(ask(at=moment(1)), plan=wanted(count=8, first_on=day(1)), budget=None)
    assert again.statement_id == made.statement_id, "a statement counts for thirty days"


def test_a_statement_is_sealed_and_the_evidence_knows_a_band_alone(party: int, ask: Ask) -> None:
    made = hardship.agree_plan(ask(), plan=wanted(), budget=budget("7777", "6543"))
    statement = models.Statement.objects.get(pk=made.statement_id)
    assert hardship.opened(statement) == budget("7777", "6543")
    row = Row.objects.get(action="settle.statement")
    assert row.detail == {"band": Band.ENOUGH.value, "currency": "CNY"}
    for told in Row.objects.all():
        assert "7777" not in str(told.detail)
    assert b"7777" not in bytes(statement.sealed)
    other = hardship.tell_statement(ask(), budget=budget("1", "1", currency="USD"))
    assert hardship.affordable(other, account=made.account_id) is None


@pytest.mark.parametrize(
    ("goes_out", "cause", "relief", "rests"),
    [
        ("1200", Cause.ILLNESS, Relief.REST, True),
        ("1200", Cause.DISASTER, Relief.WAIVER, True),
        ("900", Cause.JOB_LOSS, Relief.PLAN, False),
        ("100", Cause.ILLNESS, Relief.DEFERRAL, False),
        ("100", Cause.OTHER, Relief.NONE, False),
    ],
)
def test_hardship_is_decided_at_once(
    party: int, ask: Ask, rulebook: Rulebook, goes_out: str, cause: Cause, relief: Relief, rests: bool
) -> None:
    said = {"budget": budget("1000", goes_out), "cause": cause, "duration": Duration.SHORT}
    made = hardship.apply(ask(key="one"), **said)
    assert hardship.apply(ask(key="one"), **said).pk == made.pk
    assert made.relief == relief.value
    assert (made.rest_until == day(90)) is rests
    assert Hold.objects.filter(kind="hardship", until_on=day(90)).count() == int(rests)
    asked = Signal.objects.get(party=party)
    assert (asked.kind, asked.code) == ("hardship_asked", cause.value)
    answer = ask_gate(proposal(party), rulebook=rulebook, at=moment(89))
    assert (isinstance(answer, Refused) and "G7-rest" in answer.rules) is rests
    assert Row.objects.get(action="settle.hardship").detail["rule"] == made.rule


def test_an_application_says_what_is_missing(party: int, ask: Ask) -> None:
    with pytest.raises(NotAgreedError) as error:
        hardship.apply(ask(), budget=budget("1", "1"), cause=None, duration=None)
    assert rules(error) == ["AG-CAUSE", "AG-DURATION"]
    with pytest.raises(NotAgreedError):
        hardship.apply(ask(key=""), budget=budget("1", "1"), cause=Cause.OTHER, duration=Duration.SHORT)
    assert models.Hardship.objects.count() == models.Statement.objects.count() == 0
