"""Which decision, column and rule of one version is which of another: by id or name first, then by likeness."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dunwell.engine.model import Decision, DecisionTable, Rule

T = TypeVar("T")
Places = tuple[tuple[int, int], ...]
# Two rules, or two decisions, of which less than this share is equal are taken for different ones.
LIKENESS_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """The same thing in two versions."""

    a: T
    b: T


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that two versions of a table share, by their places in each, in the order of the new one."""

    inputs: Places
    outputs: Places


def decisions(old: Sequence[Decision], new: Sequence[Decision]) -> list[Pair[Decision]]:
    """This function will pair decisions in the order of the new model: by id, by name, and by what they decide."""
    places = _by_keys(old, new, keys=(lambda decision: decision.id, lambda decision: decision.name))
    places += _by_likeness(old, new, places, alike=_alike)
    return [Pair(old[at], new[to]) for at, to in sorted(places, key=lambda pair: pair[1])]


def _alike(old: Decision, new: Decision) -> float:
    """This function will say which share of its logic a decision kept under another id and name."""
    if not isinstance(old.logic, DecisionTable) or not isinstance(new.logic, DecisionTable):
        return float(old.logic == new.logic)
    looked_at = {clause.expression for clause in old.logic.inputs}, {clause.expression for clause in new.logic.inputs}
    if looked_at[0] != looked_at[1] or len(old.logic.outputs) != len(new.logic.outputs):
        return 0.0
    rows = {rule.outputs for rule in old.logic.rules}, {rule.outputs for rule in new.logic.rules}
    return len(rows[0] & rows[1]) / max(len(rows[0] | rows[1]), 1)


def columns(old: DecisionTable, new: DecisionTable) -> Columns:
    """This function will pair inputs by what they look at, then by label; outputs by name, else by their place."""
    inputs = _by_keys(
        old.inputs,
        new.inputs,
        keys=(lambda clause: (clause.expression, clause.label), lambda c: c.expression, lambda c: c.label),
    )
    outputs = _by_keys(old.outputs, new.outputs, keys=(lambda clause: clause.name,))
    if len(old.outputs) == len(new.outputs):
        taken = {at for at, _to in outputs}, {to for _at, to in outputs}
        outputs += [
            (at, at)
            for at, output in enumerate(old.outputs)
            if at not in taken[0] and at not in taken[1] and output.type == new.outputs[at].type
        ]
    return Columns(_in_new_order(inputs), _in_new_order(outputs))


def _in_new_order(places: Iterable[tuple[int, int]]) -> Places:
    return tuple(sorted(places, key=lambda pair: pair[1]))


def rules(old: DecisionTable, new: DecisionTable, shared: Columns) -> Places:
    """This function will pair rules by id, then those of which most is equal.

    An id that only counts the rules says nothing once one is added before it: there the words go first.
    """
    unnamed = {id(rule) for table in (old, new) for at, rule in enumerate(table.rules) if counted(rule, at)}
    places = _by_keys(
        old.rules,
        new.rules,
        keys=(
            lambda rule: (rule.id, rule.outputs, tuple(cell.test for cell in rule.cells)),
            lambda rule: (rule.outputs, tuple(cell.test for cell in rule.cells)) if id(rule) in unnamed else id(rule),
            lambda rule: rule.id,
        ),
    )
    width = max(len(shared.inputs) + len(shared.outputs), 1)

    def alike(before: Rule, after: Rule) -> float:
        equal = sum(before.cells[at].test == after.cells[to].test for at, to in shared.inputs)
        equal += sum(before.outputs[at] == after.outputs[to] for at, to in shared.outputs)
        return equal / width

    return _in_new_order(places + _by_likeness(old.rules, new.rules, places, alike=alike))


def counted(rule: Rule, place: int) -> bool:
    """Whether a rule's id is no more than its place in the table, as the reader gives it to a rule that has none."""
    return rule.id.endswith(f"_rule_{place + 1}")


def _by_keys(old: Sequence[T], new: Sequence[T], *, keys: Iterable[Callable[[T], object]]) -> list[tuple[int, int]]:
    """This function will pair what has the same key: all by the first key, the rest by the next."""
    places: list[tuple[int, int]] = []
    left, right = set(range(len(old))), set(range(len(new)))
    for key in keys:
        known = {key(old[at]): at for at in sorted(left, reverse=True)}
        for to in sorted(right):
            at = known.pop(key(new[to]), None)
            if at is not None:
                places.append((at, to))
        left -= {at for at, _to in places}
        right -= {to for _at, to in places}
    return places


def _by_likeness(
    old: Sequence[T], new: Sequence[T], places: Sequence[tuple[int, int]], *, alike: Callable[[T, T], float]
) -> list[tuple[int, int]]:
    """This function will pair what is left over, the most alike first; of equals the nearest."""
    left = set(range(len(old))) - {at for at, _to in places}
    right = set(range(len(new))) - {to for _at, to in places}
    scored = ((alike(old[at], new[to]), at, to) for at in left for to in right)
    ranked = sorted((-score, abs(at - to), at, to) for score, at, to in scored if score >= LIKENESS_MIN)
    found = []
    for _score, _far, at, to in ranked:
        if at in left and to in right:
            found.append((at, to))
            left.remove(at)
            right.remove(to)
    return found


def longest_rise(numbers: Sequence[int]) -> set[int]:
    """This function will return the most numbers that can stay in rising order; the others have moved."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for one in numbers:
        at = bisect_left(tails, one)
        before[one] = tails[at - 1] if at else None
        tails[at : at + 1] = [one]
    kept: set[int] = set()
    number: int | None = tails[-1] if tails else None
    while number is not None:
        kept.add(number)
        number = before[number]
    return kept
