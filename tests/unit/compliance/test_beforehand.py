"""Rules that are judged once for a customer, or for his file with a creditor, say what they say of each contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import ibis
import pytest
from compliance_population import DAY, Pair, a_rule, disagreements, judged, masked, some_pair

from dunwell.compliance.beforehand import WORD, Beforehand, bits, packed, speaks
from dunwell.compliance.kinds.kind import Granted
from dunwell.compliance.kinds.question import Candidate, Contact, Customer, Hold
from dunwell.compliance.rulebook.model import Rule, Rulebook

CALLS = {"counts": "attempts", "count_channels": "all"}
RULES = {
    "hold": a_rule("hold", {"holds": ["dispute"]}),
    "state": a_rule("party_state", {"states": ["deceased"], "signs": ["hardship"]}),
    "number": a_rule("daily_cap", {"most": 1, **CALLS, "per": "number"}),
    "creditor": a_rule("rolling_cap", {"most": 2, "days": 3, "day_one": "event_day", **CALLS, "per": "creditor"}),
    "debt": a_rule("daily_cap", {"most": 1, **CALLS, "per": "debt"}),
    "refused": a_rule("opt_out", {}),
}
CUSTOMER = Customer(time_zone="Asia/Shanghai", signs={"hardship": False})
SMS = Candidate(channel="sms", creditor="a")


def made(creditor: str | None, days: int = 0) -> Contact:
    return Contact(channel="sms", creditor=creditor, local_date=DAY - timedelta(days=days), connected=True)


def whole(rules: list[Rule], pairs: list[Pair]) -> list[dict[str, Any]]:
    """This function will mask the pairs, and hold the mask to what the judge says of each."""
    rulebook = Rulebook.of(rules)
    told = masked(pairs, rulebook=rulebook, on=DAY)
    assert disagreements(pairs, told=told, asked=judged(pairs, rulebook=rulebook, on=DAY)) == []
    return told


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("hold", "person"), ("state", "person"), ("number", "person"), ("creditor", "file"), ("debt", "contact"),
        ("refused", "contact"),
    ],
)  # fmt: skip
def test_a_rule_is_judged_where_its_facts_belong(rule: str, place: str) -> None:
    terms = RULES[rule].terms
    beforehand = Beforehand(
        {3: RULES[rule]}, {3: {f"mask_3_{name}": fact for name, fact in terms.facts().items()}}, DAY
    )
    assert beforehand.place(3) == place


def test_a_consent_that_opens_a_rule_does_not_move_it() -> None:
    facts = {f"mask_3_{name}": fact for name, fact in RULES["creditor"].terms.facts().items()}
    asked = {3: {**facts, "mask_opens_3": Granted(("collection",))}}
    assert Beforehand({3: RULES["creditor"]}, asked, DAY).place(3) == "file"


def test_bits_stand_in_the_word_of_their_number_and_who_cannot_tell_says_yes() -> None:
    table = ibis.memtable({"yes": [True], "no": [False]})
    silent = ibis.literal(None, "boolean")
    words = packed({0: table.yes, 1: table.no, WORD - 1: silent, WORD: table.no, WORD + 2: table.yes})
    [row] = table.select(first=words[0], second=words[1]).to_pyarrow().to_pylist()
    assert row == {"first": 1 | 1 << (WORD - 1), "second": 4}


def test_a_rule_speaks_by_the_bit_of_its_number() -> None:
    assert bits([0, 2, WORD, WORD + 1]) == {0: 0b101, 1: 0b11}
    table = ibis.memtable({"said_0": [0b100], "said_1": [0b10]})
    asked = {"silent": [0, WORD], "second": [2], "other_word": [0, WORD + 1], "nobody": []}
    [row] = (
        table.select(**{name: speaks(table, numbers, prefix="said_") for name, numbers in asked.items()})
        .to_pyarrow()
        .to_pylist()
    )
    assert row == {"silent": False, "second": True, "other_word": True, "nobody": False}


def test_the_latest_end_of_rules_at_one_place_counts_only_of_those_that_bind_and_block() -> None:
    """A hold that rests the case for longer, but only warns or is about calls only, puts the day off for nobody."""
    hold = RULES["hold"]
    others = {"enforcement": "warn"}, {"channels": ("voice",)}, {"enforcement": "block"}
    ends = [DAY + timedelta(days=days) for days in (9, 7, 5)]
    kinds = ("hardship", "pause", "dispute")
    rules = [
        a_rule("hold", {"holds": [kind]}, id=kind).model_copy(update=changed)
        for kind, changed in zip(kinds, others, strict=True)
    ]
    assert hold.terms.by_facts
    holds = tuple(Hold(kind=kind, from_on=DAY, until_on=end) for kind, end in zip(kinds, ends, strict=True))
    customer = replace(CUSTOMER, holds=holds)
    told = whole(rules, [Pair(customer, SMS), Pair(customer, replace(SMS, channel="voice"))])
    assert [row["earliest_on"] for row in told] == [ends[2], ends[1]]


def test_channels_that_the_portrait_closes_are_closed_to_whom_nobody_knows() -> None:
    reach = a_rule("reachable", {})
    first = a_rule("first_contact_channel", {"first": ["sms"], "stand_in": ["letter"]})
    known = {"sms": False, "letter": True, "voice": None}
    pairs = [
        Pair(customer, replace(SMS, channel=channel))
        for customer in (replace(CUSTOMER, reachable=known), Customer(known=False))
        for channel in ("sms", "letter", "visit", "voice", "pigeon")
    ]
    told = [row["refused_rules"].split(";") for row in whole([reach, first], pairs)]
    assert [reach.id in ids for ids in told] == [True, False, False, True, True, True, True, True, True, True]
    assert [first.id in ids for ids in told] == [False, False, True, True, True, False, True, True, True, True]


def test_more_rules_than_one_word_holds_are_told_apart() -> None:
    many = [
        a_rule("daily_cap", {"most": count, **CALLS, "per": "creditor"}, id=f"cap-{count}")
        for count in range(1, WORD + 6)
    ]
    many += [replace_id(RULES["hold"], f"hold-{count}") for count in range(3)]
    pairs = [
        Pair(replace(CUSTOMER, contacts=(made("a"),) * count, holds=holds), SMS)
        for count in (0, 1, 30, WORD + 3)
        for holds in ((), (Hold(kind="dispute", from_on=DAY),))
    ]
    told = whole(many, pairs)
    assert told[2]["refused_rules"] == "cap-1"
    assert told[-1]["refused_rules"].count("cap-") == WORD + 3
    assert told[-1]["refused_rules"].endswith("hold-0;hold-1;hold-2")


def replace_id(rule: Rule, identifier: str) -> Rule:
    return rule.model_copy(update={"id": identifier})


def test_contacts_without_a_creditor_count_in_every_file_and_where_there_is_none() -> None:
    strays = (made(None), made(None, days=1))
    pairs = [
        Pair(replace(CUSTOMER, contacts=strays), SMS),
        Pair(replace(CUSTOMER, contacts=(*strays[:1], made("a"))), SMS),
        Pair(replace(CUSTOMER, contacts=(*strays[:1], made("b"))), SMS),
        Pair(replace(CUSTOMER, contacts=(made("b"), made("b"))), SMS),
        Pair(replace(CUSTOMER, contacts=strays), replace(SMS, creditor=None)),
    ]
    told = [row["allowed"] for row in whole([RULES["creditor"]], pairs)]
    assert told == [False, False, True, True, False]


def test_a_customer_nobody_knows_is_judged_by_nothing_known() -> None:
    pairs = [Pair(Customer(known=False), SMS)]
    [row] = whole([RULES["hold"], RULES["state"], RULES["number"]], pairs)
    assert row["refused_rules"] == f"KNOWN;{RULES['state'].id}"


@pytest.mark.parametrize("seed", range(2))
def test_partial_rules_speak_only_where_they_bind(seed: int) -> None:
    chance = Random(seed)
    pairs = [some_pair(chance) for _ in range(150)]
    partial = [
        rule.model_copy(update={"id": f"{name}-voice", "channels": ("voice", "visit")}) for name, rule in RULES.items()
    ]
    told = whole([*(replace_id(rule, name) for name, rule in RULES.items()), *partial], pairs)
    assert any("hold-voice" in row["refused_rules"] for row in told)
