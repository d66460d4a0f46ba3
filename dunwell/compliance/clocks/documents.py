"""Clocks as files tell them: what was given, in JSON or YAML, and what each clock says, as plain values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dunwell.compliance.clocks import reading
from dunwell.compliance.clocks.guarantee import Guarantee, standing
from dunwell.compliance.clocks.limitation import Claim, limitations
from dunwell.compliance.clocks.reporting import Demand, Told, demanded, reporting
from dunwell.compliance.clocks.retention import Record, retention
from dunwell.compliance.clocks.validation import Notice, validation
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, wrong

FILE_BYTES_MAX = 100_000_000
Given = TypeVar("Given")
Answer = dict[str, Any]


class Question(BaseModel):
    """One clock to be read: which one, by the law of which place, on which day, and what was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=1)]
    clock: Literal["limitation", "guarantee", "retention", "validation", "reporting", "demands"]
    place: str = "cn"
    on: date
    given: dict[str, Any]


class Notices(BaseModel):
    """What a validation clock is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_communication_on: date | None = None
    notices: tuple[Notice, ...] = ()


class Tellings(BaseModel):
    """What a clock of reporting is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    told: tuple[Told, ...] = ()
    objection_on: date | None = None


class Demandings(BaseModel):
    """What a clock of demands is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_on: date
    demands: tuple[Demand, ...] = ()


def answer(question: Question, *, root: Path = RULEBOOKS) -> list[Answer]:
    """This function will read the clock: one answer, or one for each debtor of a claim."""
    found = READERS[question.clock](question, root)
    head = {"id": question.id, "clock": question.clock, "place": question.place, "on": question.on}
    return [plain({**head, **asdict(one)}) for one in found]


def plain(value: Any) -> Any:
    """This function will turn days into text and tuples into lists, as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _limitation(question: Question, root: Path) -> list[Any]:
    claim = _given(Claim, question)
    return list(limitations(claim, law=reading.limitation_law(question.place, root=root), on=question.on))


def _guarantee(question: Question, root: Path) -> list[Any]:
    limits = reading.limitation_law(question.place, root=root)
    law = reading.guarantee_law(question.place, root=root)
    return [standing(_given(Guarantee, question), law=law, limits=limits, on=question.on)]


def _retention(question: Question, root: Path) -> list[Any]:
    law = reading.retention_law(question.place, root=root)
    return [retention(_given(Record, question), law=law, on=question.on)]


def _validation(question: Question, root: Path) -> list[Any]:
    given, law = _given(Notices, question), reading.validation_law(question.place, root=root)
    first = given.first_communication_on
    return [validation(given.notices, first_communication_on=first, law=law, on=question.on)]


def _reporting(question: Question, root: Path) -> list[Any]:
    given, law = _given(Tellings, question), reading.reporting_law(question.place, root=root)
    return [reporting(given.told, law=law, on=question.on, objection_on=given.objection_on)]


def _demands(question: Question, root: Path) -> list[Any]:
    given, law = _given(Demandings, question), reading.demands_law(question.place, root=root)
    return [demanded(given.demands, due_on=given.due_on, law=law, on=question.on)]


READERS: Mapping[str, Callable[[Question, Path], list[Any]]] = {
    "limitation": _limitation,
    "guarantee": _guarantee,
    "retention": _retention,
    "validation": _validation,
    "reporting": _reporting,
    "demands": _demands,
}


def _given(kind: type[Given], question: Question) -> Given:
    return checked(TypeAdapter(kind), question.given, place=f"clock {question.id}", above=("given",))


def checked(adapter: TypeAdapter[Given], value: Any, *, place: str, above: tuple[str, ...] = ()) -> Given:
    """This function will read a value; a fault is told to people with its place."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise wrong(error, place=place, above=above) from None


def read_questions(file: Path) -> Iterator[Question]:
    """This function will read the clocks of a JSON file: {"clocks": [{"id", "clock", "place", "on", "given"}]}."""
    told = _read_json(file)
    clocks = told.get("clocks") if isinstance(told, Mapping) else None
    if not isinstance(clocks, list) or set(told) != {"clocks"}:
        cure = 'write {"clocks": [{"id": …, "clock": …, "place": …, "on": …, "given": {…}}]}'
        raise RulebookError("it must hold the key clocks, with a list", place=str(file), cure=cure)
    adapter = TypeAdapter(Question)
    for position, clock in enumerate(clocks, start=1):
        yield checked(adapter, clock, place=f"{file}, clock no. {position}")


def _read_json(file: Path) -> Any:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise RulebookError("the file is too large", place=str(file), cure="split it")
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RulebookError("there is no such file", place=str(file), cure="check the name") from None
    except UnicodeDecodeError:
        raise RulebookError("the file is not UTF-8", place=str(file), cure="save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise RulebookError(error.msg, place=f"{file}, line {error.lineno}", cure="mend the JSON") from None
