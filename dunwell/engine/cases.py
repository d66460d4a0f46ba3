"""Cases beside a strategy (`cases.csv`): told facts with the answers that their author expects, tried on both engines.

A line is a case: `name`, one column for each input, and `expect.<output>` for whatever it expects. An empty cell is
null, `""` an empty text; several answers of a list are parted by `;`; `*` expects nothing in particular.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import ibis

from dunwell.engine import bulk, dmn, single
from dunwell.engine.columnar.columns import restored
from dunwell.engine.model import Decision, DecisionModel, DecisionTable, Months, Type, Value
from dunwell.engine.reading import literals
from dunwell.engine.single import Outcome, Trial
from dunwell.engine.wording import duration, literal
from dunwell.facts.errors import DunwellError

NAME, NOTE, EXPECT, ANY = "name", "note", "expect.", "*"
ENGINES = ("single", "bulk")
BOOLEANS = {"true": True, "false": False}
# Of several answers these are told in their order; those of COLLECT come in any.
ORDERED = ("RULE ORDER", "OUTPUT ORDER")
# Numbers of cases have at most this many digits before and places after the point in the table of the bulk engine.
PRECISION, PLACES = 27, 9


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the file: its number, its name, the facts, and for each expected output its cell."""

    line: int
    name: str
    facts: Mapping[str, Value]
    expected: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Failure:
    """Where an engine found another answer than the case expects, and why: what the decision's rules saw."""

    case: Case
    engine: str
    decision: str
    output: str
    expected: str
    found: str
    trace: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the cases of one strategy."""

    path: Path
    cases: tuple[Case, ...]
    failures: tuple[Failure, ...]
    unreached: Mapping[str, tuple[str, ...]]

    @property
    def failed(self) -> int:
        """This function will count the cases that fail on at least one engine."""
        return len({failure.case.line for failure in self.failures})


def beside(strategy: Path) -> Path | None:
    """This function will find a strategy's cases: `<name>.cases.csv`, or `cases.csv` if no other strategy is there."""
    own = strategy.with_name(f"{strategy.stem}.cases.csv")
    if own.exists():
        return own
    shared = strategy.with_name("cases.csv")
    return shared if shared.exists() and len(list(strategy.parent.glob("*.dmn"))) == 1 else None


def run(strategy: Path, cases: Path) -> Report:
    """This function will try every case on both engines, and say which rules none of them reaches."""
    model = dmn.load(strategy)
    told = read(cases, model)
    judged = [single.decide(model, case.facts) for case in told]
    failures = [*_judge(told, judged, model), *_bulk(told, judged, model)]
    failures.sort(key=lambda failure: (failure.case.line, ENGINES.index(failure.engine)))
    return Report(strategy, told, tuple(failures), _unreached(model, judged))


# Reading


