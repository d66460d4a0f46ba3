"""Rulebooks as dated data: what loads, by the day, under which version, and in which shape."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from compliance_population import DAY, a_rule
from pydantic import ValidationError
from rulebook_files import ENTRY, written

from dunwell.compliance.kinds.question import ACTORS, CHANNELS
from dunwell.compliance.rulebook.model import CERTAINTIES, GUARD, KINDS, Rule, Rulebook, RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, load_library

SHIPPED = load()
LIBRARY = load_library()


# ---- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "there", "absent"),
    [
        (date(2024, 5, 14), {"G1-cap"}, {"CN-F2", "CN-T1", "CN-T2"}),
        (date(2024, 5, 15), {"CN-F2"}, {"CN-T1"}),
        (date(2025, 2, 28), {"CN-F2", "CN-T1"}, {"CN-T2"}),
        (date(2026, 1, 29), {"CN-T1"}, {"CN-T2"}),
        (date(2026, 1, 30), {"CN-T1", "CN-T2"}, set()),
    ],
)
def test_a_day_is_judged_by_the_rules_of_that_day(day: date, there: set[str], absent: set[str]) -> None:
    ids = [rule.id for rule in SHIPPED.on(day).rules]
    assert there <= set(ids)
    assert not absent & set(ids)
    assert len(ids) == len(set(ids))


def test_the_entry_that_follows_takes_over_on_its_first_day() -> None:
    before, after = (SHIPPED.on(day) for day in (date(2025, 2, 27), date(2025, 2, 28)))
    old, new = (next(rule for rule in book.rules if rule.id == "CN-F2") for book in (before, after))
    assert (old.source.startswith("中国互联网金融协会"), new.source.startswith("GB/T")) == (True, True)
    assert SHIPPED.entries("CN-F2") == (old, new)


def test_a_day_with_no_rule_but_the_guard_is_refused() -> None:
    with pytest.raises(RulebookError, match="no rule is in force on 1999-12-31"):
        SHIPPED.on(date(1999, 12, 31))


def test_a_rule_nobody_knows_is_refused_with_the_cure() -> None:
    with pytest.raises(RulebookError, match=r"no rule X-99.*dunwell rules list"):
        SHIPPED.entries("X-99")


def test_a_rule_says_its_sentence_in_both_languages() -> None:
    assert SHIPPED.sentence("G7") == "A dispute stops all chasing at once, until it is decided."
    assert SHIPPED.sentence("G7", language="zh") == "客户提出争议的，立即停止一切催收，直至处理完毕。"


# ---- version ---------------------------------------------------------------------------------------------------------


def test_the_version_names_what_the_rules_say(tmp_path: Path) -> None:
    version = load((written(tmp_path, ENTRY),)).version
    assert len(version) == 64
    assert load((written(tmp_path / "again", ENTRY),)).version == version
    for changed in ({"most": 3}, {"counts": "connected"}):
        entry = {**ENTRY, "parameters": {**ENTRY["parameters"], **changed}}
        assert load((written(tmp_path / "other", entry),)).version != version
    for changed in ({"en": "At most 2 a day."}, {"valid_until": date(2027, 1, 1)}, {"enforcement": "warn"}):
        assert load((written(tmp_path / "other", {**ENTRY, **changed}),)).version != version


def test_the_version_of_a_day_is_that_of_the_whole() -> None:
    assert SHIPPED.on(DAY).version == SHIPPED.on(date(2019, 1, 1)).version == SHIPPED.version


def test_a_comment_does_not_change_the_version(tmp_path: Path) -> None:
    file = written(tmp_path, ENTRY)
    version = load((file,)).version
    file.write_text("# a remark\n" + file.read_text("utf-8"), "utf-8")
    assert load((file,)).version == version


def test_the_order_of_the_paths_is_the_order_of_the_rules(tmp_path: Path) -> None:
    one = written(tmp_path, ENTRY, layer="a/one")
    two = written(tmp_path, {**ENTRY, "id": "X-2"}, layer="b/two")
    assert [rule.id for rule in load((one, two)).rules] == ["KNOWN", "X-1", "X-2"]
    assert [rule.id for rule in load((two, one)).rules] == ["KNOWN", "X-2", "X-1"]
    assert [rule.id for rule in load((tmp_path,)).rules] == ["KNOWN", "X-1", "X-2"]
    assert [rule.layer for rule in load((tmp_path, one)).rules] == ["dunwell", "a/one", "b/two"]


def test_a_rulebook_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SHIPPED.rules = ()  # type: ignore[misc]
    with pytest.raises(ValidationError):
        SHIPPED.rules[1].id = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        SHIPPED.rules[1].terms.quiet_from = "23:00"  # type: ignore[attr-defined]


# ---- shapes ----------------------------------------------------------------------------------------------------------


def test_all_stands_for_every_channel_and_actor() -> None:
    rule = a_rule("reachable", {}, channels="all", actors="all")
    assert (rule.channels, rule.actors) == (CHANNELS, ACTORS)


def test_a_rule_reads_back_from_what_it_writes() -> None:
    """The version is taken over this form, so it must hold everything."""
    for rule in LIBRARY.rules:
        told = rule.model_dump()
        told["terms"] = KINDS[rule.kind].model_validate(told["terms"])
        assert Rule.model_validate(told) == rule


def test_every_kind_and_certainty_says_in_both_languages_what_it_is() -> None:
    for kind in KINDS.values():
        assert len(kind.about_en) > 20
        assert not kind.about_zh.isascii()
    assert all(english and not chinese.isascii() for english, chinese in CERTAINTIES.values())


def test_the_rulebooks_lie_where_they_are_looked_for() -> None:
    assert sorted(file.parent.relative_to(RULEBOOKS).as_posix() for file in RULEBOOKS.rglob("rules.yaml")) == [
        "cn/credit_card",
        "cn/general",
        "cn/telecom",
        "company/default",
        "in/general",
        "kr/general",
        "ru/general",
        "uk/general",
        "us/massachusetts",
        "us/new_york_city",
        "us/regulation_f",
    ]


def test_a_rulebook_is_headed_by_the_guard_whoever_builds_it() -> None:
    assert Rulebook.of([a_rule("reachable", {})]).rules[0] is GUARD
