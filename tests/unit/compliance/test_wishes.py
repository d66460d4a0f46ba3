"""A customer's own wishes: the hours they leave, to the minute, for a day and for a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pytest
from compliance_population import DAY, MAKERS, SCHEMAS, Pair, a_rule, disagreements, judged, masked, some_pair, tables
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.frame import mask
from dunwell.compliance.kinds.question import Candidate, Customer
from dunwell.compliance.kinds.windows import WHOLE_DAY, Window, cut, last_end, outside_of
from dunwell.compliance.kinds.wish import Wish, WishedHours
from dunwell.compliance.rulebook.cases import CUSTOMER
from dunwell.compliance.rulebook.model import Rulebook, RulebookError
from dunwell.compliance.rules import judge, judge_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMS = Candidate(channel="sms", creditor="a")
WISHES = a_rule("wishes", {"only_convenient": True}, id="wishes")
NIGHT = a_rule("clock_window", {"quiet_from": "21:00", "quiet_until": "08:00"}, id="night")
BOTH = Rulebook.of([NIGHT, WISHES])


def barred(**told: Any) -> Wish:
    return Wish(stance="barred", valid_from=date(2026, 1, 1), **told)


def suits(**told: Any) -> Wish:
    return Wish(stance="convenient", valid_from=date(2026, 1, 1), **told)


def person(*wishes: Wish) -> Customer:
    return Customer(time_zone="Asia/Shanghai", wishes=wishes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def earliest(*wishes: Wish, now: str, rulebook: Rulebook = BOTH, **contact: Any) -> datetime | None:
    verdict = judge_moment(rulebook, customer=person(*wishes), candidate=replace(SMS, **contact), at=at(now))
    return None if verdict.earliest is None else datetime.fromisoformat(str(verdict.earliest)).astimezone(SHANGHAI)


# ---- one wish --------------------------------------------------------------------------------------------------------

TUESDAY, SATURDAY = date(2026, 3, 10), date(2026, 3, 14)


@pytest.mark.parametrize(
    ("wish", "day", "hours"),
    [
        (barred(), TUESDAY, WHOLE_DAY),
        (barred(days="tue"), TUESDAY, WHOLE_DAY),
        (barred(days="wed"), TUESDAY, ()),
        (barred(days="weekdays"), TUESDAY, WHOLE_DAY),
        (barred(days="weekdays"), SATURDAY, ()),
        (barred(days="weekend"), SATURDAY, WHOLE_DAY),
        (barred(from_minute=900, until_minute=1020), TUESDAY, (Window(900, 1020),)),
        (barred(from_minute=900), TUESDAY, (Window(900, 1440),)),
        (barred(until_minute=900), TUESDAY, (Window(0, 900),)),
        (barred(from_minute=1320, until_minute=360), TUESDAY, (Window(0, 360), Window(1320, 1440))),
        (barred(from_minute=900, until_minute=900), TUESDAY, WHOLE_DAY),
        (suits(from_minute=900, until_minute=900), TUESDAY, ()),
        (barred(days="someday"), TUESDAY, WHOLE_DAY),
        (suits(days="someday"), TUESDAY, ()),
        (barred(valid_until=TUESDAY), TUESDAY, ()),
        (barred(valid_until=SATURDAY), TUESDAY, WHOLE_DAY),
        (Wish(stance="barred", valid_from=SATURDAY), TUESDAY, ()),
        (Wish(stance="perhaps", valid_from=TUESDAY), TUESDAY, WHOLE_DAY),
    ],
)
def test_the_hours_of_a_wish_are_those_it_names_and_what_is_unclear_is_barred(
    wish: Wish, day: date, hours: tuple[Window, ...]
) -> None:
    assert wish.hours(day) == hours


@pytest.mark.parametrize(
    ("told", "contact", "about"),
    [
        ({}, {}, True),
        ({"channel": "sms"}, {"channel": "sms"}, True),
        ({"channel": "sms"}, {"channel": "voice"}, False),
        ({"channel": "sms"}, {"channel": None}, True),
        ({"channel": "pigeon"}, {"channel": "voice"}, True),
        ({"contact_point": 7}, {"contact_point": 7}, True),
        ({"contact_point": 7}, {"contact_point": 8}, False),
        ({"contact_point": 7}, {"contact_point": None}, True),
        ({"place": "home"}, {"channel": "sms"}, False),
        ({"place": "home"}, {"channel": "voice"}, True),
        ({"place": "home"}, {"channel": "sms", "place": "home"}, True),
        ({"place": "home"}, {"channel": "voice", "place": "other"}, False),
        ({"place": "home"}, {"channel": "voice", "place": "moon"}, True),
        ({"place": "moon"}, {"channel": "sms"}, True),
        ({"place": "home", "channel": "letter"}, {"channel": "voice", "place": "home"}, False),
    ],
)
def test_a_wish_is_about_what_it_names_and_about_what_may_be_that(
    told: dict[str, Any], contact: dict[str, Any], about: bool
) -> None:
    asked = {"channel": "sms", "place": None, "contact_point": None, **contact}
    assert barred(**told).about(**asked, in_place=("voice", "letter")) is about


def test_a_case_writes_times_as_a_clock_shows_them() -> None:
    told = {"wishes": [{"stance": "barred", "from_minute": "15:00", "until_minute": 1020, "valid_from": "2026-01-01"}]}
    (wish,) = CUSTOMER.validate_python(told).wishes
    assert (wish.from_minute, wish.until_minute) == (900, 1020)


# ---- all of them -----------------------------------------------------------------------------------------------------


def left(*wishes: Wish, only_convenient: bool = True, day: date = TUESDAY) -> tuple[tuple[int, int], ...]:
    return tuple(map(tuple, WishedHours(wishes, only_convenient).on(day)))  # type: ignore[arg-type]


def test_what_is_left_is_what_no_wish_bars_and_where_times_suit_is_among_those() -> None:
    rest, evening = barred(from_minute=720, until_minute=840), suits(from_minute=780, until_minute=1200)
    assert left() == ((0, 1440),)
    assert left(rest) == ((0, 720), (840, 1440))
    assert left(rest, evening) == ((840, 1200),)
    assert left(rest, evening, only_convenient=False) == ((0, 720), (840, 1440))
    assert left(suits(days="wed")) == ()
    assert left(suits(days="wed", valid_until=DAY)) == ((0, 1440),)
    assert left(suits(until_minute=600), suits(from_minute=600, until_minute=660)) == ((0, 660),)


@given(chance=st.randoms(use_true_random=False))
def test_property_windows_are_cut_as_minutes_are(chance: Random) -> None:
    def some() -> list[Window]:
        ends = [sorted((chance.randrange(40), chance.randrange(40))) for _ in range(chance.randrange(4))]
        return [Window(start, end) for start, end in ends if start < end]

    def minutes(windows: Any) -> set[int]:
        return {minute for window in windows for minute in range(window.start, window.end)}

    whole, taken = Window(3, 37), some()
    assert minutes(cut([whole], taken=taken)) == minutes([whole]) - minutes(taken)
    assert minutes(outside_of(taken)) == set(range(1440)) - minutes(taken)


def test_the_last_end_is_the_moment_at_which_the_barred_time_began() -> None:
    hours = WishedHours((barred(days="weekend"), barred(from_minute=900, until_minute=1020)))
    assert last_end(at("03-11T15:30"), hours=hours, zone=SHANGHAI) == at("03-11T15:00")
    assert last_end(at("03-15T12:00"), hours=hours, zone=SHANGHAI) == at("03-14T00:00")
    assert last_end(at("03-11T12:00"), hours=WishedHours((barred(),)), zone=SHANGHAI) is None


# ---- moments ---------------------------------------------------------------------------------------------------------


def test_the_earliest_moment_goes_from_day_to_day_until_one_is_open() -> None:
    assert earliest(barred(days="tue"), now="03-10T12:00") == at("03-11T08:00")
    assert earliest(barred(days="weekdays"), now="03-09T12:00") == at("03-14T08:00")
    assert earliest(suits(days="mon", from_minute=600, until_minute=660), now="03-09T11:00") == at("03-16T10:00")
    assert earliest(barred(valid_until=date(2026, 9, 1)), now="03-10T12:00") == at("09-01T08:00")
    assert earliest(barred(), now="03-10T12:00") is None


def test_an_end_may_come_on_a_day_that_another_wish_bars() -> None:
    rest = barred(valid_until=date(2026, 8, 29))
    assert earliest(rest, barred(days="weekend"), now="03-10T12:00") == at("08-31T08:00")


def test_where_nobody_knows_the_zone_the_wish_holds_in_each_of_them() -> None:
    zones = a_rule("zone_set", {"possible": ["Asia/Shanghai", "Asia/Tokyo"]}, enforcement="warn")
    lost = replace(person(barred(from_minute=900, until_minute=1020)), time_zone=None)
    verdict = judge_moment(Rulebook.of([WISHES, zones]), customer=lost, candidate=SMS, at=at("03-10T14:30"))
    assert verdict.refused_rules == ("wishes",)
    assert verdict.earliest == at("03-10T17:00")
    nowhere = judge_moment(Rulebook.of([WISHES]), customer=lost, candidate=SMS, at=at("03-10T12:00"))
    assert (nowhere.refused_rules, nowhere.earliest) == (("wishes",), None)


def test_an_hour_that_comes_twice_is_barred_twice() -> None:
    """On 1 November 2026 New York's clocks show 01:30 at 05:30 and at 06:30 UTC."""
    customer = replace(person(barred(from_minute=60, until_minute=120)), time_zone="America/New_York")
    for hour, allowed in ((4, True), (5, False), (6, False), (7, True)):
        moment = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
        verdict = judge_moment(Rulebook.of([WISHES]), customer=customer, candidate=SMS, at=moment)
        assert verdict.allowed is allowed
        assert allowed or verdict.earliest == datetime(2026, 11, 1, 7, tzinfo=UTC)