def read(path: Path, model: DecisionModel) -> tuple[Case, ...]:
    """This function will read the file's cases for a model, or raise DunwellError with line, column and cure."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            columns = list(lines.fieldnames or ())
            targets = _targets(columns, model, path)
            return tuple(_case(row, lines.line_num, targets, model, path) for row in lines)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DunwellError(f"not CSV text: {error}", place=str(path), cure="save it as CSV in UTF-8") from None
    except OSError as error:
        raise DunwellError(f"cannot be read: {error.strerror}", place=str(path), cure="check the path") from None


def _targets(columns: Sequence[str], model: DecisionModel, path: Path) -> dict[str, tuple[str, str]]:
    """This function will tell which output each expectation is about, and refuse columns that mean nothing."""
    if repeated := [name for at, name in enumerate(columns) if name in columns[:at]]:
        raise DunwellError(f"two columns are called '{repeated[0]}'", place=str(path), cure="remove one of them")
    if missing := [wanted.name for wanted in model.inputs if wanted.name not in columns]:
        cure = "add it; leave its cells empty where it is not known"
        raise DunwellError(f"there is no column '{missing[0]}'", place=str(path), cure=cure)
    known = {NAME, NOTE} | {wanted.name for wanted in model.inputs}
    outputs = _outputs(model)
    targets = {}
    for column in columns:
        if column.startswith(EXPECT) and column.removeprefix(EXPECT) in outputs:
            targets[column] = outputs[column.removeprefix(EXPECT)]
        elif column not in known:
            cure = f"name an input, or expect one of: {', '.join(EXPECT + name for name in outputs)}"
            raise DunwellError(f"the column '{column}' is neither", place=str(path), cure=cure)
    return targets


def _outputs(model: DecisionModel) -> dict[str, tuple[str, str]]:
    """This function will name every output by itself, and by `decision.output`."""
    found: dict[str, tuple[str, str]] = {}
    for decision in (one for one in model.decisions if not one.auxiliary):
        for output in decision.outputs:
            found.setdefault(output.name, (decision.name, output.name))
            found.setdefault(f"{decision.name}.{output.name}", (decision.name, output.name))
    return found


def _case(
    row: Mapping[str | None, Any], line: int, targets: Mapping[str, tuple[str, str]], model: DecisionModel, path: Path
) -> Case:
    if None in row or None in row.values():
        cure = "write one cell for each column; put a cell that holds a comma in double quotes"
        raise DunwellError("it has another number of cells than the heading", place=f"{path}, line {line}", cure=cure)
    facts = {
        wanted.name: value(row[wanted.name], wanted.type, place=f"{path}, line {line}, column '{wanted.name}'")
        for wanted in model.inputs
    }
    expected = {target: row[column].strip() for column, target in targets.items() if row[column].strip() != ANY}
    return Case(line, row.get(NAME) or f"line {line}", facts, expected)


def value(text: str, kind: Type, *, place: str) -> Value:
    """This function will read a cell as a value of the type; an empty cell is null."""
    text = text.strip()
    if not text:
        return None
    try:
        return READERS[kind](text)
    except (KeyError, ValueError, InvalidOperation):
        raise DunwellError(f"«{text}» is no {kind}", place=place, cure=f"write it like {EXAMPLES[kind]}") from None


def _number(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite() or found != round(found, PLACES) or abs(found) >= 10 ** (PRECISION - PLACES):
        raise ValueError(text)
    return found


READERS: Mapping[Type, Callable[[str], Value]] = {
    "string": lambda text: "" if text == '""' else text,
    "number": _number,
    "ratio": _number,
    "boolean": lambda text: BOOLEANS[text.lower()],
    **literals.OF_TYPE,
}
EXAMPLES: Mapping[Type, str] = {
    "string": "M1", "number": "580.00", "ratio": "0.25", "boolean": "true or false", "date": "2026-01-31",
    "time": "09:30:00", "date_time": "2026-01-31T09:30:00", "days_duration": "P3DT4H", "months_duration": "P1Y2M",
}  # fmt: skip


# Judging

Answer = tuple[Value, ...] | Value


def _judge(told: Sequence[Case], judged: Sequence[Mapping[str, Outcome]], model: DecisionModel) -> Iterator[Failure]:
    for case, outcomes in zip(told, judged, strict=True):
        answers: dict[tuple[str, str], Answer] = {}
        for decision, output in case.expected:
            outcome = outcomes[decision]
            listed = model.decision(decision).gives_list
            answers[decision, output] = (
                tuple(row[output] for row in outcome.rows) if listed else outcome.outputs.get(output)
            )
        yield from _compared(case, answers, outcomes, model, engine="single")


def _bulk(told: Sequence[Case], judged: Sequence[Mapping[str, Outcome]], model: DecisionModel) -> Iterator[Failure]:
    """This function will run all cases as one table, and hold each row against its case."""
    if not told:
        return
    wide, lists = _decided(told, model)
    for number, case in enumerate(told):
        answers: dict[tuple[str, str], Answer] = {}
        for decision, output in case.expected:
            kind = _type(model, decision, output)
            if decision in lists:
                rows = (row[output] for row in lists[decision] if row[CASE] == number)
                answers[decision, output] = tuple(restored(found, kind) for found in rows)
            else:
                answers[decision, output] = restored(wide[number][output], kind)
        yield from _compared(case, answers, judged[number], model, engine="bulk")


def _compared(
    case: Case,
    answers: Mapping[tuple[str, str], Answer],
    outcomes: Mapping[str, Outcome],
    model: DecisionModel,
    *,
    engine: str,
) -> Iterator[Failure]:
    for (name, output), wanted in case.expected.items():
        decision, found = model.decision(name), answers[name, output]
        kind = _type(model, name, output)
        place = f"case '{case.name}' (line {case.line}), expected {output}"
        if not _same(wanted, found, kind, decision, place):
            shown = ";".join(map(show, found)) if isinstance(found, tuple) else show(found)
            yield Failure(case, engine, name, output, wanted, shown, outcomes[name].trace)


def _type(model: DecisionModel, decision: str, output: str) -> Type:
    return next(clause.type for clause in model.decision(decision).outputs if clause.name == output)


def _same(wanted: str, found: Any, kind: Type, decision: Decision, place: str) -> bool:
    if not decision.gives_list:
        return _equal(wanted, value(wanted, kind, place=place), found, kind)
    texts = [text.strip() for text in wanted.split(";")] if wanted else []
    values = [value(text, kind, place=place) for text in texts]
    if isinstance(decision.logic, DecisionTable) and decision.logic.hit_policy in ORDERED:
        return len(values) == len(found) and all(_equal("", *pair, kind) for pair in zip(values, found, strict=True))
    return {_plain(one) for one in values} == {_plain(one) for one in found}


def _equal(text: str, wanted: Value, found: Any, kind: Type) -> bool:
    """This function will compare; what a division gave needs to agree only in the places that the case writes."""
    if kind == "ratio" and isinstance(wanted, Decimal) and found is not None:
        places = len(text.partition(".")[2]) if text else PLACES
        return bool(abs(float(found) - float(wanted)) <= 0.5 * 10**-places + 1e-12)
    return bool(_plain(wanted) == _plain(found))


def _plain(one: Any) -> Any:
    return Decimal(repr(one)) if isinstance(one, int | float) and not isinstance(one, bool) else one


def show(one: Value) -> str:
    """This function will write a value as a cell of the file has it."""
    match one:
        case None:
            return ""
        case str():
            return one or '""'
        case date() | time():
            return one.isoformat()
        case timedelta() | Months():
            return duration(one)
    return literal(one)


def _unreached(model: DecisionModel, judged: Sequence[Mapping[str, Outcome]]) -> dict[str, tuple[str, ...]]:
    """This function will list, decision by decision, the rules that no case matches."""
    reached = {(name, rule) for outcomes in judged for name, found in outcomes.items() for rule in found.rules}
    found = {}
    for decision in model.decisions:
        if isinstance(decision.logic, DecisionTable) and not decision.auxiliary:
            idle = [rule.id for rule in decision.logic.rules if (decision.name, rule.id) not in reached]
            found[decision.name] = tuple(idle)
    return {name: idle for name, idle in found.items() if idle}


# The table of the bulk engine

CASE = "case_number"


def _decided(
    told: Sequence[Case], model: DecisionModel
) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """This function will return the wide row of each case, and the long rows of each decision that gives a list."""
    table = bulk.table([case.facts for case in told], model, key=CASE)
    engine = ibis.duckdb.connect()
    try:
        decided = engine.to_pyarrow(bulk.decide(table, model))
        lists = {
            decision.name: engine.to_pyarrow(bulk.collect(ibis.memtable(decided), model, decision.name, keys=[CASE]))
            for decision in model.decisions
            if decision.gives_list and not decision.auxiliary
        }
        in_order = {name: rows.sort_by([(CASE, "ascending"), ("place", "ascending")]) for name, rows in lists.items()}
        return decided.sort_by(CASE).to_pylist(), {name: rows.to_pylist() for name, rows in in_order.items()}
    finally:
        engine.disconnect()
