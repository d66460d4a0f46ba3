"""Numbers, money, days and codes as a reader of each language writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from dunwell.access.kinds import Capability, Department, Role
from dunwell.access.rules import Held, Person
from dunwell.desk.templatetags import reading
from dunwell.desk.words import WORDS, word
from dunwell.ledger import kinds


@pytest.fixture(params=["en", "zh-hans"])
def tongue(request: pytest.FixtureRequest) -> Iterator[str]:
    with override(request.param):
        yield request.param


def test_money_has_groups_in_both_languages() -> None:
    with override("zh-hans"):
        assert reading.money(Decimal("1234567.80"), "CNY") == "¥1,234,567.80"
        assert reading.money(Decimal("1200"), "JPY") == "JP¥1,200"
    with override("en"):
        assert reading.money(Decimal("1234567.80"), "CNY") == "CN¥1,234,567.80"
        assert reading.money(Decimal("0.125"), "KWD").endswith("0.125")


def test_several_currencies_are_never_added_up(tongue: str) -> None:
    assert reading.moneys("CNY 580.00; USD 20.00").count(" + ") == 1
    assert reading.moneys("") == ""


def test_days_and_moments_are_in_the_readers_form_and_the_houses_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNWELL_TIME_ZONE", "Asia/Shanghai")
    late = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)
    with override("zh-hans"):
        assert reading.day(date(2026, 11, 20)) == reading.day("2026-11-20") == "2026年11月20日"
        assert reading.moment(late) == "2026年11月21日 01:05"
    with override("en"):
        assert reading.day("2026-11-20") == "Nov 20, 2026"
        assert reading.moment(late) == "21 Nov 2026 01:05"
    assert reading.clock_time(late) == "01:05"
    assert reading.day(None) == reading.day("") == reading.moment(None) == ""


def test_numbers_have_groups_and_nothing_is_written_for_nothing(tongue: str) -> None:
    assert reading.number(1234567) == "1,234,567"
    assert reading.number(2819.714) == "2,819.71"
    assert reading.number(0) == "0"
    assert reading.number(None) == reading.number("") == reading.share(None) == ""
    assert reading.share(0.0794) == "7.9%"


def test_closed_lists_are_said_in_the_readers_language() -> None:
    with override("zh-hans"):
        assert reading.word(Role.COLLECTOR) == "催收员"
        assert reading.called("voice", "channel") == "电话"
    with override("en"):
        assert reading.word(Role.COLLECTOR) == "collector"
        assert reading.called("voice", "channel") == "Call"
        assert reading.called("never_heard_of", "signal") == "never heard of"


LISTS = {
    "channel": kinds.Channel,
    "product": kinds.ProductLine,
    "component": kinds.Component,
    "adjustment": kinds.AdjustmentKind,
    "hold": kinds.HoldKind,
    "actor": kinds.ContactActor,
    "quality": kinds.Quality,
    "stance": kinds.ConsentStance,
}


@pytest.mark.parametrize("kind", LISTS)
def test_every_code_of_a_closed_list_has_its_words(kind: str) -> None:
    assert set(LISTS[kind].values) <= WORDS[kind].keys()


@pytest.mark.parametrize("kind", WORDS)
def test_chinese_words_are_chinese_and_english_ones_are_not(kind: str) -> None:
    for code in WORDS[kind]:
        assert word(kind, code, language="en").isascii(), code
        assert not word(kind, code, language="zh-hans").isascii(), code


def person(*roles: Role) -> Person:
    return Person(code="COL-1", department=Department.COLLECTIONS, held=tuple(Held(role=role) for role in roles))


def test_roles_are_named_once_in_their_order() -> None:
    with override("en"):
        assert reading.roles(person(Role.TEAM_LEAD, Role.COLLECTOR, Role.TEAM_LEAD)) == "team lead, collector"
        assert reading.roles(None) == reading.roles(person()) == ""
    with override("zh-hans"):
        assert reading.roles(person(Role.COLLECTOR, Role.TEAM_LEAD)) == "催收员、组长"


@pytest.mark.parametrize("capability", Capability)
def test_the_menu_knows_what_somebody_may(capability: Capability) -> None:
    assert reading.may(person(Role.COLLECTOR), capability.value) is person(Role.COLLECTOR).can(capability)
    assert not reading.may(None, capability.value)
