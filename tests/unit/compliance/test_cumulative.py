"""Cumulative contact and the silent attorney: what no single rule forbids and a person looks at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from compliance_population import DAY, MAKERS, Pair, a_rule, disagreements, judged, masked, some_pair
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.kinds.question import Candidate, Contact, Customer, Hold
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.rules import judge, judge_moment
from dunwell.facts.verdict import Refusal

SMS = Candidate(channel="sms", creditor="a")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def sum_of(**told: Any) -> Rule:
    usual = {"most": 3, "days": 4, "day_one": "event_day", "count_channels": "all", "per": "creditor"}
    return a_rule("cumulative", {**usual, **told}, id="sum", enforcement="review")


def made(days_ago: int, channel: str | None = "sms", **told: Any) -> Contact:
    return Contact(**{"channel": channel, "creditor": "a", "local_date": DAY - timedelta(days=days_ago), **told})


def said(*contacts: Contact, by: Rule, contact: Candidate = SMS) -> tuple[Refusal, ...]:
    customer = Customer(time_zone="UTC", contacts=contacts)
    return judge(Rulebook.of([by]), customer=customer, candidate=contact, on=DAY).reviews


def test_all_ways_are_counted_together_over_the_days() -> None:
    by = sum_of()
    assert said(made(0), made(1, "voice"), made(3, "letter"), by=by)
    assert not said(made(0), made(1, "voice"), by=by)
    assert not said(made(0), made(1, "voice"), made(4, "letter"), by=by)
    assert said(made(0), made(1), made(4), by=sum_of(day_one="next_day"))
    assert not said(made(0), made(1, "voice"), made(2, "voice"), by=sum_of(count_channels=["sms", "email"]))


def test_whose_contacts_count_is_told_and_what_is_unknown_counts() -> None:
    others = (made(0, creditor="b"), made(0, creditor="b"), made(0))
    assert not said(*others, by=sum_of())
    assert said(*others, by=sum_of(per="person"))
    assert said(made(0, creditor=None), made(0, None), made(0, local_date=None), by=sum_of())
    assert said(by=sum_of(), contact=replace(SMS, creditor=None))


ANSWERS: list[tuple[Contact, bool]] = [
    (made(1, direction="inbound"), True),
    (made(3, "letter", direction="inbound"), True),
    (made(1, "voice", conversation=True), True),
    (made(1, direction="inbound", creditor=None), True),
    (made(4, direction="inbound"), False),
    (made(1, direction="inbound", creditor="b"), False),
    (made(1, direction="inbound", local_date=None), False),
    (made(1, "voice", conversation=None), False),
]


@pytest.mark.parametrize(("answer", "answered"), ANSWERS)
def test_an_answer_within_the_days_makes_it_a_conversation(answer: Contact, answered: bool) -> None:
    told = (made(0), made(0), made(0), answer)
    assert bool(said(*told, by=sum_of(unanswered=True))) is not answered
    assert said(*told, by=sum_of())


def test_the_frame_knows_the_same_answers() -> None:
    pairs = [Pair(Customer(contacts=(made(0), made(0), made(0), answer)), SMS) for answer, _ in ANSWERS]
    rows = masked(pairs, rulebook=Rulebook.of([sum_of(unanswered=True)]), on=DAY)
    assert [row["review_rules"] == "" for row in rows] == [answered for _, answered in ANSWERS]


def test_it_says_how_much_and_until_when() -> None:
    (review,) = said(made(3), made(1), made(0), by=sum_of())
    assert review.reason_en == "3 contacts or more were made in 4 days, all ways together: is it still bearable?"
    assert review.reason_zh.startswith("4日内各渠道合计已联系3次或以上")
    assert review.earliest == DAY + timedelta(days=1)


@pytest.mark.parametrize("seed", range(2))
def test_the_frame_says_the_same_of_sums(seed: int) -> None:
    chance = Random(seed)
    rulebook = Rulebook.of([a_rule("cumulative", MAKERS["cumulative"](chance), id=f"T{n}") for n in range(4)])
    pairs = [some_pair(chance) for _ in range(400)]
    told, asked = masked(pairs, rulebook=rulebook, on=DAY), judged(pairs, rulebook=rulebook, on=DAY)
    assert disagreements(pairs, told=told, asked=asked) == []
    assert {True, False} == {row["allowed"] for row in told}


# ---- the attorney ----------------------------------------------------------------------------------------------------

SILENT = a_rule("attorney_silence", {"holds": ["represented"], "days": 30}, id="silent", enforcement="review")
HELD = Hold(kind="represented", from_on=date(2026, 1, 1))


def asked(days_ago: int, **told: Any) -> Contact:
    return made(days_ago, "letter", **{"role": "representative", **told})


@pytest.mark.parametrize(
    ("contacts", "holds", "speaks"),
    [
        ((asked(30),), (HELD,), True),
        ((asked(29),), (HELD,), False),
        ((asked(30),), (), False),
        ((asked(30),), (Hold(kind="dispute", from_on=DAY),), False),
        ((asked(30),), (Hold(kind="unheard_of", from_on=DAY),), True),
        ((asked(30), asked(3)), (HELD,), True),
        ((asked(30), asked(3, direction="inbound")), (HELD,), False),
        ((asked(30, direction="inbound"), asked(29)), (HELD,), False),
        ((asked(30), asked(3, direction="inbound", creditor="b")), (HELD,), True),
        ((asked(90),), (HELD,), True),
        ((asked(91),), (HELD,), False),
        ((asked(30, local_date=None),), (HELD,), False),
        ((asked(30, role="primary"),), (HELD,), False),
        ((), (HELD,), False),
    ],
)
def test_an_attorney_is_silent_from_the_first_question_he_left_open(
    contacts: tuple[Contact, ...], holds: tuple[Hold, ...], speaks: bool
) -> None:
    customer = Customer(time_zone="UTC", contacts=contacts, holds=holds)
    verdict = judge_moment(Rulebook.of([SILENT]), customer=customer, candidate=SMS, at=NOON)
    assert [review.rule for review in verdict.reviews] == ["silent"] * speaks
    # A plan does not know with whom our letters were exchanged.
    assert judge(Rulebook.of([SILENT]), customer=customer, candidate=SMS, on=DAY).reviews == ()


@given(chance=st.randoms(use_true_random=False), seconds=st.integers(0, 86_399))
def test_property_what_a_person_looks_at_ends_when_it_says(chance: Random, seconds: int) -> None:
    rules = [
        a_rule(kind, MAKERS[kind](chance), id=kind.replace("_", "-")) for kind in ("cumulative", "attorney_silence")
    ]
    pair = some_pair(chance)
    customer = replace(pair.customer, time_zone="Asia/Shanghai", holds=(HELD, *pair.customer.holds))
    now = datetime(2026, 3, 10, tzinfo=UTC) + timedelta(seconds=seconds)

    def allowed(moment: datetime) -> bool:
        return judge_moment(Rulebook.of(rules), customer=customer, candidate=pair.candidate, at=moment).allowed

    found = judge_moment(Rulebook.of(rules), customer=customer, candidate=pair.candidate, at=now).earliest
    if found is None:
        return
    assert isinstance(found, datetime)
    assert allowed(found)
    assert not allowed(found - timedelta(seconds=1))
    assert not any(allowed(now + (found - now) / 13 * step) for step in range(13))
