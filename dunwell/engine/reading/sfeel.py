"""S-FEEL, the small expression language of decision tables: text in, frozen tree out, anything else refused."""

from __future__ import annotations

from typing import cast

from dunwell.engine.model import (
    AnyOf,
    Anything,
    Cell,
    Compare,
    Comparison,
    Expression,
    Not,
    Passes,
    Place,
    Test,
    Type,
    Within,
)
from dunwell.engine.reading.calling import folded
from dunwell.engine.reading.cursor import Invoke, Scope
from dunwell.engine.reading.operators import COMPARISONS, Operators
from dunwell.engine.types import agree, type_of

__all__ = ["Invoke", "Scope", "parse_cell", "parse_domain", "parse_expression"]


def parse_cell(text: str, *, of: Type, scope: Scope, place: Place) -> Cell:
    """This function will read an input entry as tests on a value of type `of`; an empty entry means `-`."""
    return _Parser(text.strip() or "-", scope=scope, place=place).cell(of)


def parse_expression(text: str, *, scope: Scope, place: Place) -> Expression:
    """This function will read a literal, an input or output expression, or a decision's formula."""
    return _Parser(text.strip(), scope=scope, place=place).whole_expression()


def parse_domain(text: str, *, of: Type, place: Place) -> AnyOf:
    """This function will read what a column can be: literals, ranges, and null if it may be null."""
    return _Parser(text.strip(), scope=Scope({}), place=place).domain(of)


class _Parser(Operators):
    """Reads the cells of a table: unary tests, by the column's type."""

    def cell(self, of: Type) -> Cell:
        test = self.test(of)
        self.done()
        return Cell(self.text, test)

    def test(self, of: Type) -> Test:
        if self.at("-") and self.tokens[self.index + 1].kind == "end":
            self.next()
            return Anything()
        if not self.at("not"):
            return self.any_of(of)
        self.next()
        self.take("(")
        listed = self.any_of(of)
        self.take(")")
        return Not(listed)

    def domain(self, of: Type) -> AnyOf:
        listed = self.any_of(of)
        self.done()
        return listed

    def any_of(self, of: Type) -> AnyOf:
        tests = [self.positive(of)]
        while self.at(","):
            self.next()
            tests.append(self.positive(of))
        return AnyOf(tuple(tests))

    def positive(self, of: Type) -> Compare | Within:
        if self.at("[", "]", "("):
            return self.within(of)
        if self.at(*COMPARISONS):
            return self.compare(cast(Comparison, self.next().value), of)
        if of == "boolean" and self.token.kind == "name":
            name = self.token.shown
            self.fail(f"{name} alone could mean «is true» or «is equal»", cure=f"write = {name}")
        return self.compare("=", of)

    def within(self, of: Type) -> Within:
        opening = self.take("[", "]", "(")
        lower = self.compare(">=" if opening == "[" else ">", of)
        return self.upper(lower, of)

    def upper(self, lower: Compare, of: Type) -> Within:
        """This function will read a range from its two dots on."""
        self.take("..")
        upper_at = self.index
        operand = self.endpoint(of)
        closing = self.take("]", "[", ")")
        upper = self.checked("<=" if closing == "]" else "<", operand, of, upper_at)
        self.refuse_reversed(lower, upper)
        return Within(lower, upper)

    def compare(self, comparison: Comparison, of: Type) -> Compare:
        start = self.index
        return self.checked(comparison, self.endpoint(of), of, start)

    def endpoint(self, of: Type) -> Expression:
        """This function will read what a test compares with: a literal, a name or a call, of the column's type."""
        start = self.index
        operand = self.unary(bare=True)
        if not agree(type_of(operand), of):
            self.index = start
            self.fail(f"{self.token.shown} is a {type_of(operand)}, the column is a {of}", cure=f"compare with a {of}")
        return self.bounded(operand)

    # The same tests inside an expression

    def membership(self, value: Expression) -> Expression:
        """This function will read `in` and what follows it: one test, tests in parentheses, or a list in brackets."""
        self.count()
        self.next()
        kind = type_of(value)
        if kind is None:
            self.fail("null is asked for", cure="write = null")
        return folded(Passes(value, AnyOf(tuple(self.members(kind)))))

    def members(self, of: Type) -> list[Compare | Within]:
        """This function will read a test, or the tests of a list; a list in a list counts as its members."""
        opening = self.token.value
        if not self.at("[", "(") or self.opens_range():
            return [self.positive(of)]
        self.count()
        self.next()
        found = self.members(of)
        while self.at(","):
            self.next()
            found += self.members(of)
        self.take("]" if opening == "[" else ")")
        return found

    def opens_range(self) -> bool:
        """This function will look ahead for the two dots that make a range of a bracket."""
        depth = 0
        for token in self.tokens[self.index :]:
            if token.kind == "function":
                continue
            if token.kind == "symbol" and token.value == ".." and depth == 1:
                return True
            if token.kind == "symbol" and token.value in ("(", "["):
                depth += 1
            elif token.kind == "symbol" and token.value in (")", "]"):
                depth -= 1
            if depth == 0 or (depth == 1 and token.kind == "symbol" and token.value == ","):
                return False
        return False
