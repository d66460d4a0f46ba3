"""What the strategy never does, whoever the customer is: random customers through the whole pack, by both engines."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pytest

from dunwell.decide.rules import Tone, load_catalogue
from dunwell.engine import bulk, single
from dunwell.engine.dmn import load

STRATEGIES = Path(__file__).parents[3] / "strategies"
SEGMENT = load(STRATEGIES / "segment/segment.dmn")
ELIGIBILITY = load(STRATEGIES / "eligibility/eligibility.dmn")
CATALOGUE = load_catalogue(STRATEGIES / "treatments.yaml")
CUSTOMERS = 4_000

# Values about the limits of the tables, nulls where the portrait may have them.
DAYS = (0, 1, 5, 6, 10, 11, 15, 16, 20, 30, 31, 45, 60, 61, 90, 91, 150, 181, 731, 1096)
CHOICES: dict[str, tuple[Any, ...]] = {
    "past_due_days": DAYS,
    "hardship": (False, False, False, False, True, None),
    "dispute_open": (False, False, False, False, True, None),
    "special_groups": (None,) * 6
    + ("bereaved", "elderly", "elderly,ill", "ill", "low_income", "soldier", "student", "?"),
    "overdue_cause": (None, "cash_flow", "dispute", "evasion", "evasion", "failed_debit", "forgot", "lost_contact"),
    "product_line": ("mobile", "fixed", "iot", "leased_line", "consumer_credit", "instalment_loan", "invoice"),
    "kind": ("person", "person", "company"),
    "tier": ("gold", "silver", "bronze", None),
    "preferred_channel": (None, "sms", "app_push", "email", "voice", "letter"),
    "overdue_reference": (20.0, 99.0, 100.0, 500.0, 1000.0, 1001.0, 3000.0, 5000.0, 5001.0, 20000.0),
    "pay_probability": (0.05, 0.149, 0.15, 0.5, 0.9),
    "bureau_score": (None, 420.0, 499.0, 500.0, 650.0, 700.0),
    "overdue_elsewhere": (None, 0.0, 5.0),
    "tenure_months": (None, 1.0, 3.0, 6.0, 7.0, 60.0),
    "usage_change_3m": (None, -1.0, -0.5, 0.2),
    "paid_on_time_share_12m": (None, 0.0, 0.79, 0.8, 1.0),
    "voice_answer_rate_90d": (None, 0.2, 0.5),
    "utilisation": (None, 0.3, 0.9, 0.95),
    "app_sessions_30d": (0.0, 0.0, 3.0, 4.0),
    "contacts_7d": (0.0, 0.0, 1.0, 2.0),
}
COUNTS, YES_NO = (0.0, 0.0, 0.0, 1.0, 2.0, 3.0), (True, True, False)
PRESSURE = {"human_call", "senior_call", "robot_call", "notice_sms", "formal_letter", "legal_notice"}
CARE = {"care_call", "care_message", "instalment_offer"}
# How stern a tone is; what is equally stern may stand for each other.
STERN: dict[Tone, int] = {"factual": 1, "firm": 2, "formal": 3}


def customers() -> Iterator[dict[str, Any]]:
    """The same random customers in every run."""
    dice = random.Random(20261121)
    wanted = {i.name: i for model in (SEGMENT, ELIGIBILITY) for i in model.inputs}
    own = {output.name for decision in SEGMENT.decisions for output in decision.outputs}
    for _number in range(CUSTOMERS):
        facts = {}
        for name, clause in wanted.items():
            if name not in own:
                facts[name] = dice.choice(CHOICES.get(name, YES_NO if clause.type == "boolean" else COUNTS))
        facts["delinquent_days"] = dice.choice((facts["past_due_days"], facts["past_due_days"], 0))
        yield facts


def told(facts: dict[str, Any]) -> dict[str, Any]:
    """The customer with all that the pack says of him; `treatments` are those he is eligible for."""
    segments = {name: outcome.outputs[name] for name, outcome in single.decide(SEGMENT, facts).items()}
    eligible = single.decide(ELIGIBILITY, facts | segments)["eligible"]
    return facts | segments | {"treatments": {row["treatment"] for row in eligible.rows}}


@pytest.fixture(scope="module")
def people() -> list[dict[str, Any]]:
    return [told(facts) for facts in customers()]


def test_people_in_difficulty_are_offered_help_and_nothing_else(people: list[dict[str, Any]]) -> None:
    concerned = [one for one in people if one["care"] != "none"]
    assert len(concerned) > 500
    for one in concerned:
        allowed = CARE | ({"itemised_bill", "itemised_bill_sms"} if one["cause"] == "dispute" else set())
        assert one["treatments"] <= allowed, one
        assert one["arrears_type"] in ("non_malicious", "historical")
        assert (one["legal_track"], one["tone"], one["layer"]) == ("barred", "caring", "advanced")


def test_the_bereaved_are_left_in_peace(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["care"] == "bereaved":
            assert one["treatments"] <= {"care_message"}
            assert not one["treatments"] or one["delinquent_days"] > 30


def test_a_dispute_brings_the_bill_and_no_pressure(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["cause"] == "dispute" or one["dispute_open"]:
            assert not one["treatments"] & (PRESSURE | {"business_call", "business_statement", "settlement_offer"}), one
            assert one["legal_track"] == "barred"
            assert one["arrears_type"] != "malicious"


def test_p4_gold_is_served_not_pressed(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["tier"] == "gold" and one["arrears_type"] != "malicious" and one["cause_side"] != "active":
            assert not one["treatments"] & PRESSURE, one


def test_p6_the_law_is_only_for_wilful_evasion(people: list[dict[str, Any]]) -> None:
    sued = [one for one in people if "legal_notice" in one["treatments"]]
    assert sued
    for one in sued:
        assert one["cause"] in ("evasion", "exploiting_offers")
        assert one["delinquent_days"] > 90
        assert (one["care"], one["layer"], one["tone"]) == ("none", "core", "formal")
        assert not one["hardship"]
    for one in people:
        assert (one["layer"] == "core") == (one["legal_track"] == "open")


def test_d5_large_debts_and_high_risk_always_name_a_person(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["overdue_reference"] > 5000:
            assert one["person"] in ("reviews", "within_24h")
        if one["pay_probability"] < 0.15 and one["overdue_reference"] > 1000 and one["grade"] in ("M0", "M1", "M2"):
            assert one["person"] == "within_24h"


def test_d6_the_evidence_is_prepared_before_day_90_wherever_the_law_may_open(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["arrears_type"] == "malicious" and 61 <= one["delinquent_days"] <= 90:
            assert one["legal_track"] == "prepare"


def test_written_words_are_never_sterner_than_the_tone_of_the_customer(people: list[dict[str, Any]]) -> None:
    for one in people:
        for treatment in map(CATALOGUE.__getitem__, one["treatments"]):
            if treatment.actor == "robot":
                wording = treatment.families.get(one["script_family"])
                tone = wording.tone if wording else treatment.tone
                assert STERN.get(tone, 0) <= STERN.get(one["tone"], 0), (treatment.id, tone, one)


def test_nobody_who_is_late_falls_between_the_rules(people: list[dict[str, Any]]) -> None:
    for one in people:
        if one["grade"] != "current" and one["care"] == "none":
            assert one["treatments"], one


def test_both_engines_say_the_same_of_everybody(people: list[dict[str, Any]]) -> None:
    types = {"number": "float64", "string": "string", "boolean": "boolean"}
    schema = {"party_id": "int64"} | {i.name: types[i.type] for i in SEGMENT.inputs} | {"contacts_7d": "float64"}
    rows = [
        {"party_id": n} | {name: one[name] for name in schema if name != "party_id"} for n, one in enumerate(people)
    ]
    decided = bulk.decide(ibis.memtable(rows, schema=ibis.schema(schema)), SEGMENT).cache()
    names = [decision.name for decision in SEGMENT.decisions]
    for row in decided.to_pyarrow().to_pylist():
        assert {name: row[name] for name in names} == {name: people[row["party_id"]][name] for name in names}
    found: dict[int, set[str]] = {n: set() for n in range(len(people))}
    for row in bulk.collect(decided, ELIGIBILITY, "eligible", keys=["party_id"]).to_pyarrow().to_pylist():
        found[row["party_id"]].add(row["treatment"])
    assert found == {n: one["treatments"] for n, one in enumerate(people)}
