"""Make the day's plan: snapshot, cycle, files, table; the same inputs never make a second plan."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from psycopg import sql

from dunwell import database
from dunwell.access.queries import approved
from dunwell.batch import cycle, definitions, snapshot
from dunwell.batch.models import Plan, PlanRun
from dunwell.batch.work_list import list_work, sweep
from dunwell.evidence.actions import record
from dunwell.ledger.zones import house_zone
from dunwell.settle.agreements.reviewing import review as review_agreements
from dunwell.settle.relief.reviewing import review as review_settlements

Progress = Callable[[str], object]
DRAFT = ".draft-"


@dataclass(frozen=True, slots=True)
class Made:
    """A run of the daily cycle, the folder that holds its files, whether it was made just now, and is approved."""

    run: PlanRun
    folder: Path
    fresh: bool
    approved: bool


def make_plan(
    *,
    as_of: date,
    by: str,
    at: datetime,
    capacity: Path | None = None,
    progress: Progress = lambda step: None,
    assign: bool = False,
) -> Made:
    """This function will make the plan of the day, or find the one that the same inputs have made already.

    The work list follows from the latest plan; `assign` also gives its customers to collectors.

    The files of a run appear under their final name only when all are written, and its rows in one transaction with
    their evidence: a run that is killed leaves nothing behind that another run would trip over.
    """
    chosen = definitions.load(capacity=capacity)
    progress("review of agreements")
    # A plan may be made for tomorrow; what is kept by then nobody knows today.
    settled = min(as_of, at.astimezone(ZoneInfo(house_zone())).date())
    review_agreements(as_of=settled, by=by, at=at)
    review_settlements(as_of=settled, by=by, at=at)
    versions = chosen.versions | {"data": snapshot.data_version()}
    inputs = _inputs_digest(as_of, versions)
    known = PlanRun.objects.filter(inputs_digest=inputs).first()
    folder = runs() / f"{as_of}-{inputs[:12]}"
    if known and (folder / "plan.csv").exists():
        return Made(known, folder, fresh=False, approved=_mark(folder, versions))
    if not (folder / "plan.csv").exists():
        _write_files(folder, chosen, as_of=as_of, versions=versions, capacity=capacity, progress=progress)
    progress("save")
    run = known or _save(folder, as_of=as_of, by=by, at=at, inputs=inputs, versions=versions, assign=assign)
    return Made(run, folder, fresh=True, approved=_mark(folder, versions))


def _mark(folder: Path, versions: dict[str, str]) -> bool:
    """This function will write into the funnel whether the run's strategies are approved by now, and return it."""
    file = folder / "funnel.json"
    funnel, now = json.loads(file.read_text()), approved(kind="strategy", digest=versions["strategy"])
    if funnel.get("approved") is not now:
        draft = folder / f"{DRAFT}{os.getpid()}.json"
        draft.write_text(json.dumps(funnel | {"approved": now}, indent=2, ensure_ascii=False) + "\n")
        draft.replace(file)
    return now


def runs() -> Path:
    """This function will return the folder of all runs."""
    folder = database.home() / "runs"
    folder.mkdir(exist_ok=True)
    return folder


def _sweep() -> None:
    """This function will remove the drafts of runs that were killed; those of living processes stay."""
    for draft in runs().glob(f"{DRAFT}*"):
        process = draft.name.removeprefix(DRAFT).split("-")[0]
        if not Path(f"/proc/{process}").exists():
            shutil.rmtree(draft, ignore_errors=True)


def _inputs_digest(as_of: date, versions: dict[str, str]) -> str:
    zone = house_zone()
    return hashlib.sha256(json.dumps([as_of.isoformat(), zone, versions], sort_keys=True).encode()).hexdigest()


def _write_files(
    folder: Path,
    chosen: definitions.Definitions,
    *,
    as_of: date,
    versions: dict[str, str],
    capacity: Path | None,
    progress: Progress,
) -> None:
    _sweep()
    draft = Path(mkdtemp(prefix=f"{DRAFT}{os.getpid()}-", dir=runs()))
    try:
        (draft / "snapshot").mkdir()
        snapshot.write(draft / "snapshot", as_of=as_of, progress=lambda table: progress(f"snapshot: {table}"))
        cycle.write_plan(draft, chosen, as_of=as_of, versions=versions, progress=progress)
        _mark(draft, versions)
        definitions.keep(draft / "definitions", capacity=capacity)
        (draft / "run.json").write_text(json.dumps({"as_of": as_of.isoformat(), "versions": versions}, indent=2) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _save(
    folder: Path, *, as_of: date, by: str, at: datetime, inputs: str, versions: dict[str, str], assign: bool
) -> PlanRun:
    digest = file_digest(folder / "plan.csv")
    with transaction.atomic():
        run, made = PlanRun.objects.get_or_create(
            inputs_digest=inputs,
            defaults={
                "as_of": as_of,
                "made_at": at,
                "by": by,
                "plan_digest": digest,
                "versions": versions,
                "counts": _counts(folder),
            },
        )
        if made:
            _copy_in(run, folder / "plan.csv")
            record(
                action="plan.made",
                subject=f"plan_run/{run.inputs_digest[:12]}",
                by=by,
                at=at,
                detail={"as_of": as_of.isoformat(), "plan_digest": digest, "inputs_digest": inputs},
            )
            list_work(run, by=by, at=at, assign=assign)
    sweep()
    return run


def _counts(folder: Path) -> dict[str, Any]:
    """This function will read the funnel without the approval, which may come later while the row stays as it is."""
    told = json.loads((folder / "funnel.json").read_text())
    return {name: value for name, value in told.items() if name != "approved"}


def file_digest(path: Path) -> str:
    """This function will return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_in(run: PlanRun, csv: Path) -> None:
    """This function will load the plan's file into its table through a staging table, in the caller's transaction."""
    columns = sql.SQL(", ").join(map(sql.Identifier, cycle.PLAN))
    table = sql.Identifier(Plan._meta.db_table)
    stage = sql.SQL("CREATE TEMP TABLE plan_staging ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(columns, table)
    insert = sql.SQL("INSERT INTO {} (run_id, {}) SELECT {}, {} FROM plan_staging").format(
        table, columns, run.pk, columns
    )
    with connection.cursor() as cursor:
        cursor.execute(stage)
        with cursor.copy("COPY plan_staging FROM STDIN (FORMAT CSV, HEADER)") as copy, csv.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute(insert)