@given(chance=st.randoms(use_true_random=False), seconds=st.integers(0, 86_399))
def test_property_the_earliest_moment_of_a_wish_is_exact(chance: Random, seconds: int) -> None:
    """At it the contact is allowed, and at no sampled moment on the way there."""
    rules = [a_rule("wishes", MAKERS["wishes"](chance), id="wishes"), *([NIGHT] if chance.random() < 0.5 else [])]
    rulebook, pair = Rulebook.of(rules), some_pair(chance)
    customer = replace(pair.customer, time_zone=chance.choice(("Asia/Shanghai", "America/New_York")))
    candidate = replace(
        pair.candidate, place=chance.choice((None, "home", "work")), contact_point=chance.choice((None, 1, 2))
    )
    now = datetime(2026, 3, 7, tzinfo=UTC) + timedelta(seconds=seconds)

    def allowed(moment: datetime) -> bool:
        return judge_moment(rulebook, customer=customer, candidate=candidate, at=moment).allowed

    found = judge_moment(rulebook, customer=customer, candidate=candidate, at=now).earliest
    if found is None:
        return
    assert isinstance(found, datetime)
    assert allowed(found)
    assert not allowed(found - timedelta(seconds=1))
    assert not any(allowed(now + (found - now) / 29 * step) for step in range(29))


