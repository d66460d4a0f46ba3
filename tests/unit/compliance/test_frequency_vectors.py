"""Vectors from a JSON file: what is read, what is printed, what is said of a fault; and `dunwell rules judge`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dunwell.cli import rulebooks
from dunwell.compliance.frequency.reading import FREQUENCY_FILE, load_frequency
from dunwell.compliance.frequency.terms import CallFrequency, Words, tokens
from dunwell.compliance.frequency.vectors import KEYS, Result, judge_file
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

ENTRIES = load_frequency("us")
RUNNER = CliRunner()


def written(folder: Path, *vectors: Any) -> Path:
    file = folder / "vectors.json"
    file.write_text(json.dumps({"regulation": "a test", "vectors": list(vectors)}), "utf-8")
    return file


def vector(*events: Any, **told: Any) -> dict[str, Any]:
    return {"id": "V1", "events": list(events), **told}


def call(day: str = "2026-04-01", **told: Any) -> dict[str, Any]:
    return {"type": "call_out", "date": day, "debts": ["x"], "connected": True, "conversation": False, **told}


def told_of(folder: Path, *events: Any, **told: Any) -> Result:
    (result,) = judge_file(written(folder, vector(*events, **told)), entries=ENTRIES)
    return result


def computed(folder: Path, *events: Any, **told: Any) -> dict[str, Any]:
    result = told_of(folder, *events, **told)
    assert result.fault is None, str(result.fault)
    assert result.computed is not None
    return result.computed


# ---- what is printed -------------------------------------------------------------------------------------------------


def test_a_line_holds_the_id_and_all_ten_keys(tmp_path: Path) -> None:
    line = json.loads(told_of(tmp_path, call()).line)
    assert line == {
        "id": "V1",
        "presumption": "compliance",
        "prong": None,
        "earliest_next_call": "2026-04-01",
        "count_in_window": 1,
        "count_by_debt": {"x": 1},
        "conversation_by_debt": {"x": False},
        "rebuttal_factor": False,
        "review_flag": None,
        "excluded_calls": 0,
        "count_last_call": True,
    }
    assert tuple(line) == ("id", *KEYS)


def test_the_command_prints_one_line_for_each_vector_and_ends_well(tmp_path: Path) -> None:
    file = written(tmp_path, vector(call(), expect={"count_in_window": 1}), vector(call(), id="V2"))
    result = RUNNER.invoke(rulebooks.app, ["judge", str(file), "--rulebook", "us"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["V1", "V2"]


def test_a_mismatch_and_a_fault_are_told_apart_from_the_lines_and_end_with_1(tmp_path: Path) -> None:
    wanted = {"count_in_window": 2, "prong": None, "count_last_call": 1, "verdict": "x"}
    file = written(tmp_path, vector(call(), expect=wanted), vector({"type": "call_out"}, id="V2"), vector(call()))
    result = RUNNER.invoke(rulebooks.app, ["judge", str(file)])
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.splitlines() == [
        f"{file}, vector V1: count_in_window: expected 2, got 1",
        f"{file}, vector V1: count_last_call: expected 1, got true",
        f"{file}, vector V1: nothing is computed for verdict; known are {', '.join(KEYS)}",
        f"{file}, vector V2, event no. 1, key date: there is no date -> write a day of the calendar as 2026-04-01",
    ]


def test_a_plain_list_of_vectors_is_one_too(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps([vector(call()), {"events": [call()]}]), "utf-8")
    assert [result.identifier for result in judge_file(file, entries=ENTRIES)] == ["V1", "no. 2"]


def test_what_is_asked_of_a_debt_without_events_is_answered(tmp_path: Path) -> None:
    """Comments 14(b)(4)-2.ii and iii: the other debt has neither a call nor a conversation."""
    asked = {"count_by_debt": {"x": 1, "card": 0}, "conversation_by_debt": {"x": False, "card": False}}
    assert told_of(tmp_path, call(), expect=asked).differences == ()
    assert computed(tmp_path, call(), debts=["card"])["count_by_debt"] == {"card": 0, "x": 1}
    assert computed(tmp_path, call(intended_debts=["x", "card"]))["count_by_debt"] == {"card": 0, "x": 1}
    only = {"count_by_debt": {"x": 1}}
    assert told_of(tmp_path, call(intended_debts=["x", "card"]), expect=only).differences == ()


def test_the_example_of_the_how_to_page_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-rulebook.md").read_text("utf-8")
    file = tmp_path / "vectors.json"
    file.write_text(page.split("```json\n")[1].split("```")[0], "utf-8")
    (result,) = judge_file(file, entries=ENTRIES)
    assert (result.identifier, result.fault, result.differences) == ("F02", None, ())
    assert all(f"`{key}`" in page for key in KEYS)


# ---- how events are read ---------------------------------------------------------------------------------------------


def test_a_ringless_voicemail_counts_and_messages_do_not(tmp_path: Path) -> None:
    ringless = {"type": "ringless_voicemail", "date": "2026-04-02", "debts": ["x"]}
    messages = [{"type": name, "date": "2026-04-02"} for name in ("text_out", "sms_out", "email_out", "email_in")]
    assert computed(tmp_path, call(), ringless, *messages)["count_in_window"] == 2


def test_nobody_wrote_down_whether_it_connected_so_it_did(tmp_path: Path) -> None:
    silent = {key: value for key, value in call().items() if key != "connected"}
    assert computed(tmp_path, silent)["count_in_window"] == 1
    for result in ("busy", "busy_signal", "number_not_in_service"):
        assert computed(tmp_path, {**silent, "result": result})["excluded_calls"] == 1
        assert computed(tmp_path, {**silent, "result": result, "connected": True})["excluded_calls"] == 0
    for result in ("rang_no_answer", "voicemail_no_message", "answered_dropped"):
        assert computed(tmp_path, {**silent, "result": result})["excluded_calls"] == 0


def test_the_consumers_own_call_is_a_conversation_unless_it_is_said_not_to_be(tmp_path: Path) -> None:
    own = {"type": "call_in", "date": "2026-04-01", "debts": ["x"]}
    assert computed(tmp_path, own)["conversation_by_debt"] == {"x": True}
    assert computed(tmp_path, {**own, "conversation": False})["conversation_by_debt"] == {"x": False}


def test_where_no_debt_was_discussed_the_conversation_is_that_of_the_call(tmp_path: Path) -> None:
    """Comment 14(b)(4)-1.ii: it counts for at least one particular debt."""
    general = call(conversation=True, conversation_debts=[])
    assert computed(tmp_path, general)["conversation_by_debt"] == {"x": True}


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        ({}, False),
        ({"until": "2026-04-06"}, False),
        ({"until": "2026-04-05"}, True),
        ({"days": 4}, False),
        ({"days": 3}, True),
        ({"named_day": "2026-04-06"}, False),
        ({"day": ["2026-04-04", "2026-04-06"]}, False),
        ({"days": ["2026-04-04", "2026-04-06"]}, False),
        ({"days": ["2026-04-04"]}, True),
        ({"call_back_on": "2026-04-07"}, True),
        ({"on": "Monday"}, False),
        ({"on": "tuesday"}, True),
        ({"valid_from": "2026-04-06"}, False),
        ({"valid_from": "2026-04-07"}, True),
    ],
)
def test_a_consent_may_be_for_less_than_seven_days(limit: dict[str, Any], counts: bool, tmp_path: Path) -> None:
    """Friday 3 April, «call back on Monday»: the call is on Monday 6 April."""
    consent = {"type": "consent", "date": "2026-04-03", "debts": ["x"], **limit}
    assert computed(tmp_path, consent, call("2026-04-06"))["count_last_call"] is counts


def test_a_weekday_named_on_that_weekday_is_the_next_one(tmp_path: Path) -> None:
    consent = {"type": "consent", "date": "2026-04-03", "debts": ["x"], "on": "friday"}
    assert computed(tmp_path, consent, call("2026-04-03"))["count_last_call"]


def test_what_a_consent_says_that_we_cannot_read_is_noted(tmp_path: Path) -> None:
    consent = {"type": "consent", "date": "2026-04-03", "debts": ["x"], "hours": "evening"}
    (note,) = told_of(tmp_path, consent, call("2026-04-06")).notes
    assert note.endswith("vector V1: event no. 1: the key hours of the consent is not read")


def test_student_loans_under_one_account_number_are_one_debt(tmp_path: Path) -> None:
    """Comment 14(b)(4)-2.vii, in both ways that a vector may name them."""
    loans = {name: {"type": "student_loan", "account": "S-1"} for name in ("s1", "s2", "s3")}
    events = [call(f"2026-04-0{day}", debts=[f"s{day % 3 + 1}"]) for day in range(1, 8)]
    found = computed(tmp_path, *events, debts=loans)
    assert (found["presumption"], found["count_by_debt"]) == ("compliance", {"S-1": 7})
    assert computed(tmp_path, *events, call("2026-04-07", debts=["s1"]), debts=loans)["prong"] == "A"
    talk = call(debts=[{"id": "s1", **loans["s1"]}], conversation=True)
    assert computed(tmp_path, talk, call("2026-04-07", debts=[{"id": "s2", **loans["s2"]}]))["prong"] == "B"
    assert computed(tmp_path, talk, call("2026-04-07", debts=["s2"]))["prong"] is None


def test_events_of_a_day_stand_as_listed_unless_every_one_has_its_time(tmp_path: Path) -> None:
    talk, later = call(conversation=True), call()
    assert computed(tmp_path, later, talk)["presumption"] == "compliance"
    assert computed(tmp_path, talk, later)["prong"] == "B"
    assert computed(tmp_path, {**later, "time": "10:00"}, {**talk, "time": "09:00"})["prong"] == "B"
    assert computed(tmp_path, {**later, "time": "10:00"}, talk)["presumption"] == "compliance"
    assert computed(tmp_path, call("2026-04-08"), {**talk, "date": "2026-04-01"})["earliest_next_call"] == "2026-04-08"


def test_a_history_from_before_the_rule_is_judged_as_an_exercise(tmp_path: Path) -> None:
    """The weekdays of the interpretation are also those of 2020, when the rule was not yet in force."""
    result = told_of(tmp_path, *[call("2020-04-01")] * 8)
    assert result.computed is not None
    assert result.computed["prong"] == "A"
    assert "on 2020-04-01 the rule was not yet in force" in result.notes[0]


# ---- faults ----------------------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Any, str]] = {
    "no event": ({"id": "V1", "events": []}, "key events: there is no list of events -> list at least one event"),
    "no list": ({"id": "V1"}, "key events: there is no list of events"),
    "not a vector": ([1], "is not a vector -> write an object"),
    "not an event": (vector("call"), "event no. 1: is not an event"),
    "an unknown type": (vector({"type": "fax", "date": "2026-04-01"}), "key type: 'fax' is not an event that we know"),
    "a type of another type": (vector({"type": 7, "date": "2026-04-01"}), "key type: 7 is not a text"),
    "no type": (vector({"date": "2026-04-01"}), "None is not an event that we know -> use one of call_out"),
    "no date": (vector(call(), {"type": "email_out"}), "event no. 2, key date: there is no date"),
    "a day that is not": (vector(call("2026-02-30")), "'2026-02-30' is not a date -> write a day of the calendar"),
    "another form of date": (vector(call("20260401")), "'20260401' is not a date"),
    "a date that is a number": (vector(call(date=20260401)), "20260401 is not a date"),
    "a time that is not": (vector(call(time="25:00")), "key time: '25:00' is not a time -> write it as 09:00"),
    "no debts": (vector(call(debts=[])), "key debts: no debt is named -> write at least one"),
    "debts not in a list": (vector(call(debts="x")), "key debts: 'x' is not a list of debts"),
    "a debt without a name": (vector(call(debts=[""])), "key debts: '' is not the name of a debt"),
    "a debt that is a number": (vector(call(debts=[7])), "key debts: 7 is not the name of a debt"),
    "no word of a conversation": (
        vector({"type": "call_out", "date": "2026-04-01", "debts": ["x"]}),
        "key conversation: it is not said whether there was a conversation -> write true",
    ),
    "a conversation over a dead line": (
        vector(call(connected=False, conversation=True)),
        "a call that did not connect has no conversation -> mend connected or conversation",
    ),
    "a flag that is a text": (vector(call(connected="yes")), "key connected: 'yes' is not true or false"),
    "a person that is a number": (vector(call(person=7)), "key person: 7 is not a text"),
    "a consent for nothing": (vector({"type": "consent", "date": "2026-04-01"}), "key debts: no debt is named"),
    "a consent for no days": (
        vector({"type": "consent", "date": "2026-04-01", "debts": ["x"], "days": 0}),
        "key days: 0 is not a number of days",
    ),
    "a consent until nothing": (
        vector({"type": "consent", "date": "2026-04-01", "debts": ["x"], "until": "soon"}),
        "key until: 'soon' is not a date",
    ),
    "a wrong number without one": (
        vector({"type": "number_found_wrong", "date": "2026-04-01"}),
        "key number: it is not said which number was wrong",
    ),
    "a call of the consumer about nothing": (
        vector({"type": "call_in", "date": "2026-04-01"}),
        "a conversation needs its debts",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_vector_event_and_cure_and_the_others_go_on(fault: str, tmp_path: Path) -> None:
    told, said = FAULTS[fault]
    file = written(tmp_path, told, vector(call(), id="V2"))
    broken, well = judge_file(file, entries=ENTRIES)
    assert broken.computed is None
    assert broken.fault is not None
    assert broken.fault.cure
    assert str(broken.fault).startswith(f"{file}, vector {broken.identifier}")
    assert said in str(broken.fault)
    assert (well.fault, well.identifier) == (None, "V2")


def test_an_expectation_that_is_none_is_told(tmp_path: Path) -> None:
    assert (
        told_of(tmp_path, call(), expect="compliance")
        .differences[0]
        .endswith("expect is not an object of keys and values")
    )


def test_files_that_hold_no_vectors_are_told(tmp_path: Path) -> None:
    def judged(text: bytes) -> list[Result]:
        file = tmp_path / "f.json"
        file.write_bytes(text)
        return list(judge_file(file, entries=ENTRIES))

    for text, said in (
        (b"[", "line 1"),
        (b"{}", "there is no list of vectors"),
        (b"7", "there is no list of vectors"),
        (b"\xff", "not UTF-8"),
    ):
        with pytest.raises(DunwellError, match=said):
            judged(text)
    with pytest.raises(DunwellError, match="it cannot be read"):
        list(judge_file(tmp_path / "absent.json", entries=ENTRIES))
    assert judged(b"[]") == []


# ---- the entries -----------------------------------------------------------------------------------------------------

SHIPPED = RULEBOOKS / "us" / "regulation_f" / FREQUENCY_FILE


def entries_of(folder: Path, *changes: dict[str, Any]) -> tuple[CallFrequency, ...]:
    entry = yaml.safe_load(SHIPPED.read_text("utf-8"))["entries"][0]
    (folder / "xx" / "topic").mkdir(parents=True, exist_ok=True)
    told = {"about": {}, "entries": [{**entry, **change} for change in changes]}
    (folder / "xx" / "topic" / FREQUENCY_FILE).write_text(yaml.safe_dump(told), "utf-8")
    return load_frequency("xx", root=folder)


def test_a_past_call_is_judged_by_the_entry_of_its_day(tmp_path: Path) -> None:
    entries = entries_of(
        tmp_path,
        {"valid_from": date(2026, 4, 5), "most": 3},
        {"valid_until": date(2026, 4, 5)},
    )
    four = [call(f"2026-04-0{day}") for day in (1, 2, 3, 4)]
    (before,) = judge_file(written(tmp_path, vector(*four)), entries=entries)
    (after,) = judge_file(written(tmp_path, vector(*four[1:], call("2026-04-05"))), entries=entries)
    assert before.computed is not None
    assert after.computed is not None
    assert (before.computed["prong"], after.computed["prong"]) == (None, "A")


def test_entries_that_overlap_or_end_are_told(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"two entries are valid from 2026-04-05 on.*end the earlier entry"):
        entries_of(tmp_path, {}, {"valid_from": date(2026, 4, 5)})
    ended = entries_of(tmp_path, {"valid_until": date(2026, 4, 5)})
    (result,) = judge_file(written(tmp_path, vector(call("2026-04-05"))), entries=ended)
    assert "no entry on the frequency of calls is valid on 2026-04-05" in str(result.fault)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"most": 0}, "entry no. 1, key most"),
        ({"day_one": "tomorrow"}, "key day_one"),
        ({"colour": "red"}, "key colour"),
        ({"valid_from": "2026-01-01"}, "write a date as"),
        ({"factors": []}, "key factors"),
        ({"people_left_out": {"phrases": ["-friend"]}}, "a phrase needs a word that must be there"),
    ],
)
def test_a_broken_entry_is_told(changed: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=said):
        entries_of(tmp_path, changed)


def test_a_rulebook_without_call_frequency_is_told_with_those_that_have_one(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"no files call_frequency\.yaml in it.*us/regulation_f"):
        load_frequency("cn")
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / FREQUENCY_FILE).write_text("entries: {}\n", "utf-8")
    with pytest.raises(RulebookError, match="it must hold the keys about and entries"):
        load_frequency("xx", root=tmp_path)


def test_words_are_found_by_their_beginning_and_not_where_they_are_barred() -> None:
    words = Words(phrases=("offer -court", "late fee"))
    assert words.fit("special-offers, today")
    assert words.fit("fee_for_being_late")
    assert not words.fit("court_offer")
    assert not words.fit("late")
    assert tokens("Reg.X 1024.39(a)") == ["reg", "x", "1024", "39", "a"]
