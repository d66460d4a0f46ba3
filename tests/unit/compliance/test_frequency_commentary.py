"""Every example that the official interpretation of Regulation F gives for 14(b), restated and judged.

Weekdays are those of 2026. Where the interpretation leaves a day open («between Monday and Wednesday»), the day is our
choice; where it says «prior to» or «until» a day, both sides of the edge are tried.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from dunwell.compliance.frequency.history import Call, Consent, Event, Revocation, WrongNumber
from dunwell.compliance.frequency.presumption import Presumption, presume
from dunwell.compliance.frequency.reading import load_frequency

(TERMS,) = load_frequency("us")


def call(day: str, debts: str = "x", **told: Any) -> Call:
    """This function will make an unanswered call of 2026 (`4-01`); `talked` makes a conversation of it."""
    named = frozenset(debts.split())
    about = told.pop("about", debts if told.pop("talked", False) else "")
    month, number = (int(part) for part in day.split("-"))
    at = told.pop("at", None)
    if at:
        told["at"] = time.fromisoformat(at)
    given = {"number": "n1", **told}
    return Call(on=date(2026, month, number), debts=named, talked_about=frozenset(about.split()), **given)


def consumer_calls(day: str, debts: str = "x") -> Call:
    return call(day, debts, placed=False, talked=True)


def consent(day: str, **told: Any) -> Consent:
    month, number = (int(part) for part in day.split("-"))
    return Consent(on=date(2026, month, number), debts=frozenset({"x"}), **told)


def calls(*days: str, debts: str = "x") -> list[Event]:
    return [call(day, debts) for day in days]


def judged(*events: Event | list[Event]) -> Presumption:
    flat = [one for told in events for one in (told if isinstance(told, list) else [told])]
    return presume(flat, terms=TERMS)


def verdict(*events: Event | list[Event]) -> tuple[str, str | None]:
    found = judged(*events)
    return found.presumption, found.prong


COMPLIES, A, B = ("compliance", None), ("violation", "A"), ("violation", "B")


# ---- comment 14(b)-1, 14(b)(2)(i)-1: the presumption of compliance ---------------------------------------------------

SIX = calls("4-02", "4-03", "4-04", "4-05", "4-06", "4-07")


def test_1_i_seven_calls_in_seven_days_and_the_eighth_on_the_eighth() -> None:
    assert verdict(call("4-01"), SIX) == COMPLIES
    assert verdict(call("4-01"), SIX, call("4-08")) == COMPLIES
    assert verdict(call("4-01"), SIX, call("4-07")) == A
    assert judged(call("4-01"), SIX, call("4-07")).earliest_next_call == date(2026, 4, 8)


@pytest.mark.parametrize(("day", "told"), [("8-19", B), ("8-20", COMPLIES)])
def test_1_ii_after_the_consumers_own_call_it_is_quiet_until_the_twentieth(day: str, told: Any) -> None:
    assert verdict(consumer_calls("8-13"), call(day)) == told
    assert judged(consumer_calls("8-13"), call(day)).earliest_next_call == date(2026, 8, 20)


def test_1_ii_the_consumers_own_call_is_no_placed_call() -> None:
    found = judged(consumer_calls("8-13"))
    assert (found.count_in_window, found.count_last_call, found.conversation_by_debt) == (0, False, {"x": True})
    assert found.earliest_next_call == date(2026, 8, 20)


def test_1_iii_a_third_party_is_counted_for_himself() -> None:
    neighbour = [call(f"10-{day:02d}", person="neighbour") for day in (6, 7, 8, 9, 10, 11, 12)]
    assert verdict(neighbour) == COMPLIES
    assert verdict(neighbour, call("10-12", person="neighbour")) == A
    assert verdict(neighbour, call("10-12")) == COMPLIES
    assert judged(neighbour, call("10-12")).count_by_debt == {"x": 1}


def test_a_ringless_voicemail_is_a_call_and_a_message_is_none() -> None:
    """Comment 14(b)-1; how the names of events are read is tried in test_frequency_vectors.py."""
    message = Event(on=date(2026, 4, 7))
    assert verdict(call("4-01"), SIX, message) == COMPLIES
    assert judged(call("4-01"), SIX, message).count_in_window == 7


# ---- comment 14(b)(2)(i)-2: factors that may rebut compliance --------------------------------------------------------


def test_2_i_six_calls_on_one_day_are_concentrated() -> None:
    found = judged(call("4-01"), calls(*["4-03"] * 6))
    assert (found.presumption, found.review_flag, found.rebuttal_factor) == ("compliance", "concentrated", True)
    assert judged(call("4-01"), calls(*["4-03"] * 5)).review_flag is None
    assert judged(calls(*["4-03"] * 7)).review_flag == "concentrated"
    assert judged(calls(*["4-03"] * 3, *["4-04"] * 4)).review_flag is None


@pytest.mark.parametrize(
    ("first", "second", "flag"),
    [
        ({"at": "09:00"}, {"at": "09:05"}, "rapid_succession"),
        ({"at": "09:00"}, {"at": "09:05:01"}, None),
        ({"at": "09:00"}, {"at": "09:05", "number": "n2"}, None),
        ({"at": "09:00", "number": None}, {"at": "09:01", "number": None}, "rapid_succession"),
        ({"at": "09:00"}, {}, None),
        ({"at": "09:00", "connected": False}, {"at": "09:01"}, None),
    ],
)
def test_2_i_and_ii_two_unanswered_calls_within_five_minutes(
    first: dict[str, Any], second: dict[str, Any], flag: str | None
) -> None:
    assert judged(call("4-01", **first), call("4-01", **second)).review_flag == flag


def test_a_presumed_violation_needs_no_flag_it_has_its_verdict() -> None:
    found = judged(calls(*["4-03"] * 8))
    assert (found.presumption, found.review_flag, found.rebuttal_factor) == ("violation", None, False)


# ---- comment 14(b)(2)(i)-3: misdirected calls ------------------------------------------------------------------------


def learned(day: int, number: str = "n1") -> WrongNumber:
    return WrongNumber(on=date(2026, 4, day), number=number)


def test_3_i_calls_to_a_number_that_was_somebody_elses_were_no_calls_to_the_consumer() -> None:
    found = judged(calls("4-06", "4-08"), learned(9))
    assert (found.presumption, found.count_in_window, found.count_last_call) == ("compliance", 0, False)
    assert judged(calls("4-06", "4-08"), learned(9, "n2")).count_in_window == 2


def test_3_what_was_learned_afterwards_changes_the_verdict_of_the_past() -> None:
    eight = [call("4-01"), *SIX[:-1], call("4-06", number="n2"), call("4-07", number="n2")]
    assert verdict(eight) == A
    assert verdict(eight, learned(9)) == COMPLIES
    assert judged(eight, learned(9)).count_in_window == 2


def test_3_calls_after_it_was_learned_count() -> None:
    assert judged(call("4-06"), learned(7), calls("4-08", "4-09")).count_in_window == 2


# ---- comment 14(b)(2)(ii)-1: the presumption of a violation ----------------------------------------------------------

MORTGAGE = calls("4-01", "4-02", "4-02", "4-03", "4-03", "4-06", "4-06")
TALK = [call("8-11"), call("8-14", talked=True)]


def test_1_i_the_eighth_call_in_seven_days() -> None:
    found = judged(MORTGAGE, call("4-07"))
    assert (found.presumption, found.prong, found.count_in_window) == ("violation", "A", 8)
    assert verdict(MORTGAGE) == COMPLIES


@pytest.mark.parametrize(("day", "told"), [("8-14", B), ("8-15", B), ("8-20", B), ("8-21", COMPLIES)])
def test_1_ii_after_a_conversation_no_call_before_the_twenty_first(day: str, told: Any) -> None:
    assert verdict(TALK, call(day)) == told
    assert judged(TALK, call(day)).earliest_next_call == date(2026, 8, 21)


def test_1_ii_the_call_that_became_the_conversation_violates_nothing() -> None:
    assert verdict(TALK) == COMPLIES


# ---- comment 14(b)(2)(ii)-2: factors that may rebut a violation ------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "factor"),
    [
        # 2.i: as required by law.
        ("required_by_law_regX_1024.39a", "required_by_law"),
        ("comply_with_applicable_law", "required_by_law"),
        ("required_by_reg_x", "required_by_law"),
        ("loss mitigation options, 12 CFR 1024.39(a)", "required_by_law"),
        ("offer_loss_mitigation_options", "required_by_law"),
        # 2.ii: directly related to active litigation.
        ("court_ordered_communication", "active_litigation"),
        ("active_litigation_settlement_negotiation", "active_litigation"),
        ("settlement_offer_in_active_litigation", "active_litigation"),
        ("settle_lawsuit", "active_litigation"),
        # 2.iii: an answer to a request, when consent could not be asked for.
        ("answer_consumer_request_no_consent_taken", "consumer_request"),
        ("consumer_info_request", "consumer_request"),
        ("response_to_request_for_information", "consumer_request"),
        ("provide_requested_information_to_consumer", "consumer_request"),
        # 2.iv.A and B: a negative effect out of the collector's control, time being of the essence.
        ("complete_dropped_settlement_conversation", "avoid_negative_effect"),
        ("call_dropped_reconnect", "avoid_negative_effect"),
        ("resume_settlement_talk_cut_off", "avoid_negative_effect"),
        ("creditor_late_fee_reminder", "avoid_negative_effect"),
        ("avoid_creditor_late_fee_next_day", "avoid_negative_effect"),
        ("grace_period_ends_tomorrow", "avoid_negative_effect"),
        ("avoid negative effect not in collector's control", "avoid_negative_effect"),
        # 2.iv.C: a negative effect in the collector's own control is none.
        ("one_time_discount_false_deadline", None),
        ("avoid_losing_discount", None),
        ("offer_expires_tomorrow", None),
        ("negative_effect_in_own_control", None),
        ("late_fee_of_the_collector", None),
        ("time_limited_settlement_offer", None),
        # What the words do not know is no factor.
        ("payment_reminder", None),
        ("routine", None),
        ("", None),
        (None, None),
    ],
)
def test_2_a_purpose_is_known_by_its_words(purpose: str | None, factor: str | None) -> None:
    known = TERMS.factor(purpose)
    assert (known.name if known else None) == factor
    assert judged(TALK, call("8-17", purpose=purpose)).rebuttal_factor is (factor is not None)
    assert verdict(TALK, call("8-17", purpose=purpose)) == B


def test_2_iv_a_the_call_back_at_once_is_a_violation_that_may_be_rebutted() -> None:
    found = judged(TALK, call("8-14", talked=True, purpose="complete_dropped_call"))
    assert (found.prong, found.rebuttal_factor, found.earliest_next_call) == ("B", True, date(2026, 8, 21))


# ---- comment 14(b)(3)(i): consent ------------------------------------------------------------------------------------

FRIDAY = call("4-03", talked=True)


def test_3_i_call_back_on_monday() -> None:
    monday = consent("4-03", days=frozenset({date(2026, 4, 6)}))
    assert verdict(FRIDAY, call("4-06")) == B
    assert verdict(FRIDAY, monday, call("4-06")) == COMPLIES
    assert verdict(FRIDAY, monday, calls("4-06", "4-06", "4-06")) == COMPLIES
    assert verdict(FRIDAY, monday, call("4-05")) == B
    assert judged(FRIDAY, monday, call("4-05")).earliest_next_call == date(2026, 4, 6)


def test_3_ii_the_conversation_on_monday_uses_the_consent_up() -> None:
    monday = call("4-06", talked=True)
    assert verdict(FRIDAY, consent("4-03"), monday) == COMPLIES
    found = judged(FRIDAY, consent("4-03"), monday, call("4-08"))
    assert (found.presumption, found.prong, found.count_last_call, found.excluded_calls) == ("violation", "B", True, 1)
    assert verdict(FRIDAY, consent("4-03"), monday, consent("4-06"), call("4-08")) == COMPLIES


def test_3_ii_a_conversation_in_an_excluded_call_begins_a_new_quiet_week() -> None:
    """An open point of the text, read safely."""
    found = judged(FRIDAY, consent("4-03"), call("4-06", talked=True), call("4-12"))
    assert (found.prong, found.earliest_next_call) == ("B", date(2026, 4, 13))


JUNE = calls("6-01", "6-02", "6-03")
EIGHT = calls("6-08", "6-08", "6-08", "6-09", "6-09", "6-09", "6-10", "6-10")


def test_3_iii_eight_calls_with_consent_do_not_count() -> None:
    found = judged(JUNE, Event(on=date(2026, 6, 3)), consent("6-04"), EIGHT)
    assert (found.presumption, found.excluded_calls, found.count_in_window) == ("compliance", 8, 0)
    assert verdict(JUNE, EIGHT) == A


@pytest.mark.parametrize(("day", "counts"), [("6-04", False), ("6-10", False), ("6-11", True)])
def test_3_iii_the_consent_ends_with_the_seventh_day(day: str, counts: bool) -> None:
    assert judged(JUNE, consent("6-04"), call(day)).count_last_call is counts


@pytest.mark.parametrize(
    ("ends", "day", "counts"),
    [
        (consent("6-04", last=date(2026, 6, 6)), "6-06", False),
        (consent("6-04", last=date(2026, 6, 6)), "6-07", True),
        # Nobody can agree to more than seven days.
        (consent("6-04", last=date(2026, 6, 30)), "6-11", True),
        (consent("6-04", days=frozenset({date(2026, 6, 12)})), "6-12", True),
    ],
)
def test_2_a_shorter_time_agreed_ends_the_consent(ends: Consent, day: str, counts: bool) -> None:
    assert judged(JUNE, ends, call(day)).count_last_call is counts


def test_2_a_revocation_ends_the_consent_for_its_debts() -> None:
    def revoked(*debts: str) -> Revocation:
        return Revocation(on=date(2026, 6, 5), debts=frozenset(debts))

    assert judged(consent("6-04"), revoked(), call("6-08")).count_last_call
    assert judged(consent("6-04"), revoked("x"), call("6-08")).count_last_call
    assert not judged(consent("6-04"), revoked("y"), call("6-08")).count_last_call


def test_1_consent_is_given_before_the_call_by_that_person_for_that_debt() -> None:
    assert judged(call("6-04"), consent("6-04")).count_last_call
    assert judged(consent("6-04"), call("6-05", "y")).count_last_call
    assert judged(consent("6-04"), call("6-05", "x y")).count_last_call
    assert judged(consent("6-04"), call("6-05", "x y")).count_by_debt == {"x": 0, "y": 1}
    assert judged(consent("6-04"), call("6-05", person="neighbour")).count_last_call


# ---- comment 14(b)(3)(ii), 14(b)(3)(iii) -----------------------------------------------------------------------------


def test_3_ii_a_busy_signal_does_not_count_and_a_ringing_telephone_does() -> None:
    busy = [call("4-03", connected=False)] * 9
    assert verdict(busy) == COMPLIES
    assert (judged(busy).excluded_calls, judged(busy).count_in_window, judged(busy).review_flag) == (9, 0, None)
    assert judged(busy, calls("4-03", "4-03")).count_in_window == 2


@pytest.mark.parametrize(
    "person",
    ["attorney", "consumers_attorney", "creditor", "creditor_attorney", "collector's attorney", "credit_bureau",
     "consumer reporting agency"],
)  # fmt: skip
def test_3_iii_calls_to_these_do_not_count(person: str) -> None:
    found = judged(calls("4-01", "4-01"), [call("4-03", person=person)] * 9)
    assert (found.presumption, found.excluded_calls, found.count_in_window) == ("compliance", 9, 2)


@pytest.mark.parametrize("person", ["neighbour", "employer", "spouse", "third_party"])
def test_3_iii_calls_to_others_count(person: str) -> None:
    assert verdict([call("4-03", person=person)] * 8) == A


# ---- comment 14(b)(4)-2: the particular debt -------------------------------------------------------------------------


def test_2_i_twenty_one_calls_seven_for_each_of_three_debts() -> None:
    days = [f"11-{day:02d}" for day in range(9, 16)]
    all_calls = [call(day, debt) for day in days for debt in ("med", "a", "b")]
    found = judged(all_calls)
    assert (found.presumption, found.count_by_debt) == ("compliance", {"a": 7, "b": 7, "med": 7})
    assert verdict(all_calls, call("11-15", "a")) == A


def test_2_ii_a_limited_content_message_counts_for_the_debt_it_was_assigned_to() -> None:
    found = presume([call("11-09", "med")], terms=TERMS, debts=["card"])
    assert (found.count_by_debt, found.conversation_by_debt) == ({"card": 0, "med": 1}, {"card": False, "med": False})


def test_2_iii_a_conversation_solely_about_one_debt() -> None:
    found = presume([call("11-09", "med", talked=True)], terms=TERMS, debts=["card"])
    assert (found.count_by_debt, found.conversation_by_debt) == ({"card": 0, "med": 1}, {"card": False, "med": True})


def test_2_iv_a_conversation_about_both() -> None:
    found = judged(call("11-09", "card med", talked=True))
    assert (found.count_by_debt, found.conversation_by_debt) == ({"card": 1, "med": 1}, {"card": True, "med": True})


def test_2_v_a_general_conversation_counts_for_the_debt_it_was_assigned_to() -> None:
    before = [*calls("11-09", "11-10", debts="med"), *calls("11-09", "11-10", "11-11", "11-11", debts="card")]
    found = judged(before, call("11-12", "med", talked=True))
    assert (found.count_by_debt, found.conversation_by_debt) == ({"card": 4, "med": 3}, {"card": False, "med": True})
    assert found.presumption == "compliance"


def test_2_vi_the_debt_that_the_consumer_raised_has_a_conversation_but_no_call() -> None:
    raised = call("11-09", "med", about="med card")
    found = judged(raised)
    assert (found.count_by_debt, found.conversation_by_debt) == ({"card": 0, "med": 1}, {"card": True, "med": True})
    for debt in ("med", "card"):
        assert verdict(raised, call("11-15", debt)) == B
        assert verdict(raised, call("11-16", debt)) == COMPLIES


def test_a_call_about_several_debts_violates_if_it_does_so_for_any() -> None:
    assert verdict(calls(*["11-09"] * 7, debts="med"), call("11-10", "card")) == COMPLIES
    assert verdict(calls(*["11-09"] * 7, debts="med"), call("11-10", "card med")) == A


# ---- the earliest day ------------------------------------------------------------------------------------------------


def test_without_a_call_to_judge_it_is_that_of_the_next() -> None:
    found = judged(consent("6-04"))
    assert (found.presumption, found.count_last_call, found.earliest_next_call) == (
        "compliance",
        False,
        date(2026, 6, 4),
    )


def test_where_something_follows_the_last_call_it_is_that_of_one_more() -> None:
    assert judged(call("8-11"), consumer_calls("8-13")).earliest_next_call == date(2026, 8, 20)


def test_a_history_of_nothing_has_no_day() -> None:
    with pytest.raises(ValueError, match="without events"):
        presume([], terms=TERMS)
