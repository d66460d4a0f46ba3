"""Whom one may speak to, who may do it, and whether it is recorded: what is judged at the gate alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from compliance_population import DAY, Pair, a_rule, masked
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.kinds.kind import AtGateOnly, Finding, Kind
from dunwell.compliance.kinds.question import Candidate, Contact, Customer, Hold, Question, Standing
from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook
from dunwell.compliance.rules import judge, judge_moment
from dunwell.ledger.kinds import RoleKind

AT = datetime(2026, 3, 10, 6, tzinfo=UTC)
DEBTORS = ["primary", "co_debtor", "guarantor"]
CUSTOMER = Customer(time_zone="Asia/Shanghai", reachable={"voice": True})
CALL = Candidate(channel="voice", creditor="a", actor="human")
ASK = replace(CALL, role="contact_person", person="p1", purpose="location", discloses_debt=False, asked_to_stop=False)


def speaks(rule: Rule, *, contact: Candidate = CALL, customer: Customer = CUSTOMER, at: datetime = AT) -> bool:
    return rule.id in judge_moment(Rulebook.of([rule]), customer=customer, candidate=contact, at=at).refused_rules


# ---- the gate alone --------------------------------------------------------------------------------------------------

GATE = {
    "allowed_party": a_rule("allowed_party", {"roles": DEBTORS, "others_for": ["location"]}),
    "standing": a_rule("standing", {"staff": ["certified"]}),
    "recording_required": a_rule("recording_required", {}),
}


@pytest.mark.parametrize("kind", GATE)
def test_what_only_the_gate_knows_refuses_there_and_leaves_the_plan_alone(kind: str) -> None:
    contact = replace(CALL, role="contact_person")
    assert speaks(GATE[kind], contact=contact)
    book = Rulebook.of([GATE[kind], a_rule("reachable", {})])
    assert judge(book, customer=CUSTOMER, candidate=contact, on=DAY).allowed
    assert masked([Pair(CUSTOMER, contact)], rulebook=book, on=DAY)[0]["allowed"]


def test_a_kind_is_judged_by_the_mask_or_at_the_gate_alone() -> None:
    for kind in KINDS.values():
        assert kind.at_gate_only == (kind.column is AtGateOnly.column), kind.name

    class Forgetful(Kind):
        name: ClassVar[str] = "forgetful"

        def judge(self, question: Question) -> Finding | None:
            return None

    with pytest.raises(TypeError, match="abstract method"):
        Forgetful()


# ---- allowed_party ---------------------------------------------------------------------------------------------------


def party(**told: Any) -> Rule:
    return a_rule("allowed_party", {"roles": DEBTORS, **told})


@pytest.mark.parametrize("role", [*RoleKind.values, "neighbour", ""])
def test_only_persons_in_a_role_that_is_named_hear_of_the_debt(role: str) -> None:
    assert speaks(party(others_for=[]), contact=replace(CALL, role=role)) is (role not in DEBTORS)


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({}, False),
        ({"purpose": "collection"}, True),
        ({"purpose": "reply"}, True),
        ({"discloses_debt": True}, True),
        ({"discloses_debt": None}, True),
        ({"asked_to_stop": True}, True),
        ({"asked_to_stop": None}, True),
        ({"role": "unheard_of"}, True),
    ],
)
def test_others_are_asked_for_the_debtor_without_a_word_of_the_debt_until_they_say_stop(
    told: dict[str, Any], refused: bool
) -> None:
    assert speaks(party(others_for=["location"]), contact=replace(ASK, **told)) is refused


def test_a_refusal_of_somebody_else_has_no_day_on_which_it_ends() -> None:
    book = Rulebook.of([party(others_for=["location"])])
    verdict = judge_moment(book, customer=CUSTOMER, candidate=replace(ASK, discloses_debt=None), at=AT)
    assert (verdict.earliest, verdict.refusals[0].earliest) == (None, None)
    assert verdict.refusals[0].reason_en.endswith("a person decides")
    assert verdict.refusals[0].reason_zh.endswith("须人工决定")


# The vector of the evidence for these rules: due 2025-01-15, no period agreed.
LAST_DAY = date(2025, 7, 15)


@pytest.mark.parametrize(
    ("on", "told", "refused"),
    [
        (LAST_DAY, {"guarantee_until": LAST_DAY}, False),
        (LAST_DAY + timedelta(days=1), {"guarantee_until": LAST_DAY}, True),
        (LAST_DAY + timedelta(days=1), {"guarantee_until": LAST_DAY, "guarantee_demanded": True}, False),
        (LAST_DAY, {}, True),
        (LAST_DAY, {"guarantee_demanded": True}, False),
        (LAST_DAY + timedelta(days=1), {"guarantee_until": LAST_DAY, "role": "co_debtor"}, False),
    ],
)
def test_a_guarantor_is_asked_only_while_the_guarantee_lives(on: date, told: dict[str, Any], refused: bool) -> None:
    contact = replace(CALL, **{"role": "guarantor", **told})
    at = datetime.combine(on, datetime.min.time(), UTC).replace(hour=15, minute=59)
    assert speaks(party(guarantee_alive=True), contact=contact, at=at) is refused
    assert not speaks(party(others_for=[]), contact=contact, at=at)


def test_the_last_day_of_a_guarantee_is_that_of_the_customers_own_calendar() -> None:
    contact = replace(CALL, role="guarantor", guarantee_until=LAST_DAY)
    midnight = datetime(2025, 7, 15, 16, tzinfo=UTC)
    assert not speaks(party(guarantee_alive=True), contact=contact, at=midnight - timedelta(seconds=1))
    assert speaks(party(guarantee_alive=True), contact=contact, at=midnight)


def made(**told: Any) -> Contact:
    first = {"channel": "voice", "creditor": "a", "local_date": DAY, "role": "primary", "connected": False}
    return Contact(**{**first, **told})


LOST = party(others_after_failed=3, failed_within_days=30, failed_channels=["voice"])


def lost(*contacts: Contact, **told: Any) -> bool:
    return not speaks(LOST, contact=ASK, customer=replace(CUSTOMER, contacts=contacts, **told))


@pytest.mark.parametrize(
    ("third", "counts"),
    [
        ({}, True),
        ({"connected": True, "answered_by": "voicemail"}, True),
        ({"connected": True, "answered_by": "third_party"}, True),
        ({"connected": True, "answered_by": "debtor"}, False),
        ({"connected": None}, False),
        ({"role": None}, False),
        ({"role": "co_debtor"}, False),
        ({"channel": "sms"}, False),
        ({"channel": None}, False),
        ({"direction": "inbound"}, False),
        ({"direction": None}, False),
        ({"local_date": None}, False),
        ({"local_date": DAY - timedelta(days=29)}, True),
        ({"local_date": DAY - timedelta(days=30)}, False),
        ({"local_date": DAY + timedelta(days=1)}, False),
        ({"wrong_number": True}, False),
    ],
)
def test_three_failed_attempts_on_the_debtor_himself_make_him_lost(third: dict[str, Any], counts: bool) -> None:
    assert lost(made(), made(), made(**third)) is counts
    assert not lost(made(), made())


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ({"connected": True, "answered_by": "debtor", "local_date": DAY - timedelta(days=1)}, False),
        ({"connected": True, "answered_by": "debtor"}, True),
        ({"connected": None, "local_date": None}, True),
        ({"direction": "inbound", "channel": "email"}, True),
        ({"direction": "inbound", "channel": "email", "role": "contact_person"}, False),
        ({"channel": "sms", "connected": True}, False),
    ],
)
def test_a_row_of_attempts_begins_anew_when_he_is_reached_or_may_have_been(told: dict[str, Any], ends: bool) -> None:
    assert lost(made(), made(), made(), made(**told)) is not ends


def test_within_a_day_the_moments_tell_what_came_first() -> None:
    noon = datetime(2026, 3, 10, 4)  # noqa: DTZ001 - the ledger's times are in UTC
    tries = [made(happened_at=noon + timedelta(hours=hours)) for hours in (0, 1, 2)]
    talk = {"connected": True, "answered_by": "debtor"}
    assert lost(*tries, made(**talk, happened_at=noon - timedelta(hours=1)))
    assert not lost(*tries, made(**talk, happened_at=noon))
    assert not lost(*tries, made(**talk, happened_at=noon.replace(tzinfo=UTC)))


def test_the_debtor_is_lost_too_if_his_number_is_invalid_or_he_died() -> None:
    assert lost(reachable={"voice": False})
    assert not lost(reachable={})
    assert lost(holds=(Hold(kind="deceased", from_on=DAY),))
    assert not lost(holds=(Hold(kind="deceased", from_on=DAY + timedelta(days=1)),))
    assert not lost(holds=(Hold(kind="unheard_of", from_on=DAY),))


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"role": "contact_person", "person": "p1"}, True),
        ({"role": "contact_person", "person": None}, True),
        ({"role": "contact_person", "person": "p2"}, False),
        ({"role": None, "person": "p1"}, True),
        ({"role": None, "answered_by": "debtor"}, False),
        ({"role": "primary"}, False),
        ({"role": "contact_person", "person": "p1", "direction": "inbound"}, False),
        ({"role": "contact_person", "person": "p1", "local_date": date(1999, 1, 1)}, True),
    ],
)
def test_somebody_else_is_asked_once_however_long_ago(told: dict[str, Any], refused: bool) -> None:
    customer = replace(CUSTOMER, contacts=(made(**told),))
    assert speaks(party(others_once=True), contact=ASK, customer=customer) is refused
    assert not speaks(party(others_once=True), contact=replace(ASK, asked_back=True), customer=customer)


# ---- standing --------------------------------------------------------------------------------------------------------

NEEDED = a_rule("standing", {"staff": ["certified", "trained"], "agency": ["contract"]})


def held(kind: Any, holder: Any = "staff", code: str = "s1", start: int = -9, end: int | None = None) -> Standing:
    until = None if end is None else DAY + timedelta(days=end)
    return Standing(holder=holder, code=code, kind=kind, from_on=DAY + timedelta(days=start), until_on=until)


def caller(*standings: Standing, **told: Any) -> Candidate:
    return replace(CALL, **{"staff": "s1", "standings": standings, **told})


GOOD = (held("certified"), held("trained"), held("contract", "agency", "g1"))


@pytest.mark.parametrize(
    ("contact", "refused"),
    [
        (caller(*GOOD), False),
        (caller(*GOOD, agency="g1"), False),
        (caller(*GOOD, agency="g2"), True),
        (caller(*GOOD, staff="s2"), True),
        (caller(*GOOD, staff=None), True),
        (caller(*GOOD, staff=None, actor=None), True),
        (caller(GOOD[0]), True),
        (caller(*GOOD[:2], held("contract", "staff", "g1"), agency="g1"), True),
        (caller(GOOD[0], held("trained", end=0)), True),
        (caller(GOOD[0], held("trained", end=1)), False),
        (caller(GOOD[0], held("trained", start=1)), True),
        (caller(*GOOD, held("blacklisted", start=-400, end=-300)), True),
        (caller(*GOOD, held("blacklisted", start=1)), False),
        (caller(*GOOD, held("blacklisted", "agency", "g1")), False),
        (caller(*GOOD, held("blacklisted", "agency", "g1"), agency="g1"), True),
        (caller(actor="robot", staff=None), False),
        (caller(actor="robot", staff=None, agency="g1"), True),
        (caller(GOOD[2], actor="robot", staff=None, agency="g1"), False),
        (caller(actor="robot", staff="s1"), True),
    ],
)
def test_who_makes_the_contact_holds_what_is_asked_of_him(contact: Candidate, refused: bool) -> None:
    assert speaks(NEEDED, contact=contact) is refused


def test_the_earliest_day_is_when_the_last_of_the_missing_begins_and_unknown_where_a_person_must_act() -> None:
    def earliest(*standings: Standing, **told: Any) -> Any:
        contact = caller(*standings, **told)
        return judge_moment(Rulebook.of([NEEDED]), customer=CUSTOMER, candidate=contact, at=AT).earliest

    def midnight(days: int) -> datetime:
        return datetime(2026, 3, 9, 16, tzinfo=UTC) + timedelta(days=days)

    assert earliest(held("certified", start=3), held("trained", start=5), held("trained", start=4)) == midnight(4)
    assert earliest(held("certified", start=3)) is None
    assert earliest(held("certified", start=3, end=4), held("trained", start=5)) is None
    assert earliest(*GOOD, held("blacklisted"), held("certified", start=3)) is None
    assert earliest(*GOOD, staff=None) is None


@given(start=st.integers(-3, 3), days=st.integers(0, 4), black=st.none() | st.integers(-3, 3))
def test_property_a_blacklisted_collector_never_calls_again(start: int, days: int, black: int | None) -> None:
    """By day: he may while everything holds, and from the day he was blacklisted never."""
    standings = [held("certified", start=start, end=start + days), held("trained")]
    standings += [] if black is None else [held("blacklisted", start=black, end=black + 1)]
    for day in range(-4, 9):
        fine = start <= day < start + days and (black is None or day < black)
        assert speaks(NEEDED, contact=caller(*standings), at=AT + timedelta(days=day)) is not fine


# ---- recording_required ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("recorded", "refused"), [(True, False), (False, True), (None, True)])
def test_what_is_not_known_to_be_recorded_is_not(recorded: bool | None, refused: bool) -> None:
    assert speaks(a_rule("recording_required", {}), contact=replace(CALL, recorded=recorded)) is refused


def test_the_refusal_says_what_to_do_and_the_rule_for_whom() -> None:
    rule = a_rule("recording_required", {}, channels=["voice"], actors=["robot"])
    assert not speaks(rule)
    assert not speaks(rule, contact=replace(CALL, channel="sms", actor="robot"))
    contact = replace(CALL, actor="robot")
    (refusal,) = judge_moment(Rulebook.of([rule]), customer=CUSTOMER, candidate=contact, at=AT).refusals
    assert "start the recording and say so" in refusal.reason_en
    assert "请开启录音" in refusal.reason_zh
