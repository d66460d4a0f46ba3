"""The page of content rules shows every list, every element and every rule about content."""

from __future__ import annotations

from dunwell.compliance.content.wording import load_wording
from dunwell.database import ROOT
from tools.documents.content import CONTENT_PAGE, content_page


def test_the_page_in_docs_is_equal() -> None:
    assert (ROOT / CONTENT_PAGE).read_text(encoding="utf-8") == content_page(), "write it anew: make docs"


def test_the_page_shows_every_entry_element_and_rule() -> None:
    page, wording = content_page(), load_wording()
    for each in wording.lists:
        assert f"## {each.name.en} · {each.name.zh}" in page
        assert all(f"`{entry.id}`" in page for entry in each.entries)
    assert all(f"`{element.id}`" in page for element in wording.elements)
    for rule in ("CN-I1", "CN-I2-1", "G3", "G3-opening", "G6-words", "US-M1", "US-E1", "US-I1", "US-I1-later"):
        assert f"`{rule}`" in page
    assert "This is Robin Smith calling from the credit card receivables group." in page
