"""By which words, patterns and limits cells are read: the judge and the fast converter share them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

# Words that stand for «nothing». Not NA, which is a region and a surname, and not Null, which is a surname as well.
NULL_WORDS = ("", "NaN", "nan", "NAN", "NULL", "null", "None", "NaT", "N/A", "n/a", "#N/A", "\\N", "<NA>")
# What is taken off both ends of a cell: blanks, full-width and no-break ones included, and a stray byte order mark.
BLANKS = " \t\r\n\u3000\u00a0\ufeff"
DATE_MIN, DATE_MAX = date(1900, 1, 1), date(2199, 12, 31)

# What a date's form may hold, each with the pattern of its text; single digits pass where separators stand.
DIRECTIVES = {
    "%Y": r"[1-9]\d{3}",
    "%y": r"\d{2}",
    "%m": r"\d{1,2}",
    "%d": r"\d{1,2}",
    "%b": r"[A-Za-z]{3}",
    "%H": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"[0-5]\d",
    "%f": r"\d{1,6}",
}
# ISO 8601 always passes, because typed sources (sheets, Parquet, databases) are read as it.
ISO_DATE = r"[1-9]\d{3}-\d{2}-\d{2}([ T]00:00:00(\.0+)?)?"
ISO_TIME = r"[1-9]\d{3}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
ISO_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
MONEY_SIGNS = "[￥¥$€£元 \u00a0\u202f]"
# Thousands in groups of three, or of two and three as in India; a decimal comma is refused, never misread.
# An exponent passes, since statistics programs write 500000 as 5e+05.
MONEY = r"[+-]?((\d+|\d{1,3}(,\d{2,3})*,\d{3})(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?"
MONEY_WHOLE, MONEY_FRACTION, MONEY_EXPONENT = r"^[+-]?0*(\d*)", r"\.(\d*?)0*(?:[eE]|$)", r"[eE]([+-]?\d{1,2})$"
# So that an amount with six places fits 18 digits, which DuckDB reads sixty times faster than more.
WHOLE_DIGITS_MAX = 12
INTEGER = r"[+-]?\d+(\.0*)?"
NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?"
NUMBER_MAX = Decimal("999999999999.999999")
CODE_SEPARATORS = "[,;、，；| ]+"


@cache
def form_pattern(form: str) -> str:
    """This function will write the pattern of texts in a date's form; where digits touch, every one must be there."""
    pattern, previous = "", ""
    for part in re.findall(r"%.|[^%]", form):
        piece = DIRECTIVES.get(part) or re.escape(part)
        if part in DIRECTIVES and (previous in DIRECTIVES or _touched(form, part)):
            piece = piece.replace("{1,2}", "{2}")
        pattern, previous = pattern + piece, part
    return pattern


def _touched(form: str, part: str) -> bool:
    """This function will tell whether another directive follows the part at once."""
    return f"{part}%" in form
