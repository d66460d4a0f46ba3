"""What the tests of workbooks share: a small strategy, exported, changed as a person would, and imported."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from engine_models import definitions, formula, table
from hypothesis import strategies as st

from dunwell.engine.workbook.exporting import export
from dunwell.engine.workbook.importing import Imported, import_workbook

IN = {"n": "number", "s": "string", "b": "boolean"}
RULES = [["> 90", '"x"', "-", '"M3"'], ["[31..60]", "-", "true", '"M1"'], ["-", "-", "-", '"M0"']]
GRADE = table("grade", rules=RULES, inputs=IN, outputs={"grade": "string"}, defaults={"grade": '"M0"'})
NOTES = "<annotationEntry><text>{}</text></annotationEntry>"
LISTED = GRADE.replace(
    '<output name="grade" typeRef="string">',
    '<output name="grade" typeRef="string"><outputValues><text>"M0", "M1", "M2", "M3"</text></outputValues>',
)
WHOLE = definitions(LISTED, formula("twice", "n * 2", needs=["n"]), inputs=IN)
Edit = Callable[[Any], object]


def strategy(folder: Path, content: str = WHOLE) -> Path:
    path = folder / "case.dmn"
    path.write_text(content, encoding="utf-8")
    return path


def edited(folder: Path, edit: Edit, content: str = WHOLE, sheet: str = "grade", **options: bool) -> Imported:
    """Exports, lets `edit` change one sheet (or, with sheet="", the book) as a person would, and imports."""
    path = strategy(folder, content)
    export(path, folder / "book.xlsx")
    book = openpyxl.load_workbook(folder / "book.xlsx")
    edit(book[sheet] if sheet else book)
    book.save(folder / "book.xlsx")
    return import_workbook(folder / "book.xlsx", into=path, **options)


# What spreadsheets like to make something else of.
TRAPS = ["1-3", "2024-01-01", "= null", "=1+1", "#N/A", "1e5", "007", "_x000D_", "a\rb", "a\r\nb", "TRUE", "@", "'x",
         "<&>", "逾期", "  two  spaces", "line\nbreak", "+1", '"q"', "100%", "1/2", "\t"]  # fmt: skip


LITERALS = {"n": ["1", "2.5", "-3"], "s": ['"a"', '"b, c"', '"=1"', '"1-3"', '"逾期"'], "b": ["true", "false"]}


@st.composite
def cells(draw: st.DrawFn, name: str) -> str:
    one = st.sampled_from(LITERALS[name])
    shapes = [st.just("-"), st.just("null"), one, st.lists(one, min_size=1, max_size=3).map(", ".join),
              one.map("not({})".format), one.map("= {}".format), one.map("!= {}".format)]  # fmt: skip
    if name == "n":
        shapes += [one.map(">{}".format), st.just("[1..3]"), st.just("(0 .. 9]")]
    return draw(st.one_of(shapes))


TEXTS = st.one_of(st.sampled_from([*TRAPS, ""]), st.text("aä逾 <&>\"'=-#_x0\n", max_size=12))


@st.composite
def models(draw: st.DrawFn) -> str:
    """A random file: some tables with random cells, notes and labels, some formulas."""
    parts = []
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from(list(IN)), min_size=1, max_size=3, unique=True))
        rows = [
            [*(draw(cells(name)) for name in names), draw(st.sampled_from(LITERALS["s"]))]
            for _ in range(draw(st.integers(1, 4)))
        ]
        policy = draw(st.sampled_from(["FIRST", "UNIQUE", "COLLECT", "ANY", "RULE ORDER"]))
        text = table(
            f"T{number}", rules=rows, inputs={name: IN[name] for name in names}, outputs={"": "string"}, policy=policy
        )
        notes = "".join(NOTES.format(escape(draw(TEXTS), {"\r": "&#13;"})) for _ in range(draw(st.integers(0, 3))))
        text = text.replace("</rule>", f"{notes}</rule>", draw(st.integers(0, 4)))
        # Rules are told apart over the whole file, as ids of XML are.
        parts.append(re.sub(r'<rule id="r', f'<rule id="t{number}r', text))
    if draw(st.booleans()):
        parts.append(formula("F", draw(st.sampled_from(["n * 2", "if b then 1 else 2", "n + 1"])), needs=["n", "b"]))
    return definitions(*parts, inputs=IN)
