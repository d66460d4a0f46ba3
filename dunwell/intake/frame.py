"""The fast converter: the judge's reading of a row (`rules.py`) as Ibis expressions over a whole chunk of rows.

`steps` reads the cells, works out derived columns and lists each row's faults; `facts` makes one entry's facts from the
rows without any. Compiled once for a mapping, run for every chunk.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, reduce
from operator import and_
from typing import Any
from zoneinfo import available_timezones

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanValue, StringValue, Table

from dunwell.facts.money import AMOUNT_MAX, currencies
from dunwell.intake import rules
from dunwell.intake.conversion.cells import (
    AMOUNT,
    FLAG,
    MOMENT,
    NUMBER,
    READERS,
    TEXT,
    builtin,
    exact,
    nothing,
    stripped,
    unstorable,
)
from dunwell.intake.mapping import patterns
from dunwell.intake.mapping import recipe as made
from dunwell.ledger.targets import Field

LINE, FAULTS = "#line", "#faults"
# Stand between the faults of a row, and inside one between column and rule.
NEXT, SEPARATOR = "\x1e", "\x1f"
# Columns between the steps; a column of a source never begins with #.
_TEXT_OF, _OF_CELLS = "#text ", "#cells"
_of_share = builtin("multiply", AMOUNT, dt.Decimal(10, made.READ_PLACES), dt.Decimal(34, 9))
_split = builtin("regexp_split_to_array", TEXT, TEXT, dt.Array(TEXT))
_all_in = builtin("list_has_all", dt.Array(TEXT), dt.Array(TEXT), FLAG)


def _rule(broken: Iterable[tuple[BooleanValue, str]], *, column: str) -> StringValue | None:
    """This function will name the first rule that is broken, with its column; None where none ever can be."""
    cases = [(condition, f"{column}{SEPARATOR}{rule}") for condition, rule in broken]
    return ibis.cases(*cases, else_=nothing()) if cases else None


# ---- cells ----------------------------------------------------------------------------------------------------------


def steps(raw: Table, *, recipe: made.Recipe, on: date) -> list[Table]:
    """This function will read every mapped column of a chunk: `#line`, values by column name, and `#faults`.

    Step by step, each over the table that the one before it makes (called step_0, step_1 …): what a step works out
    once stands in a column for the next, while one single expression would repeat it wherever it is used.
    """
    made_steps = [_texts(raw, recipe)]

    def so_far() -> Table:
        return ibis.table(made_steps[-1].schema(), name=f"step_{len(made_steps) - 1}")

    made_steps.append(_parsed(so_far(), recipe))
    made_steps.append(_values(so_far(), recipe))
    for name, expression in recipe.derived:
        values = so_far()
        made_steps.append(values.mutate(_amount(expression, values).name(name)))
    made_steps.append(_judged(so_far(), recipe=recipe, on=on))
    return made_steps


def _texts(raw: Table, recipe: made.Recipe) -> Table:
    return raw.select(LINE, *(stripped(raw[column.name]).name(_TEXT_OF + column.name) for column in recipe.columns))


def _parsed(texts: Table, recipe: made.Recipe) -> Table:
    read = (READERS[column.type].parsed(column, texts[_TEXT_OF + column.name]) for column in recipe.columns)
    return texts.mutate(*(each.name(column.name) for each, column in zip(read, recipe.columns, strict=True)))


def _values(parsed: Table, recipe: made.Recipe) -> Table:
    values = (READERS[column.type].value(parsed[column.name]).name(column.name) for column in recipe.columns)
    return parsed.select(
        LINE, *values, _joined([_cell_rule(column, parsed) for column in recipe.columns]).name(_OF_CELLS)
    )


def _cell_rule(column: made.Column, parsed: Table) -> Any:
    """This function will name the first rule that a cell breaks."""
    text, value = parsed[_TEXT_OF + column.name], parsed[column.name]
    broken = [(unstorable(text), "not-text"), *READERS[column.type].broken(column, text, value)]
    if column.required:
        broken.append((READERS[column.type].value(value).isnull(), "required"))
    return _rule(broken, column=column.name)


def _judged(values: Table, *, recipe: made.Recipe, on: date) -> Table:
    """This function will join the faults of a row: those of its cells or, where there are none, those of its facts."""
    of_each = (_entry_faults(entry, values, on=on, kind=recipe.kind) for entry in recipe.entries)
    of_facts = _joined([fault for faults in of_each for fault in faults])
    faults = ibis.cases((values[_OF_CELLS] != "", values[_OF_CELLS]), else_=of_facts)
    return values.mutate(faults.name(FAULTS)).drop(_OF_CELLS)


def _joined(faults: list[Any]) -> StringValue:
    return ibis.literal(NEXT).join(faults) if faults else ibis.literal("")


# ---- expressions ----------------------------------------------------------------------------------------------------


def _amount(expression: made.Expression, values: Table) -> Any:
    match expression:
        case made.Negate(of):
            return -_amount(of, values)
        case made.Share(of, factor, places):
            share = _of_share(_amount(of, values), exact(factor, dt.Decimal(10, made.READ_PLACES)))
            return share.round(places).cast(AMOUNT)
        case made.Sum(terms):
            return reduce(lambda total, term: total + term, [_amount(term, values) for term in terms])
        case made.Extreme(greatest, terms):
            amounts = [_amount(term, values) for term in terms]
            known = reduce(and_, (amount.notnull() for amount in amounts))
            chosen = ibis.greatest(*amounts) if greatest else ibis.least(*amounts)
            return ibis.cases((known, chosen), else_=nothing(AMOUNT))
        case made.Const(text):
            return exact(Decimal(text), AMOUNT)
        case made.Ref(column):
            return values[column].cast(AMOUNT)
    raise TypeError(f"{expression} is no amount")


def _written(value: Any) -> Any:
    """This function will write a value in the one form that ids and texts are made of."""
    kind = value.type()
    if kind.is_timestamp():
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if kind.is_decimal() and kind.scale == AMOUNT.scale:
        return value.cast(dt.Decimal(18, 3)).cast(TEXT)
    return value if kind.is_string() else value.cast(TEXT)


def _value(expression: made.Expression, values: Table) -> Any:
    match expression:
        case made.Const(text):
            return ibis.literal(text)
        case made.Ref(column, days):
            value = values[column]
            return (value.cast(MOMENT) + ibis.interval(days=days)).date() if days else value
        case made.Template(parts):
            return reduce(lambda text, part: text.concat(part), _template(parts, values))
    return _amount(expression, values)


def _template(parts: tuple[str, ...], values: Table) -> list[Any]:
    texts = [ibis.literal(part) if turn % 2 == 0 else _written(values[part]) for turn, part in enumerate(parts)]
    return [text for turn, text in enumerate(texts) if turn % 2 or parts[turn]]


def _holds(condition: made.Condition, values: Table) -> BooleanValue:
    value: Any = values[condition.column]
    if condition.test == "present":
        return value.notnull() if condition.value == "true" else value.isnull()
    limit: Any = condition.value
    if condition.type != "text":
        limit = rules.typed_const(condition.type, text=condition.value)
    if isinstance(limit, Decimal):
        limit = exact(limit, value.type())
    tests = {"above": value > limit, "below": value < limit} if condition.test in ("above", "below") else {}
    met = tests or {"equals": value == limit, "not_equals": value != limit}
    return met[condition.test].fill_null(False)


def _told(entry: made.Entry, values: Table) -> BooleanValue | None:
    return reduce(and_, (_holds(condition, values) for condition in entry.when)) if entry.when else None


# ---- facts ----------------------------------------------------------------------------------------------------------


def facts(rows: Table, *, recipe: made.Recipe, turn: int, on: date) -> Table:
    """This function will make the facts of one entry from converted rows: `line`, `entry` and the target's fields.

    Of things that stand (a party told again on each of its bills), equal ones are told once, by their first line.
    """
    entry = recipe.entries[turn]
    sound = rows.filter(rows[FAULTS] == "")
    told = _told(entry, sound)
    chosen = sound if told is None else sound.filter(told)
    fields = chosen.select(
        chosen[LINE].name("line"),
        *(value.name(name) for name, value in _fields(entry, chosen, on=on, kind=recipe.kind).items()),
    )
    if entry.target.standing:
        fields = fields.group_by([name for name in fields.columns if name != "line"]).agg(line=fields.line.min())
    return fields.mutate(entry=ibis.literal(turn, dt.int32)).order_by("line")


def _fields(entry: made.Entry, values: Table, *, on: date, kind: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    defaults = {"on": ibis.literal(on), "source_kind": ibis.literal(kind)}
    for bound in entry.fields:
        fields[bound.field.name] = _fitted(bound, values)
        if bound.source:
            fields[f"{bound.field.name}_source"] = ibis.literal(bound.source)
    for field in entry.target.staged:
        if field.default:
            default = defaults[field.default]
            fields[field.name] = fields[field.name].coalesce(default) if field.name in fields else default
    return fields


def _fitted(bound: made.Bound, values: Table) -> Any:
    """This function will bring an expression to its field's type, as the judge's `_fitted` does."""
    kind = bound.field.type
    if isinstance(bound.expression, made.Const):
        return _constant(bound.expression.text, kind)
    value = _value(bound.expression, values)
    if kind in ("money", "number"):
        return value.try_cast(dt.Decimal(18, 3) if kind == "money" else NUMBER)
    if kind in ("date", "time", "integer", "bool"):
        return value
    text = _codes(_written(value), kind)
    return ibis.cases((text == "", nothing()), else_=text)


def _constant(text: str, kind: str) -> Any:
    if kind in ("money", "number"):
        return exact(Decimal(str(rules.typed_const(kind, text=text))), dt.Decimal(18, 3) if kind == "money" else NUMBER)
    value = rules.typed_const(kind, text=text) if kind in ("date", "time", "integer", "bool") else None
    if value is not None:
        return ibis.literal(value)
    return ibis.literal(text) if kind != "codes" else ibis.literal(",".join(sorted(rules.codes(text))))


def _codes(text: Any, kind: str) -> Any:
    if kind == "codes":
        codes = _split(text, patterns.CODE_SEPARATORS).unique().filter(lambda code: code != "").sort()
        return codes.join(",")
    return _split(text, " *, *").join(",") if kind == "zones" else text


# ---- faults of facts ------------------------------------------------------------------------------------------------


def _entry_faults(entry: made.Entry, values: Table, *, on: date, kind: str) -> list[StringValue]:
    """This function will ask of each field what a value of it could break; constants were asked in the mapping."""
    told = _told(entry, values)
    fields = _fields(entry, values, on=on, kind=kind)
    asked = [(bound.field.name, _asked(bound, fields[bound.field.name], values, on=on)) for bound in entry.fields]
    asked += _together(entry, fields)
    rules_broken = (
        _rule(
            [(broken if told is None else told & broken, rule) for broken, rule in conditions],
            column=entry.column_of(name),
        )
        for name, conditions in asked
    )
    return [rule for rule in rules_broken if rule is not None]


def _asked(bound: made.Bound, value: Any, values: Table, *, on: date) -> list[tuple[BooleanValue, str]]:
    field = bound.field
    if isinstance(bound.expression, made.Const):
        return _of_days(field, value, on=on) if field.past else []
    missing = [(value.isnull(), "required")] if field.required and not field.default else []
    if field.type in ("money", "number"):
        amount = _value(bound.expression, values)
        # Asked of the wide value: cast to the field, a number too large would be missing.
        return ([(amount.isnull(), "required")] if missing else []) + _of_numbers(field, amount)
    if field.type in ("date", "time"):
        return missing + _of_days(field, value, on=on)
    if field.type == "integer":
        return [*missing, ((value < 0) | (value > field.at_most), "number-out-of-range")]
    return missing if field.type == "bool" else missing + _of_texts(field, value)


def _of_days(field: Field, value: Any, *, on: date) -> list[tuple[BooleanValue, str]]:
    if not field.past:
        return []
    last = on + timedelta(days=1) if field.type == "time" else on
    return [
        (value.date() > ibis.literal(last) if field.type == "time" else value > ibis.literal(last), "date-in-future")
    ]


def _of_numbers(field: Field, value: Any) -> list[tuple[BooleanValue, str]]:
    if field.type == "number":
        return [
            (
                value.cast(dt.Decimal(30, 6)).abs() > exact(patterns.NUMBER_MAX, dt.Decimal(30, 6)),
                "number-out-of-range",
            )
        ]
    amount = value.cast(AMOUNT)
    sign = (amount <= 0, "amount-not-positive") if field.positive else (amount < 0, "amount-negative")
    return [(amount.abs() > exact(AMOUNT_MAX, AMOUNT), "amount-absurd"), sign]


@cache
def _zones() -> Any:
    return ibis.array(sorted(available_timezones()))


def _of_texts(field: Field, value: Any) -> list[tuple[BooleanValue, str]]:
    asked: list[tuple[BooleanValue, str]] = [(value.length() > field.length_max, "too-long")]
    if field.kinds:
        asked.append((value.notin(field.kinds), "unknown-value"))
    elif field.type == "currency":
        asked.append((value.notin(sorted(currencies())), "unknown-currency"))
    elif field.type in ("zone", "zones"):
        asked.append((~_all_in(_zones(), value.split(",")), "unknown-value"))
    return asked


def _together(entry: made.Entry, fields: dict[str, Any]) -> list[tuple[str, list[tuple[BooleanValue, str]]]]:
    found = []
    if entry.target.period and set(entry.target.period) <= fields.keys():
        start, end = (fields[name] for name in entry.target.period)
        found.append((entry.target.period[1], [(end < start, "ends-before-start")]))
    if "special_groups" in fields:
        consent = fields.get("special_groups_consent", ibis.literal(False))
        refused = fields["special_groups"].notnull() & ~consent.fill_null(False)
        found.append(("special_groups", [(refused, "consent-missing")]))
    return found
