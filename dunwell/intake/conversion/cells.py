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


Broken = tuple[tuple[BooleanValue, str], ...]


class Reader(NamedTuple):
    """How cells of one type are read: text is parsed once, and value and broken rules are told from what came of it."""

    parsed: Callable[[made.Column, Any], Any]
    # The conditions under which a rule is broken, in the order in which they are asked: of text and what was parsed.
    broken: Callable[[made.Column, Any, Any], Broken]
    value: Callable[[Any], Any] = lambda parsed: parsed


def nothing(kind: Any = TEXT) -> Any:
    return ibis.null(kind)


def _first(values: Iterable[Column]) -> Column:
    return reduce(lambda found, value: found.coalesce(value), values)


def exact(value: Decimal, kind: Any) -> Any:
    return ibis.literal(value, kind)


def stripped(cell: Any) -> Any:
    text = _trim(cell, patterns.BLANKS)
    return ibis.cases((text.isin(patterns.NULL_WORDS), nothing()), else_=text)


def _text(column: made.Column, text: Any) -> Any:
    if not column.values:
        return text
    known = tuple((text == word, ibis.literal(meaning or None, TEXT)) for word, meaning in column.values)
    return ibis.cases(*known, else_=text if column.otherwise == "keep" else nothing())


def _strange_text(column: made.Column, text: Any, _: Any) -> Broken:
    if not column.values or column.otherwise != "refuse":
        return ()
    return ((text.notnull() & text.notin([word for word, _ in column.values]), "unknown-value"),)


def _bool(column: made.Column, text: Any) -> Any:
    meanings = {answer: [word for word, meant in column.values if meant == answer] for answer in ("true", "false")}
    return ibis.cases((text.isin(meanings["true"]), True), (text.isin(meanings["false"]), False), else_=nothing(FLAG))


def _unread(rule: str) -> Callable[[made.Column, Any, Any], Broken]:
    return lambda column, text, parsed: ((text.notnull() & parsed.isnull(), rule),)


def _in_forms(column: made.Column, text: Any) -> list[Any]:
    return [
        ibis.cases((_matches(text, patterns.form_pattern(form)), _strptime(text, form)), else_=nothing(MOMENT))
        for form in column.formats
    ]


def _date(column: made.Column, text: Any) -> Any:
    iso = ibis.cases((_matches(text, patterns.ISO_DATE), _strptime(text.left(10), "%Y-%m-%d")), else_=nothing(MOMENT))
    return _first([*_in_forms(column, text), iso]).date()


def _time(column: made.Column, text: Any) -> Any:
    iso = ibis.cases((_matches(text, patterns.ISO_TIME), text.try_cast(MOMENT)), else_=nothing(MOMENT))
    local = _first([*_in_forms(column, text), iso])
    with_offset = _matches(text, patterns.ISO_TIME + patterns.ISO_OFFSET)
    absolute = ibis.cases((with_offset, _as_utc("UTC", text.try_cast(_MOMENT_UTC))), else_=nothing(MOMENT))
    return _as_utc("UTC", _at_zone(column.zone, local)).coalesce(absolute)


def _out_of_range(rule: str) -> Callable[[made.Column, Any, Any], Broken]:
    def broken(_: made.Column, text: Any, parsed: Any) -> Broken:
        day = parsed.date() if parsed.type().is_timestamp() else parsed
        outside = (day < ibis.literal(patterns.DATE_MIN)) | (day > ibis.literal(patterns.DATE_MAX))
        return (text.notnull() & parsed.isnull(), rule), (outside, "date-out-of-range")

    return broken


def _bare(text: Any) -> Any:
    return text.re_replace(patterns.MONEY_SIGNS, "").replace("，", ",")


def _money(column: made.Column, text: Any) -> Any:
    amount = _bare(text).replace(",", "").try_cast(_READ)
    if column.unit != 1:
        amount = _in_units(amount.cast(_WIDE), exact(column.unit, _UNIT))
    return amount if column.round_to is None else amount.round(column.round_to).cast(_WIDE)


def _broken_money(column: made.Column, text: Any, amount: Any) -> Broken:
    plain = _bare(text).replace(",", "")
    whole, fraction = plain.re_extract(patterns.MONEY_WHOLE, 1), plain.re_extract(patterns.MONEY_FRACTION, 1)
    exponent = plain.re_extract(patterns.MONEY_EXPONENT, 1).try_cast("int64").coalesce(0)
    limit = min(column.at_most or AMOUNT_MAX, AMOUNT_MAX)
    places = (fraction.length() - exponent > made.READ_PLACES, "too-many-places")
    return (
        (text.notnull() & ~_matches(_bare(text), patterns.MONEY), "not-a-number"),
        (whole.length() + exponent > patterns.WHOLE_DIGITS_MAX, "amount-absurd"),
        *((places,) if column.round_to is None else ()),
        (amount.abs() > exact(limit, amount.type()), "amount-absurd"),
        (amount != amount.round(PLACES_MAX).cast(amount.type()), "too-many-places"),
    )


def _integer(_: made.Column, text: Any) -> Any:
    number = text.re_extract(r"^([+-]?\d+)", 1).try_cast("int64")
    return ibis.cases(
        (_matches(text, patterns.INTEGER) & (number.abs() <= INTEGER_MAX), number), else_=nothing("int64")
    )


def _real(_: made.Column, text: Any) -> Any:
    return ibis.cases((_matches(text, patterns.NUMBER), text.try_cast(NUMBER)), else_=nothing(NUMBER))


def _broken_number(pattern: str) -> Callable[[made.Column, Any, Any], Broken]:
    def broken(_: made.Column, text: Any, number: Any) -> Broken:
        sound = _matches(text, pattern)
        return (text.notnull() & ~sound, "not-a-number"), (sound & number.isnull(), "number-out-of-range")

    return broken


READERS: dict[str, Reader] = {
    "text": Reader(_text, _strange_text),
    "bool": Reader(_bool, _unread("unknown-value")),
    "date": Reader(_date, _out_of_range("not-a-date")),
    "time": Reader(_time, _out_of_range("not-a-time")),
    "money": Reader(_money, _broken_money, lambda amount: amount.try_cast(AMOUNT)),
    "integer": Reader(_integer, _broken_number(patterns.INTEGER)),
    "number": Reader(_real, _broken_number(patterns.NUMBER)),
}


def unstorable(text: Any) -> Any:
    """This function will find texts with a NUL character, which PostgreSQL cannot store."""
    return text.contains(_character(ibis.literal(0, dt.int32)))
