"""`dunwell scripts` from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from dunwell.cli import scripts
from dunwell.compliance.content.scripts import read_scripts
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner()
DEMAND = "您好，王先生，这里是善收电信。您的账户逾期120元，请于6月20日前通过APP支付，否则可能产生滞纳金。"
CALL = "Agent: Am I speaking with Mr Smith?\nCustomer: Yes.\nAgent: You owe USD 120, please pay by 20 June."


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts.console, "width", 200)


def run(*words: str) -> tuple[int, str]:
    result = RUNNER.invoke(scripts.app, list(words), catch_exceptions=False)
    return result.exit_code, result.output


def written(folder: Path, text: str, name: str = "text.txt") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_check_shows_every_script_with_its_elements() -> None:
    code, text = run("check")
    assert code == 0
    assert f"{len(read_scripts())} scripts, 0 findings" in text
    assert "steps/identity_check" in text
    assert "consequence" in text


def test_check_tells_what_is_wrong_in_either_language(tmp_path: Path) -> None:
    told = {"name": {"en": "A", "zh": "一"}, "en": "Pay, {name}.", "zh": "请还款，{name}。"}
    file = written(tmp_path, yaml.safe_dump(told), "a.yaml")
    code, text = run("check", file)
    assert code == 1
    assert "amount owed is missing: name the amount with its currency" in text
    assert f"{file}, zh, template, G3" in text
    assert "缺少欠款金额" in run("check", file, "--lang", "zh")[1]


def test_a_good_message_passes_and_may_be_a_demand(tmp_path: Path) -> None:
    file = written(tmp_path, DEMAND)
    code, text = run("judge", file)
    assert (code, "demand for_a_person" in text) == (0, True)
    assert "demand proved" in run("judge", file, "--arrived")[1]
    assert "demand not_proved" in run("judge", file, "--not-arrived")[1]


def test_a_bad_message_is_told_by_rule(tmp_path: Path) -> None:
    code, text = run("judge", written(tmp_path, DEMAND + "否则就等着坐牢。"), "--lang", "zh")
    assert code == 1
    assert "CN-I2-3" in text
    assert "禁用“坐牢”" in text


def test_a_message_is_judged_by_its_script(tmp_path: Path) -> None:
    file = written(tmp_path, "您好，请问是王先生本人吗？我是善收电信的小李。")
    assert run("judge", file)[0] == 1
    assert run("judge", file, "--script", "steps/identity_check", "--channel", "voice")[0] == 0


def test_a_recording_is_judged_by_its_three_elements(tmp_path: Path) -> None:
    code, text = run("judge", written(tmp_path, CALL), "--as", "recording")
    assert code == 0
    assert "identity yes, debt yes, deadline yes, counts yes, demand proved" in text
    code, text = run("judge", written(tmp_path, CALL.replace(" by 20 June", "")), "--as", "recording")
    assert (code, "no deadline was given" in text) == (1, True)
    code, text = run("judge", written(tmp_path, CALL + "\nCustomer: You bastard."), "--as", "recording")
    assert code == 0
    code, text = run("judge", written(tmp_path, CALL + "\nAgent: You bastard."), "--as", "recording")
    assert (code, "G6" in text) == (1, True)


def test_a_debt_told_too_early_is_a_finding(tmp_path: Path) -> None:
    text = CALL.replace("Mr Smith?", "Mr Smith? You owe us money.")
    code, said = run("judge", written(tmp_path, text), "--as", "recording")
    assert (code, "before it was confirmed who listens" in said) == (1, True)


def test_json_lines_go_in_and_out(tmp_path: Path) -> None:
    lines = [{"id": "one", "text": DEMAND}, {"text": "还钱！"}]
    file = written(tmp_path, "\n".join(json.dumps(line) for line in lines), "many.jsonl")
    code, text = run("judge", file, "--json")
    assert code == 1
    first, second = (json.loads(line) for line in text.splitlines())
    assert (first["id"], first["as"], first["findings"], first["identity"]) == ("one", "message", [], True)
    assert second["id"].endswith("line 2")
    assert {finding["rule"] for finding in second["findings"]} == {"CN-I1", "G3"}
    assert set(second["findings"][0]) == {"rule", "en", "zh"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "{", "not JSON"),
        ("a.jsonl", "[]", "it holds no text"),
        ("a.jsonl", '{"text": 1}', "it holds no text"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=said):
        run("judge", written(tmp_path, text, name))


def test_absent_and_foreign_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="there is no such file"):
        run("judge", str(tmp_path / "none.txt"))
    (tmp_path / "b.txt").write_bytes(b"\xff")
    with pytest.raises(DunwellError, match="not UTF-8"):
        run("judge", str(tmp_path / "b.txt"))
    (tmp_path / "c.txt").write_bytes(b"a" * 1_000_001)
    with pytest.raises(DunwellError, match="too large"):
        run("judge", str(tmp_path / "c.txt"))
