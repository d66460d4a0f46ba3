"""Which rules match, as columns: each distinct cell is tested once, and hit policies are resolved to one number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import add
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from dunwell.engine import policies
from dunwell.engine.columnar import columns
from dunwell.engine.columnar.arithmetic import Column, alike, as_decimal, as_float, decimal_type, finite
from dunwell.engine.columnar.columns import Facts
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Constant,
    DecisionTable,
    Expression,
    Not,
    OutputClause,
    Rule,
)

# Columns that live only inside the expression; a table that brings some of its own is refused.
SCRATCH = "_dunwell_"
Cell = tuple[Expression, AnyOf | Not]


@dataclass(frozen=True)
class Contest:
    """A table with its rules numbered from 1 in the order of the hit policy: of those that match the least counts.

    0 stands for no rule, one past the last for a conflict.
    """

    table: DecisionTable

    @cached_property
    def order(self) -> tuple[int, ...]:
        return policies.order(self.table)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules by number; the first is number 1."""
        return tuple(self.table.rules[at] for at in self.order)

    @cached_property
    def places(self) -> tuple[tuple[object, int], ...]:
        """The rank and class of each rule by number. The rules of one class stand side by side within their rank."""
        ranks, classes = policies.ranks(self.table), policies.classes(self.table)
        return tuple((ranks[at], classes[at]) for at in self.order)

    @property
    def can_conflict(self) -> bool:
        """Whether a rank holds several classes."""
        one = not self.table.gives_list and self.table.aggregation is None
        return one and len(set(self.places)) > len({rank for rank, _ in self.places})

    @property
    def tells_status(self) -> bool:
        """Whether the answer has a column of its own for it; under FIRST a missing rule says as much."""
        return self.table.hit_policy != "FIRST" and not self.table.gives_list

    def statuses(self) -> list[str]:
        """This function will return the status for each number."""
        given = any(clause.default != Constant(None) for clause in self.table.outputs)
        counted = self.table.aggregation == "COUNT"
        return ["ok" if given or counted else "no_match", *("ok" for _ in self.rules), "conflict"]

    def ends(self) -> list[Decimal]:
        """This function will return, for each number, the last one of its rank."""
        ends = {rank: Decimal(at) for at, (rank, _) in enumerate(self.places, 1)}
        return [Decimal(0), *(ends[rank] for rank, _ in self.places)]

    def cells(self, rule: Rule) -> Iterator[Cell]:
        for cell, clause in zip(rule.cells, self.table.inputs, strict=True):
            if not isinstance(cell.test, Anything):
                yield clause.expression, cell.test


def tested(facts: Facts, contests: Sequence[Contest]) -> tuple[Facts, list[list[Column]]]:
    """This function will compute each distinct cell once, and list for each table whether its rules match."""
    names: dict[Cell, str] = {}
    for contest in contests:
        for rule in contest.rules:
            for cell in contest.cells(rule):
                names.setdefault(cell, f"{SCRATCH}test{len(names)}")
    tests = {name: columns.test(test, columns.of(seen, facts), facts) for (seen, test), name in names.items()}
    wider = facts.over(facts.table.mutate(**tests))
    return wider, [
        [columns.every([wider.table[names[cell]] for cell in contest.cells(rule)]) for rule in contest.rules]
        for contest in contests
    ]


def number(value: int) -> Column:
    """This function will return a rule's number: of 32 bits, since Spark looks nothing up by a longer one."""
    return ibis.literal(value, type="int32")


def first(matches: Sequence[Column]) -> Column:
    """This function will return the least number of a rule that matches, 0 for none."""
    return ibis.cases(*((match, number(at)) for at, match in enumerate(matches, 1)), else_=number(0))


def last(contest: Contest, matches: Sequence[Column]) -> Column:
    """This function will return, of the lowest rank that matches, the number at which its last class begins.

    It is greater than the least number exactly if several classes of that rank match: two looks at the rules, where
    counting all matches is twice as slow.
    """
    begins = {place: at for at, place in reversed(list(enumerate(contest.places, 1)))}
    ranks = {rank: at for at, (rank, _) in enumerate(contest.places)}
    backward = sorted(range(len(matches)), key=lambda at: (ranks[contest.places[at][0]], -begins[contest.places[at]]))
    return ibis.cases(*((matches[at], number(begins[contest.places[at]])) for at in backward), else_=number(0))


def settled(contest: Contest, least: Column, latest: Column) -> Column:
    """This function will return the number that the hit policy gives."""
    return ibis.ifelse(latest > least, number(len(contest.rules) + 1), least)


def matching(contest: Contest, matches: Sequence[Column]) -> Column:
    """This function will list the numbers of all rules that match, in their order.

    One array a case reads the table once; a UNION ALL would read it for every rule.
    """
    numbers = [ibis.ifelse(match, number(at), ibis.null("int32")) for at, match in enumerate(matches, 1)]
    return ibis.array(numbers).filter(lambda one: one.notnull())


# Aggregations


def aggregated(contest: Contest, matches: Sequence[Column], facts: Facts) -> Column:
    """This function will sum, count or compare the outputs of the rules that match; null entries only count."""
    clause, aggregation = contest.table.outputs[0], contest.table.aggregation
    if aggregation == "COUNT":
        ones = [ibis.ifelse(match, ibis.literal(1, type="int64"), 0) for match in matches]
        return columns.joined(add, ones)
    entries = [rule.outputs[0] for rule in contest.rules]
    given = [(match, entry) for match, entry in zip(matches, entries, strict=True) if entry != Constant(None)]
    if not given:
        return columns.nothing(clause.type)
    values = _matched(given, clause, facts)
    if aggregation == "SUM":
        return _sum(values, [entry for _, entry in given])
    if len(values) == 1:
        return values[0]
    # Both engines skip nulls here.
    return ibis.least(*values) if aggregation == "MIN" else ibis.greatest(*values)


def _matched(given: Sequence[tuple[Column, Expression]], clause: OutputClause, facts: Facts) -> list[Column]:
    """This function will return each entry as a column of one type, null where its rule does not match."""
    entries = alike([columns.of(entry, facts) for _, entry in given])
    if clause.type == "ratio":
        entries = [as_float(entry) for entry in entries]
    return [
        ibis.ifelse(match, entry, ibis.null(entry.type())) for (match, _), entry in zip(given, entries, strict=True)
    ]


def _sum(values: Sequence[Column], entries: Sequence[Expression]) -> Column:
    kind = values[0].type()
    if kind.is_floating():  # In the order of the rules: a tree's last bits would be others.
        total = finite(ibis.array([value.fill_null(0.0) for value in values]).sums())
    else:
        wide = _wide(kind, entries)
        zero = ibis.literal(0, type=wide)
        total = columns.joined(add, [value.cast(wide).fill_null(zero) for value in values]).cast(wide)
    known = columns.some([value.notnull() for value in values])
    return ibis.ifelse(known, total, ibis.null(total.type()))


def _wide(kind: Any, entries: Sequence[Expression]) -> Any:
    """This function will return a type so wide that the sum of so many does not overflow."""
    constants = [entry.value for entry in entries if isinstance(entry, Constant) and isinstance(entry.value, Decimal)]
    if kind.is_integer() and len(constants) == len(entries) and sum(map(abs, constants)) <= columns.INT64_MAX:
        return dt.int64
    return decimal_type(as_decimal(kind).precision + len(str(len(entries))), as_decimal(kind).scale)
