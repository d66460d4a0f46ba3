"""Rulebooks as dated data: what loads, in which order, under which version, and how a broken one is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from compliance_population import DAY, a_rule
from pydantic import ValidationError

from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import ACTORS, CHANNELS, HOLDS
from dunwell.compliance.rulebook.model import CERTAINTIES, GUARD, KINDS, Rule, Rulebook, RulebookError
from dunwell.compliance.rulebook.reading import FILE_BYTES_MAX, RULEBOOKS, load, read_yaml

SHIPPED = load()
ENTRY: dict[str, Any] = {
    "id": "X-1",
    "kind": "daily_cap",
    "parameters": {"most": 2, "counts": "attempts", "count_channels": "all", "per": "creditor"},
    "valid_from": date(2026, 1, 1),
    "source": "a law",
    "certainty": "Q1",
    "enforcement": "block",
    "en": "At most two a day.",
    "zh": "每日最多两次。",
}


def written(folder: Path, *entries: dict[str, Any], layer: str = "xx/test") -> Path:
    """This function will write a rulebook of the entries and return its file."""
    file = folder / layer / "rules.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"about": {"en": "test"}, "rules": list(entries)}, allow_unicode=True), "utf-8")
    return file


# ---- what ships ------------------------------------------------------------------------------------------------------


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
    assert {rule.kind for rule in SHIPPED.rules} == set(KINDS)


def test_the_figures_are_those_of_the_sources() -> None:
    terms = {rule.id: rule.terms.model_dump() for rule in SHIPPED.on(DAY).rules}
    for night in ("CN-T1", "CN-T2", "CN-F6-hours", "G1-hours"):
        assert terms[night] == {"quiet_from": "22:00", "quiet_until": "08:00"}
    caps = {name: (told["most"], told["counts"], told["per"]) for name, told in terms.items() if "most" in told}
    assert caps == {
        "CN-F1": (3, "effective", "creditor"),
        "CN-F2": (3, "connected", "creditor"),
        "CN-F3": (6, "unanswered", "number"),
        "CN-F6": (3, "attempts", "creditor"),
        "G1-cap": (2, "attempts", "creditor"),
    }
    assert terms["G2"]["first"] == ("sms", "app_push")
    assert SHIPPED.zones == ("Asia/Shanghai",)


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
    assert not [rule.id for rule in SHIPPED.rules if rule.certainty in ("S1", "M") and rule.enforcement == "block"]


def test_the_lists_are_closed_ones() -> None:
    assert {"sms", "voice", "visit"} < set(CHANNELS)
    assert ACTORS == ("human", "robot")
    assert {"dispute", "deceased", "pause"} < set(HOLDS)
    assert set(SIGNS) == {"bankruptcy_signal_30d", "dispute_open", "hardship"}


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


# ---- broken rulebooks: file, rule, key, cure -------------------------------------------------------------------------

CAP = ENTRY["parameters"]
BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no kind": ({"kind": None}, "key kind", "use one of clock_window"),
    "a kind nobody knows": ({"kind": "moon_phase"}, "'moon_phase' is not a kind of rule", "use one of clock_window"),
    "a kind of another type": ({"kind": ["daily_cap"]}, "is not a kind of rule", "use one of"),
    "no source": ({"source": None}, "key source", "mend the value"),
    "no sentence": ({"zh": ""}, "key zh", "write it out"),
    "a key nobody knows": ({"colour": "red"}, "key colour", "remove the key or mend its spelling"),
    "a parameter nobody knows": ({"parameters": {**CAP, "least": 1}}, "key parameters.least", "mend its spelling"),
    "a parameter missing": ({"parameters": {"most": 2}}, "key parameters.counts", "add the key"),
    "a parameter out of range": ({"parameters": {**CAP, "most": -1}}, "key parameters.most", "mend the value"),
    "a text for a number": ({"parameters": {**CAP, "most": "two"}}, "key parameters.most", "mend the value"),
    "a count nobody knows": ({"parameters": {**CAP, "counts": "all"}}, "key parameters.counts", "one of the values"),
    "a channel nobody knows": ({"channels": ["fax"]}, "'fax' is not a channel that we know; known are sms", "mend"),
    "a channel twice": ({"channels": ["sms", "sms"]}, "key channels", "mend the value"),
    "no channel": ({"channels": []}, "key channels", "name at least one"),
    "an actor nobody knows": ({"actors": ["ghost"]}, "'ghost' is not a actor", "mend the value"),
    "a certainty nobody knows": ({"certainty": "sure"}, "key certainty", "use one of the values named"),
    "an enforcement nobody knows": ({"enforcement": "shout"}, "key enforcement", "use one of the values named"),
    "a blocking rule from memory": ({"certainty": "M"}, "may not block", "mend the value"),
    "an id with a semicolon": ({"id": "A;B"}, "key id", "follow the form"),
    "an unless without a consent": ({"unless": {}}, "key unless.consent", "add the key"),
    "an unless for nothing": ({"unless": {"consent": []}}, "key unless.consent", "name at least one"),
    "an end before the beginning": ({"valid_until": date(2026, 1, 1)}, "valid_until is not after valid_from", "mend"),
    "a date as a text": ({"valid_from": "2026-01-01"}, "write a date as 2025-02-28", "mend the value"),
    "no date": ({"valid_from": None}, "key valid_from", "mend the value"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_rule_is_told_with_file_rule_key_and_cure(fault: str, tmp_path: Path) -> None:
    changed, said, cure = BROKEN[fault]
    entry = {key: value for key, value in {**ENTRY, **changed}.items() if value is not None or key not in ("kind",)}
    file = written(tmp_path, {**ENTRY, "id": "X-0"}, entry)
    with pytest.raises(RulebookError) as caught:
        load((file,))
    text = str(caught.value)
    assert (
        caught.value.place.startswith(f"{file}, rule {changed.get('id', 'X-1')}, key ") or "X-1" in caught.value.place
    )
    assert said in text
    assert cure in caught.value.cure


KIND_FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a bare time": ("clock_window", {"quiet_from": 1320, "quiet_until": "08:00"}, "write it in quotes"),
    "no such time": ("clock_window", {"quiet_from": "25:00", "quiet_until": "08:00"}, "quiet_from"),
    "no or every hour": ("clock_window", {"quiet_from": "08:00", "quiet_until": "08:00"}, "no hour or every hour"),
    "midnight to midnight": ("clock_window", {"quiet_from": "00:00", "quiet_until": "24:00"}, "no hour or every hour"),
    "no such zone": ("zone_set", {"possible": ["Asia/Beijing"]}, "not a time zone of the IANA list"),
    "no zone": ("zone_set", {"possible": []}, "possible"),
    "no such hold": ("hold", {"holds": ["holiday"]}, "not a kind of hold that we know"),
    "no such sign": ("hold", {"holds": ["pause"], "signs": ["moon"]}, "not a sign in the portrait"),
    "no state": ("party_state", {}, "names no state"),
    "no purpose": ("consent_required", {"purposes": []}, "purposes"),
    "no first channel": ("first_contact_channel", {"first": []}, "first"),
}


@pytest.mark.parametrize("fault", KIND_FAULTS)
def test_broken_parameters_are_refused(fault: str, tmp_path: Path) -> None:
    kind, parameters, said = KIND_FAULTS[fault]
    with pytest.raises(RulebookError, match=said):
        load((written(tmp_path, {**ENTRY, "kind": kind, "parameters": parameters}),))


def test_a_time_without_quotes_is_what_yaml_makes_a_number_of(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("from: 22:00\n", "utf-8")
    assert read_yaml(file) == {"from": 1320}


def test_two_entries_of_one_rule_on_one_day_are_refused(tmp_path: Path) -> None:
    later = {**ENTRY, "valid_from": date(2026, 6, 1)}
    with pytest.raises(RulebookError, match=r"rule X-1, key valid_from.*end the earlier entry with valid_until"):
        load((written(tmp_path, ENTRY, later),))
    ended = {**ENTRY, "valid_until": date(2026, 6, 1)}
    assert len(load((written(tmp_path, ended, later),)).entries("X-1")) == 2


def test_two_layers_may_not_use_one_id(tmp_path: Path) -> None:
    one, two = written(tmp_path, ENTRY, layer="a/one"), written(tmp_path, ENTRY, layer="b/two")
    with pytest.raises(RulebookError, match=r"b/two, rule X-1"):
        load((one, two))


FILES: dict[str, tuple[str, str]] = {
    "a key twice": ("about: a\nabout: b\nrules: []\n", "line 2: the key 'about' stands there twice"),
    "not YAML": ("rules: [\n", "mend the YAML"),
    "nothing": ("", "it must hold the keys about and rules"),
    "a list": ("- a\n", "it must hold the keys about and rules"),
    "no rules": ("about: a\nrules: []\n", "it must hold the keys about and rules"),
    "another key": ("about: a\nrules: [{}]\nmore: 1\n", "it must hold the keys about and rules"),
    "a rule that is a text": ("about: a\nrules: [x]\n", "rule no. 1: is not a rule"),
    "a rule without an id": ("about: a\nrules: [{kind: reachable}]\n", "rule no. 1, key id"),
    "a kind that runs code": ("about: a\nrules: [!!python/object/apply:os.getcwd []]\n", "could not determine"),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_broken_file_is_told(fault: str, tmp_path: Path) -> None:
    text, said = FILES[fault]
    file = tmp_path / "rules.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(RulebookError) as caught:
        load((file,))
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_files_that_cannot_be_rulebooks_are_told(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="there is no such file"):
        load((tmp_path / "absent.yaml",))
    with pytest.raises(RulebookError, match=r"no rules\.yaml in it"):
        load((tmp_path,))
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"about: \xe9\n")
    with pytest.raises(RulebookError, match="not UTF-8"):
        load((latin,))
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (FILE_BYTES_MAX + 1))
    with pytest.raises(RulebookError, match="too large"):
        load((huge,))


def test_on_and_off_are_words_and_not_booleans(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("on: off\nyes: no\ntrue: false\n", "utf-8")
    assert read_yaml(file) == {"on": "off", "yes": "no", True: False}


# ---- shapes ----------------------------------------------------------------------------------------------------------


def test_all_stands_for_every_channel_and_actor() -> None:
    rule = a_rule("reachable", {}, channels="all", actors="all")
    assert (rule.channels, rule.actors) == (CHANNELS, ACTORS)


def test_a_rule_reads_back_from_what_it_writes() -> None:
    """The version is taken over this form, so it must hold everything."""
    for rule in SHIPPED.rules:
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
        "cn/general",
        "cn/telecom",
        "company/default",
    ]


def test_a_rulebook_is_headed_by_the_guard_whoever_builds_it() -> None:
    assert Rulebook.of([a_rule("reachable", {})]).rules[0] is GUARD
