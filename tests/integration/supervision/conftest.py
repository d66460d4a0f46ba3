"""What the tests of supervision share: a small ledger, written by supervision_ledger.py beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from supervision_ledger import Ledger


@pytest.fixture
def ledger(db: None) -> Ledger:
    return Ledger()
