"""Reading cells, the fast way: what `rules.read_cell` does to one cell, as expressions over a column of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanValue, Column

from dunwell.facts.money import AMOUNT_MAX, PLACES_MAX
from dunwell.intake.mapping import patterns
from dunwell.intake.mapping import recipe as made
from dunwell.ledger.targets import INTEGER_MAX

# Wide enough for any sum of amounts before it is held against the limit.
AMOUNT, NUMBER = dt.Decimal(24, 3), dt.Decimal(18, 6)
TEXT, FLAG, MOMENT = dt.string, dt.boolean, dt.Timestamp()
_MOMENT_UTC = dt.Timestamp(timezone="UTC")
_READ, _UNIT = dt.Decimal(18, made.READ_PLACES), dt.Decimal(13, made.READ_PLACES)
# DuckDB multiplies two decimals of up to 18 digits in 18 digits, so one of them must be wider.
_WIDE = dt.Decimal(25, made.READ_PLACES)


def builtin(name: str, *types: dt.DataType) -> Callable[..., Any]:
    """This function will name a function of DuckDB that Ibis has no word for: what it takes, and last what it gives."""
    stubs: dict[int, Callable[..., None]] = {1: lambda a: None, 2: lambda a, b: None}
    return ibis.udf.scalar.builtin(stubs[len(types) - 1], name=name, signature=(types[:-1], types[-1]))  # type: ignore[no-any-return]


_matches = builtin("regexp_full_match", TEXT, TEXT, FLAG)
_trim = builtin("trim", TEXT, TEXT, TEXT)
_strptime = builtin("try_strptime", TEXT, TEXT, MOMENT)
_at_zone = builtin("timezone", TEXT, MOMENT, _MOMENT_UTC)
_as_utc = builtin("timezone", TEXT, _MOMENT_UTC, MOMENT)
_in_units = builtin("multiply", _WIDE, _UNIT, dt.Decimal(38, 12))
_character = builtin("chr", dt.int32, TEXT)


class Read(NamedTuple):
    """A column's value, and the conditions under which a rule is broken, in the order in which they are asked."""

    value: Column
    broken: tuple[tuple[BooleanValue, str], ...] = ()


def nothing(kind: Any = TEXT) -> Any:
    return ibis.null(kind)


def _first(values: Iterable[Column]) -> Column:
    return reduce(lambda found, value: found.coalesce(value), values)


def exact(value: Decimal, kind: Any) -> Any:
    return ibis.literal(value, kind)


def stripped(cell: Any) -> Any:
    text = _trim(cell, patterns.BLANKS)
    return ibis.cases((text.isin(patterns.NULL_WORDS), nothing()), else_=text)


def _text(column: made.Column, text: Any) -> Read:
    if not column.values:
        return Read(text)
    known = tuple((text == word, ibis.literal(meaning or None, TEXT)) for word, meaning in column.values)
    strange = text.notnull() & text.notin([word for word, _ in column.values])
    otherwise = text if column.otherwise == "keep" else nothing()
    return Read(
        ibis.cases(*known, else_=otherwise), ((strange, "unknown-value"),) if column.otherwise == "refuse" else ()
    )


def _bool(column: made.Column, text: Any) -> Read:
    meanings = {answer: [word for word, meant in column.values if meant == answer] for answer in ("true", "false")}
    flag = ibis.cases((text.isin(meanings["true"]), True), (text.isin(meanings["false"]), False), else_=nothing(FLAG))
    return Read(flag, ((text.notnull() & flag.isnull(), "unknown-value"),))


def _parsed(column: made.Column, text: Any) -> list[Any]:
    return [
        ibis.cases((_matches(text, patterns.form_pattern(form)), _strptime(text, form)), else_=nothing(MOMENT))
        for form in column.formats
    ]


