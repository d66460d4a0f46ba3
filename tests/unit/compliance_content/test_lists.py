"""Every entry of the lists finds its bad lines and lets its good ones pass; so does every element."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.compliance.content.elements import missing, present
from dunwell.compliance.content.evidence import judge_recording
from dunwell.compliance.content.forbidden import forbidden
from dunwell.compliance.content.limited import limited_content
from dunwell.compliance.content.wording import Element, Entry, load_wording

WORDING = load_wording()
DAY = date(2026, 3, 10)
ENTRIES = [entry for each in WORDING.lists for entry in each.entries]
CHINESE = [entry for entry in ENTRIES if entry.language == "zh"]


def found(text: str, *, on: date = DAY) -> set[str]:
    return {claim.entry for claim in forbidden(text, on=on)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_finds_its_bad_lines(entry: Entry) -> None:
    assert [line for line in entry.bad if entry.id not in found(line)] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_no_entry_of_any_list_finds_the_good_lines(entry: Entry) -> None:
    assert {line: found(line) for line in entry.good if found(line)} == {}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_finds_its_bad_lines_in_capitals_and_full_width(entry: Entry) -> None:
    for line in entry.bad:
        wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in line)
        assert entry.id in found(line.upper()), line
        assert entry.id in found(wide), wide


@pytest.mark.parametrize("element", WORDING.elements, ids=lambda element: element.id)
def test_an_element_is_seen_where_it_stands_and_missed_where_it_does_not(element: Element) -> None:
    for line in element.good:
        assert missing(line, elements=[element.id], template="{" in line) == [], line
    for line in element.bad:
        assert missing(line, elements=[element.id], template="{" in line), line


def test_a_limited_content_message_is_told_from_a_communication() -> None:
    assert [line for line in WORDING.limited.good if limited_content(line)] == []
    assert [line for line in WORDING.limited.bad if not limited_content(line)] == []


def test_recordings_that_prove_are_told_from_those_that_do_not() -> None:
    assert [line for line in WORDING.evidence.good if not judge_recording(line).counts] == []
    assert [line for line in WORDING.evidence.bad if judge_recording(line).counts] == []


def test_the_groups_have_entries_in_both_languages() -> None:
    assert set(WORDING.groups) == {
        "violence",
        "abuse",
        "false_authority",
        "third_party",
        "exaggeration",
        "shaming",
        "fees_and_loans",
        "false_urgency",
        "harassment",
        "credentials",
        "vulnerable",
        "rights",
    }
    for each in WORDING.lists:
        assert {entry.language for entry in each.entries} == {"zh", "en"}
        assert not each.name.zh.isascii()
        assert all(not entry.zh.isascii() and entry.en.strip("«»")[0].isascii() for entry in each.entries)


def test_what_was_found_is_told_by_its_words_and_nothing_between_them() -> None:
    (claim,) = forbidden("我们会告诉张三丰的父母。", on=DAY)
    assert (claim.group, claim.words) == ("third_party", "告诉 … 父母")
    assert "张三丰" not in repr(claim)


def test_an_entry_holds_from_its_day_to_the_day_before_its_end() -> None:
    entry = ENTRIES[0].model_copy(update={"valid_from": DAY, "valid_until": DAY + timedelta(days=2)})
    held = [entry.valid(DAY + timedelta(days=days)) for days in (-1, 0, 1, 2)]
    assert held == [False, True, True, False]


def test_an_element_of_which_a_part_is_there_is_present() -> None:
    assert [element.id for element in present("您欠款120元。", elements=["debt", "amount", "opt_out"])] == [
        "debt",
        "amount",
    ]
    assert present("您好，请问是王先生本人吗？", elements=["debt", "amount"]) == []


def test_what_is_missing_is_named_with_its_cure_in_both_languages() -> None:
    (lack,) = missing("您好，这里是善收。", elements=["amount"])
    assert lack.sentence("en") == "amount owed is missing: name the amount with its currency"
    assert lack.sentence("zh") == "缺少欠款金额：写明金额与币种"
    told = [each.part for each in missing("请付款。", elements=["identity", "payment"])]
    assert told == ["whom", "who", "how", "when"]
