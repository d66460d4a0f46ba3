"""The documents as a test: links, commands, settings, notes, and the pages written from the code.

`python tools/docs_check.py` prints one line for each fault and ends with 1 if there is any;
`python tools/docs_check.py --write` first writes the pages that come from the code. Neither needs a database.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES_PAGE = "docs/reference/rules.md"
sys.path.insert(0, str(ROOT))

import typer  # noqa: E402

from dunwell.compliance import risks  # noqa: E402
from dunwell.compliance.clocks import page as clocks_page  # noqa: E402
from dunwell.compliance.rulebook import page as rules_page  # noqa: E402
from dunwell.portrait import dimensions  # noqa: E402
from tools import tidy  # noqa: E402
from tools.documents import catalogue, commands, content, feel, notes, page, roles, strategies  # noqa: E402
from tools.fault import Fault  # noqa: E402


def generated(root: Path, *, app: typer.Typer, tree: frozenset[str]) -> dict[str, str]:
    """This function will write, in memory, every page that comes from the code."""
    pages = {
        commands.CLI_PAGE: commands.cli_page(commands.commands(app)),
        catalogue.CATALOGUE_PAGE: catalogue.catalogue_page(root, tree=tree),
    }
    # These are about the house itself; the small trees of the tests have none.
    if root == ROOT:
        pages |= {dimensions.PAGE: dimensions.markdown(), RULES_PAGE: rules_page.markdown()}
        pages |= {clocks_page.PAGE: clocks_page.markdown(), risks.PAGE: risks.markdown()}
        pages[strategies.STRATEGIES_PAGE] = strategies.strategies_page(root, tree=tree)
        pages[feel.FEEL_PAGE] = feel.feel_page()
        pages[roles.ROLES_PAGE] = roles.roles_page()
        pages[content.CONTENT_PAGE] = content.content_page()
    return pages


def stale(root: Path, *, pages: dict[str, str]) -> Iterator[Fault]:
    """This function will find generated pages that no longer say what the code says."""
    for path, text in pages.items():
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text:
            yield Fault(path, 1, "stale", "differs from the code", "run python tools/docs_check.py --write")


def write(root: Path, *, pages: dict[str, str]) -> None:
    for path, text in pages.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def faults(root: Path, *, app: typer.Typer) -> Iterator[Fault]:
    """This function will find everything in the documents that is not true."""
    tree = frozenset(tidy.listed(root))
    pages = page.read_pages(root, paths=sorted(tree))
    known = commands.commands(app)
    yield from stale(root, pages=generated(root, app=app, tree=tree))
    yield from page.broken_links(pages, tree=tree)
    yield from page.lost_pages(pages)
    yield from commands.without_help(known)
    yield from commands.misquoted(pages, known=known)
    yield from notes.note_lengths(pages)
    yield from notes.unexplained(pages, root=root)
    yield from notes.untold_settings(pages, root=root, paths=tree)


def main(arguments: list[str], *, root: Path = ROOT) -> int:
    """This function will check the documents of a tree, after writing the generated ones if asked to."""
    from dunwell.cli.main import app

    if "--write" in arguments:
        write(root, pages=generated(root, app=app, tree=frozenset(tidy.listed(root))))
    found = sorted(faults(root, app=app))
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    sys.stderr.write(f"docs: {len(found)} faults\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
