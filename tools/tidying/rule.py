"""What a rule of style is: a check over one file, with good and bad examples beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Source:
    """One file of the tree: its path from the root, its text, and the paths of all files beside it."""

    path: str
    text: str = ""
    tree: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def folders(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts[:-1]

    @cached_property
    def lines(self) -> list[str]:
        # Not splitlines(): that would also break at form feeds and other rare characters inside a line.
        return self.text.removesuffix("\n").split("\n")

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text)


# A finding: the line it stands on (1 is the first) and what is wrong there.
Finding = tuple[int, str]
Check = Callable[[Source], Iterator[Finding]]
Place = Callable[[Source], bool]


@dataclass(frozen=True)
class Rule:
    """A rule of style: where it holds, what it refuses, how to mend it, and examples that prove it."""

    name: str
    cure: str
    place: Place
    check: Check
    good: tuple[Source, ...]
    bad: tuple[Source, ...]

    def findings(self, source: Source) -> Iterator[Finding]:
        if self.place(source):
            yield from self.check(source)


def python(source: Source) -> bool:
    return source.path.endswith(".py")


def product(source: Source) -> bool:
    """This function will tell whether the file is Python that people run, written by hand."""
    return python(source) and source.path.startswith("dunwell/") and "migrations" not in source.folders


def everywhere(source: Source) -> bool:
    return True


def inside(*folders: str) -> Place:
    return lambda source: source.path.startswith(folders)


def lines_matching(pattern: str, *, say: str) -> Check:
    """This function will build a check that refuses each line in which the pattern is found."""
    compiled = re.compile(pattern)

    def check(source: Source) -> Iterator[Finding]:
        for number, line in enumerate(source.lines, start=1):
            if found := compiled.search(line):
                yield number, say.format(found.group().strip())

    return check


def at(path: str, *texts: str) -> tuple[Source, ...]:
    """This function will write examples: one file per text, all under the same path; a dot `·` is left out."""
    return tuple(Source(path, text.replace("·", "")) for text in texts or ("",))
