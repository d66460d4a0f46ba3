"""Strategies as workbooks: what they look like, and that every cell comes back as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from engine_models import definitions, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import IN, NOTES, TRAPS, WHOLE, edited, models, strategy

from dunwell.engine import dmn
from dunwell.engine.differences import differences
from dunwell.engine.workbook import layout
from dunwell.engine.workbook.escapes import escaped, unescaped
from dunwell.engine.workbook.exporting import export
from dunwell.engine.workbook.importing import import_workbook
from dunwell.engine.writing.canonical import canonical

STRATEGIES = Path(__file__).parents[3] / "strategies"


# Round trip


def unchanged(path: Path, folder: Path) -> None:
    export(path, folder / "book.xlsx")
    found = import_workbook(folder / "book.xlsx", into=path)
    assert found.text == canonical(path)
    assert found.differences == ()


@pytest.mark.parametrize("path", sorted(STRATEGIES.rglob("*.dmn")), ids=lambda path: path.name)
def test_the_house_strategies_come_back_as_they_were(path: Path, tmp_path: Path) -> None:
    unchanged(path, tmp_path)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_text_that_looks_like_something_else_comes_back(trap: str, tmp_path: Path) -> None:
    note = NOTES.format(escape(trap, {"\r": "&#13;"}))
    unchanged(strategy(tmp_path, WHOLE.replace("</rule>", f"{note}</rule>", 1)), tmp_path)
    cell = openpyxl.load_workbook(tmp_path / "book.xlsx")["grade"]["F10"]
    assert cell.number_format == "@"
    assert cell.data_type in ("s", "n") and (cell.value is None) == (not trap.strip())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30))
def test_escapes_turn_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(content=models())
def test_any_model_comes_back_as_it_was(content: str, tmp_path: Path) -> None:
    path = strategy(tmp_path, content)
    unchanged(path, tmp_path)
    text = canonical(path)
    (tmp_path / "form").mkdir(exist_ok=True)
    again = strategy(tmp_path / "form", text)
    assert canonical(again) == text
    assert differences(dmn.load(path), dmn.load(again)) == []


def test_extensions_diagram_and_comments_survive_an_import(tmp_path: Path) -> None:
    more = '<extensionElements><x:y xmlns:x="urn:x">  keep </x:y></extensionElements><!-- me too -->'
    found = edited(tmp_path, lambda page: page.cell(10, 2, "> 91"), WHOLE.replace("<inputData", f"{more}<inputData", 1))
    assert ">  keep </x:y>" in found.text
    assert "<!-- me too -->" in found.text


# What it looks like


@pytest.fixture
def book(tmp_path: Path) -> Any:
    export(strategy(tmp_path), tmp_path / "book.xlsx")
    return openpyxl.load_workbook(tmp_path / "book.xlsx")


def test_there_is_a_guide_a_sheet_for_each_table_and_one_for_formulas(book: Any) -> None:
    assert book.sheetnames == ["read me", "grade", "formulas", "lists"]
    assert book["lists"].sheet_state == "hidden"
    guide = list(book["read me"].iter_rows(values_only=True))
    assert ("How to use this workbook", "使用说明") in guide
    assert [cell.value for cell in book["formulas"][2]] == ["twice_literalExpression", "twice", "n * 2"]


def test_a_sheet_says_what_each_column_is(book: Any) -> None:
    page = book["grade"]
    assert (page["B1"].value, page.freeze_panes) == ("grade", "B10")
    assert page["B2"].value.startswith("hit policy 命中策略: FIRST — of the rules that match, the uppermost counts")
    columns = [[page.cell(row, column).value for row in range(4, 10)] for column in range(2, 8)]
    assert columns == [
        ["IF 条件", "n", None, "number", None, None],
        ["IF 条件", "s", None, "string", None, None],
        ["IF 条件", "b", None, "boolean", None, None],
        ["THEN 结果", "grade", None, "string", '"M0", "M1", "M2", "M3"', '"M0"'],
        ["NOTE 说明", "en", None, None, None, None],
        ["NOTE 说明", "zh", None, None, None, None],
    ]
    assert [cell.value for cell in page[10]] == ["r1", "> 90", '"x"', "-", '"M3"', None, None]
    assert all(page.cell(10, column).alignment.wrap_text for column in range(2, 8))
    assert page["A10"].font.color.rgb == "00808080"


def test_closed_columns_offer_their_values_and_still_take_others(book: Any) -> None:
    offered = {str(one.sqref).split(":")[0]: one for one in book["grade"].data_validations.dataValidation}
    assert set(offered) == {"D10", "E10"}
    assert not any(one.showErrorMessage for one in offered.values())
    columns = {
        column[0].column_letter: [cell.value for cell in column if cell.value] for column in book["lists"].columns
    }
    assert columns == {"A": ["-", "true", "false"], "B": ['"M0"', '"M1"', '"M2"', '"M3"']}
    assert offered["E10"].formula1 == "lists!$B$1:$B$4"


def test_names_that_no_sheet_may_have_are_made_so(tmp_path: Path) -> None:
    long = "a very long name of a decision that is longer than a sheet may have"
    parts = [
        table(name, rules=[["1", '"x"']], inputs={"n": "number"}) for name in (f"{long} one", f"{long} two", "lists")
    ]
    content = definitions(*parts, inputs=IN).replace('id="d_', 'id="d')
    path = strategy(tmp_path, re.sub(r'id="d([^"]*)"', lambda found: f'id="d{len(found[1])}{found[1][-3:]}"', content))
    sheets = export(path, tmp_path / "book.xlsx")
    assert [len(sheet.title) <= 31 for sheet in sheets] == [True] * 3
    assert [sheet.title for sheet in sheets][2] == "lists 2"
    assert import_workbook(tmp_path / "book.xlsx", into=path).differences == ()


def test_a_description_of_a_rule_has_its_column(tmp_path: Path) -> None:
    content = WHOLE.replace('<rule id="r1">', '<rule id="r1"><description>why</description>')
    unchanged(strategy(tmp_path, content), tmp_path)
    found = edited(tmp_path, lambda page: page.cell(11, 6, "because"), content)
    assert [one.sentence() for one in found.differences] == ["decision 'grade', rule 2 (r2): note (en): — → because"]


def test_the_rows_of_a_sheet_are_named_in_their_order() -> None:
    assert (layout.TITLE, layout.NAME, layout.FIRST_RULE) == (1, 5, 10)
