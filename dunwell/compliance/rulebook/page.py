"""The page of rules: every dated entry with its source and certainty, written from the rulebooks themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from dunwell.compliance.frequency.reading import FREQUENCY_FILE, load_frequency
from dunwell.compliance.frequency.terms import CallFrequency
from dunwell.compliance.kinds.question import ACTORS, CHANNELS
from dunwell.compliance.rulebook.model import CERTAINTIES, KINDS, Rule, Rulebook
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, load_library

HEAD = """# Rules

Every rule that a contact can be judged by, in rulebook order. This page is written from `rulebooks/` by `make docs`; a
test holds it equal. It is not legal advice: a lawyer signs each blocking rule before use.

All rules in force apply together: the strictest wins, and a consent opens a rule only if its row says so under
«unless». `block` refuses the contact, `warn` asks for a second look, `review` leaves it to a person. Which rulebooks
are in force stands in `rulebooks/house.yaml`. One that binds the customers of a place binds a customer of whom nobody
knows where he is if, by the zone set, he may be there.
"""

STAGES = """A kind of rule is judged twice: when the day is planned, and again at the gate, when the contact is made.
Those judged at the «gate» alone ask for what no plan knows: which collector will call, whether it is recorded, which
words are said. The plan leaves them out rather than refuse everything or guess; nothing passes the gate without them.
"""


def markdown(rulebook: Rulebook | None = None) -> str:
    """This function will write the page, in Markdown."""
    book = rulebook or load_library()
    in_force = {rule.layer for rule in (rulebook or load()).rules}
    parts = [HEAD, _certainties(), _count(book), _kinds()]
    for layer, rules in groupby(book.rules, key=lambda rule: rule.layer):
        parts.append(_layer(layer, list(rules), in_force=layer in in_force))
    return "\n".join([*parts, *_frequencies()])


def _frequencies() -> Iterator[str]:
    """This function will write the numbers by which `dunwell rules judge` computes a presumption."""
    head = ("valid", "calls", "within", "quiet after a conversation", "consent lasts", "day one", "certainty", "source")
    for file in sorted(RULEBOOKS.rglob(FREQUENCY_FILE)):
        layer = file.parent.relative_to(RULEBOOKS).as_posix()
        rows = (_frequency(entry) for entry in load_frequency(layer))
        yield f"## Frequency of calls: {layer}\n\nJudged by `dunwell rules judge`.\n\n{_table(head, rows)}"


def _frequency(entry: CallFrequency) -> tuple[str, ...]:
    return (
        f"from {entry.valid_from}" + (f" until {entry.valid_until}" if entry.valid_until else ""),
        str(entry.most),
        *(f"{days} days" for days in (entry.days, entry.quiet_days, entry.consent_days)),
        entry.day_one,
        entry.certainty,
        entry.source,
    )


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
        (
            f"`{kind.name}`",
            ", ".join(f"`{name}`" for name in kind.model_fields) or "none",
            "gate" if kind.at_gate_only else "plan, gate",
            kind.about_en,
            kind.about_zh,
        )
        for kind in KINDS.values()
    )
    return f"## Kinds of rule\n\n{STAGES}\n{_table(('kind', 'parameters', 'judged', 'in English', '中文'), rows)}"


def _count(book: Rulebook) -> str:
    """This function will count the rules by kind and certainty."""
    codes = [code for code in CERTAINTIES if any(rule.certainty == code for rule in book.rules)]
    pairs = Counter((rule.kind, rule.certainty) for rule in book.rules)
    rows = [(f"`{kind}`", *(str(pairs[kind, code]) for code in codes)) for kind in KINDS]
    rows = [(*row, str(sum(int(cell) for cell in row[1:]))) for row in rows]
    total = ("all", *(str(sum(int(row[place]) for row in rows)) for place in range(1, len(codes) + 2)))
    return f"## How many\n\n{_table(('kind', *codes, 'all'), iter([*rows, total]))}"


def _layer(layer: str, rules: list[Rule], *, in_force: bool = True) -> str:
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
    standing = "In force" if in_force else "Kept ready, not in force"
    return f"## {layer}\n\n{standing}; binds {whom(rules[0])}.\n\n{_table(head, (_row(rule) for rule in rules))}"


def _row(rule: Rule) -> tuple[str, ...]:
    return (
        rule.id,
        rule.en,
        rule.zh,
        terms(rule),
        reach(rule),
        opened_by(rule) or "—",
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
        return "all" if set(value) == set(CHANNELS) else " + ".join(str(part) for part in value)
    return str(value)


def reach(rule: Rule) -> str:
    """This function will write which contacts a rule is about."""
    channels = "all channels" if set(rule.channels) == set(CHANNELS) else " + ".join(rule.channels)
    return channels if set(rule.actors) == set(ACTORS) else f"{channels} by {' + '.join(rule.actors)}"


def opened_by(rule: Rule) -> str:
    """This function will write what opens a rule, '' if nothing does."""
    told = rule.unless
    if told is None:
        return ""
    parts = [
        f"a consent for {' or '.join(told.consent)}" if told.consent else "",
        "the first answer to a message" if told.reply else "",
        "one confirmation of the opt-out" if told.confirmation else "",
        f"made as {' or '.join(told.purposes)}" if told.purposes else "",
        f"shown within {told.visit_minutes} minutes of his use" if told.visit_minutes else "",
    ]
    return "; ".join(part for part in parts if part)


def whom(rule: Rule) -> str:
    """This function will write which customers a rule binds."""
    if rule.applies is None:
        return "every customer"
    scope = rule.applies
    parts = (("in", scope.regions), ("of", scope.product_lines), ("for the creditors", scope.creditors))
    return "customers " + ", ".join(f"{word} {' + '.join(names)}" for word, names in parts if names)


def validity(rule: Rule) -> str:
    start = "always" if rule.valid_from == date.min else f"from {rule.valid_from}"
    return start if rule.valid_until is None else f"{start} until {rule.valid_until}"
