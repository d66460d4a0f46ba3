"""The page of commands is written from the commands, and pages quote only what can be typed."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import pytest
import typer

from tools.documents import commands
from tools.documents.page import Page

app = typer.Typer(help="A [bold]house[/].")
ledger = typer.Typer(help="What is owed.")
app.add_typer(ledger, name="ledger")


class Language(enum.Enum):
    EN = "en"
    ZH = "zh"


@app.command()
def plan(
    as_of: Annotated[str, typer.Option("--as-of", help="The day.")],
    capacity: Annotated[Path | None, typer.Option(help="A capacity | file.")] = None,
    language: Annotated[Language, typer.Option(help="Of the words.")] = Language.EN,
    top: Annotated[int, typer.Option("--top", "-n", help="How many.")] = 20,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="With charts.")] = True,
    out: Annotated[Path, typer.Option(help="Where to.")] = Path("/var/out"),
) -> None:
    """Make the plan of a day.

    The same inputs
    give the same plan.
    """


@app.command(hidden=True)
def secret() -> None:
    """Not for the page."""


@ledger.command()
def replay(file: Annotated[Path, typer.Argument(help="A file of timelines.")]) -> None:
    """Replay timelines."""


KNOWN = commands.commands(app)


def test_the_commands_are_listed_below_their_groups() -> None:
    names = [" ".join(words) for words in KNOWN]
    assert names == ["dunwell", "dunwell ledger", "dunwell ledger replay", "dunwell plan"]


def test_the_page_says_what_the_commands_say() -> None:
    page = commands.cli_page(KNOWN)
    assert "\n## dunwell\n\n```\ndunwell COMMAND\n```\n\nA house.\n" in page
    assert "```\ndunwell ledger replay FILE\n```\n\nReplay timelines.\n" in page
    assert (
        "```\ndunwell plan [OPTIONS]\n```\n\nMake the plan of a day.\n\nThe same inputs give the same plan.\n" in page
    )
    assert "| `--as-of` | str | The day. | required |\n" in page
    assert "| `--capacity` | path | A capacity \\| file. | |\n" in page
    assert "| `--language` | en / zh | Of the words. | `en` |\n" in page
    assert "| `--top`, `-n` | int | How many. | `20` |\n" in page
    assert "| `--charts`, `--no-charts` | | With charts. | `on` |\n" in page
    assert "| `FILE` | path | A file of timelines. | required |\n" in page
    assert "secret" not in page


def test_a_default_that_depends_on_the_machine_is_not_written() -> None:
    assert "| `--out` | path | Where to. | |\n" in commands.cli_page(KNOWN)


def test_an_application_without_commands_has_a_page_too() -> None:
    empty = commands.commands(typer.Typer(help="Nothing yet."))
    assert commands.cli_page(empty).endswith("```\ndunwell COMMAND\n```\n\nNothing yet.\n")


def test_commands_and_options_without_help_are_named() -> None:
    silent = typer.Typer(help="A house.")

    @silent.command()
    def walk(fast: bool = False, name: Annotated[str, typer.Argument()] = "") -> None: ...

    @silent.command()
    def stand() -> None:
        """Stand still."""

    said = [fault.message for fault in commands.without_help(commands.commands(silent))]
    assert said == [
        "«dunwell walk» has no help",
        "«dunwell walk --fast» has no help",
        "«dunwell walk NAME» has no help",
    ]
    assert list(commands.without_help(KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dunwell plan --as-of 2026-01-01", ["plan", "--as-of", "2026-01-01"]),
        ("$ dunwell plan", ["plan"]),
        (".venv/bin/dunwell plan", ["plan"]),
        ("DUNWELL_HOME=/x LANG=C dunwell plan", ["plan"]),
        ("dunwell plan | head -3", ["plan"]),
        ("dunwell plan > out.txt 2>&1", ["plan"]),
        ("dunwell plan && dunwell ledger", ["plan"]),
        ("dunwell plan  # every morning", ["plan"]),
        ("dunwell plan \\", ["plan"]),
        ('dunwell plan --out "a b', ["plan", "--out", '"a', "b"]),
        ("dunwell", []),
        ("dunwell/cli/main.py", None),
        ("import dunwell.cli", None),
        ("make demo", None),
        ("dunwellian thought", None),
    ],
)
def test_what_is_typed_is_read_as_a_shell_would(text: str, words: list[str] | None) -> None:
    assert commands.typed(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "dunwell",
        "dunwell --help",
        "dunwell COMMAND --help",
        "dunwell plan --as-of 2026-01-01 --top=5 -n 3 --no-charts",
        "dunwell plan --top -3",
        "dunwell ledger replay FILE.json",
        "dunwell ledger …",
        "dunwell plan [OPTIONS]",
    ],
)
def test_a_command_that_exists_may_be_quoted(text: str) -> None:
    assert list(commands.misquoted({"a.md": Page("a.md", f"Type `{text}`.")}, known=KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dunwell plam", "«dunwell» has no command plam"),
        ("dunwell ledger show", "«dunwell ledger» has no command show"),
        ("dunwell plan --until 2026-01-01", "«dunwell plan» has no option --until"),
        ("dunwell ledger replay --top 3 a.json", "«dunwell ledger replay» has no option --top"),
        ("dunwell --quiet plan", "«dunwell» has no option --quiet"),
    ],
)
def test_a_command_that_nobody_could_type_is_named_with_its_line(text: str, said: str) -> None:
    page = Page("a.md", f"First:\n\n```\n{text}\n```\n")
    assert [(fault.line, fault.message) for fault in commands.misquoted({"a.md": page}, known=KNOWN)] == [(4, said)]
