"""The tokens of one entry, and where in them the parser stands; refusals name the character."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from dunwell.engine.model import AnyOf, Binary, Call, Compare, Expression, If, Passes, Place, Within
from dunwell.engine.reading import lexer
from dunwell.engine.reading.lexer import Token

# Every operator, parenthesis and `if` counts: one bound on depth, on width and on what the engines must recurse into.
OPERATORS_MAX = 64
# Parentheses, calls and branches that stand in each other: each takes a dozen frames of Python's stack.
NESTED_MAX = 24
# The same once calls and contexts are laid open: what stands for a name is copied to wherever the name stands.
PARTS_MAX, DEPTH_MAX = 400, 100


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


class Cursor:
    """Steps through the tokens, and counts what is bounded."""

    def __init__(self, text: str, *, scope: Scope, functions: Iterable[str], place: Place) -> None:
        self.text = text
        self.place = place
        self.scope = scope
        self.tokens = lexer.tokens(text, scope=scope.names, functions=scope.models.union(functions), place=place)
        self.index = 0
        self.operators = 0
        self.nested = 0

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

    def bounded(self, expression: Expression) -> Expression:
        parts, depth = _size(expression)
        if parts > PARTS_MAX or depth > DEPTH_MAX:
            self.fail(f"laid open it has {parts} parts, {depth} deep", cure="make decisions of some of them")
        return expression


def _size(part: Expression | AnyOf | Compare | Within) -> tuple[int, int]:
    """This function will count the parts of an expression, and how deep they stand in each other."""
    inner = [_size(one) for one in _inside(part)]
    return 1 + sum(parts for parts, _ in inner), 1 + max((depth for _, depth in inner), default=0)


def _inside(part: Expression | AnyOf | Compare | Within) -> Sequence[Expression | AnyOf | Compare | Within]:
    match part:
        case Binary(_, left, right) | Within(left, right) | Passes(left, right):
            return (left, right)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, arguments, _):
            return arguments
        case AnyOf(tests):
            return tests
        case Compare(_, operand):
            return (operand,)
    return ()
