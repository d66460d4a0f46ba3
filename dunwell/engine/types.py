"""Static types: known when a model is loaded, so that no comparison can go wrong in silence when it runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dunwell.engine.model import Binary, Constant, Expression, If, Name, Place, Type, Value

NUMERIC = frozenset({"number", "ratio"})


def agree(left: Type | None, right: Type | None) -> bool:
    """This function will say whether two types may meet; null (None) meets every type."""
    return left is None or right is None or left == right or {left, right} == NUMERIC


def common(left: Type | None, right: Type | None) -> Type | None:
    """This function will return the type that holds both of two agreeing types."""
    if left is None or right is None:
        return left or right
    return left if left == right else "ratio"


def type_of_value(value: Value) -> Type | None:
    """This function will return the type of a literal's value; None for null."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case Decimal():
            return "number"
        case date():
            return "date"
    return None


def type_of(expression: Expression) -> Type | None:
    """This function will return the type of an expression that was parsed; None if it can only be null."""
    match expression:
        case Constant(value):
            return type_of_value(value)
        case Name(_, known):
            return known
        case If(_, then, otherwise):
            return common(type_of(then), type_of(otherwise))
        case Binary(operator, left, _):
            return _type_of_result(operator, left)


def _type_of_result(operator: str, left: Expression) -> Type | None:
    if operator == "/":
        return "ratio"
    return type_of(left) if operator in "+-*" else "boolean"


def settled(found: Type | None, declared: Type | None, place: Place) -> Type:
    """This function will return the type of something from what it is and what its author says it is."""
    if found is None and declared is None:
        raise place.refuse("its type cannot be told: all is null", cure="give it a typeRef")
    if not agree(found, declared):
        raise place.refuse(f"it is declared as {declared}, but gives a {found}", cure="change one of the two")
    return found or declared  # type: ignore[return-value]  # one of them is a type, by the first test
