"""What people change in a workbook goes back into the DMN file; mistakes are refused with sheet, cell and cure."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from workbooks import WHOLE, Edit, edited, strategy

from dunwell.engine.workbook.exporting import export
from dunwell.engine.workbook.importing import Imported, import_workbook
from dunwell.engine.writing.canonical import canonical
from dunwell.facts.errors import DunwellError


def put(cell: str, value: object) -> Edit:
    def edit(page: Any) -> None:
        page[cell].value = value

    return edit


def said(found: Imported) -> list[str]:
    return [difference.sentence() for difference in found.differences]


def refusal(folder: Path, edit: Edit, **options: Any) -> str:
    with pytest.raises(DunwellError) as error:
        edited(folder, edit, **options)
    return str(error.value)


# Changes


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("B11", "[31..45]", "decision 'grade', rule 2 (r2), column 'n': [31..60] → [31..45]"),
        ("B11", 30, "decision 'grade', rule 2 (r2), column 'n': [31..60] → 30"),
        ("B11", 0.1, "decision 'grade', rule 2 (r2), column 'n': [31..60] → 0.1"),
        ("D10", False, "decision 'grade', rule 1 (r1), column 'b': - → false"),
        ("B11", None, "decision 'grade', rule 2 (r2), column 'n': [31..60] → -"),
        ("E11", '"M2"', "decision 'grade', rule 2 (r2), column 'grade': \"M1\" → \"M2\""),
        ("F12", "其他", "decision 'grade', rule 3 (r3): note (en): — → 其他"),
        ("E9", '"M3"', "decision 'grade', column 'grade': default: \"M0\" → \"M3\""),
        ("E9", None, "decision 'grade', column 'grade': default: \"M0\" → null"),
        ("B6", "days late", "decision 'grade', column 'days late': label: n → days late"),
        ("C8", '"x", null', "decision 'grade', column 's': allowed values: — → \"x\", null"),
    ],
)
def test_a_change_goes_back_into_the_file(cell: str, value: object, expected: str, tmp_path: Path) -> None:
    found = edited(tmp_path, put(cell, value))
    assert said(found) == [expected]
    (tmp_path / "case.dmn").write_text(found.text, encoding="utf-8")
    assert canonical(tmp_path / "case.dmn") == found.text


def test_a_changed_cell_is_one_changed_line(tmp_path: Path) -> None:
    before = canonical(strategy(tmp_path)).splitlines()
    after = edited(tmp_path, put("B11", "[31..45]")).text.splitlines()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        '        <inputEntry id="r2_n"><text>[31..45]</text></inputEntry>'
    ]


def test_a_changed_formula_goes_back(tmp_path: Path) -> None:
    assert said(edited(tmp_path, put("C2", "n * 3"), sheet="formulas")) == ["decision 'twice': formula: n * 2 → n * 3"]


def rules(found: Imported) -> list[str]:
    return re.findall(r'<rule id="([^"]*)"', found.text)


def test_rows_may_be_deleted_and_moved(tmp_path: Path) -> None:
    assert rules(edited(tmp_path, lambda page: page.delete_rows(11))) == ["r1", "r3"]

    def swap(page: Any) -> None:
        for column in range(1, 8):
            upper, lower = page.cell(10, column), page.cell(11, column)
            upper.value, lower.value = lower.value, upper.value

    assert rules(edited(tmp_path, swap)) == ["r2", "r1", "r3"]


def add(page: Any, row: int, texts: list[str | None]) -> None:
    page.insert_rows(row)
    for column, text in enumerate(texts, 1):
        page.cell(row, column).value = text


def test_a_new_row_gets_an_id_that_is_the_same_each_time(tmp_path: Path) -> None:
    row = [None, "[61..90]", "-", "-", '"M2"', "61 to 90", "61至90天"]
    first = edited(tmp_path, lambda page: add(page, 11, row))
    assert rules(first)[0::2] == ["r1", "r2"]
    assert re.fullmatch(r"grade-[0-9a-f]{6}", rules(first)[1])
    assert said(first) == [f"decision 'grade', rule 2 ({rules(first)[1]}): added: [61..90] | - | - ⇒ \"M2\""]
    assert '<annotation name="zh"/>' in first.text
    assert edited(tmp_path, lambda page: add(page, 11, row)).text == first.text


def test_a_row_below_the_rules_is_a_rule_and_empty_rows_are_none(tmp_path: Path) -> None:
    def below(page: Any) -> None:
        for column, text in enumerate(["mine", "5", "-", "-", '"M1"'], 1):
            page.cell(20, column).value = text

    assert rules(edited(tmp_path, below)) == ["r1", "r2", "r3", "mine"]


def test_of_a_copied_row_the_one_that_is_as_before_keeps_the_id(tmp_path: Path) -> None:
    copy = ["r2", "[61..90]", "-", "true", '"M2"']
    for row in (11, 12):
        found = edited(tmp_path, lambda page, row=row: add(page, row, copy))
        assert len(rules(found)) == 4
        assert rules(found)[2 if row == 11 else 1] == "r2"
        assert len(said(found)) == 1


def test_a_comment_moves_with_its_rule(tmp_path: Path) -> None:
    content = WHOLE.replace('<rule id="r2">', '<!-- of r2 --><rule id="r2">')
    found = edited(tmp_path, lambda page: page.delete_rows(10), content)
    assert re.search(r"<!-- of r2 -->\s*<rule id=\"r2\">", found.text)


# Refusals


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("B11", "[31..", "book.xlsx, grade!B11: «[31..»"),
        ("B11", '"late"', "book.xlsx, grade!B11:"),
        ("E11", '"M9"', "book.xlsx, grade!E11: M9 is not among the allowed values"),
        ("E11", None, "book.xlsx, grade!E11: «» at character 1: nothing is written here"),
        ("C8", "x,", "book.xlsx, grade!C8:"),
        ("B11", "=SUM(A1:A9)", "book.xlsx, grade!B11: a spreadsheet formula: =SUM(A1:A9)"),
        ("B11", datetime(2024, 1, 3), "book.xlsx, grade!B11: the spreadsheet has made it a day or a time"),  # noqa: DTZ001
        ("B11", date(2024, 1, 3), "grade!B11: the spreadsheet has made it"),
        ("B11", time(8, 0), "grade!B11: the spreadsheet has made it"),
        ("B11", "#REF!", "book.xlsx, grade!B11: a spreadsheet error: #REF!"),
        ("B5", "m", "book.xlsx, grade!B5: here stands «m», in the DMN file «n»"),
        ("B7", "string", "book.xlsx, grade!B7: here stands «string»"),
        ("B2", "UNIQUE", "book.xlsx, grade!B2: here stands «UNIQUE»"),
        ("H10", "why", "book.xlsx, grade!H10: «why» stands outside the table"),
        ("B9", "1", "book.xlsx, grade!B9: a condition has no default"),
        ("A13", "d_grade", "grade!A13: the id d_grade is in use elsewhere in the file"),
        ("A1", "other", "the sheet of 'grade' is missing (its cell A1 holds grade_table)"),
    ],
)
def test_a_mistake_is_refused_with_its_cell(cell: str, value: object, words: str, tmp_path: Path) -> None:
    def edit(page: Any) -> None:
        page[cell].value = value
        if cell == "A13":
            page["B13"].value = "5"

    said_words = refusal(tmp_path, edit)
    assert words in said_words
    assert " -> " in said_words


def test_an_id_that_is_none_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, lambda page: add(page, 11, ["no id!", "5", "-", "-", '"M1"']))
    assert "grade!A11: «no id!» cannot be an id" in message


def test_a_sheet_without_rules_is_refused(tmp_path: Path) -> None:
    assert "no rule is left" in refusal(tmp_path, lambda page: page.delete_rows(10, 3))


def test_a_missing_sheet_and_a_strange_one_are_refused(tmp_path: Path) -> None:
    assert "the sheet of 'grade' is missing" in refusal(tmp_path, lambda book: book.remove(book["grade"]), sheet="")
    message = refusal(tmp_path, lambda book: book.create_sheet("mine"), sheet="")
    assert "mine!A1: this sheet belongs to no decision table of case.dmn" in message


def test_a_formula_that_cannot_be_read_names_its_cell(tmp_path: Path) -> None:
    assert "book.xlsx, formulas!C2: " in refusal(tmp_path, put("C2", "n *"), sheet="formulas")
    assert "formulas!A2: «x» of «twice» is no formula" in refusal(tmp_path, put("A2", "x"), sheet="formulas")


def test_a_workbook_of_another_state_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    export(path, tmp_path / "book.xlsx")
    strategy(tmp_path, WHOLE.replace("[31..60]", "[31..50]"))
    with pytest.raises(DunwellError, match=r"case\.dmn has changed since this workbook was exported"):
        import_workbook(tmp_path / "book.xlsx", into=path)
    forced = import_workbook(tmp_path / "book.xlsx", into=path, force=True)
    assert said(forced) == ["decision 'grade', rule 2 (r2), column 'n': [31..50] → [31..60]"]


def test_a_workbook_that_would_change_nothing_is_welcome_again(tmp_path: Path) -> None:
    path = strategy(tmp_path)
    found = edited(tmp_path, put("B11", "[31..45]"))
    path.write_text(found.text, encoding="utf-8")
    assert import_workbook(tmp_path / "book.xlsx", into=path).differences == ()


# Attacks


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"], ids=["empty", "text", "broken zip"])
def test_what_is_no_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    with pytest.raises(DunwellError, match="this is no whole XLSX workbook"):
        import_workbook(tmp_path / "book.xlsx", into=strategy(tmp_path))


def test_a_workbook_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="cannot be read"):
        import_workbook(tmp_path / "none.xlsx", into=strategy(tmp_path))


def packed(folder: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Exports, and changes one part inside the archive."""
    export(strategy(folder), folder / "plain.xlsx")
    with (
        zipfile.ZipFile(folder / "plain.xlsx") as old,
        zipfile.ZipFile(folder / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return folder / "book.xlsx"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path, "xl/styles.xml", lambda content: content + b" " * 101_000_000)
    with pytest.raises(DunwellError, match="unpacked, are too many"):
        import_workbook(path, into=tmp_path / "case.dmn")


def test_entities_are_refused(tmp_path: Path) -> None:
    attack = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = packed(tmp_path, "xl/worksheets/sheet2.xml", lambda content: attack + content.split(b"?>", 1)[-1])
    with pytest.raises(DunwellError, match=r"DTD or entities|no whole XLSX"):
        import_workbook(path, into=tmp_path / "case.dmn")


def test_a_sheet_that_reaches_too_far_is_refused(tmp_path: Path) -> None:
    def far(content: bytes) -> bytes:
        return content.replace(
            b"</sheetData>", b'<row r="1048576"><c r="A1048576" t="str"><v>x</v></c></row></sheetData>'
        )

    path = packed(tmp_path, "xl/worksheets/sheet2.xml", far)
    with pytest.raises(DunwellError, match="delete the empty rows and columns around the table"):
        import_workbook(path, into=tmp_path / "case.dmn")
