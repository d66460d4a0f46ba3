"""strategies/assignment.yaml: what it says is known to the house, and a slip is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dunwell.decide.rules import load_catalogue
from dunwell.facts.errors import DunwellError
from dunwell.work.policy import CARE, FILE, fits, load

POLICY = load()


def test_the_policy_of_the_house_keeps_to_what_was_asked() -> None:
    assert 300 <= POLICY.capacity <= POLICY.capacity_most <= 500, "S1 5.1: 300 to 500 customers a collector"
    assert CARE in POLICY.skills
    assert POLICY.clock.otherwise.hours == 36, "S1 2.4: 72 hours become 36"
    assert 1 <= (POLICY.clock.specialist.hours or 99) <= 4
    within_a_day = POLICY.clock.target({"person": "within_24h"})
    assert (within_a_day.hours or 99) <= 24


def test_treatments_that_are_named_exist() -> None:
    known = {one.id for one in load_catalogue(FILE.parent / "treatments.yaml").treatments}
    named = {code for need in POLICY.needs for code in need.when.get("treatment", ())}
    assert named
    assert named <= known


def test_every_line_that_fits_adds_its_skill() -> None:
    assert POLICY.skills_for({"grade": "M3+", "care": "health"}) == {"senior", "care"}
    assert POLICY.skills_for({"grade": "M1", "care": None}) == frozenset()


def test_a_line_fits_when_all_of_it_does() -> None:
    assert fits({"grade": ("M1", "M2"), "care": ("health",)}, case={"grade": "M2", "care": "health"})
    assert not fits({"grade": ("M1", "M2"), "care": ("health",)}, case={"grade": "M2", "care": None})
    assert fits({}, case={})


def test_the_first_target_that_fits_counts() -> None:
    clock = POLICY.clock
    assert clock.target({"value_class": "A"}).working_hours == 18
    assert clock.target({"value_class": "A", "person": "within_24h"}).hours == 24
    assert clock.target({}) == clock.otherwise


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"capacity": 501}, "above the limit"),
        ({"balance": "luck"}, "count"),
        ({"needs": [{"skill": "magic", "when": {"grade": ["M1"]}}]}, "magic"),
        ({"needs": [{"skill": "care", "when": {"moon": ["full"]}}]}, "grade"),
        ({"surprise": 1}, "Extra inputs"),
        ({"clock": {"opens": "18:00", "closes": "09:00"}}, "opens before it closes"),
        ({"clock": {"days": [0, 1]}}, "Monday"),
        ({"clock": {"otherwise": {"hours": 3, "working_hours": 3}}}, "one of the two"),
        ({"clock": {"amber": 1.5}}, "less than 1"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_place(tmp_path: Path, change: dict[str, object], told: str) -> None:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for name, value in change.items():
        raw[name] = {**raw[name], **value} if isinstance(value, dict) else value
    file = tmp_path / "assignment.yaml"
    file.write_text(yaml.safe_dump(raw))
    with pytest.raises(DunwellError, match=told) as caught:
        load(file)
    assert str(file) in caught.value.place


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="no such file"):
        load(tmp_path / "assignment.yaml")
