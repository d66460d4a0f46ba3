"""Places in the queue of an account, and the numbers that stand for days."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import ibis
import pytest

from dunwell.portrait import queue
from dunwell.portrait.rules import COMPONENT_ORDER


def value(expression: Any) -> Any:
    """This function will let the engine work out one value."""
    with duckdb.connect() as engine:
        row = engine.execute(str(ibis.to_sql(expression.name("value").as_table()))).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(1970, 1, 1), 0), (date(1970, 1, 2), 1), (date(1969, 12, 31), -1), (date(2026, 11, 20), 20777)],
)
def test_days_are_numbered_from_1970(day: date, number: int) -> None:
    assert value(queue.days(ibis.literal(day))) == number == (day - date(1970, 1, 1)).days


def test_the_last_day_of_the_calendar_leaves_room_for_an_amount() -> None:
    last = value(queue.days(ibis.literal(date.max)))
    assert last < queue.DAYS_MAX
    assert ((last * len(COMPONENT_ORDER) + len(COMPONENT_ORDER)) * queue.AMOUNTS) < 2**63
    assert len(COMPONENT_ORDER) * queue.DAYS_MAX * queue.AMOUNTS < -queue.HEAD * 2


def test_the_first_day_of_the_calendar_comes_after_the_credit() -> None:
    first = value(queue.days(ibis.literal(date.min)))
    assert first * len(COMPONENT_ORDER) * queue.AMOUNTS > queue.HEAD


def test_components_are_ranked_in_the_order_in_which_they_are_paid() -> None:
    ranks = [value(queue._rank(ibis.literal(component.value))) for component in COMPONENT_ORDER]
    assert ranks == sorted(set(ranks)) == list(range(len(COMPONENT_ORDER)))


@pytest.mark.parametrize(
    ("amount", "thousandths"),
    [("0.001", 1), ("12.345", 12_345), ("-5", -5_000), ("999999999999.999", queue.AMOUNTS - 1)],
)
def test_amounts_are_told_in_thousandths_up_to_a_bound(amount: str, thousandths: int) -> None:
    money = ibis.literal(Decimal(amount), type=queue.MONEY)
    assert value(queue._thousandths(money)) == thousandths
