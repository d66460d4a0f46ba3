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
claim that is denied («we will never contact your family»), quoted from others, warned of or regretted is not counted.
Certainty codes stand in [the rules](rules.md).

## How much the lists find

An entry combines classes of words (`rulebooks/content/classes/`): who acts, the act, upon whom, what follows. **It
knows the words it holds and does not understand a threat**, so people go on reading samples of what was said.

| sentences | Chinese found | English found | lawful ones alarmed |
| --- | --- | --- | --- |
| sealed half of a set by the hand that widened the lists: an upper bound | 79 of 85 | 78 of 84 | 0 of 81, 3 of 67 |
| by another hand, of which 24 had been seen (`fresh`) | 21 of 32 | 19 of 32 | 0 of 12, 0 of 10 |
| of those, by another hand and never seen | 10 of 20 | 9 of 20 | – |
| hints and images that avoid the lists on purpose (`afterwards`) | 2 of 48 | 0 of 48 | 0 of 16, 1 of 16 |

Expect about half of what a stranger words plainly and next to nothing of what is only hinted at: more would need a
model of language that reads the sentence. On the sealed half, found (and, where below 100 %, precision):

| group | Chinese | English |
| --- | --- | --- |
| violence | 5 of 6 | 6 of 6 |
| abuse | 5 of 5 | 4 of 4 |
| false_authority | 8 of 8 | 6 of 6 (86 %) |
| third_party | 6 of 6 | 8 of 9 (89 %) |
| exaggeration | 5 of 6 | 6 of 6 (86 %) |
| shaming | 11 of 11 | 4 of 5 |
| fees_and_loans | 5 of 6 | 7 of 8 |
| false_urgency | 7 of 7 | 7 of 8 |
| harassment | 8 of 8 | 5 of 7 |
| credentials | 10 of 10 | 10 of 10 |
| vulnerable | 4 of 7 | 7 of 7 |
| rights | 5 of 5 | 8 of 8 |
| all | 93 % (100 %) | 93 % (96 %) |
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
