"""What the tests of intake share: mappings written on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from dunwell.intake.mapping.reading import Mapping, read


@pytest.fixture
def mapping(tmp_path: Path) -> Callable[[str], Mapping]:
    """This fixture will give a way to write a mapping called `bills` and read it."""

    def write(text: str) -> Mapping:
        path = tmp_path / "bills.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return read(path)

    return write
