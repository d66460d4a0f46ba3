"""Any CSV that Python can write is read with the same cells and the right lines; any that is cut off is found out."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dunwell.facts.errors import DunwellError
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.document import Format
from dunwell.intake.readers.opening import open_reader

Row = list[str]
COLUMNS = ["a", "b", "c"]

# Cells that try what is hard: quotes, breaks, delimiters, blanks, letters of several bytes.
pieces = st.sampled_from(["a", "1", '"', "\n", "\r\n", ",", ";", " ", "张", "é", "\t"])
cells = st.lists(pieces, max_size=8).map("".join)
rows = st.lists(cells, min_size=3, max_size=3).filter(lambda row: any(row))
files = st.lists(rows, max_size=20)


def written(told: list[Row], *, delimiter: str, line_end: str) -> str:
    """This function will write the rows as a CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(COLUMNS)
    writer.writerows(told)
    return out.getvalue()


def read(content: bytes, *, delimiter: str = ",", encoding: str = "utf-8") -> list[tuple[int, Row]]:
    """This function will read a file and give its rows with their lines; broken rows are given as far as they go."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        form = Format.model_validate({"delimiter": delimiter, "encoding": encoding})
        chunks = list(open_reader(str(path), form=form, needed=COLUMNS).chunks())
    good = [(row[LINE], [row[name] for name in COLUMNS]) for chunk in chunks for row in chunk.rows.to_pylist()]
    return sorted(good + [(each.line, list(each.cells)) for chunk in chunks for each in chunk.broken])


def first_lines(told: list[Row], *, line_end: str) -> list[int]:
    """This function will count on which line each row begins."""
    lines, line = [], 2
    for row in told:
        lines.append(line)
        line += 1 + sum(cell.count("\n") + cell.replace("\r\n", "").count("\r") for cell in row)
    return lines


@settings(max_examples=150, deadline=None)
@given(told=files, delimiter=st.sampled_from([",", ";", "|"]), line_end=st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_read_on_the_line_where_it_stands(told: list[Row], delimiter: str, line_end: str) -> None:
    content = written(told, delimiter=delimiter, line_end=line_end)
    found = read(content.encode(), delimiter=delimiter)
    assert [row for _, row in found] == told
    assert [line for line, _ in found] == first_lines(told, line_end=line_end)


@settings(max_examples=60, deadline=None)
@given(told=files)
def test_gb18030_gives_the_same_cells(told: list[Row]) -> None:
    content = written(told, delimiter=",", line_end="\n")
    # A file in GB18030 that is UTF-8 as well holds nothing but ASCII, or is nonsense in one of them.
    assume(content.isascii() or _is_not_utf8(content.encode("gb18030")))
    assert [row for _, row in read(content.encode("gb18030"), encoding="gb18030")] == told


def _is_not_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


@settings(max_examples=200, deadline=None)
@given(told=files.filter(bool), cut=st.floats(0, 1), line_end=st.sampled_from(["\n", "\r\n"]))
def test_a_file_cut_off_anywhere_is_refused_or_gives_the_first_rows_unchanged(
    told: list[Row], cut: float, line_end: str
) -> None:
    """Only the last cell may be shorter than it was: nobody can tell a cut number from a short one."""
    whole = written(told, delimiter=",", line_end=line_end).encode()
    content = whole[: int(len(whole) * cut)]
    try:
        found = [row for _, row in read(content)]
    except DunwellError:
        return
    kept = found[:-1]
    assert kept == told[: len(kept)]
    if found:
        last, original = found[-1], told[len(kept)]
        assert last[:-1] == original[:-1]
        assert original[-1].startswith(last[-1].rstrip("\r"))


@settings(max_examples=60, deadline=None)
@given(told=files, broken=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["x", "x,y", "x,y,z,w"])), max_size=4))
def test_broken_rows_are_told_apart_and_move_nobody(told: list[Row], broken: list[tuple[int, str]]) -> None:
    """Broken rows are put among rows without breaks inside, so that their lines are plain to see."""
    plain = [[cell.replace("\n", "").replace("\r", "") or "-" for cell in row] for row in told]
    lines = written(plain, delimiter=",", line_end="\n").splitlines()
    for place, row in sorted(broken, reverse=True):
        lines.insert(min(place, len(lines) - 1) + 1, row)
    content = "\n".join(lines) + "\n"
    for line, row in read(content.encode()):
        assert next(csv.reader([lines[line - 1]])) == row
