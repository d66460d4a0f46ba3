"""Every page of the desk has its pictures, and the page that shows them names each."""

from __future__ import annotations

import struct

from dunwell.access.kinds import Role
from dunwell.database import ROOT
from dunwell.desk.urls import urlpatterns
from tests.web.desk.test_matrix import DOORS, MATRIX
from tools.screens import report
from tools.screens.pictures import SIGNATURE
from tools.screens.screens import NO_PAGES, SCREENS

FOLDER = ROOT / report.FOLDER
EACH_MOST, ALL_MOST = 150_000, 15_000_000


def test_every_page_that_is_read_has_a_screen() -> None:
    read = {name for name, cells in MATRIX.items() if any(method == "get" for method, *_more in cells)}
    shown = {one.name for one in SCREENS}
    assert read | {"login"} == shown | set(NO_PAGES)
    assert not shown & set(NO_PAGES)
    assert shown | set(NO_PAGES) <= {pattern.name for pattern in urlpatterns}
    assert {"login"} <= DOORS


def test_every_role_has_its_own_first_page() -> None:
    assert {one.role for one in SCREENS if one.name == "today"} == set(Role)


def test_every_picture_is_there_is_small_and_is_as_wide_as_its_name_says() -> None:
    pictures = {file.name: file for file in FOLDER.glob("*.png")}
    assert set(pictures) == report.names(SCREENS), "run: make screenshots"
    assert sum(file.stat().st_size for file in pictures.values()) < ALL_MOST
    for name, file in pictures.items():
        head = file.read_bytes()[:24]
        assert head.startswith(SIGNATURE)
        assert file.stat().st_size < EACH_MOST, name
        assert struct.unpack(">I", head[16:20])[0] == int(name.rsplit("-", 2)[1])


def test_the_page_of_the_screens_shows_each_picture_and_no_grave_finding() -> None:
    text = (ROOT / report.PAGE).read_text(encoding="utf-8")
    assert all(f"(../screens/{name})" in text for name in report.names(SCREENS)), "run: make screenshots"
    for line in text.splitlines():
        if line.startswith("| `"):
            assert line.split("|")[4].strip() == "0", line
