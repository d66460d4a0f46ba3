"""The judge: decides one case exactly, at once (`compile`) or with the reason of every rule (`decide`)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from dunwell.engine import policies
from dunwell.engine.compiling.emitting import Emitter
from dunwell.engine.compiling.masks import Choices, Column, columns
from dunwell.engine.evaluation import OPERATORS, as_ratio, evaluate, passes
from dunwell.engine.model import (
    Anything,
    Constant,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    InputData,
    InputError,
    Months,
    OutputClause,
    Rule,
    Status,
    Type,
    Value,
    names_in_logic,
)
from dunwell.engine.types import computed_inputs

Facts = Mapping[str, Value]
Run = Callable[[Iterable[Sequence[Value]]], tuple[list["Outcome"], ...]]
# So many answers of a table are kept, each under the rules that matched; then they are made anew.
KEPT_MAX = 100_000
PYTHON: Mapping[Type, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "date": (date,),
    "time": (time,),
    "date_time": (datetime,),
    "days_duration": (timedelta,),
    "months_duration": (Months,),
    "number": (int, Decimal, float),
    "ratio": (int, Decimal, float),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule that was tried: `column` is None if it matched, else its first cell that failed, and what that saw."""

    rule: str
    column: str | None = None
    test: str = ""
    found: Value = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decision says of one case.

    `outputs` is the answer of a table that gives one, or of a formula: its defaults where no rule matches, nulls
    under conflict. `rows` is the answer of a table that gives a list: one dict for each of `rules`, which are the ids
    of what matched, those that go first before the others.
    """

    status: Status
    outputs: dict[str, Value]
    rows: tuple[dict[str, Value], ...] = ()
    rules: tuple[str, ...] = ()
    trace: tuple[Trial, ...] = ()


def decide(model: DecisionModel, facts: Mapping[str, object]) -> dict[str, Outcome]:
    """This function will return every decision's outcome by its name, each with its trace.

    Missing or mistyped facts raise InputError. A component of a structure may come as `{"loan": {"rate": …}}` or as
    `{"loan.rate": …}`.
    """
    compiled = compile(model)
    known = dict(zip(compiled.inputs, compiled.read(facts), strict=True))
    outcomes = {}
    for decision, [outcome] in zip(model.decisions, compiled.run([tuple(known.values())]), strict=True):
        if isinstance(decision.logic, DecisionTable):
            outcome = replace(outcome, trace=_trace(decision.logic, known))
        known |= outcome.outputs
        if not decision.auxiliary:
            outcomes[decision.name] = outcome
    return outcomes


@lru_cache(maxsize=64)
def compile(model: DecisionModel) -> Compiled:
    """This function will make a model ready to decide about a million cases a second on one core."""
    return Compiled(model)


class Compiled:
    """A model in its fast form."""

    def __init__(self, model: DecisionModel) -> None:
        self.model = model
        self.inputs = tuple(wanted.name for wanted in model.inputs)
        self.exact = computed_inputs(model)
        # Takes rows of one value for each of `inputs`, as `read` gives them; returns for every decision, in the model's
        # order, a list with an Outcome, without trace, for each row. One may serve many rows: never write to it.
        self.run: Run
        self.run, self.source = _emit(model)

    def read(self, facts: Mapping[str, object]) -> list[Value]:
        """This function will return the facts as values of the model's types, or raise InputError."""
        return [_read(wanted, facts, self) for wanted in self.model.inputs]

    def decide(self, facts: Mapping[str, object]) -> dict[str, Outcome]:
        """This function will return the outcome of each decision that is not auxiliary by its name, without trace."""
        decided = zip(self.model.decisions, self.run([self.read(facts)]), strict=True)
        return {decision.name: outcome for decision, [outcome] in decided if not decision.auxiliary}


# Facts


def _read(wanted: InputData, facts: Mapping[str, object], compiled: Compiled) -> Value:
    """This function will return the fact if it is of the model's type; whole numbers and floats stay what they are."""
    value, place = _find(wanted.name, facts, compiled.model.name), compiled.model.name
    if value is None:
        return None
    fits = isinstance(value, PYTHON[wanted.type]) and isinstance(value, bool) == (wanted.type == "boolean")
    mixed = wanted.type == "date" and isinstance(value, datetime)
    if isinstance(value, datetime | time) and value.tzinfo is not None:
        cure = "bring it into the customer's own time, and leave the zone out"
        raise InputError(f"'{wanted.name}' is {value}, with a zone", place=place, cure=cure)
    if not fits or mixed or not _finite(value):
        message = f"'{wanted.name}' is {value!r} ({type(value).__name__})"
        raise InputError(message, place=place, cure=f"give a {wanted.type}, or None")
    if isinstance(value, float) and wanted.name in compiled.exact:
        message = f"'{wanted.name}' is computed with, and {value!r} is a binary float"
        raise InputError(message, place=place, cure="give it as Decimal")
    return _plain(value)


