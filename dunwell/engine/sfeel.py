"""S-FEEL, the small expression language of decision tables: text in, frozen tree out, anything else refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn, cast

from dunwell.engine import lexer
from dunwell.engine.lexer import Token
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Cell,
    Compare,
    Comparison,
    Constant,
    Expression,
    If,
    Name,
    Not,
    Operator,
    Place,
    Test,
    Type,
    Value,
    Within,
)
from dunwell.engine.types import agree, common, type_of, type_of_value

# Every operator, parenthesis and `if` counts: one bound on depth, on width and on what the engines must recurse into.
OPERATORS_MAX = 64
COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
ORDERED = frozenset({"string", "number", "ratio", "date"})


def parse_cell(text: str, *, of: Type, scope: Mapping[str, Name], place: Place) -> Cell:
    """This function will read an input entry as tests on a value of type `of`; an empty entry means `-`."""
    return _Parser(text.strip() or "-", scope=scope, place=place).cell(of)


def parse_expression(text: str, *, scope: Mapping[str, Name], place: Place) -> Expression:
    """This function will read a literal, an input or output expression, or a decision's formula."""
    return _Parser(text.strip(), scope=scope, place=place).whole_expression()


def parse_values(text: str, *, place: Place) -> tuple[Value, ...]:
    """This function will read a list of allowed values, which must be literals."""
    return _Parser(text.strip(), scope={}, place=place).values()


