"""Links, anchors and quoted code are read from Markdown as people mean them."""

from __future__ import annotations

import pytest

from tools.documents.page import Page, anchor, broken_links, lost_pages

TREE = frozenset({"README.md", "docs/index.md", "docs/why/one.md", "docs/how to.md", "LICENSE", "dunwell/cli/main.py"})


def faults(text: str, *, path: str = "docs/index.md") -> list[str]:
    pages = {path: Page(path, text), "docs/why/one.md": Page("docs/why/one.md", "# One\n\n## Why, then?\n\n## One\n")}
    return [str(fault) for fault in broken_links(pages, tree=TREE)]


@pytest.mark.parametrize(
    "text",
    [
        "[one](why/one.md)",
        "[one](why/one.md#why-then)",
        "[second heading of that name](why/one.md#one-1)",
        "[folder](why/)",
        "[up](../LICENSE) and [code](../dunwell/cli/main.py)",
        "[here](#a-heading)\n\n# A heading\n",
        "[out](https://example.org/none.md) [mail](mailto:a@example.org)",
        "[space](how%20to.md)",
        "[space](<how%20to.md>)",
        '[titled](why/one.md "A title")',
        "`[not a link](none.md)`",
        "```\n[not a link](none.md)\n```",
        "~~~\n```\n[still code](none.md)\n~~~\n",
        "a list [x] and (y)",
        '<a id="spot"></a> [spot](#spot)',
    ],
)
def test_a_link_that_leads_somewhere_passes(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gone](why/two.md)", "docs/index.md:1: link: why/two.md leads nowhere"),
        ("x\n\n[gone](one.md)", "docs/index.md:3: link: one.md leads nowhere"),
        ("[too far](../../README.md)", "docs/index.md:1: link: ../../README.md leads nowhere"),
        ("![picture](flow.png)", "docs/index.md:1: link: flow.png leads nowhere"),
        ("[one]: why/none.md", "docs/index.md:1: link: why/none.md leads nowhere"),
        ("[one](why/one.md#how)", "docs/index.md:1: anchor: docs/why/one.md has no heading #how"),
        ("[here](#nowhere)", "docs/index.md:1: anchor: docs/index.md has no heading #nowhere"),
        ("```\ncode\n```\n[gone](none.md)", "docs/index.md:4: link: none.md leads nowhere"),
    ],
)
def test_a_broken_link_is_named_with_its_line(text: str, said: str) -> None:
    assert [fault.partition(" -> ")[0] for fault in faults(text)] == [said]


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("People and roles 人与角色", "people-and-roles-人与角色"),
        ("Dunwell's own words", "dunwells-own-words"),
        ("`make check`, and why", "make-check-and-why"),
        ("[0001](why/0001.md) One house", "0001-one-house"),
        ("a_b - c", "a_b---c"),
    ],
)
def test_an_anchor_is_written_as_the_forges_do(heading: str, slug: str) -> None:
    assert anchor(heading) == slug


def test_quoted_code_is_found_in_blocks_and_in_the_line() -> None:
    page = Page("a.md", "Say `make` or ``a ` b``.\n\n```sh\nmake demo\n```\n")
    assert [(line, text) for line, text in page.quoted() if "`" not in text] == [(1, "make"), (4, "make demo")]


def test_a_heading_in_a_code_block_is_no_anchor() -> None:
    assert Page("a.md", "```\n# comment\n```\n# Real\n").anchors == {"real"}


def test_a_page_that_nobody_links_is_lost() -> None:
    texts = {"docs/index.md": "[a](a.md)", "docs/a.md": "[b](b.md#x)", "docs/b.md": "# x", "docs/c.md": "", "d.md": ""}
    pages = {path: Page(path, text) for path, text in texts.items()}
    assert [fault.path for fault in lost_pages(pages)] == ["docs/c.md"]
