"""`dunwell rules` from a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunwell.cli import rulebooks
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebooks.console, "width", 200)


def said(*words: str) -> str:
    result = RUNNER.invoke(rulebooks.app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_names_every_rule_by_layer() -> None:
    text = said("list")
    for word in ("cn/general", "CN-T1", "company/default", "G1-cap", "S2", "from 2025-02-28"):
        assert word in text
    assert text.count("CN-F2") == 2


def test_list_leaves_out_what_is_not_in_force_unless_asked_for() -> None:
    assert "US-F1" not in said("list")
    text = said("list", "--all", "--on", "2026-03-10")
    assert "us/regulation_f" in text
    assert "US-F1" in text
    assert "US-C7" not in text


def test_list_of_a_day_leaves_out_what_is_not_in_force() -> None:
    text = said("list", "--on", "2020-06-01", "--lang", "zh")
    assert "CN-T1" not in text
    assert "仅可在客户当地时间08:00至22:00联系" in text


def test_show_tells_every_entry_with_its_source() -> None:
    text = said("show", "CN-F2")
    assert text.count("CN-F2") == 2
    assert "中国互联网金融协会" in text
    assert "GB/T 45251-2025" in text
    assert "two or more secondary sources agree" in text


def test_show_tells_whom_a_rule_binds_in_force_or_not() -> None:
    assert "binds      customers in US-MA" in said("show", "US-C6")
    assert "binds      every customer" in said("show", "CN-T1")
    assert "binds      customers of consumer_credit" in said("show", "CN-X13")


def test_show_in_chinese() -> None:
    text = said("show", "CN-T1", "--lang", "zh")
    assert "双方未另行约定的" in text
    assert "a consent for contact_at_night" in text


def test_show_of_a_rule_nobody_knows_is_an_error_for_people() -> None:
    with pytest.raises(DunwellError, match="there is no rule X-1"):
        said("show", "X-1")


def test_the_shipped_cases_come_true() -> None:
    assert "cases, 0 failed" in said("test")


def test_a_case_that_fails_is_named_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "about: {en: t}\nrules:\n  - {id: T-1, kind: reachable, parameters: {}, valid_from: 2026-01-01, source: test,"
        " certainty: D, enforcement: block, en: It can be reached., zh: 客户可触达。}\n",
        "utf-8",
    )
    (tmp_path / "cases.yaml").write_text(
        "given: {}\ncontact: {creditor: a, channel: sms}\n"
        "cases:\n  - {name: Nobody there, on: 2026-03-10, expect: {verdict: allow}}\n",
        "utf-8",
    )
    result = RUNNER.invoke(rulebooks.app, ["test", "--rulebooks", str(tmp_path)])
    assert result.exit_code == 1
    assert "case «Nobody there»: verdict: expected allow, got refuse" in result.output
    assert "1 cases, 1 failed" in result.output


def test_a_folder_without_cases_is_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=r"there are no cases -> write cases\.yaml"):
        said("test", "--rulebooks", str(tmp_path))


def test_a_folder_without_rulebooks_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"no rules\.yaml in it"):
        said("list", "--rulebooks", str(tmp_path))


# ---- check -----------------------------------------------------------------------------------------------------------

RULE = """  - {id: %s, kind: reachable, parameters: {}, valid_from: %s, source: test, certainty: D, enforcement: block,
     en: "%s", zh: "%s"}
