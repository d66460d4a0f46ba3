"""From eligible treatments to the one that is chosen: order, value, capacity, and what is said when nothing is."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
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
    "product_line": "mobile",
    "tier": "bronze",
    "kind": "person",
    "tenure_months": 40,
    "payments_12m": 10,
    "paid_on_time_share_12m": 0.6,
    **dict.fromkeys(("broken_promises_6m", "identity_risk_signals_12m", "contact_point_changes_90d"), 0),
    **dict.fromkeys(("app_sessions_30d", "failed_debits_3m", "court_cases_24m", "complaints_6m", "contacts_7d"), 0),
    **dict.fromkeys(("hardship", "dispute_open", "bankruptcy_signal_30d", "rival_interest_30d"), False),
    **dict.fromkeys(("service_suspended", "reachable_app_push", "reachable_email"), False),
    **dict.fromkeys(("reachable_sms", "reachable_voice"), True),
    **dict.fromkeys(("overdue_cause", "special_groups", "preferred_channel"), None),
    **dict.fromkeys(("overdue_elsewhere", "usage_change_3m", "voice_answer_rate_90d", "utilisation"), None),
}
KINDS = {"number": "float64", "string": "string", "boolean": "boolean"}
INPUTS = {i.name: KINDS[i.type] for model in (SEGMENT, ELIGIBILITY) for i in model.inputs if i.name in PORTRAIT}
TYPES = ibis.schema(
    INPUTS | {"party_id": "int64", "customer": "string", "creditor": "string", "main_factors": "string"}
)


ENGINE = ibis.duckdb.connect()
PEOPLE = ENGINE.create_table("people", schema=TYPES)


@cache
def queries() -> tuple[str, str]:
    """Segments and candidates as SQL, written once: writing takes a second, running them a moment."""
    segmented = frame.segments(PEOPLE, SEGMENT, ELIGIBILITY)
    first = str(ibis.to_sql(segmented, dialect="duckdb"))
    ENGINE.con.execute(f"CREATE OR REPLACE TABLE segmented AS {first}")
    return first, str(
        ibis.to_sql(
            frame.candidates(ENGINE.table("segmented"), ELIGIBILITY, frame.treatments(CATALOGUE)), dialect="duckdb"
        )
    )


def candidates(*changes: dict[str, Any]) -> tuple[ibis.Table, ibis.Table]:
    """The segments and the candidates of customers that differ from the ordinary one; the next call replaces them."""
    first, second = queries()
    rows = [PORTRAIT | {"party_id": n, "customer": f"t/{n}"} | change for n, change in enumerate(changes, 1)]
    ENGINE.con.register("rows", pa.Table.from_pylist(rows, schema=TYPES.to_pyarrow()))
    ENGINE.con.execute("DELETE FROM people; INSERT INTO people BY NAME SELECT * FROM rows")
    ENGINE.con.execute(f"CREATE OR REPLACE TABLE segmented AS {first}")
    ENGINE.con.execute(f"CREATE OR REPLACE TABLE candidates AS {second}")
    return ENGINE.table("segmented"), ENGINE.table("candidates")


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
    return {row["customer"]: row for row in result.order_by("party_id").to_pyarrow().to_pylist()}


def test_p2_grades() -> None:
    days = {0: "current", 1: "M0", 30: "M0", 31: "M1", 61: "M2", 90: "M2", 91: "M3+"}
    result = decide(*({"delinquent_days": day} for day in days))
    assert [row["grade"] for row in result.values()] == list(days.values())


TREATMENTS: list[tuple[dict[str, Any], str]] = [
    ({}, "robot_call"),
    ({"overdue_cause": "cash_flow"}, "instalment_offer"),
    ({"overdue_cause": "forgot"}, "payment_link_sms"),
    ({"overdue_cause": "forgot", "app_sessions_30d": 4}, "payment_link_app"),
    ({"overdue_cause": "dispute"}, "itemised_bill"),
    ({"hardship": True}, "care_call"),
    ({"special_groups": "elderly"}, "care_call"),
    ({"special_groups": "soldier", "delinquent_days": 100}, "care_message"),
    ({"tier": "gold"}, "gold_service"),
    ({"tier": "gold", "delinquent_days": 45}, "gold_call"),
    ({"tier": "silver"}, "reminder_sms"),
    ({"rival_interest_30d": True}, "save_offer"),
    ({"delinquent_days": 45}, "human_call"),
    ({"delinquent_days": 75}, "senior_call"),
    ({"kind": "company", "product_line": "invoice", "delinquent_days": 5}, "business_statement"),
    ({"kind": "company", "product_line": "invoice", "delinquent_days": 20}, "business_call"),
    ({"product_line": "iot", "kind": "company", "delinquent_days": 5}, "business_statement"),
]


@pytest.fixture(scope="module")
def treated() -> list[str]:
    """What each customer of the list is planned to get; all at once, because each plan takes a second to write."""
    return [row["treatment"] for row in decide(*(change for change, _expected in TREATMENTS)).values()]


@pytest.mark.parametrize("number", range(len(TREATMENTS)), ids=lambda n: str(TREATMENTS[n]))
def test_d2_d3_the_treatment_fits_grade_and_cause(treated: list[str], number: int) -> None:
    assert treated[number] == TREATMENTS[number][1]


def test_nobody_without_overdue_is_decided_on() -> None:
    assert list(decide({"overdue_reference": 0.0}, {})) == ["t/2"]


def test_a_refused_treatment_leaves_the_next_and_is_named() -> None:
    row = decide({}, refused=["robot_call"])["t/1"]
    assert row["treatment"] == "reminder_sms"
    assert row["refused"] == "robot_call: CN-T1"
    assert row["status"] == "planned"


def test_all_refused_says_so_with_the_earliest_day() -> None:
    row = decide({}, refused=["robot_call", "reminder_sms"])["t/1"]
    assert row["status"] == "not_allowed"
    assert str(row["earliest_on"]) == "2026-11-21"
    assert row["refused"] == "reminder_sms: CN-T1 | robot_call: CN-T1"


def test_d7_inside_the_days_of_grace_a_friendly_word_at_most_twice_a_week() -> None:
    result = decide({"delinquent_days": 0}, {"delinquent_days": 0, "contacts_7d": 2})
    assert (result["t/1"]["treatment"], result["t/1"]["script_family"]) == ("reminder_sms", "courtesy")
    assert result["t/2"]["status"] == "not_eligible"


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
    result = decide(change, refused=["reminder_sms"], capacity=Capacity(pools={"agents": Pool(minutes=5)}))
    assert result["t/1"]["status"] == "over_capacity"


def test_a_treatment_that_two_rules_allow_is_chosen_once() -> None:
    change = {"delinquent_days": 75, "overdue_reference": 9000.0}
    _segmented, long = candidates(change)
    rows = [row for row in long.to_pyarrow().to_pylist() if row["treatment"] == "senior_call"]
    assert len(rows) == 1
    twice = {"special_groups": "elderly", "hardship": True, "delinquent_days": 75}
    assert len(decide(twice)) == 1


def test_ranks_of_a_customer_never_tie() -> None:
    _segmented, long = candidates({"overdue_cause": "forgot", "app_sessions_30d": 3})
    ranks = long.rank.to_pyarrow().to_pylist()
    assert len(ranks) == len(set(ranks)) > 3


def test_the_choice_does_not_depend_on_the_order_of_rows() -> None:
    changes = [{"overdue_reference": 600.0} for _number in range(6)]
    limit = Capacity(pools={"robots": Pool(contacts=3)})
    first = {c: row["treatment"] for c, row in decide(*changes, capacity=limit).items()}
    backwards = [change | {"party_id": 100 - n, "customer": f"t/{n}"} for n, change in enumerate(changes, 1)]
    assert {c: row["treatment"] for c, row in decide(*reversed(backwards), capacity=limit).items()} == first


# ---- the words -----------------------------------------------------------------------------------------------------


def spoken(*changes: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The script and the tone that each customer's treatment gets."""
    segmented, long = candidates(*changes)
    table = masked(long)
    decided = frame.outcomes(segmented, table, frame.choose(table, segmented, UNLIMITED))
    rows = frame.worded(decided, CATALOGUE).order_by("party_id").to_pyarrow().to_pylist()
    return {row["customer"]: (row["script"], row["tone"]) for row in rows}


