"""The judge says of every contact what an oracle says that reads the rules by itself; and the oracle can be trusted.

Twenty thousand contacts, and a million under `make soak`: in each rulebook, the house's and every one it keeps, moment
by moment, with all that came before. Each number of each rule, one more or one less, is found out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import rules_oracle as oracle
import yaml
from rules_stories import Facts, Stage, stories

from dunwell.compliance import rules
from dunwell.compliance.kinds import clock_window, counting, lockout, rolling_cap
from dunwell.compliance.kinds.question import Candidate, Consent, Contact, Customer, Hold, Standing
from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, load_library

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
CONTACTS = 1_000_000 if SOAK else 20_000
# These have tests of their own: what is said, by which procedure, and what the customer wishes.
ELSEWHERE = {"attorney_silence", "content", "cumulative", "email_procedure", "text_procedure", "wishes"}
HOUSE = tuple(yaml.safe_load((RULEBOOKS / "house.yaml").read_text("utf-8"))["in_force"])
LAYERS = sorted({rule.layer for rule in load_library().rules} - {"dunwell", *HOUSE})
BOOKS: dict[str, tuple[str, ...]] = {"house": HOUSE, **{layer: (layer,) for layer in LAYERS}}
SHARES = {name: 3 if name == "house" else 1 for name in BOOKS}


def contacts_of(name: str) -> int:
    return CONTACTS * SHARES[name] // sum(SHARES.values()) + 1


def told_of(name: str, *, contacts: int) -> Iterator[tuple[Facts, Facts, datetime]]:
    days = sorted(rule.valid_from for rule in rulebook(name).rules[1:])
    stage = Stage(name, since=days[0] + timedelta(days=1), newest=days[-1])
    return stories(Random(f"oracle {name}"), stage=stage, contacts=contacts)


def rules_text(name: str) -> list[Facts]:
    told = oracle.rules_of(*(RULEBOOKS / layer / "rules.yaml" for layer in BOOKS[name]))
    return [rule for rule in told if rule["kind"] in oracle.KINDS]


def rulebook(name: str) -> Rulebook:
    told = load([RULEBOOKS / layer for layer in BOOKS[name]])
    return Rulebook.of(rule for rule in told.rules[1:] if rule.kind not in ELSEWHERE)


def asked(customer: Facts, wanted: Facts) -> tuple[Customer, Candidate]:
    """This function will say in the judge's own values what the dictionaries say."""
    known = {key: value for key, value in customer.items() if key != "zone"}
    lists = {
        "holds": tuple(Hold(**hold) for hold in customer["holds"]),
        "consents": tuple(Consent(**consent) for consent in customer["consents"]),
        "contacts": tuple(_contact(contact) for contact in customer["contacts"]),
        "housemates": tuple(_contact(contact) for contact in customer["housemates"]),
    }
    standings = tuple(Standing(**standing) for standing in wanted["standings"])
    return Customer(**{**known, **lists}), Candidate(**{**wanted, "standings": standings})


_WRITTEN: dict[int, tuple[Facts, Contact]] = {}


def _contact(told: Facts) -> Contact:
    """This function will make a contact once, however often the story comes back to it."""
    if len(_WRITTEN) > 100_000:
        _WRITTEN.clear()
    return _WRITTEN.setdefault(id(told), (told, Contact(**told)))[1]


def judged(book: Rulebook, customer: Facts, wanted: Facts, at: datetime) -> set[str]:
    file, candidate = asked(customer, wanted)
    verdict = rules.judge_moment(book, customer=file, candidate=candidate, at=at)
    return {said.rule for said in (*verdict.refusals, *verdict.warnings, *verdict.reviews)}