# ---- days ------------------------------------------------------------------------------------------------------------


def test_a_day_is_refused_if_nothing_of_its_lawful_hours_is_left() -> None:
    verdict = judge(BOTH, customer=person(barred(from_minute=480, until_minute=1260)), candidate=SMS, on=DAY)
    assert (verdict.refused_rules, verdict.windows) == (("wishes",), ())
    # By the wish alone an hour of the next morning is open: that the night closes it is for the other rule to say.
    assert verdict.earliest == date(2026, 3, 11)
    early = judge(BOTH, customer=person(suits(until_minute=600)), candidate=SMS, on=DAY)
    assert (early.allowed, early.windows) == (True, (("08:00", "10:00"),))


def test_a_wish_that_takes_nothing_says_nothing() -> None:
    verdict = judge(BOTH, customer=person(barred(until_minute=480)), candidate=SMS, on=DAY)
    assert (verdict.allowed, verdict.windows) == (True, (("08:00", "21:00"),))


def test_wishes_that_only_warn_take_nothing_from_the_day() -> None:
    soft = Rulebook.of([NIGHT, WISHES.model_copy(update={"enforcement": "warn"})])
    customer = person(barred())
    assert judge(soft, customer=customer, candidate=SMS, on=DAY).windows == (("08:00", "21:00"),)
    assert judge_moment(soft, customer=customer, candidate=SMS, at=at("03-10T12:00")).warnings[0].rule == "wishes"


