"""Notes and settings: every dependency explained, every note short, every environment variable told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.documents.page import Page
from tools.fault import Fault

NOTES = "docs/why/"
NOTE_LINES = range(15, 41)
SETTINGS_PAGE = "docs/reference/settings.md"
VARIABLE = re.compile(r"^(?:DUNWELL_[A-Z0-9_]+|DATABASE_URL)$")


def note_lengths(pages: dict[str, Page]) -> Iterator[Fault]:
    """This function will find decision notes that are too short to say why, or too long to be read."""
    for page in pages.values():
        count = len(page.text.splitlines())
        if page.path.startswith(NOTES) and count not in NOTE_LINES:
            cure = f"say what, why, what else and how to leave it in {NOTE_LINES[0]} to {NOTE_LINES[-1]} lines"
            yield Fault(page.path, 1, "note", f"{count} lines", cure)


def requirements(text: str) -> Iterator[tuple[int, str]]:
    """This function will give the name of every requirement with its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
            yield number, found.group().lower()


def unexplained(pages: dict[str, Page], *, root: Path) -> Iterator[Fault]:
    """This function will find dependencies that no decision note names in a code span."""
    told = {
        text.split("==")[0].lower()
        for page in pages.values()
        if page.path.startswith(NOTES)
        for _, text in page.quoted()
    }
    for path in ("requirements/core.in", "requirements/dev.in"):
        for line, name in requirements((root / path).read_text()):
            if name not in told:
                yield Fault(
                    path, line, "dependency", f"{name} is explained nowhere", f"add a note to {NOTES}dependencies/"
                )


def variables(source: str) -> Iterator[tuple[int, str]]:
    """This function will give every environment variable of ours that a Python text names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.match(node.value):
            yield node.lineno, node.value


def untold_settings(pages: dict[str, Page], *, root: Path, paths: frozenset[str]) -> Iterator[Fault]:
    """This function will find variables that the code reads and the page does not tell, and the reverse."""
    page = pages.get(SETTINGS_PAGE, Page(SETTINGS_PAGE, ""))
    told = {text: line for line, text in page.quoted() if VARIABLE.match(text)}
    read: set[str] = set()
    for path in sorted(paths):
        if path.endswith(".py") and path.startswith("dunwell/"):
            for line, name in variables((root / path).read_text()):
                read.add(name)
                if name not in told:
                    yield Fault(path, line, "setting", f"{name} is not in {SETTINGS_PAGE}", "tell it there")
    for name in sorted(set(told) - read):
        yield Fault(SETTINGS_PAGE, told[name], "setting", f"nothing reads {name}", "remove it from the page")
