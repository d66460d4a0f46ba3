"""Columns of text: cell for cell what plain Python writes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.lab.sample import columns

CELLS = st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=20)
WHOLE = st.lists(st.integers(-(10**15), 10**15), max_size=20)


@given(CELLS)
def test_texts_come_back_as_they_were(cells: list[str | None]) -> None:
    assert columns.texts(cells).to_pylist() == cells


@given(WHOLE)
def test_whole_numbers_are_written_in_full(values: list[int]) -> None:
    assert columns.plain(np.array(values, dtype=np.int64)).to_pylist() == [str(value) for value in values]


@given(WHOLE)
def test_money_is_exact(cents: list[int]) -> None:
    written = columns.money(np.array(cents, dtype=np.int64)).to_pylist()
    assert [Decimal(text) * 100 for text in written] == cents
    assert all(text[-3] == "." for text in written)


@given(st.lists(st.integers(-9_000, 50_000), max_size=20))
def test_days_are_dates(values: list[int]) -> None:
    expected = [(date(1970, 1, 1) + timedelta(days=value)).isoformat() for value in values]
    assert columns.days(np.array(values, dtype=np.int64)).to_pylist() == expected


@pytest.mark.parametrize(
    ("form", "text"), [("%Y%m%d", "20260316"), ("%d.%m.%Y", "16.03.2026"), ("%Y年%m月%d日", "2026年03月16日")]
)
def test_days_take_any_form(form: str, text: str) -> None:
    assert columns.days(np.array([20_528]), form).to_pylist() == [text]


@given(CELLS)
def test_join_counts_null_as_empty_and_framed_keeps_it(cells: list[str | None]) -> None:
    column = columns.texts(cells)
    assert columns.join("<", column, ">").to_pylist() == [f"<{cell or ''}>" for cell in cells]
    assert columns.framed("<", column, ">").to_pylist() == [None if cell is None else f"<{cell}>" for cell in cells]


@given(st.lists(st.booleans(), max_size=40))
def test_flags_choose_cells(chosen: list[bool]) -> None:
    where = np.array(chosen, dtype=np.bool_)
    a, b = (columns.constant(text, len(chosen)) for text in "ab")
    assert columns.flags(where).to_pylist() == chosen
    assert columns.either(where, a, b).to_pylist() == ["a" if yes else "b" for yes in chosen]
    assert columns.only(where, a).to_pylist() == ["a" if yes else None for yes in chosen]
    assert columns.only(where, "x").to_pylist() == ["x" if yes else None for yes in chosen]
    assert columns.places(columns.flags(where)).tolist() == [place for place, yes in enumerate(chosen) if yes]


def test_a_comparison_with_null_finds_no_place() -> None:
    import pyarrow.compute as pc

    assert columns.places(pc.equal(columns.texts(["a", None, "a"]), columns.word("a"))).tolist() == [0, 2]


def test_words_numbers_and_places() -> None:
    index = np.array([2, 0, 0])
    assert columns.coded(("x", "y", "z"), index).to_pylist() == ["z", "x", "x"]
    assert columns.coded(("no", "yes"), np.array([True, False])).to_pylist() == ["yes", "no"]
    assert columns.numbered("C", index, width=4).to_pylist() == ["C0002", "C0000", "C0000"]
    assert columns.at(columns.texts(["a", None, "c"]), index).to_pylist() == ["c", "a", "a"]
    assert columns.stacked(columns.texts(["a"]), columns.empty(2)).to_pylist() == ["a", None, None]
    assert columns.known(columns.texts(["a", None, ""])) == 2


def test_columns_are_made_without_pandas() -> None:
    """Looking for pandas costs more time than a small sample: see the head of columns.py."""
    import subprocess
    import sys

    lines = (
        "import sys, datetime, pathlib, tempfile",
        "from dunwell.lab.sample.write import write_sample",
        "folder = pathlib.Path(tempfile.mkdtemp())",
        "write_sample(folder, accounts=30, seed=1, as_of=datetime.date(2026, 3, 16))",
        "assert 'pandas' not in sys.modules and 'django' not in sys.modules",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
