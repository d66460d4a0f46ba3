"""What opens a rule beside a consent: one answer, one confirmation, a visit to our site, what law lets by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from compliance_population import DAY, a_rule, some_pair
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.kinds.question import Candidate, Consent, Contact, Customer, Hold
from dunwell.compliance.kinds.wish import Wish
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.rulebook.page import opened_by
from dunwell.compliance.rulebook.unless import ANSWER_DAYS, Unless
from dunwell.compliance.rules import judge, judge_moment

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
REPLY = Candidate(channel="email", creditor="a", purpose="reply")
HELD = Hold(kind="represented", from_on=date(2026, 1, 1))


def rule(kind: str = "party_state", parameters: dict[str, Any] | None = None, **unless: Any) -> Rule:
    return a_rule(kind, {"states": ["represented"]} if parameters is None else parameters, id="rule", unless=unless)


def message(ago: timedelta = timedelta(hours=1), **told: Any) -> Contact:
    moment = NOON - ago
    usual = {"channel": "email", "creditor": "a", "direction": "inbound"}
    return Contact(**{**usual, "happened_at": moment, "local_date": moment.date(), **told})


def answer(ago: timedelta = timedelta(minutes=30), **told: Any) -> Contact:
    return message(ago, **{"direction": "outbound", "purpose": "reply", **told})


def allowed(*contacts: Contact, by: Rule, at: datetime = NOON, contact: Candidate = REPLY, **told: Any) -> bool:
    customer = Customer(time_zone="UTC", contacts=contacts, holds=(HELD,), **told)
    return judge_moment(Rulebook.of([by]), customer=customer, candidate=contact, at=at).allowed


# ---- one answer ------------------------------------------------------------------------------------------------------

ONCE = rule(reply="once")


def test_a_message_opens_one_answer() -> None:
    assert not allowed(by=ONCE)
    assert allowed(message(), by=ONCE)
    assert not allowed(message(), answer(), by=ONCE)
    assert allowed(message(), answer(), message(timedelta(minutes=5)), by=ONCE)
    assert not allowed(message(), by=rule(consent=["x"]))


def test_only_an_answer_goes_through_the_opening() -> None:
    for purpose in ("collection", "confirmation", "required_by_law", "shown_on_request"):
        assert not allowed(message(), by=ONCE, contact=replace(REPLY, purpose=purpose))


@pytest.mark.parametrize(
    "told",
    [
        {"channel": "sms"},
        {"creditor": "b"},
        {"creditor": None},
        {"direction": "outbound", "purpose": "collection"},
        {"direction": None, "purpose": "collection"},
        {"happened_at": None},
        {"happened_at": NOON + timedelta(minutes=1)},
        {"happened_at": NOON - timedelta(days=ANSWER_DAYS, seconds=1), "local_date": None},
    ],
)
def test_what_is_not_surely_a_message_to_us_opens_nothing(told: dict[str, Any]) -> None:
    assert not allowed(message(**told), by=ONCE)


@pytest.mark.parametrize(
    ("told", "open_still"),
    [
        ({}, False),
        ({"purpose": "collection", "in_reply": True}, False),
        ({"purpose": None}, False),
        ({"purpose": "collection"}, True),
        ({"channel": None}, False),
        ({"channel": "sms"}, True),
        ({"creditor": None}, False),
        ({"creditor": "b"}, True),
        ({"happened_at": None}, False),
        ({"happened_at": None, "local_date": date(2026, 3, 8)}, True),
        ({"happened_at": None, "local_date": None}, False),
    ],
)
def test_what_may_have_been_the_answer_was(told: dict[str, Any], open_still: bool) -> None:
    assert allowed(message(), answer(**told), by=ONCE) is open_still


def test_a_call_is_answered_in_the_call() -> None:
    for channel in ("voice", "visit"):
        assert not allowed(message(channel=channel), by=ONCE, contact=replace(REPLY, channel=channel))


def test_a_day_as_a_whole_has_no_answers() -> None:
    customer = Customer(time_zone="UTC", contacts=(message(),), holds=(HELD,))
    assert not judge(Rulebook.of([ONCE]), customer=customer, candidate=REPLY, on=DAY).allowed


def test_an_answer_belongs_to_the_very_time_that_is_barred() -> None:
    wishes = (
        Wish(stance="barred", from_minute=600, until_minute=690, valid_from=DAY),
        Wish(stance="barred", from_minute=710, until_minute=800, valid_from=DAY),
    )
    by = rule("wishes", {}, reply="once")
    assert allowed(message(timedelta(minutes=5)), by=by, wishes=wishes)
    assert not allowed(message(timedelta(minutes=35)), by=by, wishes=wishes)
    assert not allowed(message(timedelta(minutes=15)), by=by, wishes=wishes)
    assert allowed(by=by, wishes=wishes, at=NOON - timedelta(minutes=15))


# ---- confirmation, visits, law ---------------------------------------------------------------------------------------

CONFIRM = Candidate(channel="email", creditor="a", purpose="confirmation")
OPT_OUT = rule("opt_out", {}, confirmation="once")


def refused(days_ago: int, **told: Any) -> Consent:
    return Consent(stance="refused", **{"channel": "email", "valid_from": DAY - timedelta(days=days_ago), **told})


def test_each_refusal_is_confirmed_once_while_it_is_fresh() -> None:
    def confirms(*contacts: Contact, consents: tuple[Consent, ...]) -> bool:
        return allowed(*contacts, by=OPT_OUT, contact=CONFIRM, consents=consents)

    sent = answer(timedelta(days=2), purpose="confirmation")
    assert confirms(consents=(refused(3),))
    assert not confirms(sent, consents=(refused(3),))
    assert confirms(sent, consents=(refused(3), refused(1)))
    assert confirms(answer(timedelta(days=5), purpose="confirmation"), consents=(refused(3),))
    assert not confirms(answer(timedelta(days=2), purpose=None), consents=(refused(3),))
    assert confirms(consents=(refused(ANSWER_DAYS),))
    assert not confirms(consents=(refused(ANSWER_DAYS + 1),))


def test_a_visit_lasts_its_minutes_from_the_last_use() -> None:
    by, contact = rule(visit_minutes=30), Candidate(channel="app_push", creditor="a", purpose="shown_on_request")
    for minutes, shown in ((0, True), (29, True), (30, False)):
        used = message(timedelta(minutes=minutes), channel="app_push")
        assert allowed(used, by=by, contact=contact) is shown
    assert not allowed(message(timedelta(minutes=1)), by=by, contact=contact)


def test_what_law_demands_passes_a_rule_that_says_so_on_a_day_too() -> None:
    by, letter = (
        rule(purposes=["required_by_law"]),
        Candidate(channel="letter", creditor="a", purpose="required_by_law"),
    )
    customer = Customer(time_zone="UTC", holds=(HELD,))
    assert allowed(by=by, contact=letter)
    assert judge(Rulebook.of([by]), customer=customer, candidate=letter, on=DAY).allowed
    assert not allowed(by=by, contact=replace(letter, purpose="collection"))
    assert not allowed(by=ONCE, contact=letter)


def test_the_page_says_what_opens_a_rule() -> None:
    assert opened_by(a_rule("reachable", {})) == ""
    every = rule(consent=["a", "b"], reply="once", confirmation="once", purposes=["required_by_law"], visit_minutes=30)
    assert opened_by(every) == (
        "a consent for a or b; the first answer to a message; one confirmation of the opt-out; "
        "made as required_by_law; shown within 30 minutes of his use"
    )


def test_a_rule_looks_back_as_far_as_its_answers_do() -> None:
    assert Unless(consent=("x",)).looks_back == 0
    assert Rulebook.of([ONCE]).looks_back == ANSWER_DAYS


# ---- when ------------------------------------------------------------------------------------------------------------

UNLESS: tuple[dict[str, Any], ...] = ({"reply": "once"}, {"confirmation": "once"}, {"visit_minutes": 45})
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("wishes", {"only_convenient": True}),
    ("opt_out", {}),
    ("clock_window", {"quiet_from": "09:00", "quiet_until": "20:00"}),
    ("hold", {"holds": ["dispute", "pause"]}),
)


def _letters(chance: Random, candidate: Candidate) -> tuple[Contact, ...]:
    """This function will make up messages and answers around the moment."""
    moments = [NOON + timedelta(minutes=chance.randrange(-3000, 3000)) for _ in range(chance.randrange(6))]
    return tuple(
        Contact(
            channel=candidate.channel,
            creditor=candidate.creditor,
            direction=chance.choice(("inbound", "inbound", "outbound")),
            purpose=chance.choice((None, "reply", "collection", "confirmation")),
            happened_at=moment,
            local_date=moment.date(),
        )
        for moment in moments
    )


@given(chance=st.randoms(use_true_random=False), seconds=st.integers(0, 86_399))
def test_property_the_earliest_moment_of_an_answer_is_exact(chance: Random, seconds: int) -> None:
    """Known messages of later on open a rule at their own moment, and not before."""
    pair = some_pair(chance)
    rules = [
        a_rule(kind, parameters, id=kind.replace("_", "-"), unless=chance.choice(UNLESS))
        for kind, parameters in chance.sample(KINDS, 2)
    ]
    purpose = chance.choice(("reply", "confirmation", "shown_on_request"))
    candidate = replace(pair.candidate, channel=chance.choice(("sms", "email")), creditor="a", purpose=purpose)
    customer = replace(pair.customer, time_zone="Asia/Shanghai", contacts=_letters(chance, candidate))
    now = datetime(2026, 3, 10, tzinfo=UTC) + timedelta(seconds=seconds)

    def allowed(moment: datetime) -> bool:
        return judge_moment(Rulebook.of(rules), customer=customer, candidate=candidate, at=moment).allowed

    found = judge_moment(Rulebook.of(rules), customer=customer, candidate=candidate, at=now).earliest
    if found is None:
        return
    assert isinstance(found, datetime)
    assert allowed(found)
    assert not allowed(found - timedelta(seconds=1))
    assert not any(allowed(now + (found - now) / 29 * step) for step in range(29))
