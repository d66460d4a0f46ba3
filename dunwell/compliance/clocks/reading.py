"""Reading the law of clocks from `rulebooks/<place>/clocks/`; an error names file, entry, key and cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dunwell.compliance.clocks.terms import (
    KINDS,
    CalendarTerms,
    Demands,
    Entry,
    Guarantee,
    Law,
    Limitation,
    Parameters,
    Reporting,
    Retention,
    Validation,
)
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, read_yaml, wrong

FOLDER = "clocks"
CASES_ENDING = "_cases.yaml"
KEYS = frozenset({"about", "clock", "calendar", "entries"})


def files(root: Path = RULEBOOKS) -> list[Path]:
    """This function will list the files of law, place by place; the cases beside them are not among them."""
    found = sorted(file for file in root.glob(f"*/{FOLDER}/*.yaml") if not file.name.endswith(CASES_ENDING))
    if not found:
        cure = f"give a folder that holds <place>/{FOLDER}/limitation.yaml"
        raise RulebookError("there are no clocks in it", place=str(root), cure=cure)
    return found


def place_of(file: Path) -> str:
    """This function will name the place after the folder above: cn."""
    return file.resolve().parent.parent.name


def read_law(file: Path) -> Law[Any]:
    """This function will read one file of law."""
    told = read_yaml(file)
    if not isinstance(told, Mapping) or set(told) - KEYS or not isinstance(told.get("entries"), list):
        cure = "see another file of clocks"
        raise RulebookError(f"it must hold the keys {', '.join(sorted(KEYS))}", place=str(file), cure=cure)
    kind = KINDS.get(str(told.get("clock")))
    if kind is None:
        cure = f"use one of {', '.join(KINDS)}"
        raise RulebookError(f"{told.get('clock')!r} is not a clock", place=f"{file}, key clock", cure=cure)
    entries = tuple(_entries(told["entries"], kind=kind, file=file))
    _apart(entries, file=file)
    calendar = _model(CalendarTerms, told.get("calendar"), place=f"{file}, key calendar")
    workdays = calendar.workdays() if calendar else None
    return Law(place=place_of(file), clock=str(told["clock"]), entries=entries, calendar=workdays)


def _entries(told: list[Any], *, kind: type[Any], file: Path) -> Iterator[Entry[Any]]:
    for position, entry in enumerate(told, start=1):
        yield _model(Entry.__class_getitem__(kind), entry, place=f"{file}, entry no. {position}")


def _model(model: Any, told: Any, *, place: str) -> Any:
    try:
        return None if told is None else model.model_validate(told)
    except ValidationError as error:
        raise wrong(error, place=place) from None


def _apart(entries: tuple[Entry[Any], ...], *, file: Path) -> None:
    """This function will refuse two entries for one day, and none at all."""
    if not entries:
        raise RulebookError("it has no entry", place=str(file), cure="add a dated entry")
    for earlier, later in pairwise(entries):
        if earlier.valid_until is None or earlier.valid_until > later.valid_from:
            cure = "end the earlier entry with valid_until, and put the later one behind it"
            raise RulebookError(f"the entry before {later.valid_from} has not ended then", place=str(file), cure=cure)


@cache
def _laws(root: Path) -> Mapping[tuple[str, str], Law[Any]]:
    return {(law.place, law.clock): law for law in map(read_law, files(root))}


def law_of(kind: type[Parameters], *, place: str, root: Path = RULEBOOKS) -> Law[Parameters]:
    """This function will return what the place says of that kind of clock."""
    laws = _laws(root.resolve())
    clock = next(name for name, parameters in KINDS.items() if parameters is kind)
    if (place, clock) in laws:
        return laws[place, clock]
    having = ", ".join(sorted({name for name, told in laws if told == clock})) or "none"
    cure = f"use one of {having}, or write rulebooks/{place}/{FOLDER}/{clock}.yaml"
    raise RulebookError(f"nothing is written of the {clock} of {place!r}", place=str(root), cure=cure)


def limitation_law(place: str, *, root: Path = RULEBOOKS) -> Law[Limitation]:
    return law_of(Limitation, place=place, root=root)


def guarantee_law(place: str, *, root: Path = RULEBOOKS) -> Law[Guarantee]:
    return law_of(Guarantee, place=place, root=root)


def retention_law(place: str, *, root: Path = RULEBOOKS) -> Law[Retention]:
    return law_of(Retention, place=place, root=root)


def validation_law(place: str, *, root: Path = RULEBOOKS) -> Law[Validation]:
    return law_of(Validation, place=place, root=root)


def reporting_law(place: str, *, root: Path = RULEBOOKS) -> Law[Reporting]:
    return law_of(Reporting, place=place, root=root)


def demands_law(place: str, *, root: Path = RULEBOOKS) -> Law[Demands]:
    return law_of(Demands, place=place, root=root)
