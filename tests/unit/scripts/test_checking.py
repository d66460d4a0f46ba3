"""Every script is checked as a template and filled in; what is wrong is told with its language and its cure."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from dunwell.cli.scripts import _uses, _uses_of
from dunwell.compliance.content.scripts import (
    ANYWHERE,
    SAMPLES,
    SCRIPTS,
    Fault,
    Script,
    check_message,
    check_script,
    read_scripts,
    render,
)
from dunwell.compliance.rulebook.reading import RULEBOOKS, load
from dunwell.facts.errors import DunwellError

DAY = date(2026, 3, 10)
BOOK = load()
ALL = read_scripts()
USES = _uses()
GOOD = Script(
    "reminder",
    {"en": "Reminder", "zh": "提醒"},
    {
        "en": "Hello {name}, this is {creditor}. {amount} is overdue on {account}. Pay at {pay_link} by {deadline}; "
        "otherwise a late fee may apply.",
        "zh": "您好，{name}，这里是{creditor}。您的账户{account}逾期{amount}，请于{deadline}前通过{pay_link}支付，"
        "否则可能产生滞纳金。",
    },
    "reminder.yaml",
)


def changed(*, en: tuple[str, str] = ("", ""), zh: tuple[str, str] = ("", ""), name: str = "reminder") -> Script:
    texts = {"en": GOOD.texts["en"].replace(*en, 1), "zh": GOOD.texts["zh"].replace(*zh, 1)}
    return Script(name, GOOD.title, texts, GOOD.place)


def faults(script: Script) -> list[Fault]:
    return check_script(script, rulebook=BOOK, uses=ANYWHERE, on=DAY)


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.name)
def test_every_script_of_the_house_may_be_used(script: Script) -> None:
    assert check_script(script, rulebook=BOOK, uses=_uses_of(script, uses=USES), on=DAY) == []
    assert faults(script) == []


def test_there_are_scripts_for_every_step_of_a_call() -> None:
    names = {script.name for script in ALL}
    assert {"steps/identity_check", "steps/robot_opening", "steps/voicemail", "reminder"} <= names
    assert len(names) == len(ALL) >= 24


def test_the_voicemail_is_limited_content_by_regulation_f() -> None:
    book = load((RULEBOOKS / "us" / "regulation_f",))
    (script,) = read_scripts(SCRIPTS / "steps" / "voicemail.yaml")
    assert script.name == "steps/voicemail"
    assert check_script(script, rulebook=book, uses=[("voice", "human")], on=DAY) == []
    told = {**script.texts, "en": script.texts["en"] + " It is about your account."}
    spoilt = Script(script.name, script.title, told, script.place)
    assert {fault.rule for fault in check_script(spoilt, rulebook=book, uses=[("voice", "human")], on=DAY)} == {"US-M1"}


def test_a_good_script_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("script", "language", "said"),
    [
        (changed(en=("{name}", "you"), zh=("{name}", "您")), "en", "whom it is for"),
        (changed(en=("{name}", "you"), zh=("{name}", "您")), "zh", "whom it is for"),
        (changed(en=("{amount}", "Money"), zh=("{amount}", "若干")), "zh", "amount owed is missing"),
        (changed(en=(" by {deadline}", ""), zh=("{deadline}前", "近期")), "en", "how and when to pay (until when)"),
        (changed(en=("at {pay_link}", "us"), zh=("通过{pay_link}", "")), "zh", "how and when to pay (how to pay)"),
        (changed(en=("otherwise a late fee may apply", "thank you")), "en", "the consequence is missing"),
        (changed(zh=("否则可能产生滞纳金", "否则后果自负")), "zh", "«后果自负» is forbidden"),
        (changed(en=("a late fee may apply", "you go to jail")), "en", "«go to jail» is forbidden"),
        (
            changed(en=("{account}", "{account} {nickname}"), zh=("{account}", "{nickname}")),
            "en",
            "{nickname} is no place",
        ),
        (changed(en=("{account}", "{due_on}")), "en", "stands in one language only"),
        (changed(zh=(GOOD.texts["zh"], GOOD.texts["en"])), "zh", "not in its language"),
    ],
)
def test_what_is_wrong_is_told_in_its_language(script: Script, language: str, said: str) -> None:
    assert [fault for fault in faults(script) if fault.language == language and said in fault.en], faults(script)


def test_a_greeting_without_words_is_found_only_when_it_is_filled_in() -> None:
    told = faults(changed(en=("Hello {name}, this is {creditor}.", "{name}, {creditor}:")))
    assert {(fault.form, fault.rule) for fault in told} == {("rendered", "CN-I1"), ("rendered", "G3")}


def test_a_script_of_help_needs_help_and_an_opening_no_debt() -> None:
    assert {fault.rule for fault in faults(changed(name="care"))} == {"G3-help"}
    told = faults(changed(name="steps/identity_check"))
    assert {fault.rule for fault in told} == {"G3-opening"}
    assert any("the debt must not stand here" in fault.en for fault in told)


def test_a_fault_is_told_once_though_many_uses_have_it() -> None:
    told = faults(changed(en=("a late fee may apply", "you go to jail")))
    assert len(told) == len(set(told)) == 2


def test_rendering_fills_what_it_knows_and_leaves_the_rest_open() -> None:
    assert render("{name}: {amount} {x}", values={"name": "王", "amount": "1元"}) == "王: 1元 {x}"
    assert set(SAMPLES["en"]) == set(SAMPLES["zh"])


def test_a_finished_message_is_judged_as_the_gate_would() -> None:
    text = render(GOOD.texts["zh"], values=SAMPLES["zh"])
    assert check_message(text, rulebook=BOOK, use=("sms", "robot"), on=DAY) == []
    (one, *_) = check_message(GOOD.texts["zh"], rulebook=BOOK, use=("sms", "robot"), on=DAY)
    assert "was not filled in" in one.en
    assert {f.rule for f in check_message(text + "否则坐牢。", rulebook=BOOK, use=("sms", "robot"), on=DAY)} == {
        "CN-I2-3",
        "G6-words",
    }


# ---- broken files ----------------------------------------------------------------------------------------------------

FILE = {"name": {"en": "A", "zh": "一"}, "en": "Hello", "zh": "您好"}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {**FILE, "fr": "Bonjour"},
        {**FILE, "zh": ""},
        {**FILE, "en": None},
        {**FILE, "name": "A"},
        {**FILE, "name": {"en": "A"}},
        {key: text for key, text in FILE.items() if key != "en"},
        ["a"],
    ],
)
def test_a_file_that_is_no_script_is_told(told: object, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    with pytest.raises(DunwellError, match="name, en and zh") as caught:
        read_scripts(tmp_path)
    assert str(tmp_path / "a.yaml") in str(caught.value)


def test_unreadable_and_absent_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="there is no script in it"):
        read_scripts(tmp_path)
    with pytest.raises(DunwellError, match="there is no such script"):
        read_scripts(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").write_bytes(b"name: \xff")
    with pytest.raises(DunwellError, match="UTF-8"):
        read_scripts(tmp_path / "c.yaml")


def test_a_folder_of_ones_own_is_named_from_itself(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "a.yaml").write_text(yaml.safe_dump(FILE), encoding="utf-8")
    assert [script.name for script in read_scripts(tmp_path)] == ["steps/a"]
