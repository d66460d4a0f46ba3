"""Expressions of S-FEEL: operators by how tightly they bind, branches, literals, names and properties."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import cast

from dunwell.engine.functions import PROPERTIES
from dunwell.engine.model import (
    AnyOf,
    Binary,
    Compare,
    Comparison,
    Constant,
    Expression,
    If,
    Operator,
    Passes,
    Type,
    Value,
    Within,
)
from dunwell.engine.reading import lexer
from dunwell.engine.reading.calling import Calls, folded
from dunwell.engine.reading.cursor import NESTED_MAX
from dunwell.engine.types import NUMERIC, ORDERED, agree, common, result, type_of

COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
# What to write where an operator is given something that it does not join.
WANTED: Mapping[str, str] = {
    "and": "use a boolean here",
    "or": "use a boolean here",
    "+": "add numbers, texts, or a duration to a day",
    "-": "subtract numbers, days, or a duration from a day",
}


class Operators(Calls):
    """Reads expressions, the loosest operator first; it types as it goes, so both engines may trust the tree."""

    @abstractmethod
    def membership(self, value: Expression) -> Expression:
        """This function will read `in` and the tests that follow it."""

    def whole_expression(self) -> Expression:
        if self.token.kind == "end":
            self.fail("nothing is written here", cure="write a value, or null")
        expression = self.expression()
        self.done()
        return self.bounded(expression)

    def expression(self) -> Expression:
        self.nested += 1
        if self.nested > NESTED_MAX:
            self.fail(f"nested over {NESTED_MAX} deep", cure="split it into several decisions")
        found = self.branch()
        self.nested -= 1
        return found

    def branch(self) -> Expression:
        return self.conditional() if self.at("if") else self.disjunction()

    def conditional(self) -> Expression:
        self.count()
        self.take("if")
        condition = self.typed(self.disjunction, "boolean")
        self.take("then")
        then = self.expression()
        self.take("else")
        start = self.index
        otherwise = self.branch()
        if not agree(type_of(then), type_of(otherwise)):
            self.index = start
            self.fail(f"then is a {type_of(then)}, else a {type_of(otherwise)}", cure="give both the same type")
        return If(condition, then, otherwise)

    def disjunction(self) -> Expression:
        return self.chain(self.conjunction, "or")

    def conjunction(self) -> Expression:
        return self.chain(self.comparison, "and")

    def comparison(self) -> Expression:
        left = self.sum()
        if self.at("in"):
            return self.membership(left)
        if self.at("between"):
            return self.between(left)
        if not self.at(*COMPARISONS):
            return left
        self.count()
        operator = cast(Comparison, self.next().value)
        start = self.index
        right = self.sum()
        kind = self.common_type(left, right, start)
        for operand in (left, right):
            self.checked(operator, operand, kind, start)
        return Binary(operator, left, right)

    def common_type(self, left: Expression, right: Expression, start: int) -> Type:
        if not agree(type_of(left), type_of(right)):
            self.index = start
            self.fail(f"a {type_of(left)} is compared with a {type_of(right)}", cure="compare values of one type")
        return common(type_of(left), type_of(right)) or "string"

    def between(self, value: Expression) -> Expression:
        self.count()
        self.next()
        start = self.index
        low = self.sum()
        self.take("and")
        high = self.sum()
        kind = self.common_type(low, high, start)
        self.common_type(value, low, start)
        ends = [self.checked(sign, end, kind, start) for sign, end in ((">=", low), ("<=", high))]  # type: ignore[arg-type]
        self.refuse_reversed(*ends)
        return folded(Passes(value, AnyOf((Within(*ends),))))

    def sum(self) -> Expression:
        return self.chain(self.product, "+", "-")

    def product(self) -> Expression:
        return self.chain(self.power, "*", "/")

    def power(self) -> Expression:
        return self.chain(self.unary, "**")

    def chain(self, operand: Callable[[], Expression], *operators: Operator) -> Expression:
        """This function will read operands that go together, joined from the left."""
        left = operand()
        while self.at(*operators):
            self.count()
            operator = cast(Operator, self.next().value)
            start = self.index
            right = operand()
            left = self.joined(operator, left, right, start)
        return left

    def joined(self, operator: Operator, left: Expression, right: Expression, start: int) -> Expression:
        kinds = type_of(left), type_of(right)
        if result(operator, *kinds) is None:
            self.index = start
            shown = " and ".join(f"a {kind}" if kind else "null" for kind in kinds)
            self.fail(f"{operator} joins {shown}", cure=WANTED.get(operator, "use numbers here"))
        return folded(Binary(operator, left, right))

    def typed(self, read: Callable[[], Expression], of: Type) -> Expression:
        start = self.index
        expression = read()
        end, self.index = self.index, start
        self.demand(expression, of)
        self.index = end
        return expression

    def demand(self, expression: Expression, of: Type) -> None:
        """This function will refuse an operand of another type; an untyped null is refused with it."""
        found = type_of(expression)
        if found != of:
            self.fail(f"expected a {of}, found a {found or 'null'}", cure=f"use a {of} here")

    def unary(self, *, bare: bool = False) -> Expression:
        if not self.at("-"):
            return self.postfix(bare=bare)
        self.count()
        self.next()
        start = self.index
        operand = self.unary(bare=bare)
        kind = type_of(operand)
        if kind not in NUMERIC:
            self.index = start
            self.fail(f"- stands before a {kind or 'null'}", cure="use a number here")
        return folded(Binary("-", Constant(lexer.ZERO), operand))

    def postfix(self, *, bare: bool) -> Expression:
        """This function will read a value and its properties: `opened on.year`."""
        value = self.primary(bare=bare)
        while self.at("."):
            self.next()
            start = self.index
            shown = self.next().shown
            if shown not in PROPERTIES:
                self.index = start
                self.fail(f"'{shown}' is no property", cure=f"use one of: {', '.join(PROPERTIES)}")
            value = self.call(shown, [value], start)
        return value

    def primary(self, *, bare: bool = False) -> Expression:
        """This function will read a literal, a name, a call, or (unless `bare`) an expression in parentheses."""
        if self.at("(") and not bare:
            self.count()
            self.next()
            inner = self.expression()
            self.take(")")
            return inner
        if self.token.kind == "name":
            return cast(Expression, self.next().value)
        if self.token.kind == "constant":
            return Constant(cast(Value, self.next().value))
        if self.token.kind == "function" or self.at("not"):
            return self.function()
        cure = 'write a literal ("text", 5, true, null, date("2024-01-31")) or a name'
        return self.fail(f"expected a value, found {self.token.shown}", cure=cure)

    # Comparisons that can hold

    def checked(self, comparison: Comparison, operand: Expression, of: Type, start: int) -> Compare:
        """This function will refuse an ordering that can never hold: on null, or on a type without order."""
        if comparison not in ("=", "!=") and (of not in ORDERED or operand == Constant(None)):
            self.index = start
            what = "null" if operand == Constant(None) else f"a {of}"
            self.fail(f"{what} has no order: {comparison} can never hold", cure="compare it with = or !=")
        return Compare(comparison, operand)

    def refuse_reversed(self, lower: Compare, upper: Compare) -> None:
        match lower.operand, upper.operand:
            case Constant(low), Constant(high) if low > high:  # type: ignore[operator]  # same type, never null
                self.fail("the range ends before it begins", cure="put the smaller end first")
