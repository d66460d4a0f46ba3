"""The judge: how one row of text cells becomes facts, in plain Python and one row at a time.

The fast converter (`frame.py`) must give the same for every row; property tests hold the two together. What both read
by, the patterns and limits, stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dunwell.facts.money import AMOUNT_MAX, PLACES_MAX, currencies
from dunwell.intake.mapping import patterns
from dunwell.intake.mapping import recipe as made
from dunwell.intake.refusals import Fault
from dunwell.ledger.targets import INTEGER_MAX, Field


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


def _is(text: str, pattern: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None


Value = str | Decimal | int | bool | date | datetime | None
Read = tuple[Value, str]  # What a cell means, and the rule that it breaks ("" where it breaks none).


def stripped(cell: str | None) -> str | None:
    """This function will take the blanks off a cell; a word for nothing becomes None."""
    text = (cell or "").strip(patterns.BLANKS)
    return None if text in patterns.NULL_WORDS else text


def read_cell(column: made.Column, *, cell: str | None) -> Read:
    """This function will read one cell by its column's declaration."""
    if cell is not None and "\0" in cell:
        return None, "not-text"
    text = stripped(cell)
    value, rule = _READERS[column.type](column, text) if text is not None else (None, "")
    return (value, rule) if rule or value is not None or not column.required else (None, "required")


def _text(column: made.Column, text: str) -> Read:
    meant = dict(column.values)
    if not meant or text in meant:
        return meant.get(text, text) or None, ""
    return {"keep": (text, ""), "null": (None, "")}.get(column.otherwise, (None, "unknown-value"))


def _bool(column: made.Column, text: str) -> Read:
    meant = dict(column.values)
    return (meant[text] == "true", "") if text in meant else (None, "unknown-value")


def _date(column: made.Column, text: str) -> Read:
    moment = _moment(column.formats, text) or (_strict(text[:10], "%Y-%m-%d") if _is(text, patterns.ISO_DATE) else None)
    if moment is None:
        return None, "not-a-date"
    return (moment.date(), "") if _in_range(moment) else (None, "date-out-of-range")


def _in_range(moment: datetime) -> bool:
    return patterns.DATE_MIN <= moment.date() <= patterns.DATE_MAX


def _time(column: made.Column, text: str) -> Read:
    local = _moment(column.formats, text) or _iso(text)
    if local is None:
        return None, "not-a-time"
    if local.year == MAXYEAR:  # Its UTC may have no date.
        return None, "date-out-of-range"
    moment = local.astimezone(UTC).replace(tzinfo=None) if local.tzinfo else _in_zone(local, column.zone)
    return (moment, "") if _in_range(moment) else (None, "date-out-of-range")


def _moment(forms: tuple[str, ...], text: str) -> datetime | None:
    found = (_strict(text, form) for form in forms if _is(text, patterns.form_pattern(form)))
    return next((moment for moment in found if moment is not None), None)


