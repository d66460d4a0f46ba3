"""From eligible treatments to the one that is chosen: order, value, capacity, and what is said when nothing is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ibis
import pytest

from dunwell.decide import frame
from dunwell.decide.rules import Capacity, Pool, load_catalogue
from dunwell.engine.dmn import load

ROOT = Path(__file__).parents[3]
CATALOGUE = load_catalogue(ROOT / "strategies/treatments.yaml")
ELIGIBILITY = load(ROOT / "strategies/eligibility/eligibility.dmn")
SEGMENT = load(ROOT / "strategies/segment/segment.dmn")
UNLIMITED = Capacity(pools={})

PORTRAIT: dict[str, Any] = {
    "party_id": 1,
    "customer": "t/1",
    "creditor": "acme",
    "overdue_reference": 600.0,
    "pay_probability": 0.5,
    "main_factors": "lateness",
    "delinquent_days": 20,
    "past_due_days": 20,
    "bureau_score": 650.0,
    "overdue_cause": None,
    "product_line": "mobile",
    "broken_promises_6m": 0,
    "identity_risk_signals_12m": 0,
    "special_groups": None,
    "hardship": False,
    "tier": "bronze",
    "kind": "person",
    "dispute_open": False,
    "app_sessions_30d": 0,
}
TYPES = ibis.schema(
    dict.fromkeys(("party_id", "delinquent_days", "past_due_days"), "int64")
    | dict.fromkeys(("broken_promises_6m", "identity_risk_signals_12m", "app_sessions_30d"), "int64")
    | dict.fromkeys(("overdue_reference", "pay_probability", "bureau_score"), "float64")
    | dict.fromkeys(("customer", "creditor", "overdue_cause", "product_line", "main_factors"), "string")
    | dict.fromkeys(("special_groups", "tier", "kind"), "string")
    | dict.fromkeys(("hardship", "dispute_open"), "boolean")
)


def people(*changes: dict[str, Any]) -> ibis.Table:
    rows = [PORTRAIT | {"party_id": n, "customer": f"t/{n}"} | change for n, change in enumerate(changes, 1)]
    return ibis.memtable([{name: row[name] for name in TYPES.names} for row in rows], schema=TYPES)


def candidates(*changes: dict[str, Any]) -> tuple[ibis.Table, ibis.Table]:
    segmented = frame.segments(people(*changes), SEGMENT, ELIGIBILITY)
    return segmented, frame.candidates(segmented, ELIGIBILITY, CATALOGUE)


def masked(table: ibis.Table, refused: Iterable[str] = ()) -> ibis.Table:
    """The mask's columns, with the given treatments refused."""
    bad = table.treatment.isin(list(refused)) if refused else ibis.literal(False)
    return table.mutate(
        allowed=~bad,
        refused_rules=bad.ifelse("CN-T1", ""),
        window_from=ibis.literal("08:00"),
        window_until=ibis.literal("22:00"),
        window_zone=ibis.literal("Asia/Shanghai"),
        warned_rules=ibis.literal(""),
        review_rules=ibis.literal(""),
        earliest_on=bad.ifelse(ibis.date("2026-11-21"), ibis.null("date")),
    )


def decide(
    *changes: dict[str, Any], refused: Iterable[str] = (), capacity: Capacity = UNLIMITED
) -> dict[str, dict[str, Any]]:
    segmented, long = candidates(*changes)
    table = masked(long, refused)
    result = frame.outcomes(segmented, table, frame.choose(table, segmented, capacity))
    return {row["customer"]: row for row in result.to_pyarrow().to_pylist()}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"delinquent_days": 0}, "current"),
        ({"delinquent_days": 1}, "M0"),
        ({"delinquent_days": 30}, "M0"),
        ({"delinquent_days": 31}, "M1"),
        ({"delinquent_days": 61}, "M2"),
        ({"delinquent_days": 90}, "M2"),
        ({"delinquent_days": 91}, "M3+"),
    ],
)
def test_p2_grades(change: dict[str, Any], expected: str) -> None:
    assert decide(change)["t/1"]["grade"] == expected


