"""The fast converter: the judge's reading of a row (`rules.py`) as Ibis expressions over a whole chunk of rows.

`converted` reads the cells, works out derived columns and lists each row's faults; `facts` makes one entry's facts from
the rows without any. Compiled once for a mapping, run for every chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, reduce
from operator import and_
from typing import Any, NamedTuple
from zoneinfo import available_timezones

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanValue, Column, StringValue, Table

from dunwell.facts.money import AMOUNT_MAX, PLACES_MAX, currencies
from dunwell.intake import rules
from dunwell.intake.mapping import recipe as made
from dunwell.ledger.targets import INTEGER_MAX, Field

LINE, FAULTS = "#line", "#faults"
# Stand between the faults of a row, and inside one between column and rule.
NEXT, SEPARATOR = "\x1e", "\x1f"
# Wide enough for any sum of amounts before it is held against the limit.
AMOUNT, NUMBER = dt.Decimal(24, 3), dt.Decimal(18, 6)
_READ, _UNIT = dt.Decimal(18, made.READ_PLACES), dt.Decimal(13, made.READ_PLACES)
_TEXT, _FLAG, _MOMENT, _MOMENT_UTC = dt.string, dt.boolean, dt.Timestamp(), dt.Timestamp(timezone="UTC")


def _builtin(name: str, *types: dt.DataType) -> Callable[..., Any]:
    """This function will name a function of DuckDB that Ibis has no word for: what it takes, and last what it gives."""
    stubs: dict[int, Callable[..., None]] = {1: lambda a: None, 2: lambda a, b: None}
    return ibis.udf.scalar.builtin(stubs[len(types) - 1], name=name, signature=(types[:-1], types[-1]))  # type: ignore[no-any-return]


_matches = _builtin("regexp_full_match", _TEXT, _TEXT, _FLAG)
_trim = _builtin("trim", _TEXT, _TEXT, _TEXT)
_strptime = _builtin("try_strptime", _TEXT, _TEXT, _MOMENT)
_at_zone = _builtin("timezone", _TEXT, _MOMENT, _MOMENT_UTC)
_as_utc = _builtin("timezone", _TEXT, _MOMENT_UTC, _MOMENT)
# DuckDB multiplies two decimals of up to 18 digits in 18 digits, so one of them must be wider.
_WIDE = dt.Decimal(25, made.READ_PLACES)
_in_units = _builtin("multiply", _WIDE, _UNIT, dt.Decimal(38, 12))
_of_share = _builtin("multiply", AMOUNT, dt.Decimal(10, made.READ_PLACES), dt.Decimal(34, 9))
_character = _builtin("chr", dt.int32, _TEXT)
_split = _builtin("regexp_split_to_array", _TEXT, _TEXT, dt.Array(_TEXT))
_all_in = _builtin("list_has_all", dt.Array(_TEXT), dt.Array(_TEXT), _FLAG)


class Read(NamedTuple):
    """A column's value, and the conditions under which a rule is broken, in the order in which they are asked."""

    value: Column
    broken: tuple[tuple[BooleanValue, str], ...] = ()


def _nothing(kind: Any = _TEXT) -> Any:
    return ibis.null(kind)


def _rule(broken: Iterable[tuple[BooleanValue, str]], *, column: str) -> StringValue | None:
    """This function will name the first rule that is broken, with its column; None where none ever can be."""
    cases = [(condition, f"{column}{SEPARATOR}{rule}") for condition, rule in broken]
    return ibis.cases(*cases, else_=_nothing()) if cases else None


def _first(values: Iterable[Column]) -> Column:
    return reduce(lambda found, value: found.coalesce(value), values)


def _number(value: Decimal, kind: Any) -> Any:
    return ibis.literal(value, kind)


# ---- cells ----------------------------------------------------------------------------------------------------------


def converted(raw: Table, *, recipe: made.Recipe, on: date) -> Table:
    """This function will read every mapped column of a chunk: `#line`, values by column name, and `#faults`."""
    stripped = raw.select(LINE, *(_stripped(raw[column.name]).name(column.name) for column in recipe.columns))
    read = {column.name: _READERS[column.type](column, stripped[column.name]) for column in recipe.columns}
    values = stripped.select(
        LINE,
        *(each.value.name(name) for name, each in read.items()),
        *(
            rule.name(f"#{column.name}")
            for column in recipe.columns
            if (rule := _cell_rule(column, read[column.name], text=stripped[column.name])) is not None
        ),
    )
    for name, expression in recipe.derived:
        values = values.mutate(_amount(expression, values).name(name))
    names = [column.name for column in recipe.columns] + [name for name, _ in recipe.derived]
    return values.select(LINE, *names, _faults(values, recipe=recipe, on=on).name(FAULTS))


def _stripped(cell: Any) -> Any:
    text = _trim(cell, rules.BLANKS)
    return ibis.cases((text.isin(rules.NULL_WORDS), _nothing()), else_=text)