def _strict(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the column's.
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    if not _is(text, f"{patterns.ISO_TIME}{patterns.ISO_OFFSET}?"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_zone(moment: datetime, zone: str) -> datetime:
    """This function will give the UTC of a local time; one that is told twice (or never) in a night is the later."""
    local = moment.replace(tzinfo=ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)).replace(tzinfo=None)


def _money(column: made.Column, text: str) -> Read:
    bare = re.sub(patterns.MONEY_SIGNS, "", text).replace("，", ",")
    if not _is(bare, patterns.MONEY):
        return None, "not-a-number"
    plain = bare.replace(",", "")
    exponent = int(_extract(plain, patterns.MONEY_EXPONENT) or 0)
    if len(_extract(plain, patterns.MONEY_WHOLE)) + exponent > patterns.WHOLE_DIGITS_MAX:
        return None, "amount-absurd"
    if column.round_to is None and len(_extract(plain, patterns.MONEY_FRACTION)) - exponent > made.READ_PLACES:
        return None, "too-many-places"
    amount = _rounded(Decimal(plain), made.READ_PLACES) * column.unit
    amount = amount if column.round_to is None else _rounded(amount, column.round_to)
    if abs(amount) > min(column.at_most or AMOUNT_MAX, AMOUNT_MAX):
        return None, "amount-absurd"
    return (_rounded(amount, PLACES_MAX), "") if amount == round(amount, PLACES_MAX) else (None, "too-many-places")


def _extract(text: str, pattern: str) -> str:
    found = _pattern(pattern).search(text)
    return found[1] if found else ""


def _rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _integer(_: made.Column, text: str) -> Read:
    if not _is(text, patterns.INTEGER):
        return None, "not-a-number"
    number = int(text.partition(".")[0])
    return (number, "") if abs(number) <= INTEGER_MAX else (None, "number-out-of-range")


def _number(_: made.Column, text: str) -> Read:
    if not _is(text, patterns.NUMBER):
        return None, "not-a-number"
    if abs(Decimal(text)) > patterns.NUMBER_MAX:
        return None, "number-out-of-range"
    return _rounded(Decimal(text), 6), ""


_READERS = {
    "text": _text,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "money": _money,
    "integer": _integer,
    "number": _number,
}


def typed_const(kind: str, *, text: str) -> Value:
    """This function will read a constant of a mapping as the type it must be; None where it is not one."""
    words = (("true", "true"), ("false", "false")) if kind == "bool" else ()
    return read_cell(made.Column(name="", type=kind, formats=(), values=words), cell=text)[0]


def zones_known(text: str) -> bool:
    """This function will tell whether all time zones of a list separated by commas exist."""
    return set(text.split(",")) <= available_timezones()


# ---- expressions ----------------------------------------------------------------------------------------------------

Values = Mapping[str, Value]


def evaluate(expression: made.Expression, *, values: Values) -> Value:
    """This function will work out an expression over a row's values; what lacks a part is None."""
    match expression:
        case made.Const(text):
            return text
        case made.Ref(column, days):
            value = values[column]
            return value + timedelta(days=days) if days and isinstance(value, date) else value
        case made.Template(parts):
            texts = [part if turn % 2 == 0 else written(values[part]) for turn, part in enumerate(parts)]
            return None if None in texts else "".join(text for text in texts if text)
    return _amount(expression, values)


def _amount(expression: made.Expression, values: Values) -> Decimal | None:
    match expression:
        case made.Negate(of):
            amount = _amount(of, values)
            return None if amount is None else -amount
        case made.Share(of, factor, places):
            amount = _amount(of, values)
            return None if amount is None else _rounded(amount * factor, places)
        case made.Sum(terms) | made.Extreme(_, terms):
            amounts = [_amount(term, values) for term in terms]
            known = [amount for amount in amounts if amount is not None]
            return _combined(expression, known) if len(known) == len(amounts) else None
    value = evaluate(expression, values=values)
    return None if value is None else Decimal(str(value))


def _combined(expression: made.Expression, amounts: list[Decimal]) -> Decimal:
    if isinstance(expression, made.Extreme):
        return max(amounts) if expression.greatest else min(amounts)
    return sum(amounts, Decimal(0))


def written(value: Value) -> str | None:
    """This function will write a value as text, in the one form that ids and texts are made of."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
        case Decimal():
            return f"{value:f}"
    return str(value)


def holds(condition: made.Condition, *, values: Values) -> bool:
    """This function will tell whether a row meets a condition; an unknown value meets only `present: false`."""
    value = values[condition.column]
    if condition.test == "present":
        return (value is not None) == (condition.value == "true")
    limit = condition.value if condition.type == "text" else typed_const(condition.type, text=condition.value)
    if value is None or limit is None:
        return False
    if condition.test in ("equals", "not_equals"):
        return (value == limit) == (condition.test == "equals")
    above, below = value > limit, value < limit  # type: ignore[operator]
    return bool(above if condition.test == "above" else below)


# ---- facts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """What became of a row: facts by the number of their entry, or the faults for which it is refused whole."""

    faults: tuple[Fault, ...]
    facts: tuple[tuple[int, Mapping[str, Value]], ...]


def judge(recipe: made.Recipe, *, cells: Mapping[str, str | None], on: date) -> Judged:
    """This function will convert one row. A row whose cells cannot be read is not asked anything further."""
    read = {column.name: read_cell(column, cell=cells[column.name]) for column in recipe.columns}
    faults = [Fault(name, rule) for name, (_, rule) in read.items() if rule]
    if faults:
        return Judged(tuple(faults), ())
    values = {name: value for name, (value, _) in read.items()}
    for name, expression in recipe.derived:
        amount = _amount(expression, values)
        values[name] = None if amount is None else _rounded(amount, PLACES_MAX)
    told = [
        (turn, entry) for turn, entry in enumerate(recipe.entries) if all(holds(c, values=values) for c in entry.when)
    ]
    facts = [(turn, _fact(entry, values=values, on=on, kind=recipe.kind)) for turn, entry in told]
    faults = [fault for (_, entry), (_, fact) in zip(told, facts, strict=True) for fault in _faults(entry, fact, on=on)]
    return Judged(tuple(dict.fromkeys(faults)), () if faults else tuple(facts))


def _fact(entry: made.Entry, *, values: Values, on: date, kind: str) -> dict[str, Value]:
    fact = {bound.field.name: _fitted(bound, evaluate(bound.expression, values=values)) for bound in entry.fields}
    defaults: dict[str, Value] = {"on": on, "source_kind": kind}
    for field in entry.target.staged:
        if field.default and fact.get(field.name) is None:
            fact[field.name] = defaults[field.default]
    return fact


def _fitted(bound: made.Bound, value: Value) -> Value:
    """This function will bring a value to its field's type: text where text is kept, codes in order, exact decimals."""
    if value is None:
        return None
    kind = bound.field.type
    if isinstance(bound.expression, made.Const) and kind in _READERS and kind != "text":
        value = typed_const(kind, text=str(value))
    if kind == "money":
        return Decimal(str(value)).quantize(Decimal("0.001"))
    if kind == "number":
        return Decimal(str(value)).quantize(Decimal("0.000001"))
    if kind in ("date", "time", "integer", "bool"):
        return value
    text = written(value) or ""
    return _codes(text, kind) or None


def codes(text: str) -> set[str]:
    """This function will take a list of codes apart."""
    return {code for code in re.split(patterns.CODE_SEPARATORS, text) if code}


def _codes(text: str, kind: str) -> str:
    if kind == "codes":
        return ",".join(sorted(codes(text)))
    return ",".join(re.split(" *, *", text)) if kind == "zones" else text


def _faults(entry: made.Entry, fact: Mapping[str, Value], *, on: date) -> list[Fault]:
    found = [
        Fault(entry.column_of(bound.field.name), rule)
        for bound in entry.fields
        for rule in [_broken(bound.field, fact[bound.field.name], on=on)]
        if rule
    ]
    return found + [Fault(entry.column_of(name), rule) for name, rule in _together(entry, fact)]


def _broken(field: Field, value: Value, *, on: date) -> str:
    """This function will name the first rule that a field's value breaks."""
    if value is None:
        return "required" if field.required else ""
    match value:
        case bool():
            return ""
        case datetime():
            # One day of grace, since it may be tomorrow already where it happened.
            return "date-in-future" if field.past and value.date() > on + timedelta(days=1) else ""
        case date():
            return "date-in-future" if field.past and value > on else ""
        case Decimal():
            return _broken_number(field, value)
        case int():
            return "number-out-of-range" if not 0 <= value <= field.at_most else ""
    return _broken_text(field, value)


def _broken_number(field: Field, value: Decimal) -> str:
    if field.type == "number":
        return "number-out-of-range" if abs(value) > patterns.NUMBER_MAX else ""
    if abs(value) > AMOUNT_MAX:
        return "amount-absurd"
    if field.positive:
        return "amount-not-positive" if value <= 0 else ""
    return "amount-negative" if value < 0 else ""


def _broken_text(field: Field, value: str) -> str:
    if len(value) > field.length_max:
        return "too-long"
    if field.kinds:
        return "" if value in field.kinds else "unknown-value"
    if field.type == "currency":
        return "" if value in currencies() else "unknown-currency"
    if field.type in ("zone", "zones"):
        return "" if zones_known(value) else "unknown-value"
    return ""


def _together(entry: made.Entry, fact: Mapping[str, Value]) -> list[tuple[str, str]]:
    """This function will find what is wrong between two fields."""
    found = []
    if entry.target.period:
        start, end = (fact.get(name) for name in entry.target.period)
        if isinstance(start, date) and isinstance(end, date) and end < start:
            found.append((entry.target.period[1], "ends-before-start"))
    if fact.get("special_groups") is not None and fact.get("special_groups_consent") is not True:
        found.append(("special_groups", "consent-missing"))
    return found
