"""Raw rows wait in a nameless, encrypted file."""

from __future__ import annotations

import os

import pyarrow as pa

from dunwell.intake.conversion.spool import Spool
from dunwell.intake.frame import LINE


def chunk(first: int, last: int) -> pa.Table:
    lines = list(range(first, last + 1))
    return pa.table({LINE: pa.array(lines, pa.int64()), "name": [f"王小明{line}" for line in lines]})


def test_rows_come_back_by_line_across_chunks() -> None:
    spool = Spool()
    for first in (2, 12, 22):
        spool.keep(chunk(first, first + 9))
    spool.keep(chunk(1, 0))
    found = dict(spool.rows([2, 11, 12, 31, 99]))
    spool.close()
    assert found == {line: {"name": f"王小明{line}"} for line in (2, 11, 12, 31)}


def test_the_file_has_no_name_and_no_plain_text() -> None:
    spool = Spool()
    spool.keep(chunk(1, 100))
    spool._file.flush()
    handle = spool._file.fileno()
    assert os.fstat(handle).st_nlink == 0
    content = os.pread(handle, 1 << 20, 0)
    assert len(content) > 100
    assert "王小明".encode() not in content
    spool.close()
