"""Where an account stands: examples that read as a specification; the judge and the frame must both agree.

All days are counted back from TODAY: `due(30)` is due thirty days ago.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from portrait_tables import TERMS, TODAY, account, as_row, as_tables, day, party, snapshot, stand

from dunwell.portrait.rules import Adjustment, Charge, Facts, Hold, Payment, Product, position


def due(days_ago: int, amount: str = "100", *, id: int = 1, component: str = "principal", booked: int = 300) -> Charge:
    return Charge(id, day(booked), day(days_ago), component, Decimal(amount))


def paid(days_ago: int, amount: str = "100", *, charge: int | None = None, id: int | None = None) -> Payment:
    return Payment(day(days_ago), Decimal(amount), charge, id)


def adjusted(kind: str, days_ago: int, amount: str = "100", **named: int) -> Adjustment:
    return Adjustment(day(days_ago), kind, Decimal(amount), **named)


def held(first: int, until: int | None) -> Hold:
    return Hold(day(first), None if until is None else day(until))


TWO = [due(60, "100", id=1), due(30, "50", id=2)]
FOUR = [
    due(60, "10", id=1, component="fee"),
    due(60, "20", id=2, component="interest"),
    due(60, "100", id=3),
    due(90, "200", id=4),
]

EXAMPLES: dict[str, tuple[Facts, dict[str, Any]]] = {
    # ---- lateness
    "no charges at all": (Facts(), {"outstanding": 0, "overdue": 0, "oldest_unpaid_due_on": None, "past_due_days": 0}),
    "due in the future": (
        Facts(charges=[due(-5)]),
        {"outstanding": 100, "overdue": 0, "oldest_unpaid_due_on": None, "past_due_days": 0, "open_charges": 1},
    ),
    "on the due date": (
        Facts(charges=[due(0)]),
        {"overdue": 0, "oldest_unpaid_due_on": TODAY, "past_due_days": 0, "delinquent_days": 0},
    ),
    "the day after": (Facts(charges=[due(1)]), {"overdue": 100, "past_due_days": 1, "delinquent_days": 1}),
    "the last day of grace": (Facts(charges=[due(3)], grace_days=3), {"past_due_days": 3, "delinquent_days": 0}),
    "the day after grace": (Facts(charges=[due(4)], grace_days=3), {"past_due_days": 4, "delinquent_days": 1}),
    "booked tomorrow": (Facts(charges=[due(5, booked=-1)]), {"outstanding": 0, "overdue": 0, "past_due_days": 0}),
    # ---- payments
    "paid in full": (
        Facts(charges=TWO, payments=[paid(20, "150")]),
        {"outstanding": 0, "oldest_unpaid_due_on": None, "past_due_days": 0, "unapplied": 0, "open_charges": 0},
    ),
    "the oldest first": (
        Facts(charges=TWO, payments=[paid(20, "100")]),
        {"overdue": 50, "past_due_days": 30, "open_charges": 1},
    ),
    "part of the oldest": (
        Facts(charges=TWO, payments=[paid(20, "99.99")]),
        {"overdue": Decimal("50.01"), "past_due_days": 60, "open_charges": 2},
    ),
    "more than is owed": (
        Facts(charges=TWO, payments=[paid(20, "200")]),
        {"outstanding": 0, "unapplied": 50, "overdue": 0},
    ),
    "in advance, before the due date": (
        Facts(charges=[due(-10)], payments=[paid(2, "60")]),
        {"outstanding": 40, "unapplied": 0, "past_due_days": 0},
    ),
    "tomorrow's payment": (Facts(charges=TWO, payments=[paid(-1, "150")]), {"overdue": 150, "unapplied": 0}),
    "of two alike the smaller first": (
        Facts(charges=[due(30, "50", id=1), due(30, "100", id=2)], payments=[paid(20, "60")]),
        {"outstanding": 90, "open_charges": 1},
    ),
    "payments without a charge": (Facts(payments=[paid(20, "30")]), {"outstanding": 0, "unapplied": 30}),
    # ---- the order of components
    "due date first: cost, interest, principal of one date": (
        Facts(charges=FOUR[:3], payments=[paid(20, "35")]),
        {"outstanding_fee": 0, "outstanding_interest": 0, "outstanding_principal": 95},
    ),
    "due date first: older principal before newer cost": (
        Facts(charges=FOUR, payments=[paid(20, "205")]),
        {"outstanding_fee": 5, "outstanding_interest": 20, "outstanding_principal": 100, "past_due_days": 60},
    ),
    "component first: newer cost before older principal": (
        Facts(charges=FOUR, payments=[paid(20, "205")], allocation="component_first"),
        {"outstanding_fee": 0, "outstanding_interest": 0, "outstanding_principal": 125, "past_due_days": 90},
    ),
    "fee before penalty": (
        Facts(
            charges=[due(9, "5", id=1, component="penalty"), due(9, "5", id=2, component="fee")],
            payments=[paid(1, "5")],
        ),
        {"outstanding_fee": 0, "outstanding_penalty": 5},
    ),
    # ---- directed payments
    "directed at the newer charge": (
        Facts(charges=TWO, payments=[paid(20, "50", charge=2)]),
        {"overdue": 100, "past_due_days": 60, "unapplied": 0},
    ),
    "directed, the excess pays others": (
        Facts(charges=TWO, payments=[paid(20, "80", charge=2)]),
        {"overdue": 70, "past_due_days": 60, "unapplied": 0},
    ),
    "directed at a charge not booked yet": (
        Facts(charges=[due(60, id=1), due(-40, id=2, booked=-5)], payments=[paid(20, "100", charge=2)]),
        {"overdue": 100, "unapplied": 100, "past_due_days": 60},
    ),
    "directed and pooled together": (
        Facts(charges=TWO, payments=[paid(20, "30", charge=2), paid(10, "110")]),
        {"overdue": 10, "past_due_days": 30},
    ),
    # ---- adjustments
    "waiver of a fee": (
        Facts(charges=FOUR[:1], adjustments=[adjusted("waiver", 3, "10", charge=1)]),
        {"outstanding": 0, "outstanding_fee": 0, "past_due_days": 0},
    ),
    "credit note for anything": (Facts(charges=TWO, adjustments=[adjusted("credit_note", 3)]), {"past_due_days": 30}),
    "a waiver from tomorrow on": (Facts(charges=TWO, adjustments=[adjusted("waiver", -1)]), {"past_due_days": 60}),
    "written off, still owed": (
        Facts(charges=TWO, adjustments=[adjusted("write_off", 3, "150")]),
        {"outstanding": 150, "overdue": 150, "written_off": True},
    ),
    "reversal": (
        Facts(charges=TWO, payments=[paid(20, "150")], adjustments=[adjusted("reversal", 10, "150")]),
        {"overdue": 150, "past_due_days": 60},
    ),
    "reversal from tomorrow on": (
        Facts(charges=TWO, payments=[paid(20, "150")], adjustments=[adjusted("reversal", -1, "150")]),
        {"overdue": 0},
    ),
    "chargeback of a directed payment": (
        Facts(
            charges=TWO,
            payments=[paid(20, "50", charge=2, id=1), paid(20, "100", id=2)],
            adjustments=[adjusted("chargeback", 10, "50", payment=1)],
        ),
        {"overdue": 50, "past_due_days": 30},
    ),
    "chargeback in part": (
        Facts(
            charges=TWO,
            payments=[paid(20, "100", id=1)],
            adjustments=[adjusted("chargeback", 10, "40", payment=1)],
        ),
        {"overdue": 90, "past_due_days": 60},
    ),
    "more taken back than came": (
        Facts(charges=TWO, payments=[paid(20, "10")], adjustments=[adjusted("reversal", 10, "500")]),
        {"outstanding": 150, "unapplied": 0},
    ),
    # ---- holds
    "held for nine days": (Facts(charges=[due(30)], holds=[held(20, 11)]), {"held_days": 9, "delinquent_days": 21}),
    "held before the due date": (Facts(charges=[due(30)], holds=[held(40, 30)]), {"held_days": 0}),
    "held across the due date": (Facts(charges=[due(30)], holds=[held(40, 28)]), {"held_days": 2}),
    "held, still open": (Facts(charges=[due(30)], holds=[held(10, None)]), {"held_days": 10, "delinquent_days": 20}),
    "held into the future": (Facts(charges=[due(30)], holds=[held(10, -99)]), {"held_days": 10}),
    "from today on": (Facts(charges=[due(30)], holds=[held(0, -9)]), {"held_days": 0, "delinquent_days": 30}),
    "a hold of no length": (Facts(charges=[due(30)], holds=[held(10, 10)]), {"held_days": 0}),
    "overlapping holds": (Facts(charges=[due(30)], holds=[held(25, 15), held(20, 10)]), {"held_days": 15}),
    "a hold inside another": (Facts(charges=[due(30)], holds=[held(25, 5), held(20, 10)]), {"held_days": 20}),
    "adjacent holds": (Facts(charges=[due(30)], holds=[held(25, 20), held(20, 15)]), {"held_days": 10}),
    "holds apart": (Facts(charges=[due(30)], holds=[held(25, 24), held(20, 18), held(9, 6)]), {"held_days": 6}),
    "the same hold twice": (Facts(charges=[due(30)], holds=[held(25, 20), held(25, 20)]), {"held_days": 5}),
    "held all the time": (Facts(charges=[due(30)], holds=[held(99, None)], grace_days=3), {"delinquent_days": 0}),
    "held, nothing overdue": (Facts(charges=[due(-3)], holds=[held(9, None)]), {"held_days": 0}),
    "held days count from the oldest that is unpaid now": (
        Facts(charges=TWO, payments=[paid(20, "100")], holds=[held(50, 20)]),
        {"past_due_days": 30, "held_days": 10, "delinquent_days": 20},
    ),
    # ---- punctuality
    "on time": (
        Facts(charges=TWO, payments=[paid(61), paid(30, "50")]),
        {"charges_due_12m": 2, "charges_on_time_12m": 2},
    ),
    "late, and how late": (
        Facts(charges=TWO, payments=[paid(40), paid(20, "50")]),
        {"charges_on_time_12m": 0, "peak_past_due_days_6m": 20, "peak_past_due_days_12m": 20},
    ),
    "a late payment long ago": (
        Facts(charges=[due(330)], payments=[paid(300)]),
        {"peak_past_due_days_6m": 0, "peak_past_due_days_12m": 30, "payments_12m": 1},
    ),
    "too long ago": (
        Facts(charges=[due(500)], payments=[paid(400)]),
        {"charges_due_12m": 0, "peak_past_due_days_12m": 0, "payments_12m": 0, "last_paid_on": day(400)},
    ),
    "still unpaid is late until today": (Facts(charges=[due(500)]), {"peak_past_due_days_6m": 500}),
    "a payment that pays off nothing": (
        Facts(charges=TWO, payments=[paid(50, "40"), paid(45, "40"), paid(40, "40")]),
        {"payments_12m": 3, "partial_payments_6m": 2},
    ),
    "a bounced payment is none": (
        Facts(charges=TWO, payments=[paid(61, id=1)], adjustments=[adjusted("reversal", 55, payment=1)]),
        {"payments_12m": 0, "last_paid_on": None, "charges_on_time_12m": 0, "peak_past_due_days_6m": 60},
    ),
    "a waiver in time is on time": (
        Facts(charges=[due(30)], adjustments=[adjusted("waiver", 31)]),
        {"charges_on_time_12m": 1, "payments_12m": 0},
    ),
}

BOTH = TERMS.model_copy(
    update={"products": TERMS.products | {"consumer_credit": Product(grace_days=0, allocation="component_first")}}
)


@pytest.mark.parametrize(("facts", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_judge(facts: Facts, expected: dict[str, Any]) -> None:
    found = as_row(position(facts, as_of=TODAY))
    assert {name: found[name] for name in expected} == expected


def test_frame() -> None:
    found = stand(as_tables([facts for facts, _ in EXAMPLES.values()], as_of=TODAY), terms=BOTH)
    for number, (name, (_, expected)) in enumerate(EXAMPLES.items(), 1):
        row = found[f"t/A{number}"]
        assert {column: row[column] for column in expected} == expected, name


@pytest.mark.parametrize(
    ("days_late", "bucket"),
    [
        *[(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (90, "M3"), (91, "M4"), (121, "M5")],
        *[(151, "M6"), (180, "M6"), (181, "M7+"), (2000, "M7+")],
    ],
)
def test_buckets_of_delinquent_days(days_late: int, bucket: str) -> None:
    rows = snapshot(
        parties=[party()],
        accounts=[account()],
        charges=[{"charge_id": 1, "account_id": 1, "due_on": day(days_late), "component": "principal", "amount": "1"}],
    )
    assert stand(rows)["t/A1"]["bucket"] == bucket
    assert TERMS.bucket(days_late) == bucket


def test_history_can_be_asked_for_any_day() -> None:
    """A payment that came late in the books but early in the calendar changes the days since, and none before."""
    late = Facts(charges=TWO)
    told = Facts(charges=TWO, payments=[paid(45)])
    for ago, before, after in ((59, 1, 1), (46, 14, 14), (45, 15, 0), (31, 29, 0), (29, 31, 1), (0, 60, 30)):
        assert position(late, as_of=day(ago)).past_due_days == before
        assert position(told, as_of=day(ago)).past_due_days == after
        found = stand(as_tables([late, told], as_of=day(ago)), as_of=day(ago))
        assert [found[name]["past_due_days"] for name in ("t/A1", "t/A2")] == [before, after]


def test_accounts_do_not_touch_each_other() -> None:
    """Two currencies, two creditors, one person: each keeps its own money; a hold on the case counts for both."""
    charges = [
        {"charge_id": n, "account_id": n, "due_on": day(10), "component": "principal", "amount": "70"} for n in (1, 2)
    ]
    found = stand(
        snapshot(
            parties=[party(), party(2)],
            accounts=[account(1), account(2, currency="USD", creditor="other"), account(3, party_id=2)],
            charges=charges,
            payments=[{"payment_id": 1, "account_id": 2, "paid_on": day(5), "amount": "70"}],
            holds=[{"party_id": 1, "kind": "hardship", "from_on": day(4)}, {"party_id": 9, "kind": "pause"}],
        )
    )
    assert {name: (row["currency"], row["outstanding"]) for name, row in found.items()} == {
        "t/A1": ("CNY", 70),
        "t/A2": ("USD", 0),
        "t/A3": ("CNY", 0),
    }
    assert [found[name]["delinquent_days"] for name in ("t/A1", "t/A2", "t/A3")] == [6, 0, 0]
    assert {name: row["customer"] for name, row in found.items()} == {"t/A1": "t/C1", "t/A2": "t/C1", "t/A3": "t/C2"}


def test_an_empty_portfolio_has_no_positions() -> None:
    assert stand(snapshot()) == {}
    assert stand(snapshot(parties=[party()])) == {}


def test_grace_of_the_account_goes_before_that_of_its_product_line() -> None:
    charges = [
        {"charge_id": n, "account_id": n, "due_on": day(10), "component": "principal", "amount": "70"}
        for n in (1, 2, 3)
    ]
    accounts = [account(1), account(2, product_line="consumer_credit")]
    accounts.append(account(3, product_line="consumer_credit", grace_days=0))
    found = stand(snapshot(parties=[party()], accounts=accounts, charges=charges))
    assert [found[f"t/A{n}"]["delinquent_days"] for n in (1, 2, 3)] == [10, 7, 10]


def test_money_is_decimal_with_three_places() -> None:
    charges = [{"charge_id": 1, "account_id": 1, "due_on": day(1), "component": "interest", "amount": "0.001"}]
    charges.append(
        {"charge_id": 2, "account_id": 1, "due_on": day(1), "component": "fee", "amount": "999999999999.999"}
    )
    row = stand(snapshot(parties=[party()], accounts=[account()], charges=charges))["t/A1"]
    assert row["outstanding"] == Decimal("1000000000000.000")
    assert row["outstanding_interest"] == Decimal("0.001")
    assert isinstance(row["overdue"], Decimal)
    assert row["overdue"].as_tuple().exponent == -3


def test_days_at_the_ends_of_the_calendar() -> None:
    ends = [
        Charge(1, date.min, date.min, "principal", Decimal(1)),
        Charge(2, date.min, date.max, "principal", Decimal(2)),
    ]
    for allocation in ("due_first", "component_first"):
        facts = Facts(charges=ends, payments=[Payment(date.min, Decimal(1))], allocation=allocation)
        row = stand(as_tables([facts], as_of=TODAY), terms=BOTH)["t/A1"]
        assert row["outstanding"] == 2
        assert row["oldest_unpaid_due_on"] is None
