"""The mappings of the house, each converted both ways over cells that suit its columns and cells that do not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.intake.conversion.converter import Converter
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.reading import Mapping, find, folder_names
from dunwell.intake.mapping.recipe import Column
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.rules import judge
from dunwell.ledger.targets import TARGETS

ON = date(2026, 3, 1)
nothings = st.sampled_from(["", "NaN", "NULL", "?", " "])


def suiting(column: Column) -> st.SearchStrategy[str]:
    """This function will draw cells that a column can read."""
    match column.type:
        case "text" | "bool" if column.values:
            return st.sampled_from([word for word, _ in column.values])
        case "date":
            form = column.formats[0]
            return st.dates(date(2024, 1, 1), date(2026, 2, 1)).map(lambda day: day.strftime(form))
        case "time":
            form = column.formats[0]
            return st.datetimes(min_value=_moment("2024-01-01"), max_value=_moment("2026-02-01")).map(
                lambda moment: moment.strftime(form)
            )
        case "money" | "integer" | "number":
            return st.integers(0, 9_999).map(str)
    return st.sampled_from(["A1", "B2", "sms", "Asia/Shanghai", "CNY", "mobile", "x" * 600])


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def rows_for(mapping: Mapping) -> st.SearchStrategy[list[dict[str, str]]]:
    cells = {
        column.name: st.one_of(suiting(column), suiting(column), suiting(column), nothings)
        for column in mapping.recipe.columns
    }
    return st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=12)


@pytest.mark.parametrize("name", folder_names())
def test_both_converters_agree_on_every_mapping_of_the_house(name: str) -> None:
    mapping = find(name)
    convert = Converter(mapping.recipe, on=ON)
    standing = {turn for turn, entry in enumerate(mapping.recipe.entries) if entry.target.standing}

    @settings(max_examples=8, deadline=None, database=None)
    @given(rows=rows_for(mapping))
    def agree(rows: list[dict[str, str]]) -> None:
        arrays = [pa.array([row[column] for row in rows]) for column in rows[0]]
        table = pa.table([pa.array(range(len(rows)), pa.int64()), *arrays], names=[LINE, *rows[0]])
        converted = convert(Chunk(table))
        made: dict[int, list[tuple[int, dict[str, Any]]]] = {line: [] for line in range(len(rows))}
        for facts in converted.facts:
            for fact in facts.rows.to_pylist():
                fact.pop("entry")
                made[fact.pop("line")].append((facts.turn, fact))
        for line, row in enumerate(rows):
            judged = judge(mapping.recipe, cells=row, on=ON)
            assert tuple(converted.faults.get(line, ())) == judged.faults
            mine = [(turn, fact) for turn, fact in made[line] if turn not in standing]
            assert mine == [(turn, dict(fact)) for turn, fact in judged.facts if turn not in standing]

    agree()
    convert.close()


@pytest.mark.parametrize("name", folder_names())
def test_every_mapping_of_the_house_reads_an_empty_chunk(name: str) -> None:
    mapping = find(name)
    convert = Converter(mapping.recipe, on=ON)
    nothing = pa.table({LINE: pa.array([], pa.int64())})
    converted = convert(Chunk(nothing))
    convert.close()
    assert (converted.facts, converted.faults) == ([], {})


def test_the_nine_kinds_of_source_are_mapped() -> None:
    from dunwell.ledger.kinds import SourceKind

    kinds = {find(name).document.kind for name in folder_names()}
    assert kinds == set(SourceKind)


def test_the_house_fills_most_targets() -> None:
    filled = {entry.target.name for name in folder_names() for entry in find(name).recipe.entries}
    assert set(TARGETS) - filled == set()


def test_what_depends_on_the_day_is_known() -> None:
    """A list of customers told whole every day says another thing tomorrow; a list of invoices does not."""
    assert not find("highradius").recipe.depends_on_day
    assert not find("uci_credit_card").recipe.depends_on_day
