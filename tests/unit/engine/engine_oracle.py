"""A third opinion on hit policies, from the words of the standard alone: it shares no code with `policies`.

Slow and plain: whether a cell passes is asked of `evaluation`, everything after that is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from typing import Any

from dunwell.engine import evaluation
from dunwell.engine.model import DecisionModel, DecisionTable, Rule, Value
from dunwell.engine.single import Outcome

Row = dict[str, Value]


def decide(model: DecisionModel, facts: Mapping[str, Value]) -> dict[str, Outcome]:
    """This function will return every decision's outcome, auxiliary ones too."""
    known, outcomes = dict(facts), {}
    for decision in model.decisions:
        if isinstance(decision.logic, DecisionTable):
            outcome = _table(decision.logic, known)
        else:
            outcome = Outcome("ok", {decision.name: evaluation.evaluate(decision.logic.expression, known)})
        outcomes[decision.name] = outcome
        known |= outcome.outputs
    return outcomes


def _table(table: DecisionTable, known: Row) -> Outcome:
    hits = [rule for rule in table.rules if _matches(rule, table, known)]
    rows = [_row(rule, table, known) for rule in hits]
    ids = tuple(rule.id for rule in hits)
    if not hits:
        return _nobody(table, known)
    if table.aggregation:
        return Outcome("ok", {table.outputs[0].name: _aggregate(table, rows)}, rules=ids)
    if table.hit_policy in ("COLLECT", "RULE ORDER"):
        return Outcome("ok", {}, tuple(rows), ids)
    if table.hit_policy == "OUTPUT ORDER":
        paired = sorted(zip(rows, ids, strict=True), key=lambda pair: _importance(table, pair[0]))
        return Outcome("ok", {}, tuple(row for row, _ in paired), tuple(rule for _, rule in paired))
    if table.hit_policy == "FIRST":
        return Outcome("ok", rows[0], rules=ids[:1])
    if table.hit_policy == "PRIORITY":
        best = min(_importance(table, row) for row in rows)
        kept = [at for at, row in enumerate(rows) if _importance(table, row) == best]
        rows, ids = [rows[at] for at in kept], tuple(ids[at] for at in kept)
    agree = len(rows) == 1 if table.hit_policy == "UNIQUE" else all(row == rows[0] for row in rows)
    if agree:
        return Outcome("ok", rows[0], rules=ids[:1])
    return Outcome("conflict", dict.fromkeys(rows[0]), rules=ids)


def _matches(rule: Rule, table: DecisionTable, known: Row) -> bool:
    return all(
        evaluation.passes(cell.test, evaluation.evaluate(clause.expression, known), known) is True
        for cell, clause in zip(rule.cells, table.inputs, strict=True)
    )


def _row(rule: Rule, table: DecisionTable, known: Row) -> Row:
    entries = zip(table.outputs, rule.outputs, strict=True)
    return {clause.name: evaluation.evaluate(entry, known) for clause, entry in entries}


def _nobody(table: DecisionTable, known: Row) -> Outcome:
    row = {clause.name: evaluation.evaluate(clause.default, known) for clause in table.outputs}
    given = any(value is not None for value in row.values())
    if table.gives_list:
        return Outcome("ok", {}, (row,)) if given else Outcome("no_match", {})
    if table.aggregation == "COUNT" and not given:
        return Outcome("ok", dict.fromkeys(row, Decimal(0)))
    return Outcome("ok" if given else "no_match", row)


def _importance(table: DecisionTable, row: Row) -> list[int]:
    """This function will say where each output stands in its column's list of values, the leftmost column first."""
    return [clause.values.index(row[clause.name]) for clause in table.outputs if clause.values]


def _aggregate(table: DecisionTable, rows: list[Row]) -> Any:
    values: list[Any] = [row[table.outputs[0].name] for row in rows]
    known = [value for value in values if value is not None]
    if table.aggregation == "COUNT":
        return Decimal(len(values))
    if not known:
        return None
    if table.aggregation == "SUM":
        return reduce(evaluation.OPERATORS["+"], known)
    return min(known) if table.aggregation == "MIN" else max(known)
