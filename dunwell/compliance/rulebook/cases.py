"""Cases beside the rules: given these facts, may this contact be made, and if not, by which rule and until when?

A file `cases.yaml`, or another of that folder whose name begins so, is judged by the rulebooks in its own folder and
below it, so one in the topmost folder tries all layers together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from dunwell.compliance.kinds.question import Candidate, Customer
from dunwell.compliance.rulebook.model import Day, Rulebook, RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, read_yaml, wrong
from dunwell.compliance.rules import judge, judge_moment
from dunwell.facts.verdict import Refusal, Verdict

CASES_FILES = "cases*.yaml"
TIMES_MAX = 100
CUSTOMER = TypeAdapter(Customer)
CANDIDATE = TypeAdapter(Candidate)


def aware(value: Any) -> Any:
    """This function will let only a moment with its zone pass."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("write a moment with its zone, as 2026-03-10T08:00:00+08:00")
    return value


Moment = Annotated[datetime, BeforeValidator(aware)]


class Expected(BaseModel):
    """What the rules must say; what is not written is expected to be nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Literal["allow", "refuse"]
    refused: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    earliest: Moment | Day | None = None
    windows: tuple[tuple[str, str], ...] | None = None


class Case(BaseModel):
    """One example: a day (`on`) or a moment (`at`), a customer, a contact and what is expected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Path
    name: Annotated[str, Field(min_length=5)]
    on: Day | None = None
    at: Moment | None = None
    given: Customer
    contact: Candidate
    expect: Expected

    @model_validator(mode="after")
    def _one_time(self) -> Case:
        if (self.on is None) == (self.at is None):
            raise ValueError("a case is about a day (on) or about a moment (at), one of them")
        return self

    @property
    def place(self) -> str:
        return f"{self.file}, case «{self.name}»"


def read_cases(root: Path = RULEBOOKS) -> list[Case]:
    """This function will read every file of cases in the folder and below it."""
    return [case for file in sorted(root.rglob(CASES_FILES)) for case in _read_file(file)]


def _read_file(file: Path) -> Iterator[Case]:
    told = read_yaml(file)
    if not isinstance(told, Mapping) or set(told) != {"given", "contact", "cases"}:
        raise RulebookError(
            "it must hold the keys given, contact (what every case begins with) and cases",
            place=str(file),
            cure="see another file of cases",
        )
    for case in told["cases"]:
        place = f"{file}, case «{case.get('name')}»"
        given = {**told["given"], **case.get("given", {})}
        given["contacts"] = list(_repeated(given.get("contacts", []), place=place))
        contact = {**told["contact"], **case.get("contact", {})}
        try:
            yield Case.model_validate({**case, "file": file, "given": given, "contact": contact})
        except ValidationError as error:
            raise wrong(error, place=place) from None


def _repeated(contacts: list[dict[str, Any]], *, place: str) -> Iterator[dict[str, Any]]:
    """This function will write out a contact that says `times`."""
    for contact in contacts:
        times = contact.get("times", 1)
        if not isinstance(times, int) or not 1 <= times <= TIMES_MAX:
            raise RulebookError(f"{times!r} times", place=place, cure=f"repeat a contact 1 to {TIMES_MAX} times")
        yield from ({key: value for key, value in contact.items() if key != "times"} for _ in range(times))


class Outcome(NamedTuple):
    """A case, what the rules said, and where that is not what was expected."""

    case: Case
    verdict: Verdict
    differences: tuple[str, ...]


def outcomes(root: Path = RULEBOOKS) -> Iterator[Outcome]:
    """This function will judge every case by the rulebooks in the folder of its file and below."""
    for file, cases in groupby(read_cases(root), key=lambda case: case.file):
        rulebook = load((file.parent,))
        for case in cases:
            verdict = verdict_of(case, rulebook=rulebook)
            yield Outcome(case, verdict, tuple(differences(case, verdict=verdict)))


def verdict_of(case: Case, *, rulebook: Rulebook) -> Verdict:
    if case.at is not None:
        return judge_moment(rulebook, customer=case.given, candidate=case.contact, at=case.at)
    assert case.on is not None  # noqa: S101 - a case has one of the two
    return judge(rulebook, customer=case.given, candidate=case.contact, on=case.on)


def differences(case: Case, *, verdict: Verdict) -> list[str]:
    """This function will say where the verdict is not the one expected."""
    told: list[tuple[str, object, object]] = [
        ("verdict", case.expect.verdict, "allow" if verdict.allowed else "refuse"),
        ("refused", case.expect.refused, _ids(verdict.refusals)),
        ("warned", case.expect.warned, _ids(verdict.warnings)),
        ("review", case.expect.review, _ids(verdict.reviews)),
        ("earliest", case.expect.earliest, verdict.earliest),
    ]
    if case.expect.windows is not None:
        told.append(("windows", case.expect.windows, verdict.windows))
    return [f"{what}: expected {_text(wanted)}, got {_text(got)}" for what, wanted, got in told if wanted != got]


def _ids(refusals: tuple[Refusal, ...]) -> tuple[str, ...]:
    return tuple(refusal.rule for refusal in refusals)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(part) for part in value) or "none"
    return value.isoformat() if isinstance(value, date) else str(value)
