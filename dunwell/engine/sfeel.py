"""S-FEEL, the small expression language of decision tables: text in, frozen tree out, anything else refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR
from typing import NoReturn, Protocol, cast

from dunwell.engine import evaluation, lexer, literals
from dunwell.engine.functions import FUNCTIONS, PROPERTIES, Function, Parameter
from dunwell.engine.lexer import Token
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Binary,
    Call,
    Cell,
    Compare,
    Comparison,
    Constant,
    Expression,
    If,
    Not,
    Operator,
    Passes,
    Place,
    Test,
    Type,
    Value,
    Within,
    names_in,
)
from dunwell.engine.types import NUMERIC, ORDERED, agree, common, common_of, result, type_of

# Every operator, parenthesis and `if` counts: one bound on depth, on width and on what the engines must recurse into.
OPERATORS_MAX = 64
COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
# What an author may call: `day of` is written `date(…)`, a property after its point, `not` is a keyword.
CALLED = FUNCTIONS.keys() - {"not", "day of", "time of", *PROPERTIES} | literals.READERS.keys()
# The same name with one argument is another function.
FROM = {"date": "day of", "time": "time of"}


class Invoke(Protocol):
    """How a call of a business knowledge model becomes an expression."""

    def __call__(self, name: str, arguments: Sequence[Expression] | Mapping[str, Expression]) -> Expression:
        """This function will return what stands for the call."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an entry may name: facts and earlier decisions, each with what it stands for; and models to call."""

    names: Mapping[str, Expression]
    domains: Mapping[str, AnyOf] = field(default_factory=dict)
    models: frozenset[str] = frozenset()
    invoke: Invoke | None = field(default=None, compare=False)


def parse_cell(text: str, *, of: Type, scope: Scope, place: Place) -> Cell:
    """This function will read an input entry as tests on a value of type `of`; an empty entry means `-`."""
    return _Parser(text.strip() or "-", scope=scope, place=place).cell(of)


def parse_expression(text: str, *, scope: Scope, place: Place) -> Expression:
    """This function will read a literal, an input or output expression, or a decision's formula."""
    return _Parser(text.strip(), scope=scope, place=place).whole_expression()


def parse_domain(text: str, *, of: Type, place: Place) -> AnyOf:
    """This function will read what a column can be: literals, ranges, and null if it may be null."""
    return _Parser(text.strip(), scope=Scope({}), place=place).domain(of)


