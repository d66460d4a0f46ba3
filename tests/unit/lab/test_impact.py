"""What another version changes, held against the two whole plans that the versions make of the same snapshot."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bench.snapshot import write_snapshot
from dunwell.batch import cycle, definitions
from dunwell.batch.definitions import Definitions
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError
from dunwell.lab import impact
from dunwell.lab.impact import Impact

DAY = date(2026, 11, 20)
HOUSE = definitions.load()
SEGMENT, ELIGIBILITY = "segment/segment.dmn", "eligibility/eligibility.dmn"
Plan = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "snapshot").mkdir()
    write_snapshot(folder / "snapshot", accounts=1_500, seed=7, as_of=DAY)
    return folder


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    """A draft in which the grade M2 begins at 46 days."""
    folder = tmp_path_factory.mktemp("draft")
    return assembled(folder, draft(folder, SEGMENT, {"[31..60]": "[31..45]", "[61..90]": "[46..90]"}))


@pytest.fixture(scope="module")
def found(snapshot: Path, drafted: Definitions) -> Impact:
    return impact.compare_on(snapshot / "snapshot", HOUSE, drafted, as_of=DAY, csv=snapshot / "changed.csv")


@pytest.fixture(scope="module")
def plans(snapshot: Path, drafted: Definitions) -> tuple[Plan, Plan]:
    return plan(snapshot, HOUSE), plan(snapshot, drafted)


def draft(folder: Path, file: str, changes: dict[str, str]) -> Path:
    """Copies the house's strategies and changes one file in every place."""
    target = folder / "strategies"
    shutil.copytree(ROOT / "strategies", target)
    text = (target / file).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (target / file).write_text(text, encoding="utf-8")
    return target


def assembled(folder: Path, own: Path, other: Path = ROOT / "strategies") -> Definitions:
    return impact.assembled(folder / "assembled", own, other)


def plan(folder: Path, chosen: Definitions) -> Plan:
    cycle.write_plan(folder, chosen, as_of=DAY, versions=chosen.versions)
    with (folder / "plan.csv").open(encoding="utf-8") as file:
        return {row["customer"]: row for row in csv.DictReader(file)}


def rows(path: Path) -> Plan:
    with path.open(encoding="utf-8") as file:
        return {row["customer"]: row for row in csv.DictReader(file)}


def treatment(row: dict[str, str]) -> str:
    return row["treatment"] or f"({row['status'].replace('_', ' ')})"


# Against two whole plans


@pytest.mark.parametrize("name", ["grade", "care", "value_class", "legal_track", "arrears_type"])
def test_moves_between_segments_are_those_between_the_plans(name: str, found: Impact, plans: tuple[Plan, Plan]) -> None:
    old, new = plans
    assert old.keys() == new.keys()
    expected = Counter((old[key][name], new[key][name]) for key in old if old[key][name] != new[key][name])
    moves = {(move.before, move.after): move.customers for move in found.segments if move.decision == name}
    assert moves == dict(expected)


def test_the_draft_changes_something(found: Impact) -> None:
    assert {("grade", "M1", "M2")} <= {(move.decision, move.before, move.after) for move in found.segments}
    assert found.treatments


def test_moves_between_treatments_are_those_between_the_plans(found: Impact, plans: tuple[Plan, Plan]) -> None:
    old, new = plans
    pairs = {key: (treatment(old[key]), treatment(new[key])) for key in old}
    expected = Counter(pair for pair in pairs.values() if pair[0] != pair[1])
    assert {(move.before, move.after): move.customers for move in found.treatments} == dict(expected)


def test_the_value_of_each_move_adds_up(found: Impact, plans: tuple[Plan, Plan]) -> None:
    old, new = plans
    sums: dict[tuple[str, str], Decimal] = {}
    for key, row in old.items():
        pair = treatment(row), treatment(new[key])
        if pair[0] != pair[1]:
            gain = Decimal(new[key]["expected_value"] or 0) - Decimal(row["expected_value"] or 0)
            sums[pair] = sums.get(pair, Decimal(0)) + gain
    for move in found.treatments:
        assert move.value == pytest.approx(float(sums[move.before, move.after]), abs=0.005)


def test_totals_are_those_of_the_plans(found: Impact, plans: tuple[Plan, Plan]) -> None:
    lines = {line.en: (line.before, line.after) for line in found.totals}
    for side, told in enumerate(plans):
        planned = [row for row in told.values() if row["treatment"]]
        chosen = [HOUSE.catalogue[row["treatment"]] for row in planned]
        assert lines["customers planned"][side] == len(planned)
        expected = {
            "expected value": sum(float(row["expected_value"]) for row in planned),
            "cost": float(sum(one.cost for one in chosen)),
            "minutes of people": sum(one.minutes for one in chosen),
            "harm": sum(one.harm for one in chosen),
        }
        for name, value in expected.items():
            assert lines[name][side] == pytest.approx(value), name


