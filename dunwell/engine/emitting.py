"""Expressions and tests as Python source: nothing of a model's own text stands in it, only numbered names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunwell.engine import functions
from dunwell.engine.evaluation import OPERATORS, both, either, opposite
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    If,
    Name,
    Not,
    Passes,
    Test,
    Within,
)


class Emitter:
    """Writes source and gathers, under numbered names, the constants and functions that it refers to.

    `variables` names the local variable of each fact.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.namespace: dict[str, Any] = {"both": both, "either": either, "opposite": opposite, "call": functions.call}

    def constant(self, value: Any) -> str:
        """This function will return the name under which the source finds a value."""
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def expression(self, expression: Expression) -> str:
        """This function will return the source of an expression."""
        match expression:
            case Constant(value):
                return self.constant(value) if value is not None else "None"
            case Name(key, _):
                return self.variables[key]
            case If(condition, then, otherwise):
                yes, no = self.expression(then), self.expression(otherwise)
                return f"({yes} if {self.expression(condition)} else {no})"
            case Binary(operator, left, right):
                return self.binary(operator, self.expression(left), self.expression(right))
            case Call(function, arguments, _):
                listed = "".join(f"{self.expression(argument)}, " for argument in arguments)
                return f"call({self.constant(function)}, ({listed}))"
            case Passes(value, test):
                return self.test(test, self.expression(value))

    def binary(self, operator: str, left: str, right: str) -> str:
        return f"{self.constant(OPERATORS[operator])}({left}, {right})"

    def test(self, test: Test | Compare | Within, value: str) -> str:
        """This function will return the source of a test on a value that has a source itself."""
        match test:
            case AnyOf(tests):
                return f"either(({''.join(f'{self.test(one, value)}, ' for one in tests)}))"
            case Compare(comparison, operand):
                return self.binary(comparison, value, self.expression(operand))
            case Within(lower, upper):
                return f"both({self.test(lower, value)}, {self.test(upper, value)})"
            case Not(inner):
                return f"opposite({self.test(inner, value)})"
            case Anything():
                return "True"
