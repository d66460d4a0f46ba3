"""One sample that the tests of this part read, and the story behind it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dunwell.lab.sample import calendar
from dunwell.lab.sample.story import Story, tell
from dunwell.lab.sample.write import write_sample

ACCOUNTS, SEED, AS_OF = 2_500, 11, date(2026, 3, 16)


class Sample(NamedTuple):
    folder: Path
    manifest: dict[str, Any]

    def file(self, kind: str) -> dict[str, Any]:
        """This function will find the manifest's entry of a kind of source."""
        return next(file for file in self.manifest["files"] if file["kind"] == kind)

    def lines(self, kind: str, *, encoding: str = "utf-8") -> list[str]:
        """This function will read the lines of a text file."""
        path = self.folder / str(self.file(kind)["file"])
        return path.read_text(encoding=encoding).splitlines()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    return Sample(folder, write_sample(folder, accounts=ACCOUNTS, seed=SEED, as_of=AS_OF))


@pytest.fixture(scope="session")
def story() -> Story:
    """This fixture will tell the story that the sample was written from: one block holds it all."""
    return tell(seed=SEED, block=0, accounts=ACCOUNTS, as_of=calendar.number(AS_OF))
