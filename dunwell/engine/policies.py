"""What a hit policy means: which of the rules that match goes first, and when two of them contradict each other.

Every rule has a rank and a class. Of the rules that match, those of the lowest rank count; among them the first by
class, then by place. Under a policy that gives one answer it is a conflict if they are of several classes.
"""

from __future__ import annotations

from dunwell.engine.model import Constant, DecisionTable, Rule, Value


def ranks(table: DecisionTable) -> tuple[int | tuple[int, ...], ...]:
    """This function will rank the rules: the lower goes first.

    FIRST ranks by place; PRIORITY and OUTPUT ORDER by where each output stands in the list of its column's values,
    the leftmost column first; under all others every rule ranks the same.
    """
    if table.hit_policy == "FIRST":
        return tuple(range(len(table.rules)))
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
        return tuple(_priority(table, rule) for rule in table.rules)
    return (0,) * len(table.rules)


def classes(table: DecisionTable) -> tuple[int, ...]:
    """This function will put the rules that give the same answer into one class, numbered as they appear.

    Under UNIQUE each rule is a class of its own: two that match are a conflict even if they agree.
    """
    if table.hit_policy == "UNIQUE":
        return tuple(range(len(table.rules)))
    seen: dict[tuple[object, ...], int] = {}
    return tuple(seen.setdefault(rule.outputs, len(seen)) for rule in table.rules)


def order(table: DecisionTable) -> tuple[int, ...]:
    """This function will return the indices of the rules, those that go first before the others."""
    rank, kind = ranks(table), classes(table)
    if table.gives_list or table.aggregation:
        return tuple(sorted(range(len(rank)), key=lambda at: (rank[at], at)))
    return tuple(sorted(range(len(rank)), key=lambda at: (rank[at], kind[at], at)))


def _priority(table: DecisionTable, rule: Rule) -> tuple[int, ...]:
    return tuple(
        clause.values.index(_value(entry))
        for clause, entry in zip(table.outputs, rule.outputs, strict=True)
        if clause.values
    )


def _value(entry: object) -> Value:
    assert isinstance(entry, Constant)  # noqa: S101 - `tables` refuses a PRIORITY table with anything else
    return entry.value
