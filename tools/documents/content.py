"""The page of content rules: what must and must not be said, written from the lists themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dunwell.compliance.content.wording import Element, Entry, ForbiddenList, Wording, load_wording
from dunwell.compliance.kinds.content import Content
from dunwell.compliance.rulebook.model import CERTAINTIES
from dunwell.compliance.rulebook.reading import load_library

CONTENT_PAGE = "docs/reference/content-rules.md"
HEAD = """# What may be said

Which elements a text must hold and what it must not say, written from `rulebooks/content/` and the rulebooks by
`python tools/docs_check.py --write`; [how to add a forbidden claim](../how-to/add-a-forbidden-claim.md).

Every script is checked as a template and filled in (`dunwell scripts check`), and every text again at the gate. A
claim that is denied («we will never contact your family»), quoted from others or warned of is not counted. **A list
knows the words it holds and does not understand a threat**: of threats written in other words on purpose it finds
about one in twelve, so people go on reading samples of what was said. Certainty codes stand in [the rules](rules.md).
"""


def content_page(wording: Wording | None = None) -> str:
    """This function will write the page."""
    told = wording or load_wording()
    parts = [HEAD, _rules(), _elements(told.elements), _limited(told), *map(_group, told.lists)]
    return "\n".join(parts)


def _rules() -> str:
    rows = (
        (f"`{rule.id}`", rule.layer, rule.enforcement, _asks(rule.terms), rule.en, rule.zh)
        for rule in load_library().rules
        if isinstance(rule.terms, Content)
    )
    return f"## Which rule asks what\n\n{_table(('rule', 'rulebook', 'does', 'asks', 'in English', '中文'), rows)}"


def _asks(terms: Content) -> str:
    told = [("requires", terms.requires), ("excludes", terms.excludes), ("forbids", terms.forbids)]
    said = [f"{name} {', '.join(values)}" for name, values in told if values]
    said += ["limited content"] if terms.limited_content else []
    said += [f"scripts {', '.join(terms.scripts)}"] if terms.scripts else []
    said += [f"not scripts {', '.join(terms.except_scripts)}"] if terms.except_scripts else []
    return "; ".join(said)


def _elements(elements: Iterable[Element]) -> str:
    rows = (
        (
            f"`{element.id}`",
            f"{element.name.en} · {element.name.zh}",
            ", ".join(f"{part.name.en} · {part.name.zh}" for part in element.parts),
            element.good[0],
            element.bad[0],
            element.certainty,
            element.source,
        )
        for element in elements
    )
    head = ("element", "name", "parts", "a text that holds it", "one that does not", "certainty", "source")
    return f"## Elements\n\n{_table(head, rows)}"


def _limited(wording: Wording) -> str:
    limited = wording.limited
    lines = [f"- allowed: {line}\n" for line in limited.good] + [f"- not allowed: {line}\n" for line in limited.bad]
    names = ", ".join(f"{part.name.en} · {part.name.zh}" for part in limited.parts)
    source = f"{limited.source} ({limited.certainty})"
    return f"## {limited.name.en} · {limited.name.zh}\n\nIt must hold {names}. Source: {source}.\n\n{''.join(lines)}"


def _group(each: ForbiddenList) -> str:
    head = ("entry", "language", "in English", "中文", "a line it finds", "a line it lets pass")
    rows = (_entry(entry) for entry in each.entries)
    certainty = f"{each.certainty}, {CERTAINTIES[each.certainty][0]}"
    intro = f"List `{each.group}`. Source: {each.source} ({certainty})."
    return f"## {each.name.en} · {each.name.zh}\n\n{intro}\n\n{_table(head, rows)}"


def _entry(entry: Entry) -> tuple[str, ...]:
    return f"`{entry.id}`", entry.language, entry.en, entry.zh, entry.bad[0], entry.good[0]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(_lines((head, tuple("---" for _ in head), *rows)))


def _lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n"
