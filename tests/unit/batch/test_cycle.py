"""The cycle over a snapshot: the same inputs give the same bytes, whatever the threads and the order of rows."""

import csv
import gc
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from bench.snapshot import write_snapshot
from dunwell.batch import cycle, definitions
from dunwell.engine.model import Anything, Cell, DecisionTable

DAY = date(2026, 11, 20)
CHOSEN = definitions.load()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "snapshot").mkdir()
    write_snapshot(folder / "snapshot", accounts=3_000, seed=11, as_of=DAY)
    return folder


def plan(folder: Path, threads: int) -> bytes:
    cycle.write_plan(folder, CHOSEN, as_of=DAY, versions=CHOSEN.versions, threads=threads)
    return (folder / "plan.csv").read_bytes()


def shuffled(folder: Path, target: Path) -> Path:
    """The same snapshot with the rows of every table in another order."""
    (target / "snapshot").mkdir(parents=True)
    for path in (folder / "snapshot").glob("*.parquet"):
        rows = duckdb.read_parquet(str(path))
        rows.order(f'hash("{rows.columns[0]}") DESC, hash("{rows.columns[-1]}")').write_parquet(
            str(target / "snapshot" / path.name)
        )
    return target


def test_promise_4_same_inputs_same_bytes(snapshot: Path, tmp_path: Path) -> None:
    first = plan(snapshot, threads=1)
    assert plan(snapshot, threads=4) == first
    assert plan(shuffled(snapshot, tmp_path / "other"), threads=3) == first


def test_every_overdue_customer_has_exactly_one_row(snapshot: Path) -> None:
    plan(snapshot, threads=2)
    with (snapshot / "plan.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [row["customer"] for row in rows]
    assert len(names) == len(set(names))
    overdue = duckdb.sql(
        f"SELECT count(DISTINCT customer) FROM '{snapshot / 'positions.parquet'}' WHERE overdue > 0"
    ).fetchone()
    assert overdue == (len(rows),)
    told = json.loads((snapshot / "funnel.json").read_text())
    assert sum(told["statuses"].values()) == len(rows)


def test_a_run_counts_what_its_decisions_did_not_know(snapshot: Path) -> None:
    plan(snapshot, threads=2)
    told = json.loads((snapshot / "funnel.json").read_text())["null_hits"]
    scores = [hit["nulls"] for hit in told if (hit["decision"], hit["column"]) == ("credit", "bureau_score")]
    unknown = duckdb.sql(
        f"SELECT count(*) FROM '{snapshot / 'portrait.parquet'}' WHERE overdue_reference > 0 AND bureau_score IS NULL"
    ).fetchone()
    assert unknown == (sum(scores),)
    assert scores and all(hit["nulls"] > 0 for hit in told)


def test_who_is_planned_has_a_way_and_who_is_not_has_a_reason(snapshot: Path) -> None:
    plan(snapshot, threads=2)
    with (snapshot / "plan.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["status"] == "planned":
                assert row["treatment"] and row["script"] and row["window_from"] < row["window_until"]
                assert float(row["expected_value"]) > 0
                assert "eligible-" in row["rules"]
            else:
                assert not row["treatment"]
                assert row["refused"] or row["status"] != "not_allowed"


def test_tier_2_stays_as_files_with_exact_types(snapshot: Path) -> None:
    plan(snapshot, threads=2)
    types = dict(
        duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE '{snapshot / 'positions.parquet'}')").fetchall()
    )
    assert types["overdue"] == types["outstanding"] == "DECIMAL(18,3)"
    assert types["delinquent_days"] == types["held_days"] == "BIGINT"
    assert duckdb.sql(f"SELECT count(*) FROM '{snapshot / 'portrait.parquet'}'").fetchone() != (0,)


def test_capacity_is_never_exceeded(snapshot: Path) -> None:
    plan(snapshot, threads=2)
    minutes = {treatment.id: (treatment.pool, treatment.minutes) for treatment in CHOSEN.catalogue.treatments}
    used: dict[str, int] = {}
    with (snapshot / "plan.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["status"] == "planned":
                pool, length = minutes[row["treatment"]]
                limited = CHOSEN.capacity.pools.get(pool or "")
                if pool and limited:
                    used[pool] = used.get(pool, 0) + (1 if limited.minutes is None else length)
    for pool, amount in used.items():
        limit = CHOSEN.capacity.pools[pool]
        assert amount <= (limit.contacts if limit.minutes is None else limit.minutes or 0)
    assert used


def test_a_run_names_rules_that_contradict_each_other(snapshot: Path) -> None:
    """Two rules of a UNIQUE table match every customer: nobody gets an answer, and both are named."""
    plan(snapshot, threads=2)
    assert json.loads((snapshot / "funnel.json").read_text())["conflicts"] == []
    decision = CHOSEN.segment.decision("cause_side")
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    rule = logic.rules[0]
    anything = replace(rule, cells=tuple(Cell("-", Anything()) for _ in rule.cells))
    doubled = replace(logic, rules=(replace(anything, id="one"), replace(anything, id="other")))
    decisions = tuple(
        replace(each, logic=doubled) if each.name == "cause_side" else each for each in CHOSEN.segment.decisions
    )
    contradicting = replace(CHOSEN, segment=replace(CHOSEN.segment, decisions=decisions))
    cycle.write_plan(snapshot, contradicting, as_of=DAY, versions=contradicting.versions, threads=2)
    told = json.loads((snapshot / "funnel.json").read_text())
    overdue = sum(told["statuses"].values())
    assert told["conflicts"] == [
        {"decision": "cause_side", "rule": rule, "customers": overdue} for rule in ("one", "other")
    ]


def test_a_run_that_fails_lets_garbage_be_looked_for_again(snapshot: Path) -> None:
    searched: list[bool] = []

    def stop(step: str) -> None:
        searched.append(gc.isenabled())
        raise RuntimeError(step)

    with pytest.raises(RuntimeError, match="positions"):
        cycle.write_plan(snapshot, CHOSEN, as_of=DAY, versions=CHOSEN.versions, progress=stop)
    assert searched == [False]
    assert gc.isenabled()


def test_who_has_switched_the_search_for_garbage_off_finds_it_off() -> None:
    gc.disable()
    try:
        with cycle._garbage_waits():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
