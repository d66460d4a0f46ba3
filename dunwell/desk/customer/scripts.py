"""The words of the planned treatment, filled in as far as the reader may see, and the elements that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dunwell.compliance.content.elements import missing
from dunwell.compliance.content.scripts import (
    ANSWERS,
    SAMPLES,
    SCRIPTS,
    Script,
    Use,
    check_script,
    read_scripts,
    render,
)
from dunwell.compliance.content.wording import load_wording
from dunwell.compliance.rulebook.model import Rulebook

OPENING = "steps/identity_check"
PLAIN_LETTER = "formal_letter"
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A script to say: its title, and its text cut into words and what stands in for a value."""

    title: str
    parts: tuple[tuple[str, bool], ...]


@lru_cache(maxsize=1)
def _scripts(changed: int) -> Mapping[str, Script]:
    return {script.name: script for script in read_scripts()}


def scripts() -> Mapping[str, Script]:
    return _scripts(max(file.stat().st_mtime_ns for file in SCRIPTS.rglob("*.yaml")))


def passages(names: Iterable[str], *, values: Mapping[str, str], language: str) -> list[Passage]:
    """This function will fill the scripts in; what nobody here knows keeps its name, marked."""
    known, side = scripts(), language[:2]
    found = [known[name] for name in names if name in known]
    return [Passage(title=script.title[side], parts=_filled(script.texts[side], values)) for script in found]


def _filled(text: str, values: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    parts = _FIELD.split(text)
    told = [(values.get(part, part), bool(place % 2) and part not in values) for place, part in enumerate(parts)]
    return tuple((part, marked) for part, marked in told if part)


def example(name: str, *, language: str) -> str:
    """This function will fill a script in with the values by which scripts are tried."""
    side = language[:2]
    return render(scripts()[name].texts[side], values=SAMPLES[side])


def answers() -> list[str]:
    """This function will name the answers to what customers say."""
    return [name for name in scripts() if name.startswith(ANSWERS)]


def ticks(name: str, *, language: str) -> list[tuple[str, str]]:
    """This function will name the elements that a script holds, each with its id."""
    script = scripts().get(name)
    if script is None:
        return []
    text = script.texts[language[:2]]
    held = (one for one in load_wording().elements if not missing(text, elements=[one.id], template=True))
    return [(element.id, element.name.text(language)) for element in held]


def faults(name: str, *, rulebook: Rulebook, use: Use, on: date, language: str) -> list[str]:
    """This function will tell what the rules of this channel and actor miss in a script, or find wrong in it."""
    script = scripts().get(name)
    found = check_script(script, rulebook=rulebook, uses=[use], on=on) if script else []
    return list(dict.fromkeys(fault.sentence(language) for fault in found if fault.language == language[:2]))
