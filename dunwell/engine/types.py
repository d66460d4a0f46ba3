"""Static types: known when a model is loaded, so that no comparison can go wrong in silence when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from dunwell.engine.functions import FUNCTIONS
from dunwell.engine.model import (
    Binary,
    Call,
    Constant,
    DecisionModel,
    DecisionTable,
    Expression,
    If,
    Months,
    Name,
    Passes,
    Place,
    Type,
    Value,
    names_in,
)

NUMERIC = frozenset({"number", "ratio"})
# An order on booleans means nothing.
ORDERED = frozenset(
    {"string", "number", "ratio", "date", "time", "date_time", "days_duration", "months_duration"}
)  # fmt: skip
# The most telling type first: a date-time is a date too, a boolean an integer.
TYPES: Mapping[type, Type] = {
    bool: "boolean",
    str: "string",
    Decimal: "number",
    float: "ratio",
    datetime: "date_time",
    date: "date",
    time: "time",
    timedelta: "days_duration",
    Months: "months_duration",
}
DURATIONS: tuple[Type, ...] = ("days_duration", "months_duration")
# What sums and differences of days, times and durations give, by operator and types.
LAID: Mapping[tuple[str, Type, Type], Type] = {
    **{(sign, day, span): day for sign in "+-" for day in ("date", "date_time") for span in DURATIONS},
    **{("+", span, day): day for day in ("date", "date_time") for span in DURATIONS},
    **{(sign, span, span): span for sign in "+-" for span in DURATIONS},
    ("-", "date", "date"): "days_duration",
    ("-", "date_time", "date_time"): "days_duration",
    ("+", "string", "string"): "string",
}


def agree(left: Type | None, right: Type | None) -> bool:
    """This function will say whether two types may meet; null (None) meets every type."""
    return left is None or right is None or left == right or {left, right} == NUMERIC


def common(left: Type | None, right: Type | None) -> Type | None:
    """This function will return the type that holds both of two agreeing types."""
    if left is None or right is None:
        return left or right
    return left if left == right else "ratio"


def common_of(types: Iterable[Type | None]) -> Type | None:
    """This function will return the type that holds all of several agreeing types."""
    found: Type | None = None
    for kind in types:
        found = common(found, kind)
    return found


def type_of_value(value: Value) -> Type | None:
    """This function will return the type of a literal's value; None for null."""
    return next((known for python, known in TYPES.items() if isinstance(value, python)), None)


def type_of(expression: Expression) -> Type | None:
    """This function will return the type of an expression that was parsed; None if it can only be null."""
    match expression:
        case Constant(value):
            return type_of_value(value)
        case Name(_, known):
            return known
        case If(_, then, otherwise):
            return common(type_of(then), type_of(otherwise))
        case Binary(operator, left, right):
            return result(operator, type_of(left), type_of(right))
        case Call(_, _, known):
            return known
        case Passes():
            return "boolean"


def result(operator: str, left: Type | None, right: Type | None) -> Type | None:
    """This function will return the type that an operator gives; None if it does not take these types."""
    if operator in ("and", "or"):
        return "boolean" if {left, right} <= {None, "boolean"} else None
    if operator in ("=", "!=", "<", "<=", ">", ">="):
        return "boolean"
    if left is None or right is None:
        return None
    if left in NUMERIC and right in NUMERIC:
        return "ratio" if operator in ("/", "**") else common(left, right)
    return LAID.get((operator, left, right))


def settled(found: Type | None, declared: Type | None, place: Place) -> Type:
    """This function will return the type of something from what it is and what its author says it is."""
    if found is None and declared is None:
        raise place.refuse("its type cannot be told: all is null", cure="give it a typeRef")
    if not agree(found, declared):
        raise place.refuse(f"it is declared as {declared}, but gives a {found}", cure="change one of the two")
    return found or declared  # type: ignore[return-value]  # one of them is a type, by the first test


def computed_inputs(model: DecisionModel) -> frozenset[str]:
    """This function will name the inputs of type number that are computed with: a binary float is refused there."""
    numbers = {wanted.name for wanted in model.inputs if wanted.type == "number"}
    expressions = (one for decision in model.decisions for one in _expressions(decision.logic))
    return frozenset(numbers & {name for expression in expressions for name in _computed(expression)})


def _expressions(logic: object) -> Iterator[Expression]:
    if isinstance(logic, DecisionTable):
        yield from (clause.expression for clause in logic.inputs)
        yield from (entry for rule in logic.rules for entry in rule.outputs)
        yield from (clause.default for clause in logic.outputs)
    else:
        yield logic.expression  # type: ignore[attr-defined]  # a formula


def _computed(expression: Expression) -> Iterator[str]:
    """This function will yield the names that stand under exact arithmetic or a function of exact numbers."""
    match expression:
        case Binary(operator, left, right):
            exact = operator in "+-*" and type_of(expression) == "number"
            yield from (name.key for name in names_in(expression)) if exact else (*_computed(left), *_computed(right))
        case If(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from _computed(part)
        case Call(function, arguments, _):
            exact = any("ratio" not in parameter.types for parameter in FUNCTIONS[function].parameters)
            for part in arguments:
                yield from (name.key for name in names_in(part)) if exact else _computed(part)
        case Passes(value, _):
            yield from _computed(value)