WORDS: list[tuple[dict[str, Any], tuple[str | None, str | None]]] = [
    ({"delinquent_days": 5}, ("reminder", "polite")),
    ({"delinquent_days": 5, "tenure_months": 2}, ("welcome", "friendly")),
    ({"delinquent_days": 5, "paid_on_time_share_12m": 0.9}, ("incentive", "offering")),
    ({"delinquent_days": 5, "overdue_cause": "forgot"}, ("payment_link", "helpful")),
    ({"special_groups": "bereaved", "delinquent_days": 40}, ("condolence", "caring")),
    ({"delinquent_days": 45}, ("plan_call", "offering")),
    ({"delinquent_days": 45, "overdue_cause": "evasion"}, ("plan_call", "firm")),
    ({"delinquent_days": 95, "overdue_cause": "evasion"}, ("firm_notice", "firm")),
    ({"kind": "company", "product_line": "invoice", "utilisation": 0.95}, ("credit_limit", "factual")),
    (
        {"kind": "company", "product_line": "invoice", "delinquent_days": 75, "overdue_reference": 8000.0},
        ("endorsement", "factual"),
    ),
    # Who gets no treatment gets no words.
    ({"delinquent_days": 0, "contacts_7d": 5}, (None, None)),
]


@pytest.fixture(scope="module")
def worded() -> list[tuple[str, str]]:
    return list(spoken(*(change for change, _expected in WORDS)).values())


@pytest.mark.parametrize("number", range(len(WORDS)), ids=lambda n: str(WORDS[n]))
def test_a3_the_words_fit_the_customer(worded: list[tuple[str, str]], number: int) -> None:
    assert worded[number] == WORDS[number][1]


def test_segments_bring_every_answer_and_what_the_eligibility_asks_for() -> None:
    segmented, _long = candidates({})
    assert {decision.name for decision in SEGMENT.decisions} <= set(segmented.columns)
    assert {f"{decision.name}_rule" for decision in SEGMENT.decisions} <= set(segmented.columns)
    assert {wanted.name for wanted in (*SEGMENT.inputs, *ELIGIBILITY.inputs)} <= set(segmented.columns)
    assert "region" not in segmented.columns
