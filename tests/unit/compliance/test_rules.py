"""The judge: words, days and exact moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from compliance_population import DAY, REACHES, a_rule, some_pair, some_rulebook
from hypothesis import assume, given
from hypothesis import strategies as st

from dunwell.compliance.kinds.question import Candidate, Consent, Contact, Customer, Hold
from dunwell.compliance.rulebook.model import Rulebook, RulebookError
from dunwell.compliance.rulebook.reading import load
from dunwell.compliance.rules import judge, judge_moment
from dunwell.facts.verdict import Refusal, Verdict

SHIPPED = load()
WELL = Customer(
    time_zone="Asia/Shanghai",
    contacted_since_overdue=True,
    reachable=dict.fromkeys(REACHES, True),
    signs={"bankruptcy_signal_30d": False, "dispute_open": False, "hardship": False},
)
TEXT = "您好，王先生，这里是善收。您逾期120元，请于6月20日前通过APP支付，否则可能产生滞纳金。"
SMS = Candidate(channel="sms", creditor="a", text=TEXT)
NIGHT = a_rule("clock_window", {"quiet_from": "22:00", "quiet_until": "08:00"}, id="night")
CAP = a_rule("daily_cap", {"most": 1, "counts": "attempts", "count_channels": "all", "per": "creditor"}, id="cap")
REST = a_rule("hold", {"holds": ["dispute"]}, id="rest")
MADE = Contact(channel="sms", creditor="a", local_date=DAY)


def on(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=ZoneInfo(zone))


# ---- words -----------------------------------------------------------------------------------------------------------


def test_a_refusal_says_why_in_both_languages_and_until_when() -> None:
    verdict = judge(SHIPPED, customer=replace(WELL, contacts=(MADE, MADE)), candidate=SMS, on=DAY)
    assert verdict == Verdict(
        refusals=(
            Refusal(
                rule="G1-cap",
                reason_en="2 contacts were already made on 2026-03-10, and at most 2 are allowed",
                reason_zh="2026-03-10已有2次联系，上限为2次",
                earliest=date(2026, 3, 11),
            ),
        ),
        windows=(("08:00", "22:00"),),
        zone="Asia/Shanghai",
        earliest=date(2026, 3, 11),
    )
    assert verdict.refusals[0].reason("zh-hans").startswith("2026-03-10已有")
    assert verdict.refusals[0].reason().startswith("2 contacts")
    assert not verdict.allowed


def test_an_allowed_contact_has_no_refusal_and_no_earliest_day() -> None:
    verdict = judge(SHIPPED, customer=WELL, candidate=SMS, on=DAY)
    assert (verdict.allowed, verdict.refusals, verdict.earliest) == (True, (), None)


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        (
            replace(WELL, holds=(Hold(kind="dispute", from_on=DAY),)),
            "the case rests because of dispute, with no end known",
        ),
        (
            replace(WELL, holds=(Hold(kind="in_hospital", from_on=DAY, until_on=date(2026, 4, 1)),)),
            "the case rests because of in hospital, until 2026-04-01",
        ),
        (
            replace(WELL, signs={**WELL.signs, "dispute_open": True}),
            "the case rests because of an open dispute, with no end known",
        ),
        (
            replace(WELL, holds=(Hold(kind="deceased", from_on=DAY),)),
            "the person's state (deceased) asks for a decision by hand",
        ),
        (
            replace(WELL, consents=(Consent(stance="refused", channel="sms", valid_from=DAY),)),
            "the customer refused this, with no end",
        ),
        (replace(WELL, reachable={}), "no address of the customer can be used for this channel"),
    ],
)
def test_the_reason_tells_the_facts(customer: Customer, words: str) -> None:
    verdict = judge(SHIPPED, customer=customer, candidate=SMS, on=DAY)
    assert [refusal.reason_en for refusal in verdict.refusals] == [words]
    assert all(refusal.reason_zh and refusal.reason_zh.isascii() is False for refusal in verdict.refusals)


def test_what_is_unknown_is_named() -> None:
    verdict = judge(SHIPPED, customer=WELL, candidate=Candidate(channel="pigeon", creditor="a", actor="ghost"), on=DAY)
    assert verdict.refusals[0].reason_en.startswith("the channel and the actor of the contact is not known")
    assert "渠道、执行者" in verdict.refusals[0].reason_zh


def test_warnings_and_reviews_do_not_forbid() -> None:
    told = [
        a_rule("reachable", {}, id="soft", enforcement="warn"),
        a_rule("party_state", {"signs": ["hardship"]}, id="look", enforcement="review"),
    ]
    customer = replace(WELL, reachable={}, signs={})
    verdict = judge(Rulebook.of(told), customer=customer, candidate=SMS, on=DAY)
    assert verdict.allowed
    assert [warning.rule for warning in verdict.warnings] == ["soft"]
    assert [review.rule for review in verdict.reviews] == ["look"]


def test_hours_that_only_warn_take_nothing_from_the_day_but_speak_at_night() -> None:
    soft = Rulebook.of([NIGHT.model_copy(update={"enforcement": "warn"})])
    day = judge(soft, customer=WELL, candidate=SMS, on=DAY)
    assert (day.windows, day.warnings) == ((("00:00", "24:00"),), ())
    night = judge_moment(soft, customer=WELL, candidate=SMS, at=on("10T23:00"))
    assert night.allowed
    assert [warning.rule for warning in night.warnings] == ["night"]


# ---- moments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "allowed", "earliest"),
    [
        ("10T07:59:59", False, "10T08:00"),
        ("10T08:00:00", True, None),
        ("10T21:59:59", True, None),
        ("10T22:00:00", False, "11T08:00"),
        ("10T00:00:00", False, "10T08:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kolkata"])
def test_the_edges_of_the_night_are_exact_by_the_customers_clock(
    at: str, allowed: bool, earliest: str | None, zone: str
) -> None:
    customer = replace(WELL, time_zone=zone)
    verdict = judge_moment(Rulebook.of([NIGHT]), customer=customer, candidate=SMS, at=on(at, zone).astimezone(UTC))
    assert verdict.allowed is allowed
    assert verdict.earliest == (on(earliest, zone) if earliest else None)


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        judge_moment(SHIPPED, customer=WELL, candidate=SMS, at=datetime.combine(DAY, datetime.min.time()))


def test_the_reason_of_the_night_tells_the_customers_time() -> None:
    verdict = judge_moment(
        Rulebook.of([NIGHT]), customer=WELL, candidate=SMS, at=datetime(2026, 3, 10, 15, 5, tzinfo=UTC)
    )
    assert verdict.refusals[0].reason_en.endswith("are quiet; it is 23:05 there")
    assert verdict.refusals[0].reason_zh.endswith("当地现在为23:05")


def test_the_earliest_moment_passes_from_one_refusal_to_the_next() -> None:
    """At the cap until midnight, then night until eight, then a rest of the case until the twentieth, then night."""
    rulebook = Rulebook.of([NIGHT, CAP, REST])
    customer = replace(WELL, contacts=(MADE,))
    assert judge_moment(rulebook, customer=customer, candidate=SMS, at=on("10T12:00")).earliest == on("11T08:00")
    resting = replace(customer, holds=(Hold(kind="dispute", from_on=DAY, until_on=date(2026, 3, 20)),))
    assert judge_moment(rulebook, customer=resting, candidate=SMS, at=on("10T12:00")).earliest == on("20T08:00")


def test_a_hold_that_begins_later_is_seen_on_the_way() -> None:
    held = replace(WELL, holds=(Hold(kind="dispute", from_on=date(2026, 3, 11), until_on=date(2026, 3, 15)),))
    verdict = judge_moment(Rulebook.of([NIGHT, REST]), customer=held, candidate=SMS, at=on("10T22:00"))
    assert [refusal.rule for refusal in verdict.refusals] == ["night"]
    assert verdict.refusals[0].earliest == on("11T08:00")
    assert verdict.earliest == on("15T08:00")


def test_the_earliest_moment_heeds_a_rule_that_ends_or_begins() -> None:
    ending = CAP.model_copy(update={"valid_until": date(2026, 3, 12), "id": "lasting"})
    endless = a_rule("consent_required", {"purposes": ["x"]}, id="asks", valid_until=date(2026, 3, 12))
    verdict = judge_moment(Rulebook.of([ending, endless, REST]), customer=WELL, candidate=SMS, at=on("10T12:00"))
    assert verdict.refusals[0].earliest is None
    assert verdict.earliest == on("12T00:00")
    beginning = a_rule("reachable", {}, id="new", valid_from=date(2026, 3, 11))
    lost = replace(WELL, reachable={})
    assert judge_moment(Rulebook.of([NIGHT, beginning]), customer=lost, candidate=SMS, at=on("10T21:00")).allowed
    assert (
        judge_moment(Rulebook.of([NIGHT, beginning]), customer=lost, candidate=SMS, at=on("10T22:00")).earliest is None
    )


def test_nobody_knows_the_end_of_a_refusal_without_one() -> None:
    customer = replace(WELL, consents=(Consent(stance="refused", valid_from=DAY),), contacts=(MADE, MADE))
    verdict = judge_moment(SHIPPED, customer=customer, candidate=SMS, at=on("10T12:00"))
    assert [(refusal.rule, refusal.earliest) for refusal in verdict.refusals] == [
        ("G1-cap", on("11T00:00")),
        ("G6-refused", None),
    ]
    assert verdict.earliest is None


TWO_ZONES = a_rule(
    "zone_set", {"possible": ["America/New_York", "America/Los_Angeles"]}, id="zones", enforcement="warn"
)
DAYTIME = a_rule("clock_window", {"quiet_from": "21:00", "quiet_until": "08:00"}, id="night")


@pytest.mark.parametrize(
    ("at", "allowed"), [("10T10:59:59", False), ("10T11:00", True), ("10T20:59:59", True), ("10T21:00", False)]
)
def test_a_customer_whose_zone_is_unknown_is_asleep_if_he_may_be(at: str, allowed: bool) -> None:
    """H01 of the official interpretation of Regulation F, by the second."""
    rulebook, lost = Rulebook.of([DAYTIME, TWO_ZONES]), replace(WELL, time_zone=None)
    verdict = judge_moment(rulebook, customer=lost, candidate=SMS, at=on(at, "America/New_York"))
    assert verdict.allowed is allowed
    assert verdict.windows == (("11:00", "21:00"),)
    assert verdict.zone == "America/New_York"
    assert [warning.rule for warning in verdict.warnings] == ["zones"]
    late = at > "10T12"
    assert verdict.earliest == (None if allowed else on("11T11:00" if late else "10T11:00", "America/New_York"))


def test_a_customer_who_may_be_anywhere_is_never_awake() -> None:
    zones = {"possible": ["Pacific/Auckland", "Europe/London", "America/Los_Angeles"]}
    rulebook = Rulebook.of([DAYTIME, a_rule("zone_set", zones, id="zones", enforcement="warn")])
    at = datetime(2026, 6, 10, 4, tzinfo=UTC)
    verdict = judge_moment(rulebook, customer=replace(WELL, time_zone="?"), candidate=SMS, at=at)
    assert not verdict.allowed
    assert (verdict.windows, verdict.earliest) == ((), None)
    # In March, when it is summer in Auckland and not yet in London, two hours suit all three.
    verdict = judge_moment(rulebook, customer=replace(WELL, time_zone="?"), candidate=SMS, at=at.replace(month=3))
    assert verdict.windows == (("08:00", "10:00"),)
    assert verdict.earliest == datetime(2026, 3, 11, 8, tzinfo=ZoneInfo("Pacific/Auckland"))


def test_a_zone_set_may_refuse_where_nobody_knows_the_zone() -> None:
    rulebook = Rulebook.of([DAYTIME, a_rule("zone_set", {"possible": ["Asia/Shanghai"]}, id="zones")])
    for zone, refused in (("Asia/Shanghai", ()), (None, ("zones",))):
        customer = replace(WELL, time_zone=zone)
        assert judge(rulebook, customer=customer, candidate=SMS, on=DAY).refused_rules == refused
        assert judge_moment(rulebook, customer=customer, candidate=SMS, at=on("10T12:00")).refused_rules == refused


def test_without_any_zone_hours_refuse_and_say_why() -> None:
    lost = replace(WELL, time_zone=None)
    moment = judge_moment(Rulebook.of([NIGHT]), customer=lost, candidate=SMS, at=on("10T12:00"))
    day = judge(Rulebook.of([NIGHT]), customer=lost, candidate=SMS, on=DAY)
    for verdict in (moment, day):
        assert [refusal.rule for refusal in verdict.refusals] == ["night"]
        assert "no hour of that day is known" in verdict.refusals[0].reason_en
        assert (verdict.earliest, verdict.zone) == (None, None)


def test_the_day_of_a_cap_is_the_customers_own() -> None:
    """Ten in the evening of the tenth in Shanghai is still ten in the morning of the tenth in New York."""
    made = replace(WELL, time_zone="America/New_York", contacts=(MADE,))
    at = on("10T22:00", "Asia/Shanghai")
    verdict = judge_moment(Rulebook.of([CAP]), customer=made, candidate=SMS, at=at)
    assert verdict.earliest == on("11T00:00", "America/New_York")
    assert judge_moment(
        Rulebook.of([CAP]), customer=replace(made, time_zone="Asia/Tokyo"), candidate=SMS, at=at
    ).earliest == on("11T00:00", "Asia/Tokyo")
    assert judge_moment(
        Rulebook.of([CAP]), customer=replace(made, time_zone="Pacific/Auckland"), candidate=SMS, at=at
    ).allowed


def test_a_day_without_rules_is_refused_aloud() -> None:
    rulebook = Rulebook.of([NIGHT.model_copy(update={"valid_from": date(2026, 3, 11)})])
    with pytest.raises(RulebookError, match="no rule is in force on 2026-03-10"):
        judge(rulebook, customer=WELL, candidate=SMS, on=DAY)


@given(
    chance=st.randoms(use_true_random=False),
    seconds=st.integers(0, 86_399),
    zone=st.sampled_from(("Asia/Shanghai", "America/New_York", None)),
)
def test_property_the_earliest_moment_is_exact(chance: Random, seconds: int, zone: str | None) -> None:
    """At the earliest moment the contact is allowed; a second before, and anywhere on the way there, it is not."""
    rulebook = some_rulebook(chance, most=5)
    pair = some_pair(chance)
    customer = replace(pair.customer, time_zone=zone)
    at = datetime(2026, 3, 10, tzinfo=UTC) + timedelta(seconds=seconds)

    def allowed(moment: datetime) -> bool:
        return judge_moment(rulebook, customer=customer, candidate=pair.candidate, at=moment).allowed

    verdict = judge_moment(rulebook, customer=customer, candidate=pair.candidate, at=at)
    if verdict.earliest is None:
        return
    assert not verdict.allowed
    assert isinstance(verdict.earliest, datetime)
    assert allowed(verdict.earliest)
    assert not allowed(verdict.earliest - timedelta(seconds=1))
    step = (verdict.earliest - at) / 13
    assert not any(allowed(at + step * count) for count in range(13))


@given(chance=st.randoms(use_true_random=False), seconds=st.integers(0, 86_399))
def test_property_a_lawful_moment_is_one_of_a_lawful_day_within_its_windows(chance: Random, seconds: int) -> None:
    """The two forms of the judge agree: a moment is allowed if its day is and it lies in one of the day's windows.

    An interval speaks of moments only and says nothing of a day, nor does what is judged at the gate: left out here.
    """
    drawn = some_rulebook(chance, most=5)
    rules = [rule for rule in drawn.rules[1:] if rule.kind != "minimum_interval" and not rule.terms.at_gate_only]
    assume(rules)
    rulebook, pair = Rulebook.of(rules), some_pair(chance)
    customer = replace(pair.customer, time_zone="Asia/Shanghai")
    at = datetime(2026, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(seconds=seconds)
    day = judge(rulebook, customer=customer, candidate=pair.candidate, on=DAY)
    moment = judge_moment(rulebook, customer=customer, candidate=pair.candidate, at=at)
    inside = any(start <= f"{at:%H:%M}" < end for start, end in day.windows)
    assert moment.allowed == (day.allowed and inside)
