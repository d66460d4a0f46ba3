"""The judge: decides one case in plain Python, slowly enough to be read, and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from operator import ge, gt, le, lt
from typing import Any

from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Compare,
    Comparison,
    Constant,
    DecisionModel,
    DecisionTable,
    Expression,
    If,
    InputData,
    InputError,
    Name,
    Not,
    OutputClause,
    Rule,
    Status,
    Test,
    Value,
    Within,
)

# Sums and products of numbers that fit 38 digits are exact within this; engines fail aloud before they reach it.
EXACT = Context(prec=100)
ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
}
Facts = Mapping[str, Value]


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

    `outputs` is the answer of a FIRST or UNIQUE table or of a formula: under no_match its defaults, under conflict
    nulls. `rows` is the answer of a COLLECT table: one dict for each of `rules`, which are the ids of what matched.
    """

    status: Status
    outputs: dict[str, Value]
    rows: tuple[dict[str, Value], ...] = ()
    rules: tuple[str, ...] = ()
    trace: tuple[Trial, ...] = ()


def decide(model: DecisionModel, facts: Mapping[str, object]) -> dict[str, Outcome]:
    """This function will return every decision's outcome by its name; missing or mistyped facts raise InputError."""
    known = {wanted.name: _read(wanted, facts, model.name) for wanted in model.inputs}
    outcomes = {}
    for decision in model.decisions:
        if isinstance(decision.logic, DecisionTable):
            outcome = _decide_table(decision.logic, known)
        else:
            outcome = Outcome("ok", {decision.name: _evaluate(decision.logic.expression, known)})
        outcomes[decision.name] = outcome
        known |= outcome.outputs
    return outcomes


# Facts


def _read(wanted: InputData, facts: Mapping[str, object], model: str) -> Value:
    """This function will return the fact as the model's type; whole numbers become Decimal, floats stay binary."""
    if wanted.name not in facts:
        raise InputError(f"the facts lack '{wanted.name}'", place=model, cure="add it; None if it is not known")
    match wanted.type, facts[wanted.name]:
        case _, None:
            return None
        case ("string", str() as value) | ("boolean", bool() as value):
            return value
        case "date", date() as value if not isinstance(value, datetime):
            return value
        case "number", int() | Decimal() | float() as value if not isinstance(value, bool) and value == value:
            return Decimal(value) if isinstance(value, int) else value
        case kind, value:
            message = f"'{wanted.name}' is {value!r} ({type(value).__name__})"
            raise InputError(message, place=model, cure=f"give a {kind}, or None")


# Tables


def _decide_table(table: DecisionTable, known: Facts) -> Outcome:
    """This function will try the rules in order, under FIRST only until one matches."""
    seen = [_evaluate(clause.expression, known) for clause in table.inputs]
    matched, trace = [], []
    for rule in table.rules:
        trial = _try(rule, table, seen, known)
        trace.append(trial)
        if trial.column is None:
            matched.append(rule)
            if table.hit_policy == "FIRST":
                break
    return _outcome(table, matched, tuple(trace), known)


def _try(rule: Rule, table: DecisionTable, seen: list[Value], known: Facts) -> Trial:
    for cell, clause, value in zip(rule.cells, table.inputs, seen, strict=True):
        if not _passes(cell.test, value, known):
            return Trial(rule.id, clause.label, cell.text, value)
    return Trial(rule.id)


def _outcome(table: DecisionTable, matched: list[Rule], trace: tuple[Trial, ...], known: Facts) -> Outcome:
    ids = tuple(rule.id for rule in matched)
    rows = tuple(_outputs(table.outputs, rule.outputs, known) for rule in matched)
    if table.hit_policy == "COLLECT":
        return Outcome("ok" if rows else "no_match", {}, rows, ids, trace)
    if len(rows) > 1:
        return Outcome("conflict", {clause.name: None for clause in table.outputs}, (), ids, trace)
    if rows:
        return Outcome("ok", rows[0], (), ids, trace)
    defaults = [clause.default for clause in table.outputs]
    return Outcome("no_match", _outputs(table.outputs, defaults, known), (), (), trace)


def _outputs(clauses: Iterable[OutputClause], entries: Iterable[Expression], known: Facts) -> dict[str, Value]:
    return {clause.name: _evaluate(entry, known) for clause, entry in zip(clauses, entries, strict=True)}


# Tests: True, False, or None where FEEL gives null; only True matches


def _passes(test: Test | Compare | Within, value: Value, known: Facts) -> bool | None:
    match test:
        case AnyOf(tests):
            return _any(_passes(one, value, known) for one in tests)
        case Compare(comparison, operand):
            return _compare(comparison, value, _evaluate(operand, known))
        case Within(lower, upper):
            return _and(_passes(lower, value, known), _passes(upper, value, known))
        case Not(inner):
            inside = _passes(inner, value, known)
            return None if inside is None else not inside
        case Anything():
            return True


def _compare(comparison: Comparison, left: Value, right: Value) -> bool | None:
    """This function will compare as FEEL does: equality is two-valued, an ordering on null is null."""
    if comparison in ("=", "!="):
        return _same(left, right) == (comparison == "=")
    if left is None or right is None:
        return None
    return ORDERINGS[comparison](*_alike(left, right))


def _same(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is right
    first, second = _alike(left, right)
    return bool(first == second)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """This function will make both binary if one is, as every engine does, so that 0.1 equals 0.1."""
    if isinstance(left, float) or isinstance(right, float):
        return float(left), float(right)
    return left, right


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _any(results: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for result in results:
        if result:
            return True
        found = None if result is None else found
    return found


# Expressions


def _evaluate(expression: Expression, known: Facts) -> Value:
    match expression:
        case Constant(value):
            return value
        case Name(key, _):
            return known[key]
        case If(condition, then, otherwise):
            return _evaluate(then if _evaluate(condition, known) else otherwise, known)
        case Binary(operator, left, right):
            return _join(operator, _evaluate(left, known), _evaluate(right, known))


def _join(operator: str, left: Any, right: Any) -> Value:
    """This function will apply an operator to operands that the parser has typed."""
    match operator:
        case "and":
            return _and(left, right)
        case "or":
            return _any((left, right))
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return _compare(operator, left, right)
    if left is None or right is None:
        return None
    if operator == "/":
        return float(left) / float(right) if right else None
    return left + right if isinstance(left, str) else _compute(operator, left, right)


def _compute(operator: str, left: Decimal | float, right: Decimal | float) -> Decimal:
    if isinstance(left, float) or isinstance(right, float):
        raise InputError(f"{left!r} {operator} {right!r} computes with a binary float", cure="give it as Decimal")
    return ARITHMETIC[operator](left, right)
