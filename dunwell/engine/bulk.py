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
    for level in _levels(model):
        table = _decide_level(table, level, model.name)
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
    tested, matches = _tested(table, {0: logic})
    # One array of rule numbers a case, without nulls, reads the table once; a UNION ALL would read it for every rule.
    numbers = [ibis.ifelse(match, _number(at), ibis.null("int64")) for at, match in enumerate(matches[0], 1)]
    matching = ibis.array(numbers).filter(lambda number: number.notnull())
    long = tested.select(*table.columns, **{RULE: matching}).unnest(RULE)
    ids = columns.pick([None, *(rule.id for rule in logic.rules)], "string", long[RULE])
    return long.select(*keys, **_results(logic, long[RULE], long), rule=ids)


# Levels


def _levels(model: DecisionModel) -> list[list[Decision]]:
    """This function will put decisions that do not wait for each other on one level, to be decided side by side.

    Each level nests three queries; one query for each decision would soon exhaust the stack of those who read SQL.
    """
    level_of: dict[str, int] = {}
    levels: dict[int, list[Decision]] = {}
    for decision in model.decisions:
        level = max((level_of[name] + 1 for name in decision.requires), default=0)
        level_of[decision.name] = level
        if not isinstance(decision.logic, DecisionTable) or decision.logic.hit_policy != "COLLECT":
            levels.setdefault(level, []).append(decision)
    return [levels[level] for level in sorted(levels)]


def _decide_level(table: ibis.Table, level: Sequence[Decision], place: str) -> ibis.Table:
    numbered = _numbered(table, {at: d.logic for at, d in enumerate(level) if isinstance(d.logic, DecisionTable)})
    added: dict[str, Column] = {}
    for at, decision in enumerate(level):
        if isinstance(decision.logic, Formula):
            added[decision.name] = columns.of(decision.logic.expression, numbered)
        else:
            added |= _answers(decision.name, decision.logic, numbered[f"{RULE}{at}"], numbered)
    # Engines take columns that differ only by capitals for one.
    present = {name.casefold() for name in table.columns}
    if clash := [name for name in added if name.casefold() in present]:
        raise InputError(f"the table already has a column '{clash[0]}'", place=place, cure="rename or drop it")
    return numbered.select(*table.columns, **added)


def _answers(name: str, logic: DecisionTable, number: Column, table: ibis.Table) -> dict[str, Column]:
    """This function will return the columns that a FIRST or UNIQUE table adds."""
    added = _results(logic, number, table)
    added[f"{name}_rule"] = columns.pick([None, *(rule.id for rule in logic.rules), None], "string", number)
    if logic.hit_policy == "UNIQUE":
        statuses = ["no_match", *("ok" for _ in logic.rules), "conflict"]
        added[f"{name}_status"] = columns.pick(statuses, "string", number)
    return added


# Tables


def _numbered(table: ibis.Table, tables: Mapping[int, DecisionTable]) -> ibis.Table:
    """This function will add the number of the rule that matched: 0 for none, one past the last for a conflict."""
    tested, matches = _tested(table, tables)
    first = {f"{RULE}{at}": _first(matches[at], range(1, len(matches[at]) + 1)) for at in tables}
    # Several rules match exactly when the first that matches is not the last: cheaper than to count all matches.
    unique = [at for at, logic in tables.items() if logic.hit_policy == "UNIQUE"]
    last = {f"{LAST}{at}": _first(matches[at][::-1], range(len(matches[at]), 0, -1)) for at in unique}
    both = tested.select(*table.columns, **first, **last)
    return both.mutate(**{f"{RULE}{at}": _only(both, at, past=len(matches[at]) + 1) for at in unique})


def _first(matches: Sequence[Column], numbers: Iterable[int]) -> Column:
    cases = ((match, _number(number)) for match, number in zip(matches, numbers, strict=True))
    return ibis.cases(*cases, else_=_number(0))


def _only(table: ibis.Table, at: int, *, past: int) -> Column:
    first, last = table[f"{RULE}{at}"], table[f"{LAST}{at}"]
    return ibis.ifelse(first == last, first, _number(past))


def _number(number: int) -> Column:
    return ibis.literal(number, type="int64")


def _tested(table: ibis.Table, tables: Mapping[int, DecisionTable]) -> tuple[ibis.Table, dict[int, list[Column]]]:
    """This function will compute each distinct cell once, and list for each table whether its rules match."""
    names: dict[tuple[Expression, AnyOf | Not], str] = {}
    rules = {at: [list(_cells(logic, rule)) for rule in logic.rules] for at, logic in tables.items()}
    for cell in (cell for rows in rules.values() for row in rows for cell in row):
        names.setdefault(cell, f"{SCRATCH}test{len(names)}")
    tests = {
        name: columns.test(test, columns.of(expression, table), table) for (expression, test), name in names.items()
    }
    tested = table.mutate(**tests)
    return tested, {
        at: [columns.every([tested[names[cell]] for cell in row]) for row in rows] for at, rows in rules.items()
    }


def _cells(logic: DecisionTable, rule: Rule) -> Iterator[tuple[Expression, AnyOf | Not]]:
    for cell, clause in zip(rule.cells, logic.inputs, strict=True):
        if not isinstance(cell.test, Anything):
            yield clause.expression, cell.test


def _results(logic: DecisionTable, number: Column, table: ibis.Table) -> dict[str, Column]:
    """This function will look each output up by the rule's number; a conflict, one past the last rule, gives null."""
    results = {}
    for index, clause in enumerate(logic.outputs):
        entries = [clause.default, *(rule.outputs[index] for rule in logic.rules), Constant(None)]
        results[clause.name] = columns.look_up(entries, clause.type, number, table)
    return results


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
    given = {clause.name.casefold() for clause in logic.outputs} | {"rule"}
    for key in keys:
        if key not in table.columns or key.casefold() in given:
            why = "is also an output" if key.casefold() in given else "is not in the table"
            raise InputError(f"the key '{key}' {why}", place=place, cure="name a column that tells the cases apart")