@pytest.mark.parametrize(
    ("change", "treatment"),
    [
        ({}, "robot_call"),
        ({"overdue_cause": "cash_flow"}, "instalment_offer"),
        ({"overdue_cause": "forgot"}, "payment_link_sms"),
        ({"overdue_cause": "forgot", "app_sessions_30d": 4}, "payment_link_app"),
        ({"overdue_cause": "dispute"}, "itemised_bill"),
        ({"hardship": True}, "care_call"),
        ({"special_groups": "elderly"}, "care_message"),
        ({"tier": "gold"}, "gold_service"),
        ({"delinquent_days": 45}, "human_call"),
        ({"delinquent_days": 75}, "senior_call"),
        ({"kind": "company", "product_line": "invoice", "delinquent_days": 5}, "business_statement"),
        ({"kind": "company", "product_line": "invoice", "delinquent_days": 20}, "business_call"),
        ({"product_line": "iot", "kind": "company", "delinquent_days": 5}, "business_statement"),
    ],
)
def test_d2_d3_the_treatment_fits_grade_and_cause(change: dict[str, Any], treatment: str) -> None:
    assert decide(change)["t/1"]["treatment"] == treatment


def test_nobody_without_overdue_is_decided_on() -> None:
    assert list(decide({"overdue_reference": 0.0}, {})) == ["t/2"]


def test_a_refused_treatment_leaves_the_next_and_is_named() -> None:
    row = decide({}, refused=["robot_call"])["t/1"]
    assert row["treatment"] == "reminder_sms"
    assert row["refused"] == "robot_call: CN-T1"
    assert row["status"] == "planned"


def test_all_refused_says_so_with_the_earliest_day() -> None:
    row = decide({}, refused=["robot_call", "reminder_sms", "reminder_email"])["t/1"]
    assert row["status"] == "not_allowed"
    assert str(row["earliest_on"]) == "2026-11-21"
    assert row["refused"] == "reminder_email: CN-T1 | reminder_sms: CN-T1 | robot_call: CN-T1"


def test_inside_the_days_of_grace_nothing_is_eligible() -> None:
    assert decide({"delinquent_days": 0})["t/1"]["status"] == "not_eligible"


def test_a_tiny_debt_is_not_worth_a_contact() -> None:
    assert decide({"overdue_reference": 0.5})["t/1"]["status"] == "not_worth_it"


def test_d4_the_pool_goes_to_the_highest_values_and_the_others_fall_back() -> None:
    amounts = [{"overdue_reference": float(amount)} for amount in (500, 900, 700)]
    result = decide(*amounts, capacity=Capacity(pools={"robots": Pool(contacts=2)}))
    assert {customer: row["treatment"] for customer, row in result.items()} == {
        "t/1": "reminder_sms",
        "t/2": "robot_call",
        "t/3": "robot_call",
    }
    assert result["t/1"]["fell_back_from"] == "robot_call"
    assert result["t/2"]["fell_back_from"] is None


def test_minutes_are_filled_up_to_the_limit_and_not_beyond() -> None:
    calls = [{"delinquent_days": 45, "overdue_reference": float(amount)} for amount in (4000, 3000, 2000)]
    result = decide(*calls, capacity=Capacity(pools={"agents": Pool(minutes=20)}))
    assert [row["treatment"] == "human_call" for row in result.values()] == [True, True, False]


def test_no_room_and_nothing_to_fall_back_to_is_over_capacity() -> None:
    change = {"delinquent_days": 45}
    result = decide(
        change, refused=["reminder_sms", "reminder_email"], capacity=Capacity(pools={"agents": Pool(minutes=5)})
    )
    assert result["t/1"]["status"] == "over_capacity"


def test_a_treatment_that_two_rules_allow_is_chosen_once() -> None:
    change = {"delinquent_days": 75, "overdue_reference": 9000.0}
    _segmented, long = candidates(change)
    rows = [row for row in long.to_pyarrow().to_pylist() if row["treatment"] == "senior_call"]
    assert len(rows) == 1
    twice = {"special_groups": "elderly", "hardship": True, "delinquent_days": 75}
    assert len(decide(twice)) == 1


def test_ranks_of_a_customer_never_tie() -> None:
    _segmented, long = candidates({"tier": "gold", "overdue_cause": "forgot", "app_sessions_30d": 3})
    ranks = long.rank.to_pyarrow().to_pylist()
    assert len(ranks) == len(set(ranks)) > 3


def test_the_choice_does_not_depend_on_the_order_of_rows() -> None:
    changes = [{"overdue_reference": 600.0} for _number in range(6)]
    limit = Capacity(pools={"robots": Pool(contacts=3)})
    first = {c: row["treatment"] for c, row in decide(*changes, capacity=limit).items()}
    backwards = [change | {"party_id": 100 - n, "customer": f"t/{n}"} for n, change in enumerate(changes, 1)]
    assert {c: row["treatment"] for c, row in decide(*reversed(backwards), capacity=limit).items()} == first
