"""The frame says of every row what the judge says of its customer, and the test of that can be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import ibis
import pytest
from compliance_population import (
    DAY,
    REACHES,
    SCHEMAS,
    Pair,
    a_rule,
    disagreements,
    judged,
    masked,
    some_pair,
    some_rulebook,
    tables,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.batch.cycle import keep_as_numbers
from dunwell.compliance.beforehand import WORD
from dunwell.compliance.frame import PARTIAL_MAX, mask, spelled, verdicts
from dunwell.compliance.kinds.kind import Column, Finding, Kind, Row
from dunwell.compliance.kinds.question import Candidate, Consent, Contact, Customer, Hold, Question
from dunwell.compliance.kinds.windows import clock, zone_names
from dunwell.compliance.rulebook.model import Rulebook, RulebookError
from dunwell.compliance.rulebook.reading import load

SHIPPED = load()
WELL = Customer(
    time_zone="Asia/Shanghai",
    contacted_since_overdue=True,
    reachable=dict.fromkeys(REACHES, True),
    signs={"bankruptcy_signal_30d": False, "dispute_open": False, "hardship": False},
)
SMS = Candidate(channel="sms", creditor="a")
SMALL = Rulebook.of(
    [
        a_rule("consent_required", {"purposes": ["collection"]}, id="social", channels=["social"]),
        a_rule("daily_cap", {"most": 1, "counts": "attempts", "count_channels": "all", "per": "creditor"}),
    ]
)


# ---- equal to the judge ----------------------------------------------------------------------------------------------


def test_the_frame_equals_the_judge_on_the_shipped_rulebooks() -> None:
    chance = Random(7)
    pairs = [some_pair(chance) for _ in range(1500)]
    told = masked(pairs, rulebook=SHIPPED, on=DAY)
    asked = judged(pairs, rulebook=SHIPPED, on=DAY)
    assert disagreements(pairs, told=told, asked=asked) == []
    # The customers are not all of one sort: every rule speaks on some and is silent on others.
    spoken = [
        rule for row in asked for key in ("refused", "warned", "review") for rule in row[f"{key}_rules"].split(";")
    ]
    never = {"CN-T1", "CN-T2", "G1-hours", "CN-F6-hours"}  # Chinese hours leave every Chinese day some hours.
    planned = [rule for rule in SHIPPED.on(DAY).rules if not rule.terms.at_gate_only]
    for rule in planned:
        assert rule.id in never or 0 < spoken.count(rule.id) < len(pairs), rule.id
    assert 0.05 < sum(row["allowed"] for row in asked) / len(pairs) < 0.9


@pytest.mark.parametrize("seed", range(4))
def test_the_frame_equals_the_judge_on_rulebooks_by_chance(seed: int) -> None:
    chance = Random(seed)
    rulebook = some_rulebook(chance)
    pairs = [some_pair(chance) for _ in range(300)]
    told = masked(pairs, rulebook=rulebook, on=DAY)
    assert disagreements(pairs, told=told, asked=judged(pairs, rulebook=rulebook, on=DAY)) == []


@settings(
    deadline=None, max_examples=max(10, settings().max_examples // 8), suppress_health_check=[HealthCheck.too_slow]
)
@given(chance=st.randoms(use_true_random=False), many=st.integers(1, 6))
def test_property_the_frame_equals_the_judge(chance: Random, many: int) -> None:
    """The same, in small: when it fails, Hypothesis looks for the least rulebook and customer that fail."""
    rulebook = some_rulebook(chance, most=3)
    pairs = [some_pair(chance) for _ in range(many)]
    told = masked(pairs, rulebook=rulebook, on=DAY)
    assert disagreements(pairs, told=told, asked=judged(pairs, rulebook=rulebook, on=DAY)) == []


# ---- the shape of the result -----------------------------------------------------------------------------------------


def row_of(customer: Customer, candidate: Candidate = SMS, rulebook: Rulebook = SHIPPED) -> dict[str, Any]:
    return masked([Pair(customer, candidate)], rulebook=rulebook, on=DAY)[0]


def test_the_candidates_come_back_whole_with_the_verdict_beside_them() -> None:
    laid = tables([Pair(WELL, SMS)])
    candidates = laid["candidates"].mutate(expected_value=ibis.literal(1.5), window_note=ibis.literal("x"))
    result = mask(candidates, tables=laid, portrait=laid["portrait"], rulebook=SHIPPED, on=DAY)
    added = ["allowed", "refused_rules", "warned_rules", "review_rules"]
    added += ["window_from", "window_until", "window_zone", "earliest_on"]
    assert list(result.columns) == [*candidates.columns, *added]
    types = result.schema()
    assert str(types["allowed"]) in ("boolean", "!boolean")
    assert str(types["earliest_on"]) == "date"
    row = result.to_pyarrow().to_pylist()[0]
    assert {key: row[key] for key in ("row", "creditor", "expected_value", "window_note", *added)} == {
        "row": 0,
        "creditor": "a",
        "expected_value": 1.5,
        "window_note": "x",
        "allowed": True,
        "refused_rules": "",
        "warned_rules": "",
        "review_rules": "",
        "window_from": "08:00",
        "window_until": "22:00",
        "window_zone": "Asia/Shanghai",
        "earliest_on": None,
    }


def test_it_is_one_expression_that_no_row_has_been_fetched_for() -> None:
    unbound = {name: ibis.table(ibis.Schema.from_pyarrow(schema), name=name) for name, schema in SCHEMAS.items()}
    result = mask(unbound["candidates"], tables=unbound, portrait=unbound["portrait"], rulebook=SMALL, on=DAY)
    for dialect in ("duckdb", "pyspark"):
        assert str(ibis.to_sql(result, dialect=dialect)).startswith(("SELECT", "WITH"))


def test_no_candidates_give_no_rows() -> None:
    assert masked([], rulebook=SMALL, on=DAY) == []


def test_every_candidate_of_a_customer_has_a_row_of_its_own() -> None:
    laid = tables([Pair(WELL, SMS)])
    once = laid["candidates"]
    twice = once.union(once.mutate(channel=ibis.literal("social"), row=once.row + 1))
    result = mask(twice, tables=laid, portrait=laid["portrait"], rulebook=SMALL, on=DAY).order_by("row")
    assert result.to_pyarrow().to_pydict()["refused_rules"] == ["", "social"]


def test_the_tables_are_read_for_the_rules_that_need_them_only() -> None:
    laid = tables([Pair(WELL, SMS)])
    rulebook = Rulebook.of([a_rule("reachable", {})])
    result = mask(laid["candidates"], tables={}, portrait=laid["portrait"], rulebook=rulebook, on=DAY)
    assert result.to_pyarrow().to_pydict()["allowed"] == [True]


def test_a_rulebook_that_says_nothing_of_the_day_refuses_to_speak() -> None:
    laid = tables([Pair(WELL, SMS)])
    rulebook = Rulebook.of([a_rule("reachable", {}, valid_from=DAY + timedelta(days=1))])
    with pytest.raises(RulebookError, match="no rule is in force on 2026-03-10"):
        mask(laid["candidates"], tables=laid, portrait=laid["portrait"], rulebook=rulebook, on=DAY)


# ---- nothing is allowed in silence -----------------------------------------------------------------------------------


def but(**told: Any) -> Customer:
    """This function will return the customer with whom all is well, but for what is told."""
    return replace(WELL, **told)


def by(channel: str | None, creditor: str | None = "a", actor: str | None = "robot") -> Candidate:
    return Candidate(channel=channel, creditor=creditor, actor=actor)


REFUSED: dict[str, tuple[Pair, str]] = {
    "a channel nobody knows": (Pair(WELL, by("carrier_pigeon")), "KNOWN;G6-social;G6-address"),
    "a channel without a name": (Pair(WELL, by("")), "KNOWN;G6-social;G6-address"),
    "a channel in other letters": (Pair(WELL, by("SMS")), "KNOWN;G6-social;G6-address"),
    "no channel": (Pair(WELL, by(None)), "KNOWN;G6-social;G6-address"),
    "an actor nobody knows": (Pair(WELL, by("sms", actor="ghost")), "KNOWN"),
    "no actor": (Pair(WELL, by("sms", actor=None)), "KNOWN"),
    "no creditor": (Pair(WELL, by("sms", creditor=None)), "CN-F6;G1-cap"),
    "a customer who is not in the portrait": (Pair(Customer(known=False), SMS), "KNOWN;G7;G6-address"),
    "contacted or not": (Pair(but(contacted_since_overdue=None), by("voice")), "G2"),
    "reachable or not": (Pair(but(reachable={}), SMS), "G6-address"),
    "disputed or not": (Pair(but(signs={}), SMS), "G7"),
    "contacts without a day": (Pair(but(contacts=(Contact(channel=None),) * 2), SMS), "G1-cap"),
    "a hold of a kind nobody knows": (
        Pair(but(holds=(Hold(kind="unheard_of", from_on=DAY),)), SMS),
        "G7;G7-rest;G7-agreed;G6-state",
    ),
    "a refusal of a channel nobody knows": (
        Pair(but(consents=(Consent(stance="refused", channel="pigeon", valid_from=DAY),)), SMS),
        "G6-refused",
    ),
    "a stance nobody knows": (Pair(but(consents=(Consent(stance="perhaps", valid_from=DAY),)), SMS), "G6-refused"),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, dict[str, Any]]:
    rows = masked([pair for pair, _ in REFUSED.values()], rulebook=SHIPPED, on=DAY)
    return dict(zip(REFUSED, rows, strict=True))


@pytest.mark.parametrize("missing", REFUSED)
def test_what_nobody_knows_refuses(missing: str, refusals: dict[str, dict[str, Any]]) -> None:
    row = refusals[missing]
    assert (row["allowed"], row["refused_rules"]) == (False, REFUSED[missing][1])


class Dumb(Kind):
    """A kind of rule that cannot tell."""

    name: ClassVar[str] = "dumb"

    def judge(self, question: Question) -> Finding:
        return Finding("cannot tell", "无法判断")

    def column(self, row: Row) -> Column:
        return Column(ibis.literal(None, "boolean"), ibis.literal(None, "date"))


def test_a_rule_that_cannot_tell_refuses() -> None:
    rulebook = Rulebook.of([a_rule("reachable", {}).model_copy(update={"id": "dumb", "kind": "dumb", "terms": Dumb()})])
    row = row_of(WELL, rulebook=rulebook)
    assert (row["allowed"], row["refused_rules"], row["earliest_on"]) == (False, "dumb", None)


def test_without_a_zone_set_a_customer_without_a_zone_has_no_hours() -> None:
    rulebook = Rulebook.of([a_rule("clock_window", {"quiet_from": "22:00", "quiet_until": "08:00"})])
    lost = but(time_zone=None)
    row = row_of(lost, rulebook=rulebook)
    assert row["refused_rules"] == "T-clock-window"
    assert (row["window_from"], row["window_until"], row["window_zone"]) == (None, None, None)
    assert row_of(WELL, rulebook=rulebook)["allowed"]


def test_too_many_partial_rules_about_hours_are_refused_aloud() -> None:
    quiet = {"quiet_from": "22:00", "quiet_until": "08:00"}
    sets = [
        ["voice", *more]
        for more in ([], ["email", "letter"], ["email"], ["social"], ["letter"], ["visit"], ["app_push"])
    ]
    many = [a_rule("clock_window", quiet, id=f"T{count}", channels=told) for count, told in enumerate(sets)]
    assert len(many) == PARTIAL_MAX + 1
    with pytest.raises(RulebookError, match="join rules with the same hours"):
        row_of(WELL, rulebook=Rulebook.of(many))
    assert row_of(WELL, rulebook=Rulebook.of(many[:-1]))["window_until"] == "24:00"


def test_rules_that_bind_the_same_rows_are_no_burden() -> None:
    quiet = {"quiet_from": "22:00", "quiet_until": "08:00"}
    late = a_rule("clock_window", {"quiet_from": "20:00", "quiet_until": "09:00"}, id="late", channels=["voice"])
    many = [a_rule("clock_window", quiet, id=f"T{count}", channels=["voice"]) for count in range(PARTIAL_MAX + 3)]
    row = row_of(WELL, candidate=Candidate(channel="voice", creditor="a"), rulebook=Rulebook.of([*many, late]))
    assert (row["window_from"], row["window_until"]) == ("09:00", "20:00")
    assert row_of(WELL, rulebook=Rulebook.of([*many, late]))["window_until"] == "24:00"


# ---- in numbers ------------------------------------------------------------------------------------------------------


def read(row: dict[str, Any], *, rulebook: Rulebook) -> dict[str, Any]:
    """This function will put a verdict in numbers into words, in plain Python."""
    told = {key: value for key, value in row.items() if not key.startswith(("spoken_", "window_", "zone_"))}
    rules = rulebook.on(DAY).rules
    spoken = [rule for n, rule in enumerate(rules) if row.get(f"spoken_{n // WORD}", 0) >> n % WORD & 1]
    for level, title in (("block", "refused"), ("warn", "warned"), ("review", "review")):
        told[f"{title}_rules"] = ";".join(rule.id for rule in spoken if rule.enforcement == level)
    opens, closes, zone = row["window_opens"], row["window_closes"], row["zone_number"]
    told["window_from"], told["window_until"] = (None if at is None else clock(at) for at in (opens, closes))
    return told | {"window_zone": None if zone is None else sorted(zone_names())[zone]}


def in_numbers(pairs: list[Pair], *, rulebook: Rulebook) -> tuple[ibis.Table, ibis.Table]:
    """This function will judge the pairs in numbers, and in words."""
    laid = tables(pairs)
    asked = {"tables": laid, "portrait": laid["portrait"], "rulebook": rulebook, "on": DAY}
    return verdicts(laid["candidates"], **asked), mask(laid["candidates"], **asked)


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_in_numbers_say_what_the_words_say(seed: int) -> None:
    chance = Random(seed)
    rulebook = some_rulebook(chance) if seed else SHIPPED
    numbers, words = in_numbers([some_pair(chance) for _ in range(300)], rulebook=rulebook)
    told = [read(row, rulebook=rulebook) for row in numbers.order_by("row").to_pyarrow().to_pylist()]
    assert told == words.order_by("row").to_pyarrow().to_pylist()


def test_verdicts_in_numbers_hold_no_text_but_that_of_the_candidates() -> None:
    numbers, words = in_numbers([Pair(WELL, SMS)], rulebook=SHIPPED)
    candidates = [name for name in words.columns if name in numbers.columns and name not in ("allowed", "earliest_on")]
    added = [name for name in numbers.columns if name not in candidates]
    assert added == ["allowed", "spoken_0", "window_opens", "window_closes", "zone_number", "earliest_on"]
    assert not any(numbers[name].type().is_string() for name in added)


def test_what_is_kept_in_numbers_can_be_spelled_later() -> None:
    pairs = [Pair(WELL, SMS), Pair(WELL, replace(SMS, channel="letter")), Pair(Customer(known=False), SMS)]
    numbers, words = in_numbers(pairs, rulebook=SHIPPED)
    kept = ibis.memtable(numbers.to_pyarrow())
    assert spelled(kept, rulebook=SHIPPED, on=DAY).columns == words.columns
    told = spelled(kept, rulebook=SHIPPED, on=DAY).order_by("row").to_pyarrow().to_pylist()
    assert told == words.order_by("row").to_pyarrow().to_pylist()
    assert told[2]["refused_rules"].startswith("KNOWN;")


@pytest.mark.parametrize("seed", range(3))
def test_candidates_whose_texts_are_kept_as_numbers_are_judged_the_same(seed: int) -> None:
    """As the cycle keeps them: also where the list lacks a channel that a rule names, and where there is no text."""
    chance = Random(seed)
    rulebook = some_rulebook(chance) if seed else SHIPPED
    pairs = [some_pair(chance) for _ in range(300)]
    pairs = [pair for pair in pairs if pair.candidate.channel != "sms"] if seed == 2 else pairs
    laid = tables(pairs)
    asked = {"tables": laid, "portrait": laid["portrait"], "rulebook": rulebook, "on": DAY}
    as_texts = mask(laid["candidates"], **asked).order_by("row").to_pyarrow().to_pylist()
    engine = laid["candidates"].get_backend()
    for column in ("creditor", "channel", "actor"):
        keep_as_numbers(engine.con, "candidates", column=column)
    kinds = engine.con.table("candidates").types
    assert sum(str(kind).startswith("ENUM") for kind in kinds) == 3
    assert mask(engine.table("candidates"), **asked).order_by("row").to_pyarrow().to_pylist() == as_texts