def _plain(value: object) -> Value:
    """This function will return a number of a type derived from Python's own, such as NumPy's, as Python's own."""
    for plain in (bool, int, float):
        if isinstance(value, plain):
            return value if type(value) is plain else plain(value)
    return value  # type: ignore[return-value]  # one of PYTHON's types


def _finite(value: object) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else not isinstance(value, float) or isfinite(value)


def _find(name: str, facts: Mapping[str, object], place: str) -> object:
    """This function will look a fact up by its name, or part by part; of a structure that is null all parts are."""
    if name in facts:
        return facts[name]
    head, dot, rest = name.partition(".")
    if not dot or head not in facts:
        raise InputError(f"the facts lack '{name}'", place=place, cure="add it; None if it is not known")
    inner = facts[head]
    if inner is None:
        return None
    if not isinstance(inner, Mapping):
        raise InputError(f"'{head}' is no structure", place=place, cure=f"give a mapping that holds '{rest}'")
    return _find(rest, inner, f"{place}, {head}")


# The source of a model


def _emit(model: DecisionModel) -> tuple[Run, str]:
    """This function will write and compile one function for the whole model; its names are all numbered."""
    variables = {wanted.name: f"v{at}" for at, wanted in enumerate(model.inputs)}
    keys = [output.name for decision in model.decisions for output in decision.single_outputs]
    variables |= {key: f"w{at}" for at, key in enumerate(keys)}
    read = {name for decision in model.decisions for name in names_in_logic(decision.logic)}
    emitter, lines = Emitter(variables), []
    emitter.namespace |= {"bisect_left": bisect_left, "bisect_right": bisect_right}
    for at, decision in enumerate(model.decisions):
        if isinstance(decision.logic, Formula):
            value = emitter.expression(decision.logic.expression)
            lines += emitter.lines(f"r{at} = {emitter.constant(_formula(decision.name))}({value})")
        else:
            lines += _table(decision.logic, at, emitter)
        for key in [output.name for output in decision.single_outputs if output.name in read]:
            lines.append(f"{variables[key]} = r{at}.outputs[{emitter.constant(key)}]")
        lines.append(f"a{at}(r{at})")
    results = "".join(f"f{at}, " for at in range(len(model.decisions)))
    start = "".join(f"    f{at} = []\n    a{at} = f{at}.append\n" for at in range(len(model.decisions)))
    row = "".join(f"{variables[wanted.name]}, " for wanted in model.inputs) or "_"
    body = "".join(f"        {line}\n" for line in lines)
    # What the source refers to is bound to its own parameters: a local name is found sooner than a global one.
    bound = ", ".join(f"{name}={name}" for name in emitter.namespace)
    # One list for each decision rather than a tuple for each row: nothing is left for the garbage collector to visit.
    source = f"def run(rows, *, {bound}):\n{start}    for {row} in rows:\n{body}    return ({results})\n"
    exec(source, emitter.namespace)  # noqa: S102 - numbered names only
    run: Run = emitter.namespace["run"]
    return run, source


def _formula(name: str) -> Callable[[Value], Outcome]:
    return lambda value: Outcome("ok", {name: value})


def _table(table: DecisionTable, at: int, emitter: Emitter) -> list[str]:
    """This function will write the lines that leave in `h` the rules which match, and in `r` the outcome."""
    order = policies.order(table)
    looked_up, computed = columns(table, order)
    masks = [_look_up(column, number, emitter) for number, column in enumerate(looked_up)]
    lines = emitter.lines(f"h = {' & '.join(masks) or (1 << len(order)) - 1}")
    for residue in computed:
        source = emitter.test(residue.test, emitter.step(emitter.expression(residue.expression)))
        lines += emitter.lines(f"if {source} is not True: h &= {~residue.lost}")
    answers = _Answers(table, order)
    first = "h & -h" if table.hit_policy == "FIRST" else "h"
    if answers.computed:
        facts = "".join(f"{emitter.variables[name]}, " for name in answers.known)
        return [*lines, f"r{at} = {emitter.constant(answers.make)}({first}, ({facts}))"]
    return [*lines, f"r{at} = {emitter.constant(_Kept(answers.make))}[{first}]"]


def _look_up(column: Column, number: int, emitter: Emitter) -> str:
    """This function will write the look-up of a column's value: the rules that it leaves standing."""
    source, lookup = emitter.expression(column.expression), column.lookup
    if isinstance(lookup, Choices):
        return f"{emitter.constant(lookup.masks.get)}({source}, {lookup.other})"
    value, assigned = (source, source) if source.isidentifier() else (f"e{number}", f"(e{number} := {source})")
    bounds = emitter.constant(lookup.bounds)
    if lookup.by_type:
        bounds = f"{emitter.constant(lookup.by_type)}[type({value})]"
    at = " + ".join(f"bisect_{side}({bounds}, {value})" for side in lookup.sides)
    return f"({lookup.null} if {assigned} is None else {emitter.constant(lookup.masks)}[{at}])"


