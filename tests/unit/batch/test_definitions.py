"""The definitions of a run: copied whole, and refused where the plan would lack an answer."""

import shutil
from pathlib import Path

import pytest

from dunwell.batch import cycle, definitions
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    definitions.keep(tmp_path / "kept")
    return tmp_path / "kept"


def test_a_copy_is_the_same_strategy(kept: Path) -> None:
    ours, copied = definitions.load(), definitions.load(kept)
    assert copied.versions == ours.versions
    assert (copied.segment, copied.vocabulary) == (ours.segment, ours.vocabulary)


def test_another_word_is_another_version(kept: Path) -> None:
    words = kept / "strategies/words.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("en: evasion", "en: escape"), encoding="utf-8")
    assert definitions.load(kept).versions["strategy"] != definitions.load().versions["strategy"]


@pytest.mark.parametrize("decision", definitions.NEEDED)
def test_a_strategy_that_lacks_an_answer_is_refused_with_the_cure(kept: Path, decision: str) -> None:
    table = kept / "strategies/segment/segment.dmn"
    text = table.read_text(encoding="utf-8")
    text = text.replace(f'name="{decision}"', f'name="{decision}_x"').replace(f">{decision}<", f">{decision}_x<")
    table.write_text(text, encoding="utf-8")
    with pytest.raises(DunwellError, match=f"lacks the decision '{decision}'.*make the plan again"):
        definitions.load(kept)


def test_what_is_told_stands_in_the_plan() -> None:
    assert set(definitions.TOLD) <= set(cycle.PLAN)


def test_a_definition_that_is_missing_is_named(kept: Path) -> None:
    shutil.rmtree(kept / "strategies/eligibility")
    with pytest.raises(DunwellError, match="eligibility"):
        definitions.load(kept)
    assert (ROOT / "strategies/eligibility").exists()
