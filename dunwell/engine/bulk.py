"""Millions of cases at once: a decision model becomes one Ibis expression that must agree with `single` row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa

from dunwell.engine.columnar import columns, hits, stages
from dunwell.engine.columnar.arithmetic import Column, alike
from dunwell.engine.columnar.columns import Facts
from dunwell.engine.columnar.hits import SCRATCH, Contest
from dunwell.engine.model import (
    Anything,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Formula,
    InputClause,
    InputData,
    InputError,
    Name,
    OutputClause,
    Type,
    Value,
    names_in_table,
)
from dunwell.engine.types import computed_inputs

# The columns of a list beside its keys and outputs.
LISTED = ("rule", "place")
RULE, LAST, TOTAL, FACT = (f"{SCRATCH}{name}" for name in ("rule", "last", "total", "fact"))
# A list's rule and place as one number; a table has fewer rules than this (`tables.RULES_MAX`), 32 bits hold both.
PLACE = 4096


def _is_moment(kind: dt.DataType) -> bool:
    return kind.is_timestamp() and kind.timezone is None and (kind.scale is None or kind.scale <= 6)


# What a table must bring for each type, and how to say it.
FITS: Mapping[Type, Callable[[dt.DataType], bool]] = {
    "string": dt.DataType.is_string,
    "number": dt.DataType.is_numeric,
    "ratio": dt.DataType.is_numeric,
    "boolean": dt.DataType.is_boolean,
    "date": dt.DataType.is_date,
    "time": dt.DataType.is_integer,
    "date_time": _is_moment,
    "days_duration": dt.DataType.is_integer,
    "months_duration": dt.DataType.is_integer,
}
# Settings of the Spark session without which numbers lose digits in silence or a table of 40 rules is slow. What Spark
# has by default is right otherwise, `spark.sql.ansi.enabled` above all: without it numbers overflow to null.
SPARK: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.codegen.hugeMethodLimit": "8000",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
CURES: Mapping[Type, str] = {
    "time": "give whole microseconds since midnight, as int64",
    "date_time": "give a timestamp without zone, of microseconds",
    "days_duration": "give whole microseconds, as int64",
    "months_duration": "give whole months, as int64",
}


def decide(table: ibis.Table, model: DecisionModel) -> ibis.Table:
    """This function will add the columns of every decision that gives one answer, or raise InputError.

    A table adds its outputs and `<decision>_rule`, the id of the rule that counts (null if none); under every hit
    policy but FIRST also `<decision>_status` (ok, no_match, conflict). An aggregation adds its value and the status,
    a formula its value. Tables that give a list are left to `collect`, auxiliary decisions add nothing.

    Each column of the model's inputs must hold what `columns.STORED` says, and so do the columns added; a number is
    an integer or a decimal, and stays one. On Spark the session must be set as `SPARK` says.
    """
    _check(table, model.inputs, model.name, exact=computed_inputs(model))
    facts, added = Facts(table, {}), list[str]()
    for level in _levels(model.decisions):
        facts, names = _decide_level(facts, level, model.name)
        added += names
    return facts.table.select(*table.columns, *added)


def table(cases: Sequence[Mapping[str, Value]], model: DecisionModel, *, key: str) -> ibis.Table:
    """This function will make a table of facts as `single` takes them; the column `key` counts the cases from 0."""
    kinds = {
        wanted.name: columns.type_for([case[wanted.name] for case in cases], wanted.type) for wanted in model.inputs
    }
    rows = [{key: at, **{name: columns.stored(case[name]) for name in kinds}} for at, case in enumerate(cases)]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=ibis.schema({key: "int64", **kinds}).to_pyarrow()))


def collect(table: ibis.Table, model: DecisionModel, decision_name: str, *, keys: Sequence[str]) -> ibis.Table:
    """This function will return one row for each case and matching rule of a decision that gives a list.

    The columns are the keys, the table's outputs, `rule` (the rule's id; null for the row of defaults where none
    matches) and `place` (1, 2, … in the order of the case's list). If the decision requires others, the table must
    hold their columns, as `decide` gives them. The order of rows is not defined.
    """
    decision = model.decision(decision_name)
    logic = decision.logic
    if not isinstance(logic, DecisionTable) or not logic.gives_list:
        raise InputError(f"'{decision_name}' gives no list", place=model.name, cure="use decide")
    place = f"{model.name}, decision '{decision_name}'"
    hidden = {output.name for one in model.decisions if one.auxiliary for output in one.outputs}
    _check(table, (name for name in names_in_table(logic) if name.key not in hidden), place)
    given = [*(clause.name for clause in logic.outputs), *LISTED]
    _check_keys(table, given, keys, place)
    facts = _helped(Facts(table, {}), [decision], model)
    return _listed(Contest(logic), facts, keys)


def _listed(contest: Contest, facts: Facts, keys: Sequence[str]) -> ibis.Table:
    facts = stages.staged(facts, [contest.table])
    tested, [matches] = hits.tested(facts, [contest])
    numbers = hits.matching(contest, matches)
    if any(clause.default != Constant(None) for clause in contest.table.outputs):
        numbers = ibis.ifelse(numbers.length() == 0, ibis.array([hits.number(0)]), numbers)
    # Number and place travel as one: to unnest with an offset of its own takes DuckDB forty times as long.
    placed = numbers.map(lambda number, at: number + at.cast("int32") * PLACE)
    long = facts.over(tested.table.select(*facts.table.columns, **{RULE: placed.unnest()}))
    number = (long.table[RULE] % PLACE).cast("int32")
    place = (long.table[RULE] // PLACE).cast("int64") + 1
    found = _results(contest, number, long)
    return long.table.select(*keys, **found, rule=_rule_ids(contest, number), place=place)


def conflicts(table: ibis.Table, model: DecisionModel, *, keys: Sequence[str]) -> ibis.Table:
    """This function will name the rules that contradict each other: one row for each of them and case.

    The columns are the keys, `decision` and `rule`; cases without conflict have no row. The table may be what
    `decide` takes or, which saves work, what it gave.
    """
    facts = _decided(table, model)
    _check_keys(facts.table, ["decision"], keys, model.name)
    parts = [_conflicts_of(facts, decision, keys) for decision in model.decisions if _can_conflict(decision)]
    nothing = facts.table.limit(0).select(*keys, decision=ibis.null("string"), rule=ibis.null("string"))
    return ibis.union(*parts) if len(parts) > 1 else [*parts, nothing][0]


def null_hits(table: ibis.Table, model: DecisionModel) -> ibis.Table:
    """This function will count the cases in which a column that a decision tests is null.

    One row for each decision and column with at least one cell that is not `-`: `decision`, `column` (its label) and
    `nulls`. The table may be what `decide` takes or, which saves work, what it gave.
    """
    facts = _decided(table, model)
    looked = [(decision.name, clause) for decision in model.decisions for clause in _tested_columns(decision)]
    if not looked:
        kinds = {"decision": "string", "column": "string", "nulls": "int64"}
        return facts.table.limit(0).select(**{name: ibis.null(kind) for name, kind in kinds.items()})
    facts = stages.staged(facts, [Formula(clause.label, clause.type, clause.expression) for _, clause in looked])
    names = {clause.expression: f"{SCRATCH}{at}" for at, (_, clause) in enumerate(looked)}
    tested = {name: columns.enclosed(columns.of(expression, facts)) for expression, name in names.items()}
    seen = facts.table.select(**tested)
    counts = seen.agg(**{name: seen.count() - seen[name].count() for name in names.values()})
    listed = ibis.array([counts[names[clause.expression]] for _, clause in looked])
    long = counts.select(nulls=listed).unnest("nulls", offset=TOTAL)
    at = long[TOTAL].cast("int32")
    decisions, labels = [name for name, _ in looked], [clause.label for _, clause in looked]
    told = {"decision": columns.pick(decisions, "string", at), "column": columns.pick(labels, "string", at)}
    return long.select(**told, nulls="nulls")


# Levels


def _levels(decisions: Iterable[Decision]) -> list[list[Decision]]:
    """This function will put decisions that do not wait for each other on one level, to be decided side by side.

    Each level nests three queries; one query for each decision would soon exhaust the stack of those who read SQL.
    """
    level_of: dict[str, int] = {}
    levels: dict[int, list[Decision]] = {}
    for decision in decisions:
        level = max((level_of[name] + 1 for name in decision.requires if name in level_of), default=0)
        level_of[decision.name] = level
        if not decision.gives_list:
            levels.setdefault(level, []).append(decision)
    return [levels[level] for level in sorted(levels)]


def _decide_level(facts: Facts, level: Sequence[Decision], place: str) -> tuple[Facts, list[str]]:
    """This function will add the level's columns, and return the names of those that are shown.

    What auxiliary decisions give goes by a scratch name: theirs may be one that no engine takes for a column.
    """
    logics = [decision.logic for decision in level]
    staged = stages.staged(facts, logics)
    numbered = staged.over(_numbered(staged, logics))
    shown: dict[str, Column] = {}
    hidden: dict[str, Column] = {}
    renamed = dict(facts.renamed)
    for at, decision in enumerate(level):
        answers = _answers(decision, at, numbered)
        for output in decision.outputs if decision.auxiliary else ():
            renamed[output.name] = f"{FACT}{len(renamed)}"
            hidden[renamed[output.name]] = answers[output.name]
        shown |= {} if decision.auxiliary else answers
    _check_free(facts.table, shown, place)
    return Facts(numbered.table.select(*facts.table.columns, **shown, **hidden), renamed), list(shown)


def _decided(table: ibis.Table, model: DecisionModel) -> Facts:
    """This function will return the facts with what every decision says, auxiliary ones too."""
    told = [output.name for decision in model.decisions if not decision.auxiliary for output in _told(decision)]
    known = bool(told) and set(told) <= set(table.columns)
    return _helped(Facts(table if known else decide(table, model), {}), model.decisions, model)


def _helped(facts: Facts, decisions: Iterable[Decision], model: DecisionModel) -> Facts:
    """This function will add what auxiliary decisions say to those given, which is in no table that `decide` gave."""
    waiting = [model.decision(name) for decision in decisions for name in decision.requires]
    wanted: set[str] = set()
    while waiting:
        decision = waiting.pop()
        if decision.auxiliary and decision.name not in wanted:
            wanted.add(decision.name)
            waiting += [model.decision(name) for name in decision.requires]
    for level in _levels(decision for decision in model.decisions if decision.name in wanted):
        facts, _ = _decide_level(facts, level, model.name)
    return facts


def _told(decision: Decision) -> Sequence[OutputClause | Formula]:
    """This function will return the outputs that `decide` gives columns for; of an aggregation that is the first."""
    aggregated = isinstance(decision.logic, DecisionTable) and decision.logic.aggregation
    return decision.single_outputs[:1] if aggregated else decision.single_outputs


def _answers(decision: Decision, at: int, facts: Facts) -> dict[str, Column]:
    """This function will return the columns that a decision adds."""
    if isinstance(decision.logic, Formula):
        return {decision.name: columns.typed(decision.logic.expression, decision.logic.type, facts)}
    contest, number = Contest(decision.logic), facts.table[f"{RULE}{at}"]
    if decision.logic.aggregation:
        added = _total(contest, number, facts.table[f"{TOTAL}{at}"], facts)
    else:
        added = _results(contest, number, facts) | {f"{decision.name}_rule": _rule_ids(contest, number)}
    if contest.tells_status:
        added[f"{decision.name}_status"] = columns.pick(contest.statuses(), "string", number)
    return added


# Tables


def _numbered(facts: Facts, logics: Sequence[DecisionTable | Formula]) -> ibis.Table:
    """This function will add the number of the rule that counts: 0 for none, one past the last for a conflict.

    An aggregation's number is 1 if any rule matches; its value is added too.
    """
    contests = {at: Contest(logic) for at, logic in enumerate(logics) if isinstance(logic, DecisionTable)}
    tested, found = hits.tested(facts, list(contests.values()))
    added: dict[str, Column] = {}
    for (at, contest), matches in zip(contests.items(), found, strict=True):
        if contest.table.aggregation:
            added[f"{RULE}{at}"] = ibis.ifelse(columns.some(matches), hits.number(1), hits.number(0))
            added[f"{TOTAL}{at}"] = hits.aggregated(contest, matches, tested)
        else:
            added[f"{RULE}{at}"] = hits.first(matches)
            added |= {f"{LAST}{at}": hits.last(contest, matches)} if contest.can_conflict else {}
    both = tested.table.select(*facts.table.columns, **added)
    rivals = {at: contest for at, contest in contests.items() if contest.can_conflict}
    settled = {f"{RULE}{at}": hits.settled(one, both[f"{RULE}{at}"], both[f"{LAST}{at}"]) for at, one in rivals.items()}
    return both.mutate(**settled)


def _results(contest: Contest, number: Column, facts: Facts) -> dict[str, Column]:
    """This function will look each output up by the rule's number; a conflict, one past the last rule, gives null."""
    results = {}
    for index, clause in enumerate(contest.table.outputs):
        entries = [clause.default, *(rule.outputs[index] for rule in contest.rules), Constant(None)]
        results[clause.name] = columns.look_up(entries, clause.type, number, facts)
    return results


def _total(contest: Contest, number: Column, value: Column, facts: Facts) -> dict[str, Column]:
    clause = contest.table.outputs[0]
    if clause.default != Constant(None):
        value, default = alike([value, columns.of(clause.default, facts)])
        value = ibis.ifelse(number > 0, value, default)
    return {clause.name: value}


def _rule_ids(contest: Contest, number: Column) -> Column:
    return columns.pick([None, *(rule.id for rule in contest.rules), None], "string", number)


def _can_conflict(decision: Decision) -> bool:
    return isinstance(decision.logic, DecisionTable) and Contest(decision.logic).can_conflict


def _conflicts_of(facts: Facts, decision: Decision, keys: Sequence[str]) -> ibis.Table:
    assert isinstance(decision.logic, DecisionTable)  # noqa: S101 - by _can_conflict
    contest = Contest(decision.logic)
    status = f"{decision.name}_status"
    if status in facts.table.columns:  # which spares most cases the second look
        facts = facts.over(facts.table.filter(facts.table[status] == "conflict"))
    tested, [matches] = hits.tested(stages.staged(facts, [contest.table]), [contest])
    looked = {RULE: hits.matching(contest, matches), FACT: hits.first(matches), LAST: hits.last(contest, matches)}
    rivals = tested.table.select(*keys, **looked).filter(ibis._[LAST] > ibis._[FACT])
    bound = columns.pick(contest.ends(), "number", rivals[FACT])
    long = rivals.mutate(**{LAST: bound})
    long = long.mutate(**{RULE: long[RULE].filter(lambda number: number <= long[LAST])}).unnest(RULE)
    return long.select(*keys, decision=ibis.literal(decision.name), rule=_rule_ids(contest, long[RULE]))


def _tested_columns(decision: Decision) -> Iterator[InputClause]:
    """This function will yield the columns in which at least one rule tests something."""
    if isinstance(decision.logic, DecisionTable):
        for at, clause in enumerate(decision.logic.inputs):
            if not all(isinstance(rule.cells[at].test, Anything) for rule in decision.logic.rules):
                yield clause


# What the table must hold


def _check(table: ibis.Table, wanted: Iterable[InputData | Name], place: str, *, exact: Collection[str] = ()) -> None:
    """This function will refuse a table that lacks a column or has it in another type; `exact` must be no floats."""
    schema = table.schema()
    for want in wanted:
        key = want.name if isinstance(want, InputData) else want.key
        if key not in schema:
            raise InputError(f"the table lacks the column '{key}'", place=place, cure=f"add it, as {want.type}")
        if not FITS[want.type](schema[key]):
            message = f"column '{key}' is {schema[key]}, not a {want.type}"
            raise InputError(message, place=place, cure=CURES.get(want.type, "cast it before"))
        if key in exact and schema[key].is_floating():
            message = f"column '{key}' is a float and is computed with"
            raise InputError(message, place=place, cure="cast it to DECIMAL")
    if own := [name for name in table.columns if name.startswith(SCRATCH)]:
        raise InputError(f"the table has a column '{own[0]}'", place=place, cure=f"keep {SCRATCH}… for the engine")


def _check_free(table: ibis.Table, added: Iterable[str], place: str) -> None:
    """This function will refuse names that the table has; engines take those that differ by capitals for one."""
    present = {name.casefold() for name in table.columns}
    if clash := [name for name in added if name.casefold() in present]:
        raise InputError(f"the table already has a column '{clash[0]}'", place=place, cure="rename or drop it")


def _check_keys(table: ibis.Table, given: Sequence[str], keys: Sequence[str], place: str) -> None:
    """This function will refuse keys that the table lacks, or that go by the name of a column to be `given`."""
    taken = {name.casefold() for name in given}
    for key in keys:
        if key not in table.columns or key.casefold() in taken:
            why = "is not in the table" if key not in table.columns else "is also an output"
            raise InputError(f"the key '{key}' {why}", place=place, cure="name a column that tells the cases apart")