def _cell_rule(column: made.Column, read: Read, *, text: Any) -> StringValue | None:
    broken = [(text.contains(_character(ibis.literal(0, dt.int32))), "not-text"), *read.broken]
    if column.required:
        broken.append((read.value.isnull(), "required"))
    return _rule(broken, column=column.name)


def _faults(values: Table, *, recipe: made.Recipe, on: date) -> StringValue:
    """This function will join the faults of a row: those of its cells or, where there are none, those of its facts."""
    of_cells = _joined([values[name] for name in values.columns if name.startswith("#") and name != LINE])
    of_facts = _joined([fault for entry in recipe.entries for fault in _entry_faults(entry, values, on=on)])
    return ibis.cases((of_cells != "", of_cells), else_=of_facts)


def _joined(faults: list[Any]) -> StringValue:
    return ibis.literal(NEXT).join(faults) if faults else ibis.literal("")


def _text(column: made.Column, text: Any) -> Read:
    if not column.values:
        return Read(text)
    known = tuple((text == word, ibis.literal(meaning or None, _TEXT)) for word, meaning in column.values)
    strange = text.notnull() & text.notin([word for word, _ in column.values])
    otherwise = text if column.otherwise == "keep" else _nothing()
    return Read(ibis.cases(*known, else_=otherwise), ((strange, "unknown-value"),) if column.otherwise == "refuse" else ())


def _bool(column: made.Column, text: Any) -> Read:
    meanings = {answer: [word for word, meant in column.values if meant == answer] for answer in ("true", "false")}
    flag = ibis.cases((text.isin(meanings["true"]), True), (text.isin(meanings["false"]), False), else_=_nothing(_FLAG))
    return Read(flag, ((text.notnull() & flag.isnull(), "unknown-value"),))


def _parsed(column: made.Column, text: Any) -> list[Any]:
    return [
        ibis.cases((_matches(text, rules.form_pattern(form)), _strptime(text, form)), else_=_nothing(_MOMENT))
        for form in column.formats
    ]


def _date(column: made.Column, text: Any) -> Read:
    iso = ibis.cases((_matches(text, rules.ISO_DATE), _strptime(text.left(10), "%Y-%m-%d")), else_=_nothing(_MOMENT))
    day = _first([*_parsed(column, text), iso]).date()
    return Read(day, ((text.notnull() & day.isnull(), "not-a-date"), (_out_of_range(day), "date-out-of-range")))


def _time(column: made.Column, text: Any) -> Read:
    iso = ibis.cases((_matches(text, rules.ISO_TIME), text.try_cast(_MOMENT)), else_=_nothing(_MOMENT))
    local = _first([*_parsed(column, text), iso])
    with_offset = _matches(text, rules.ISO_TIME + rules.ISO_OFFSET)
    absolute = ibis.cases((with_offset, _as_utc("UTC", text.try_cast(_MOMENT_UTC))), else_=_nothing(_MOMENT))
    moment = _as_utc("UTC", _at_zone(column.zone, local)).coalesce(absolute)
    day = local.coalesce(text.left(19).try_cast(_MOMENT)).date()
    return Read(moment, ((text.notnull() & moment.isnull(), "not-a-time"), (_out_of_range(day), "date-out-of-range")))


def _out_of_range(day: Any) -> BooleanValue:
    return (day < ibis.literal(rules.DATE_MIN)) | (day > ibis.literal(rules.DATE_MAX))


def _money(column: made.Column, text: Any) -> Read:
    bare = text.re_replace(rules.MONEY_SIGNS, "").replace("，", ",")
    plain = bare.replace(",", "")
    whole, fraction = plain.re_extract(rules.MONEY_WHOLE, 1), plain.re_extract(rules.MONEY_FRACTION, 1)
    exponent = plain.re_extract(rules.MONEY_EXPONENT, 1).try_cast("int64").coalesce(0)
    amount = plain.try_cast(_READ)
    if column.unit != 1:
        amount = _in_units(amount.cast(_WIDE), _number(column.unit, _UNIT))
    if column.round_to is not None:
        amount = amount.round(column.round_to).cast(_WIDE)
    limit = min(column.at_most or AMOUNT_MAX, AMOUNT_MAX)
    broken = [
        (text.notnull() & ~_matches(bare, rules.MONEY), "not-a-number"),
        (whole.length() + exponent > rules.WHOLE_DIGITS_MAX, "amount-absurd"),
        (amount.abs() > _number(limit, amount.type()), "amount-absurd"),
        (amount != amount.round(PLACES_MAX).cast(amount.type()), "too-many-places"),
    ]
    if column.round_to is None:
        broken.insert(2, (fraction.length() - exponent > made.READ_PLACES, "too-many-places"))
    return Read(amount.try_cast(AMOUNT), tuple(broken))


