"""What ships: which rulebooks, in which order, with the figures of their sources."""

from __future__ import annotations

from datetime import date

from compliance_population import DAY

from dunwell.compliance.frequency.reading import load_frequency
from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import ACTORS, CHANNELS, HOLDS
from dunwell.compliance.rulebook.model import GUARD, KINDS
from dunwell.compliance.rulebook.reading import load, load_library

SHIPPED = load()
LIBRARY = load_library()


def test_the_layers_come_in_the_order_of_their_folders_behind_the_guard() -> None:
    layers = list(dict.fromkeys(rule.layer for rule in SHIPPED.rules))
    assert layers == ["dunwell", "cn/general", "cn/telecom", "company/default"]
    assert SHIPPED.rules[0] is GUARD


def test_every_kind_of_hold_is_answered_by_a_blocking_rule() -> None:
    """A hold that no rule names would be a reason to leave somebody in peace that nobody heeds."""
    answered = {
        hold
        for rule in SHIPPED.on(DAY).rules
        if rule.enforcement == "block"
        for hold in (*getattr(rule.terms, "holds", ()), *getattr(rule.terms, "states", ()))
    }
    assert answered == set(HOLDS)


def test_every_kind_of_rule_is_used_by_the_shipped_rulebooks() -> None:
    assert {rule.kind for rule in LIBRARY.rules} == set(KINDS)


def test_the_library_holds_the_house_first_and_then_what_it_only_keeps() -> None:
    assert LIBRARY.rules[: len(SHIPPED.rules)] == SHIPPED.rules
    kept = list(dict.fromkeys(rule.layer for rule in LIBRARY.rules[len(SHIPPED.rules) :]))
    assert kept == [
        "cn/credit_card",
        "in/general",
        "kr/general",
        "ru/general",
        "uk/general",
        "us/massachusetts",
        "us/new_york_city",
        "us/regulation_f",
    ]


def test_the_figures_are_those_of_the_sources() -> None:
    terms = {rule.id: rule.terms.model_dump() for rule in SHIPPED.on(DAY).rules}
    for night in ("CN-T1", "CN-T2", "CN-F6-hours", "G1-hours"):
        assert terms[night] == {"quiet_from": "22:00", "quiet_until": "08:00", "weekdays": (), "also_on": ()}
    caps = {name: (told["most"], told["counts"], told["per"]) for name, told in terms.items() if "counts" in told}
    assert caps == {
        "CN-F1": (3, "effective", "creditor"),
        "CN-F2": (3, "connected", "creditor"),
        "CN-F3": (6, "unanswered", "number"),
        "CN-F6": (3, "attempts", "creditor"),
        "G1-cap": (2, "attempts", "creditor"),
    }
    sums = {name: told["most"] for name, told in terms.items() if "unanswered" in told}
    assert sums == {"CN-F8": 14}
    assert terms["G2"]["first"] == ("sms", "app_push")
    assert SHIPPED.zones == ("Asia/Shanghai",)


def test_the_figures_of_other_places_are_those_of_the_sources() -> None:
    terms = {rule.id: rule.terms.model_dump() for rule in LIBRARY.on(date(2026, 9, 10)).rules}
    hours = {name: (told["quiet_from"], told["quiet_until"]) for name, told in terms.items() if "quiet_from" in told}
    assert {name: told for name, told in hours.items() if not name.startswith(("CN", "G"))} == {
        "US-T1": ("21:00", "08:00"),
        "US-C6-hours": ("21:00", "08:00"),
        "IN-T1": ("19:00", "08:00"),
        "KR-T1": ("21:00", "08:00"),
        "RU-T1": ("22:00", "08:00"),
        "RU-T2": ("20:00", "09:00"),
    }
    counted = {name: told for name, told in terms.items() if "counts" in told}
    rolling = {name: (told["most"], told["days"]) for name, told in counted.items() if "days" in told}
    assert rolling == {"US-F1": (7, 7), "US-C6": (2, 7), "US-C6-visit": (1, 30), "US-C7": (3, 7), "KR-F1": (7, 7)}
    calendar = {name: (told["most"], told["period"]) for name, told in terms.items() if "period" in told}
    assert calendar == {
        "RU-F2": (2, "week"),
        "RU-F3": (8, "month"),
        "RU-M2": (4, "week"),
        "RU-M3": (16, "month"),
        "RU-V1": (1, "week"),
    }


def test_the_rules_for_plans_and_the_presumption_speak_of_the_same_numbers() -> None:
    (entry,) = load_frequency("us")
    terms = {rule.id: rule.terms.model_dump() for rule in LIBRARY.on(DAY).rules}
    assert (terms["US-F1"]["most"], terms["US-F1"]["days"]) == (entry.most, entry.days)
    assert terms["US-F2"]["days"] == entry.quiet_days
    assert {terms[name]["day_one"] for name in ("US-F1", "US-F2")} == {entry.day_one}
    assert terms["US-F1-concentrated"]["most"] + 1 == entry.concentrated.calls
    assert terms["US-F1-rapid"]["minutes"] == entry.rapid.minutes


def test_no_company_rule_can_be_opened_by_a_consent() -> None:
    assert all(rule.unless is None for rule in SHIPPED.rules if rule.layer == "company/default")
    opened = {rule.id: rule.unless.consent for rule in SHIPPED.rules if rule.unless}
    assert opened == {
        "CN-T1": ("contact_at_night",),
        "CN-T2": ("contact_at_night",),
        "CN-F3": ("repeated_attempts",),
    }


def test_a_rule_of_which_little_is_known_does_not_block() -> None:
    """S1 and M ask for a person before they may block (regulations, 1.11)."""
    assert not [rule.id for rule in LIBRARY.rules if rule.certainty in ("S1", "M") and rule.enforcement == "block"]


def test_the_lists_are_closed_ones() -> None:
    assert {"sms", "voice", "visit"} < set(CHANNELS)
    assert ACTORS == ("human", "robot")
    assert {"dispute", "deceased", "pause"} < set(HOLDS)
    assert set(SIGNS) == {"bankruptcy_signal_30d", "dispute_open", "hardship"}
