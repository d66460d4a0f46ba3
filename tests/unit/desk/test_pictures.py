"""The pictures are PNG files that any reader opens, and each page has its own."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.screens import report
from tools.screens.pictures import SIGNATURE, png
from tools.screens.screens import SCREENS

COLOURS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=256)


def chunks(picture: bytes) -> dict[bytes, bytes]:
    """This function will read a PNG by the standard, and not by the code that wrote it."""
    assert picture.startswith(SIGNATURE)
    at, found = len(SIGNATURE), {}
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", picture, at + 8 + length)[0] == zlib.crc32(kind + data)
        found[kind] = data
        at += 12 + length
    assert next(reversed(found)) == b"IEND"
    return found


@given(palette=COLOURS, width=st.integers(1, 9), height=st.integers(1, 9), data=st.data())
def test_what_is_written_is_read_back(
    palette: list[tuple[int, ...]], width: int, height: int, data: st.DataObject
) -> None:
    pixels = data.draw(
        st.binary(min_size=width * height, max_size=width * height).map(
            lambda raw: bytes(one % len(palette) for one in raw)
        )
    )
    told = chunks(png(pixels, width=width, height=height, palette=palette))
    assert struct.unpack(">IIBBBBB", told[b"IHDR"]) == (width, height, 8, 3, 0, 0, 0)
    assert told[b"PLTE"] == b"".join(map(bytes, palette))
    lines = zlib.decompress(told[b"IDAT"])
    rows = [lines[at : at + width + 1] for at in range(0, len(lines), width + 1)]
    assert all(row[0] == 0 for row in rows), "no line is filtered"
    assert b"".join(row[1:] for row in rows) == pixels


@pytest.mark.parametrize(("pixels", "colours"), [(b"abc", 1), (b"abcd", 0), (b"abcd", 257)])
def test_what_is_no_picture_is_refused(pixels: bytes, colours: int) -> None:
    with pytest.raises(ValueError, match="are no picture"):
        png(pixels, width=2, height=2, palette=[(0, 0, 0)] * colours)


def test_every_screen_has_four_pictures_with_names_of_their_own() -> None:
    assert len(report.names(SCREENS)) == 4 * len(SCREENS)
    assert len({one.slug for one in SCREENS}) == len(SCREENS)
