"""The register of risks: sound, in both languages, reviewed every month, drawn as a matrix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dunwell.compliance import risks
from dunwell.compliance.risks import RISKS, faults, markdown, read_register, worst_first
from dunwell.facts.errors import DunwellError

REGISTER = read_register()
REVIEWED = max(risk.reviewed_on for risk in REGISTER.risks)


def test_the_register_is_sound_on_the_day_of_its_last_review() -> None:
    assert [str(fault) for fault in faults(REGISTER, on=REVIEWED, place="risks")] == []
    assert len(REGISTER.risks) >= 15


def test_each_risk_has_two_factors_measures_and_an_owner() -> None:
    for risk in REGISTER.risks:
        assert risk.score == risk.probability * risk.impact
        assert risk.measures
        assert risk.owner


def test_a_review_is_overdue_the_day_after_it_was_due() -> None:
    risk = REGISTER.risks[0].model_copy(update={"reviewed_on": date(2026, 1, 31)})
    assert risk.next_review(months=1) == date(2026, 2, 28)
    assert not risk.overdue(on=date(2026, 2, 28), months=1)
    assert risk.overdue(on=date(2026, 3, 1), months=1)
    assert not risk.model_copy(update={"status": "closed"}).overdue(on=date(2026, 3, 1), months=1)


def test_an_overdue_review_names_the_owner_and_the_cure() -> None:
    found = [str(fault) for fault in faults(REGISTER, on=date(2030, 1, 1), place="risks.yaml")]
    assert len(found) == len(REGISTER.risks)
    assert "risks.yaml, risk R01: its review was due on 2026-12-20 -> head of compliance looks at it again" in found[0]


def test_a_review_dated_ahead_is_a_fault() -> None:
    found = [str(fault) for fault in faults(REGISTER, on=date(2026, 1, 1), place="risks.yaml")]
    assert all("after 2026-01-01" in fault for fault in found)
    assert found


@pytest.mark.parametrize(
    ("score", "level"), [(1, "low"), (7, "low"), (8, "medium"), (14, "medium"), (15, "high"), (25, "high")]
)
def test_levels_begin_where_the_register_says(score: int, level: str) -> None:
    assert REGISTER.level(score) == level


def test_the_worst_come_first_and_the_closed_last() -> None:
    closed = REGISTER.risks[0].model_copy(update={"status": "closed", "probability": 5, "impact": 5})
    register = REGISTER.model_copy(update={"risks": (closed, *REGISTER.risks[1:])})
    order = worst_first(register)
    assert order[-1] is closed
    assert [risk.score for risk in order[:-1]] == sorted((risk.score for risk in order[:-1]), reverse=True)
    assert closed not in [risk for cell in register.cells().values() for risk in cell]


def changed(tmp_path: Path, change: Callable[[str], str]) -> Path:
    file = tmp_path / "risks.yaml"
    file.write_text(change(RISKS.read_text(encoding="utf-8")), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("probability: 3", "probability: 6", "probability"),
        ("impact: 5", "impact: 0", "impact"),
        ("- id: R02", "- id: R01", "R01 stands there twice"),
        ("status: open", "status: new", "status"),
        ("    owner: head of compliance\n", "", "owner"),
        ("high: 15", "high: 8", "medium begins below high"),
        ("reviewed_on: 2026-11-20", "reviewed_on: soon", "reviewed_on"),
        ("review_months: 1", "review_months: 0", "review_months"),
    ],
)
def test_a_fault_names_the_file_the_key_and_the_cure(old: str, new: str, said: str, tmp_path: Path) -> None:
    file = changed(tmp_path, lambda text: text.replace(old, new, 1))
    with pytest.raises(DunwellError, match=said) as told:
        read_register(file)
    assert "risks.yaml" in str(told.value)
    assert told.value.cure


def test_a_sentence_in_the_wrong_language_is_a_fault(tmp_path: Path) -> None:
    chinese = REGISTER.risks[0].zh
    file = changed(tmp_path, lambda text: text.replace(chinese, "not in Chinese", 1))
    found = [str(fault) for fault in faults(read_register(file), on=REVIEWED, place="risks")]
    assert found == ["risks, risk R01: a sentence is not in its language -> translate it"]


def test_the_page_holds_the_matrix_and_every_risk() -> None:
    text = markdown()
    assert text.count("\n| ") >= 6
    for risk in REGISTER.risks:
        assert f"[{risk.id}](#{risk.id.lower()})" in text
        assert risk.en in text
        assert risk.zh in text
        for measure in risk.measures:
            assert f"- {measure.en}\n  {measure.zh}\n" in text
    assert (risks.ROOT / risks.PAGE).read_text(encoding="utf-8") == text