class _Parser:
    """Recursive descent over the tokens of one entry; it types as it goes, so both engines may trust the tree."""

    def __init__(self, text: str, *, scope: Mapping[str, Name], place: Place) -> None:
        self.text = text
        self.place = place
        self.tokens = lexer.tokens(text, scope=scope, place=place)
        self.index = 0
        self.operators = 0

    # Moving through the tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def next(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def at(self, *symbols: str) -> bool:
        return self.token.kind == "symbol" and self.token.value in symbols

    def take(self, *symbols: str) -> str:
        """This function will step over one of the symbols, or refuse."""
        if not self.at(*symbols):
            wanted = " or ".join(symbols)
            self.fail(f"expected {wanted}, found {self.token.shown}", cure=f"write {wanted} here")
        return str(self.next().value)

    def fail(self, message: str, *, cure: str) -> NoReturn:
        raise lexer.refusal(self.text, self.token.position, message, cure=cure, place=self.place)

    def done(self) -> None:
        if self.token.kind != "end":
            self.fail(f"{self.token.shown} is left over", cure="end the entry before it, or join it with an operator")

    def count(self) -> None:
        self.operators += 1
        if self.operators > OPERATORS_MAX:
            self.fail(f"more than {OPERATORS_MAX} operators", cure="split it into several decisions")

    # Unary tests

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
        self.take("..")
        upper_at = self.index
        operand = self.endpoint(of)
        closing = self.take("]", "[", ")")
        upper = self.checked("<=" if closing == "]" else "<", operand, of, upper_at)
        self.refuse_reversed(lower, upper)
        return Within(lower, upper)

    def refuse_reversed(self, lower: Compare, upper: Compare) -> None:
        match lower.operand, upper.operand:
            case Constant(low), Constant(high) if low > high:  # type: ignore[operator]  # same type, never null
                self.fail("the range ends before it begins", cure="put the smaller end first")

    def compare(self, comparison: Comparison, of: Type) -> Compare:
        start = self.index
        return self.checked(comparison, self.endpoint(of), of, start)

    def checked(self, comparison: Comparison, operand: Expression, of: Type, start: int) -> Compare:
        """This function will refuse an ordering that can never hold: on null, or on a type without order."""
        if comparison not in ("=", "!=") and (of not in ORDERED or operand == Constant(None)):
            self.index = start
            what = "null" if operand == Constant(None) else f"a {of}"
            self.fail(f"{what} has no order: {comparison} can never hold", cure="compare it with = or !=")
        return Compare(comparison, operand)

    def endpoint(self, of: Type) -> Expression:
        """This function will read what a test compares with: a literal or a name, of the column's type."""
        start = self.index
        operand = self.unary() if self.at("-") else self.primary(bare=True)
        if not isinstance(operand, Constant | Name):
            self.index = start
            self.fail("a test compares with a literal or a name", cure="compute it in a decision of its own")
        if not agree(type_of(operand), of):
            self.index = start
            self.fail(f"{self.token.shown} is a {type_of(operand)}, the column is a {of}", cure=f"compare with a {of}")
        return operand

    # Expressions, loosest binding first

    def whole_expression(self) -> Expression:
        if self.token.kind == "end":
            self.fail("nothing is written here", cure="write a value, or null")
        expression = self.expression()
        self.done()
        return expression

    def expression(self) -> Expression:
        return self.conditional() if self.at("if") else self.disjunction()

    def conditional(self) -> Expression:
        self.count()
        self.take("if")
        condition = self.typed(self.disjunction, "boolean")
        self.take("then")
        then = self.expression()
        self.take("else")
        start = self.index
        otherwise = self.expression()
        if not agree(type_of(then), type_of(otherwise)):
            self.index = start
            self.fail(f"then is a {type_of(then)}, else a {type_of(otherwise)}", cure="give both the same type")
        return If(condition, then, otherwise)

    def disjunction(self) -> Expression:
        return self.chain(self.conjunction, "or", of="boolean")

    def conjunction(self) -> Expression:
        return self.chain(self.comparison, "and", of="boolean")

    def comparison(self) -> Expression:
        left = self.sum()
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

    def sum(self) -> Expression:
        left = self.product()
        while self.at("+", "-"):
            self.count()
            operator = self.next().value
            texts = operator == "+" and type_of(left) == "string"
            self.demand(left, "string" if texts else "number")
            right = self.typed(self.product, "string" if texts else "number")
            left = Binary(cast(Operator, operator), left, right)
        return left

    def product(self) -> Expression:
        return self.chain(self.unary, "*", "/", of="number")

    def chain(self, operand: Callable[[], Expression], *operators: Operator, of: Type) -> Expression:
        """This function will read operands of one type, joined from the left."""
        left = operand()
        while self.at(*operators):
            self.count()
            self.demand(left, of)
            operator = cast(Operator, self.next().value)
            left = Binary(operator, left, self.typed(operand, of))
        return left

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
        if found == "ratio" and of == "number":
            self.fail("the result of a division is computed with", cure="multiply and add first, divide last")
        if found != of:
            self.fail(f"expected a {of}, found a {found or 'null'}", cure=f"use a {of} here")

    def unary(self) -> Expression:
        if not self.at("-"):
            return self.primary()
        self.count()
        self.next()
        operand = self.typed(self.unary, "number")
        match operand:
            case Constant(value):
                return Constant(-value)  # type: ignore[operator]  # typed as a number above
        return Binary("-", Constant(lexer.ZERO), operand)

    def primary(self, *, bare: bool = False) -> Expression:
        """This function will read a literal, a name, or (unless `bare`) an expression in parentheses."""
        if self.at("(") and not bare:
            self.count()
            self.next()
            inner = self.expression()
            self.take(")")
            return inner
        if self.token.kind == "name":
            return cast(Name, self.next().value)
        if self.token.kind == "constant":
            return Constant(cast(Value, self.next().value))
        cure = 'write a literal ("text", 5, true, null, date("2024-01-31")) or a name'
        return self.fail(f"expected a value, found {self.token.shown}", cure=cure)

    def values(self) -> tuple[Value, ...]:
        found = [self.literal()]
        while self.at(","):
            self.next()
            found.append(self.literal())
        self.done()
        if len({type_of_value(value) for value in found}) > 1:
            self.fail("the values are of several types", cure="list values of one type")
        return tuple(found)

    def literal(self) -> Value:
        operand = self.unary()
        if not isinstance(operand, Constant):
            self.fail("allowed values must be literals", cure='list them: "A", "B"')
        return operand.value
