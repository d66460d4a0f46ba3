"""Test vectors of call frequency: histories told in JSON with what is expected of them; each is read, judged, compared.

A fault is told with the file, the vector, the event and the cure, and ends that vector only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.compliance.frequency.history import Event
from dunwell.compliance.frequency.presumption import Presumption, presume
from dunwell.compliance.frequency.reading import on_day
from dunwell.compliance.frequency.telling import Teller
from dunwell.compliance.frequency.terms import CallFrequency
from dunwell.facts.errors import DunwellError

KEYS = tuple(field.name for field in fields(Presumption))
# Histories are written by hand or by a small program: a file beyond this is something else.
FILE_BYTES_MAX = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one vector: what was computed (nothing if it could not be read), and all that is wrong with it."""

    identifier: str
    computed: dict[str, Any] | None = None
    fault: DunwellError | None = None
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return json.dumps({"id": self.identifier, **(self.computed or {})}, ensure_ascii=False)


def judge_file(file: Path, *, entries: tuple[CallFrequency, ...]) -> Iterator[Result]:
    """This function will judge every vector of a file by the entry of its last day."""
    for position, told in enumerate(_vectors(file), start=1):
        yield _judge(told, name=f"no. {position}", file=file, entries=entries)


def _vectors(file: Path) -> list[Any]:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise DunwellError("the file is too large for vectors", place=str(file), cure="split it")
        told = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise DunwellError(f"it cannot be read: {error.strerror}", place=str(file), cure="give a JSON file") from None
    except UnicodeDecodeError:
        raise DunwellError("the file is not UTF-8", place=str(file), cure="save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise DunwellError(error.msg, place=f"{file}, line {error.lineno}", cure="mend the JSON") from None
    vectors = told.get("vectors") if isinstance(told, Mapping) else told
    if not isinstance(vectors, list):
        cure = "write a list of vectors, or an object with the key vectors"
        raise DunwellError("there is no list of vectors", place=str(file), cure=cure)
    return vectors


def _judge(told: Any, *, name: str, file: Path, entries: tuple[CallFrequency, ...]) -> Result:
    identifier = str(told.get("id", name)) if isinstance(told, Mapping) else name
    place = f"{file}, vector {identifier}"
    try:
        if not isinstance(told, Mapping):
            raise DunwellError("is not a vector", place=place, cure="write an object with id, events and expect")
        teller = Teller(told, place=place, entries=entries)
        events = teller.events()
        found = presume(events, terms=teller.terms, debts=teller.debts())
    except DunwellError as fault:
        return Result(identifier=identifier, fault=fault)
    computed = _plain(found)
    notes = (*teller.notes, *_older(events, entries=entries))
    return Result(
        identifier=identifier,
        computed=computed,
        differences=tuple(_differences(told.get("expect"), computed=computed, place=place)),
        notes=tuple(f"{place}: {note}" for note in notes),
    )


def _older(events: list[Event], *, entries: tuple[CallFrequency, ...]) -> Iterator[str]:
    day = max(event.on for event in events)
    if not on_day(entries, day).valid(day):
        yield f"on {day} the rule was not yet in force; it is judged by the entry of {entries[0].valid_from}"


def _plain(found: Presumption) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(found).items()}


def _differences(expected: Any, *, computed: dict[str, Any], place: str) -> Iterator[str]:
    """This function will compare what was expected, if anything was, exactly."""
    if expected is None:
        return
    if not isinstance(expected, Mapping):
        yield f"{place}: expect is not an object of keys and values"
        return
    for key, wanted in expected.items():
        if key not in KEYS:
            yield f"{place}: nothing is computed for {key}; known are {', '.join(KEYS)}"
        elif not _same(wanted, computed[key]):
            yield f"{place}: {key}: expected {json.dumps(wanted)}, got {json.dumps(computed[key])}"


def _same(one: Any, other: Any) -> bool:
    """This function will tell true from 1, which Python does not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