@pytest.fixture(autouse=True)
def _no_search_for_the_earliest_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes most of the time, and has properties of its own."""
    monkeypatch.setattr(rules, "LEAPS_MAX", 0)


@pytest.mark.timeout(7200 if SOAK else 300)
@pytest.mark.parametrize("name", BOOKS)
def test_every_contact_is_judged_as_the_oracle_judges_it(name: str) -> None:
    text, book = rules_text(name), rulebook(name)
    silent, loud = {rule["id"] for rule in text}, {rule["id"] for rule in text}
    for customer, wanted, at in told_of(name, contacts=contacts_of(name)):
        told, said = oracle.spoken(text, customer, wanted, at), judged(book, customer, wanted, at)
        assert said == told, (customer, wanted, at)
        silent -= told
        loud &= told
    # The stories are not all of one sort: every rule speaks in some and is silent in others.
    assert (silent, loud) == (set(), set())


def test_the_oracle_knows_every_kind_of_rule() -> None:
    assert set(oracle.KINDS) | ELSEWHERE >= set(KINDS)
    assert not set(oracle.KINDS) & ELSEWHERE


# ---- the test of the test --------------------------------------------------------------------------------------------

STEPS = ("most", "days", "minutes", "others_after_failed", "failed_within_days")
OTHER = {"day_one": {"event_day": "next_day", "next_day": "event_day"}, "after": {"conversation": "attempt"},
         "period": {"week": "month", "month": "week"}, "per": {"debt": "creditor", "claim": "creditor",
         "household": "creditor", "creditor": "person", "number": "person"}}  # fmt: skip
QUIET = ("quiet_from", "quiet_until")


def changed(terms: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """This function will move each number of a rule by one, each time by a minute, and turn each convention round."""
    for key, value in terms.items():
        if key in STEPS and value is not None:
            yield from ((f"{key} {step:+}", {key: value + step}) for step in (1, -1))
        elif key in QUIET:
            yield from ((f"{key} {step:+}min", {key: _moved(value, step)}) for step in (1, -1))
        elif key in OTHER and value in OTHER[key]:
            yield f"{key} {OTHER[key][value]}", {key: OTHER[key][value]}
        elif isinstance(value, bool):
            yield f"{key} {not value}", {key: not value}


def _moved(clock: str, minutes: int) -> str:
    return (datetime.strptime(clock, "%H:%M") + timedelta(minutes=minutes)).strftime("%H:%M")  # noqa: DTZ007


def mutants() -> Iterator[tuple[str, str, str, Rule]]:
    for name in BOOKS:
        for rule in rulebook(name).rules[1:]:
            for what, told in changed(rule.terms.model_dump()):
                try:
                    terms = type(rule.terms).model_validate({**rule.terms.model_dump(), **told})
                except ValueError:
                    continue
                yield name, f"{rule.id} from {rule.valid_from}", what, rule.model_copy(update={"terms": terms})


MUTANTS = list(mutants())


def killed(book: Rulebook, name: str, *, rule: Rule) -> bool:
    """This function will tell whether the oracle finds a contact of which the book says something else."""
    text = [one for one in rules_text(name) if one["id"] == rule.id or one["kind"] == "zone_set"]
    first = rule.valid_from + timedelta(days=1)
    stage = Stage(name, first, first, until=rule.valid_until, channels=rule.channels, actors=rule.actors)
    return any(
        (rule.id in oracle.spoken(text, customer, wanted, at)) != (rule.id in judged(book, customer, wanted, at))
        for customer, wanted, at in stories(Random("mutants"), stage=stage, contacts=20_000)
    )


@pytest.mark.parametrize(("name", "identifier", "what", "rule"), MUTANTS, ids=[" ".join(m[:3]) for m in MUTANTS])
def test_every_number_moved_by_one_is_found_out(name: str, identifier: str, what: str, rule: Rule) -> None:
    own = [one for one in rulebook(name).rules[1:] if one.kind == "zone_set" and one.id != rule.id]
    others = [one for one in rulebook(name).rules[1:] if one.id == rule.id and one.valid_from != rule.valid_from]
    assert killed(Rulebook.of([rule, *others, *own]), name, rule=rule), (identifier, what)


_days, _known, _within, _open = Contact.days, rules.known_zone, clock_window.within, Hold.open
FAULTS: dict[str, tuple[str, str, Any, str, Callable[..., Any] | property]] = {
    "an hour ends a second late": (
        "house", "G1-hours", clock_window, "within",
        lambda minutes, *, windows: any(window.start <= minutes <= window.end for window in windows),
    ),
    "an hour begins a second late": (
        "house", "G1-hours", clock_window, "within",
        lambda minutes, *, windows: any(window.start < minutes < window.end for window in windows),
    ),
    "everybody lives in Shanghai": (
        "us/regulation_f", "US-T1", rules, "known_zone", lambda name: _known(name) and ZoneInfo("Asia/Shanghai"),
    ),
    "everybody lives by Greenwich time": (
        "house", "G1-cap", rules, "known_zone", lambda name: _known(name) and ZoneInfo("Etc/GMT"),
    ),
    "the zone next door": (
        "house", "G1-hours", rules, "known_zone", lambda name: _known(name) and ZoneInfo("Asia/Tokyo"),
    ),
    "a day is that of UTC": (
        "house", "G1-cap", Contact, "days",
        property(lambda c: (c.happened_at.date(),) * 2 if c.happened_at else _days.fget(c)),
    ),
    "day one is always the day after": (
        "us/regulation_f", "US-F2", lockout, "weighs", lambda days, *, day_one: days + 1,
    ),
    "the last day no longer weighs": (
        "us/regulation_f", "US-F1", rolling_cap, "weighs", lambda days, *, day_one: days - 1,
    ),
    "a hold lasts through its last day": (
        "house", "G7", Hold, "open", lambda held, on: _open(held, on) or held.until_on == on,
    ),
    "debts are not told apart": ("us/regulation_f", "US-F1", counting, "shares", lambda of, *, per: ()),
    "who lives with him does not count": (
        "us/massachusetts", "US-C6", counting, "in_file", lambda question, *, per: iter(question.customer.contacts),
    ),
    "a wrong number counts": ("house", "G1-cap", rules, "_recent", lambda customer, *, rulebook, on: customer),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_judge_with_a_fault_is_found_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, only, owner, attribute, faulty = FAULTS[fault]
    monkeypatch.setattr(owner, attribute, faulty)
    book = rulebook(name)
    assert killed(book, name, rule=book.entries(only)[-1])