class _Parser:
    """Recursive descent over the tokens of one entry; it types as it goes, so both engines may trust the tree."""

    def __init__(self, text: str, *, scope: Scope, place: Place) -> None:
        self.text = text
        self.place = place
        self.scope = scope
        self.tokens = lexer.tokens(text, scope=scope.names, functions=CALLED | scope.models, place=place)
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
        """This function will read what a test compares with: a literal, a name or a call, of the column's type."""
        start = self.index
        operand = self.unary(bare=True)
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
        if operator in ("and", "or"):
            fits = all(kind in (None, "boolean") for kind in kinds)
        else:
            fits = result(operator, *kinds) is not None
        if not fits:
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

    # Calls

    def function(self) -> Expression:
        self.count()
        start = self.index
        name = str(self.next().value)
        arguments = self.arguments()
        if name in self.scope.models and self.scope.invoke is not None:
            return self.scope.invoke(name, arguments)
        listed = list(arguments.values()) if isinstance(arguments, Mapping) else list(arguments)
        if (name in FROM and len(listed) == 1) or name == "duration":
            return self.from_one(name, listed, start)
        if isinstance(arguments, Mapping):
            listed = self.in_order(name, arguments, start)
        if name == "date and time" and len(listed) == 1:
            return self.from_one(name, listed, start)
        return self.call(name, listed, start)

    def arguments(self) -> Sequence[Expression] | Mapping[str, Expression]:
        """This function will read the arguments in parentheses: all by place, or all by name (`year: 2024`)."""
        self.take("(")
        if self.at(")"):
            self.next()
            return []
        found: list[tuple[str, Expression]] = []
        while True:
            label = str(self.next().value) if self.token.kind == "label" else ""
            found.append((label, self.expression()))
            if self.take(",", ")") == ")":
                break
        names = [name for name, _ in found]
        if not any(names):
            return [expression for _, expression in found]
        if not all(names) or len(set(names)) < len(names):
            self.fail("arguments are named in part, or twice", cure="name each of them once, or none")
        return dict(found)

    def from_one(self, name: str, listed: list[Expression], start: int) -> Expression:
        """This function will read `date("2024-01-31")` as the literal that it is, `date(moment)` as a call."""
        match listed:
            case [Constant(str() as text)]:
                try:
                    return Constant(literals.READERS[name](text))
                except literals.LiteralError as error:
                    self.index = start
                    self.fail(str(error), cure=error.cure)
            case [one] if type_of(one) == "string" or name not in FROM:
                self.index = start
                self.fail(f"{name} reads a text that is not written here", cure="give it as an input of that type")
        return self.call(FROM[name], listed, start)

    def in_order(self, name: str, arguments: Mapping[str, Expression], start: int) -> list[Expression]:
        names = [parameter.name for parameter in FUNCTIONS[name].parameters]
        if unknown := [given for given in arguments if given not in names]:
            self.index = start
            self.fail(f"{name} has no argument '{unknown[0]}'", cure=f"name them: {', '.join(names)}")
        return [arguments[known] for known in names if known in arguments]

    def call(self, name: str, arguments: list[Expression], start: int) -> Expression:
        """This function will type a call of the white list."""
        function = FUNCTIONS[name]
        parameters = self.parameters(name, function, len(arguments), start)
        for parameter, argument in zip(parameters, arguments, strict=True):
            self.suits(name, parameter, argument, start)
        kinds = [type_of(argument) for argument in arguments]
        if function.more and not all(agree(kinds[0], kind) for kind in kinds):
            self.index = start
            self.fail(f"{name} is given values of several types", cure="give values of one type")
        if name == "date":
            self.refuse_far_year(arguments[0], start)
        kind = function.returns or common_of(kinds)
        return folded(Call(name, tuple(arguments), cast(Type, kind)))

    def refuse_far_year(self, year: Expression, start: int) -> None:
        """This function will refuse a year that FEEL knows and calendars here do not."""
        if isinstance(year, Constant) and not MINYEAR <= int(cast(int, year.value)) <= MAXYEAR:
            self.index = start
            self.fail(f"the year {year.value} is outside the profile", cure=f"use years {MINYEAR} to {MAXYEAR}")

    def parameters(self, name: str, function: Function, given: int, start: int) -> list[Parameter]:
        known = list(function.parameters)
        if function.more and given > len(known):
            known += [known[-1]] * (given - len(known))
        if not len(known) - function.optional <= given <= len(known):
            self.index = start
            wanted = ", ".join(parameter.name for parameter in function.parameters)
            self.fail(f"{name} is given {given} values", cure=f"give it: {wanted}")
        return known[:given]

    def suits(self, name: str, parameter: Parameter, argument: Expression, start: int) -> None:
        kind = type_of(argument)
        if kind not in parameter.types:
            self.index = start
            wanted = " or ".join(parameter.types)
            self.fail(f"{name} is given a {kind or 'null'} as {parameter.name}", cure=f"give it a {wanted}")
        if not parameter.literal:
            return
        if not (isinstance(argument, Constant) and argument.value == int(cast(int, argument.value))):
            self.index = start
            self.fail(f"{parameter.name} of {name} is no whole number", cure="write the number itself")


# What to write where an operator is given something that it does not join.
WANTED: Mapping[str, str] = {
    "and": "use a boolean here",
    "or": "use a boolean here",
    "+": "add numbers, texts, or a duration to a day",
    "-": "subtract numbers, days, or a duration from a day",
}


def folded(expression: Expression) -> Expression:
    """This function will compute at once what holds no name; null stays as it is written, so that its type is known."""
    if any(True for _ in names_in(expression)):
        return expression
    value = evaluation.evaluate(expression, {})
    return expression if value is None else Constant(value)