def _integer(_: made.Column, text: Any) -> Read:
    number = text.re_extract(r"^([+-]?\d+)", 1).try_cast("int64")
    sound = _matches(text, rules.INTEGER)
    large = number.isnull() | (number.abs() > INTEGER_MAX)
    broken = ((text.notnull() & ~sound, "not-a-number"), (sound & large, "number-out-of-range"))
    return Read(ibis.cases((sound & ~large, number), else_=_nothing("int64")), broken)


def _real(_: made.Column, text: Any) -> Read:
    number, sound = text.try_cast(NUMBER), _matches(text, rules.NUMBER)
    broken = ((text.notnull() & ~sound, "not-a-number"), (sound & number.isnull(), "number-out-of-range"))
    return Read(ibis.cases((sound, number), else_=_nothing(NUMBER)), broken)


_READERS: dict[str, Callable[[made.Column, Any], Read]] = {
    "text": _text,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "money": _money,
    "integer": _integer,
    "number": _real,
}


# ---- expressions ----------------------------------------------------------------------------------------------------


def _amount(expression: made.Expression, values: Table) -> Any:
    match expression:
        case made.Negate(of):
            return -_amount(of, values)
        case made.Share(of, factor, places):
            share = _of_share(_amount(of, values), _number(factor, dt.Decimal(10, made.READ_PLACES)))
            return share.round(places).cast(AMOUNT)
        case made.Sum(terms):
            return reduce(lambda total, term: total + term, [_amount(term, values) for term in terms])
        case made.Extreme(greatest, terms):
            amounts = [_amount(term, values) for term in terms]
            known = reduce(and_, (amount.notnull() for amount in amounts))
            chosen = ibis.greatest(*amounts) if greatest else ibis.least(*amounts)
            return ibis.cases((known, chosen), else_=_nothing(AMOUNT))
        case made.Const(text):
            return _number(Decimal(text), AMOUNT)
        case made.Ref(column):
            return values[column].cast(AMOUNT)
    raise TypeError(f"{expression} is no amount")


def _written(value: Any) -> Any:
    """This function will write a value in the one form that ids and texts are made of."""
    kind = value.type()
    if kind.is_timestamp():
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if kind.is_decimal() and kind.scale == AMOUNT.scale:
        return value.cast(dt.Decimal(18, 3)).cast(_TEXT)
    return value if kind.is_string() else value.cast(_TEXT)


def _value(expression: made.Expression, values: Table) -> Any:
    match expression:
        case made.Const(text):
            return ibis.literal(text)
        case made.Ref(column, days):
            value = values[column]
            return (value.cast(_MOMENT) + ibis.interval(days=days)).date() if days else value
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
    limit: Any = condition.value if condition.type == "text" else rules.typed_const(condition.type, condition.value)
    if isinstance(limit, Decimal):
        limit = _number(limit, value.type())
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
        chosen[LINE].name("line"), *(value.name(name) for name, value in _fields(entry, chosen, on=on, kind=recipe.kind).items())
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
    return ibis.cases((text == "", _nothing()), else_=text)


def _constant(text: str, kind: str) -> Any:
    if kind in ("money", "number"):
        return _number(Decimal(str(rules.typed_const(kind, text))), dt.Decimal(18, 3) if kind == "money" else NUMBER)
    value = rules.typed_const(kind, text) if kind in ("date", "time", "integer", "bool") else None
    if value is not None:
        return ibis.literal(value)
    return ibis.literal(text) if kind != "codes" else ibis.literal(",".join(sorted(rules.codes(text))))


def _codes(text: Any, kind: str) -> Any:
    if kind == "codes":
        codes = _split(text, rules.CODE_SEPARATORS).unique().filter(lambda code: code != "").sort()
        return codes.join(",")
    return _split(text, " *, *").join(",") if kind == "zones" else text


# ---- faults of facts ------------------------------------------------------------------------------------------------


def _entry_faults(entry: made.Entry, values: Table, *, on: date) -> list[StringValue]:
    """This function will ask of each field what a value of it could break; constants were asked in the mapping."""
    told = _told(entry, values)
    fields = _fields(entry, values, on=on, kind="")
    asked = [(bound.field.name, _asked(bound, fields[bound.field.name], values, on=on)) for bound in entry.fields]
    asked += _together(entry, fields)
    rules_broken = (
        _rule([(broken if told is None else told & broken, rule) for broken, rule in conditions], column=entry.column_of(name))
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
    return [(value.date() > ibis.literal(last) if field.type == "time" else value > ibis.literal(last), "date-in-future")]


def _of_numbers(field: Field, value: Any) -> list[tuple[BooleanValue, str]]:
    if field.type == "number":
        return [(value.cast(dt.Decimal(30, 6)).abs() > _number(rules.NUMBER_MAX, dt.Decimal(30, 6)), "number-out-of-range")]
    amount = value.cast(AMOUNT)
    sign = (amount <= 0, "amount-not-positive") if field.positive else (amount < 0, "amount-negative")
    return [(amount.abs() > _number(AMOUNT_MAX, AMOUNT), "amount-absurd"), sign]


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
