"""The page of rules: every dated entry with its source and certainty, written from the rulebooks themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from dunwell.compliance.kinds.question import ACTORS, CHANNELS
from dunwell.compliance.rulebook.model import CERTAINTIES, KINDS, Rule, Rulebook
from dunwell.compliance.rulebook.reading import load

HEAD = """# Rules

Every rule that a contact is judged by, in rulebook order. This page is written from `rulebooks/` by `make docs`; a
test holds it equal. It is not legal advice: a lawyer signs each blocking rule before use.

All rules apply together: the strictest wins, and a consent opens a rule only if its row says so under «unless».
`block` refuses the contact, `warn` asks for a second look, `review` leaves it to a person.
"""


def markdown(rulebook: Rulebook | None = None) -> str:
    """This function will write the page, in Markdown."""
    book = rulebook or load()
    parts = [HEAD, _certainties(), _kinds()]
    parts += [_layer(layer, list(rules)) for layer, rules in groupby(book.rules, key=lambda rule: rule.layer)]
    return "\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _certainties() -> str:
    rows = ((code, english, chinese) for code, (english, chinese) in CERTAINTIES.items())
    return f"## How sure we are\n\n{_table(('code', 'in English', '中文'), rows)}"


def _kinds() -> str:
    rows = (
        (f"`{kind.name}`", ", ".join(f"`{name}`" for name in kind.model_fields) or "none", kind.about_en, kind.about_zh)
        for kind in KINDS.values()
    )
    return f"## Kinds of rule\n\n{_table(('kind', 'parameters', 'in English', '中文'), rows)}"


def _layer(layer: str, rules: list[Rule]) -> str:
    head = (
        "rule",
        "in English",
        "中文",
        "kind and parameters",
        "for",
        "unless",
        "does",
        "valid",
        "certainty",
        "source",
    )
    return f"## {layer}\n\n{_table(head, (_row(rule) for rule in rules))}"


def _row(rule: Rule) -> tuple[str, ...]:
    return (
        rule.id,
        rule.en,
        rule.zh,
        terms(rule),
        reach(rule),
        f"consent for {' or '.join(rule.unless.consent)}" if rule.unless else "—",
        rule.enforcement,
        validity(rule),
        rule.certainty,
        rule.source,
    )


def terms(rule: Rule) -> str:
    """This function will write the kind of a rule with its parameters: `daily_cap` most 2, per creditor."""
    told = (f"{name} {_value(value)}" for name, value in rule.terms.model_dump().items() if value not in ((), None))
    return f"`{rule.kind}` {', '.join(told)}".strip()


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "all" if set(value) == set(CHANNELS) else " + ".join(value)
    return str(value)


def reach(rule: Rule) -> str:
    """This function will write which contacts a rule is about."""
    channels = "all channels" if set(rule.channels) == set(CHANNELS) else " + ".join(rule.channels)
    return channels if set(rule.actors) == set(ACTORS) else f"{channels} by {' + '.join(rule.actors)}"


def validity(rule: Rule) -> str:
    start = "always" if rule.valid_from == date.min else f"from {rule.valid_from}"
    return start if rule.valid_until is None else f"{start} until {rule.valid_until}"
