"""The small parts of intake: forms of dates, ways to a fault, streams, seals in layers, headers, exports."""

from __future__ import annotations

import gzip
import re
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.facts.errors import DunwellError
from dunwell.intake.conversion.sealing import unwrapped, wrapped
from dunwell.intake.mapping import recipe as made
from dunwell.intake.mapping.patterns import form_pattern
from dunwell.intake.mapping.reading import suggested
from dunwell.intake.queries import Opened
from dunwell.intake.readers import export
from dunwell.intake.readers.heading import checked
from dunwell.intake.readers.stream import Utf8Stream, survey
from dunwell.intake.readers.waiting import WaitingReader
from dunwell.ledger.targets import TARGETS
from dunwell.vault import rules

# ---- forms of dates -----------------------------------------------------------------------------------------------

FORMS = [
    ("%Y-%m-%d", "2024-1-5", True),
    ("%Y-%m-%d", "24-01-05", False),
    ("%Y-%m-%d", "2024/01/05", False),
    ("%Y-%m-%d", "2024-01-05 ", False),
    ("%Y%m%d", "20240105", True),
    ("%Y%m%d", "2024105", False),  # Where digits touch, each must be there.
    ("%d.%m.%Y", "5.1.2024", True),
    ("%d.%m.%Y", "5,1,2024", False),
    ("%d%b%Y", "05Jan2024", True),
    ("%d-%b-%Y", "5-Jan-2024", True),
    ("%d-%b-%Y", "5-Janu-2024", False),
    ("%Y年%m月%d日", "2024年1月5日", True),
    ("%Y-%m-%d %H:%M:%S", "2024-01-05 8:05:00", True),
    ("%Y-%m-%d %H:%M:%S", "2024-01-05 08:05:60", False),
    ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 08:05:00.123", True),
]


@pytest.mark.parametrize(("form", "text", "fits"), FORMS)
def test_a_form_fits_texts_written_in_it(form: str, text: str, fits: bool) -> None:
    assert bool(re.fullmatch(form_pattern(form), text)) == fits


@given(day=st.dates(min_value=datetime(1900, 1, 1).date()), form=st.sampled_from([form for form, _, _ in FORMS[:13]]))  # noqa: DTZ001
def test_what_is_written_in_a_form_fits_it(day: object, form: str) -> None:
    assert re.fullmatch(form_pattern(form), day.strftime(form))  # type: ignore[attr-defined]


# ---- streams ------------------------------------------------------------------------------------------------------


@given(
    content=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=400),
    skip=st.integers(0, 10),
    size=st.integers(1, 50),
    packed=st.booleans(),
)
def test_a_stream_gives_all_bytes_but_those_skipped(
    tmp_path_factory: pytest.TempPathFactory, content: str, skip: int, size: int, packed: bool
) -> None:
    data = content.encode()
    path = tmp_path_factory.mktemp("s") / ("f.csv.gz" if packed else "f.csv")
    path.write_bytes(gzip.compress(data) if packed else data)
    stream = Utf8Stream(path, encoding="utf-8", skip=skip, tail=b"TAIL")
    parts = []
    while part := stream.read(size):
        parts.append(part)
    assert b"".join(parts) == data[skip:] + b"TAIL"
    assert all(len(part) == size for part in parts[:-1])
    assert stream.done == len(data)


@given(content=st.text(st.sampled_from("a1,\n张é￥"), max_size=200))
def test_gb18030_streams_as_utf8(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    path = tmp_path_factory.mktemp("s") / "f.csv"
    path.write_bytes(content.encode("gb18030"))
    assert Utf8Stream(path, encoding="gb18030", skip=0, tail=b"").read() == content.encode()


@pytest.mark.parametrize(("content", "whole"), [(b"a\n", True), (b"a\r\n", True), (b"a\r", True), (b"a", False)])
def test_a_survey_sees_how_a_file_ends(tmp_path: Path, content: bytes, whole: bool) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    found = survey(path, encoding="utf-8")
    assert (found.ends_with_line_break, found.size) == (whole, len(content))


def test_the_digest_is_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "b.csv.gz"):
        with (tmp_path / name).open("wb") as raw, gzip.GzipFile(name, "wb", fileobj=raw, mtime=1) as file:
            file.write(b"a\n")
    first, second = (survey(tmp_path / name, encoding="utf-8") for name in ("a.csv.gz", "b.csv.gz"))
    assert first.digest != second.digest  # Packed under another name, it is another file.


# ---- seals in layers ----------------------------------------------------------------------------------------------


