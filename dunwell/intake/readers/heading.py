"""The names of a source's columns, held against what the mapping needs."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from dunwell.facts.errors import DunwellError


def checked(names: Iterable[str], *, needed: Iterable[str], place: str) -> list[str]:
    """This function will return the names as they are used, or refuse a header that lacks or doubles one.

    A column without a name is called by its number; the mapping does not read it.
    """
    columns = [name.strip() or f"column {turn}" for turn, name in enumerate(names, 1)]
    double = sorted({name for name in columns if columns.count(name) > 1})
    if double:
        raise DunwellError(
            f"two columns are called {double[0]!r}", place=place, cure="give each column a name of its own"
        )
    missing = [name for name in needed if name not in columns]
    if missing:
        raise DunwellError(f"missing column(s): {', '.join(missing)}", place=place, cure=_cure(missing[0], columns))
    return columns


def _cure(missing: str, columns: list[str]) -> str:
    close = get_close_matches(missing, columns, n=1, cutoff=0.6)
    found = f"the file has {', '.join(columns[:40])}{' …' if len(columns) > 40 else ''}"
    return (
        f"perhaps {missing} is {close[0]!r} here: correct the mapping or the file"
        if close
        else f"{found}; correct the mapping or the file"
    )
