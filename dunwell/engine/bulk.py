"""Millions of cases at once: a decision model becomes one Ibis expression that must agree with `single` row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt

from dunwell.engine import columns
from dunwell.engine.columns import Column
from dunwell.engine.model import (
    AnyOf,
    Anything,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    InputData,
    InputError,
    Name,
    Not,
    Rule,
    Type,
    names_in_table,
)

# Columns that live only inside the expression; a table that brings some of its own is refused.
SCRATCH = "_dunwell_"
RULE, LAST = f"{SCRATCH}rule", f"{SCRATCH}last"
FITS: Mapping[Type, Callable[[dt.DataType], bool]] = {
    "string": dt.DataType.is_string,
    "number": dt.DataType.is_numeric,
    "ratio": dt.DataType.is_numeric,
    "boolean": dt.DataType.is_boolean,
    "date": dt.DataType.is_date,
}


def decide(table: ibis.Table, model: DecisionModel) -> ibis.Table:
    """This function will add every single-valued decision's columns to the table, or raise InputError.

    A FIRST or UNIQUE table adds its outputs and `<decision>_rule`, the id of the rule that matched (null if none);
    UNIQUE adds `<decision>_status` (ok, no_match, conflict) too; a formula adds its value. COLLECT tables are left
    to `collect`. Numbers stay integers or decimals; only a division gives a float.
    """
    _check(table, model.inputs, model.name)
    for decision in model.decisions:
        if isinstance(decision.logic, Formula):
            table = _add(table, {decision.name: columns.of(decision.logic.expression, table)}, decision)
        elif decision.logic.hit_policy != "COLLECT":
            table = _decide_table(table, decision, decision.logic)
    return table


def collect(table: ibis.Table, model: DecisionModel, decision_name: str, *, keys: Sequence[str]) -> ibis.Table:
    """This function will return one row for each case and matching rule of a COLLECT decision.

    The columns are the keys, the table's outputs and `rule`, the rule's id. If the decision requires others, the
    table must hold their columns, as `decide` gives them. The order of rows is not defined.
    """
    decision = model.decision(decision_name)
    logic = decision.logic
    if not isinstance(logic, DecisionTable) or logic.hit_policy != "COLLECT":
        raise InputError(f"'{decision_name}' is no COLLECT table", place=model.name, cure="use decide")
    place = f"{model.name}, decision '{decision_name}'"
    _check(table, names_in_table(logic), place)
    _check_keys(table, logic, keys, place)
    tested, conditions = _tested(table, logic)
    # One array of rule numbers a case, without nulls, reads the table once; a UNION ALL would read it for every rule.
    numbers = [ibis.ifelse(match, ibis.literal(number, "int64"), ibis.null("int64")) for number, match in conditions]
    matches = ibis.array(numbers).filter(lambda number: number.notnull())
    long = tested.select(*table.columns, **{RULE: matches}).unnest(RULE)
    return long.select(*keys, **_results(long, logic), rule=_labels([None, *(rule.id for rule in logic.rules)], long))


# Tables


def _decide_table(table: ibis.Table, decision: Decision, logic: DecisionTable) -> ibis.Table:
    numbered = _numbered(table, logic)
    added = _results(numbered, logic)
    added[f"{decision.name}_rule"] = _labels([None, *(rule.id for rule in logic.rules), None], numbered)
    if logic.hit_policy == "UNIQUE":
        statuses = ["no_match", *("ok" for _ in logic.rules), "conflict"]
        added[f"{decision.name}_status"] = _labels(statuses, numbered)
    return _add(numbered, added, decision).drop(RULE)


def _numbered(table: ibis.Table, logic: DecisionTable) -> ibis.Table:
    """This function will add the number of the rule that matched: 0 for none, one past the last for a conflict."""
    tested, conditions = _tested(table, logic)
    first = _first(conditions)
    if logic.hit_policy == "FIRST":
        return tested.select(*table.columns, **{RULE: first})
    # Several rules match exactly when the first that matches is not the last: cheaper than to count all matches.
    both = tested.select(*table.columns, **{RULE: first, LAST: _first(conditions[::-1])})
    rule = ibis.ifelse(both[RULE] == both[LAST], both[RULE], ibis.literal(len(logic.rules) + 1, "int64"))
    return both.select(*table.columns, **{RULE: rule})


def _first(conditions: Iterable[tuple[int, Column]]) -> Column:
    cases = ((match, ibis.literal(number, "int64")) for number, match in conditions)
    return ibis.cases(*cases, else_=ibis.literal(0, "int64"))


def _tested(table: ibis.Table, logic: DecisionTable) -> tuple[ibis.Table, list[tuple[int, Column]]]:
    """This function will compute each distinct cell once, and say for each rule (from 1) which of them must hold."""
    names: dict[tuple[Expression, AnyOf | Not], str] = {}
    for rule in logic.rules:
        for cell in _cells(logic, rule):
            names.setdefault(cell, f"{SCRATCH}test{len(names)}")
    tests = {
        name: columns.test(test, columns.of(expression, table), table) for (expression, test), name in names.items()
    }
    tested = table.mutate(**tests)
    conditions = [
        (number, columns.every([tested[names[cell]] for cell in _cells(logic, rule)]))
        for number, rule in enumerate(logic.rules, 1)
    ]
    return tested, conditions


def _cells(logic: DecisionTable, rule: Rule) -> Iterator[tuple[Expression, AnyOf | Not]]:
    for cell, clause in zip(rule.cells, logic.inputs, strict=True):
        if not isinstance(cell.test, Anything):
            yield clause.expression, cell.test


def _results(numbered: ibis.Table, logic: DecisionTable) -> dict[str, Column]:
    """This function will look each output up by the rule's number; a conflict, one past the last rule, gives null."""
    results = {}
    for index, clause in enumerate(logic.outputs):
        entries = [clause.default, *(rule.outputs[index] for rule in logic.rules), Constant(None)]
        results[clause.name] = columns.look_up(entries, clause.type, numbered[RULE], numbered)
    return results


def _labels(texts: Sequence[str | None], numbered: ibis.Table) -> Column:
    """This function will look a text up by the rule's number."""
    return columns.look_up([Constant(text) for text in texts], "string", numbered[RULE], numbered)


def _add(table: ibis.Table, added: dict[str, Column], decision: Decision) -> ibis.Table:
    for name in added:
        if name in table.columns:
            message = f"the table already has a column '{name}'"
            raise InputError(message, place=f"decision '{decision.name}'", cure="rename or drop it")
    return table.mutate(**added)


# What the table must hold


def _check(table: ibis.Table, wanted: Iterable[InputData | Name], place: str) -> None:
    schema = table.schema()
    for want in wanted:
        key = want.name if isinstance(want, InputData) else want.key
        if key not in schema:
            raise InputError(f"the table lacks the column '{key}'", place=place, cure=f"add it, as {want.type}")
        if not FITS[want.type](schema[key]):
            message = f"column '{key}' is {schema[key]}, not a {want.type}"
            raise InputError(message, place=place, cure="cast it before")
    if own := [name for name in table.columns if name.startswith(SCRATCH)]:
        raise InputError(f"the table has a column '{own[0]}'", place=place, cure=f"keep {SCRATCH}… for the engine")


def _check_keys(table: ibis.Table, logic: DecisionTable, keys: Sequence[str], place: str) -> None:
    given = {clause.name for clause in logic.outputs} | {"rule"}
    for key in keys:
        if key not in table.columns or key in given:
            why = "is also an output" if key in given else "is not in the table"
            raise InputError(f"the key '{key}' {why}", place=place, cure="name a column that tells the cases apart")
