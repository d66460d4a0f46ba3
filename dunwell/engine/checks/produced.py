"""What the decisions before a table can give: its inputs can be nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from dunwell.engine.model import (
    AnyOf,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    If,
    Name,
    Value,
    names_in,
    names_in_table,
)

Produced = tuple[Value, ...]
# Whether a decision may leave its outputs null.
Null = Literal["never", "perhaps", "surely"]


class Knowledge:
    """What is known of each fact, decision after decision: its domain, its possible values, what it comes from."""

    def __init__(self, model: DecisionModel) -> None:
        self._domains: Mapping[str, AnyOf | None] = {wanted.name: wanted.domain for wanted in model.inputs}
        self._roots: dict[str, frozenset[str]] = {wanted.name: frozenset({wanted.name}) for wanted in model.inputs}
        self._produced: dict[str, Produced | None] = {}
        self._perhaps_null: set[str] = set()

    def given(self, key: str) -> bool:
        """This function will say whether a fact comes from outside, where it can be anything of its type."""
        return key in self._domains

    def declared(self, expression: Expression) -> AnyOf | None:
        """This function will return what the author says that an input from outside can be."""
        return self._domains.get(expression.key) if isinstance(expression, Name) else None

    def produced(self, expression: Expression) -> Produced | None:
        """This function will return every value that an expression can have, None where that is not known."""
        match expression:
            case Constant(value):
                return (value,)
            case If(_, then, otherwise):
                return union([self.produced(then), self.produced(otherwise)])
            case Name(key, _):
                return self._produced.get(key)
        return None

    def perhaps_null(self, expression: Expression) -> bool:
        """This function will say whether null is possible only if some other null is, which nobody has ruled out."""
        return isinstance(expression, Name) and expression.key in self._perhaps_null

    def roots(self, expression: Expression) -> frozenset[str]:
        """This function will return the facts from outside that an expression is computed from."""
        keys = {name.key for name in names_in(expression)}
        return frozenset().union(*(self._roots.get(key, frozenset({key})) for key in keys))

    def learn(self, decision: Decision, outputs: Mapping[str, Produced | None], *, null: Null = "never") -> None:
        """This function will note what a decision can give under each of its names, and whether null besides."""
        read = self._read(decision.logic)
        for output in decision.outputs:
            self._roots[output.name] = read
            given = outputs.get(output.name)
            if null == "perhaps" and given is not None and None not in given:
                self._perhaps_null.add(output.name)
            self._produced[output.name] = given if null == "never" else union([given, (None,)])

    def learn_formula(self, decision: Decision, formula: Formula) -> None:
        self.learn(decision, {formula.name: self.produced(formula.expression)})

    def _read(self, logic: DecisionTable | Formula) -> frozenset[str]:
        names = names_in_table(logic) if isinstance(logic, DecisionTable) else names_in(logic.expression)
        return frozenset().union(*(self.roots(name) for name in names))


def union(parts: Sequence[Produced | None]) -> Produced | None:
    """This function will join possible values in the order in which they are met; None if one part is not known."""
    if any(part is None for part in parts):
        return None
    return tuple(dict.fromkeys(value for part in parts if part is not None for value in part))
