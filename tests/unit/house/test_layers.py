"""The architecture is a test: imports run one way, every folder stands in a layer, pure code stays pure.

Each test copies the house into a folder of its own, breaks one promise there, and expects import-linter to name it.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAYERS = "Imports run one way through the house"
PURE = "Rules, frames, the engine and the facts know no Django"
SWITCHES = "The settings and the database know no chapter"


def lint(house: Path) -> tuple[int, str]:
    """This function will run import-linter over a house and return its exit code and what it said."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "dunwell", tmp_path / "dunwell", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def write(house: Path, *, path: str, text: str) -> None:
    """This function will write a file of the house, and the package it stands in where that is new."""
    file = house / "dunwell" / path
    file.parent.mkdir(exist_ok=True)
    if not (file.parent / "__init__.py").exists():
        (file.parent / "__init__.py").write_text('"""A part that is new."""\n')
    file.write_text(text)


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said
    assert all(f"{name} KEPT" in said for name in (LAYERS, PURE, SWITCHES))


def test_a_foreign_folder_or_file_turns_it_red(house: Path) -> None:
    write(house, path="foo/rules.py", text="ANSWER = 42\n")
    write(house, path="shortcuts.py", text="ANSWER = 42\n")
    code, said = lint(house)
    assert code == 1
    assert f"{LAYERS} BROKEN" in said
    assert "- dunwell.foo" in said
    assert "- dunwell.shortcuts" in said


# Each import that climbs: where it stands, what it says, and what import-linter must answer.
CLIMBING = (
    ("facts", "from dunwell.ledger import kinds\n", "dunwell.facts is not allowed to import dunwell.ledger"),
    ("ledger", "import dunwell.intake\n", "dunwell.ledger is not allowed to import dunwell.intake"),
    ("vault", "def f() -> None:\n    import dunwell.evidence\n", "dunwell.vault is not allowed to import dunwell.evid"),
    ("batch", "from dunwell.cli import house\n", "dunwell.batch is not allowed to import dunwell.cli"),
    ("api", "from dunwell.cli import house\n", "dunwell.api is not allowed to import dunwell.cli"),
)


def test_an_import_that_climbs_or_goes_from_door_to_door_turns_it_red(house: Path) -> None:
    for part, text, _ in CLIMBING:
        write(house, path=f"{part}/climbing.py", text=text)
    code, said = lint(house)
    assert code == 1
    assert [complaint for _, _, complaint in CLIMBING if complaint not in said] == []


def test_pure_code_that_reaches_django_turns_it_red(house: Path) -> None:
    for path in ("measure/rules.py", "measure/frame.py", "engine/loose.py", "facts/loose.py"):
        write(house, path=path, text="from django.db import models\n")
    write(house, path="recover/rules.py", text="from dunwell.ledger.models import Charge\n")
    code, said = lint(house)
    assert code == 1
    assert f"{PURE} BROKEN" in said
    chains = ("measure.rules -> django", "measure.frame -> django", "engine.loose -> django", "facts.loose -> django")
    assert [chain for chain in chains if f"dunwell.{chain}" not in said] == []
    assert "dunwell.recover.rules -> dunwell.ledger.models" in said


def test_what_is_allowed_stays_green(house: Path) -> None:
    """A door opens every chapter, and pure code names the closed lists of the ledger."""
    write(house, path="api/plan.py", text="import dunwell.batch\nimport dunwell.ledger.kinds\nimport dunwell.facts\n")
    write(house, path="measure/rules.py", text="from dunwell.ledger.kinds import Channel\n\nSMS = Channel.SMS\n")
    code, said = lint(house)
    assert code == 0, said


def test_settings_that_know_a_chapter_turn_it_red(house: Path) -> None:
    settings = house / "dunwell" / "settings.py"
    settings.write_text(settings.read_text() + "\nfrom dunwell.ledger import kinds\n")
    code, said = lint(house)
    assert code == 1
    assert f"{SWITCHES} BROKEN" in said


def layers() -> list[str]:
    """This function will read the layers of the contract, from the doors down, without their parentheses."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser["importlinter:contract:house"]["layers"].replace("(", "").replace(")", "").split("\n")[1:]


def test_the_decision_note_tells_the_same_order() -> None:
    note = (ROOT / "docs/why/0001-one-house.md").read_text()
    told = re.search(r"```\n(.*?)```", note, re.DOTALL)
    assert told
    assert [part.strip() for part in told.group(1).replace("\n", " ").split("→")] == layers()


def test_the_contract_is_exhaustive_and_excuses_only_the_switches() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    contract = parser["importlinter:contract:house"]
    assert contract.getboolean("exhaustive")
    assert contract["exhaustive_ignores"].split() == ["settings", "database"]
    assert "ignore_imports" not in contract