def test_two_rules_about_wishes_close_a_day_together() -> None:
    letters = a_rule("wishes", {"in_place": ["sms"]}, id="places")
    told = (barred(until_minute=720, place="home"), suits(until_minute=720))
    verdict = judge(Rulebook.of([NIGHT, WISHES, letters]), customer=person(*told), candidate=SMS, on=DAY)
    assert verdict.refused_rules == ("wishes", "places")


@pytest.mark.parametrize("seed", range(3))
def test_the_frame_says_the_same_of_wishes(seed: int) -> None:
    chance = Random(seed)
    rules = [a_rule("wishes", MAKERS["wishes"](chance), id=f"wishes{count}") for count in range(seed or 1)]
    rules[0] = rules[0].model_copy(update={"channels": ("sms", "voice")})
    nights = a_rule("clock_window", {"quiet_from": "20:30", "quiet_until": "09:00"}, id="more", channels=["voice"])
    zones = a_rule("zone_set", {"possible": ["Asia/Tokyo", "Europe/Berlin"]}, enforcement="warn")
    rulebook = Rulebook.of([NIGHT, nights, zones, *rules])
    pairs = [some_pair(chance) for _ in range(1200)]
    told, asked = masked(pairs, rulebook=rulebook, on=DAY), judged(pairs, rulebook=rulebook, on=DAY)
    assert disagreements(pairs, told=told, asked=asked) == []
    assert len({(row["window_from"], row["window_until"]) for row in told}) > 8
    assert len({row["earliest_on"] for row in told if row["refused_rules"].startswith("wishes")}) > 2


def test_the_mask_asks_for_wishes_only_where_a_rule_does() -> None:
    laid = tables([Pair(person(), SMS)])
    wished = laid.pop("wishes")
    arguments = {"portrait": laid["portrait"], "on": DAY}
    mask(laid["candidates"], tables=laid, rulebook=Rulebook.of([NIGHT]), **arguments)
    with pytest.raises(RulebookError, match=r"wishes\.parquet.*write the snapshot anew"):
        mask(laid["candidates"], tables=laid, rulebook=BOTH, **arguments)
    result = mask(laid["candidates"], tables={**laid, "wishes": wished}, rulebook=BOTH, **arguments)
    assert result.to_pyarrow().to_pydict()["window_until"] == ["21:00"]


def test_it_is_one_expression_for_a_cluster_too() -> None:
    unbound = {name: ibis.table(ibis.Schema.from_pyarrow(schema), name=name) for name, schema in SCHEMAS.items()}
    result = mask(unbound["candidates"], tables=unbound, portrait=unbound["portrait"], rulebook=BOTH, on=DAY)
    assert str(ibis.to_sql(result, dialect="pyspark")).startswith("WITH")
