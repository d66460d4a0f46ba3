"""Find the runs that were made and the folders that hold them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dunwell.batch.actions import runs
from dunwell.batch.models import PlanRun
from dunwell.facts.errors import DunwellError


def folder_of(as_of: date | None) -> Path:
    """This function will find the folder of the latest run (of the day, if one is given)."""
    found = PlanRun.objects.order_by("-made_at", "-id")
    run = (found.filter(as_of=as_of) if as_of else found).first()
    if run is None:
        day = f" --as-of {as_of}" if as_of else ""
        raise DunwellError("no plan has been made" + (f" for {as_of}" if as_of else ""), cure=f"run: dunwell plan{day}")
    folder = runs() / f"{run.as_of}-{run.inputs_digest[:12]}"
    if not (folder / "run.json").exists():
        raise DunwellError(
            "the files of this run are gone", place=str(folder), cure=f"run: dunwell plan --as-of {run.as_of}"
        )
    return folder
