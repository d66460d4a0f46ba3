"""The authority table as it stands on disk, read once for each state of the file."""

from __future__ import annotations

from functools import lru_cache

from dunwell.database import ROOT
from dunwell.facts.definitions import read
from dunwell.settle import clocks
from dunwell.settle.relief.rules import Table

AUTHORITY = ROOT / "strategies" / "authority.yaml"
CASES = ROOT / "strategies" / "cases.yaml"


@lru_cache(maxsize=1)
def _table(changed: int) -> Table:
    return read(AUTHORITY, Table)


def table() -> Table:
    return _table(AUTHORITY.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _terms(changed: int) -> clocks.Terms:
    return read(CASES, clocks.Terms)


def terms() -> clocks.Terms:
    """This function will give the terms of the clocks of disputes and complaints."""
    return _terms(CASES.stat().st_mtime_ns)
