"""CSV and TSV: lines are counted right, broken rows are told apart, and a file that is not whole is refused whole."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dunwell.facts.errors import DunwellError
from dunwell.intake.frame import LINE
from dunwell.intake.mapping.document import Format
from dunwell.intake.readers.chunk import Broken, Chunk
from dunwell.intake.readers.opening import open_reader

Line = tuple[int | None, ...]


def read(path: Path, *, needed: tuple[str, ...] = ("a", "b"), **form: str) -> list[Chunk]:
    """This function will read a file to its end."""
    return list(open_reader(str(path), form=Format.model_validate(form), needed=list(needed)).chunks())


def rows(chunks: list[Chunk]) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for chunk in chunks for row in chunk.rows.to_pylist()]


def broken(chunks: list[Chunk]) -> list[Broken]:
    return [each for chunk in chunks for each in chunk.broken]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """This fixture will name a file to be written."""
    return tmp_path / "file.csv"


def test_rows_and_their_lines(file: Path) -> None:
    file.write_bytes(b"a,b\n1,2\n3,4\n")
    chunks = read(file)
    assert chunks[0].rows.column_names == [LINE, "a", "b"]
    assert rows(chunks) == [(2, "1", "2"), (3, "3", "4")]


def test_line_breaks_inside_quotes_count_as_lines(file: Path) -> None:
    file.write_bytes(b'a,b\r\n1,"x\r\ny\nz"\r\n2,3\r\n4,"p\rq"\r\n5,6\r\n')
    assert rows(read(file)) == [(2, "1", "x\r\ny\nz"), (5, "2", "3"), (6, "4", "p\rq"), (8, "5", "6")]


def test_a_header_over_several_lines(file: Path) -> None:
    file.write_bytes(b'a,"b\nb"\n1,2\n')
    assert rows(read(file, needed=("a",))) == [(3, "1", "2")]


def test_broken_rows_are_told_with_line_and_cells_and_shift_nobody(file: Path) -> None:
    file.write_bytes(b'a,b\n1,2\nshort\n\n"q\nq",5\nlong,1,2\n6,7\nlast\n8,9\n')
    chunks = read(file)
    assert rows(chunks) == [(2, "1", "2"), (5, "q\nq", "5"), (8, "6", "7"), (10, "8", "9")]
    assert broken(chunks) == [
        Broken(3, "wrong-cells", "short", ("short",)),
        Broken(7, "wrong-cells", "long,1,2", ("long", "1", "2")),
        Broken(9, "wrong-cells", "last", ("last",)),
    ]


def test_lines_stay_right_over_many_blocks(file: Path) -> None:
    lines = [f'{n},"two\nlines {n}"' if n % 1000 == 0 else f"{n},{'x' * 60}" for n in range(1, 100_001)]
    lines[50_000:50_000] = ["broken", "broken,too,wide"]
    file.write_text("a,b\n" + "\n".join(lines) + "\n")
    chunks = read(file)
    assert len(chunks) > 2
    found = {row[1]: row[0] for row in rows(chunks)}
    physical = file.read_text().split("\n")
    for number in ("1", "999", "1000", "1001", "50000", "50001", "73456", "100000"):
        assert physical[int(str(found[number])) - 1].startswith(f"{number},")
    assert [physical[each.line - 1] for each in broken(chunks)] == ["broken", "broken,too,wide"]


def test_a_broken_row_before_a_last_row_without_its_line_break_is_only_broken(file: Path) -> None:
    file.write_bytes(b"a,b\n1,2\n4\n3,4")
    chunks = read(file)
    assert rows(chunks) == [(2, "1", "2"), (4, "3", "4")]
    assert [each.line for each in broken(chunks)] == [3]


def test_a_byte_order_mark_and_quoted_names(file: Path) -> None:
    file.write_bytes('\ufeff"a","b"\n1,中\n'.encode())
    assert rows(read(file)) == [(2, "1", "中")]


def test_gb18030_and_other_delimiters(file: Path) -> None:
    file.write_bytes("a;b\n张伟;￥1\n".encode("gb18030"))
    assert rows(read(file, encoding="gb18030", delimiter=";")) == [(2, "张伟", "￥1")]


def test_tsv_and_packed_files(tmp_path: Path) -> None:
    (tmp_path / "file.tsv").write_text("a\tb\n1\t2,3\n")
    assert rows(read(tmp_path / "file.tsv")) == [(2, "1", "2,3")]
    with gzip.open(tmp_path / "file.csv.gz", "wt") as packed:
        packed.write("a,b\n1,2\n")
    assert rows(read(tmp_path / "file.csv.gz")) == [(2, "1", "2")]


def test_no_line_break_at_the_end_is_no_fault(file: Path) -> None:
    file.write_bytes(b"a,b\n1,2\n3,4")
    assert rows(read(file)) == [(2, "1", "2"), (3, "3", "4")]


def test_blank_rows_say_nothing(file: Path) -> None:
    file.write_bytes(b"a,b\n1,2\n,\n\n3,4\n,\n")
    assert rows(read(file)) == [(2, "1", "2"), (5, "3", "4")]


def test_a_header_alone_holds_no_rows(file: Path) -> None:
    file.write_bytes(b"a,b\n")
    assert rows(read(file)) == []


def test_a_quote_inside_a_cell_is_a_letter(file: Path) -> None:
    file.write_bytes(b'a,b\n5" pipe,2\n3,4\n')
    assert rows(read(file)) == [(2, '5" pipe', "2"), (3, "3", "4")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n3", "truncated: it ends inside the row of line 3"),
        (b'a,b\n1,2\n"3\n"', "truncated: it ends inside the row of line 3"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "truncated: it ends inside a quoted cell of the row that begins on line 3"),
        (b'a,b\n1,2\n3,"4', "truncated: it ends inside a quoted cell of the row that begins on line 3"),
        (b'a,b\n1,2\n"3', "truncated: it ends inside a quoted cell of the row that begins on line 3"),
        (b"a,b\n1,2\n3,\xe4\xbd", "truncated: it ends inside a character"),
        (b"", "the file is empty"),
        (b"\n", "the file is empty"),
        (b" , \n1,2\n", "the file is empty"),
        (b"a,c\n1,2\n", r"missing column\(s\): b"),
        (b"a,b,a\n1,2,3\n", "two columns are called 'a'"),
        ("a,b\n1,2\n张,4\n".encode("gb18030"), "wrong encoding: this is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n1,2\n3,\0\n", "NUL"),
        (b'a,b\n1,"' + b"x\n" * 3_000_000, "cannot be taken apart|truncated"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DunwellError, match=said) as caught:
        read(file)
    assert caught.value.cure


def test_a_wrong_encoding_names_the_line_and_the_likely_one(file: Path) -> None:
    file.write_bytes("a,b\n1,2\n张,4\n".encode("gb18030"))
    with pytest.raises(DunwellError) as caught:
        read(file)
    assert caught.value.place == "file.csv, line 3"
    assert "encoding: gb18030" in caught.value.cure


def test_utf8_is_not_taken_for_gb18030(file: Path) -> None:
    file.write_bytes("a,b\n1,2\n张,伟\n".encode())
    with pytest.raises(DunwellError, match=r"this is UTF-8|wrong encoding"):
        read(file, encoding="gb18030")


def test_a_packed_file_that_ends_too_early_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "file.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 10_000)[:-20])
    with pytest.raises(DunwellError, match="truncated"):
        read(path)


def test_a_missing_column_suggests_the_close_one(file: Path) -> None:
    file.write_bytes(b"amonut,b\n1,2\n")
    with pytest.raises(DunwellError) as caught:
        read(file, needed=("amount",))
    assert "perhaps amount is 'amonut' here" in caught.value.cure
