"""The page of clocks: every rule with its source, what each clock is told and what it says; written from the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from textwrap import fill
from typing import Any

from dunwell.compliance.clocks.documents import Demandings, Notices, Tellings
from dunwell.compliance.clocks.guarantee import Act, Guarantee, NewTerm, Standing
from dunwell.compliance.clocks.limitation import Claim, Event, Limited
from dunwell.compliance.clocks.reading import files, read_law
from dunwell.compliance.clocks.reporting import Demand, Demanded, Reportable, Told
from dunwell.compliance.clocks.retention import Kept, Record
from dunwell.compliance.clocks.terms import EVENTS, Entry, Law
from dunwell.compliance.clocks.validation import Notice, Validation
from dunwell.compliance.rulebook.reading import RULEBOOKS

WIDTH = 118
PAGE = "docs/reference/clocks.md"
HEAD = """# Clocks

How long a claim may be sued for, a guarantor asked, a record kept, a notice answered. This page is written from the
files under `rulebooks/<place>/clocks/` by `make docs`; the codes of certainty are those of
[the rules](rules.md#how-sure-we-are). It is not legal advice: a lawyer signs each law before use.
[How to read a clock](../how-to/read-a-limitation-clock.md).

A clock takes days and gives days. `expires_on`, `last_day`, `ends_on` and `keep_until` are last days, which still
count. What nobody knows does not count; `certain: false` says that it matters, and the reasons say what it is.
"""
TITLES = {
    "limitation": "Limitation of action",
    "guarantee": "Guarantees",
    "retention": "Keeping records",
    "validation": "Validation notices",
    "reporting": "Telling a credit bureau",
    "demands": "Effective demands",
}
# What each clock is told, the parts of that, and what it says.
FORMS: Mapping[str, tuple[tuple[type[Any], ...], type[Any]]] = {
    "limitation": ((Claim, Event), Limited),
    "guarantee": ((Guarantee, Act, NewTerm), Standing),
    "retention": ((Record,), Kept),
    "validation": ((Notices, Notice), Validation),
    "reporting": ((Tellings, Told), Reportable),
    "demands": ((Demandings, Demand), Demanded),
}


def markdown(root: Path = RULEBOOKS) -> str:
    """This function will write the page, in Markdown."""
    laws = [(file.relative_to(root).as_posix(), read_law(file)) for file in files(root)]
    parts = [HEAD, _events()]
    for clock, title in TITLES.items():
        parts.append(f"## {title}\n\n{_form(clock)}")
        parts.extend(_law(path, law=law) for path, law in laws if law.clock == clock)
    return "\n".join(parts)


def _events() -> str:
    rows = ((f"`{kind}`", english, chinese) for kind, (english, chinese) in EVENTS.items())
    return f"## What may happen\n\n{_table(('kind', 'in English', '中文'), rows)}"


def _form(clock: str) -> str:
    """This function will list the keys that a clock is given and those of its answer."""
    given, says = FORMS[clock]
    told = "; ".join(f"{kind.__name__} {_names(kind)}" for kind in given)
    return _filled(f"Given: {told}. Says: {_names(says)}.")


def _names(kind: type[Any]) -> str:
    names = getattr(kind, "model_fields", None) or [field.name for field in fields(kind)]
    return ", ".join(f"`{name}`" for name in names)


def _law(path: str, *, law: Law[Any]) -> str:
    link = f"[rulebooks/{path}](../../rulebooks/{path})"
    return "\n".join([f"### {law.place}: {law.clock}\n\n{link}\n", *(_entry(entry) for entry in law.entries)])


def _entry(entry: Entry[Any]) -> str:
    valid = f"From {entry.valid_from}" + (f" until {entry.valid_until}" if entry.valid_until else "")
    rows = ((rule.id, rule.en, rule.zh, rule.certainty, rule.source) for rule in entry.rules)
    table = _table(("rule", "in English", "中文", "certainty", "source"), rows)
    told = ", ".join(_parameters(entry.parameters.model_dump()))
    return f"{_filled(f'{valid}: {told}.')}\n{table}"


def _parameters(told: Mapping[str, Any]) -> Iterator[str]:
    """This function will write parameters in short: `years` 3; of what has parts, the names of the parts."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            inner = _floors(value) if name == "floors" else [_effect(key, value=part) for key, part in value.items()]
            if inner:
                yield f"`{name}` ({'; '.join(inner)})"
        elif value not in (None, ()):
            yield f"`{name}` {' + '.join(value) if isinstance(value, tuple) else _plain(value)}"


def _floors(floors: Mapping[str, Any]) -> list[str]:
    return [
        f"{rule}: {' + '.join(floor['records'])}{' of ' + ' + '.join(floor['products']) if floor['products'] else ''}, "
        f"{'at most' if floor['most'] else 'at least'} {floor['months']} months from {floor['counts_from']}, "
        f"by {floor['rank']}"
        for rule, floor in floors.items()
    ]


def _effect(key: str, *, value: Any) -> str:
    if not isinstance(value, Mapping):
        return f"{key} {_plain(value)}"
    told = [str(part) for name, part in value.items() if name in ("rule", "does")]
    needs = ["if it arrived"] if value.get("needs") == "arrival" else []
    lasts = ["from its end"] if value.get("lasts") else []
    return " ".join([key, *told, *needs, *lasts])


def _filled(text: str) -> str:
    return f"{fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)}\n"


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
