"""Documents that are not true turn the check red; --write mends the pages that come from the code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import typer

from tools import docs_check, tidy
from tools.documents import catalogue, commands, notes
from tools.documents.page import Page

app = typer.Typer(help="A house.")


@app.command()
def plan() -> None:
    """Make the plan."""


@app.command()
def explain() -> None:
    """Explain it."""


NOTE = "# 0001 A note\n\n`babel` `pytest`\n" + "why\n" * 14
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">
<decision id="grade" name="Grade"><description>How late | it is [P2].</description></decision>
<decision id="class" name="Class"/></definitions>
"""
TREE = {
    "README.md": "`dunwell plan`, see [docs](docs/index.md).\n",
    "docs/index.md": "[a](why/0001.md) [b](reference/cli.md) [c](reference/catalogue.md) [d](reference/settings.md)\n",
    "docs/why/0001.md": NOTE,
    "docs/reference/settings.md": "| `DUNWELL_HOME` | where |\n",
    "requirements/core.in": "# What runs\nbabel>=2.0\n",
    "requirements/dev.in": "-r core.in\npytest\n",
    "dunwell/database.py": "import os\nhome = os.environ['DUNWELL_HOME']\n",
    "mappings/bills.yaml": "name: bills\nabout: {en: Monthly bills, zh: 月账单}\n",
    "rulebooks/cn/telecom/rules.yaml": "title: {en: Telecom, zh: 电信}\n",
    "rulebooks/cn/telecom/cases.yaml": "cases: []\n",
    "strategies/segment/segment.dmn": DMN,
    "strategies/capacity.yaml": "# What can be done in a day, pool by pool. More follows.\npools: {}\n",
    "strategies/treatments.yaml": "treatments:\n  - {id: sms, name: {en: Message, zh: 短信}, channel: sms, "
    "actor: robot, script: reminder}\n",
    "scripts/reminder.yaml": "name: {en: Reminder, zh: 提醒}\nen: >-\n  Hello\n",
    "scorecards/expert.yaml": "about: Set by hand\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project whose documents are all true."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for path, text in TREE.items():
        change(tmp_path, path=path, text=text)
    docs_check.write(tmp_path, pages=pages(tmp_path))
    return tmp_path


def change(root: Path, *, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def pages(root: Path) -> dict[str, str]:
    return docs_check.generated(root, app=app, tree=frozenset(tidy.listed(root)))


def found(root: Path) -> list[str]:
    return [f"{fault.path}:{fault.line}: {fault.rule}: {fault.message}" for fault in docs_check.faults(root, app=app)]


def test_documents_that_are_true_pass(root: Path) -> None:
    assert found(root) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("README.md", "`dunwell plam`\n", "README.md:1: command: «dunwell» has no command plam"),
        ("README.md", "[x](docs/none.md)\n", "README.md:1: link: docs/none.md leads nowhere"),
        ("docs/new.md", "# New\n", "docs/new.md:1: lost: no link leads here from docs/index.md"),
        ("docs/why/0001.md", NOTE + "more\n" * 30, "docs/why/0001.md:1: note: 47 lines"),
        ("docs/why/0001.md", "# `babel` `pytest`\n", "docs/why/0001.md:1: note: 1 lines"),
        ("requirements/core.in", "babel\nnumpy\n", "requirements/core.in:2: dependency: numpy is explained nowhere"),
        ("requirements/dev.in", "Ruff==1\n", "requirements/dev.in:1: dependency: ruff is explained nowhere"),
        (
            "dunwell/cli/plan.py",
            "import os\n\nx = os.environ.get('DUNWELL_ZONE')\n",
            "dunwell/cli/plan.py:3: setting: DUNWELL_ZONE is not in docs/reference/settings.md",
        ),
        (
            "docs/reference/settings.md",
            "`DUNWELL_HOME`\n\n`DATABASE_URL`\n",
            "docs/reference/settings.md:3: setting: nothing reads DATABASE_URL",
        ),
        ("docs/reference/cli.md", "# Commands\n", "docs/reference/cli.md:1: stale: differs from the code"),
        ("mappings/more.yaml", "name: more\n", "docs/reference/catalogue.md:1: stale: differs from the code"),
    ],
)
def test_what_is_not_true_is_named(root: Path, path: str, text: str, said: str) -> None:
    change(root, path=path, text=text)
    assert found(root) == [said]


def test_a_page_that_is_missing_is_stale(root: Path) -> None:
    (root / commands.CLI_PAGE).unlink()
    assert "docs/reference/cli.md:1: stale: differs from the code" in found(root)


def test_writing_twice_changes_nothing(root: Path) -> None:
    before = pages(root)
    docs_check.write(root, pages=before)
    assert pages(root) == before
    assert found(root) == []


def test_the_catalogue_names_every_thing_that_people_own(root: Path) -> None:
    page = (root / catalogue.CATALOGUE_PAGE).read_text()
    for row in (
        "| `bills` | Monthly bills | 月账单 | [mappings/bills.yaml](../../mappings/bills.yaml) |",
        "| `cn/telecom` | Telecom | 电信 | [rulebooks/cn/telecom/rules.yaml](",
        "| `grade` | How late \\| it is [P2]. | | [strategies/segment/segment.dmn](",
        "| `class` | Class | |",
        "| `sms` | Message (sms, robot, script `reminder`) | 短信 |",
        "| `capacity` | What can be done in a day, pool by pool | |",
        "| `reminder` | Reminder | 提醒 |",
        "| `expert` | Set by hand | |",
    ):
        assert row in page
    assert "cases.yaml" not in page


def test_a_section_without_items_is_left_out(tmp_path: Path) -> None:
    assert catalogue.catalogue_page(tmp_path, tree=frozenset()) == catalogue.HEAD


def test_variables_are_found_however_they_are_read() -> None:
    text = "NAME = 'DUNWELL_KEY'\nos.environ['DATABASE_URL']\nx = 'DUNWELL_KEY is set'\n"
    assert list(notes.variables(text)) == [(1, "DUNWELL_KEY"), (2, "DATABASE_URL")]


def test_requirements_are_read_without_options_and_comments() -> None:
    text = "# why\n-r core.in\npsycopg[binary,pool]==3.3.9\nDjango >= 5\n\n"
    assert list(notes.requirements(text)) == [(3, "psycopg"), (4, "django")]


def test_a_dependency_in_prose_is_not_explained(tmp_path: Path) -> None:
    change(tmp_path, path="requirements/core.in", text="rich\n")
    change(tmp_path, path="requirements/dev.in", text="")
    prose = {"docs/why/a.md": Page("docs/why/a.md", "We are rich.\n")}
    named = {"docs/why/a.md": Page("docs/why/a.md", "`rich==15` prints.\n")}
    assert [fault.path for fault in notes.unexplained(prose, root=tmp_path)] == ["requirements/core.in"]
    assert list(notes.unexplained(named, root=tmp_path)) == []


def test_the_command_line_ends_with_one_and_mends_with_write(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dunwell.cli.main.app", app)
    (root / commands.CLI_PAGE).write_text("old\n")
    assert docs_check.main([], root=root) == 1
    assert "stale" in capsys.readouterr().out
    assert docs_check.main(["--write"], root=root) == 0
    assert capsys.readouterr().out == ""


def test_the_documents_of_the_project_are_true() -> None:
    """The same run as `make check`."""
    from dunwell.cli.main import app as real

    assert [str(fault) for fault in docs_check.faults(docs_check.ROOT, app=real)] == []
