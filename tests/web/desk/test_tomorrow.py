"""The plans of later days: last of all, because what the pages show is the latest plan."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from dunwell.batch.actions import make_plan
from dunwell.batch.models import Plan as PlanRow
from dunwell.ledger.models import Signal
from dunwell.settle.agreements import queries
from dunwell.settle.agreements.reviewing import review
from tests.web.desk.conftest import DAY, NOON
from tests.web.desk.test_agreements import client, debtor, send  # noqa: F401 - fixtures, by name


def test_a_broken_promise_brings_the_customer_back_into_the_next_plan(client: Client, debtor: int) -> None:  # noqa: F811
    send(client, "promise", debtor, when=DAY.isoformat())
    customer = queries.of_customer(debtor, on=DAY)[0]
    after = customer.terms.held_until
    later = {day: NOON + (day - DAY) for day in (after - timedelta(days=1), after)}
    held, free = (make_plan(as_of=day, by="test", at=at).run for day, at in later.items())
    name = PlanRow.objects.get(run=held, customer__endswith=f"/{_name(debtor)}")
    assert (name.status, name.earliest_on) == ("not_allowed", after)
    again = PlanRow.objects.get(run=free, customer__endswith=f"/{_name(debtor)}")
    assert "G7-agreed" not in str(again.refused)
    assert Signal.objects.filter(party=debtor, kind="promise_broken").count() == 1
    assert review(as_of=after, by="test", at=later[after]).told == 0


def _name(party: int) -> str:
    from dunwell.ledger.models import Party

    return str(Party.objects.get(pk=party).external_id)
