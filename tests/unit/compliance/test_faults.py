"""The test that the frame equals the judge can be trusted: a judge with any of these faults is found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from compliance_population import DAY, a_rule, disagreements, judged, masked, some_pair

from dunwell.compliance import rules
from dunwell.compliance.kinds import counting, hold
from dunwell.compliance.kinds.question import Consent, Contact, Hold
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.rulebook.scope import Scope

TRIAL: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        a_rule(
            "clock_window",
            {"quiet_from": "21:00", "quiet_until": "09:00"},
            id="night",
            unless={"consent": ["collection"]},
        ),
        a_rule("clock_window", {"quiet_from": "22:00", "quiet_until": "08:00"}, id="late"),
        a_rule("zone_set", {"possible": ["Asia/Shanghai", "Asia/Tokyo"]}, id="zones", enforcement="warn"),
        a_rule("daily_cap", {"most": 2, "counts": "attempts", "count_channels": "all", "per": "creditor"}, id="cap"),
        a_rule(
            "daily_cap",
            {"most": 1, "counts": "effective", "count_channels": ["voice"], "per": "creditor"},
            id="talks",
            channels=["voice"],
            actors=["robot"],
        ),
        a_rule("daily_cap", {"most": 2, "counts": "unanswered", "count_channels": "all", "per": "number"}, id="tries"),
        a_rule("first_contact_channel", {"first": ["sms"], "stand_in": ["email"]}, id="first"),
        a_rule("hold", {"holds": ["dispute", "pause"], "signs": ["dispute_open"]}, id="rest"),
        a_rule("party_state", {"states": ["deceased"], "groups": ["minor"]}, id="state"),
        a_rule("opt_out", {"other_purposes": ["marketing"]}, id="refused"),
        a_rule("consent_required", {"purposes": ["collection"]}, id="consent", channels=["social", "sms", "voice"]),
        a_rule("reachable", {}, id="address"),
        a_rule(
            "rolling_cap",
            {
                "most": 2,
                "days": 7,
                "day_one": "event_day",
                "counts": "attempts",
                "count_channels": "all",
                "per": "creditor",
            },
            id="rolling",
        ),
        a_rule(
            "rolling_cap",
            {
                "most": 2,
                "days": 7,
                "day_one": "event_day",
                "counts": "attempts",
                "count_channels": "all",
                "per": "debt",
            },
            id="debts",
        ),
        a_rule(
            "daily_cap", {"most": 1, "counts": "attempts", "count_channels": "all", "per": "household"}, id="household"
        ),
        a_rule(
            "period_cap",
            {"most": 2, "period": "week", "counts": "attempts", "count_channels": "all", "per": "creditor"},
            id="weekly",
        ),
        a_rule(
            "lockout",
            {
                "after": "conversation",
                "days": 7,
                "day_one": "event_day",
                "count_channels": ["voice", "sms"],
                "per": "creditor",
            },
            id="quiet",
        ),
        a_rule(
            "clock_window",
            {"quiet_from": "20:00", "quiet_until": "10:00", "weekdays": ["tue", "wed"]},
            id="tuesdays",
            applies={"regions": ["US-MA"], "zones": ["Europe/London"]},
        ),
        a_rule("reachable", {}, id="cards", applies={"product_lines": ["consumer_credit"]}),
    )
}
TRIAL_BOOK = Rulebook.of(TRIAL.values())


def with_parameters(identifier: str, **parameters: Any) -> Rulebook:
    rule = TRIAL[identifier]
    terms = type(rule.terms).model_validate({**rule.terms.model_dump(), **parameters})
    return with_rule(identifier, terms=terms)


def with_rule(identifier: str, **told: Any) -> Rulebook:
    changed = TRIAL[identifier].model_copy(update=told)
    return Rulebook.of(changed if rule.id == identifier else rule for rule in TRIAL.values())


FAULTY_DATA: dict[str, Rulebook] = {
    "the night begins a minute later": with_parameters("late", quiet_from="22:01"),
    "the night ends a minute earlier": with_parameters("late", quiet_until="07:59"),
    "a consent does not open the night": with_rule("night", unless=None),
    "one zone is forgotten": with_parameters("zones", possible=("Asia/Shanghai",)),
    "the cap is one higher": with_parameters("cap", most=3),
    "the cap is one lower": with_parameters("cap", most=1),
    "the cap counts connected contacts only": with_parameters("cap", counts="connected"),
    "the cap forgets letters": with_parameters(
        "cap", count_channels=("sms", "app_push", "email", "voice", "social", "visit")
    ),
    "the cap counts by number": with_parameters("cap", per="number"),
    "talks are connected calls": with_parameters("talks", counts="connected"),
    "talks bind people too": with_rule("talks", actors=("robot", "human")),
    "talks bind messages too": with_rule("talks", channels=("voice", "sms")),
    "tries count by creditor": with_parameters("tries", per="creditor"),
    "an e-mail may be first": with_parameters("first", first=("sms", "email")),
    "nothing stands in": with_parameters("first", stand_in=()),
    "a pause is no rest": with_parameters("rest", holds=("dispute",)),
    "a sign of a dispute is no dispute": with_parameters("rest", signs=()),
    "minors are of age": with_parameters("state", groups=("minors",)),
    "who refuses advertising refuses all": with_parameters("refused", other_purposes=()),
    "another purpose is consent enough": with_parameters("consent", purposes=("collection", "marketing")),
    "a consent is only nice to have": with_rule("consent", enforcement="warn"),
    "the rolling cap is one higher": with_parameters("rolling", most=3),
    "the rolling cap is one lower": with_parameters("rolling", most=1),
    "the rolling window is a day longer": with_parameters("rolling", days=8),
    "the rolling window is a day shorter": with_parameters("rolling", days=6),
    "the rolling window begins the day after": with_parameters("rolling", day_one="next_day"),
    "the rolling cap counts the person": with_parameters("rolling", per="person"),
    "a cap per debt counts the creditor": with_parameters("debts", per="creditor"),
    "a cap per debt counts the claim": with_parameters("debts", per="claim"),
    "a cap per household counts the creditor": with_parameters("household", per="creditor"),
    "cards are one creditor's": with_rule("cards", applies=Scope(product_lines=("consumer_credit",), creditors=("b",))),
    "the weekly cap is one higher": with_parameters("weekly", most=3),
    "the weekly cap is one lower": with_parameters("weekly", most=1),
    "the week is a month": with_parameters("weekly", period="month"),
    "it is quiet a day longer": with_parameters("quiet", days=8),
    "it is quiet a day less": with_parameters("quiet", days=6),
    "it is quiet from the day after": with_parameters("quiet", day_one="next_day"),
    "it is quiet after an attempt": with_parameters("quiet", after="attempt"),
    "it is quiet for every creditor": with_parameters("quiet", per="person"),
    "conversations by message do not count": with_parameters("quiet", count_channels=("voice",)),
    "a weekday is another": with_parameters("tuesdays", weekdays=("wed",)),
    "a place is everywhere": with_rule("tuesdays", applies=None),
    "a place is another": with_rule("tuesdays", applies=Scope(regions=("US-NY",), zones=("Europe/London",))),
    "a time zone says nothing": with_rule("tuesdays", applies=Scope(regions=("US-MA",), zones=("Asia/Seoul",))),
    "cards are mobile lines": with_rule("cards", applies=Scope(product_lines=("mobile",))),
    "a rule is not yet in force": with_rule("address", valid_from=DAY + timedelta(days=1)),
}

_held, _valid, _made_between = Hold.open, Consent.valid, Contact.made_between
FAULTY_CODE: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a hold lasts through its last day": (
        Hold,
        "open",
        lambda held, on: held.from_on <= on and (held.until_on is None or on <= held.until_on),
    ),
    "a hold begins a day late": (Hold, "open", lambda held, on: _held(held, on) and held.from_on < on),
    "a consent lasts through its last day": (
        Consent,
        "valid",
        lambda consent, on: consent.valid_from <= on and (consent.valid_until is None or on <= consent.valid_until),
    ),
    "a consent begins a day late": (
        Consent,
        "valid",
        lambda consent, on: _valid(consent, on) and consent.valid_from < on,
    ),
    "a consent is for every channel": (Consent, "covers", lambda consent, channel: True),
    "a consent without a channel is for none": (Consent, "covers", lambda consent, channel: consent.channel == channel),
    "a consent is for every creditor": (
        Consent,
        "grants",
        lambda consent, purposes, *, to, channel: (
            consent.stance == "granted" and consent.purpose in purposes and consent.covers(channel)
        ),
    ),
    "the day before the first counts": (
        Contact,
        "made_between",
        lambda contact, first, last: _made_between(contact, first - timedelta(days=1), last),
    ),
    "tomorrow counts today": (
        Contact,
        "made_between",
        lambda contact, first, last: _made_between(contact, first, last + timedelta(days=1)),
    ),
    "a contact without a day is forgotten the day after": (
        Contact,
        "made_between",
        lambda contact, first, last: contact.local_date is not None and _made_between(contact, first, last),
    ),
    "calls of the debtor weigh": (
        Contact,
        "made_between",
        lambda contact, first, last: contact.days[0] <= last and first <= contact.days[1],
    ),
    "who may be anywhere is here": (Scope, "nobody_knows", lambda scope, zones: True),
    "contacts count for every debt": (counting, "shares", lambda of, *, per: ()),
    "contacts count for the debts named alone": (
        counting,
        "together",
        lambda contact, *, per, candidate: bool(
            set(counting.shares(contact, per=per)) & set(counting.shares(candidate, per=per))
        ),
    ),
    "who lives with him does not count": (
        counting,
        "in_file",
        lambda question, *, per: iter(question.customer.contacts),
    ),
    "a wrong number counts": (rules, "_recent", lambda customer, *, rulebook, on: customer),
    "what nobody wrote down was no connection": (
        Contact,
        "may_be_effective",
        property(lambda contact: bool(contact.connected and contact.conversation and contact.answered_by == "debtor")),
    ),
    "the first of two holds to end ends both": (hold, "known_end", lambda ends: min(ends, default=None)),
}

CHANCE = Random(11)
PAIRS = [some_pair(CHANCE) for _ in range(900)]


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    return masked(PAIRS, rulebook=TRIAL_BOOK, on=DAY)


def test_without_a_fault_there_is_no_disagreement(told: list[dict[str, Any]]) -> None:
    assert disagreements(PAIRS, told=told, asked=judged(PAIRS, rulebook=TRIAL_BOOK, on=DAY)) == []


@pytest.mark.parametrize("fault", FAULTY_DATA)
def test_a_judge_with_another_rulebook_is_found_out(fault: str, told: list[dict[str, Any]]) -> None:
    asked = judged(PAIRS, rulebook=FAULTY_DATA[fault], on=DAY)
    assert disagreements(PAIRS, told=told, asked=asked), fault


@pytest.mark.parametrize("fault", FAULTY_CODE)
def test_a_judge_with_a_fault_is_found_out(
    fault: str, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name, faulty = FAULTY_CODE[fault]
    monkeypatch.setattr(owner, name, faulty)
    assert disagreements(PAIRS, told=told, asked=judged(PAIRS, rulebook=TRIAL_BOOK, on=DAY)), fault


def test_a_judge_who_forgets_who_is_bound_is_found_out(
    told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rule, "binds", lambda rule, question: True)
    assert disagreements(PAIRS, told=told, asked=judged(PAIRS, rulebook=TRIAL_BOOK, on=DAY))


def test_a_judge_who_takes_the_first_end_for_the_last_is_found_out(
    told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(found: list[rules.Objection]) -> date | None:
        ends = [objection.falls for objection in found if objection.blocks and objection.falls]
        return min(ends, default=None)

    monkeypatch.setattr(rules, "_last", first)
    assert disagreements(PAIRS, told=told, asked=judged(PAIRS, rulebook=TRIAL_BOOK, on=DAY))
