"""The functions of the white list over columns; each must say what `functions.FUNCTIONS` says of single values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_

import ibis

from dunwell.engine.columnar import arithmetic, moments
from dunwell.engine.columnar.arithmetic import Column, alike
from dunwell.engine.functions import FUNCTIONS
from dunwell.engine.model import Call, Constant, Expression, InputError


def call(expression: Call, arguments: Sequence[Column]) -> Column:
    """This function will apply a function to columns, or raise InputError if tables do not know it."""
    name = expression.function
    if name not in COLUMNS:
        raise InputError(f"the function {name} cannot be computed over tables", cure="decide case by case")
    parameters = FUNCTIONS[name].parameters
    literal = [parameters[min(at, len(parameters) - 1)].literal for at in range(len(arguments))]
    given = [
        _whole(written) if plain else column
        for written, column, plain in zip(expression.arguments, arguments, literal, strict=True)
    ]
    return COLUMNS[name](*given)


def _whole(written: Expression) -> int:
    assert isinstance(written, Constant)  # noqa: S101 - the parser demands a literal here
    return int(written.value)  # type: ignore[arg-type]  # a number, never null


# Texts


def _substring(text: Column, start: int, length: int | None = None) -> Column:
    """This function will count from 1, from the end if negative; null where the text does not reach so far."""
    size = text.length()
    begin = ibis.literal(start - 1) if start > 0 else size + start
    inside = (begin >= 0) & (begin < size) & ibis.literal(start != 0 and (length is None or length > 0))
    # Engines read a negative position in ways of their own.
    found = text.substr(begin if start > 0 else begin.clip(lower=0), size if length is None else max(length, 0))
    return ibis.ifelse(inside, found, ibis.null("string"))


def _before(text: Column, match: Column) -> Column:
    return ibis.ifelse(text.contains(match), text.substr(0, text.find(match).clip(lower=0)), _none_of(text, match))


def _after(text: Column, match: Column) -> Column:
    past = text.find(match).clip(lower=0) + match.length()
    return ibis.ifelse(text.contains(match), text.substr(past, text.length()), _none_of(text, match))


def _none_of(text: Column, match: Column) -> Column:
    """This function will return an empty text; null where one of the two is."""
    return ibis.ifelse(text.isnull() | match.isnull(), ibis.null("string"), "")


# The least and the most


def _extreme(choose: Callable[..., Column]) -> Callable[..., Column]:
    """This function will return what chooses one of its arguments; engines skip a null, where FEEL gives null."""

    def chosen(*values: Column) -> Column:
        if len(values) == 1:
            return values[0]
        unknown = reduce(or_, (value.isnull() for value in values))
        best = choose(*alike(values))
        return ibis.ifelse(unknown, ibis.null(best.type()), best)

    return chosen


COLUMNS: Mapping[str, Callable[..., Column]] = {
    "not": lambda value: ~value,
    "substring": _substring,
    "string length": lambda text: text.length().cast("int64"),
    "contains": lambda text, match: text.contains(match),
    "starts with": lambda text, match: text.startswith(match),
    "ends with": lambda text, match: text.endswith(match),
    "substring before": _before,
    "substring after": _after,
    "abs": lambda number: number.abs(),
    "floor": arithmetic.floor,
    "ceiling": arithmetic.ceiling,
    "decimal": arithmetic.rounded,
    "modulo": arithmetic.modulo,
    "sqrt": arithmetic.square_root,
    "min": _extreme(ibis.least),
    "max": _extreme(ibis.greatest),
    "date": moments.date_from,
    "day of": moments.day_of,
    "time of": moments.time_of,
    "date and time": moments.together,
    "years and months duration": moments.months_between,
    "day of week": moments.weekday_name,
    "year": lambda day: day.year().cast("int64"),
    "month": lambda day: day.month().cast("int64"),
    "day": lambda day: day.day().cast("int64"),
    "weekday": moments.weekday,
    "hour": moments.clock_part(moments.HOUR, 24),
    "minute": moments.clock_part(moments.MINUTE, 60),
    "second": moments.clock_part(moments.SECOND, 60),
    "years": moments.years,
    "months": lambda months: ibis.ifelse(months < 0, -1, 1) * (months.abs() % 12),
    "days": moments.span_part(moments.DAY, None),
    "hours": moments.span_part(moments.HOUR, 24),
    "minutes": moments.span_part(moments.MINUTE, 60),
    "seconds": moments.span_part(moments.SECOND, 60),
}
