"""Calls: of the white list, of business knowledge models, and the literals that are written like calls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR
from typing import cast

from dunwell.engine import evaluation
from dunwell.engine.functions import FUNCTIONS, PROPERTIES, SCALE_MAX, Function, Parameter
from dunwell.engine.model import Call, Constant, Expression, Place, Type, names_in
from dunwell.engine.reading import literals
from dunwell.engine.reading.cursor import Cursor, Scope
from dunwell.engine.types import agree, common_of, type_of

# What an author may call: `day of` is written `date(…)`, a property after its point, `not` is a keyword.
CALLED = FUNCTIONS.keys() - {"not", "day of", "time of", *PROPERTIES} | literals.READERS.keys()
# The same name with one argument is another function.
FROM = {"date": "day of", "time": "time of"}


class Calls(Cursor):
    """Reads a call from its name on, types it, and computes it at once where it holds no name."""

    def __init__(self, text: str, *, scope: Scope, place: Place) -> None:
        super().__init__(text, scope=scope, functions=CALLED, place=place)

    @abstractmethod
    def expression(self) -> Expression:
        """This function will read an expression that stands inside another."""

    def function(self) -> Expression:
        self.count()
        start = self.index
        name = str(self.next().value)
        arguments = self.arguments()
        if name in self.scope.models and self.scope.invoke is not None:
            return self.scope.invoke(name, arguments)
        if name in literals.READERS and (len(arguments) == 1 or name not in FUNCTIONS):
            return self.from_one(name, arguments, start)
        listed = self.in_order(name, arguments, start) if isinstance(arguments, Mapping) else list(arguments)
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

    def from_one(self, name: str, arguments: Sequence[Expression] | Mapping[str, Expression], start: int) -> Expression:
        """This function will read `date("2024-01-31")` as the literal that it is, `date(moment)` as a call."""
        if len(arguments) != 1 or (isinstance(arguments, Mapping) and "from" not in arguments):
            self.index = start
            self.fail(f"{name} is not given one value, its from", cure=f'write {name}("…")')
        listed = list(arguments.values()) if isinstance(arguments, Mapping) else list(arguments)
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
        function = FUNCTIONS[name]
        names = [] if function.more else [parameter.name for parameter in function.parameters]
        if unknown := [given for given in arguments if given not in names]:
            self.index = start
            cure = f"name them: {', '.join(names)}" if names else "give the values without names"
            self.fail(f"{name} has no argument '{unknown[0]}'", cure=cure)
        # What may be left out stands last: whatever is given must be the first ones.
        if missing := [known for known in names[: len(arguments)] if known not in arguments]:
            self.index = start
            self.fail(f"{name} is not given '{missing[0]}'", cure=f"name them: {', '.join(names)}")
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
        if parameter.name == "scale" and not 0 <= cast(int, argument.value) <= SCALE_MAX:
            self.index = start
            self.fail(f"{name} rounds to {argument.value} places", cure=f"write a scale from 0 to {SCALE_MAX}")


def folded(expression: Expression) -> Expression:
    """This function will compute at once what holds no name; null stays as it is written, so that its type is known."""
    if any(True for _ in names_in(expression)):
        return expression
    value = evaluation.evaluate(expression, {})
    return expression if value is None else Constant(value)
