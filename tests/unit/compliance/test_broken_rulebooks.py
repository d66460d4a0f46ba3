"""A broken rulebook is told with file, rule, key and cure, and so is a house that names what is not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from rulebook_files import ENTRY, written

from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import FILE_BYTES_MAX, load, load_library, read_yaml

# ---- broken rulebooks: file, rule, key, cure -------------------------------------------------------------------------

CAP = ENTRY["parameters"]
BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no kind": ({"kind": None}, "key kind", "use one of allowed_party"),
    "a kind nobody knows": ({"kind": "moon_phase"}, "'moon_phase' is not a kind of rule", "use one of allowed_party"),
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
    "an unless without a consent": ({"unless": {}}, "key unless: names nothing that opens the rule", "mend the value"),
    "an answer twice": ({"unless": {"reply": "twice"}}, "key unless.reply", "use one of the values named"),
    "a way for anything": ({"unless": {"purposes": ["collection"]}}, "key unless.purposes", "one of the values"),
    "a visit without end": ({"unless": {"visit_minutes": 0}}, "key unless.visit_minutes", "mend the value"),
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


NIGHT = {"quiet_from": "22:00", "quiet_until": "08:00"}
ROLLING = {**CAP, "days": 7, "day_one": "event_day"}
LOCKOUT = {"after": "conversation", "days": 7, "day_one": "event_day", "count_channels": "all", "per": "creditor"}
INTERVAL = {"minutes": 5, "counts": "attempts", "count_channels": "all", "per": "creditor"}
SUM = {"most": 9, "days": 7, "day_one": "event_day", "count_channels": "all", "per": "creditor"}
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
    "no such weekday": ("clock_window", {**NIGHT, "weekdays": ["holiday"]}, "not a weekday that we know"),
    "a weekday twice": ("clock_window", {**NIGHT, "weekdays": ["sat", "sat"]}, "weekdays"),
    "dates without weekdays": ("clock_window", {**NIGHT, "also_on": [date(2026, 5, 1)]}, "it is about every day"),
    "a date as a text": ("clock_window", {**NIGHT, "weekdays": ["sat"], "also_on": ["2026-05-01"]}, "without quotes"),
    "a rolling cap of none": ("rolling_cap", {**ROLLING, "most": 0}, "most"),
    "a rolling cap of a day": ("rolling_cap", {**ROLLING, "days": 1}, "days"),
    "no first day": ("rolling_cap", {**ROLLING, "day_one": "today"}, "day_one"),
    "no such count": ("rolling_cap", {**ROLLING, "per": "village"}, "per"),
    "no such period": ("period_cap", {**CAP, "period": "year"}, "period"),
    "after nothing": ("lockout", {**LOCKOUT, "after": "lunch"}, "after"),
    "locked for no day": ("lockout", {**LOCKOUT, "days": 0}, "days"),
    "locked by a number": ("lockout", {**LOCKOUT, "per": "number"}, "per"),
    "no role": ("allowed_party", {"roles": [], "others_once": True}, "roles"),
    "a role nobody knows": ("allowed_party", {"roles": ["aunt"], "others_once": True}, "not a role that we know"),
    "a purpose nobody knows": ("allowed_party", {"roles": ["primary"], "others_for": ["fun"]}, "not a purpose"),
    "a rule on persons that asks for nothing": ("allowed_party", {"roles": ["primary"]}, "asks for nothing"),
    "no attempt": ("allowed_party", {"roles": ["primary"], "others_after_failed": 0}, "others_after_failed"),
    "a row of attempts without its days": (
        "allowed_party",
        {"roles": ["primary"], "others_after_failed": 3, "failed_channels": ["voice"]},
        "go together",
    ),
    "no standing": ("standing", {}, "asks for nothing"),
    "a standing nobody knows": ("standing", {"staff": ["charming"]}, "staff"),
    "blacklisted is no standing to ask for": ("standing", {"staff": ["blacklisted"]}, "staff"),
    "a recording of something": ("recording_required", {"of": "voice"}, "of"),
    "a wish in no such place": ("wishes", {"in_place": ["garden"]}, "not a channel that we know"),
    "wishes half kept": ("wishes", {"only_convenient": "sometimes"}, "only_convenient"),
    "the sum of nothing": ("cumulative", {**SUM, "most": 0}, "most"),
    "the sum of a day": ("cumulative", {**SUM, "days": 1}, "days"),
    "a sum by number": ("cumulative", {**SUM, "per": "number"}, "per"),
    "an attorney of nobody": ("attorney_silence", {"holds": [], "days": 30}, "holds"),
    "silent for no day": ("attorney_silence", {"holds": ["represented"], "days": 0}, "days"),
    "no record of an address": ("email_procedure", {"purposes": [], "notice_days": 35}, "purposes"),
    "no days for a text": ("text_procedure", {"purposes": ["a"], "days": 0}, "days"),
    "refusals of nothing": ("opt_out", {"told_of": "nothing"}, "told_of"),
    "no interval": ("minimum_interval", {**INTERVAL, "minutes": 0}, "minutes"),
    "more than a day": ("minimum_interval", {**INTERVAL, "minutes": 1441}, "minutes"),
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


# ---- which are in force, and whom they bind --------------------------------------------------------------------------


def house_of(folder: Path, told: Any) -> Path:
    written(folder, ENTRY, layer="a/one")
    written(folder, {**ENTRY, "id": "X-2"}, layer="b/two")
    written(folder, {**ENTRY, "id": "X-3"}, layer="b/three")
    (folder / "house.yaml").write_text(yaml.safe_dump(told), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("layers", "ids"),
    [
        (["b/two", "a/one"], ["X-2", "X-1"]),
        (["b"], ["X-3", "X-2"]),
        (["a", "b/two"], ["X-1", "X-2"]),
    ],
)
def test_only_what_the_house_names_is_in_force_and_in_its_order(
    layers: list[str], ids: list[str], tmp_path: Path
) -> None:
    house_of(tmp_path, {"about": {}, "in_force": layers})
    assert [rule.id for rule in load((tmp_path,)).rules] == ["KNOWN", *ids]
    assert {rule.id for rule in load_library((tmp_path,)).rules} == {"KNOWN", "X-1", "X-2", "X-3"}
    assert [rule.id for rule in load((tmp_path / "b" / "three",)).rules] == ["KNOWN", "X-3"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "it must hold the key in_force"),
        ({"in_force": []}, "it must hold the key in_force"),
        ({"in_force": "a/one"}, "it must hold the key in_force"),
        ({"in_force": ["a/one"], "more": 1}, "it must hold the key in_force"),
        ({"in_force": ["c/four"]}, "there is no rulebook 'c/four'.*use some of a/one, b/three, b/two"),
        ({"in_force": ["../elsewhere"]}, "there is no rulebook"),
        ({"in_force": [7]}, "there is no rulebook 7"),
    ],
)
def test_a_house_that_names_what_is_not_there_is_told(told: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=said):
        load((house_of(tmp_path, told),))


def scoped(folder: Path, scope: Any) -> Path:
    file = written(folder, ENTRY)
    told = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**told, "applies": scope}), "utf-8")
    return file


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({}, "it names nobody"),
        ({"regions": ["US"]}, "regions and zones go together"),
        ({"zones": ["US/*"]}, "regions and zones go together"),
        ({"regions": ["Texas"], "zones": ["US/*"]}, "key applies.regions.0"),
        ({"regions": ["US", "US"], "zones": ["US/*"]}, "the same name stands there twice"),
        ({"regions": ["US"], "zones": ["Mars/*"]}, "'Mars/\\*' is not a time zone"),
        ({"product_lines": ["houses"]}, "not a line of product that we know"),
        ({"creditors": []}, "it names nobody"),
        ({"creditors": [""]}, "key applies.creditors.0"),
        ({"creditors": ["a", "a"]}, "the same name stands there twice"),
        (["US"], "rules.yaml, key applies"),
    ],
)
def test_a_scope_that_names_what_is_not_there_is_told(scope: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=said):
        load((scoped(tmp_path, scope),))


def test_every_rule_of_a_file_has_its_scope(tmp_path: Path) -> None:
    rule = load((scoped(tmp_path, {"regions": ["US-MA"], "zones": ["America/New_York"]}),)).rules[1]
    assert rule.applies is not None
    assert rule.applies.regions == ("US-MA",)
    assert load((written(tmp_path, ENTRY),)).rules[1].applies is None