def _date(column: made.Column, text: Any) -> Read:
    iso = ibis.cases((_matches(text, patterns.ISO_DATE), _strptime(text.left(10), "%Y-%m-%d")), else_=nothing(MOMENT))
    day = _first([*_parsed(column, text), iso]).date()
    return Read(day, ((text.notnull() & day.isnull(), "not-a-date"), (_out_of_range(day), "date-out-of-range")))


def _time(column: made.Column, text: Any) -> Read:
    iso = ibis.cases((_matches(text, patterns.ISO_TIME), text.try_cast(MOMENT)), else_=nothing(MOMENT))
    local = _first([*_parsed(column, text), iso])
    with_offset = _matches(text, patterns.ISO_TIME + patterns.ISO_OFFSET)
    absolute = ibis.cases((with_offset, _as_utc("UTC", text.try_cast(_MOMENT_UTC))), else_=nothing(MOMENT))
    moment = _as_utc("UTC", _at_zone(column.zone, local)).coalesce(absolute)
    day = local.coalesce(text.left(19).try_cast(MOMENT)).date()
    return Read(moment, ((text.notnull() & moment.isnull(), "not-a-time"), (_out_of_range(day), "date-out-of-range")))


def _out_of_range(day: Any) -> BooleanValue:
    return (day < ibis.literal(patterns.DATE_MIN)) | (day > ibis.literal(patterns.DATE_MAX))


def _money(column: made.Column, text: Any) -> Read:
    bare = text.re_replace(patterns.MONEY_SIGNS, "").replace("，", ",")
    plain = bare.replace(",", "")
    whole, fraction = plain.re_extract(patterns.MONEY_WHOLE, 1), plain.re_extract(patterns.MONEY_FRACTION, 1)
    exponent = plain.re_extract(patterns.MONEY_EXPONENT, 1).try_cast("int64").coalesce(0)
    amount = plain.try_cast(_READ)
    if column.unit != 1:
        amount = _in_units(amount.cast(_WIDE), exact(column.unit, _UNIT))
    if column.round_to is not None:
        amount = amount.round(column.round_to).cast(_WIDE)
    limit = min(column.at_most or AMOUNT_MAX, AMOUNT_MAX)
    broken = [
        (text.notnull() & ~_matches(bare, patterns.MONEY), "not-a-number"),
        (whole.length() + exponent > patterns.WHOLE_DIGITS_MAX, "amount-absurd"),
        (amount.abs() > exact(limit, amount.type()), "amount-absurd"),
        (amount != amount.round(PLACES_MAX).cast(amount.type()), "too-many-places"),
    ]
    if column.round_to is None:
        broken.insert(2, (fraction.length() - exponent > made.READ_PLACES, "too-many-places"))
    return Read(amount.try_cast(AMOUNT), tuple(broken))


def _integer(_: made.Column, text: Any) -> Read:
    number = text.re_extract(r"^([+-]?\d+)", 1).try_cast("int64")
    sound = _matches(text, patterns.INTEGER)
    large = number.isnull() | (number.abs() > INTEGER_MAX)
    broken = ((text.notnull() & ~sound, "not-a-number"), (sound & large, "number-out-of-range"))
    return Read(ibis.cases((sound & ~large, number), else_=nothing("int64")), broken)


def _real(_: made.Column, text: Any) -> Read:
    number, sound = text.try_cast(NUMBER), _matches(text, patterns.NUMBER)
    broken = ((text.notnull() & ~sound, "not-a-number"), (sound & number.isnull(), "number-out-of-range"))
    return Read(ibis.cases((sound, number), else_=nothing(NUMBER)), broken)


READERS: dict[str, Callable[[made.Column, Any], Read]] = {
    "text": _text,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "money": _money,
    "integer": _integer,
    "number": _real,
}


def unstorable(text: Any) -> Any:
    """This function will find texts with a NUL character, which PostgreSQL cannot store."""
    return text.contains(_character(ibis.literal(0, dt.int32)))
