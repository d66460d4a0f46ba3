"""A Markdown page: its links, its anchors, and the code it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from tools.fault import Fault

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)")
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


@dataclass(frozen=True)
class Page:
    """One page, by its path from the root."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[tuple[int, str, bool]]:
        """This property is every line with its number, and whether it stands inside a code block."""
        found, fence = [], ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            mark = FENCE.match(line)
            closes = bool(mark and fence and line.strip().startswith(fence))
            found.append((number, line, bool(fence) or bool(mark)))
            if closes:
                fence = ""
            elif mark and not fence:
                fence = mark.group(1)
        return found

    @cached_property
    def anchors(self) -> set[str]:
        """This property is the anchors of the headings, as the usual forges write them."""
        found: set[str] = set()
        for _, line, code in self.lines:
            if not code and (heading := re.match(r"#{1,6}\s+(.*?)\s*#*$", line)):
                slug = anchor(heading.group(1))
                count = 0
                while (f"{slug}-{count}" if count else slug) in found:
                    count += 1
                found.add(f"{slug}-{count}" if count else slug)
            found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", line))
        return found

    def links(self) -> Iterator[tuple[int, str]]:
        for number, line, code in self.lines:
            if not code:
                for inline, reference in LINK.findall(SPAN.sub("", line)):
                    yield number, inline or reference

    def quoted(self) -> Iterator[tuple[int, str]]:
        """This function will give every quoted piece of code: each line of a block, each span in the prose."""
        for number, line, code in self.lines:
            yield from ((number, text) for text in ([line] if code else SPAN.findall(line)))


def anchor(heading: str) -> str:
    """This function will write a heading's anchor: small letters, no punctuation, spaces as hyphens."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def read_pages(root: Path, *, paths: list[str]) -> dict[str, Page]:
    return {path: Page(path, (root / path).read_text(encoding="utf-8")) for path in paths if path.endswith(".md")}


def target(page: Page, *, link: str) -> tuple[str, str] | None:
    """This function will tell which path and anchor a link leads to; nothing if it leads out of the project."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//", link):
        return None
    path, _, fragment = unquote(link).partition("#")
    place = normpath((PurePosixPath(page.path).parent / path).as_posix()) if path else page.path
    return place, fragment


def broken_links(pages: dict[str, Page], *, tree: frozenset[str]) -> Iterator[Fault]:
    """This function will find links to files that do not exist, and to headings that the page does not have."""
    folders = {parent.as_posix() for path in tree for parent in PurePosixPath(path).parents}
    for page in pages.values():
        for line, link in page.links():
            if (led := target(page, link=link)) is None:
                continue
            place, fragment = led
            if place not in tree and place not in folders:
                yield Fault(page.path, line, "link", f"{link} leads nowhere", "name a file of the project")
            elif fragment and place in pages and fragment not in pages[place].anchors:
                yield Fault(
                    page.path, line, "anchor", f"{place} has no heading #{fragment}", "name one of its headings"
                )


def lost_pages(pages: dict[str, Page], *, start: str = "docs/index.md") -> Iterator[Fault]:
    """This function will find the pages under docs/ that nobody reaches from the first page by links."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in reached or path not in pages:
            continue
        reached.add(path)
        leads = (target(pages[path], link=link) for _, link in pages[path].links())
        waiting.extend(led[0] for led in leads if led)
    for path in sorted(set(pages) - reached):
        if path.startswith("docs/"):
            yield Fault(path, 1, "lost", f"no link leads here from {start}", f"link it from {start}")
