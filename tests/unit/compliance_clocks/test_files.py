"""The law as files: it loads, its cases come true, and every fault is told with its place and cure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dunwell.compliance.clocks import page
from dunwell.compliance.clocks.cases import check, differences, read_cases
from dunwell.compliance.clocks.documents import Question, answer, read_questions
from dunwell.compliance.clocks.reading import files, limitation_law, read_law
from dunwell.compliance.rulebook.reading import RULEBOOKS, load_library
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

CASES = read_cases()
LAW = RULEBOOKS / "cn/clocks/limitation.yaml"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.question.place}: {case.question.id}")
def test_the_case_comes_true(case) -> None:  # type: ignore[no-untyped-def]
    assert [str(fault) for fault in differences(case)] == []


def test_all_that_is_shipped_is_sound() -> None:
    checked = check()
    assert checked.faults == ()
    assert checked.cases == len(CASES) >= 80
    assert checked.laws == len(files()) >= 10


def test_every_rule_that_was_read_stands_in_the_data() -> None:
    """The ids of regulations 1.4, 1.7, 1.8, 1.9 X14, 1.10 C1 and C3, and of Regulation F."""
    told = {rule.id for file in files() for entry in read_law(file).entries for rule in entry.rules}
    wanted = (
        {f"CN-L{n}" for n in range(1, 12)} | {f"CN-G{n}" for n in range(1, 10)} | {f"CN-R{n}" for n in range(1, 10)}
    )
    assert wanted | {"CN-X14", "CN-C1", "CN-C3", "US-V1", "US-V2", "US-B2", "US-R1"} <= told


def test_the_rulebooks_do_not_read_the_clocks_as_theirs() -> None:
    assert not [rule for rule in load_library().rules if rule.id.startswith("CN-L")]


def spoiled(tmp_path: Path, change: Callable[[str], str]) -> Path:
    root = tmp_path / "rulebooks"
    shutil.copytree(RULEBOOKS / "cn/clocks", root / "cn/clocks")
    file = root / "cn/clocks/limitation.yaml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("clock: limitation", "clock: limits", "is not a clock"),
        ("years: 3\n", "years: three\n", "years"),
        ("absolute_years: 20", "absolute_year: 20", "absolute_year"),
        ("period: CN-L1", "period: CN-L99", "CN-L99"),
        ("payment: {rule: CN-L6}", "payments: {rule: CN-L6}", "these events do not exist: payments"),
        ("country: CN,", "country: China,", "country"),
        ("valid_until: 2021-01-01", "valid_until: 2017-10-01", "valid_until is not after valid_from"),
        ("    valid_until: 2021-01-01\n", "", "has not ended"),
        ("about:", "note: x\nabout:", "must hold the keys"),
        (
            "zh: 诉讼时效期间三年，自权利人知道或应当知道之日起计算；最长二十年。",
            "zh: three years from then",
            "not in its language",
        ),
        ("certainty: M", "certainty: X", "certainty"),
        ("  - valid_from: 2021-01-01", "  - {}\n  - valid_from: 2021-01-01", "entry no. 2"),
    ],
)
def test_a_fault_is_told_with_its_file(old: str, new: str, said: str, tmp_path: Path) -> None:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    faults = [str(fault) for fault in check(spoiled(tmp_path, change)).faults]
    assert faults, "nothing was found"
    assert any(said in fault and "limitation.yaml" in fault and " -> " in fault for fault in faults), faults


def test_a_case_that_does_not_come_true_says_what_came_instead(tmp_path: Path) -> None:
    root = spoiled(tmp_path, lambda text: text.replace("years: 3", "years: 4"))
    faults = [str(fault) for fault in check(root).faults]
    assert any("expires_on: expected 2026-03-10, got 2027-03-10" in fault for fault in faults)


def test_a_law_without_cases_is_a_fault(tmp_path: Path) -> None:
    root = spoiled(tmp_path, lambda text: text)
    (root / "cn/clocks/demands_cases.yaml").unlink()
    assert ["no case tries it" in str(fault) for fault in check(root).faults] == [True]


def test_a_place_nobody_wrote_down_is_refused_with_those_there_are() -> None:
    with pytest.raises(DunwellError, match="use one of cn, uk"):
        limitation_law("fr")
    with pytest.raises(DunwellError, match="no clocks in it"):
        files(RULEBOOKS / "kr")


def question(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "clocks.json"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1"),
        ("[]", "key clocks"),
        ('{"clocks": 3}', "key clocks"),
        ('{"clocks": [{"id": "A", "clock": "limits", "on": "2026-01-01", "given": {}}]}', "clock no. 1, key clock"),
        ('{"clocks": [{"id": "A", "clock": "limitation", "on": "soon", "given": {}}]}', "key on"),
        ('{"clocks": [{"id": "A", "clock": "limitation", "given": {}}]}', "key on"),
    ],
)
def test_a_file_that_asks_nothing_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=said):
        list(read_questions(question(tmp_path, text)))


def test_a_key_that_does_not_exist_is_refused() -> None:
    asked = Question(id="A", clock="limitation", on=date(2026, 1, 1), given={"due": ["2023-03-10"], "dues": []})
    with pytest.raises(DunwellError, match=r"clock A, key given\.dues"):
        answer(asked)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="no such file"):
        list(read_questions(tmp_path / "none.json"))
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    with pytest.raises(DunwellError, match="not UTF-8"):
        list(read_questions(tmp_path / "bytes.json"))


def test_answers_are_plain_json() -> None:
    for case in CASES:
        for one in answer(case.question):
            assert json.loads(json.dumps(one, ensure_ascii=False)) == one
            assert isinstance(one["certain"], bool)
            assert one["reasons"] or one["clock"] == "retention"


def test_the_page_shows_every_rule_in_both_languages_with_its_source() -> None:
    text = page.markdown()
    assert (ROOT / page.PAGE).read_text(encoding="utf-8") == text
    for file in files():
        for entry in read_law(file).entries:
            for rule in entry.rules:
                assert f"| {rule.id} | {rule.en} | {rule.zh} | {rule.certainty} | {rule.source} |" in text
    prose = " ".join(text.split())
    assert "demand CN-L5 if it arrived" in prose
    assert "CN-R1: contact + recording + letter of credit_card, at least 24 months from last_action" in prose