"""
CASE = "  - {name: %s, on: 2026-03-10, given: {reachable: {sms: %s}}, expect: {verdict: %s, refused: [%s]}}\n"
SILENT = CASE % ("It can be reached", "true", "allow", "")
SPEAKS = CASE % ("It cannot", "false", "refuse", "T-1")


def folder_of(folder: Path, *rules: tuple[str, str, str, str], cases: str = SILENT + SPEAKS) -> Path:
    own = folder / "xx" / "test"
    own.mkdir(parents=True, exist_ok=True)
    told = "".join(RULE % rule for rule in rules)
    (own / "rules.yaml").write_text(f"about: {{en: t}}\nrules:\n{told}", "utf-8")
    (own / "cases.yaml").write_text(f"given: {{}}\ncontact: {{creditor: a, channel: sms}}\ncases:\n{cases}", "utf-8")
    return folder


WELL = ("T-1", "2026-01-01", "It can be reached.", "客户可触达。")


def checked(folder: Path) -> str:
    result = RUNNER.invoke(rulebooks.app, ["check", "--rulebooks", str(folder)])
    assert result.exit_code == (0 if result.output.endswith(" 0 faults\n") else 1), result.output
    return result.output


def test_check_finds_the_shipped_rulebooks_sound() -> None:
    assert "cases, 0 faults" in said("check")


def test_check_finds_a_small_rulebook_sound(tmp_path: Path) -> None:
    assert checked(folder_of(tmp_path, WELL)) == "1 rules, 2 cases, 0 faults\n"


FAULTS = {
    "a case that fails": (
        [WELL],
        SILENT + SPEAKS + CASE % ("It is lost", "false", "allow", "T-1"),
        "case «It is lost»: verdict: expected allow, got refuse -> mend the rule or what the case expects",
    ),
    "a rule that no case shows": ([WELL], SILENT, "rule T-1: no case beside it shows the entry of 2026-01-01 at work"),
    "a rule that always speaks": ([WELL], SPEAKS, "rule T-1: it speaks in every case -> add a case in which"),
    "an entry that no case shows": (
        [("T-1", "2026-01-01, valid_until: 2026-02-01", WELL[2], WELL[3]), ("T-1", "2026-02-01", WELL[2], WELL[3])],
        SILENT + SPEAKS,
        "no case beside it shows the entry of 2026-01-01 at work",
    ),
    "a sentence not translated": (
        [("T-1", "2026-01-01", "It can be reached.", "It can be reached.")],
        SILENT + SPEAKS,
        "rule T-1, key zh: the sentence is not in its language -> translate it",
    ),
    "a sentence in Chinese": (
        [("T-1", "2026-01-01", "客户可触达，方可联系。", "客户可触达。")],
        SILENT + SPEAKS,
        "key en: the sentence is not in its language",
    ),
    "entries that overlap": ([WELL, ("T-1", "2026-02-01", WELL[2], WELL[3])], SILENT + SPEAKS, "key valid_from"),
    "a file that cannot be read": ([WELL], "  - [\n", "mend the YAML"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_tells_what_is_wrong_and_ends_with_1(fault: str, tmp_path: Path) -> None:
    rules, cases, told = FAULTS[fault]
    text = checked(folder_of(tmp_path, *rules, cases=cases))
    assert told in text
    assert "1 faults" in text


def test_check_reads_the_house_and_the_frequencies_too(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, WELL)
    (folder / "house.yaml").write_text("in_force: [yy/none]\n", "utf-8")
    assert "there is no rulebook 'yy/none'" in checked(folder)
    (folder / "house.yaml").unlink()
    (folder / "xx" / "test" / "call_frequency.yaml").write_text("entries: []\n", "utf-8")
    assert "it must hold the keys about and entries" in checked(folder)


# ---- diff ------------------------------------------------------------------------------------------------------------


def test_diff_of_two_days_tells_what_came_into_force() -> None:
    text = said("diff", "2026-01-29", "2026-01-30", "--lang", "zh")
    assert "+ CN-T2 cn/general, from 2026-01-30: 未经债务人同意" in text
    assert "+ CN-F3" in text
    assert "+ CN-I4" in text
    assert "+ CN-I2-1 cn/general, from 2026-01-30: 不得冒充国家机关" in text
    assert text.endswith("11 changes\n")
    assert said("diff", "2026-03-10", "2026-03-11") == "0 changes\n"


def test_diff_of_two_days_tells_an_entry_that_follows_another_by_what_it_demands() -> None:
    text = said("diff", "2025-02-27", "2025-02-28")
    assert "~ CN-F2 cn/general" in text
    assert "source «中国互联网金融协会" in text
    assert "valid_from" not in text


def test_diff_of_a_later_day_with_an_earlier_one_tells_what_is_gone() -> None:
    assert "- CN-T2" in said("diff", "2026-01-30", "2026-01-29")


def test_diff_of_two_folders_compares_entry_by_entry(tmp_path: Path) -> None:
    old, new = (tmp_path / name for name in ("old", "new"))
    for folder in (old, new):
        shutil.copytree(rulebooks.RULEBOOKS, folder)
    assert said("diff", str(old), str(new)) == "0 changes\n"
    rules = new / "us" / "new_york_city" / "rules.yaml"
    text = rules.read_text("utf-8").replace("most: 3, days: 7", "most: 2, days: 7")
    text = text.replace("id: US-C7-consent", "id: US-C7-agreed").replace(
        "channels: [sms, app_push, email", "channels: [sms"
    )
    rules.write_text(text, "utf-8")
    frequency = new / "us" / "regulation_f" / "call_frequency.yaml"
    frequency.write_text(frequency.read_text("utf-8").replace("most: 7", "most: 6"), "utf-8")
    lines = said("diff", str(old), str(new)).splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "- US-C7-consent us/new_york_city",
        "~ US-C7 us/new_york_city",
        "    most 3 -> 2",
        "+ US-C7-agreed us/new_york_city",
        "~ us/regulation_f/call_frequency.yaml",
        "4 changes",
    ]


def test_diff_tells_everything_that_a_rule_says(tmp_path: Path) -> None:
    old = folder_of(tmp_path / "old", WELL)
    new = folder_of(
        tmp_path / "new", ("T-1", "2026-01-01, valid_until: 2027-01-01, channels: [sms]", WELL[2], "可触达。")
    )
    file = new / "xx" / "test" / "rules.yaml"
    told = file.read_text("utf-8").replace("enforcement: block", "unless: {consent: [x]}, enforcement: warn")
    file.write_text(told.replace("rules:", "applies: {product_lines: [mobile]}\nrules:"), "utf-8")
    lines = [line.strip() for line in said("diff", str(old), str(new)).splitlines()]
    assert "channels sms, app_push, email, voice, social, letter, visit -> sms" in lines
    assert "valid_until none -> 2027-01-01" in lines
    assert "enforcement block -> warn" in lines
    assert "unless none -> consent x" in lines
    assert "applies none -> product_lines mobile" in lines
    assert "zh «客户可触达。» -> «可触达。»" in lines


def test_diff_of_a_day_with_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="a day cannot be compared with a folder -> give two days, or two folders"):
        said("diff", "2026-01-01", str(tmp_path))
