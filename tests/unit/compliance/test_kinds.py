"""Each kind of rule by itself: its parameters, one after the other, in the smallest example that shows them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from compliance_population import DAY, REACHES, a_rule

from dunwell.compliance.kinds.kind import Kind
from dunwell.compliance.kinds.question import (
    NEVER,
    Candidate,
    Consent,
    Contact,
    Customer,
    Hold,
    Question,
    known_end,
)
from dunwell.compliance.rulebook.model import KINDS, Rule

TOMORROW = DAY + timedelta(days=1)
CALL = Candidate(channel="voice", creditor="a", actor="human")


def speaks(kind: str, parameters: dict[str, Any], customer: Customer, candidate: Candidate = CALL) -> bool:
    question = Question(customer=customer, candidate=candidate, on=DAY)
    return KINDS[kind].model_validate(parameters).judge(question) is not None


def calls(count: int, **told: Any) -> Customer:
    return Customer(contacts=(Contact(**{"channel": "voice", "creditor": "a", "local_date": DAY, **told}),) * count)


# ---- daily_cap -------------------------------------------------------------------------------------------------------


def cap(most: int = 1, counts: str = "attempts", channels: Any = "all", per: str = "creditor") -> dict[str, Any]:
    return {"most": most, "counts": counts, "count_channels": channels, "per": per}


@pytest.mark.parametrize(("made", "refused"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_cap_is_reached_by_as_many_as_it_says(made: int, refused: bool) -> None:
    assert speaks("daily_cap", cap(most=2), calls(made)) is refused


def test_a_cap_of_none_allows_none() -> None:
    assert speaks("daily_cap", cap(most=0), Customer())


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({}, {"attempts", "unanswered", "connected", "effective"}),
        ({"connected": False}, {"attempts", "unanswered"}),
        ({"connected": True}, {"attempts", "connected", "effective"}),
        ({"connected": True, "conversation": False}, {"attempts", "connected"}),
        ({"connected": True, "conversation": True, "answered_by": "debtor"}, {"attempts", "connected", "effective"}),
        ({"connected": True, "conversation": True, "answered_by": "third_party"}, {"attempts", "connected"}),
        ({"connected": True, "conversation": True, "answered_by": "voicemail"}, {"attempts", "connected"}),
    ],
)
def test_which_contacts_count_is_a_parameter(told: dict[str, Any], counted: set[str]) -> None:
    found = {
        counts
        for counts in ("attempts", "unanswered", "connected", "effective")
        if speaks("daily_cap", cap(counts=counts), calls(1, **told))
    }
    assert found == counted


@pytest.mark.parametrize(("channel", "counted"), [("voice", True), ("sms", False), ("pigeon", True), (None, True)])
def test_only_the_channels_named_count_and_those_nobody_knows(channel: str | None, counted: bool) -> None:
    assert speaks("daily_cap", cap(channels=["voice"]), calls(1, channel=channel)) is counted


@pytest.mark.parametrize(
    ("creditor", "of", "counted"),
    [("a", "a", True), ("b", "a", False), (None, "a", True), ("a", None, True), (None, None, True)],
)
def test_a_cap_per_creditor_counts_his_own_and_nobodys(creditor: str | None, of: str | None, counted: bool) -> None:
    candidate = Candidate(channel="voice", creditor=of)
    assert speaks("daily_cap", cap(), calls(1, creditor=creditor), candidate) is counted


def test_a_cap_per_number_takes_the_number_that_was_tried_most() -> None:
    def tried(*points: int | None) -> Customer:
        return Customer(
            contacts=tuple(
                Contact(channel="voice", creditor=creditor, local_date=DAY, contact_point=point)
                for creditor, point in zip("abababab", points, strict=False)
            )
        )

    per_number = cap(most=3, per="number")
    assert not speaks("daily_cap", per_number, tried(1, 1, 2, 2, 3, 3))
    assert speaks("daily_cap", per_number, tried(1, 1, 2, 2, 2))
    assert speaks("daily_cap", per_number, tried(1, 1, 2, None))
    assert speaks("daily_cap", per_number, tried(None, None, None))
    assert not speaks("daily_cap", per_number, Customer())


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"local_date": DAY}, True),
        ({"local_date": DAY - timedelta(days=1)}, False),
        ({"local_date": TOMORROW}, False),
        ({"local_date": DAY, "direction": "inbound"}, False),
        ({"local_date": DAY, "direction": None}, True),
        ({"local_date": None}, True),
        ({"local_date": None, "happened_at": datetime.combine(DAY - timedelta(days=1), time(0, 0))}, True),
        ({"local_date": None, "happened_at": datetime.combine(DAY - timedelta(days=2), time(23, 59))}, False),
        ({"local_date": None, "happened_at": datetime.combine(TOMORROW, time(23, 59))}, True),
        ({"local_date": None, "happened_at": datetime.combine(TOMORROW + timedelta(days=1), time(0, 0))}, False),
        # Where the local day is written down, the moment does not matter.
        ({"local_date": DAY, "happened_at": datetime.combine(date(2020, 1, 1), time(0, 0))}, True),
    ],
)
def test_the_day_of_a_contact_is_the_customers_own_or_may_be(told: dict[str, Any], counted: bool) -> None:
    assert speaks("daily_cap", cap(), calls(1, **told)) is counted


# ---- first_contact_channel and reachable -----------------------------------------------------------------------------


@pytest.mark.parametrize("contacted", [True, False, None])
@pytest.mark.parametrize("channel", ["sms", "email", "voice", "pigeon", None])
def test_a_first_contact_is_gentle(contacted: bool | None, channel: str | None) -> None:
    customer = Customer(contacted_since_overdue=contacted, reachable=dict.fromkeys(REACHES, True))
    refused = speaks("first_contact_channel", {"first": ["sms"]}, customer, Candidate(channel=channel, creditor="a"))
    assert refused is (not contacted and channel != "sms")


@pytest.mark.parametrize(
    ("sms", "app", "refused"),
    [(False, False, False), (True, False, True), (False, True, True), (None, False, True), (False, None, True)],
)
def test_another_channel_stands_in_only_where_none_of_the_first_reaches(
    sms: bool | None, app: bool | None, refused: bool
) -> None:
    terms = {"first": ["sms", "app_push"], "stand_in": ["letter"]}
    customer = Customer(contacted_since_overdue=False, reachable={"sms": sms, "app_push": app, "letter": True})
    letter, call = (Candidate(channel=channel, creditor="a") for channel in ("letter", "voice"))
    assert speaks("first_contact_channel", terms, customer, letter) is refused
    assert speaks("first_contact_channel", terms, customer, call)


@pytest.mark.parametrize(("can", "refused"), [(True, False), (False, True), (None, True)])
def test_an_address_must_be_known_to_be_good(can: bool | None, refused: bool) -> None:
    assert speaks("reachable", {}, Customer(reachable={"voice": can})) is refused


# ---- hold and party_state --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "open_on_the_day"),
    [
        (DAY, None, True),
        (DAY, TOMORROW, True),
        (DAY, DAY, False),
        (DAY - timedelta(days=3), DAY, False),
        (DAY - timedelta(days=3), TOMORROW, True),
        (TOMORROW, None, False),
    ],
)
def test_a_hold_lasts_from_its_first_day_up_to_its_last(start: date, end: date | None, open_on_the_day: bool) -> None:
    customer = Customer(holds=(Hold(kind="pause", from_on=start, until_on=end),))
    assert speaks("hold", {"holds": ["pause"]}, customer) is open_on_the_day
    assert speaks("party_state", {"states": ["pause"]}, customer) is open_on_the_day
    assert not speaks("hold", {"holds": ["dispute"]}, customer)


@pytest.mark.parametrize(("sign", "refused"), [(True, True), (None, True), (False, False)])
def test_a_sign_stops_unless_it_is_known_to_be_absent(sign: bool | None, refused: bool) -> None:
    customer = Customer(signs={"hardship": sign})
    assert speaks("hold", {"holds": ["pause"], "signs": ["hardship"]}, customer) is refused
    assert speaks("party_state", {"signs": ["hardship"]}, customer) is refused


@pytest.mark.parametrize(
    ("groups", "refused"),
    [("minor", True), ("elderly,minor", True), ("minor,student", True), ("minors", False), ("", False), (None, False)],
)
def test_a_special_group_is_found_by_its_whole_code(groups: str | None, refused: bool) -> None:
    assert speaks("party_state", {"groups": ["minor"]}, Customer(special_groups=groups)) is refused


def test_a_hold_of_a_kind_nobody_knows_does_not_touch_rules_that_look_at_no_holds() -> None:
    customer = Customer(holds=(Hold(kind="unheard_of", from_on=DAY),), signs={"hardship": False})
    assert speaks("hold", {"holds": ["pause"]}, customer)
    assert not speaks("party_state", {"signs": ["hardship"]}, customer)


def test_the_last_end_counts_and_no_end_is_the_last() -> None:
    assert known_end([DAY, TOMORROW]) == TOMORROW
    assert known_end([DAY, NEVER]) is None
    assert known_end([]) is None


# ---- opt_out and consent_required ------------------------------------------------------------------------------------


def told(stance: str, **more: Any) -> Customer:
    return Customer(consents=(Consent(**{"stance": stance, "granted_to": "a", "valid_from": DAY, **more}),))


@pytest.mark.parametrize(
    ("customer", "refused"),
    [
        (told("refused", channel="voice"), True),
        (told("refused", channel="sms"), False),
        (told("refused"), True),
        (told("refused", channel="pigeon"), True),
        (told("refused", granted_to="b"), True),
        (told("refused", purpose="marketing"), False),
        (told("refused", purpose="collection"), True),
        (told("granted"), False),
        (told("perhaps"), True),
        (told("refused", valid_from=TOMORROW), False),
        (told("refused", valid_until=TOMORROW), True),
        (told("refused", valid_from=date(2026, 1, 1), valid_until=DAY), False),
        (Customer(), False),
    ],
)
def test_a_refusal_closes_its_channel_or_all(customer: Customer, refused: bool) -> None:
    assert speaks("opt_out", {"other_purposes": ["marketing"]}, customer) is refused


@pytest.mark.parametrize(
    ("customer", "granted"),
    [
        (told("granted", purpose="collection"), True),
        (told("granted", purpose="collection", channel="voice"), True),
        (told("granted", purpose="collection", channel="sms"), False),
        (told("granted", purpose="collection", channel="pigeon"), False),
        (told("granted", purpose="collection", granted_to="b"), False),
        (told("granted", purpose="collection", granted_to=None), False),
        (told("granted", purpose="marketing"), False),
        (told("granted", purpose=None), False),
        (told("refused", purpose="collection"), False),
        (told("granted", purpose="collection", valid_from=TOMORROW), False),
        (told("granted", purpose="collection", valid_from=date(2026, 1, 1), valid_until=DAY), False),
    ],
)
def test_a_consent_is_for_its_purpose_its_creditor_its_channel_and_its_time(customer: Customer, granted: bool) -> None:
    assert speaks("consent_required", {"purposes": ["collection"]}, customer) is not granted


def test_a_consent_opens_nothing_for_a_contact_without_channel_or_creditor() -> None:
    customer = told("granted", purpose="collection")
    for candidate in (Candidate(channel=None, creditor="a"), Candidate(channel="voice", creditor=None)):
        assert speaks("consent_required", {"purposes": ["collection"]}, customer, candidate)


# ---- who is bound ----------------------------------------------------------------------------------------------------


def binds(
    rule: Rule, channel: str | None = "voice", actor: str | None = "human", customer: Customer | None = None
) -> bool:
    candidate = Candidate(channel=channel, creditor="a", actor=actor)
    return rule.binds(Question(customer=customer or Customer(), candidate=candidate, on=DAY))


def test_a_rule_binds_the_channels_and_actors_it_names_and_those_nobody_knows() -> None:
    rule = a_rule("reachable", {}, channels=["voice"], actors=["robot"])
    assert binds(rule, "voice", "robot")
    assert not binds(rule, "voice", "human")
    assert not binds(rule, "sms", "robot")
    assert binds(rule, "pigeon", "ghost")
    assert binds(rule, None, None)


def test_a_consent_opens_only_the_rule_that_says_unless() -> None:
    agreed = told("granted", purpose="collection")
    assert binds(a_rule("reachable", {}), customer=agreed)
    opened = a_rule("reachable", {}, unless={"consent": ["collection"]})
    assert not binds(opened, customer=agreed)
    assert binds(opened, customer=told("granted", purpose="marketing"))
    assert binds(opened, customer=told("refused", purpose="collection"))


def test_a_kind_says_nothing_of_hours_or_zones_unless_it_is_about_them() -> None:
    silent = [kind for name, kind in KINDS.items() if name not in ("clock_window", "zone_set")]
    assert all(kind.windows is Kind.windows and kind.zones is Kind.zones for kind in silent)