def test_counts_and_money_of_those_who_change(found: Impact, snapshot: Path, plans: tuple[Plan, Plan]) -> None:
    changed = rows(snapshot / "changed.csv")
    moved = {key for key, row in changed.items() if row["treatment_before"] != row["treatment_after"]}
    assert found.customers == len(plans[0])
    assert found.changed["either"] == (len(changed), pytest.approx(sum(float(r["overdue"]) for r in changed.values())))
    owed = sum(float(changed[key]["overdue"]) for key in moved)
    assert found.changed["treatment"] == (len(moved), pytest.approx(owed))
    assert found.currency == HOUSE.terms.reference.currency


def test_the_file_holds_every_customer_that_changes_and_no_other(snapshot: Path, found: Impact) -> None:
    assert found.customers
    changed = rows(snapshot / "changed.csv")
    segments = [name.removesuffix("_before") for name in next(iter(changed.values())) if name.endswith("_before")]
    decided = [name for name in segments if name not in ("planned", "value", "cost", "minutes", "harm")]
    for row in changed.values():
        assert any(row[f"{name}_before"] != row[f"{name}_after"] for name in decided)
    overdue = [float(row["overdue"]) for row in changed.values()]
    assert overdue == sorted(overdue, reverse=True)


def test_examples_tell_first_of_those_who_are_treated_otherwise(found: Impact, snapshot: Path) -> None:
    changed = rows(snapshot / "changed.csv")
    assert 0 < len(found.examples) <= impact.EXAMPLES_MAX
    for example in found.examples:
        row = changed[example.customer]
        assert f"treatment: {row['treatment_before']} → {row['treatment_after']}" in example.changes


# Other changes


def test_a_version_changes_nothing_against_itself_and_shares_what_it_can(snapshot: Path) -> None:
    steps: list[str] = []
    same = impact.compare_on(snapshot / "snapshot", HOUSE, HOUSE, as_of=DAY, progress=steps.append)
    assert (steps[0], "B: masked" in steps, "B: positions" in steps) == ("A: positions", True, False)
    assert (same.segments, same.treatments, same.examples) == ((), (), ())
    assert same.changed == {"segment": (0, 0.0), "treatment": (0, 0.0), "either": (0, 0.0)}
    assert all(line.before == line.after for line in same.totals)


def test_a_dearer_treatment_costs_more_and_moves_people(snapshot: Path) -> None:
    dear = [
        treatment.model_copy(update={"cost": treatment.cost + 1000} if treatment.id == "reminder_sms" else {})
        for treatment in HOUSE.catalogue.treatments
    ]
    other = replace(HOUSE, catalogue=HOUSE.catalogue.model_copy(update={"treatments": tuple(dear)}))
    told = impact.compare_on(snapshot / "snapshot", HOUSE, other, as_of=DAY)
    assert told.segments == ()
    assert {move.before for move in told.treatments} >= {"reminder_sms"}
    assert "reminder_sms" not in {move.after for move in told.treatments}


def test_other_terms_of_positions_are_applied_to_their_own_version_only(snapshot: Path) -> None:
    """With a year of grace nobody is delinquent: all grades become the one of the days of grace."""
    products = {name: product.model_copy(update={"grace_days": 365}) for name, product in HOUSE.terms.products.items()}
    lenient = replace(HOUSE, terms=HOUSE.terms.model_copy(update={"products": products}))
    there = impact.compare_on(snapshot / "snapshot", HOUSE, lenient, as_of=DAY)
    back = impact.compare_on(snapshot / "snapshot", lenient, HOUSE, as_of=DAY)
    assert {move.after for move in there.segments if move.decision == "grade"} <= {"current", "M0", "M1", "M2", "M3+"}
    assert there.changed["segment"][0] == back.changed["segment"][0] > 0
    forth = {(move.before, move.after, move.customers) for move in there.segments}
    assert forth == {(move.after, move.before, move.customers) for move in back.segments}


# How a version is put together


def test_a_single_table_replaces_its_namesake_in_the_other_version(tmp_path: Path) -> None:
    other = draft(tmp_path, ELIGIBILITY, {"&gt; 30": "&gt; 29"})
    single = tmp_path / "segment.dmn"
    text = (ROOT / "strategies" / SEGMENT).read_text(encoding="utf-8")
    single.write_text(text.replace("[31..60]", "[31..59]"), encoding="utf-8")
    found = impact.assembled(tmp_path / "assembled", single, other)
    assert found.segment.decision("grade") != HOUSE.segment.decision("grade")
    assert found.eligibility != HOUSE.eligibility
    assert found.catalogue == HOUSE.catalogue


def test_a_folder_of_tables_alone_replaces_those_of_the_house(tmp_path: Path) -> None:
    own = draft(tmp_path, SEGMENT, {"[31..60]": "[31..59]"}) / "segment"
    found = impact.assembled(tmp_path / "assembled", own, own)
    assert found.segment != HOUSE.segment
    assert found.eligibility == HOUSE.eligibility


def test_the_house_itself_is_not_touched(tmp_path: Path, drafted: Definitions) -> None:
    assert drafted.segment != HOUSE.segment
    assert definitions.load().segment == HOUSE.segment


def test_a_table_without_a_namesake_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.dmn"
    shutil.copyfile(ROOT / "strategies" / SEGMENT, stranger)
    with pytest.raises(DunwellError, match=r"0 tables of the strategies are called stranger\.dmn -> name it like"):
        impact.assembled(tmp_path / "assembled", stranger, ROOT / "strategies")
