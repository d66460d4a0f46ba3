"""The nine files and their manifest: the same bytes for the same arguments, and no word in the manifest untrue."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dunwell.facts.errors import DunwellError
from dunwell.lab.sample.write import ACCOUNTS_MAX, MANIFEST, SOURCES, write_sample
from dunwell.ledger.kinds import SourceKind

from .conftest import ACCOUNTS, AS_OF, SEED, Sample
from .reading import rows

SMALL: dict[str, Any] = {"accounts": 300, "seed": 5, "as_of": AS_OF}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def written(folder: Path, **changes: Any) -> dict[str, bytes]:
    write_sample(folder, **{**SMALL, **changes})
    return contents(folder)


# ---- determinism ----------------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a") == written(tmp_path / "b")


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import datetime, pathlib, sys\n"
        "from dunwell.lab.sample.write import write_sample\n"
        "write_sample(pathlib.Path(sys.argv[1]), accounts=300, seed=5, as_of=datetime.date(2026, 3, 16))\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "b")], check=True, env={"PYTHONHASHSEED": "77"})
    assert written(tmp_path / "a") == contents(tmp_path / "b")


def test_writing_again_over_a_sample_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path)
    assert written(tmp_path) == first


@pytest.mark.parametrize("change", [{"seed": 6}, {"as_of": date(2026, 3, 17)}, {"accounts": 301}])
def test_another_argument_gives_another_sample(tmp_path: Path, change: dict[str, Any]) -> None:
    first, second = written(tmp_path / "a"), written(tmp_path / "b", **change)
    assert [name for name in first if first[name] == second[name]] == []


def test_full_blocks_do_not_depend_on_what_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 200)
    short, long = written(tmp_path / "a", accounts=400), written(tmp_path / "b", accounts=700)
    for source in SOURCES:
        if source.file.endswith((".csv", ".jsonl", ".tsv")):
            assert long[source.file].startswith(short[source.file]), source.file
    assert len(long["billing.csv"]) > len(short["billing.csv"])


def test_blocks_repeat_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 100)
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": 1_000})
    sample = Sample(tmp_path, manifest)
    for source in SOURCES:
        seen = Counter(row[source.identity] for _, row in rows(sample, source.kind) if row.get(source.identity))
        twins = dict.fromkeys(name for name, count in seen.items() if count > 1)
        faults = {fault["fault"]: len(fault["lines"]) for fault in sample.file(source.kind)["dirty"]}
        assert len(twins) <= faults.get("repeated id", 0), source.kind


# ---- nine kinds -----------------------------------------------------------------------------------------------------


def test_the_nine_kinds_of_source_have_a_file_each(sample: Sample) -> None:
    assert sorted(file["kind"] for file in sample.manifest["files"]) == sorted(SourceKind.values)
    assert len({file["file"] for file in sample.manifest["files"]}) == 9


def test_nothing_else_is_left_in_the_folder(sample: Sample) -> None:
    assert sorted(path.name for path in sample.folder.iterdir()) == sorted([MANIFEST, *(s.file for s in SOURCES)])


def test_people_come_first_then_contracts(sample: Sample) -> None:
    assert [file["kind"] for file in sample.manifest["files"]][:3] == ["crm", "billing", "payments"]


def test_the_manifest_says_how_it_was_made(sample: Sample) -> None:
    manifest = json.loads((sample.folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest == json.loads(json.dumps(sample.manifest))
    assert (manifest["accounts"], manifest["seed"], manifest["as_of"]) == (ACCOUNTS, SEED, AS_OF.isoformat())
    assert manifest["source"] == "sample"


# ---- sizes and faults -----------------------------------------------------------------------------------------------


def test_an_empty_portfolio_is_nine_files_without_rows(tmp_path: Path) -> None:
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": 0})
    assert [(file["rows"], file["dirty_rows"]) for file in manifest["files"]] == [(0, 0)] * 9
    empty = Sample(tmp_path, manifest)
    assert all(list(rows(empty, kind)) == [] for kind in (source.kind for source in SOURCES))


@pytest.mark.parametrize("accounts", [1, 2, 5])
def test_the_smallest_portfolios_can_be_written(tmp_path: Path, accounts: int) -> None:
    manifest = write_sample(tmp_path, **{**SMALL, "accounts": accounts})
    assert sum(file["facts"].get("account", 0) for file in manifest["files"]) == accounts


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"accounts": -1}, "--accounts"),
        ({"accounts": ACCOUNTS_MAX + 1}, "--accounts"),
        ({"seed": -5}, "--seed"),
        ({"as_of": date(1989, 1, 1)}, "--as-of"),
        ({"as_of": date(2100, 1, 1)}, "--as-of"),
    ],
)
def test_what_cannot_be_written_is_refused_aloud(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises(DunwellError) as refused:
        write_sample(tmp_path / "out", **{**SMALL, **change})
    assert refused.value.place == place
    assert refused.value.cure
    assert not (tmp_path / "out").exists()


def test_progress_tells_of_every_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("write", "story"):
        monkeypatch.setattr(f"dunwell.lab.sample.{module}.BLOCK_ACCOUNTS", 120)
    steps: list[int] = []
    write_sample(tmp_path, **SMALL, progress=steps.append)
    assert steps == [120, 120, 60]


def test_an_unfinished_sample_has_no_manifest(tmp_path: Path) -> None:
    write_sample(tmp_path, **SMALL)

    def stop(step: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, **SMALL, progress=stop)
    assert not (tmp_path / MANIFEST).exists()
    assert list(tmp_path.glob("*.part")) == []