class _Kept(dict[int, Outcome]):
    """The answers made so far, each under the rules that matched."""

    def __init__(self, make: Callable[[int], Outcome]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, hits: int) -> Outcome:
        if len(self) >= KEPT_MAX:
            self.clear()
        return self.setdefault(hits, self.make(hits))


# Answers


class _Answers:
    """What a table says when certain rules match: kept by these rules where all its entries are constants."""

    def __init__(self, table: DecisionTable, order: tuple[int, ...]) -> None:
        self.table, self.known = table, tuple(sorted(names_in_logic(table)))
        self.rules = [table.rules[at] for at in order]
        ranks, classes = policies.ranks(table), policies.classes(table)
        self.contests = [(ranks[at], classes[at]) for at in order]
        entries = [entry for rule in table.rules for entry in rule.outputs] + [one.default for one in table.outputs]
        self.computed = not all(isinstance(entry, Constant) for entry in entries)

    def make(self, hits: int, values: tuple[Value, ...] = ()) -> Outcome:
        """This function will return the outcome of the rules whose bits are set."""
        facts = dict(zip(self.known, values, strict=True)) if self.computed else {}
        return self.outcome([at for at in range(hits.bit_length()) if hits >> at & 1], facts)

    def outcome(self, matched: list[int], facts: Facts) -> Outcome:
        table, ids = self.table, tuple(self.rules[at].id for at in matched)
        if not matched:
            return self.default(facts)
        if table.gives_list:
            return Outcome("ok", {}, tuple(self.row(at, facts) for at in matched), ids)
        if table.aggregation:
            rows = [self.row(at, facts) for at in matched]
            return Outcome("ok", _aggregated(table, rows), (), ids)
        rank, kind = self.contests[matched[0]]
        rivals = [at for at in matched if self.contests[at][0] == rank]
        if any(self.contests[at][1] != kind for at in rivals):
            nulls: dict[str, Value] = {clause.name: None for clause in table.outputs}
            return Outcome("conflict", nulls, (), tuple(self.rules[at].id for at in rivals))
        return Outcome("ok", self.row(matched[0], facts), (), ids[:1])

    def default(self, facts: Facts) -> Outcome:
        """This function will answer where no rule matches."""
        given = any(clause.default != Constant(None) for clause in self.table.outputs)
        row = _outputs(self.table.outputs, (clause.default for clause in self.table.outputs), facts)
        if self.table.gives_list:
            return Outcome("ok", {}, (row,)) if given else Outcome("no_match", {})
        if self.table.aggregation == "COUNT" and not given:
            return Outcome("ok", dict.fromkeys(row, Decimal(0)))
        return Outcome("ok" if given else "no_match", row)

    def row(self, at: int, facts: Facts) -> dict[str, Value]:
        return _outputs(self.table.outputs, self.rules[at].outputs, facts)


def _outputs(clauses: Sequence[OutputClause], entries: Iterable[Expression], facts: Facts) -> dict[str, Value]:
    told = {clause.name: evaluate(entry, facts) for clause, entry in zip(clauses, entries, strict=True)}
    return told | {clause.name: as_ratio(told[clause.name]) for clause in clauses if clause.type == "ratio"}


def _aggregated(table: DecisionTable, rows: list[dict[str, Value]]) -> dict[str, Value]:
    name = table.outputs[0].name
    if table.aggregation == "COUNT":
        return {name: Decimal(len(rows))}
    values: list[Any] = [row[name] for row in rows if row[name] is not None]
    if not values:
        return {name: None}
    if any(isinstance(value, float) for value in values):
        values = [float(value) for value in values]
    return {name: AGGREGATES[table.aggregation or ""](values)}


def _sum(values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = OPERATORS["+"](total, value)
    return total


AGGREGATES: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": _sum, "MIN": min, "MAX": max}


# Traces


def _trace(table: DecisionTable, known: Facts) -> tuple[Trial, ...]:
    """This function will try the rules in their order, under FIRST only until one matches."""
    seen = [evaluate(clause.expression, known) for clause in table.inputs]
    trials = []
    for rule in table.rules:
        trials.append(_try(rule, table, seen, known))
        if trials[-1].column is None and table.hit_policy == "FIRST":
            break
    return tuple(trials)


def _try(rule: Rule, table: DecisionTable, seen: list[Value], known: Facts) -> Trial:
    for cell, clause, value in zip(rule.cells, table.inputs, seen, strict=True):
        if not isinstance(cell.test, Anything) and not passes(cell.test, value, known):
            return Trial(rule.id, clause.label, cell.text, value)
    return Trial(rule.id)
