"""Expressions and tests as Python source: nothing of a model's own text stands in it, only numbered names."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from dunwell.engine import functions
from dunwell.engine.evaluation import OPERATORS, as_ratio, both, either, opposite
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
from dunwell.engine.types import type_of

# Python's own compiler refuses parentheses over 200 deep.
NESTING_MAX = 40


class Emitter:
    """Writes source and gathers, under numbered names, the constants and functions that it refers to.

    `variables` names the local variable of each fact; `before` are the lines that what was written last relies on.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.before: list[str] = []
        self.steps = 0
        self.namespace: dict[str, Any] = {"both": both, "either": either, "opposite": opposite, "call": functions.call}

    def constant(self, value: Any) -> str:
        """This function will return the name under which the source finds a value."""
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def lines(self, *lines: str) -> list[str]:
        """This function will return lines with those that they rely on before them."""
        found, self.before = [*self.before, *lines], []
        return found

    def step(self, source: str) -> str:
        """This function will compute a source in a line of its own, and return the name of what comes out."""
        if source.isidentifier():
            return source
        self.steps += 1
        self.before.append(f"s{self.steps} = {source}")
        return f"s{self.steps}"

    def expression(self, expression: Expression) -> str:
        """This function will return the source of an expression."""
        source = self.plain(expression)
        return self.step(source) if _nesting(source) > NESTING_MAX else source

    def plain(self, expression: Expression) -> str:
        match expression:
            case Constant(value):
                return self.constant(value) if value is not None else "None"
            case Name(key, _):
                return self.variables[key]
            case If(condition, then, otherwise):
                yes, no = self.expression(then), self.expression(otherwise)
                found = f"({yes} if {self.expression(condition)} else {no})"
                return f"{self.constant(as_ratio)}{found}" if type_of(expression) == "ratio" else found
            case Binary(operator, left, right):
                return self.binary(operator, self.expression(left), self.expression(right))
            case Call(function, arguments, _):
                listed = "".join(f"{self.expression(argument)}, " for argument in arguments)
                return f"call({self.constant(function)}, ({listed}))"
            case Passes(value, test):
                return self.test(test, self.step(self.expression(value)))

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


def _nesting(source: str) -> int:
    """This function will tell how deep the parentheses of a source stand in each other."""
    return max(accumulate((sign == "(") - (sign == ")") for sign in source))
