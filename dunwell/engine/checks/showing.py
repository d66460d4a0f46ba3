"""Values, expressions and regions in words that a person reads, in both languages of the house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from dunwell.engine.checks.pieces import Piece
from dunwell.engine.model import Binary, Call, Constant, Expression, Months, Name, Value
from dunwell.facts.definitions import Words

# Longer lists of values are cut in a sentence: the example row says the rest.
LISTED_MAX = 8


def say(en: str, zh: str) -> Words:
    return Words(en=en, zh=zh)


def joined(parts: Sequence[Words], *, en: str = "; ", zh: str = "；") -> Words:
    return say(en.join(part.en for part in parts), zh.join(part.zh for part in parts))


def rows(places: Iterable[int]) -> Words:
    """This function will name rows of a table: row 3; rows 3 and 5."""
    numbers = [str(place) for place in places]
    if len(numbers) == 1:
        return say(f"row {numbers[0]}", f"第{numbers[0]}行")
    return say(f"rows {', '.join(numbers[:-1])} and {numbers[-1]}", f"第{'、'.join(numbers)}行")


def value(shown: Value) -> str:
    """This function will write a value much as the table does."""
    match shown:
        case None:
            return "null"
        case bool():
            return str(shown).lower()
        case str():
            return f'"{shown}"'
        case Decimal():
            return f"{shown:f}"
        case datetime() | date() | time():
            return shown.isoformat()
        case timedelta():
            return f"{shown}"
        case Months(count):
            return f"P{count}M"
    return str(shown)


def expression(shown: Expression) -> str:
    """This function will write an expression in few words: one that is long enough to need more is only hinted at."""
    match shown:
        case Name(key, _):
            return key
        case Constant(constant):
            return value(constant)
        case Binary(operator, left, right):
            return f"{expression(left)} {operator} {expression(right)}"
        case Call(function, arguments, _):
            return f"{function}({', '.join(expression(argument) for argument in arguments)})"
    return "…"


def pieces(shown: Sequence[Piece]) -> Words:
    """This function will write some pieces of one column, neighbours as one range: [1..30), null."""
    runs = groupby(enumerate(shown), key=lambda pair: (_mergeable(pair[1]), pair[1].place - pair[0]))
    found = [part for (merge, _), run in runs for part in _run([piece for _, piece in run], merge)]
    if len(found) > LISTED_MAX:
        found = [*found[:LISTED_MAX], say("…", "……")]
    return joined(found, en=", ", zh="、")


def _mergeable(piece: Piece) -> bool:
    return piece.kind in ("point", "between") and not isinstance(piece.value, str | bool)


def _run(run: list[Piece], merge: bool) -> list[Words]:
    if merge:
        return [_range(run[0], run[-1])]
    return [_single(piece) for piece in run]


def _single(piece: Piece) -> Words:
    if piece.kind == "other":
        return say("any other text", "其他文本")
    return _range(piece, piece)


def _range(first: Piece, last: Piece) -> Words:
    """This function will write what begins with one piece and ends with another."""
    low = first.low if first.kind == "between" else first.value
    high = last.high if last.kind == "between" else last.value
    opened, closed = first.kind == "between", last.kind == "between"
    if opened and closed and low is None and high is None:
        return say("any value but null", "任意非空值")
    if first is last and not opened:
        return _same(value(low))
    if opened and low is None:
        return _same(f"{'<' if closed else '<='} {value(high)}")
    if closed and high is None:
        return _same(f"{'>' if opened else '>='} {value(low)}")
    return _same(f"{'(' if opened else '['}{value(low)}..{value(high)}{')' if closed else ']'}")


def _same(text: str) -> Words:
    return say(text, text)
