"""The catalogue and the capacity: what a file may say, and what is refused with its place."""

from pathlib import Path

import pytest

from dunwell.decide.rules import load_capacity, load_catalogue, load_vocabulary
from dunwell.engine.dmn import load
from dunwell.engine.model import DecisionTable
from dunwell.facts.errors import DunwellError

ROOT = Path(__file__).parents[3]
ONE = """
harm_price: 20
treatments:
  - {id: sms, name: {en: SMS, zh: 短信}, channel: sms, actor: robot, tone: polite, script: reminder, cost: 0.06,
     minutes: 0, harm: 0.1, uplift: 0.1, pool: null, priority: 1}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_houses_own_catalogue_is_sound() -> None:
    catalogue = load_catalogue(ROOT / "strategies/treatments.yaml")
    assert catalogue["care_call"].actor == "human"
    for treatment in catalogue.treatments:
        for script in (treatment.script, *(wording.script for wording in treatment.families.values())):
            assert (ROOT / "scripts" / f"{script}.yaml").exists(), (treatment.id, script)


def test_every_treatment_of_the_eligibility_table_is_in_the_catalogue_and_the_other_way_round() -> None:
    logic = load(ROOT / "strategies/eligibility/eligibility.dmn").decision("eligible").logic
    assert isinstance(logic, DecisionTable)
    named = {rule.outputs[0].value for rule in logic.rules}  # type: ignore[union-attr]
    assert named == {t.id for t in load_catalogue(ROOT / "strategies/treatments.yaml").treatments}


def test_every_script_is_said_by_a_treatment_and_every_family_has_words() -> None:
    treatments = load_catalogue(ROOT / "strategies/treatments.yaml").treatments
    said = {t.script for t in treatments} | {w.script for t in treatments for w in t.families.values()}
    assert said == {path.stem for path in (ROOT / "scripts").glob("*.yaml")}
    answers = outcomes("script_family")
    assert {family for t in treatments for family in t.families} <= answers
    assert answers <= {t.script for t in treatments} | {family for t in treatments for family in t.families}


def outcomes(decision: str) -> set[str]:
    """All answers that the rules of a segment's table give."""
    logic = load(ROOT / "strategies/segment/segment.dmn").decision(decision).logic
    assert isinstance(logic, DecisionTable)
    return {str(rule.outputs[0].value) for rule in logic.rules}  # type: ignore[union-attr]


def test_every_decision_and_every_answer_has_its_words_and_no_word_is_left_over() -> None:
    segments = load(ROOT / "strategies/segment/segment.dmn")
    words = load_vocabulary(ROOT / "strategies/words.yaml")
    assert set(words.decisions) == {decision.name for decision in segments.decisions}
    for name, told in words.decisions.items():
        grades = {"M0", "M1", "M2", "M3+"} if name == "grade" else set()
        assert set(told.values) == outcomes(name) - grades, name


def test_what_has_no_words_is_shown_as_it_is() -> None:
    words = load_vocabulary(ROOT / "strategies/words.yaml")
    assert words["grade"].value("M0", language="zh") == "M0"
    assert words["mood"].value("sunny", language="en") == "sunny"
    assert (words["mood"].en, words["tone"].zh) == ("mood", "语气")


def test_every_pool_of_the_capacity_is_used_by_a_treatment() -> None:
    pools = set(load_capacity(ROOT / "strategies/capacity.yaml").pools)
    assert pools <= {t.pool for t in load_catalogue(ROOT / "strategies/treatments.yaml").treatments}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("harm: 0.1", "harm: 2"), "treatments.0.harm"),
        (("channel: sms", "channel: telepathy"), "treatments.0.channel"),
        (("uplift: 0.1", "uplift: -1"), "treatments.0.uplift"),
        (("cost: 0.06", "cost: -1"), "treatments.0.cost"),
        (("id: sms", "id: 'S M S'"), "treatments.0.id"),
        (("minutes: 0", "minuts: 0"), "treatments.0"),
        (("tone: polite", "tone: rude"), "treatments.0.tone"),
        (("tone: polite", "tone: polite, families: {late: {script: x}}"), "treatments.0.families.late.tone"),
    ],
)
def test_a_fault_in_the_catalogue_names_its_place(tmp_path: Path, change: tuple[str, str], place: str) -> None:
    with pytest.raises(DunwellError) as caught:
        load_catalogue(written(tmp_path, ONE.replace(*change)))
    assert place in caught.value.place


def test_a_treatment_named_twice_is_refused(tmp_path: Path) -> None:
    twice = ONE + ONE.split("treatments:")[1].lstrip("\n")
    with pytest.raises(DunwellError, match="named twice: sms"):
        load_catalogue(written(tmp_path, twice))


@pytest.mark.parametrize("pool", ["{}", "{minutes: 1, contacts: 1}", "{minutes: -1}", "{hours: 3}"])
def test_a_pool_has_exactly_one_limit(tmp_path: Path, pool: str) -> None:
    with pytest.raises(DunwellError):
        load_capacity(written(tmp_path, f"pools: {{agents: {pool}}}"))