@given(
    text=st.text(max_size=100),
    subjects=st.lists(st.uuids(), min_size=1, max_size=4, unique=True),
    lost=st.integers(0, 3),
)
def test_a_row_opens_only_with_the_keys_of_all_its_persons(text: str, subjects: list[UUID], lost: int) -> None:
    subjects = sorted(subjects)
    keys = {subject: rules.new_key() for subject in subjects}
    sealed = wrapped(text, subjects=subjects, keys=keys)
    assert unwrapped(sealed, subjects=subjects, keys=keys) == text
    if len(text) > 3:
        assert text.encode() not in sealed
    del keys[subjects[lost % len(subjects)]]
    assert unwrapped(sealed, subjects=subjects, keys=keys) is None


# ---- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"), [("amonut", "did you mean amount?"), ("Amount", "did you mean amount?"), ("zzz", "")]
)
def test_a_close_name_is_suggested(written: str, meant: str) -> None:
    assert suggested(written, among=["amount", "account"]) == meant


def test_a_column_without_a_name_is_called_by_its_number() -> None:
    assert checked(["a", "", " b "], needed=["a", "b"], place="f") == ["a", "column 2", "b"]


def test_a_long_header_is_not_recited_whole() -> None:
    with pytest.raises(DunwellError) as caught:
        checked([f"c{turn}" for turn in range(100)], needed=["zebra"], place="f")
    assert caught.value.cure.count(",") == 39
    assert "…" in caught.value.cure


def test_an_expression_names_its_columns_in_order() -> None:
    expression = made.Sum((made.Ref("a"), made.Negate(made.Share(made.Ref("b"), made.Decimal("0.1"))), made.Const("1")))
    assert made.named(expression) == ["a", "b"]
    assert made.named(made.Template(("", "x", "/", "y", ""))) == ["x", "y"]
    assert made.named(made.Extreme(True, (made.Ref("c"), expression))) == ["c", "a", "b"]


def test_a_fault_is_told_of_the_column_behind_a_field() -> None:
    target = TARGETS["charge"]
    bound = (
        made.Bound(target.by_name["amount"], made.Sum((made.Ref("gross"), made.Ref("tax"))), "money"),
        made.Bound(target.by_name["component"], made.Const("fee"), "text"),
    )
    entry = made.Entry("facts[0]", target, (), bound)
    assert [entry.column_of(name) for name in ("amount", "component", "due_on")] == ["gross", "component", "due_on"]


# ---- exports and second tries -------------------------------------------------------------------------------------

FAULT = {"column": "amount", "rule": "not-a-number", "value": "x"}


def opened(line: int, *, text: str | None = None, **cells: str | None) -> Opened:
    return Opened(7, line, [FAULT], cells, text)


def test_an_export_is_recognised_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "refused.csv"
    assert export.write(path, rows=[opened(3, bill="B1", amount='x,y\n"z"')], language="en") == 1
    assert export.is_export(str(path))
    for name, content in (("other.csv", "bill,_line\n"), ("refused.txt", path.read_text()), ("empty.csv", "")):
        (tmp_path / name).write_text(content)
        assert not export.is_export(str(tmp_path / name))
    assert not export.is_export(str(tmp_path / "nowhere.csv"))
    assert not export.is_export("postgresql://host/db")


def test_an_export_holds_the_columns_of_all_rows(tmp_path: Path) -> None:
    path = tmp_path / "refused.csv"
    export.write(path, rows=[opened(3, bill="B1"), opened(4, amount="x"), opened(5, text="B3")], language="en")
    head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert head == "bill,amount,_batch,_line,_column,_rule,_reason,_raw"
    assert rows[0].startswith("B1,,7,3,amount,not-a-number,")
    assert rows[1].startswith(",x,7,4,")
    assert rows[2].endswith(",B3")


def test_a_second_try_reads_what_can_become_a_fact() -> None:
    rows = [opened(3, bill="B1", amount="x"), opened(4, text="B2,1", bill="B2"), opened(5), opened(9, bill="B3")]
    reader = WaitingReader(rows, batch_id=7)
    [chunk] = list(reader.chunks())
    assert chunk.rows.to_pylist() == [
        {"#line": 3, "bill": "B1", "amount": "x", "_batch": "7", "_line": "3"},
        {"#line": 9, "bill": "B3", "amount": None, "_batch": "7", "_line": "9"},
    ]
    assert len(reader.digest) == 64
    assert list(WaitingReader([], batch_id=7).chunks()) == []
